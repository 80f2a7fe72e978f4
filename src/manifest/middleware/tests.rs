use super::*;
use crate::manifest::{GateAddress, Settings, TraefikVersion, TrustedOrigin, yaml};

fn installation() -> Installation {
    Installation::default()
}

fn with(version: TraefikVersion) -> Installation {
    let settings = Settings { traefik_version: version, ..Settings::default() };
    Installation { settings, ..Installation::default() }
}

fn trusting(frame: bool) -> Installation {
    let trusted = TrustedOrigin { origin: "https://portal.example.com".into(), frame };
    Installation { trusted_origins: vec![trusted], ..Installation::default() }
}

fn namespace() -> ObjectName {
    ObjectName::known("vdi-sessions")
}

/// The object of this name.
fn find(objects: &[Node], name: &str) -> Node {
    let named = |node: &&Node| node.below(&["metadata", "name"]).and_then(Node::text) == Some(name);
    objects.iter().find(named).unwrap().clone()
}

fn names(objects: &[Node]) -> Vec<&str> {
    objects.iter().filter_map(|node| node.below(&["metadata", "name"])?.text()).collect()
}

fn texts(node: &Node) -> Vec<&str> {
    node.list().unwrap().iter().filter_map(Node::text).collect()
}

fn keys(node: &Node) -> Vec<&str> {
    node.section().unwrap().entries().iter().map(|entry| &*entry.key).collect()
}

fn forward_auth(installation: &Installation) -> Node {
    let objects = objects(installation, &namespace());
    find(&objects, "doorward-auth").below(&["spec", "forwardAuth"]).unwrap().clone()
}

/// Whether the pattern matches this name. It only understands patterns of [`forward_auth`].
fn takes(pattern: &str, name: &str) -> bool {
    let inside = pattern.strip_prefix("(?i)^(").unwrap().strip_suffix(")$").unwrap();
    inside.split('|').any(|alternative| {
        let mut rest = name.chars();
        let mut pattern = alternative;
        loop {
            if pattern == ".*" {
                return true;
            }
            let next = rest.next();
            if let Some(after) = pattern.strip_prefix("[^0-9a-z]") {
                if next.is_none_or(|character| character.is_ascii_alphanumeric()) {
                    return false;
                }
                pattern = after;
            } else {
                let mut wanted = pattern.chars();
                match (wanted.next(), next) {
                    (None, None) => return true,
                    (Some(want), Some(got)) if want.eq_ignore_ascii_case(&got) => {}
                    _ => return false,
                }
                pattern = wanted.as_str();
            }
        }
    })
}

#[test]
fn a_route_names_the_chain_unless_the_entry_point_does() {
    let mut installation = installation();
    assert_eq!(chain_names(&installation), ["doorward"]);
    installation.settings.gate = GatePlace::EntryPoint;
    assert_eq!(chain_names(&installation), [""; 0]);
}

#[test]
fn cors_stands_before_the_gate_and_headers_behind_it() {
    for (installation, expected) in [
        (installation(), &["doorward-auth", "doorward-headers"][..]),
        (trusting(false), &["doorward-cors", "doorward-auth", "doorward-headers"]),
    ] {
        let objects = objects(&installation, &namespace());
        assert_eq!(names(&objects), [expected, &["doorward"]].concat());
        let chain = find(&objects, "doorward");
        let parts = chain.below(&["spec", "chain", "middlewares"]).unwrap().list().unwrap();
        let parts: Vec<_> = parts.iter().filter_map(|part| part.below(&["name"])?.text()).collect();
        assert_eq!(parts, expected);
        // No reference leaves the namespace or the provider.
        assert!(objects.iter().all(|node| {
            node.below(&["metadata", "namespace"]) == Some(&"vdi-sessions".into())
        }));
    }
}

#[test]
fn both_providers_render_the_same_routes() {
    for installation in [installation(), trusting(true)] {
        let file = for_file(&installation, "/etc/traefik/doorward-ca.crt");
        let objects = objects(&installation, &namespace());
        assert_eq!(keys(&Node::from(file.clone())), names(&objects));
        for object in &objects {
            let name = object.below(&["metadata", "name"]).and_then(Node::text).unwrap();
            let (there, here) = (object.at_spec(), file.at(name).unwrap());
            assert_eq!(keys(there), keys(here), "{name}");
            if name.ends_with("headers") || name.ends_with("cors") {
                assert_eq!(there, here, "{name}");
            }
        }
        let (there, here) = (
            forward_auth(&installation),
            file.at("doorward-auth").unwrap().below(&["forwardAuth"]).unwrap().clone(),
        );
        assert_eq!(keys(&there), keys(&here));
        assert_eq!(there.below(&["tls", "caSecret"]), Some(&"doorward-ca".into()));
        assert_eq!(here.below(&["tls", "ca"]), Some(&"/etc/traefik/doorward-ca.crt".into()));
        assert_eq!(keys(here.below(&["tls"]).unwrap()), ["ca"]);
    }
}

trait AtSpec {
    fn at_spec(&self) -> &Node;
}

impl AtSpec for Node {
    fn at_spec(&self) -> &Node {
        self.below(&["spec"]).unwrap()
    }
}

#[test]
fn every_dependency_has_a_reason() {
    for object in objects(&trusting(true), &namespace()) {
        let mut text = String::new();
        yaml::write(&object, &mut text).unwrap();
        assert!(text.starts_with("# "), "{text}");
        let definition = object.below(&["spec"]).unwrap().section().unwrap();
        for part in definition.entries() {
            for field in part.node.section().unwrap().entries() {
                assert!(field.comment.is_some(), "{}.{}", part.key, field.key);
            }
        }
    }
}

#[test]
fn a_version_is_given_the_fields_it_knows() {
    // Where the branches' CRDs have `forwardAuth` fields that the one before has not.
    for (version, expected) in [
        ("3.0.4", [false, false]),
        ("3.2.5", [false, false]),
        ("3.3.0", [true, false]),
        ("3.4", [true, false]),
        ("3.6.8", [true, false]),
        ("3.6.9", [true, true]),
        ("3.6.24", [true, true]),
        ("3.7.0", [true, true]),
        ("3.7", [true, true]),
    ] {
        let forward_auth = forward_auth(&with(TraefikVersion::parse(version).unwrap()));
        let there = ["preserveLocationHeader", "maxResponseBodySize"]
            .map(|field| forward_auth.below(&[field]).is_some());
        assert_eq!(there, expected, "{version}");
    }
}

#[test]
fn settings_that_weaken_the_gate_are_never_rendered() {
    for version in ["3.0.4", "3.4", "3.6", "3.7"] {
        let forward_auth = forward_auth(&with(TraefikVersion::parse(version).unwrap()));
        for field in ["authRequestHeaders", "authSigninURL", "forwardBody", "insecureSkipVerify"] {
            assert_eq!(forward_auth.below(&[field]), None, "{version} {field}");
        }
        // An absent field does not mean false (CVE-2026-35051).
        assert_eq!(forward_auth.below(&["trustForwardHeader"]), Some(&false.into()), "{version}");
    }
}

#[test]
fn plain_http_wants_no_authority() {
    let mut installation = installation();
    installation.settings.gate_address = GateAddress::new("http://127.0.0.1:4181/verify").unwrap();
    assert_eq!(forward_auth(&installation).below(&["tls"]), None);
}

#[test]
fn headers_that_the_gate_sets_are_removed_from_requests() {
    let installation = Installation {
        identity_headers: vec!["remote-user".into(), "X-DOORWARD-USER".into()],
        token_headers: vec!["x-session-token".into(), "Remote-User".into()],
        ..Installation::default()
    };
    let forward_auth = forward_auth(&installation);
    assert_eq!(
        texts(forward_auth.below(&["authResponseHeaders"]).unwrap()),
        [
            "Cookie",
            "Authorization",
            "X-Doorward-Shard",
            "Remote-User",
            "X-Doorward-User",
            "X-Session-Token"
        ]
    );
    let pattern = forward_auth.below(&["authResponseHeadersRegex"]).and_then(Node::text).unwrap();
    for (name, expected) in [
        ("x_doorward_user", true),
        ("X.Doorward.User", true),
        ("X-Doorward_User", true),
        ("X_Doorward-Shard", true),
        ("x-doorward-anything", true),
        ("X~Doorward!Label", true),
        ("remote_user", true),
        ("Remote.User", true),
        ("X_Session_Token", true),
        // Desktops' own headers stay.
        ("Remote-User-Agent", false),
        ("My-Remote-User", false),
        ("XDoorwardUser", false),
        ("X-Doorwards-User", false),
        ("X-Session", false),
        ("Cookie", false),
        ("", false),
    ] {
        assert_eq!(takes(pattern, name), expected, "{name}");
    }
}

#[test]
fn names_are_written_as_go_writes_them() {
    for (name, expected) in [
        ("x-doorward-user", "X-Doorward-User"),
        ("X-DOORWARD-ID", "X-Doorward-Id"),
        ("remote", "Remote"),
        ("a--b", "A--B"),
        ("x-1a", "X-1a"),
    ] {
        assert_eq!(forward_auth::canonical(name), expected);
    }
}

#[test]
fn frames_are_for_whom_they_are_configured() {
    let policy = |installation: &Installation| {
        let objects = objects(installation, &namespace());
        let headers = find(&objects, "doorward-headers");
        let response =
            headers.below(&["spec", "headers", "customResponseHeaders"]).unwrap().clone();
        let policy = response.below(&["Content-Security-Policy"]).and_then(Node::text).unwrap();
        (policy.to_owned(), response.below(&["X-Frame-Options"]).is_some())
    };
    assert_eq!(policy(&installation()), ("frame-ancestors 'self'".into(), true));
    assert_eq!(policy(&trusting(false)), ("frame-ancestors 'self'".into(), true));
    let portal = "frame-ancestors 'self' https://portal.example.com";
    assert_eq!(policy(&trusting(true)), (portal.into(), false));
}

#[test]
fn a_bound_route_has_a_gate_of_its_own_in_the_same_place() {
    let session = ObjectName::new("kasm-alice-1").unwrap();
    let owner = Label::new("alice").unwrap();
    let chain = owner_chain(&trusting(false), &namespace(), &session, &owner);
    assert_eq!(chain.names, ["doorward-cors", "doorward-owner-kasm-alice-1", "doorward-headers"]);
    assert_eq!(names(std::slice::from_ref(&chain.own)), ["doorward-owner-kasm-alice-1"]);
    let own = chain.own.below(&["spec", "forwardAuth"]).unwrap();
    let address = "https://doorward.doorward.svc:4181/verify?owner=alice";
    assert_eq!(own.below(&["address"]), Some(&address.into()));
    // All other fields equal those of the shared Middleware.
    let mut general = forward_auth(&trusting(false));
    general.section_mut().unwrap().set("address", address);
    assert_eq!(keys(own), keys(&general));
    for key in keys(own) {
        assert_eq!(own.below(&[key]), general.below(&[key]), "{key}");
    }

    let file = owner_chain_for_file(&trusting(false), "ca.crt", &session, &owner);
    assert_eq!(file.names, chain.names);
    let address = file.own.at("doorward-owner-kasm-alice-1").unwrap();
    assert!(address.below(&["forwardAuth", "address"]).and_then(Node::text).is_some());
}
