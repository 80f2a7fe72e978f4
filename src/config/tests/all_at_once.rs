//! Mistakes that have nothing to do with each other are reported together, although the check of
//! one needs a value that the other is about.

use super::*;

/// name | YAML after `MINIMAL`'s domains | paths of all mistakes, in the order of the file
const ROWS: &str = r#"
file_beside_algorithm | issuers: [{issuer: x, audiences: [vdi], algorithms: [ES257], keys: {jwks_file: missing.json}, user_claim: sub}] | issuers[0].algorithms[0], issuers[0].keys.jwks_file
secret_beside_algorithm | issuers: [{issuer: x, audiences: [vdi], algorithms: [HS255], keys: {secret_file: hmac-open}, user_claim: sub}] | issuers[0].algorithms[0], issuers[0].keys.secret_file
file_of_another_kind | issuers: [{issuer: x, audiences: [vdi], algorithms: [ES256], keys: {secret_file: missing}, user_claim: sub}] | issuers[0].keys.secret_file, issuers[0].keys.secret_file
file_beside_bad_name | issuers: [{issuer: x, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: [7, missing.json]}, user_claim: sub}] | issuers[0].keys.jwks_file[0], issuers[0].keys.jwks_file[1]
url_beside_algorithm | issuers: [{issuer: x, audiences: [vdi], algorithms: [ES257], keys: {jwks_url: /etc/keys}, user_claim: sub}] | issuers[0].algorithms[0], issuers[0].keys.jwks_url
discovery_beside_algorithm | issuers: [{issuer: portal, audiences: [vdi], algorithms: [ES257], keys: {discovery: true}, user_claim: sub}] | issuers[0].algorithms[0], issuers[0].keys.discovery
discovery_without_issuer | issuers: [{audiences: [vdi], algorithms: [HS256], keys: {discovery: true}, user_claim: sub}] | issuers[0].issuer, issuers[0].keys.discovery
authority_beside_age | issuers: [{issuer: x, audiences: [vdi], algorithms: [ES256], keys: {jwks_url: "https://x.example/"}, user_claim: sub, ca_file: no.crt, max_stale: 1s}] | issuers[0].ca_file, issuers[0].max_stale
age_beside_algorithm | issuers: [{issuer: x, audiences: [vdi], algorithms: [ES257], keys: {jwks_url: "https://x.example/"}, user_claim: sub, max_stale: 1s}] | issuers[0].algorithms[0], issuers[0].max_stale
age_beside_url | issuers: [{issuer: x, audiences: [vdi], algorithms: [ES256], keys: {jwks_url: /x}, user_claim: sub, max_stale: 1s}] | issuers[0].keys.jwks_url, issuers[0].max_stale
age_beside_issuer | issuers: [{audiences: [vdi], algorithms: [ES256], keys: {jwks_url: "https://x.example/"}, user_claim: sub, max_stale: 1s}] | issuers[0].issuer, issuers[0].max_stale
age_of_a_missing_file | issuers: [{issuer: x, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: missing.json}, user_claim: sub, max_stale: 1h}] | issuers[0].keys.jwks_file, issuers[0].max_stale
state_parameter_beside_url | revocation: {store: memory}\nlogin: {url: "https://u@p.example/", return_parameter: st, handoff: {session_key_file: hmac}} | login.url, login.return_parameter
session_key_beside_bad_name | revocation: {store: memory}\nlogin: {url: "https://p.example/", handoff: {session_key_file: [7, missing]}} | login.handoff.session_key_file[0], login.handoff.session_key_file[1]
session_key_beside_another | revocation: {store: memory}\nlogin: {url: "https://p.example/", handoff: {session_key_file: [missing, hmac-short]}} | login.handoff.session_key_file[0], login.handoff.session_key_file[1]
claim_beside_session_key | revocation: {store: memory}\nlogin: {url: "https://p.example/", handoff: {session_key_file: missing}}\ngrants: [{claim: iss, contains: a, labels: "*"}] | login.handoff.session_key_file, grants[0].claim
secret_to_a_taken_address | state_dir: state\ntls: {self_signed: true}\ntrusted_proxies: [10.0.0.1]\nlisten: 10.0.0.1:1\nadmin_listen: 10.0.0.1:1\nrevocation: {store: memory, secret_file: hmac} | admin_listen, revocation.secret_file
redis_beside_store | revocation: {store: rediss, url_file: missing} | revocation.store, revocation.url_file
"#;

#[test]
fn no_mistake_hides_another() {
    let folder = Folder::new();
    for row in ROWS.lines().filter(|row| !row.is_empty()) {
        let [name, yaml, paths] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("no row: {row}");
        };
        let yaml = yaml.replace("\\n", "\n");
        let base = if yaml.contains("issuers:") { DOMAINS } else { MINIMAL };
        let mistakes = folder.bad(&format!("{base}{yaml}\n"));
        let mut found: Vec<&str> = mistakes.iter().map(|mistake| &*mistake.path).collect();
        let mut expected: Vec<&str> = paths.split(", ").collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{name}\n{}", told(&mistakes));
    }
}

#[test]
fn a_file_that_is_no_yaml_hides_no_variable() {
    let folder = Folder::new();
    let mistakes = folder.load("domains: [", &[("DOORWARD__TLS__", "x")]).err().unwrap_or_default();
    assert_eq!(mistakes.len(), 2, "{}", told(&mistakes));
    assert_eq!(mistakes[1].path, "DOORWARD__TLS__");
}

const DOMAINS: &str = "domains: [vdi.example.com]\n";
