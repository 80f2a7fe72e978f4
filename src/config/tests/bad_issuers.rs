//! Mistakes in `issuers`: what decides whether a token is believed.

use super::*;

#[test]
fn one_issuer() {
    each_is_refused_in(
        |settings| format!("{ISSUER}, {settings}}}]\n"),
        r#"
no_user_claim | audiences: [vdi], algorithms: [ES256], keys: {jwks_file: jwks.json} | issuers[0].user_claim | such as sub
empty_user_claim | user_claim: "", audiences: [vdi], algorithms: [ES256], keys: {jwks_file: jwks.json} | issuers[0].user_claim | empty
bad_pointer | user_claim: /a~2, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: jwks.json} | issuers[0].user_claim | not a claim
no_audiences | user_claim: sub, algorithms: [ES256], keys: {jwks_file: jwks.json} | issuers[0].audiences | any other service
empty_audiences | user_claim: sub, audiences: [], algorithms: [ES256], keys: {jwks_file: jwks.json} | issuers[0].audiences | any other service
empty_audience | user_claim: sub, audiences: [""], algorithms: [ES256], keys: {jwks_file: jwks.json} | issuers[0].audiences[0] | empty
any_audience_and_some | user_claim: sub, audiences: [vdi], allow_any_audience: true, algorithms: [ES256], keys: {jwks_file: jwks.json} | issuers[0].audiences | contradicts
no_algorithms | user_claim: sub, audiences: [vdi], keys: {jwks_file: jwks.json} | issuers[0].algorithms | cannot choose
empty_algorithms | user_claim: sub, audiences: [vdi], algorithms: [], keys: {jwks_file: jwks.json} | issuers[0].algorithms | empty list
alg_none | user_claim: sub, audiences: [vdi], algorithms: [none], keys: {jwks_file: jwks.json} | issuers[0].algorithms[0] | not signed
alg_lower_case | user_claim: sub, audiences: [vdi], algorithms: [es256], keys: {jwks_file: jwks.json} | issuers[0].algorithms[0] | did you mean `ES256`
alg_unknown | user_claim: sub, audiences: [vdi], algorithms: [ES512], keys: {jwks_file: jwks.json} | issuers[0].algorithms[0] | known algorithms: HS256
alg_twice | user_claim: sub, audiences: [vdi], algorithms: [ES256, ES256], keys: {jwks_file: jwks.json} | issuers[0].algorithms[1] | repeated
hmac_with_public_keys | user_claim: sub, audiences: [vdi], algorithms: [HS256, ES256], keys: {jwks_file: jwks.json} | issuers[0].algorithms | mixes
no_keys | user_claim: sub, audiences: [vdi], algorithms: [ES256] | issuers[0].keys | exactly one
no_source | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {} | issuers[0].keys | exactly one
two_sources | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: jwks.json, pem_file: key.pem} | issuers[0].keys | jwks_file and pem_file
fetched_plain | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_url: "http://p.example.com/jwks"} | issuers[0].keys.jwks_url | not https
fetched_from_a_workspace | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_url: "https://alice.vdi.example.com/jwks"} | issuers[0].keys.jwks_url | which a user controls
fetched_with_password | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_url: "https://me:x@p.example.com/jwks"} | issuers[0].keys.jwks_url | user name or password
fetched_from_a_path | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_url: /etc/jwks.json} | issuers[0].keys.jwks_url | not an absolute http or https URL
fetched_from_a_number | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_url: 1} | issuers[0].keys.jwks_url | is a number
fetched_secrets | user_claim: sub, audiences: [vdi], algorithms: [HS256], keys: {jwks_url: "https://p.example.com/jwks"} | issuers[0].keys.jwks_url | for public keys
discovered_secrets | user_claim: sub, audiences: [vdi], algorithms: [HS256], keys: {discovery: true} | issuers[0].keys.discovery | for public keys
fetched_and_discovered | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_url: "https://p.example.com/jwks", discovery: true} | issuers[0].keys | jwks_url and discovery
file_and_fetched | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: jwks.json, jwks_url: "https://p.example.com/jwks"} | issuers[0].keys | jwks_file and jwks_url
file_and_discovered | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: jwks.json, discovery: true} | issuers[0].keys | jwks_file and discovery
not_discovered | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {discovery: false} | issuers[0].keys | exactly one
discovery_word | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {discovery: maybe} | issuers[0].keys.discovery | true or false
ca_file_missing | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {discovery: true}, ca_file: none.crt | issuers[0].ca_file | no such file
ca_file_of_keys | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {discovery: true}, ca_file: jwks.json | issuers[0].ca_file | no certificate
stale_too_short | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {discovery: true}, max_stale: 59s | issuers[0].max_stale | 1m to 30d
stale_too_long | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {discovery: true}, max_stale: 31d | issuers[0].max_stale | 1m to 30d
stale_number | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {discovery: true}, max_stale: 3600 | issuers[0].max_stale | is a number
key_file_missing | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: none.json} | issuers[0].keys.jwks_file | no such file
second_key_file_missing | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: [jwks.json, none.json]} | issuers[0].keys.jwks_file[1] | no such file
no_key_files | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: []} | issuers[0].keys.jwks_file | empty list
key_file_is_no_set | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: not.json} | issuers[0].keys.jwks_file | no usable key
key_of_other_algorithm | user_claim: sub, audiences: [vdi], algorithms: [RS256], keys: {jwks_file: jwks.json} | issuers[0].keys.jwks_file | no usable key
key_file_is_a_certificate | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {pem_file: tls.crt} | issuers[0].keys.pem_file | no usable key
pem_for_two_rsa_algorithms | user_claim: sub, audiences: [vdi], algorithms: [RS256, PS256], keys: {pem_file: key.pem} | issuers[0].keys.pem_file | several RSA
pem_for_hmac | user_claim: sub, audiences: [vdi], algorithms: [HS256], keys: {pem_file: key.pem} | issuers[0].keys.pem_file | use secret_file
secret_for_signatures | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {secret_file: hmac} | issuers[0].keys.secret_file | shared secrets
secret_for_two_algorithms | user_claim: sub, audiences: [vdi], algorithms: [HS256, HS384], keys: {secret_file: hmac} | issuers[0].keys.secret_file | exactly one
secret_open_to_others | user_claim: sub, audiences: [vdi], algorithms: [HS256], keys: {secret_file: hmac-open} | issuers[0].keys.secret_file | defaultMode: 0440
secret_too_short | user_claim: sub, audiences: [vdi], algorithms: [HS256], keys: {secret_file: hmac-short} | issuers[0].keys.secret_file | no usable key
set_of_secrets_open_to_others | user_claim: sub, audiences: [vdi], algorithms: [HS256], keys: {jwks_file: jwks.json} | issuers[0].keys.jwks_file | other users can access
unknown_case | user_claim: sub, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: jwks.json}, case: loose | issuers[0].case | sensitive, fold
"#,
    );
}

#[test]
fn types_and_lifetimes() {
    each_is_refused_in(
        |settings| format!("{ISSUER}, user_claim: sub, {REST}, {settings}}}]\n"),
        r#"
own_type | types: [doorward-session+jwt] | issuers[0].types[0] | own types
own_type_dressed | types: [JWT, Application/DOORWARD-handoff+jwt] | issuers[0].types[1] | own types
empty_type | types: [""] | issuers[0].types[0] | not a type
type_required_none_taken | types: [], require_type: true | issuers[0].types | requires a type
no_lifetime | max_lifetime: 0s | issuers[0].max_lifetime | 1s to
lifetime_number | max_lifetime: 3600 | issuers[0].max_lifetime | is a number
lifetime_word | max_lifetime: forever | issuers[0].max_lifetime | not a duration
lifetime_in_parts | max_lifetime: 1001ms | issuers[0].max_lifetime | whole seconds
ca_of_fetched_keys | ca_file: tls.crt | issuers[0].ca_file | in a file
age_of_fetched_keys | max_stale: 24h | issuers[0].max_stale | in a file
"#,
    );
}

#[test]
fn several_issuers() {
    let one = "bare_labels: true, issuer: \"https://a.example\"";
    each_is_refused_in(
        |two| {
            let entry = |own: &str| format!("  - {{user_claim: sub, {REST}, {own}}}\n");
            format!("domains: [vdi.example.com]\nissuers:\n{}{}", entry(one), entry(two))
        },
        r#"
same_name | bare_labels: false, issuer: "https://a.example" | issuers[1].issuer | already has an entry
bare_twice | bare_labels: true, issuer: "https://b.example" | issuers[1].bare_labels | share a label
bare_not_said | issuer: "https://b.example" | issuers[1].bare_labels | missing
on_a_workspace | bare_labels: false, issuer: "https://alice.vdi.example.com/" | issuers[1].issuer | which a user controls
white_space | bare_labels: false, issuer: "https://b.example " | issuers[1].issuer | white space
nameless | bare_labels: false, issuer: "" | issuers[1].issuer | empty
no_issuer_key | bare_labels: false | issuers[1].issuer | missing
"#,
    );
}

#[test]
fn no_issuer_at_all() {
    each_is_refused(
        "domains: [vdi.example.com]\n",
        r"
missing |  | issuers | missing
empty | issuers: [] | issuers | empty list
section | issuers: {a: b} | issuers | is a section
",
    );
}

const ISSUER: &str = "domains: [vdi.example.com]\nissuers: [{issuer: \"https://p.example.com\"";
const REST: &str = "audiences: [vdi], algorithms: [ES256], keys: {jwks_file: jwks.json}";
