use super::*;
use std::sync::Arc;
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};

fn now() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// An authority without a scope, and a server that it certified for these names.
fn issue(
    names: &[String],
    days: u32,
    now: u64,
) -> Result<(Authority, CertifiedKey), CertificateError> {
    let authority = Authority::new("authority", Validity { now, days }, None)?;
    let server = authority.certify("server", names)?;
    Ok((authority, server))
}

/// Whether a client that trusts only this authority completes a handshake with this server under
/// `name`.
pub(crate) fn accepts(authority: &str, server: &CertifiedKey, name: &str) -> bool {
    let provider = Arc::new(default_provider());
    let certificate = |text: &str| CertificateDer::from_pem_slice(text.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(server.key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate(&server.certificate)], key)
        .unwrap();
    let mut there = ServerConnection::new(Arc::new(config)).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate(authority)).unwrap();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut here = ClientConnection::new(Arc::new(config), name).unwrap();
    while here.is_handshaking() || there.is_handshaking() {
        let mut wire = Vec::new();
        here.write_tls(&mut wire).unwrap();
        there.read_tls(&mut wire.as_slice()).unwrap();
        if there.process_new_packets().is_err() {
            return false;
        }
        wire.clear();
        there.write_tls(&mut wire).unwrap();
        here.read_tls(&mut wire.as_slice()).unwrap();
        if here.process_new_packets().is_err() {
            return false;
        }
    }
    true
}

#[test]
fn the_server_is_trusted_by_its_names_alone() {
    let all = names(&["gate.doorward.svc", "*.vdi.example.com", "127.0.0.1", "::1"]);
    let (authority, server) = issue(&all, 30, now()).unwrap();
    for (name, accepted) in [
        ("gate.doorward.svc", true),
        ("alice.vdi.example.com", true),
        ("127.0.0.1", true),
        ("::1", true),
        ("vdi.example.com", false),
        ("a.alice.vdi.example.com", false),
        ("doorward.svc", false),
        ("127.0.0.2", false),
    ] {
        assert_eq!(accepts(&authority.certificate(), &server, name), accepted, "{name}");
    }
    let (other, _) = issue(&all, 30, now()).unwrap();
    assert!(!accepts(&other.certificate(), &server, "127.0.0.1"), "another authority");
}

#[test]
fn nothing_outside_its_scope_is_believed() {
    let scope = Scope {
        domain: "vdi.example.com",
        ipv4: (Ipv4Addr::new(10, 1, 0, 0), 16),
        ipv6: (Ipv6Addr::LOCALHOST, 128),
    };
    let validity = Validity { now: now(), days: 1 };
    let authority = Authority::new("authority", validity, Some(&scope)).unwrap();
    for (name, accepted) in [
        ("vdi.example.com", true),
        ("alice.vdi.example.com", true),
        ("evilvdi.example.com", false),
        ("example.com", false),
        ("bank.example", false),
        ("10.1.255.255", true),
        ("10.2.0.0", false),
        ("::1", true),
        ("::2", false),
    ] {
        let server = authority.certify("server", &names(&[name])).unwrap();
        assert_eq!(accepts(&authority.certificate(), &server, name), accepted, "{name}");
    }
}

#[test]
fn a_certificate_is_valid_only_for_its_server() {
    let authority = Authority::new("authority", Validity { now: now(), days: 1 }, None).unwrap();
    let one = authority.certify("server", &names(&["one.example"])).unwrap();
    let two = authority.certify("server", &names(&["two.example"])).unwrap();
    assert!(
        accepts(&authority.certificate(), &one, "one.example")
            && accepts(&authority.certificate(), &two, "two.example")
    );
    assert!(
        !accepts(&authority.certificate(), &one, "two.example")
            && !accepts(&authority.certificate(), &two, "one.example")
    );
    assert_ne!(one.key, two.key);
}

#[test]
fn certificates_end() {
    let day = 86_400;
    let valid = |made_at: u64| {
        let (authority, server) = issue(&names(&["localhost"]), 30, made_at).unwrap();
        accepts(&authority.certificate(), &server, "localhost")
    };
    assert!(valid(now() - 29 * day));
    assert!(!valid(now() - 31 * day));
    assert!(valid(now() + 1800), "a clock that is half an hour behind");
    assert!(!valid(now() + 2 * 3600));
}

#[test]
fn names_are_dns_names_or_addresses() {
    let long_label = format!("{}.example.com", "a".repeat(64));
    let long_name = format!("{}com", "abcdefghi.".repeat(26));
    for (row, name, good) in [
        ("dns_name", "gate.example.com", true),
        ("single_label", "localhost", true),
        ("upper_case", "Gate.Example.com", true),
        ("digits_within", "10.gate1.internal", true),
        ("wildcard", "*.example.com", true),
        ("ipv4", "10.0.0.1", true),
        ("ipv6", "fd00::1", true),
        ("empty", "", false),
        ("wildcard_alone", "*", false),
        ("wildcard_inside", "a.*.example.com", false),
        ("wildcard_partial", "a*.example.com", false),
        ("empty_label", "a..example.com", false),
        ("trailing_dot", "example.com.", false),
        ("leading_hyphen", "-a.example.com", false),
        ("trailing_hyphen", "a-.example.com", false),
        ("space", "a b.example.com", false),
        ("newline", "a\n.example.com", false),
        ("not_ascii", "é.example.com", false),
        ("with_a_port", "example.com:443", false),
        ("url", "https://example.com", false),
        ("no_address", "10.0.0.256", false),
        ("bracketed_ipv6", "[::1]", false),
        ("long_label", &long_label, false),
        ("long_name", &long_name, false),
    ] {
        let error = issue(&names(&[name]), 1, now()).err();
        let expected = (!good).then(|| CertificateError::Name(name.to_owned()));
        assert_eq!(error, expected, "{row}");
    }
    assert_eq!(issue(&[], 1, now()).err(), Some(CertificateError::NoName));
}

#[test]
fn no_time_overflows() {
    assert!(issue(&names(&["localhost"]), u32::MAX, u64::MAX).is_ok());
    assert!(issue(&names(&["localhost"]), 0, 0).is_ok());
}
