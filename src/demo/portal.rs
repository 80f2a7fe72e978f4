//! The sign-in page: a reference portal. The user chooses an account, without a password, and the
//! portal hands the browser over to the gate.
//!
//! [`handoff`] has everything that a portal must do for the gate, and nothing else. This file has what
//! every sign-in page has: a form, a session of its own ([`visitor`]), and the rule not to act on
//! requests from another site.

mod handoff;
mod visitor;

use super::{
    hosts::{Account, Hosts, SIGN_IN_LABEL},
    issuer::Issuer,
    listener::{Answer, STYLE, Site, page},
    query,
};
use crate::clock;
use handoff::Asked;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderMap, HeaderValue},
};
use std::sync::Arc;
use visitor::{Visitor, Visitors};

/// The site at `login.vdi.localhost`, the one host of the domain without the gate in front.
pub(super) struct Portal {
    hosts: Hosts,
    issuer: Arc<Issuer>,
    visitors: Visitors,
}

impl Site for Portal {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let cookies = cookies(&parts.headers);
        match (&parts.method, path) {
            (&Method::GET | &Method::HEAD, "/") => {
                self.visit(parts.uri.query().unwrap_or_default(), &cookies)
            }
            (&Method::GET | &Method::HEAD, SIGNED_OUT) => {
                self.shown(StatusCode::OK, &Said::SignedOut, self.visitors.find(&cookies).as_ref())
            }
            // Login CSRF (T9, T10): bob's page must not sign alice's browser in or out.
            (&Method::POST, "/sign-in" | "/sign-out") if !self.is_own_origin(&parts.headers) => {
                refusal(StatusCode::FORBIDDEN)
            }
            (&Method::POST, "/sign-out") => {
                let gone = self.visitors.end(&cookies);
                redirect(&format!("{}/", self.hosts.origin(SIGN_IN_LABEL)), Some(&gone))
            }
            (&Method::POST, "/sign-in") => {
                let body = Limited::new(body, BODY_LIMIT).collect().await;
                let body = body.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
                self.sign_in(&String::from_utf8_lossy(&body), &cookies)
            }
            _ => refusal(StatusCode::NOT_FOUND),
        }
    }
}

impl Portal {
    pub(super) fn new(hosts: Hosts, issuer: Arc<Issuer>) -> Self {
        Self { hosts, issuer, visitors: Visitors::default() }
    }

    /// A page request, from the gate's redirect or direct. A user with a session is sent on at once.
    fn visit(&self, query: &str, cookies: &str) -> Answer {
        let visitor = self.visitors.find(cookies);
        match (Asked::read(query, self.hosts), &visitor) {
            (Some(asked), Some(visitor)) => self.hand_over(&asked, visitor, None),
            (Some(asked), None) => self.shown(StatusCode::OK, &Said::Asked(asked), None),
            (None, visitor) if asks(query) => {
                self.shown(StatusCode::BAD_REQUEST, &Said::Unreadable, visitor.as_ref())
            }
            (None, visitor) => self.shown(StatusCode::OK, &Said::Nothing, visitor.as_ref()),
        }
    }

    /// Signs in, in place of the user who was signed in before. Leads to where the gate wants the visitor
    /// back; from nowhere, to one's own desktop, which begins a sign-in that ends at once.
    fn sign_in(&self, form: &str, cookies: &str) -> Answer {
        let account = query::value(form, "account").and_then(|name| Account::named(&name));
        let asked = Asked::read(form, self.hosts);
        let (Some(account), false) = (account, asked.is_none() && asks(form)) else {
            return refusal(StatusCode::BAD_REQUEST);
        };
        self.visitors.end(cookies);
        let Ok((visitor, cookie)) = self.visitors.begin(account) else {
            return refusal(StatusCode::INTERNAL_SERVER_ERROR);
        };
        if let Some(asked) = asked {
            return self.hand_over(&asked, &visitor, Some(&cookie));
        }
        let own = format!("{}/.doorward/login", self.hosts.origin(account.name()));
        redirect(&own, Some(&cookie))
    }

    fn hand_over(&self, asked: &Asked, visitor: &Visitor, cookie: Option<&str>) -> Answer {
        if !asked.admits(visitor.account) {
            let said = Said::Asked(asked.clone());
            let mut answer = self.shown(StatusCode::FORBIDDEN, &said, Some(visitor));
            set_cookie(&mut answer, cookie);
            return answer;
        }
        let entry = asked.enter(visitor.account, &visitor.name, &self.issuer, clock::now().0);
        let Ok(entry) = entry else { return refusal(StatusCode::INTERNAL_SERVER_ERROR) };
        redirect(&entry, cookie)
    }

    fn shown(&self, status: StatusCode, said: &Said, visitor: Option<&Visitor>) -> Answer {
        let html = self.html(said, visitor.map(|visitor| visitor.account));
        // Chromium applies `form-action` to every redirect after the form as well.
        let targets = Account::ALL.map(|account| self.hosts.origin(account.name())).join(" ");
        let mut answer = page(html, &format!("{POLICY}; form-action 'self' {targets}"));
        *answer.status_mut() = status;
        // No other site receives a `Referer`, but the form keeps its `Origin`.
        let policy = HeaderValue::from_static("same-origin");
        answer.headers_mut().insert(header::REFERRER_POLICY, policy);
        answer
    }

    fn html(&self, said: &Said, account: Option<Account>) -> String {
        let desktop = |owner: Account| format!("{}’s desktop", owner.name());
        let (title, text) = match (said, account) {
            (Said::Asked(asked), None) => (
                format!("Sign in to enter {}", desktop(asked.owner)),
                format!("<code>{}</code> requires a sign-in.", self.authority(asked.owner)),
            ),
            (Said::Asked(asked), Some(account)) => (
                format!("{} is not yours", desktop(asked.owner)),
                format!(
                    "You are signed in as {}, who may not enter <code>{}</code>. No \
                     session was created. <a href=\"https://{}/.doorward/login\">Go to {}</a>, or sign \
                     in as another user:",
                    account.name(),
                    self.authority(asked.owner),
                    self.authority(account),
                    desktop(account),
                ),
            ),
            (Said::Unreadable, _) => (
                "This address cannot be used to sign in".to_owned(),
                "The parameters of this address are not those of the gate. No session was created. \
                 Open a desktop first."
                    .to_owned(),
            ),
            (Said::SignedOut, _) => (
                "You have signed out of the desktop".to_owned(),
                "You are still signed in at this page, which has a session of its own. Sign out \
                 here, too."
                    .to_owned(),
            ),
            (Said::Nothing, _) => ("Sign in".to_owned(), String::new()),
        };
        let carried = match said {
            Said::Asked(asked) => format!(
                "<input type=\"hidden\" name=\"rd\" value=\"{}/\">\n\
                 <input type=\"hidden\" name=\"st\" value=\"{}\">\n",
                self.hosts.origin(asked.owner.name()),
                asked.state,
            ),
            Said::Nothing | Said::SignedOut | Said::Unreadable => String::new(),
        };
        PORTAL
            .replace("{{style}}", STYLE)
            .replace("{{title}}", &title)
            .replace("{{text}}", &text)
            .replace("{{carried}}", &carried)
            .replace("{{account}}", account.map_or("no user", Account::name))
            .replace("{{alice}}", &self.authority(Account::Alice))
            .replace("{{bob}}", &self.authority(Account::Bob))
    }

    fn authority(&self, account: Account) -> String {
        self.hosts.authority(account.name())
    }

    fn is_own_origin(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let own = self.hosts.origin(SIGN_IN_LABEL);
        origins.next().is_some_and(|origin| origin.as_bytes() == own.as_bytes())
            && origins.next().is_none()
    }
}

/// Why the page is shown.
enum Said {
    /// The user opened the page directly.
    Nothing,
    /// The gate sent the browser for a hand-off.
    Asked(Asked),
    /// The parameters are not as the gate writes them.
    Unreadable,
    /// The user signed out of a desktop.
    SignedOut,
}

/// Whether a query or form wants a hand-off at all, readable or not.
fn asks(pairs: &str) -> bool {
    pairs.split('&').any(|pair| pair.split('=').next() == Some("st"))
}

fn cookies(headers: &HeaderMap) -> String {
    let lines = headers.get_all(header::COOKIE).iter();
    lines.filter_map(|line| line.to_str().ok()).collect::<Vec<_>>().join("; ")
}

fn redirect(target: &str, cookie: Option<&str>) -> Answer {
    let mut answer = refusal(StatusCode::SEE_OTHER);
    if let Ok(target) = HeaderValue::from_str(target) {
        answer.headers_mut().insert(header::LOCATION, target);
    }
    set_cookie(&mut answer, cookie);
    answer
}

fn set_cookie(answer: &mut Answer, cookie: Option<&str>) {
    if let Some(Ok(cookie)) = cookie.map(HeaderValue::from_str) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn refusal(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}

/// Where the gate sends a browser that has signed out of a desktop.
pub(super) const SIGNED_OUT: &str = "/signed-out";

const PORTAL: &str = include_str!("portal.html");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; frame-ancestors 'none'";
const BODY_LIMIT: usize = 8 * 1024;

#[cfg(test)]
mod tests;
