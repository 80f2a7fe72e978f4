//! Issuers whose keys are fetched; nothing is fetched here.

use super::*;
use crate::keys::Source;
use std::time::Duration;

fn yaml(keys: &str) -> String {
    MINIMAL.replace("keys: {jwks_file: jwks.json}", keys)
}

#[test]
fn an_address_or_the_issuers_own_document() {
    let folder = Folder::new();
    let rows = [
        (
            "keys: {jwks_url: \"https://K.example.net:443/keys?v=1\"}",
            "https://k.example.net/keys?v=1",
            false,
        ),
        ("keys: {discovery: true}", DOCUMENT, true),
        ("keys: {discovery: true, jwks_url: null}", DOCUMENT, true),
    ];
    for (keys, expected, discovered) in rows {
        let config = folder.good(&yaml(keys));
        let [(0, remote)] = &config.fetched[..] else { panic!("{keys}") };
        assert_eq!(remote.source.endpoint().to_string(), expected);
        assert_eq!(matches!(remote.source, Source::Discovery(_)), discovered, "{keys}");
        assert_eq!(remote.issuer, config.issuers[0].name);
        assert_eq!(remote.algorithms, config.issuers[0].algorithms);
        assert_eq!((remote.max_stale, remote.plain), (Duration::from_secs(86_400), false));
        assert!(remote.authorities.is_none());
        assert!((remote.is_workspace)("alice.vdi.example.com"));
        assert!(!(remote.is_workspace)("portal.vdi.example.com"), "a reserved label");
        assert_eq!(config.issuers[0].keys.count(), 0, "before the first fetch");
        assert_eq!(config.watched, [folder.path("config.yaml")], "{keys}");
    }
    assert!(folder.good(MINIMAL).fetched.is_empty());
    let file = yaml("keys: {jwks_file: jwks.json, jwks_url: null, discovery: false}");
    assert!(folder.good(&file).fetched.is_empty());
}

#[test]
fn settings_of_fetched_keys() {
    let folder = Folder::new();
    let settings = "keys: {discovery: true}, ca_file: tls.crt, max_stale: 1m";
    let config = folder.good(&yaml(settings));
    let (_, remote) = &config.fetched[0];
    assert_eq!(remote.authorities.as_ref().map(|list| list.len()), Some(1));
    assert_eq!(remote.max_stale, Duration::from_secs(60));
    let watched = [folder.path("config.yaml"), folder.path("tls.crt")];
    assert_eq!(config.watched, watched, "a new authority is noticed");
    let month = yaml("keys: {discovery: true}, max_stale: 30d");
    assert_eq!(folder.good(&month).fetched[0].1.max_stale, Duration::from_secs(30 * 86_400));
}

#[test]
fn plain_http_is_for_development() {
    let folder = Folder::new();
    let plain = format!(
        "{}public_scheme: http\n",
        yaml("keys: {jwks_url: \"http://127.0.0.1:8080/keys\"}")
    );
    assert!(folder.good(&plain).fetched[0].1.plain);
}

const DOCUMENT: &str = "https://portal.example.com/.well-known/openid-configuration";
