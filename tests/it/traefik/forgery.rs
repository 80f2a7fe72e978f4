//! Identity headers: the desktop trusts them, so only the gate may set them (T21 in
//! `src/manual.rs`; CVE-2026-33433, -54763, -88011).

use super::behind_every_traefik;
use crate::support::gated_desktops::GatedDesktops;
use crate::support::portal::ALICE;
use crate::support::request::Request;
use crate::support::traefik::Version;
use serde_json::json;

behind_every_traefik! {
    a_visitors_identity_header_is_replaced,
    an_identity_header_without_its_claim_is_removed,
    the_connection_header_cannot_remove_identity_headers,
    removing_headers_by_connection_gives_no_access;
    since 3.7
    aliases_of_identity_headers_are_deleted,
    with_alias_strategy_reject_an_alias_gets_400,
}

async fn a_visitors_identity_header_is_replaced(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let request = Request::visit(ALICE)
        .session(&setup.portal.token("alice"))
        .add("X-Doorward-User", "root")
        .add("x-doorward-user", "bob")
        .add("X-DOORWARD-LABEL", "bob")
        .add("X-Doorward-Shard", "00")
        .add("X-Doorward-Shard", "01");
    assert_eq!(setup.visit(&request).await.status, 200);
    let seen = setup.alice.only();
    assert_eq!(seen.all("X-Doorward-User"), ["alice"]);
    assert_eq!(seen.all("X-Doorward-Label"), ["alice"]);
    assert_eq!(seen.all("X-Doorward-Shard").len(), 1);
}

async fn an_identity_header_without_its_claim_is_removed(version: Version) {
    let setup = GatedDesktops::built(
        version,
        |gate| {
            gate.with(
                "identity_headers",
                json!({ "X-Doorward-User": "username", "X-Mail": "email" }),
            )
        },
        |traefik| {
            traefik.forward_auth["authResponseHeaders"] =
                json!(["Cookie", "Authorization", "X-Doorward-User", "X-Mail", "X-Doorward-Shard"]);
        },
    )
    .await;
    let token = setup.portal.token("alice");
    let request = Request::visit(ALICE).session(&token).add("X-Mail", "root@example.com");
    assert_eq!(setup.visit(&request).await.status, 200);
    assert!(setup.alice.only().all("X-Mail").is_empty());
    setup.alice.forget();

    let token = setup.portal.claims("alice").claim("email", "alice@example.com");
    let request = request.without("Cookie").session(&token.sign(&setup.portal.key));
    assert_eq!(setup.visit(&request).await.status, 200);
    assert_eq!(setup.alice.only().all("X-Mail"), ["alice@example.com"]);
}

async fn the_connection_header_cannot_remove_identity_headers(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let own = Request::visit(ALICE).session(&setup.portal.token("alice"));
    for named in ["X-Doorward-User", "x-doorward-user", "close, X-Doorward-User, X-Doorward-Label"]
    {
        setup.alice.forget();
        let request = own.clone().add("Connection", named).add("X-Doorward-User", "bob");
        assert_eq!(setup.visit(&request).await.status, 200, "{named}");
        assert_eq!(setup.alice.only().all("X-Doorward-User"), ["alice"], "{named}");
    }
}

/// With `Connection`, a client makes Traefik remove headers before the gate receives them. A
/// missing header can only lead to a denial (CVE-2021-32813, CVE-2024-45410, CVE-2026-29054).
async fn removing_headers_by_connection_gives_no_access(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let (alices, bobs) = (setup.portal.token("alice"), setup.portal.token("bob"));
    let forwarded = "X-Forwarded-Host, X-Forwarded-Uri, X-Forwarded-Proto, X-Forwarded-Method";
    #[rustfmt::skip]
    let rows = [
        ("own_cookie", Request::visit(ALICE).session(&alices).add("Connection", "Cookie")),
        ("own_bearer", Request::visit(ALICE).bearer(&alices).add("Connection", "authorization")),
        ("forwarded", Request::visit(ALICE).session(&bobs).add("Connection", forwarded)),
        ("forwarded_lower", Request::visit(ALICE).session(&bobs)
            .add("Connection", forwarded.to_lowercase())),
        ("host", Request::visit(ALICE).session(&bobs).add("Connection", "Host")
            .add("X-Forwarded-Host", "bob.vdi.example.com")),
        ("websocket_origin", Request::visit(ALICE).session(&alices).websocket()
            .set("Origin", "https://bob.vdi.example.com").set("Connection", "Upgrade, Origin")),
    ];
    for (name, request) in rows {
        let answer = setup.visit(&request).await;
        assert!(matches!(answer.status, 400 | 401 | 403), "{name}: {answer}");
    }
    setup.alice.assert_untouched("Connection removed headers");
}

/// Tests the entry point's `aliasHeadersStrategy`: servers that treat `_` and `.` like `-` would
/// read these headers as the gate's identity headers.
async fn aliases_of_identity_headers_are_deleted(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let aliases = [
        "X_Doorward_User",
        "X-Doorward_User",
        "x_doorward-user",
        "X.Doorward.User",
        "X-Doorward.User",
        "X_Doorward.Label",
    ];
    let request = Request::visit(ALICE).session(&setup.portal.token("alice"));
    let request = aliases.iter().fold(request, |request, alias| request.add(alias, "root"));
    assert_eq!(setup.visit(&request).await.status, 200);
    let seen = setup.alice.only();
    let folded = |name: &str| name.to_ascii_lowercase().replace(['_', '.'], "-");
    let passed: Vec<_> = seen
        .headers
        .iter()
        .filter(|(name, _)| folded(name).starts_with("x-doorward-"))
        .filter(|(_, value)| value == "root")
        .collect();
    assert!(passed.is_empty(), "{passed:?}");
}

async fn with_alias_strategy_reject_an_alias_gets_400(version: Version) {
    let setup = GatedDesktops::built(
        version,
        |gate| gate,
        |traefik| traefik.entry_point["http"] = json!({ "aliasHeadersStrategy": "reject" }),
    )
    .await;
    let own = Request::visit(ALICE).session(&setup.portal.token("alice"));
    for alias in ["X_Doorward_User", "X.Doorward.User"] {
        assert_eq!(setup.visit(&own.clone().add(alias, "root")).await.status, 400, "{alias}");
    }
    setup.alice.assert_untouched("every request had an alias");
    assert_eq!(setup.visit(&own).await.status, 200);
}
