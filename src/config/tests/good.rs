//! Good configurations and what becomes of them.

use super::*;
use crate::manifest::{GatePlace, ObjectName, RouteTls, TraefikName, TraefikVersion};
use crate::name::{Case, Domain};
use crate::observe::log::LogFormat;
use crate::token::IssuerId;

/// All that the documentation's example shows and that this version has.
const EXAMPLE: &str = r#"
listen: ["0.0.0.0:4181", "[::]:4181"]
admin_listen: 127.0.0.1:4182
tls: { cert_file: tls.crt, key_file: tls.key, client_ca_file: tls.crt }
admin_tls: { cert_file: tls.crt, key_file: tls.key }
state_dir: state
trusted_proxies: [10.42.0.0/16, "fd00::/8", 192.0.2.7]
domains:
  - vdi.example.com
  - { name: Lab.Example.Org., issuers: [https://lab.example.org], login: { url: "https://lab.example.net/in?from=vdi", return_parameter: next, sets_cookie: true } }
public_scheme: https
issuers:
  - issuer: https://portal.example.com
    audiences: [vdi, desktops]
    algorithms: [ES256, RS256]
    keys: { jwks_file: [jwks.json, more.json] }
    user_claim: sub
    types: [JWT, application/AT+jwt]
    bare_labels: true
    case: fold
    max_lifetime: 8h
  - issuer: https://lab.example.org
    audiences: []
    allow_any_audience: true
    algorithms: [HS256]
    keys: { secret_file: hmac }
    user_claim: /realm/preferred_username
    require_type: true
    bare_labels: false
    max_lifetime: null
tokens:
  cookies: [__Host-doorward, vdi_session]
  parent_domain: true
  authorization: false
  headers: [X-Session-Token]
  leeway: 10s
  max_bytes: 4KiB
cache: { max_bytes: 1MiB }
limits: { header_bytes: 64KiB, headers: 100, connections: 500, header_timeout: 500ms, idle_timeout: 90s, connection_age: 1h }
cross_site: strict
trusted_origins: [{ origin: "HTTPS://Portal.example.com:443", frame: true, websocket: false }]
identity_headers: { X-User: username, X-Mail: email, X-Roles: /realm_access/roles, X-Host: host_label, X-Who: issuer, X-Sid: session, X-Label: label }
login: { url: "https://portal.vdi.example.com/login" }
reserved_labels: [portal, hr]
grants: [{ issuer: https://portal.example.com, claim: groups, contains: vdi-admins, labels: [alice, bob] }]
backchannel_listen: null
pages_listen: 0.0.0.0:4183
revocation: { store: none }
render: { namespace: desks, entry_points: [secure, internal], middleware: gate, service_port: 6901, priority: 5, tls: { mode: resolver, resolver: dns }, layout: flat, gate: entrypoint, traefik_version: "3.6.15", gate_address: "http://127.0.0.1:4181/verify" }
log: { format: json, level: debug, usernames: true }
"#;

#[test]
fn the_example_of_the_documentation() {
    let folder = Folder::new();
    let config = folder.good(EXAMPLE);
    assert_eq!(config.listen.len(), 2);
    assert_eq!(config.pages_listen, Some("0.0.0.0:4183".parse().unwrap()));
    let tls = TlsFiles { cert_file: folder.path("tls.crt"), key_file: folder.path("tls.key") };
    assert_eq!(config.admin_tls.as_ref(), Some(&tls));
    assert_eq!(
        config.tls,
        Some(Tls::Files {
            cert_file: folder.path("tls.crt"),
            key_file: folder.path("tls.key"),
            client_ca_file: Some(folder.path("tls.crt")),
        })
    );
    assert_eq!(config.trusted_proxies.len(), 3);
    let domains: Vec<&str> = config.domains.iter().map(Domain::as_str).collect();
    assert_eq!(domains, ["vdi.example.com", "lab.example.org"]);
    assert_eq!(config.zones[0].issuers, [0, 1].map(IssuerId::at));
    assert_eq!(config.zones[1].issuers, [IssuerId::at(1)]);
    let login = config.zones[1].login.clone().unwrap();
    assert_eq!(&*login.url, "https://lab.example.net/in?from=vdi");
    assert_eq!(&*login.return_parameter, "next");
    assert_eq!(config.public_scheme, PublicScheme::Https);
}

#[test]
fn the_issuers_of_the_example() {
    let config = Folder::new().good(EXAMPLE);
    let [portal, lab] = config.issuers.as_slice() else { panic!("two issuers") };
    assert_eq!(portal.keys.count(), 2, "both files' keys are one set");
    assert_eq!(*portal.types, ["jwt", "at+jwt"].map(Box::<str>::from));
    assert_eq!((portal.max_lifetime, lab.max_lifetime), (Some(28_800), None));
    assert_eq!((portal.require_type, lab.require_type), (false, true));
    assert_eq!(&*portal.labels.label("Alice").unwrap().1.to_string(), "alice");
    assert_ne!(&*lab.labels.label("alice").unwrap().1.to_string(), "alice");
    assert!(lab.audiences.is_empty());
}

#[test]
fn the_other_values_of_the_example() {
    let config = Folder::new().good(EXAMPLE);
    assert_eq!(*config.tokens.cookies, ["__Host-doorward", "vdi_session"].map(Box::<str>::from));
    assert_eq!(*config.tokens.headers, ["x-session-token"]);
    assert_eq!((config.tokens.leeway, config.tokens.max_bytes), (10, 4_096));
    assert!(config.tokens.parent_domain && !config.tokens.authorization);
    assert_eq!(config.cache_bytes, 1 << 20);
    assert_eq!(config.limits.header_timeout, std::time::Duration::from_millis(500));
    let origin = &config.trusted_origins[0];
    assert_eq!(origin.origin.to_string(), "https://portal.example.com");
    assert!(origin.frame && !origin.websocket);
    let names: Vec<&str> = config.identity_headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["x-host", "x-label", "x-mail", "x-roles", "x-sid", "x-user", "x-who"],
        "lower case and sorted"
    );
    assert_eq!(config.identity_headers[5].1, IdentityValue::Username);
    assert!(matches!(&config.identity_headers[3].1, IdentityValue::Claim(_)));
    assert_eq!(config.grants[0].issuer, IssuerId::at(0));
    assert!(
        matches!(&config.grants[0].labels, crate::token::GrantLabels::Only(labels) if labels.len() == 2)
    );
    assert!(config.reserved.contains("hr") && config.reserved.contains("www"));
    assert_eq!((config.log.format, config.log.usernames), (LogFormat::Json, true));
    let entry_points: Vec<&str> =
        config.render.entry_points.iter().map(TraefikName::as_str).collect();
    assert_eq!(entry_points, ["secure", "internal"]);
    let names = [&config.render.namespace, &config.render.middleware].map(ObjectName::as_str);
    assert_eq!(names, ["desks", "gate"]);
    assert_eq!((config.render.service_port, config.render.priority), (6901, 5));
    let RouteTls::Resolver(resolver) = &config.render.tls else { panic!("no resolver") };
    assert_eq!((resolver.as_str(), config.render.gate), ("dns", GatePlace::EntryPoint));
    assert_eq!(config.render.traefik_version, TraefikVersion::new(3, 6, 15));
    assert!(config.render.gate_address.is_loopback());
}

#[test]
fn the_files_and_warnings_of_the_example() {
    let folder = Folder::new();
    let config = folder.good(EXAMPLE);
    let expected = ["config.yaml", "hmac", "jwks.json", "more.json", "tls.crt", "tls.key"];
    let expected: Vec<PathBuf> = expected.iter().map(|name| folder.path(name)).collect();
    assert_eq!(config.watched, expected, "itself and every file it names, each once");
    let mut warned: Vec<&str> = config.warnings.iter().map(|warning| &*warning.path).collect();
    warned.sort_unstable();
    assert_eq!(
        warned,
        [
            "issuers[1].audiences",
            "issuers[1].max_lifetime",
            "limits.header_bytes",
            "tokens.cookies[1]"
        ],
        "nothing else is dangerous here"
    );
}

#[test]
fn the_least_that_is_enough() {
    let config = Folder::new().good(MINIMAL);
    assert_eq!(config.listen, ["127.0.0.1:4181".parse().unwrap()]);
    assert_eq!(config.admin_listen, "127.0.0.1:4182".parse().unwrap());
    assert!(config.tls.is_none() && config.pages_listen.is_none() && config.state_dir.is_none());
    assert_eq!(config.issuers[0].max_lifetime, Some(86_400));
    assert_eq!(*config.tokens.cookies, ["__Host-doorward"].map(Box::<str>::from));
    assert_eq!(config.cross_site, crate::cross_site::Mode::Strict);
    assert_eq!(config.zones, [Zone { issuers: vec![IssuerId::at(0)], login: None }]);
    assert_eq!(&*config.issuers[0].labels.label("alice").unwrap().1.to_string(), "alice");
    assert_eq!(config.warnings, []);
}

#[test]
fn allowed_settings_with_a_warning() {
    let folder = Folder::new();
    let claims = "domains: [vdi.example.com]\nissuers: [{issuer: a, audiences: [vdi], \
                  algorithms: [ES256], keys: {jwks_file: jwks.json}, user_claim: CLAIM}]\n";
    let changeable = ["preferred_username", "email", "name", "nickname", "/email"];
    for (claim, warns) in
        changeable.map(|claim| (claim, true)).into_iter().chain([("sub", false), ("uid", false)])
    {
        let config = folder.good(&claims.replace("CLAIM", claim));
        assert_eq!(warned(&config, "issuers[0].user_claim"), warns, "{claim}");
    }
    let rows = [
        ("public_scheme", "public_scheme: http"),
        ("cross_site", "cross_site: report"),
        ("cross_site", "cross_site: off"),
        ("listen", "listen: 0.0.0.0:1\ntrusted_proxies: [10.0.0.0/8]"),
        ("tokens.parent_domain", "tokens: {parent_domain: true}"),
        ("tokens.cookies[0]", "tokens: {parent_domain: true, cookies: [plain]}"),
        ("login.url", "login: {url: \"https://example.com/\", sets_cookie: true}"),
        ("login.url", "login: {url: \"https://vdi.example.com/\", sets_cookie: true}"),
    ];
    for (path, yaml) in rows {
        let config = folder.good(&format!("{MINIMAL}{yaml}\n"));
        let paths: Vec<&str> = config.warnings.iter().map(|warning| &*warning.path).collect();
        assert_eq!(paths, [path], "{yaml}");
    }
}

#[test]
fn http_is_for_localhost() {
    let folder = Folder::new();
    let local = MINIMAL.replace("vdi.example.com", "vdi.localhost")
        + "public_scheme: http\nlogin: {url: \"http://portal.localhost/\", sets_cookie: true}\n";
    let config = folder.good(&local);
    assert_eq!(config.warnings, []);
    let lookalike = local.replace("vdi.localhost", "vdi.notlocalhost");
    assert!(warned(&folder.good(&lookalike), "public_scheme"));
}

#[test]
fn other_sources_of_keys() {
    let folder = Folder::new();
    folder.write("set-of-secrets.json", br#"{"keys":[{"kty":"oct","alg":"HS256","k":"aHVzaC1odXNoLWh1c2gtaHVzaC1odXNoLWh1c2gtaHVzaC1odXNo"}]}"#, 0o400);
    for (algorithm, keys) in [
        ("ES256", "pem_file: key.pem"),
        ("ES256", "pem_file: [key.pem]"),
        ("HS384", "secret_file: [hmac]"),
        ("HS256", "jwks_file: set-of-secrets.json"),
    ] {
        let yaml = MINIMAL.replace("ES256", algorithm).replace("jwks_file: jwks.json", keys);
        assert_eq!(folder.good(&yaml).issuers[0].keys.count(), 1, "{keys}");
    }
}

#[test]
fn a_bad_key_beside_a_good_one_is_a_warning() {
    let folder = Folder::new();
    let set = format!(r#"{{"keys":[{{"kty":"EC","kid":"odd"}},{}]}}"#, jwk("good"));
    folder.write("jwks.json", set.as_bytes(), 0o644);
    let config = folder.good(MINIMAL);
    assert_eq!(config.issuers[0].keys.count(), 1);
    let warning = config.warnings[0].to_string();
    assert!(warning.contains("issuers[0].keys.jwks_file") && warning.contains("odd"), "{warning}");
}

#[test]
fn a_text_without_a_file() {
    let folder = Folder::new();
    let config = Config::from_yaml(MINIMAL, folder.0.path()).ok().unwrap();
    assert_eq!(config.watched, [folder.path("jwks.json")]);
}

#[test]
fn fold_is_the_issuers_choice() {
    let folder = Folder::new();
    let fold = MINIMAL.replace("user_claim: sub", "user_claim: sub, case: fold");
    let rules = &folder.good(&fold).issuers[0].labels;
    assert_eq!(rules.label("ALICE").unwrap(), rules.label("alice").unwrap());
    let rules = &folder.good(MINIMAL).issuers[0].labels;
    assert_ne!(rules.label("ALICE").unwrap(), rules.label("alice").unwrap());
    assert_eq!(Case::default(), Case::Sensitive);
}

#[test]
fn a_handoff_has_its_defaults_and_its_own_settings_per_domain() {
    let folder = Folder::new();
    folder.write("next", b"another secret of thirty-two bytes or more", 0o440);
    let config = folder.good(
        "\
domains:
  - vdi.example.com
  - name: lab.example.org
    login:
      url: https://lab.example.net/in
      handoff: {session_key_file: [next, hmac], session_lifetime: 15m, partitioned: true}
      logout_url: https://lab.example.net/out
  - {name: dev.example.net, login: null}
issuers: [{issuer: https://portal.example.com, audiences: [vdi], algorithms: [ES256],
  keys: {jwks_file: jwks.json}, user_claim: sub}]
tokens: {cookies: [__Host-desk, __Host-doorward]}
login: {url: \"https://portal.example.net/in\", handoff: {session_key_file: hmac}}
revocation: {store: memory}
",
    );
    assert_eq!(config.warnings, []);
    assert_eq!(config.revocation, RevocationStore::Memory);
    let login = |domain: usize| config.zones[domain].login.as_ref().unwrap();
    let handoff = |domain: usize| login(domain).handoff.as_ref().unwrap();
    assert_eq!(handoff(0).sessions.lifetime, 8 * 3600);
    assert!(!handoff(0).cookies.partitioned);
    assert_eq!(&*handoff(0).cookies.name, "__Host-desk", "the first");
    assert_eq!(login(0).logout_url, None);
    assert_eq!(handoff(1).sessions.lifetime, 900);
    assert!(handoff(1).cookies.partitioned);
    assert_eq!(login(1).logout_url.as_deref(), Some("https://lab.example.net/out"));
    assert_eq!(handoff(0), handoff(2), "the general one");
    let watched: Vec<_> = config.watched.iter().filter_map(|file| file.file_name()).collect();
    for file in ["hmac", "next"] {
        assert!(watched.contains(&std::ffi::OsStr::new(file)), "{file}: a new key is noticed");
    }
}

#[test]
fn replicas_share_a_store() {
    let folder = Folder::new();
    let url = "redis://:p4ssw0rd@redis.internal:6379/2";
    folder.write("shared.url", format!("{url}\n").as_bytes(), 0o640);
    for (outage, refuses) in [
        ("", false),
        (", on_outage: null", false),
        (", on_outage: serve", false),
        (", on_outage: refuse", true),
    ] {
        let config = folder.good(&format!(
            "{MINIMAL}revocation: {{store: redis, url_file: shared.url{outage}}}\n"
        ));
        assert_eq!(config.revocation, RevocationStore::Redis);
        let redis = config.redis.as_ref().unwrap();
        assert_eq!((redis.url.trimmed(), redis.refuses), (url.as_bytes(), refuses), "{outage}");
        assert!(!format!("{redis:?}").contains("p4ssw0rd"));
        assert!(config.watched.contains(&folder.path("shared.url")));
    }
    let other = folder.good(&format!("{MINIMAL}revocation: {{store: memory}}\n"));
    assert!(other.redis.is_none());
    let now = |outage: &str| {
        folder.good(&format!(
            "{MINIMAL}revocation: {{store: redis, url_file: shared.url, on_outage: {outage}}}\n"
        ))
    };
    let before = now("serve");
    assert_eq!(before.changes_that_need_a_restart(&now("serve")), Vec::<&str>::new());
    assert_eq!(before.changes_that_need_a_restart(&now("refuse")), ["revocation.on_outage"]);
    assert_eq!(before.changes_that_need_a_restart(&other), ["revocation.store"]);
    folder.write("shared.url", b"redis://:other@redis.internal:6379/2", 0o640);
    assert_eq!(before.changes_that_need_a_restart(&now("serve")), ["revocation.url_file"]);
}

#[test]
fn an_unusable_url_is_not_printed() {
    let folder = Folder::new();
    folder.write("shared.url", b"redis://:p4ssw0rd@redis.internal:port", 0o640);
    let mistakes =
        folder.bad(&format!("{MINIMAL}revocation: {{store: redis, url_file: shared.url}}\n"));
    let told = told(&mistakes);
    assert!(told.contains("port") && told.contains("redis://:PASSWORD@"), "{told}");
    assert!(!told.contains("p4ssw0rd") && !told.contains("redis.internal:port"), "{told}");
}

#[test]
fn revoking_requires_the_secret() {
    let folder = Folder::new();
    let config = folder.good(&format!(
        "{MINIMAL}state_dir: state\nrevocation: {{store: file, secret_file: hmac}}\n"
    ));
    assert_eq!(config.revocation, RevocationStore::File);
    assert_eq!(config.revocation_secret.as_ref().unwrap().trimmed(), SECRET.as_bytes());
    let tls = format!(
        "{MINIMAL}admin_listen: 0.0.0.0:4182\nadmin_tls: {{cert_file: tls.crt, key_file: tls.key}}\n\
         revocation: {{store: memory, secret_file: hmac}}\n"
    );
    assert!(folder.good(&tls).revocation_secret.is_some());
    assert!(folder.good(MINIMAL).revocation_secret.is_none());
}
