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

/// The keys; `None` with a mistake on the list, or without `algorithms` to load them for.
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
    let sources: Vec<(&str, Written<'_>)> = files.chain(url).chain(discovery).collect();
    let (source, files) = match sources.as_slice() {
        [(source, Written::Files(Field::Good(files)))] => (*source, files),
        [(source, Written::Url(Field::Good(Some(url))))] => {
            let path = format!("{path}.{source}");
            return fetched::url(&path, url.as_str(), algorithms?, context, found)
                .map(Keys::Fetched);
        }
        [(source, Written::Discovery(Field::Good(_)))] => {
            let path = format!("{path}.{source}");
            return fetched::discovery(&path, issuer?, algorithms?, context, found)
                .map(Keys::Fetched);
        }
        // A bad value is on the list already.
        [_] => return None,
        [] => {
            found.mistake(path, "names no source of keys", REMEDY);
            return None;
        }
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
            found.mistake(path, format!("has {} at once", names.join(" and ")), REMEDY);
            return None;
        }
    };
    let path = format!("{path}.{source}");
    let named = named(&path, files, found)?;
    let algorithms = algorithms?;
    if !fits(&path, source, algorithms, found) {
        return None;
    }
    load(source, &named, algorithms, found).map(Keys::Loaded)
}

/// Keys of files have none of these settings.
pub(super) fn only_fetched(
    path: &str,
    raw: &RawIssuer,
    keys: Option<&Keys>,
    found: &mut Findings<'_>,
) {
    let Some(Keys::Loaded(_)) = keys else {
        return;
    };
    let given = [
        ("ca_file", matches!(&raw.ca_file, Field::Good(Some(_)))),
        ("max_stale", matches!(&raw.max_stale, Field::Good(Some(_)))),
    ];
    for (key, _) in given.into_iter().filter(|(_, given)| *given) {
        found.mistake(
            &format!("{path}.{key}"),
            "goes with keys that are fetched, and these are in a file",
            "leave it out, or use jwks_url or discovery",
        );
    }
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

fn named(
    path: &str,
    files: &OneOrMany<Text<FilePath>>,
    found: &mut Findings<'_>,
) -> Option<Vec<NamedFile>> {
    let each = files.each(path);
    if each.is_empty() {
        found.mistake(path, "is an empty list", "name at least one file");
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
                found.mistake(
                    &named.path,
                    format!("{} gives no usable key: {error}", shown(&named.text)),
                    "the keys must be public ones of the listed algorithms, secrets long enough",
                );
            }
        }
    }
}
