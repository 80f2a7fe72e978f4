//! The first answer table: the answer to each class of request in each situation.

use crate::support::answer::Answer;
use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, BOB, LOGIN, Portal};
use crate::support::request::Request;
use crate::support::table::Table;

/// The expected kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// 302 to the sign-in page.
    SignIn,
    /// An error page with this status.
    Page(u16),
    /// A problem document with this status.
    Problem(u16),
    /// This status, never a redirect, any body.
    Plain(u16),
}

impl Kind {
    fn judge(self, answer: &Answer) -> Result<(), String> {
        let holds = match self {
            Self::SignIn => {
                let location = answer.header("Location").unwrap_or_default();
                answer.status == 302 && location.starts_with(LOGIN)
            }
            Self::Page(status) => answer.status == status && answer.is_page() && stays(answer),
            Self::Problem(status) => {
                answer.status == status && answer.is_problem() && stays(answer)
            }
            Self::Plain(status) => answer.status == status && stays(answer),
        };
        if holds { Ok(()) } else { Err(format!("expected {self:?}")) }
    }
}

fn stays(answer: &Answer) -> bool {
    answer.header("Location").is_none() && answer.header("Refresh").is_none()
}

type Shape = fn(Request) -> Request;

/// Requests of each class, with the answers to: no token, an expired one, a forged one, another
/// user's.
#[rustfmt::skip]
const CLASSES: [(&str, Shape, [Kind; 4]); 13] = [
    ("page", Request::page, PAGE),
    ("page_without_metadata", Request::old_page, PAGE),
    ("page_by_head", |r| r.page().method("HEAD"), PAGE),
    ("frame", Request::frame, PAGE_LIKE),
    ("form", Request::form, PAGE_LIKE),
    ("object", |r| r.page().fetch_metadata("same-origin", "navigate", "object"), PAGE_LIKE),
    ("websocket", Request::websocket, SOCKET),
    ("websocket_that_says_page", |r| r.websocket().page(), SOCKET),
    ("fetch", Request::fetch, OTHER),
    ("curl", |r| r.add("Accept", "*/*"), OTHER),
    ("bare", |r| r, OTHER),
    ("json", |r| r.add("Accept", "application/json"), OTHER),
    ("form_without_metadata", |r| r.method("POST").old_page(), PAGE_LIKE),
];
const PAGE: [Kind; 4] = [Kind::SignIn, Kind::SignIn, Kind::Page(401), Kind::Page(403)];
const PAGE_LIKE: [Kind; 4] = [Kind::Page(401), Kind::Page(401), Kind::Page(401), Kind::Page(403)];
const SOCKET: [Kind; 4] = [Kind::Plain(401), Kind::Plain(401), Kind::Plain(401), Kind::Plain(403)];
const OTHER: [Kind; 4] =
    [Kind::Problem(401), Kind::Problem(401), Kind::Problem(401), Kind::Problem(403)];

/// The table of docs/answers-and-cross-site.md.
#[tokio::test]
async fn every_client_class_with_every_denial() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let (expired, forged, bobs) =
        (portal.expired("alice"), portal.forged("alice"), portal.token("bob"));
    let situations = [
        ("no_token", None),
        ("expired", Some(&expired)),
        ("forged", Some(&forged)),
        ("bobs", Some(&bobs)),
    ];
    for (class, shape, kinds) in CLASSES {
        for ((situation, token), kind) in situations.iter().zip(kinds) {
            let question = Request::question(ALICE);
            let question = token.iter().fold(question, |question, token| question.session(token));
            let name = format!("{class} {situation}");
            let answer = table.judged(&name, shape(question), |answer| kind.judge(answer)).await;
            if answer.status == 401 {
                let challenge = answer.header("WWW-Authenticate").unwrap_or_default();
                table.expect(challenge.starts_with("Bearer realm=\"doorward\""), &challenge);
                let error = challenge.contains("error=\"invalid_token\"");
                table.expect(error == token.is_some(), &format!("{name}: {challenge}"));
            }
        }
    }
    table.finish();
}

#[tokio::test]
async fn every_client_class_on_the_own_host() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let token = portal.token("alice");
    for (class, shape, _) in CLASSES {
        // Without metadata and without Origin, only GET and HEAD pass (cross-site rules).
        let question = shape(Request::question(ALICE).session(&token));
        let status = if class == "form_without_metadata" { 403 } else { 200 };
        table.row(class, question, status).await;
    }
    table.finish();
}

#[tokio::test]
async fn a_cross_site_denial_is_answered_by_client_class() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let bobs_page = format!("https://{BOB}");
    let from_bob: [(&str, Shape, Kind); 5] = [
        ("page", |r| r.old_page(), Kind::Page(403)),
        ("frame", |r| r.frame().set("Sec-Fetch-Site", "same-site"), Kind::Page(403)),
        ("form", |r| r.form().without("Origin"), Kind::Page(403)),
        ("websocket", |r| r.websocket().without("Origin"), Kind::Plain(403)),
        ("fetch", |r| r.fetch(), Kind::Problem(403)),
    ];
    for (class, shape, kind) in from_bob {
        let question = shape(Request::question(ALICE).session(&portal.token("alice")));
        let question = question.add("Origin", &bobs_page);
        table.judged(class, question, |answer| kind.judge(answer)).await;
    }
    table.finish();
}

/// A page request is answered 401 instead of a redirect if there is no sign-in page, or if signing in
/// would not help.
#[tokio::test]
async fn without_login_a_page_gets_an_error_page() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).without("login").open().await;
    let mut table = Table::of(&gate);
    let page = |token: Option<String>| {
        let question = Request::question(ALICE).page();
        token.iter().fold(question, |question, token| question.session(token))
    };
    for (name, token) in [
        ("no_token", None),
        ("expired", Some(portal.expired("alice"))),
        ("forged", Some(portal.forged("alice"))),
    ] {
        table.judged(name, page(token), |answer| Kind::Page(401).judge(answer)).await;
    }
    table.finish();
}

/// Denials before the host is known depend on the class, too.
#[tokio::test]
async fn denials_of_malformed_requests() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    #[rustfmt::skip]
    let rows = [
        ("malformed", Request::question(ALICE).without("X-Forwarded-Uri"), 400),
        ("unknown_host", Request::question("elsewhere.example.org"), 404),
        ("reserved_path", Request::question(ALICE).uri("/.doorward/enter"), 404),
        ("preflight", Request::question(ALICE).method("OPTIONS")
            .add("Access-Control-Request-Method", "PUT"), 403),
    ];
    for (name, question, status) in rows {
        let other = question.clone().add("Accept", "application/json");
        table.judged(name, other, |answer| Kind::Problem(status).judge(answer)).await;
        if status == 404 {
            table.judged(name, question.page(), |answer| Kind::Page(status).judge(answer)).await;
        }
    }
    table.finish();
}
