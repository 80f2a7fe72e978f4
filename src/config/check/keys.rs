//! Where an issuer's keys are: exactly one source, fit for the algorithms, and readable now.

use super::tls::unreadable;
use crate::config::field::{Field, FilePath, OneOrMany, Text};
use crate::config::problem::{Findings, shown};
use crate::config::raw::RawKeys;
use crate::keys::{self, KeyFiles, KeysError};
use crate::token::{Algorithm, KeySet};
use std::path::PathBuf;

/// The keys; `None` with a problem on the list, or without `algorithms` to load them for.
pub(super) fn check(
    path: &str,
    field: &Field<RawKeys>,
    algorithms: Option<&[Algorithm]>,
    found: &mut Findings<'_>,
) -> Option<KeySet> {
    const REMEDY: &str = "write exactly one of jwks_file, pem_file and secret_file";
    let Some(raw) = field.good() else {
        if field.is_missing() {
            found.problem(path, "is missing", REMEDY);
        }
        return None;
    };
    let sources: Vec<(&str, &Field<OneOrMany<Text<FilePath>>>)> = [
        ("jwks_file", &raw.jwks_file),
        ("pem_file", &raw.pem_file),
        ("secret_file", &raw.secret_file),
    ]
    .into_iter()
    .filter(|(_, field)| !field.is_missing())
    .collect();
    let later = [&raw.jwks_url, &raw.discovery]
        .iter()
        .any(|field| field.is_bad() || field.good().is_some_and(|later| later.0));
    let (source, files) = match sources.as_slice() {
        [(source, Field::Good(files))] => (*source, files),
        // A source of a later version, or a bad value: on the list already.
        [_] => return None,
        [] if later => return None,
        [] => {
            found.problem(path, "names no source of keys", REMEDY);
            return None;
        }
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
            found.problem(path, format!("has {} at once", names.join(" and ")), REMEDY);
            return None;
        }
    };
    let path = format!("{path}.{source}");
    let named = named(&path, files, found)?;
    let algorithms = algorithms?;
    if !fits(&path, source, algorithms, found) {
        return None;
    }
    load(source, &named, algorithms, found)
}

struct NamedFile {
    path: String,
    text: String,
    file: PathBuf,
}

fn named(
    path: &str,
    files: &OneOrMany<Text<FilePath>>,
    found: &mut Findings<'_>,
) -> Option<Vec<NamedFile>> {
    let each = files.each(path);
    if each.is_empty() {
        found.problem(path, "is an empty list", "name at least one file");
        return None;
    }
    each.into_iter()
        .map(|(path, text)| {
            let text = text?.as_str().to_owned();
            let file = found.file(&text);
            Some(NamedFile { path, text, file })
        })
        .collect()
}

/// Whether keys of this source can be keys of these algorithms, each of exactly one (RFC 8725bis:
/// one key, one algorithm).
fn fits(path: &str, source: &str, algorithms: &[Algorithm], found: &mut Findings<'_>) -> bool {
    let hmac = algorithms.iter().any(|algorithm| algorithm.is_hmac());
    let rsa = |algorithm: &&Algorithm| {
        algorithm.name().starts_with("RS") || algorithm.name().starts_with("PS")
    };
    let (wrong, remedy) = match source {
        "secret_file" if !hmac => (
            "holds shared secrets, while `algorithms` has public-key ones",
            "use jwks_file or pem_file",
        ),
        "secret_file" if algorithms.len() > 1 => (
            "does not say which of several algorithms a secret is for",
            "keep one algorithm; one key has one algorithm",
        ),
        "pem_file" if hmac => (
            "holds public keys, while `algorithms` has shared-secret ones (HS…)",
            "use secret_file",
        ),
        "pem_file" if algorithms.iter().filter(rsa).count() > 1 => (
            "does not say which of several RSA algorithms a key is for",
            "keep one of the RS… and PS…; or use jwks_file, where each key has its `alg`",
        ),
        _ => return true,
    };
    found.problem(path, wrong, remedy);
    false
}

fn load(
    source: &str,
    named: &[NamedFile],
    algorithms: &[Algorithm],
    found: &mut Findings<'_>,
) -> Option<KeySet> {
    let paths: Vec<PathBuf> = named.iter().map(|named| named.file.clone()).collect();
    let files = match source {
        "jwks_file" => KeyFiles::Jwks(paths),
        "pem_file" => KeyFiles::Pem(paths),
        _ => KeyFiles::Secret(paths),
    };
    match keys::load(&files, algorithms) {
        Ok((set, unused)) => {
            for key in unused {
                let Some(named) = named.get(key.file) else {
                    continue;
                };
                found.warn(&named.path, format!("a key is not used: {}", key.problem));
            }
            Some(set)
        }
        Err(errors) => {
            for error in errors {
                report(named, &error, found);
            }
            None
        }
    }
}

fn report(named: &[NamedFile], error: &KeysError, found: &mut Findings<'_>) {
    let at = |position: usize| named.get(position).or(named.first());
    match error {
        KeysError::File { position, error } => {
            if let Some(named) = at(*position) {
                unreadable(&named.path, &named.text, *error, found);
            }
        }
        KeysError::Unusable { position, error } => {
            if let Some(named) = at(position.unwrap_or(0)) {
                found.problem(
                    &named.path,
                    format!("{} gives no usable key: {error}", shown(&named.text)),
                    "the keys must be public ones of the listed algorithms, secrets long enough",
                );
            }
        }
    }
}
