//! Which headers reach a desktop with an allowed request, and which must not.

use super::*;
use crate::cross_site::CrossSite;
use crate::gate::{DomainRules, DomainTable};
use crate::name::{Case, Domain, Domains, LabelRules, ReservedLabels};
use crate::token::cache::SessionCache;
use crate::token::{
    Algorithm, ClaimPath, Grants, IdentityValues, Issuer, IssuerId, Issuers, KeySet, Verifier,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use std::sync::Arc;

const PORTAL: &str = "https://portal.example.com";

fn gate() -> Gate {
    let algorithms = vec![Algorithm::Hs256];
    let labels =
        LabelRules::new(PORTAL, true, Case::Sensitive, Arc::new(ReservedLabels::default()));
    let issuer = Issuer {
        name: PORTAL.into(),
        audiences: vec!["vdi".into()],
        keys: KeySet::from_secrets(&[vec![7; 32]], &algorithms).unwrap(),
        algorithms,
        user_claim: ClaimPath::new("sub").unwrap(),
        types: vec!["jwt".into()],
        require_type: false,
        labels,
        max_lifetime: None,
    };
    let domains = Domains::new(vec![Domain::new("vdi.example.com").unwrap()]).unwrap();
    Gate {
        domains: DomainTable::new(domains, |_| DomainRules {
            issuers: vec![IssuerId::at(0)],
            sign_in: None,
        }),
        verifier: Verifier {
            issuers: Issuers::new(vec![issuer]),
            leeway: 0,
            max_bytes: 8192,
            identity: IdentityValues::default(),
            grants: Grants::default(),
        },
        cross_site: CrossSite::default(),
        cache: SessionCache::new(1 << 16),
        revocations: Arc::new(crate::revocation::Memory::default()),
        generation: 1,
    }
}

fn jwt(issuer: &str) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    let payload = serde_json::json!({ "iss": issuer, "sub": "alice" }).to_string();
    format!("{}.{}.c2ln", part("{\"alg\":\"HS256\"}".to_owned()), part(payload))
}

fn passed(value: &str) -> bool {
    let gate = gate();
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
    let passing = UpstreamHeaders {
        headers: &headers,
        gate: &gate,
        cookies: &GateCookies::new(Vec::new(), false),
        token_headers: &[],
        identity_headers: &[],
    };
    let mut out = HeaderMap::new();
    passing.copy_foreign(&AUTHORIZATION, &mut out);
    assert!(out.get(AUTHORIZATION).is_none_or(|kept| kept == value), "changed: {value}");
    out.contains_key(AUTHORIZATION)
}

#[test]
fn a_gate_token_is_removed_in_every_wrapping() {
    let ours = jwt(PORTAL);
    let padded = {
        let payload = serde_json::json!({ "iss": PORTAL, "x": "1" }).to_string();
        format!("{}.{}.c2ln", URL_SAFE.encode("{\"alg\":\"x\"}"), URL_SAFE.encode(payload))
    };
    let rows = [
        ("bearer", format!("Bearer {ours}")),
        ("other_scheme", format!("Token {ours}")),
        ("no_scheme", ours.clone()),
        ("part_in_front", format!("Token x.{ours}")),
        ("dot_in_front", format!("Token .{ours}")),
        ("two_parts_in_front", format!("x.y.{ours}")),
        ("behind_a_foreign_one", format!("Bearer {}, Bearer {ours}", jwt("https://other.test"))),
        ("parameter", format!("Digest token={ours}")),
        ("basic_password", format!("Basic {}", STANDARD.encode(format!("alice:{ours}")))),
        ("padded_parts", format!("Bearer {padded}")),
        ("hidden_in_a_crowd", format!("Token {} {ours}", "a.a.a ".repeat(40))),
    ];
    for (row, value) in rows {
        assert!(!passed(&value), "{row}: {value}");
    }
}

#[test]
fn the_desktops_own_headers_are_unchanged() {
    let foreign = jwt("https://other.test");
    let rows = [
        ("basic", "Basic YWxpY2U6c2VjcmV0".to_owned()),
        ("foreign_bearer", format!("Bearer {foreign}")),
        ("opaque_bearer", "Bearer 2YotnFZFEjr1zCsicMWpAA".to_owned()),
        ("digest", "Digest username=\"Mufasa\", uri=\"/dir/index.html\"".to_owned()),
        ("version_numbers", "AWS4-HMAC-SHA256 Credential=AKIA/20130524/us-east-1/s3".to_owned()),
    ];
    for (row, value) in rows {
        assert!(passed(&value), "{row}: {value}");
    }
}
