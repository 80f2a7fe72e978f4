//! The store of revocations, and the secret of the interface that revokes.

mod replicas;

use super::tls::unreadable;
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawConfig, RawStore};
use crate::config::{Redis, RevocationStore};
use crate::keys::{self, Secret};
use std::net::SocketAddr;

/// What is good of the section.
pub(super) struct Revocation {
    /// `None` while it is wrong.
    pub(super) store: Option<RevocationStore>,
    pub(super) secret: Option<Secret>,
    pub(super) redis: Option<Redis>,
}

pub(super) fn check(raw: &RawConfig, has_state_dir: bool, found: &mut Findings<'_>) -> Revocation {
    let Some(section) = raw.revocation.good() else {
        let store = (!raw.revocation.is_bad()).then_some(RevocationStore::None);
        if raw.backchannel_listen.some().is_some() && store.is_some() {
            needs_a_store(found);
        }
        return Revocation { store, secret: None, redis: None };
    };
    let store = match section.store.or(RawStore::None) {
        _ if section.store.is_bad() => None,
        RawStore::None => Some(RevocationStore::None),
        RawStore::Memory => Some(RevocationStore::Memory),
        RawStore::File => Some(RevocationStore::File),
        RawStore::Redis => Some(RevocationStore::Redis),
    };
    if store == Some(RevocationStore::File) && !has_state_dir {
        found.mistake(
            "revocation.store",
            "is `file`, which requires `state_dir`",
            "set state_dir to a folder that doorward may write to",
        );
    }
    if raw.backchannel_listen.some().is_some() && store == Some(RevocationStore::None) {
        needs_a_store(found);
    }
    let secret = section.secret_file.some().and_then(|text| secret(text.as_str(), found));
    if section.secret_file.some().is_some() && store == Some(RevocationStore::None) {
        found.mistake(
            SECRET,
            "has no effect with `revocation.store: none`",
            "set revocation.store, or remove this key",
        );
    }
    let redis = replicas::check(section, store, found);
    Revocation { store, secret, redis }
}

fn needs_a_store(found: &mut Findings<'_>) {
    found.mistake(
        "backchannel_listen",
        "requires a store for the sessions that a provider ends",
        "set revocation.store to memory, file or redis",
    );
}

/// An attacker on the network would learn the secret and could revoke every session.
pub(super) fn guard(raw: &RawConfig, admin: SocketAddr, has_tls: bool, found: &mut Findings<'_>) {
    let has_secret =
        raw.revocation.good().is_some_and(|section| section.secret_file.some().is_some());
    if has_secret && !has_tls && !admin.ip().to_canonical().is_loopback() {
        found.mistake(
            SECRET,
            format!("would be sent to {admin} in clear text"),
            "set admin_tls, or admin_listen to a loopback address",
        );
    }
}

fn secret(text: &str, found: &mut Findings<'_>) -> Option<Secret> {
    let file = found.file(text);
    let secret = match keys::read_secret(&file) {
        Ok(secret) => secret,
        Err(error) => {
            unreadable(SECRET, text, error, found);
            return None;
        }
    };
    let bytes = secret.trimmed();
    let wrong = if bytes.len() < SHORTEST {
        Some(format!("{} has only {} bytes", shown(text), bytes.len()))
    } else if !bytes.iter().all(u8::is_ascii_graphic) {
        Some(format!("{} has bytes that are not allowed in a header", shown(text)))
    } else {
        None
    };
    if let Some(wrong) = wrong {
        found.mistake(
            SECRET,
            wrong,
            "write 32 visible characters or more to a file that others cannot read, such as \
             `head -c 36 /dev/urandom | base64 -w0 > revocation.secret; chmod 0440 \
             revocation.secret`",
        );
        return None;
    }
    Some(secret)
}

const SECRET: &str = "revocation.secret_file";
const SHORTEST: usize = 32;
