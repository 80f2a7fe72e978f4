//! Certificates: the files are there, hold what they should, and the private key is private. The
//! full parse is the server's, at its start and at each reload.

use crate::config::field::{Field, FilePath, Text};
use crate::config::problem::{Findings, shown};
use crate::config::raw::{RawConfig, RawTls};
use crate::config::{Tls, TlsFiles};
use crate::keys::{FileError, read_public, read_secret};
use std::path::PathBuf;

pub(super) fn check(raw: &RawConfig, has_state_dir: bool, found: &mut Findings<'_>) -> Option<Tls> {
    let tls = raw.tls.some()?;
    let client_ca_file = tls
        .client_ca_file
        .some()
        .and_then(|text| pem("tls.client_ca_file", text, CERTIFICATE, found));
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
            found.problem(
                key,
                "contradicts `self_signed: true`",
                "keep either the files or self_signed",
            );
        }
    }
    if !has_state_dir {
        found.problem(
            "tls.self_signed",
            "needs `state_dir`, where the certificate is kept for Traefik's `tls.ca`",
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
            found.problem(
                path,
                "is missing",
                "name a PEM file; certificate and key always go together",
            );
        }
    }
    let cert_file = cert.good().and_then(|text| pem(&cert_path, text, CERTIFICATE, found));
    let key_file = key.good().and_then(|text| private_key(&key_path, text, found));
    Some(TlsFiles { cert_file: cert_file?, key_file: key_file? })
}

/// A file with at least one PEM section of this kind.
fn pem(path: &str, text: &Text<FilePath>, tag: &str, found: &mut Findings<'_>) -> Option<PathBuf> {
    let file = found.file(text.as_str());
    match read_public(&file) {
        Ok(content) if holds(&content, tag) => Some(file),
        Ok(_) => {
            found.problem(
                path,
                format!("{} holds no certificate", shown(text.as_str())),
                "name a PEM file, with -----BEGIN CERTIFICATE----- in it",
            );
            None
        }
        Err(error) => {
            unreadable(path, text.as_str(), error, found);
            None
        }
    }
}

fn private_key(path: &str, text: &Text<FilePath>, found: &mut Findings<'_>) -> Option<PathBuf> {
    let file = found.file(text.as_str());
    let secret = match read_secret(&file) {
        Ok(secret) => secret,
        Err(error) => {
            unreadable(path, text.as_str(), error, found);
            return None;
        }
    };
    if holds(secret.bytes(), ENCRYPTED) {
        found.problem(
            path,
            format!("{} holds a key behind a pass phrase", shown(text.as_str())),
            "decrypt it (openssl pkey) and protect the file by its permissions",
        );
        return None;
    }
    if !PRIVATE.iter().any(|tag| holds(secret.bytes(), tag)) {
        found.problem(
            path,
            format!("{} holds no private key", shown(text.as_str())),
            "name a PEM file, with -----BEGIN PRIVATE KEY----- in it",
        );
        return None;
    }
    Some(file)
}

pub(super) fn unreadable(path: &str, text: &str, error: FileError, found: &mut Findings<'_>) {
    found.problem(path, format!("{}: {error}", shown(text)), error.remedy());
}

fn holds(content: &[u8], tag: &str) -> bool {
    content.windows(tag.len()).any(|window| window == tag.as_bytes())
}

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const PRIVATE: [&str; 3] = [
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN EC PRIVATE KEY-----",
];
