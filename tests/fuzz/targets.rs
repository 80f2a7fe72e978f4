//! The targets. A target must not panic on any input, asserts what must hold for those inputs that are
//! accepted, and returns whether this one was.

use super::world::{ALICE, LOGOUT, NOW, PEER, STATE};
use doorward::config::Config;
use doorward::gate::{DomainRules, NoTrace};
use doorward::http::Decision;
use doorward::manifest::template::{Template, Values};
use doorward::manifest::{Sessions, yaml};
use doorward::name::{Domain, Domains, Host};
use doorward::token::{Algorithm, KeySet};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use std::path::Path;
use std::str::from_utf8;
use std::sync::{Arc, LazyLock};

/// An accepted host is canonical: parsed again, it is the same host.
pub fn host(data: &[u8]) -> bool {
    static DOMAINS: LazyLock<Domains> = LazyLock::new(|| {
        let domain = |name| Domain::new(name).unwrap();
        Domains::new(vec![domain("vdi.example.com"), domain("example.org")]).unwrap()
    });
    let Ok(text) = from_utf8(data) else { return false };
    let Ok(host) = Host::parse(text, &DOMAINS) else { return false };
    let again = Host::parse(host.name(), &DOMAINS).unwrap();
    assert_eq!(again.name(), host.name());
    assert_eq!((again.label(), again.session()), (host.label(), host.session()));
    assert_eq!(again.domain(), host.domain());
    let domain = DOMAINS.at(host.domain()).unwrap().as_str();
    let front = match host.session() {
        None => host.label().to_owned(),
        Some(session) => format!("{session}--{}", host.label()),
    };
    assert_eq!(host.name(), format!("{front}.{domain}"));
    assert!(!host.label().contains('.') && !host.label().contains("--"));
    true
}

/// Only the one accepted token opens alice's host, with any other headers; what is read is
/// read the same way twice.
pub fn forwarded(data: &[u8]) -> bool {
    let headers = headers(data);
    let read = STATE.reader.read(&headers, None);
    let again = STATE.reader.read(&headers, None);
    assert_eq!(read.is_ok(), again.is_ok());
    if let Ok((request, _)) = &read {
        assert!(request.uri.starts_with('/'), "{:?}", request.uri);
        assert_eq!(headers.get_all("x-forwarded-host").iter().count(), 1);
    }
    let decision = STATE.decide(&PEER, &headers, None, NOW, &mut NoTrace);
    if let Decision::Permit(permit) = &decision {
        assert_eq!(permit.host().name(), "alice.vdi.example.com");
        assert_eq!(permit.session().username(), "alice");
        let has_token = |value: &HeaderValue| {
            value.as_bytes().windows(ALICE.len()).any(|part| part == ALICE.as_bytes())
        };
        assert!(headers.values().any(has_token), "a permit without a token");
    }
    matches!(decision, Decision::Permit(_))
}

/// Cookies that are passed on are the client's, unchanged and in order, without the gate's own.
pub fn cookies(data: &[u8]) -> bool {
    let front = b"x-forwarded-host: alice.vdi.example.com\nx-forwarded-method: GET\n\
        x-forwarded-uri: /\nx-forwarded-proto: https\ncookie: __Host-doorward=";
    let input = [front, ALICE.as_bytes(), b"\ncookie: ", data].concat();
    let headers = headers(&input);
    let decision = STATE.decide(&PEER, &headers, None, NOW, &mut NoTrace);
    let Decision::Permit(permit) = decision else { return false };
    let answer = STATE.respond_permit(permit, &headers);
    let pairs = |headers: &HeaderMap| -> Vec<Vec<u8>> {
        let lines = headers.get_all("cookie").into_iter();
        let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
        let pairs = pairs.map(|pair| pair.trim_ascii().to_vec());
        pairs.filter(|pair| !pair.is_empty()).collect()
    };
    let mut sent = pairs(&headers).into_iter();
    for pair in pairs(answer.headers()) {
        // A pair without `=` has no name, only a value.
        let equals = pair.iter().position(|byte| *byte == b'=');
        let name = equals.map(|at| pair[..at].trim_ascii());
        assert_ne!(name, Some(&b"__Host-doorward"[..]));
        assert!(sent.any(|other| other == pair), "{:?}", String::from_utf8_lossy(&pair));
    }
    true
}

/// Nothing but the signed token, byte for byte, is a session.
pub fn token(data: &[u8]) -> bool {
    let Ok(text) = from_utf8(data) else { return false };
    let domains = &STATE.gate.domains;
    let host = Host::parse("alice.vdi.example.com", domains.names()).unwrap();
    let sessions = domains.of(&host).and_then(DomainRules::gate_sessions);
    let verifier = &STATE.gate.verifier;
    let session = verifier.verify_session(text, &host, sessions, NOW, &mut { 4 });
    assert_eq!(session.is_ok(), text == *ALICE, "{session:?}");
    if session.is_ok() || verifier.issuer_named_in(text).is_some() {
        assert!(verifier.claims_to_be_ours(text), "a token of ours would reach a desktop");
    }
    session.is_ok()
}

/// Nothing but the signed logout token, byte for byte, ends a session.
pub fn logout_token(data: &[u8]) -> bool {
    let Ok(text) = from_utf8(data) else { return false };
    let logout = STATE.gate.verifier.verify_logout(text, NOW, &mut || true);
    assert_eq!(logout.is_ok(), text == *LOGOUT, "{logout:?}");
    logout.is_ok()
}

/// A key set has keys, and never a symmetric one for an asymmetric algorithm.
pub fn key_set(data: &[u8]) -> bool {
    let Ok((set, problems)) = KeySet::from_jwks(data, &[Algorithm::Es256, Algorithm::EdDsa]) else {
        return false;
    };
    let value: serde_json::Value = serde_json::from_slice(data).unwrap();
    let members = value["keys"].as_array().unwrap();
    let symmetric = members.iter().filter(|key| key["kty"] == "oct").count();
    assert!(set.count() > 0);
    assert!(set.count() + symmetric <= members.len(), "{problems:?}");
    true
}

/// The documents of a template have the same shape for every user, and come out the same twice.
pub fn template(data: &[u8]) -> bool {
    let Ok(text) = from_utf8(data) else { return false };
    let Ok(template) = Template::parse(text) else { return false };
    let one = template.fill(&values("alice", "alice.vdi.example.com"));
    assert_eq!(one.is_ok(), template.fill(&values("alice", "alice.vdi.example.com")).is_ok());
    let other = template.fill(&values("x--\"'{}: #", "[&*!|>%@`,"));
    match (&one, &other) {
        (Ok(one), Ok(other)) => assert_eq!(one.len(), other.len()),
        (one, other) => assert_eq!(one.is_ok(), other.is_ok()),
    }
    one.is_ok()
}

/// What is read as sessions and written as YAML is read as the same sessions again.
pub fn sessions(data: &[u8]) -> bool {
    let Ok(text) = from_utf8(data) else { return false };
    let Ok(documents) = yaml::read(text) else { return false };
    let found = Sessions::of(&documents, &Arc::from("input"));
    let written = yaml::write_all(&documents).unwrap();
    let documents = yaml::read(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    let again = Sessions::of(&documents, &Arc::from("input"));
    assert_eq!(found.sessions, again.sessions, "{written}");
    assert_eq!(found.errors.len(), again.errors.len(), "{written}");
    !found.sessions.is_empty()
}

/// A configuration is accepted, or refused with a path and a remedy for each mistake.
pub fn configuration(data: &[u8]) -> bool {
    let Ok(text) = from_utf8(data) else { return false };
    let config = Config::from_yaml(text, Path::new("/nonexistent"));
    match &config {
        Ok(config) => assert!(config.domains.len() > 0),
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(problems.iter().all(|one| !one.wrong.is_empty() && !one.remedy.is_empty()));
        }
    }
    config.is_ok()
}

/// `name: value` lines; those that no HTTP parser would accept are left out.
fn headers(data: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(at);
        let value = value.strip_prefix(b":").unwrap_or_default().trim_ascii();
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
        {
            headers.append(name, value);
        }
    }
    headers
}

fn values<'v>(label: &'v str, host: &'v str) -> Values<'v> {
    Values {
        label,
        host,
        domain: "vdi.example.com",
        namespace: "desktops",
        issuer: "https://login.example.com",
        session_name: "desk",
        session_id: "desk-1",
        session_slug: None,
        service_name: "desk",
        service_port: 80,
        owner: None,
    }
}
