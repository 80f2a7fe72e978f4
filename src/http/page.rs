//! The two bodies of a denial: a small page for a person, a problem document for a program. Both
//! hold the request id, neither anything from outside, and nothing that names another user.

use super::answer::{Outcome, Refused};
use crate::handoff::address::LOGOUT;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// HTML, at most 8 KiB, readable in light and dark, without script.
#[must_use]
pub(super) fn html(refused: &Refused<'_>) -> String {
    let outcome = refused.outcome;
    let title = title(outcome);
    let mut page = String::with_capacity(2048);
    page.push_str("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    let _ = write!(page, "<title>{title}</title><style>{STYLE}</style></head><body><main>");
    let _ = write!(page, "<h1>{title}</h1><p>{}</p>", outcome.detail());
    if let Some(advice) = advice(outcome) {
        let _ = write!(page, "<p>{advice}</p>");
    }
    let own = refused.own_url.as_deref().map(|url| (url, "Go to your own workspace"));
    let sign_in_text = match outcome {
        Outcome::NotYours => "Sign in as somebody else",
        Outcome::SignInRequired => "Sign in",
        _ => "Sign in again",
    };
    let sign_in = refused.sign_in_url.as_deref().map(|url| (url, sign_in_text));
    if own.is_some() || sign_in.is_some() {
        page.push_str("<nav>");
        for (url, text) in own.into_iter().chain(sign_in) {
            page.push_str("<a rel=\"noreferrer\" target=\"_top\" href=\"");
            escape(url, &mut page);
            let _ = write!(page, "\">{text}</a> ");
        }
        page.push_str("</nav>");
    }
    if outcome == Outcome::ConfirmSignOut {
        let _ = write!(
            page,
            "<form method=\"post\" action=\"{LOGOUT}\"><button>Sign out</button></form>"
        );
    }
    let _ = write!(page, "<footer>{} · {}", outcome.status().as_u16(), outcome.reason());
    page.push_str(" · request <code>");
    escape(refused.request_id, &mut page);
    page.push_str("</code></footer></main></body></html>\n");
    page
}

/// RFC 9457, with the reason and the request id as extension members. `type` is `about:blank`, so
/// the title is the status's own phrase (§4.2.1).
#[must_use]
pub(super) fn problem(refused: &Refused<'_>) -> String {
    let status = refused.outcome.status();
    let mut body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": refused.outcome.detail(),
        "reason": refused.outcome.reason(),
        "request_id": refused.request_id,
    })
    .to_string();
    body.push('\n');
    body
}

/// Allows the page its own style and nothing else, from anywhere; a page that asks may also send its
/// form home.
#[must_use]
pub(super) fn policy(asks: bool) -> HeaderValue {
    static POLICIES: LazyLock<[HeaderValue; 2]> = LazyLock::new(|| {
        let hash = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
        ["'none'", "'self'"].map(|forms| {
            let text = format!(
                "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action \
                 {forms}; frame-ancestors 'self'"
            );
            HeaderValue::from_str(&text)
                .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
        })
    });
    let [quiet, asking] = &*POLICIES;
    if asks { asking.clone() } else { quiet.clone() }
}

fn title(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Malformed => "This request cannot be judged",
        Outcome::ConfirmSignOut => "Sign out?",
        Outcome::CrossSite => "Another site asked for this",
        Outcome::InvalidSession => "Your session is not valid here",
        Outcome::NotFound => "Nothing is here",
        Outcome::NotYours => "This is not your workspace",
        Outcome::PeerRefused => "Not this way",
        Outcome::RedirectLoop => "Signing in does not work",
        Outcome::SessionExpired => "Your session has ended",
        Outcome::SignInFailed => "Signing in did not work",
        Outcome::SignInRequired => "Sign in first",
        Outcome::SignedIn => "You are signed in",
        Outcome::SignedOut => "You have signed out",
        Outcome::TooLarge => "Too many cookies",
        Outcome::Unavailable => "Try again in a moment",
    }
}

fn advice(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::InvalidSession => Some(
            "If signing in again does not help, the operator can find the cause by the request id \
             below.",
        ),
        Outcome::RedirectLoop => Some(
            "Sign-in sent you back without a session. Check that cookies are allowed for this \
             site, wait a minute and try again; the operator can find the cause by the request id \
             below.",
        ),
        Outcome::SessionExpired => {
            Some("What you had typed may still be there: open the sign-in page in another tab.")
        }
        Outcome::TooLarge => Some(
            "Delete this site's cookies in the browser's settings. Another page of the same domain \
             may have set them.",
        ),
        Outcome::CrossSite => Some("Open the workspace by its own address."),
        Outcome::ConfirmSignOut => Some(
            "What you have open in this workspace keeps running; to see it again you sign in again.",
        ),
        Outcome::SignInFailed => Some(
            "Sign in once more, in this window. If that does not help, the operator can find the \
             cause by the request id below.",
        ),
        Outcome::SignedOut => {
            Some("Other workspaces, and the page where you signed in, may still know you.")
        }
        Outcome::Malformed
        | Outcome::NotFound
        | Outcome::NotYours
        | Outcome::PeerRefused
        | Outcome::SignInRequired
        | Outcome::SignedIn
        | Outcome::Unavailable => None,
    }
}

fn escape(text: &str, into: &mut String) {
    for character in text.chars() {
        match character {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            other => into.push(other),
        }
    }
}

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;font:1.05rem/1.6 system-ui,sans-serif;background:Canvas;color:CanvasText}\
main{max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}\
h1{font-size:1.7rem;line-height:1.25;margin:0 0 1rem}\
a{display:inline-block;margin:.75rem 1rem 0 0;padding:.45rem .9rem;border:1px solid;border-radius:.4rem;color:LinkText}\
footer{margin-top:3rem;font-size:.85rem;opacity:.75}\
code{overflow-wrap:anywhere}";

#[cfg(test)]
mod tests;
