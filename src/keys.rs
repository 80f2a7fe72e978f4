//! Where the issuers' keys come from: configured files, read once for each load, and the issuers'
//! servers, fetched repeatedly (`fetch`, `refresh`; `cache_file` stores the last good set). The
//! verifier in `token` sees complete key sets only.
//!
//! This module also reads secrets: files of bounded size, rejected when other users can read them,
//! held in a type that does not print.

mod cache_file;
mod fetch;
mod file;
mod pem;
mod refresh;
mod secret;

pub use cache_file::{CacheFile, CachedKeySet};
pub use fetch::{
    Authorities, CommandRequest, CommandResponse, DiscoveryError, FetchError, FetchedKeySet, LIMIT,
    Remote, RequestError, Source, fetch, fetch_once, request_once,
};
pub use file::{FileError, read_public, read_secret};
pub use pem::{PemError, authorities, certificates, pair, private_key};
pub use refresh::{RefreshEvent, RefreshHandle, Refresher};
pub use secret::Secret;

use crate::token::{Algorithm, KeyError, KeySet, UnusableKey};
use serde_json::value::RawValue;
use std::fmt;
use std::path::{Path, PathBuf};

/// The key files of one issuer, all in one format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFiles {
    /// JSON Web Key Sets (RFC 7517), combined into one set.
    Jwks(Vec<PathBuf>),
    /// Public keys in PEM form.
    Pem(Vec<PathBuf>),
    /// HMAC secrets: the bytes of each file without one trailing newline.
    Secret(Vec<PathBuf>),
}

/// Why an issuer has no keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysError {
    /// A file could not be read.
    File {
        /// Position in the list of files.
        position: usize,
        /// The reason.
        error: FileError,
    },
    /// A file holds no usable key for the configured algorithms.
    Unusable {
        /// Position in the list of files; `None` when the files are only unusable together.
        position: Option<usize>,
        /// The reason.
        error: KeyError,
    },
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { error, .. } => write!(f, "{error}"),
            Self::Unusable { error, .. } => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for KeysError {}

/// A key in a file that is not used; the issuer's other keys are.
#[derive(Clone, Debug)]
pub struct UnusedKey {
    /// Position of the file in the list of files.
    pub file: usize,
    /// The key, and why it is not used.
    pub problem: UnusableKey,
}

/// Reads all files into one key set.
///
/// # Errors
/// Every file that cannot be read or that holds no usable key.
pub fn load(
    files: &KeyFiles,
    algorithms: &[Algorithm],
) -> Result<(KeySet, Vec<UnusedKey>), Vec<KeysError>> {
    match files {
        KeyFiles::Jwks(paths) if algorithms.iter().any(|algorithm| algorithm.is_hmac()) => {
            // Such a set holds secrets (`oct`), so it is read like a secret.
            let read = |path: &Path| read_secret(path).map(|secret| secret.bytes().to_vec());
            jwks(&all(paths, read)?, algorithms)
        }
        KeyFiles::Jwks(paths) => jwks(&all(paths, read_public)?, algorithms),
        KeyFiles::Pem(paths) => {
            let pems = all(paths, read_public)?;
            let parse = |pems: &[Vec<u8>]| KeySet::from_pem(pems, algorithms);
            together(&pems, parse).map(|set| (set, Vec::new()))
        }
        KeyFiles::Secret(paths) => {
            let secrets: Vec<Vec<u8>> = all(paths, read_secret)?
                .into_iter()
                .map(|secret| secret.trimmed().to_vec())
                .collect();
            let parse = |secrets: &[Vec<u8>]| KeySet::from_secrets(secrets, algorithms);
            together(&secrets, parse).map(|set| (set, Vec::new()))
        }
    }
}

/// The contents of all files, or the errors of all files that could not be read.
fn all<T>(
    paths: &[PathBuf],
    read: impl Fn(&Path) -> Result<T, FileError>,
) -> Result<Vec<T>, Vec<KeysError>> {
    let mut contents = Vec::with_capacity(paths.len());
    let mut errors = Vec::new();
    for (position, path) in paths.iter().enumerate() {
        match read(path) {
            Ok(content) => contents.push(content),
            Err(error) => errors.push(KeysError::File { position, error }),
        }
    }
    if errors.is_empty() { Ok(contents) } else { Err(errors) }
}

/// Parses each file alone first, so that an error names the file, and then all of them together.
fn together(
    contents: &[Vec<u8>],
    parse: impl Fn(&[Vec<u8>]) -> Result<KeySet, KeyError>,
) -> Result<KeySet, Vec<KeysError>> {
    let errors: Vec<KeysError> = contents
        .iter()
        .enumerate()
        .filter_map(|(position, content)| {
            let error = parse(std::slice::from_ref(content)).err()?;
            Some(KeysError::Unusable { position: Some(position), error })
        })
        .collect();
    if errors.is_empty() {
        parse(contents).map_err(|error| vec![KeysError::Unusable { position: None, error }])
    } else {
        Err(errors)
    }
}

fn jwks(
    documents: &[Vec<u8>],
    algorithms: &[Algorithm],
) -> Result<(KeySet, Vec<UnusedKey>), Vec<KeysError>> {
    let mut errors = Vec::new();
    let mut unused = Vec::new();
    let mut single = None;
    for (position, document) in documents.iter().enumerate() {
        match KeySet::from_jwks(document, algorithms) {
            Ok((set, problems)) => {
                single = Some(set);
                let of_file = |problem| UnusedKey { file: position, problem };
                unused.extend(problems.into_iter().map(of_file));
            }
            Err(error) => errors.push(KeysError::Unusable { position: Some(position), error }),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    if let ([_], Some(set)) = (documents, single) {
        return Ok((set, unused));
    }
    // Several files: their keys are copied verbatim into one set, so that the strict parser of
    // `token` judges the original bytes.
    let joined = join(documents);
    KeySet::from_jwks(joined.as_bytes(), algorithms)
        .map(|(set, _)| (set, unused))
        .map_err(|error| vec![KeysError::Unusable { position: None, error }])
}

/// One set with the keys of all documents. Documents that are no key sets were rejected before.
fn join(documents: &[Vec<u8>]) -> String {
    #[derive(serde::Deserialize)]
    struct Set<'d> {
        #[serde(borrow)]
        keys: Vec<&'d RawValue>,
    }
    let keys: Vec<&str> = documents
        .iter()
        .filter_map(|document| serde_json::from_slice::<Set<'_>>(document).ok())
        .flat_map(|set| set.keys)
        .map(RawValue::get)
        .collect();
    format!("{{\"keys\":[{}]}}", keys.join(","))
}

#[cfg(test)]
mod tests;
