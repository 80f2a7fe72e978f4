//! Step 4 and the gate's own address: requests that are never permitted, with any token.

use super::{alice, alice_fetches};
use crate::support::gate::Gate;
use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;
use crate::support::table::Table;

#[tokio::test]
async fn owner_binds_the_route_to_its_host() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let ask = |target: &str| alice(&portal).target(target);
    table.row("owner_is_host_label", ask("/verify?owner=alice"), 200).await;
    table.row("owner_is_someone_else", ask("/verify?owner=bob"), 403).await;
    table.refused("owner_in_another_case", ask("/verify?owner=ALICE"), &[400, 403]).await;
    table.refused("owner_with_a_tail", ask("/verify?owner=alice%00"), &[400, 403]).await;
    for target in [
        "/verify?owner=",
        "/verify?owner",
        "/verify?owner=alice&owner=alice",
        "/verify?owner=bob&owner=alice",
        "/verify?user=alice",
        "/verify?owner=alice&debug=1",
        "/verify?Owner=alice",
    ] {
        table.row(target, ask(target), 400).await;
    }
    // The owner's token gives no access to a host of another user.
    let bobs_route =
        Request::question(ALICE).session(&portal.token("bob")).target("/verify?owner=bob");
    table.row("spoofed_host_on_the_owners_route", bobs_route, 403).await;
    table.finish();
}

#[tokio::test]
async fn only_verify_is_served() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    for target in [
        "/",
        "/verify/",
        "/verifyx",
        "/Verify",
        "//verify",
        "/x/../verify",
        "/livez",
        "/readyz",
        "/healthz",
        "/metrics",
        "/version",
        "/revocations",
        "/anything-else",
        "/.doorward/login",
    ] {
        let mut question = alice(&portal);
        question.target = target.to_owned();
        table.row(target, question, 404).await;
    }
    for method in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"] {
        let mut question = alice(&portal);
        question.method = method.to_owned();
        table.row(&format!("asked with {method}"), question, 200).await;
    }
    table.row("expect_continue", alice(&portal).add("Expect", "100-continue"), 200).await;
    table.finish();
}

/// Traefik takes a 2xx to a preflight as a permit and forwards the OPTIONS request to the desktop.
#[tokio::test]
async fn a_preflight_is_denied_with_and_without_a_session() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let preflight =
        |question: Request| question.method("OPTIONS").add("Access-Control-Request-Method", "PUT");
    let anonymous = Request::question(ALICE);
    table.row("anonymous", preflight(anonymous.clone()), 403).await;
    table.row("own_token", preflight(alice_fetches(&portal)), 403).await;
    table.row("own_bearer", preflight(anonymous.bearer(&portal.token("alice"))), 403).await;
    let websocket = preflight(alice(&portal).websocket());
    table.row("as_a_websocket", websocket, 403).await;
    let no_preflight = alice_fetches(&portal).add("Access-Control-Request-Method", "PUT");
    table.row("a_get_is_no_preflight", no_preflight, 200).await;
    table.finish();
}

#[tokio::test]
async fn the_reserved_path_never_reaches_a_desktop() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    for uri in [
        "/.doorward",
        "/.doorward/",
        "/.doorward?x",
        "/.doorward/enter",
        "/.doorward/login?path=/",
        "/.doorward/logout",
        "/.doorward/anything",
        "/.doorward//",
    ] {
        table.row(uri, alice(&portal).uri(uri), 404).await;
        let form = alice(&portal).form().uri(uri);
        table.row(&format!("posted {uri}"), form, 404).await;
    }
    let other_owner = alice(&portal).uri("/.doorward/enter").target("/verify?owner=bob");
    table.row("on_a_route_of_another_owner", other_owner, 403).await;
    for uri in ["/.doorwardx", "/.Doorward", "/x/.doorward", "/?/.doorward/enter"] {
        table.row(uri, alice(&portal).uri(uri), 200).await;
    }
    table.finish();
}
