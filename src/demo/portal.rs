//! The sign-in page: who wants in says who he is, without a password, and gets a session token.
//!
//! A page on another host cannot set a cookie for alice's host alone. This portal therefore sets
//! it for the whole zone, which the gate calls `parent_domain`; every page that shows it says that
//! the hand-off (`login.handoff`) with a cookie for one host is what belongs into production.

use super::{
    issuer::{Issuer, LIFETIME},
    listener::{Answer, Site, page},
    query,
    zone::{Account, SIGN_IN_LABEL, ZONE, Zone},
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderValue},
};
use std::{sync::Arc, time::SystemTime};

/// The site at `login.vdi.localhost`, the one host of the zone without the gate in front.
pub(super) struct Portal {
    pub(super) zone: Zone,
    pub(super) issuer: Arc<Issuer>,
}

impl Site for Portal {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        match (request.method(), path.as_str()) {
            (&Method::GET | &Method::HEAD, "/") => self.form(&request),
            (&Method::POST, "/sign-in" | "/sign-out") => {
                // Login CSRF (T9, T10): bob's page must not sign alice's browser in or out.
                if !self.is_own_origin(&request) {
                    return refusal(StatusCode::FORBIDDEN);
                }
                if path == "/sign-out" {
                    return self.sign_out();
                }
                let body = Limited::new(request.into_body(), BODY_LIMIT).collect().await;
                let body = body.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
                self.sign_in(&String::from_utf8_lossy(&body))
            }
            _ => refusal(StatusCode::NOT_FOUND),
        }
    }
}

impl Portal {
    fn form(&self, request: &Request<Incoming>) -> Answer {
        let query = request.uri().query().unwrap_or_default();
        let back = query::value(query, "rd").filter(|back| self.workspace(back).is_some());
        let cookies: Vec<_> = request
            .headers()
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let html = self.html(back.as_deref(), &signed_in(&cookies.join("; ")));
        // Chromium applies `form-action` to the redirect after the form as well.
        let targets = Account::ALL.map(|account| self.zone.origin(account.name())).join(" ");
        page(html, &format!("{POLICY}; form-action 'self' {targets}"))
    }

    fn html(&self, back: Option<&str>, signed_in: &[Account]) -> String {
        let state = match signed_in {
            [] => "nobody".to_owned(),
            accounts => {
                accounts.iter().map(|account| account.name()).collect::<Vec<_>>().join(", ")
            }
        };
        PORTAL
            .replace("{{style}}", super::desktop::STYLE)
            .replace("{{alice}}", &self.zone.authority(Account::Alice.name()))
            .replace("{{bob}}", &self.zone.authority(Account::Bob.name()))
            .replace("{{zone}}", ZONE)
            .replace("{{state}}", &state)
            // Last, so that nothing inside the visitor's value is taken for a placeholder.
            .replace("{{rd}}", &escaped(back.unwrap_or_default()))
    }

    /// Signs in and sends the browser back to where it came from, or to one's own desktop.
    fn sign_in(&self, form: &str) -> Answer {
        let account = query::value(form, "account").and_then(|name| Account::named(&name));
        let Some(account) = account else {
            return refusal(StatusCode::BAD_REQUEST);
        };
        let Ok(token) = self.issuer.mint(account, unix_time(), LIFETIME) else {
            return refusal(StatusCode::INTERNAL_SERVER_ERROR);
        };
        let back = query::value(form, "rd").filter(|back| self.workspace(back).is_some());
        let target = back.unwrap_or_else(|| format!("{}/", self.zone.origin(account.name())));
        redirect(&target, &[cookie(account, &token, LIFETIME.as_secs())])
    }

    fn sign_out(&self) -> Answer {
        let cleared = Account::ALL.map(|account| cookie(account, "", 0));
        redirect(&format!("{}/", self.zone.origin(SIGN_IN_LABEL)), &cleared)
    }

    /// Whose desktop an absolute address lies on. Only such an address is ever redirected to: the
    /// origin is compared as a whole and the next character must be its slash (T11).
    fn workspace(&self, address: &str) -> Option<Account> {
        if address.chars().any(|character| character.is_control() || character == '\\') {
            return None;
        }
        Account::ALL.into_iter().find(|account| {
            let rest = address.strip_prefix(&self.zone.origin(account.name()));
            rest.is_some_and(|rest| rest.starts_with('/'))
        })
    }

    fn is_own_origin(&self, request: &Request<Incoming>) -> bool {
        let mut origins = request.headers().get_all(header::ORIGIN).iter();
        let own = self.zone.origin(SIGN_IN_LABEL);
        origins.next().is_some_and(|origin| origin.as_bytes() == own.as_bytes())
            && origins.next().is_none()
    }
}

/// The session cookie for the whole zone. `Max-Age=0` takes it back.
fn cookie(account: Account, token: &str, seconds: u64) -> String {
    let name = account.cookie();
    format!(
        "{name}={token}; Domain={ZONE}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"
    )
}

/// Who this browser seems to be signed in as, judged by the look of its cookies: for display. What
/// bob's page plants under alice's cookie name is no JWT.
fn signed_in(cookies: &str) -> Vec<Account> {
    let has = |account: &Account| {
        cookies
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == account.cookie() && value.starts_with("eyJ"))
    };
    Account::ALL.into_iter().filter(has).collect()
}

fn redirect(target: &str, cookies: &[String]) -> Answer {
    let mut answer = refusal(StatusCode::SEE_OTHER);
    let headers = answer.headers_mut();
    if let Ok(target) = HeaderValue::from_str(target) {
        headers.insert(header::LOCATION, target);
    }
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::from_str(cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    answer
}

fn refusal(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    let no_store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
    answer
}

/// Text for an attribute in double quotes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Seconds since 1970; a clock before that year counts as 1970, and its tokens as expired.
#[expect(
    clippy::disallowed_methods,
    reason = "the demo's portal is a party of its own, with a clock of its own"
)]
pub(super) fn unix_time() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

const PORTAL: &str = include_str!("portal.html");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; frame-ancestors 'none'";
const BODY_LIMIT: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn portal() -> Portal {
        let zone = Zone::new(8443);
        let issuer = Arc::new(Issuer::new(zone.origin(SIGN_IN_LABEL)).unwrap());
        Portal { zone, issuer }
    }

    fn location(answer: &Answer) -> &str {
        answer.headers()["location"].to_str().unwrap()
    }

    #[test]
    fn only_desktops_of_this_zone_are_redirected_to() {
        let own = "https://bob.vdi.localhost:8443/";
        for (row, back, expected) in [
            (
                "own_desktop",
                "https://bob.vdi.localhost:8443/x?y=1",
                "https://bob.vdi.localhost:8443/x?y=1",
            ),
            (
                "others_desktop",
                "https://alice.vdi.localhost:8443/",
                "https://alice.vdi.localhost:8443/",
            ),
            ("other_site", "https://evil.example/", own),
            ("scheme_relative", "//evil.example/", own),
            ("plain_http", "http://bob.vdi.localhost:8443/", own),
            ("other_port", "https://bob.vdi.localhost:8444/", own),
            ("longer_port", "https://bob.vdi.localhost:84430/", own),
            ("suffix", "https://bob.vdi.localhost:8443.evil.example/", own),
            ("user_information", "https://bob.vdi.localhost:8443@evil.example/", own),
            ("backslash", "https://bob.vdi.localhost:8443/\\evil.example", own),
            ("line_break", "https://bob.vdi.localhost:8443/%0d%0aSet-Cookie:x=1", own),
            ("no_slash", "https://bob.vdi.localhost:8443", own),
            ("script", "javascript:alert(1)", own),
        ] {
            let answer = portal().sign_in(&format!("account=bob&rd={back}"));
            assert_eq!(location(&answer), expected, "{row}");
        }
    }

    #[test]
    fn cookie_is_for_the_zone_secure_and_out_of_reach_of_scripts() {
        let answer = portal().sign_in("account=alice");
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("doorward-alice=eyJ"), "{cookie}");
        for attribute in ["Domain=vdi.localhost", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}");
        }
    }

    #[test]
    fn unknown_account_gets_no_cookie() {
        for form in ["account=carol", "account=", "", "account=alice%00", "rd=x"] {
            let answer = portal().sign_in(form);
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{form}");
            assert!(!answer.headers().contains_key("set-cookie"), "{form}");
        }
    }

    #[test]
    fn signing_out_takes_both_cookies_back() {
        let answer = portal().sign_out();
        let cleared: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cleared.len(), 2);
        assert!(cleared.iter().all(|cookie| cookie.to_str().unwrap().contains("Max-Age=0")));
    }

    #[test]
    fn visitors_value_stays_inside_its_attribute() {
        let back = "https://bob.vdi.localhost:8443/\"><script>alert(1)</script>{{state}}";
        let html = portal().html(Some(back), &[Account::Bob]);
        assert!(!html.contains("<script>alert"));
        assert!(html.contains("{{state}}"), "a placeholder inside the value is left alone");
    }

    #[test]
    fn signed_in_accounts_are_told_by_exact_cookie_names() {
        assert_eq!(signed_in("a=1; doorward-bob=eyJ"), [Account::Bob]);
        assert_eq!(signed_in("doorward-alice=eyJ; doorward-bob=eyJ"), Account::ALL);
        assert!(signed_in("xdoorward-bob=eyJ; doorward-alice=planted").is_empty());
    }
}
