//! The two bodies of an error answer: a small page for a user, a problem document for a program. Both
//! contain the request ID. Neither loads anything from elsewhere or names another user.

use super::client_class::ClientClass;
use super::outcome::Outcome;
use crate::cross_site::Origin;
use crate::handoff::address::LOGOUT;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// What an error answer says.
#[derive(Debug)]
pub struct ErrorBody<'r> {
    /// What the client is told.
    pub outcome: Outcome,
    /// Decides between a page and a problem document.
    pub class: ClientClass,
    /// Names this answer in log and body.
    pub request_id: &'r str,
    /// The user's own workspace, absolute.
    pub own_url: Option<String>,
    /// Where to sign in, absolute, with the address to return to.
    pub sign_in_url: Option<String>,
    /// Where the answer to the page's form redirects to, for a page with a form.
    pub form_leads_to: Option<&'r str>,
}

impl ErrorBody<'_> {
    /// HTML, at most 8 KiB, readable in light and dark, without script.
    #[must_use]
    pub(super) fn html(&self) -> String {
        let outcome = self.outcome;
        let title = title(outcome);
        let mut page = String::with_capacity(4096);
        page.push_str("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.push_str("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        page.push_str("<meta name=\"color-scheme\" content=\"light dark\">");
        if self.reloads() {
            page.push_str("<meta http-equiv=\"refresh\" content=\"0\">");
        }
        let _ = write!(page, "<title>{title}</title><style>{STYLE}</style></head><body><main>");
        let _ = write!(page, "{ICON}<h1>{title}</h1><p>{}</p>", summary(outcome));
        if let Some(advice) = self.advice() {
            let _ = write!(page, "<p>{advice}</p>");
        }
        self.write_links(&mut page);
        if self.has_form() {
            let _ = write!(
                page,
                "<form method=\"post\" action=\"{LOGOUT}\"><button class=\"way\">Sign out</button></form>"
            );
        }
        let _ = write!(page, "<footer>{} {}", outcome.status().as_u16(), outcome.reason());
        page.push_str(" <span>request ID <code>");
        escape(self.request_id, &mut page);
        page.push_str("</code></span></footer></main></body></html>\n");
        page
    }

    /// RFC 9457, with the reason and the request id as extension members. `type` is `about:blank`, so
    /// the title is the status's own phrase (§4.2.1).
    #[must_use]
    pub(super) fn problem(&self) -> String {
        let status = self.outcome.status();
        let mut body = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": self.outcome.detail(),
            "reason": self.outcome.reason(),
            "request_id": self.request_id,
        })
        .to_string();
        body.push('\n');
        body
    }

    /// Allows the page its own style and nothing from elsewhere. A page with a form may also send the
    /// form to its own origin, and on to the origin of `form_leads_to`. No page may frame one that
    /// reloads: only what the user sees in the address bar gets through.
    #[must_use]
    pub(super) fn content_security_policy(&self) -> HeaderValue {
        static QUIET: LazyLock<HeaderValue> = LazyLock::new(|| policy_for("'none'", "'self'"));
        static RELOAD: LazyLock<HeaderValue> = LazyLock::new(|| policy_for("'none'", "'none'"));
        if self.reloads() {
            return RELOAD.clone();
        }
        if !self.has_form() {
            return QUIET.clone();
        }
        // Chromium checks the redirect after a form against the list as well.
        match self.form_leads_to.and_then(Origin::of_url) {
            Some(origin) => policy_for(&format!("'self' {origin}"), "'self'"),
            None => policy_for("'self'", "'self'"),
        }
    }

    /// Whether the page loads its own address again at once.
    fn reloads(&self) -> bool {
        self.outcome == Outcome::CrossSiteLink && self.class == ClientClass::Page
    }

    /// Whether the page has a button that sends a form.
    #[must_use]
    pub(super) fn has_form(&self) -> bool {
        self.outcome == Outcome::ConfirmSignOut
    }

    /// Links for the user: to their own workspace first, then to signing in.
    fn write_links(&self, page: &mut String) {
        let sign_in_text = match self.outcome {
            Outcome::NotYours => "Sign in as another user",
            Outcome::SignInRequired => "Sign in",
            _ => "Sign in again",
        };
        let own = self.own_url.as_deref().map(|url| (url, "Open your own workspace"));
        let sign_in = self.sign_in_url.as_deref().map(|url| (url, sign_in_text));
        if own.is_none() && sign_in.is_none() {
            return;
        }
        // The page that lost its session may hold text that the user has typed, or be a frame of such
        // a page: signing in must not replace it.
        let elsewhere = self.class == ClientClass::PageLike;
        let rel = if elsewhere { "noopener noreferrer\" target=\"_blank" } else { "noreferrer" };
        page.push_str("<nav>");
        for (url, text) in own.into_iter().chain(sign_in) {
            let _ = write!(page, "<a class=\"way\" rel=\"{rel}\" href=\"");
            escape(url, page);
            let _ = write!(page, "\">{text}</a>");
        }
        page.push_str("</nav>");
    }

    /// What the user can do next.
    fn advice(&self) -> Option<&'static str> {
        match self.outcome {
            Outcome::InvalidSession => Some(
                "Sign in again. If that does not help, send the operator the request ID below.",
            ),
            Outcome::RedirectLoop => Some(
                "Check that your browser accepts cookies for this site, wait a minute and try \
                 again. If that does not help, send the operator the request ID below.",
            ),
            Outcome::SessionExpired | Outcome::SignInRequired
                if self.class == ClientClass::PageLike =>
            {
                Some(
                    "Sign in in a new tab, then return to this page and reload it. The browser \
                     then sends your input again.",
                )
            }
            Outcome::SessionExpired => Some("Your workspace is still running."),
            Outcome::TooLarge => Some(
                "Delete the cookies of this site in your browser's settings. Another page of the \
                 same domain may have set them.",
            ),
            Outcome::CrossSite => Some("Open the workspace directly by its own address."),
            Outcome::CrossSiteLink => Some("Your workspace opens in a moment."),
            Outcome::ConfirmSignOut => {
                Some("Your workspace keeps running. To open it again, you need to sign in.")
            }
            Outcome::SignInFailed => Some(
                "Sign in again in this window. If that does not help, send the operator the \
                 request ID below.",
            ),
            Outcome::SignedOut => Some(
                "You may still be signed in to other workspaces and to the sign-in page itself.",
            ),
            Outcome::Malformed
            | Outcome::NotFound
            | Outcome::NotYours
            | Outcome::PeerRefused
            | Outcome::SignInRequired
            | Outcome::SignedIn
            | Outcome::Unavailable => None,
        }
    }
}

fn policy_for(forms: &str, ancestors: &str) -> HeaderValue {
    static HASH: LazyLock<String> =
        LazyLock::new(|| STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes())));
    let text = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action {forms}; \
         frame-ancestors {ancestors}",
        *HASH
    );
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

fn title(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Malformed => "Bad request",
        Outcome::ConfirmSignOut => "Sign out?",
        Outcome::CrossSite => "Blocked: the request came from another site",
        Outcome::CrossSiteLink => "Opening your workspace",
        Outcome::InvalidSession => "Your session is not valid",
        Outcome::NotFound => "Not found",
        Outcome::NotYours => "You do not have access to this workspace",
        Outcome::PeerRefused => "Access denied",
        Outcome::RedirectLoop => "Sign-in failed several times",
        Outcome::SessionExpired => "Session expired",
        Outcome::SignInFailed => "Sign-in failed",
        Outcome::SignInRequired => "Sign-in required",
        Outcome::SignedIn => "You are signed in",
        Outcome::SignedOut => "You have signed out",
        Outcome::TooLarge => "Too many cookies",
        Outcome::Unavailable => "Temporarily unavailable",
    }
}

/// The first sentence for the user, where the one for programs is not suitable.
fn summary(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::SessionExpired => "Your session has expired. Please sign in again.",
        Outcome::InvalidSession => "Your browser sent a token that is not a valid session.",
        other => other.detail(),
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

/// Decoration: the heading carries the meaning, so screen readers skip the icon.
const ICON: &str = "<svg viewBox=\"0 0 24 24\" width=\"44\" height=\"44\" aria-hidden=\"true\">\
<path d=\"M5 22V3.5A1.5 1.5 0 0 1 6.5 2h11A1.5 1.5 0 0 1 19 3.5V22M2.5 22h19M8.5 22V5.5h7V22\"/>\
<circle cx=\"13.4\" cy=\"14\" r=\".9\"/></svg>";

/// Uses the browser's own colours, so that contrast follows the user's settings (WCAG 2.2 §1.4.3),
/// forced colours included.
const STYLE: &str = "\
:root{color-scheme:light dark;--line:color-mix(in srgb,CanvasText 22%,Canvas)}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;\
font:1.05rem/1.6 system-ui,sans-serif;background:Canvas;color:CanvasText}\
main{width:100%;max-width:35rem}\
svg{fill:none;stroke:currentColor;stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}\
h1{font-size:1.75rem;line-height:1.2;margin:1rem 0;text-wrap:balance}\
p{margin:0 0 .9rem}\
nav,form{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.6rem 0 0}\
.way{font:inherit;padding:.55rem 1.1rem;border:1px solid CanvasText;border-radius:.5rem;\
background:Canvas;color:CanvasText;text-decoration:none;cursor:pointer}\
.way:first-child{background:CanvasText;color:Canvas}\
.way:hover{text-decoration:underline}\
.way:focus-visible{outline:3px solid Highlight;outline-offset:2px}\
footer{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin-top:2.6rem;padding-top:.9rem;\
border-top:1px solid var(--line);font-size:.85rem}\
code{overflow-wrap:anywhere}";

#[cfg(test)]
mod tests;
