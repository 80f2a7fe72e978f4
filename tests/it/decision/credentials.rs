//! Step 5: which headers and cookies are candidates, how cookies are read, and how many candidates
//! are tried.

use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, COOKIE, Portal};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::json;

fn with_cookie(line: impl AsRef<[u8]>) -> Request {
    Request::question(ALICE).add("Cookie", line)
}

/// The bytes of `Cookie` are read as in RFC 6265bis and no older specification (T2).
#[tokio::test]
async fn cookie_lines() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let good = portal.token("alice");
    let row = |format: &str| with_cookie(format.replace("NAME", COOKIE).replace("TOKEN", &good));
    #[rustfmt::skip]
    let rows = [
        ("alone", row("NAME=TOKEN"), 200),
        ("first_of_three", row("NAME=TOKEN; a=1; b=2"), 200),
        ("middle", row("a=1; NAME=TOKEN; b=2"), 200),
        ("last", row("a=1; b=2; NAME=TOKEN"), 200),
        ("no_space_after_semicolon", row("a=1;NAME=TOKEN;b=2"), 200),
        ("spaces_and_tabs_around", row("a=1; \t NAME=TOKEN\t ; b=2"), 200),
        ("empty_pairs", row(";;; NAME=TOKEN;;"), 200),
        ("legacy_version", row("$Version=1; NAME=TOKEN; $Path=/"), 200),
        ("nameless_before", row("=x; NAME=TOKEN"), 200),
        ("valueless_before", row("x; NAME=TOKEN"), 200),
        ("two_lines", with_cookie("a=1").add("Cookie", format!("{COOKIE}={good}")), 200),
        ("odd_case_of_header", Request::question(ALICE).add("cOOKIE", format!("{COOKIE}={good}")),
            200),
        ("lower_case_name", row("__host-doorward=TOKEN"), 401),
        ("upper_case_name", row("__HOST-DOORWARD=TOKEN"), 401),
        ("name_without_prefix", row("doorward=TOKEN"), 401),
        ("secure_prefix", row("__Secure-doorward=TOKEN"), 401),
        ("longer_name", row("NAMEx=TOKEN"), 401),
        ("state_cookie", row("NAME-st-0123=TOKEN"), 401),
        ("nameless", row("=TOKEN"), 401),
        ("nameless_with_name_inside", row("=NAME=TOKEN"), 401),
        ("quoted_value", row("NAME=\"TOKEN\""), 401),
        ("quoted_pair", row("\"NAME=TOKEN\""), 401),
        ("comma_separated", row("a=1, NAME=TOKEN"), 401),
        ("escaped_name", row("__Host%2Ddoorward=TOKEN"), 401),
        ("en_quad_before_name", row("\u{2000}NAME=TOKEN"), 401),
        ("no_break_space_before_name", row("a=1; \u{a0}NAME=TOKEN"), 401),
        ("next_line_before_name", row("\u{85}NAME=TOKEN"), 401),
        ("byte_order_mark_before_name", row("\u{feff}NAME=TOKEN"), 401),
        ("latin_1_before_name", with_cookie([b"\xa0",
            format!("{COOKIE}={good}").as_bytes()].concat()), 401),
        ("set_cookie", Request::question(ALICE).add("Set-Cookie", format!("{COOKIE}={good}")), 401),
        ("cookie2", Request::question(ALICE).add("Cookie2", format!("{COOKIE}={good}")), 401),
        ("empty_value", row("NAME="), 401),
        ("no_equals_sign", row("NAME"), 401),
        ("trailing_equals_sign", row("NAME=TOKEN="), 401),
        ("padded", row("NAME=TOKEN=="), 401),
        ("bearer_inside", row("NAME=Bearer TOKEN"), 401),
    ];
    table.rows(rows).await;
    table.finish();
}

/// `Authorization: Bearer` as in RFC 6750, section 2.1, and no other form.
#[tokio::test]
async fn authorization() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let good = portal.token("alice");
    let row =
        |value: &str| Request::question(ALICE).add("Authorization", value.replace("TOKEN", &good));
    let nothing = Request::question(ALICE);
    #[rustfmt::skip]
    let rows = [
        ("bearer", row("Bearer TOKEN"), 200),
        ("lower_case_scheme", row("bearer TOKEN"), 200),
        ("upper_case_scheme", row("BEARER TOKEN"), 200),
        ("two_tokens", row("Bearer TOKEN TOKEN"), 401),
        ("comma_behind", row("Bearer TOKEN, Basic eA=="), 401),
        ("parameter_behind", row("Bearer TOKEN realm=x"), 401),
        ("parameter_instead", row("Bearer token=TOKEN"), 401),
        ("quoted", row("Bearer \"TOKEN\""), 401),
        ("no_scheme", row("TOKEN"), 401),
        ("other_scheme", row("Token TOKEN"), 401),
        ("basic", row("Basic TOKEN"), 401),
        ("dpop", row("DPoP TOKEN"), 401),
        ("scheme_only", row("Bearer"), 401),
        ("colon", row("Bearer: TOKEN"), 401),
        ("proxy_authorization", nothing.clone()
            .add("Proxy-Authorization", format!("Bearer {good}")), 401),
        ("unconfigured_header", nothing.clone().add("X-Session-Token", &good), 401),
        ("query", nothing.clone().uri(&format!("/?access_token={good}")), 401),
        ("query_token", nothing.clone().uri(&format!("/?token={good}")), 401),
        ("own_query", nothing.clone().target(&format!("/verify?token={good}")), 400),
        ("websocket_protocol", nothing.websocket().add("Sec-WebSocket-Protocol", &good), 401),
    ];
    table.rows(rows).await;
    table.finish();
}

#[tokio::test]
async fn authorization_can_be_switched_off_and_headers_on() {
    let portal = Portal::new();
    let tokens = json!({ "authorization": false, "headers": ["X-Session-Token", "X-Other"] });
    let gate = Plan::of(&portal).with("tokens", tokens).open().await;
    let mut table = Table::of(&gate);
    let (good, bad) = (portal.token("alice"), portal.forged("alice"));
    let nothing = Request::question(ALICE);
    #[rustfmt::skip]
    let rows = [
        ("bearer", nothing.clone().bearer(&good), 401),
        ("cookie", nothing.clone().session(&good), 200),
        ("configured_header", nothing.clone().add("X-Session-Token", &good), 200),
        ("in_another_case", nothing.clone().add("x-session-TOKEN", &good), 200),
        ("second_header", nothing.clone().add("X-Other", &good), 200),
        ("bad_then_good", nothing.clone().add("X-Session-Token", &bad).add("X-Other", &good), 200),
        ("with_underscore", nothing.clone().add("X_Session_Token", &good), 401),
        ("with_rubbish", nothing.add("X-Session-Token", format!("{good} x")), 401),
    ];
    table.rows(rows).await;
    table.finish();
}

/// A cookie that bob's page set for alice's host hides no other cookie, in any position (T1).
#[tokio::test]
async fn a_bad_candidate_never_hides_a_good_one() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let good = portal.token("alice");
    let bobs = portal.token("bob");
    let bad = portal.forged("alice");
    let old = portal.expired("alice");
    let ask = |tokens: &[&str]| {
        let pairs: Vec<String> = tokens.iter().map(|token| format!("{COOKIE}={token}")).collect();
        with_cookie(pairs.join("; "))
    };
    let nothing = Request::question(ALICE);
    #[rustfmt::skip]
    let rows = [
        ("bad_good", ask(&[&bad, &good]), 200),
        ("good_bad", ask(&[&good, &bad]), 200),
        ("garbage_good", ask(&["x", "", "..", &good]), 200),
        ("bobs_good", ask(&[&bobs, &good]), 200),
        ("good_bobs", ask(&[&good, &bobs]), 200),
        ("expired_good", ask(&[&old, &good]), 200),
        ("twice_the_same", ask(&[&good, &good]), 200),
        ("second_line", ask(&[&bad]).add("Cookie", format!("{COOKIE}={good}")), 200),
        ("bad_cookie_good_bearer", ask(&[&bad]).bearer(&good), 200),
        ("good_cookie_bad_bearer", ask(&[&good]).bearer(&bad), 200),
        ("bobs_cookie_alices_bearer", ask(&[&bobs]).bearer(&good), 200),
        ("alices_cookie_bobs_bearer", ask(&[&good]).bearer(&bobs), 200),
        ("only_bobs", ask(&[&bobs]), 403),
        ("bobs_twice", ask(&[&bobs]).bearer(&bobs), 403),
        // 403 only if all candidates are valid, else 401.
        ("bobs_and_bad", ask(&[&bobs, &bad]), 401),
        ("bobs_and_expired", ask(&[&old, &bobs]), 401),
        ("only_expired", ask(&[&old]), 401),
        ("only_bad", nothing.bearer(&bad), 401),
    ];
    table.rows(rows).await;
    table.finish();
}

/// At most eight signatures are verified for one request, two of them reserved for headers: many
/// forged cookies neither exhaust the CPU nor hide a bearer token. A candidate that was not verified
/// results in 503, because it might be valid.
#[tokio::test]
async fn candidates_are_counted_by_signature() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let forged: Vec<String> = (0..12).map(|_| portal.forged("alice")).collect();
    let jar = |bad: usize, last: Option<&str>| {
        let tokens = forged.iter().take(bad).map(String::as_str).chain(last);
        let pairs: Vec<String> = tokens.map(|token| format!("{COOKIE}={token}")).collect();
        with_cookie(pairs.join("; "))
    };
    // Each row has a token of its own: a cached one needs no verification.
    let fresh = |row: u64| portal.claims("alice").claim("row", row).sign(&portal.key);
    table.row("five_bad_then_good", jar(5, Some(&fresh(1))), 200).await;
    table.row("twelve_bad_then_good", jar(12, Some(&fresh(2))), 503).await;
    table.row("twelve_bad_and_good_bearer", jar(12, None).bearer(&fresh(3)), 200).await;
    let known = fresh(4);
    table.row("seen_before", jar(0, Some(&known)), 200).await;
    table.row("twelve_bad_then_one_that_is_known", jar(12, Some(&known)), 200).await;
    let garbage = "a.b.c; ".repeat(40).replace("a.b", &format!("{COOKIE}=a.b"));
    table
        .row(
            "garbage_costs_no_signature",
            with_cookie(format!("{garbage}{COOKIE}={}", fresh(5))),
            200,
        )
        .await;
    table.finish();
}

/// Every configured name is read; of several valid tokens, the one of the first name is used.
#[tokio::test]
async fn several_cookie_names() {
    let portal = Portal::new();
    let tokens = json!({ "cookies": ["__Host-doorward", "__Host-old"] });
    let headers = json!({ "X-Doorward-User": "username", "X-From": "from" });
    let gate =
        Plan::of(&portal).with("tokens", tokens).with("identity_headers", headers).open().await;
    let mut table = Table::of(&gate);
    let token = |from: &str| portal.claims("alice").claim("from", from).sign(&portal.key);
    let (new, old) = (token("new"), token("old"));
    table.row("old_name", with_cookie(format!("__Host-old={old}")), 200).await;
    let both = with_cookie(format!("__Host-old={old}; __Host-doorward={new}"));
    let answer = table.row("both", both, 200).await;
    table.expect(
        answer.all("X-From") == ["new"],
        "the configured order wins, not the cookie line's",
    );
    let cached = with_cookie(format!("__Host-old={old}; __Host-doorward={}", token("fresh")));
    let answer = table.row("cached_behind_fresh", cached, 200).await;
    table.expect(answer.all("X-From") == ["fresh"], "the order decides, cached or not");
    let bearer = with_cookie(format!("__Host-old={old}")).bearer(&new);
    let answer = table.row("cookie_before_bearer", bearer, 200).await;
    table.expect(answer.all("X-From") == ["old"], "cookies come before Authorization");
    table.finish();
}

/// A sibling can set a cookie without the prefix `__Host-`, so such a name needs a setting.
#[tokio::test]
async fn a_parent_domain_cookie_needs_the_setting() {
    let portal = Portal::new();
    let tokens = json!({ "cookies": ["session"], "parent_domain": true });
    let gate = Plan::of(&portal).with("tokens", tokens).open().await;
    let mut table = Table::of(&gate);
    let good = portal.token("alice");
    let answer = table.row("parent", with_cookie(format!("session={good}; a=1")), 200).await;
    table.expect(answer.all("Cookie") == ["a=1"], "it never reaches a desktop");
    table.row("default_name", with_cookie(format!("{COOKIE}={good}")), 401).await;
    table.finish();
}
