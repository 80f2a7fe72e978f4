//! Signing out: confirmed on a page of the same host; the session then ends everywhere at once.

use super::setup::{BYE, PARTITIONED, login, plan, secret, signed_in};
use crate::support::portal::{ALICE, BOB, COOKIE, Portal};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::json;

const LOGOUT: &str = "/.doorward/logout";

fn page(session: &str) -> Request {
    Request::question(ALICE).uri(LOGOUT).session(session)
}

#[tokio::test]
async fn a_sign_out_ends_the_session_in_every_tab() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let (session, other) = (signed_in(&gate, &portal).await, signed_in(&gate, &portal).await);
    let visit = |session: &str| Request::question(ALICE).session(session).fetch();
    assert_eq!(gate.ask(&visit(&session)).await.status, 200);

    let asked = gate.ask(&page(&session).page()).await;
    assert!(asked.status == 403 && asked.is_page(), "{asked}");
    assert_eq!(asked.header("Referrer-Policy").as_deref(), Some("same-origin"));
    let policy = asked.header("Content-Security-Policy").unwrap();
    assert!(policy.contains("form-action 'self' https://login.example.net;"), "{policy}");
    assert!(
        asked.text().contains("<form method=\"post\" action=\"/.doorward/logout\">"),
        "{asked}"
    );
    assert!(asked.all("Set-Cookie").is_empty() && asked.all("Clear-Site-Data").is_empty());
    assert_eq!(gate.ask(&visit(&session)).await.status, 200, "the question alone ends nothing");

    let answer = gate.ask(&page(&session).form()).await;
    assert_eq!(answer.status, 303, "{answer}");
    assert_eq!(answer.header("Location").as_deref(), Some(BYE));
    assert_eq!(answer.header("Clear-Site-Data").as_deref(), Some("\"cache\", \"storage\""));
    assert_eq!(
        answer.all("Set-Cookie"),
        [
            format!("{COOKIE}=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0"),
            format!(
                "{PARTITIONED}=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0; Partitioned"
            ),
        ]
    );
    // Another tab, or an attacker who has copied the cookie, still sends it.
    assert_eq!(gate.ask(&visit(&session)).await.status, 401);
    let again = gate.ask(&Request::question(ALICE).session(&session).page()).await;
    assert_eq!(again.status, 302, "a page request starts a sign-in: {again}");
    assert_eq!(
        gate.ask(&visit(&other)).await.status,
        200,
        "the session of her other browser remains"
    );
    let logs = gate.process.output();
    assert!(logs.contains("\"signed-out\"") && logs.contains("\"revoked\""), "{logs}");
}

#[tokio::test]
async fn a_page_of_another_host_signs_no_user_out() {
    let portal = Portal::new();
    for mode in ["strict", "report", "off"] {
        let gate = plan(&portal).with("cross_site", json!(mode)).open().await;
        let session = signed_in(&gate, &portal).await;
        let mut table = Table::of(&gate);
        let post = || page(&session).method("POST").add("Accept", "text/html");
        let from = |origin: &str, site: &str| {
            post().add("Origin", origin).fetch_metadata(site, "navigate", "document")
        };
        for (row, question, status) in [
            ("siblings_form", from(&format!("https://{BOB}"), "same-site"), 403),
            ("other_sites_form", from("https://evil.example", "cross-site"), 403),
            ("sandboxed_form", from("null", "cross-site"), 403),
            ("plain_http", from(&format!("http://{ALICE}"), "same-site"), 403),
            ("other_port", from(&format!("https://{ALICE}:444"), "same-site"), 403),
            (
                "siblings_fetch",
                post().add("Origin", format!("https://{BOB}")).fetch_metadata(
                    "same-site",
                    "no-cors",
                    "empty",
                ),
                403,
            ),
            ("no_origin", post().fetch_metadata("same-origin", "navigate", "document"), 403),
            ("referer_in_its_place", post().add("Referer", format!("https://{ALICE}/")), 403),
            ("nothing", post(), 403),
            ("by_link", page(&session).page(), 403),
            ("by_image", page(&session).fetch_metadata("same-site", "no-cors", "image"), 404),
            ("by_delete", page(&session).form().method("DELETE"), 404),
        ] {
            let answer = table.row(row, question, status).await;
            let quiet =
                answer.all("Set-Cookie").is_empty() && answer.all("Clear-Site-Data").is_empty();
            table.expect(quiet, &format!("{row}, {mode}: {answer}"));
            let inside = Request::question(ALICE).session(&session).fetch();
            table.row(&format!("{row}, {mode}: still in"), inside, 200).await;
        }
        table.finish();
    }
}

#[tokio::test]
async fn without_logout_url_a_sign_out_ends_on_a_page() {
    let portal = Portal::new();
    let plan = plan(&portal);
    let key = secret(plan.folder.path(), "session.key", 1);
    let mut own = login(&json!({ "session_key_file": key }));
    own.as_object_mut().unwrap().remove("logout_url");
    let gate = plan.with("login", own).open().await;
    let session = signed_in(&gate, &portal).await;
    let answer = gate.ask(&page(&session).form()).await;
    assert!(answer.status == 401 && answer.is_page(), "{answer}");
    assert!(answer.text().contains("signed-out"), "{answer}");
    assert!(answer.text().contains("/.doorward/login?path=%2F"), "{answer}");
    assert_eq!(answer.all("Set-Cookie").len(), 2);
    assert_eq!(answer.header("Clear-Site-Data").as_deref(), Some("\"cache\", \"storage\""));
    // A sign-out without a session still deletes the cookies.
    let again = gate.ask(&page(&session).form()).await;
    assert_eq!((again.status, again.all("Set-Cookie").len()), (401, 2), "{again}");
    let signed_out = gate.ask(&Request::question(ALICE).uri(LOGOUT).form()).await;
    assert_eq!((signed_out.status, signed_out.all("Set-Cookie").len()), (401, 2), "{signed_out}");
}

/// Bob sends his own token to alice's host: it ends no session except his own.
#[tokio::test]
async fn signing_out_with_a_foreign_token_ends_no_session() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let session = signed_in(&gate, &portal).await;
    let bob = portal.token("bob");
    let answer = gate.ask(&page(&bob).form()).await;
    assert_eq!(answer.status, 303, "{answer}");
    let inside = Request::question(ALICE).session(&session).fetch();
    assert_eq!(gate.ask(&inside).await.status, 200);
}
