//! Tables of mistakes.

use super::{check, complaint};
use crate::support::gate::Plan;
use crate::support::portal::Portal;
use crate::support::process::{doorward, run};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// A mistake: its name, where it is made (JSON pointer), what stands there, and what the message
/// has to name.
pub type Mistake<'m> = (&'m str, &'m str, Value, &'m [&'m str]);

/// Runs `check` on each mistake and fails with all that were not refused rightly.
pub fn refuse_all(mistakes: &[Mistake<'_>]) {
    let portal = Portal::new();
    let mut complaints = Vec::new();
    for (name, pointer, value, wanted) in mistakes {
        let mut plan = Plan::of(&portal);
        put(&mut plan.config, pointer, value.clone());
        let refusal = check(&plan);
        complaints
            .extend(complaint(&refusal, wanted).map(|complaint| format!("## {name}: {complaint}")));
    }
    assert!(complaints.is_empty(), "{} mistakes\n{}", complaints.len(), complaints.join("\n\n"));
}

/// Puts `value` at `pointer`, whose parent exists or is an object to be made; `null` takes it away.
pub fn put(config: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    if config.pointer(parent).is_none() {
        put(config, parent, json!({}));
    }
    let parent = config.pointer_mut(parent).unwrap();
    match parent {
        Value::Object(members) if value.is_null() => drop(members.remove(key)),
        Value::Object(members) => drop(members.insert(key.to_owned(), value)),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer} has no place"),
    }
}

#[test]
fn unknown_keys_get_a_suggestion() {
    #[rustfmt::skip]
    let mistakes: &[Mistake<'_>] = &[
        ("top", "/cross_sight", json!("off"), &["cross_sight", "cross_site"]),
        ("issuer", "/issuers/0/user_clam", json!("sub"), &["user_clam", "user_claim"]),
        ("keys", "/issuers/0/keys/jwk_file", json!("x"), &["jwk_file", "jwks_file"]),
        ("tokens", "/tokens/cookie", json!(["__Host-a"]), &["cookie", "cookies"]),
        ("limits", "/limits/header_byte", json!("1KiB"), &["header_byte", "header_bytes"]),
        ("login", "/login/return_param", json!("rd"), &["return_param", "return_parameter"]),
        ("nothing_like_it", "/zzzz", json!(1), &["zzzz"]),
        ("another_case", "/Listen", json!("127.0.0.1:1"), &["Listen", "listen"]),
    ];
    refuse_all(mistakes);
}

#[test]
fn listeners_and_trusted_proxies() {
    #[rustfmt::skip]
    let mistakes: &[Mistake<'_>] = &[
        ("all_of_ipv4", "/trusted_proxies", json!(["0.0.0.0/0"]), &["trusted_proxies"]),
        ("all_of_ipv4_disguised", "/trusted_proxies", json!(["10.2.0.0/0"]), &["trusted_proxies"]),
        ("all_of_ipv6", "/trusted_proxies", json!(["::/0"]), &["trusted_proxies"]),
        ("all_of_ipv6_disguised", "/trusted_proxies", json!(["2001:db8::/0"]),
            &["trusted_proxies"]),
        ("all_of_ipv4_mapped", "/trusted_proxies", json!(["::ffff:0:0/96"]), &["trusted_proxies"]),
        ("all_of_ipv4_mapped_disguised", "/trusted_proxies", json!(["::ffff:10.0.0.0/96"]),
            &["trusted_proxies"]),
        ("among_others", "/trusted_proxies", json!(["127.0.0.0/8", "0.0.0.0/0"]),
            &["trusted_proxies[1]"]),
        ("half_and_half", "/trusted_proxies", json!(["10.0.0.0/33"]), &["trusted_proxies[0]"]),
        ("a_name", "/trusted_proxies", json!(["traefik"]), &["trusted_proxies[0]", "traefik"]),
        ("empty_list", "/trusted_proxies", json!([]), &["trusted_proxies"]),
        ("everywhere_without_saying_whom", "/listen", json!("0.0.0.0:4181"), &["trusted_proxies"]),
        ("one_of_two_everywhere", "/listen", json!(["127.0.0.1:4181", "[::]:4181"]),
            &["trusted_proxies"]),
        ("no_port", "/listen", json!("127.0.0.1"), &["listen"]),
        ("nowhere", "/listen", json!([]), &["listen"]),
        ("certificate_missing", "/tls", json!({ "cert_file": "/nowhere", "key_file": "/nowhere" }),
            &["tls.cert_file", "/nowhere"]),
        ("certificate_without_key", "/tls", json!({ "cert_file": "/nowhere" }),
            &["tls", "key_file"]),
        ("self_signed_nowhere", "/tls", json!({ "self_signed": true }), &["state_dir"]),
    ];
    refuse_all(mistakes);
}

#[test]
fn domains_and_logins() {
    #[rustfmt::skip]
    let mistakes: &[Mistake<'_>] = &[
        ("none", "/domains", json!([]), &["domains"]),
        ("missing", "/domains", Value::Null, &["domains"]),
        ("twice", "/domains", json!(["vdi.example.com", "VDI.example.com."]), &["domains"]),
        ("nested", "/domains", json!(["vdi.example.com", "eu.vdi.example.com"]),
            &["domains", "eu.vdi.example.com"]),
        ("deeply_nested", "/domains", json!(["a.b.vdi.example.com", "vdi.example.com"]),
            &["domains"]),
        ("address", "/domains", json!(["192.0.2.1"]), &["domains[0]", "192.0.2.1"]),
        ("wildcard", "/domains", json!(["*.vdi.example.com"]), &["domains[0]"]),
        ("with_port", "/domains", json!(["vdi.example.com:8443"]), &["domains[0]"]),
        ("with_scheme", "/domains", json!(["https://vdi.example.com"]), &["domains[0]"]),
        ("not_ascii", "/domains", json!(["vd\u{131}.example.com"]), &["domains[0]"]),
        ("unknown_issuer", "/domains", json!([{ "name": "vdi.example.com",
            "issuers": ["https://x"] }]), &["domains[0]", "https://x"]),
        ("plain_login", "/login/url", json!("http://login.example.net/"), &["login.url"]),
        ("relative_login", "/login/url", json!("/login"), &["login.url"]),
        ("script_login", "/login/url", json!("javascript:alert(1)"), &["login.url"]),
        ("login_on_a_desktop", "/login/url", json!("https://alice.vdi.example.com/"),
            &["login.url", "alice.vdi.example.com"]),
        ("login_that_leads_nowhere", "/login", json!({ "url": "https://login.example.net/" }),
            &["login", "sets_cookie"]),
        ("scheme", "/public_scheme", json!("ftp"), &["public_scheme", "ftp"]),
        ("reserved_label", "/reserved_labels", json!(["No_Label"]), &["reserved_labels[0]"]),
    ];
    refuse_all(mistakes);
}

#[test]
fn tokens_headers_and_origins() {
    #[rustfmt::skip]
    let mistakes: &[Mistake<'_>] = &[
        ("cookie_without_prefix", "/tokens/cookies", json!(["session"]),
            &["tokens.cookies[0]", "parent_domain"]),
        ("cookie_with_odd_prefix", "/tokens/cookies", json!(["__host-session"]),
            &["tokens.cookies[0]"]),
        ("cookie_with_a_space", "/tokens/cookies", json!(["__Host-a b"]), &["tokens.cookies[0]"]),
        ("cookie_twice", "/tokens/cookies", json!(["__Host-a", "__Host-a"]), &["tokens.cookies"]),
        ("leeway", "/tokens/leeway", json!("301s"), &["tokens.leeway"]),
        ("negative_leeway", "/tokens/leeway", json!("-1s"), &["tokens.leeway"]),
        ("token_header", "/tokens/headers", json!(["X_Session"]), &["tokens.headers[0]"]),
        ("size", "/tokens/max_bytes", json!("many"), &["tokens.max_bytes", "many"]),
        ("origin_of_a_desktop", "/trusted_origins",
            json!([{ "origin": "https://bob.vdi.example.com" }]), &["trusted_origins[0]"]),
        ("null_origin", "/trusted_origins", json!([{ "origin": "null" }]), &["trusted_origins[0]"]),
        ("any_origin", "/trusted_origins", json!([{ "origin": "*" }]), &["trusted_origins[0]"]),
        ("wildcard_origin", "/trusted_origins", json!([{ "origin": "https://*.example.com" }]),
            &["trusted_origins[0]"]),
        ("plain_origin", "/trusted_origins", json!([{ "origin": "http://portal.example.com" }]),
            &["trusted_origins[0]"]),
        ("origin_with_path", "/trusted_origins",
            json!([{ "origin": "https://portal.example.com/x" }]), &["trusted_origins[0]"]),
        ("grant_of_nobody", "/grants", json!([{ "issuer": "https://x", "claim": "g",
            "contains": "a", "labels": "*" }]), &["grants[0]", "https://x"]),
        ("grant_of_nothing", "/grants", json!([{ "issuer": "https://idp.example.com", "claim": "g",
            "contains": "", "labels": "*" }]), &["grants[0]"]),
        ("mode", "/cross_site", json!("lax"), &["cross_site", "lax"]),
        ("log_level", "/log/level", json!("loud"), &["log.level", "loud"]),
        ("number_for_text", "/domains", json!(5), &["domains"]),
        ("text_for_list", "/issuers", json!("https://x"), &["issuers"]),
    ];
    refuse_all(mistakes);
}

#[test]
fn header_names_that_conflict_with_identity_headers_are_refused() {
    let portal = Portal::new();
    let mut complaints = Vec::new();
    for name in [
        "Cookie",
        "Set-Cookie",
        "Authorization",
        "Host",
        "Location",
        "Origin",
        "Referer",
        "cookie",
        "Sec-Fetch-Site",
        "Sec-Anything",
        "Content-Type",
        "Content-Length",
        "X-Forwarded-User",
        "x-forwarded-host",
        "X-Doorward-Shard",
        "X-Session-Token",
        "Connection",
        "Keep-Alive",
        "TE",
        "Transfer-Encoding",
        "Upgrade",
        "Proxy-Authorization",
        "Trailer",
        "X_User",
        "X.User",
        "X User",
        "",
    ] {
        let plan = Plan::of(&portal)
            .with("tokens", json!({ "headers": ["X-Session-Token"] }))
            .with("identity_headers", json!({ name: "username" }));
        let complaint = complaint(&check(&plan), &["identity_headers", name]);
        complaints.extend(complaint.map(|complaint| format!("## {name:?}: {complaint}")));
    }
    let twice = json!({ "X-User": "username", "x-user": "label" });
    let plan = Plan::of(&portal).with("identity_headers", twice);
    complaints.extend(complaint(&check(&plan), &["identity_headers"]));
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[test]
fn every_mistake_is_reported_at_once() {
    let portal = Portal::new();
    let mut plan = Plan::of(&portal)
        .with("trusted_proxies", json!(["0.0.0.0/0"]))
        .with("cross_site", json!("lax"))
        .with("domains", json!(["192.0.2.1"]))
        .with("tokens", json!({ "leeway": "301s" }))
        .with("trusted_origins", json!([{ "origin": "null" }]))
        .with_issuer("algorithms", json!(["none"]));
    plan.config["issuers"][0].as_object_mut().unwrap().remove("user_claim");
    let paths = [
        "trusted_proxies",
        "cross_site",
        "domains[0]",
        "tokens.leeway",
        "trusted_origins[0]",
        "issuers[0].algorithms",
        "issuers[0].user_claim",
    ];
    assert_eq!(complaint(&check(&plan), &paths), None);
}

#[test]
fn invalid_yaml_is_reported_with_its_position() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let good = serde_json::to_string(&plan.config).unwrap();
    let path = plan.write();
    #[rustfmt::skip]
    let rows = [
        ("broken", "listen: [\n".to_owned()),
        ("a_list", "- a\n- b\n".to_owned()),
        ("empty", String::new()),
        ("doubled_key", good.replacen('{', "{\"cross_site\":\"off\",\"cross_site\":\"strict\",",
            1)),
        ("doubled_deep_key", good.replacen("\"user_claim\"",
            "\"user_claim\":\"email\",\"user_claim\"", 1)),
        ("two_documents", format!("{good}\n---\n{good}\n")),
        ("not_utf_8", format!("{good}\n# ")),
    ];
    for (name, text) in rows {
        let mut bytes = text.into_bytes();
        if name == "not_utf_8" {
            bytes.extend(b"\xff\n");
        }
        fs::write(&path, bytes).unwrap();
        let refusal = run(doorward().arg("check").arg("--config").arg(&path), "");
        assert_eq!(complaint(&refusal, &[]), None, "{name}");
    }
}

/// `serve` refuses every configuration that `check` refuses.
#[tokio::test]
async fn a_wrong_configuration_does_not_start() {
    let portal = Portal::new();
    let plan = Plan::of(&portal).with("cross_site", json!("lax"));
    let mut process = plan.start();
    assert_eq!(process.exit_code(Duration::from_secs(30)).await, Some(64));
    assert!(process.stderr().contains("cross_site"), "{}", process.output());
}

/// With the cross-site rules off, any page that an administrator opens could drive every desktop.
#[test]
fn a_grant_needs_strict_cross_site_rules() {
    let grant = json!({
        "issuer": "https://idp.example.com", "claim": "g", "contains": "a", "labels": "*",
    });
    for (mode, accepted) in [("strict", true), ("report", false), ("off", false)] {
        let plan =
            Plan::of(&Portal::new()).with("grants", json!([grant])).with("cross_site", json!(mode));
        let checked = check(&plan);
        if accepted {
            assert_eq!(checked.code, 0, "{}", checked.output());
        } else {
            assert_eq!(complaint(&checked, &["grants", "cross_site"]), None, "{mode}");
        }
    }
}
