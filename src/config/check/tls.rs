//! Certificates: the files are there and hold what the server can use, certificate and key belong
//! together, and the private key is private.

use crate::config::field::{Field, FilePath, Text};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawConfig, RawTls};
use crate::config::{Tls, TlsFiles};
use crate::keys::{self, FileError, PemError};
use std::path::{Path, PathBuf};

pub(super) fn check(raw: &RawConfig, has_state_dir: bool, found: &mut Findings<'_>) -> Option<Tls> {
    let tls = raw.tls.some()?;
    let client_ca_file = tls
        .client_ca_file
        .some()
        .and_then(|text| read("tls.client_ca_file", text, keys::authorities, found))
        .map(|(file, _)| file);
    if tls.self_signed.or(false) {
        self_signed(tls, has_state_dir, found);
        return Some(Tls::SelfSigned { client_ca_file });
    }
    let files = files("tls", &tls.cert_file, &tls.key_file, found)?;
    Some(Tls::Files { cert_file: files.cert_file, key_file: files.key_file, client_ca_file })
}

pub(super) fn admin(raw: &RawConfig, found: &mut Findings<'_>) -> Option<TlsFiles> {
    let tls = raw.admin_tls.some()?;
    files("admin_tls", &tls.cert_file, &tls.key_file, found)
}

fn self_signed(tls: &RawTls, has_state_dir: bool, found: &mut Findings<'_>) {
    for (key, field) in [("tls.cert_file", &tls.cert_file), ("tls.key_file", &tls.key_file)] {
        if !field.is_missing() {
            found.mistake(
                key,
                "contradicts `self_signed: true`",
                "keep either the files or self_signed",
            );
        }
    }
    if !has_state_dir {
        found.mistake(
            "tls.self_signed",
            "requires `state_dir`, where the certificate is stored for Traefik's `tls.ca`",
            "set state_dir to a folder that doorward may write to",
        );
    }
}

fn files(
    section: &str,
    cert: &Field<Text<FilePath>>,
    key: &Field<Text<FilePath>>,
    found: &mut Findings<'_>,
) -> Option<TlsFiles> {
    let cert_path = format!("{section}.cert_file");
    let key_path = format!("{section}.key_file");
    for (path, field) in [(&cert_path, cert), (&key_path, key)] {
        if field.is_missing() {
            found.mistake(
                path,
                "is missing",
                "name a PEM file; certificate and key always go together",
            );
        }
    }
    let cert = cert.good().and_then(|text| read(&cert_path, text, keys::certificates, found));
    let key = key.good().and_then(|text| read(&key_path, text, keys::private_key, found));
    let ((cert_file, chain), (key_file, key)) = (cert?, key?);
    if let Err(error) = keys::pair(chain, key) {
        found.mistake(
            section,
            format!(
                "{} with {}: {error}",
                shown(&cert_file.to_string_lossy()),
                shown(&key_file.to_string_lossy())
            ),
            error.remedy(),
        );
        return None;
    }
    Some(TlsFiles { cert_file, key_file })
}

/// The file and what is in it.
pub(super) fn read<T>(
    path: &str,
    text: &Text<FilePath>,
    read: impl Fn(&Path) -> Result<T, PemError>,
    found: &mut Findings<'_>,
) -> Option<(PathBuf, T)> {
    let file = found.file(text.as_str());
    match read(&file) {
        Ok(content) => Some((file, content)),
        Err(error) => {
            let wrong = format!("{}: {error}", shown(text.as_str()));
            found.mistake(path, wrong, error.remedy());
            None
        }
    }
}

pub(super) fn unreadable(path: &str, text: &str, error: FileError, found: &mut Findings<'_>) {
    found.mistake(path, format!("{}: {error}", shown(text)), error.remedy());
}
