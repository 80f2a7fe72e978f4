//! The command without a cluster: flags and configuration, exit codes, output streams and folders.

use crate::support::gate::Plan;
use crate::support::portal::Portal;
use crate::support::process::{Finished, doorward, run};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The flags that are required without a configuration.
pub const GROUND: [&str; 5] =
    ["--domain", "vdi.example.com", "--issuer", "https://idp.example.com", "--bare-labels"];

/// Runs `render` without a configuration, with this on standard input.
pub fn render(arguments: &[&str], input: &str) -> Finished {
    let mut command = doorward();
    command.arg("render").args(GROUND).args(arguments);
    run(&mut command, input)
}

/// The documents on standard output.
pub fn documents(finished: &Finished) -> Vec<Value> {
    serde_saphyr::from_multiple(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}", finished.output()))
}

/// A session in the short form.
pub fn session(name: &str, username: &str) -> Value {
    json!({ "session": { "id": name, "name": name }, "username": username })
}

/// The routes of sessions in the output.
pub fn routes(documents: &[Value]) -> Vec<&Value> {
    let is_session = |document: &&Value| document["metadata"]["labels"]["session-id"].is_string();
    documents.iter().filter(is_session).collect()
}

#[test]
fn every_route_has_its_own_host_and_the_gate() {
    let input = json!([session("a", "alice"), session("b", "bob")]).to_string();
    let rendered = render(&["-"], &input);
    assert_eq!(rendered.code, 0, "{}", rendered.output());
    let documents = documents(&rendered);
    let routes = routes(&documents);
    assert_eq!(routes.len(), 2, "{}", rendered.output());
    for (route, user) in routes.iter().zip(["alice", "bob"]) {
        let [rule] = &**route["spec"]["routes"].as_array().unwrap() else { panic!("{route}") };
        assert_eq!(rule["match"], format!("Host(`{user}.vdi.example.com`)"));
        assert_eq!(rule["middlewares"], json!([{ "name": "doorward" }]));
        assert_eq!(rule["priority"], 1_000_000_000_000_u64);
        assert_eq!(route["spec"]["entryPoints"], json!(["websecure"]));
        assert_eq!(route["spec"]["tls"], json!({}));
    }
}

#[test]
fn with_the_gate_on_the_entry_point_routes_have_no_middleware() {
    let input = json!([session("a", "alice")]).to_string();
    let rendered = render(&["--gate", "entrypoint", "-"], &input);
    assert_eq!(rendered.code, 0, "{}", rendered.output());
    assert!(!rendered.stdout.contains("middlewares"), "{}", rendered.stdout);
    assert!(rendered.stderr.contains("the entry point websecure has to"), "{}", rendered.stderr);
    let both = render(&["--gate", "entrypoint", "--bind-owner", "-"], &input);
    assert_eq!(both.code, 64, "{}", both.output());
}

#[test]
fn a_bound_route_names_its_owner_to_the_gate() {
    let input = json!([session("a", "alice")]).to_string();
    let rendered = render(&["--bind-owner", "-"], &input);
    let documents = documents(&rendered);
    let bound = documents.iter().find(|document| {
        document["spec"]["forwardAuth"]["address"]
            == "https://doorward.doorward.svc:4181/verify?owner=alice"
    });
    let name = &bound.unwrap_or_else(|| panic!("{}", rendered.output()))["metadata"]["name"];
    let route = &routes(&documents)[0]["spec"]["routes"][0];
    let named = route["middlewares"].as_array().unwrap();
    assert!(named.iter().any(|reference| reference["name"] == *name), "{route}");
    assert!(!named.iter().any(|reference| reference["name"] == "doorward"), "gated twice: {route}");
}

#[test]
fn fields_that_decide_the_host_are_required() {
    let input = json!([session("a", "alice")]).to_string();
    for missing in [&GROUND[..4], &GROUND[2..], &[&GROUND[..2], &GROUND[4..]].concat()] {
        let refused = run(doorward().arg("render").args(missing).arg("-"), &input);
        assert_eq!((refused.code, &*refused.stdout), (64, ""), "{}", refused.output());
        assert!(refused.stderr.contains("--issuer"), "{}", refused.output());
    }
    let plan = Plan::of(&Portal::new());
    let path = plan.write();
    let with = |arguments: &[&str]| {
        run(doorward().arg("render").arg("--config").arg(&path).args(arguments).arg("-"), &input)
    };
    let rendered = with(&[]);
    assert_eq!(rendered.code, 0, "{}", rendered.output());
    assert!(rendered.stdout.contains("Host(`alice."), "{}", rendered.output());
    // Two settings for the same thing could differ, and then gate and routes would disagree.
    let refused = with(&["--domain", "vdi.example.com"]);
    assert_eq!((refused.code, &*refused.stdout), (64, ""), "{}", refused.output());
}

#[test]
fn a_flag_overrides_the_configuration() {
    let plan = Plan::of(&Portal::new())
        .with("identity_headers", json!({ "X-Who": "username" }))
        .with("tokens", json!({ "headers": ["X-Session-Token"] }))
        .with("render", json!({ "namespace": "desks", "service_port": 6901, "priority": 7 }));
    let path = plan.write();
    let input = json!([session("a", "alice")]).to_string();
    let mut command = doorward();
    command.arg("render").arg("--config").arg(&path).args(["--priority", "8", "-"]);
    let rendered = run(command.env("DOORWARD__RENDER__MIDDLEWARE", "gate"), &input);
    assert_eq!(rendered.code, 0, "{}", rendered.output());
    let documents = documents(&rendered);
    let route = routes(&documents)[0];
    assert_eq!(route["metadata"]["namespace"], "desks");
    let rule = &route["spec"]["routes"][0];
    assert_eq!((&rule["priority"], &rule["services"][0]["port"]), (&json!(8), &json!(6901)));
    assert_eq!(rule["middlewares"], json!([{ "name": "gate" }]));
    let auth = documents.iter().find(|document| document["spec"]["forwardAuth"].is_object());
    let taken = &auth.unwrap()["spec"]["forwardAuth"]["authResponseHeaders"];
    for header in ["Cookie", "Authorization", "X-Doorward-Shard", "X-Who", "X-Session-Token"] {
        assert!(taken.as_array().unwrap().contains(&json!(header)), "{header}: {taken}");
    }
}

/// A session that is revoked at one replica would stay valid at the other.
#[test]
fn two_replicas_without_a_shared_store_are_refused() {
    for (store, code) in [("memory", 64), ("file", 64), ("none", 0)] {
        let plan = Plan::of(&Portal::new());
        let state = plan.folder.path().to_owned();
        let plan = plan.with("revocation", json!({ "store": store }));
        let plan = plan.with("state_dir", json!(state));
        let path = plan.write();
        let rendered = run(doorward().args(["render", "gate", "--config"]).arg(&path), "");
        assert_eq!(rendered.code, code, "{store}: {}", rendered.output());
        if code == 64 {
            let told = format!("revocation.store is {store}, and the Deployment has 2 replicas");
            assert!(rendered.stderr.contains(&told), "{}", rendered.output());
            assert!(rendered.stdout.is_empty(), "nothing is half-written");
        }
    }
}

/// The listener is only reachable on the portal's host, or not at all.
#[test]
fn the_logout_route_is_on_the_portals_host() {
    let login = json!({ "url": "https://Portal.example.net:8443/vdi?a=1", "sets_cookie": true });
    for (row, changes, arguments, said) in [
        ("the_sign_in_page's", json!({}), &[][..], Ok("Host(`portal.example.net`)")),
        ("named", json!({}), &["--logout-host", "a.example"], Ok("(Host(`a.example`)) && Path(")),
        (
            "two",
            json!({}),
            &["--logout-host", "a.example", "--logout-host", "b.example"],
            Ok("(Host(`a.example`) || Host(`b.example`)) && Path(`/backchannel-logout`)"),
        ),
        (
            "a_workspace's",
            json!({}),
            &["--logout-host", "bob.vdi.example.com"],
            Err("a desktop's host"),
        ),
        ("the_zone's", json!({}), &["--logout-host", "vdi.example.com"], Err("a desktop's host")),
        ("no_name", json!({}), &["--logout-host", "a`) || Host(`b"], Err("--logout-host")),
        ("no_page", json!({ "login": null }), &[], Err("--logout-host")),
        ("loopback", json!({ "backchannel_listen": "127.0.0.1:4184" }), &[], Err("0.0.0.0:4184")),
        ("gated", json!({}), &["--gate", "entrypoint"], Err("--logout-entry-point")),
        (
            "beside_the_gate",
            json!({}),
            &["--gate", "entrypoint", "--logout-entry-point", "public"],
            Ok("- public"),
        ),
        ("not_listening", json!({ "backchannel_listen": null }), &[], Ok("kind: Deployment")),
        (
            "flag_without_a_listener",
            json!({ "backchannel_listen": null }),
            &["--logout-host", "a.example"],
            Err("require backchannel_listen"),
        ),
    ] {
        let mut plan = Plan::of(&Portal::new())
            .with("login", login.clone())
            .with("backchannel_listen", json!("0.0.0.0:4184"));
        let url = plan.folder.path().join("redis.url");
        crate::support::certificates::write_secret(&url, "redis://redis.example");
        plan = plan.with("revocation", json!({ "store": "redis", "url_file": url }));
        for (key, value) in changes.as_object().unwrap() {
            plan = plan.with(key, value.clone());
        }
        let path = plan.write();
        let mut command = doorward();
        command.args(["render", "gate", "--config"]).arg(&path).args(arguments);
        let rendered = run(&mut command, "");
        match said {
            Ok(said) => {
                assert_eq!(rendered.code, 0, "{row}: {}", rendered.output());
                assert!(rendered.stdout.contains(said), "{row}: {}", rendered.output());
                let listens = rendered.stdout.matches("4184").count();
                let expected = if row == "not_listening" { 0..1 } else { 4..6 };
                assert!(expected.contains(&listens), "{row}, {listens}: {}", rendered.output());
            }
            Err(said) => {
                assert!([2, 64].contains(&rendered.code), "{row}: {}", rendered.output());
                assert!(rendered.stderr.contains(said), "{row}: {}", rendered.output());
                assert!(rendered.stdout.is_empty(), "{row}: nothing is half-written");
            }
        }
    }
}

#[test]
fn an_invalid_flag_exits_64_and_is_named() {
    let input = json!([session("a", "alice")]).to_string();
    for (arguments, said) in [
        (&["--namespace", "A.b"][..], "render.namespace"),
        (&["--priority", "1"], "render.priority"),
        (&["--traefik-version", "2.11"], "render.traefik_version"),
        (&["--gate-address", "gate:4181"], "render.gate_address"),
        (&["--layout", "gathered"], "render.layout"),
        (&["--entry-points", "a b"], "render.entry_points"),
        (&["--gate", "both"], "--gate"),
        (&["--no-add-middleware"], "--template"),
    ] {
        let refused = render(&[arguments, &["-"]].concat(), &input);
        assert_eq!((refused.code, &*refused.stdout), (64, ""), "{}", refused.output());
        assert!(refused.stderr.contains(said), "{arguments:?}: {}", refused.output());
    }
}

#[test]
fn an_invalid_session_stops_the_run_unless_keep_going() {
    let folder = tempfile::tempdir().unwrap();
    let sessions = json!([
        session("a", "alice"),
        session("b", "alice"),
        session("c", "carol"),
        { "session": { "id": "d", "name": "d" }, "usename": "dave" },
    ]);
    let path = folder.path().join("sessions.json");
    fs::write(&path, sessions.to_string()).unwrap();
    let out = folder.path().join("out");
    let arguments = [path.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let refused = render(&arguments, "");
    assert_eq!((refused.code, &*refused.stdout), (1, ""), "{}", refused.output());
    assert!(!out.exists(), "half-written");
    for said in ["sessions.json, document 1, item [0]", "item [1]", "item [3], usename", "usename"]
    {
        assert!(refused.stderr.contains(said), "{said}: {}", refused.output());
    }
    let rendered = render(&[&arguments[..], &["--keep-going"]].concat(), "");
    assert_eq!(rendered.code, 1, "{}", rendered.output());
    let written = |name: &str| out.join(name).exists();
    assert!(written("vdi-sessions.c.yaml"));
    assert!(!written("vdi-sessions.a.yaml") && !written("vdi-sessions.b.yaml"));
}

#[test]
fn a_folder_follows_the_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("routes");
    let run_with = |sessions: Value| {
        let rendered = render(&["--out", out.to_str().unwrap(), "-"], &sessions.to_string());
        assert_eq!(rendered.code, 0, "{}", rendered.output());
        names(&out)
    };
    let both = run_with(json!([session("a", "alice"), session("b", "bob")]));
    let fixed = ["_middleware.doorward.yaml", "_middleware.vdi-sessions.yaml"];
    let unknown = "_unknown-hosts.vdi.example.com.yaml";
    let [alice, bob] = ["vdi-sessions.a.yaml", "vdi-sessions.b.yaml"];
    assert_eq!(both, [fixed[0], fixed[1], unknown, alice, bob]);
    fs::write(out.join("mine.yaml"), "").unwrap();
    let one = run_with(json!([session("b", "bob")]));
    assert_eq!(one, [fixed[0], fixed[1], unknown, "mine.yaml", bob]);
    // An empty list means no sessions. An empty input is an error, because it can come from a
    // failed pipe.
    let none = run_with(json!([]));
    assert_eq!(none, [fixed[0], unknown, "mine.yaml"]);
    let refused = render(&["--out", out.to_str().unwrap(), "-"], "");
    assert_eq!(refused.code, 1, "{}", refused.output());
    assert!(refused.stderr.contains("contains no document"), "{}", refused.output());
    assert_eq!(names(&out), none);
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries
        .map(|name| name.into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn json_output_has_the_same_objects() {
    let input = json!([session("a", "alice")]).to_string();
    let yaml = documents(&render(&["-"], &input));
    let list: Value = serde_json::from_str(&render(&["--json", "-"], &input).stdout).unwrap();
    assert_eq!((&list["kind"], &list["items"]), (&json!("List"), &json!(yaml)));
    let yaml = documents(&render(&["--format", "file", "-"], &input));
    let one: Value =
        serde_json::from_str(&render(&["--format", "file", "--json", "-"], &input).stdout).unwrap();
    assert_eq!(yaml, [one]);
}

#[test]
fn quiet_prints_only_errors() {
    let input = json!([session("a", "alice")]).to_string();
    assert!(render(&["-"], &input).stderr.contains("create secret generic doorward-ca"));
    assert_eq!(render(&["--quiet", "-"], &input).stderr, "");
}
