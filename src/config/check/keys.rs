//! Where an issuer's keys are: exactly one source, fit for the algorithms; a file is readable now,
//! and nothing is fetched.

use super::tls::unreadable;
use super::{CheckContext, fetched};
use crate::config::field::{Field, FilePath, OneOrMany, Text, Words};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawIssuer, RawKeys};
use crate::keys::{self, KeyFiles, KeysError, Source};
use crate::token::{Algorithm, KeySet};
use std::path::PathBuf;

/// An issuer's keys as far as a configuration has them.
pub(super) enum Keys {
    /// In files that were read.
    Loaded(KeySet),
    /// At an address that is asked later.
    Fetched(Source),
}

/// The keys; `None` with a mistake on the list, or without `algorithms` to load them for. What can
/// be checked without `issuer` or `algorithms` is checked all the same.
pub(super) fn check(
    path: &str,
    field: &Field<RawKeys>,
    issuer: Option<&str>,
    algorithms: Option<&[Algorithm]>,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<Keys> {
    const REMEDY: &str =
        "write exactly one of jwks_file, pem_file, secret_file, jwks_url and discovery";
    let Some(raw) = field.good() else {
        if field.is_missing() {
            found.mistake(path, "is missing", REMEDY);
        }
        return None;
    };
    let sources = sources(raw);
    let (name, source) = match sources.as_slice() {
        [one] => one,
        [] => {
            found.mistake(path, "has no source of keys", REMEDY);
            return None;
        }
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
            found.mistake(
                path,
                format!("has more than one source: {}", names.join(" and ")),
                REMEDY,
            );
            return None;
        }
    };
    let path = format!("{path}.{name}");
    match source {
        Written::Files(Field::Good(files)) => {
            from_files(&path, name, files, algorithms, found).map(Keys::Loaded)
        }
        Written::Url(Field::Good(Some(url))) => {
            fetched::url(&path, url.as_str(), algorithms, context, found).map(Keys::Fetched)
        }
        Written::Discovery(Field::Good(_)) => {
            fetched::discovery(&path, issuer, algorithms, context, found).map(Keys::Fetched)
        }
        // A bad value is on the list already.
        Written::Files(_) | Written::Url(_) | Written::Discovery(_) => None,
    }
}

/// Whether the keys are in files, read or not.
pub(super) fn are_in_files(field: &Field<RawKeys>) -> bool {
    let sources = field.good().map(sources).unwrap_or_default();
    !sources.is_empty() && sources.iter().all(|(_, source)| matches!(source, Written::Files(_)))
}

/// The settings of fetched keys, which mean nothing for keys in files.
pub(super) fn refuse_fetch_settings(path: &str, raw: &RawIssuer, found: &mut Findings<'_>) {
    let given = [
        ("ca_file", matches!(&raw.ca_file, Field::Good(Some(_)))),
        ("max_stale", matches!(&raw.max_stale, Field::Good(Some(_)))),
    ];
    for (key, _) in given.into_iter().filter(|(_, given)| *given) {
        found.mistake(
            &format!("{path}.{key}"),
            "applies only to fetched keys, and these keys are in a file",
            "remove it, or use jwks_url or discovery",
        );
    }
}

/// The sources that are written, by their keys.
fn sources(raw: &RawKeys) -> Vec<(&'static str, Written<'_>)> {
    let files = [
        ("jwks_file", &raw.jwks_file),
        ("pem_file", &raw.pem_file),
        ("secret_file", &raw.secret_file),
    ];
    let files = files.into_iter().filter(|(_, field)| !field.is_missing());
    let files = files.map(|(name, field)| (name, Written::Files(field)));
    let url = (raw.jwks_url.is_bad() || raw.jwks_url.some().is_some())
        .then_some(("jwks_url", Written::Url(&raw.jwks_url)));
    let discovery = (raw.discovery.is_bad() || raw.discovery.or(false))
        .then_some(("discovery", Written::Discovery(&raw.discovery)));
    files.chain(url).chain(discovery).collect()
}

/// One key of `keys` that was written.
enum Written<'r> {
    Files(&'r Field<OneOrMany<Text<FilePath>>>),
    Url(&'r Field<Option<Text<Words>>>),
    Discovery(&'r Field<bool>),
}

struct NamedFile {
    path: String,
    text: String,
    file: PathBuf,
}

/// The keys of all files. Files are read even when no algorithm is known for their keys, and when a
/// name beside them is bad.
fn from_files(
    path: &str,
    source: &str,
    files: &OneOrMany<Text<FilePath>>,
    algorithms: Option<&[Algorithm]>,
    found: &mut Findings<'_>,
) -> Option<KeySet> {
    let each = files.each(path);
    if each.is_empty() {
        found.mistake(path, "is an empty list", "name at least one file");
        return None;
    }
    let count = each.len();
    let named = each.into_iter().filter_map(|(path, text)| {
        let text = text?.as_str().to_owned();
        let file = found.file(&text);
        Some(NamedFile { path, text, file })
    });
    let named: Vec<NamedFile> = named.collect();
    let fitting = algorithms.filter(|algorithms| fits(path, source, algorithms, found));
    let Some(algorithms) = fitting else {
        read_only(source, &named, found);
        return None;
    };
    load(source, &named, algorithms, found).filter(|_| named.len() == count)
}

/// Files whose keys cannot be judged can still be missing or unreadable.
fn read_only(source: &str, named: &[NamedFile], found: &mut Findings<'_>) {
    for NamedFile { path, text, file } in named {
        let read = match source {
            "secret_file" => keys::read_secret(file).map(drop),
            _ => keys::read_public(file).map(drop),
        };
        if let Err(error) = read {
            unreadable(path, text, error, found);
        }
    }
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
            "contains shared secrets, but `algorithms` lists public-key algorithms",
            "use jwks_file or pem_file",
        ),
        "secret_file" if algorithms.len() > 1 => (
            "does not state which of several algorithms a secret is for",
            "keep one algorithm; a secret is used with exactly one",
        ),
        "pem_file" if hmac => (
            "contains public keys, but `algorithms` lists shared-secret algorithms (HS…)",
            "use secret_file",
        ),
        "pem_file" if algorithms.iter().filter(rsa).count() > 1 => (
            "does not state which of several RSA algorithms a key is for",
            "keep one of the RS… and PS… algorithms, or use jwks_file, where each key has its \
             `alg`",
        ),
        _ => return true,
    };
    found.mistake(path, wrong, remedy);
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
                found.warn(&named.path, format!("a key is ignored: {}", key.problem));
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
                found.mistake(
                    &named.path,
                    format!("{} has no usable key: {error}", shown(&named.text)),
                    "use public keys of the listed algorithms, or secrets of sufficient length",
                );
            }
        }
    }
}
