//! Where visitors without a token are sent, and whether they could come back with one.

use super::Surroundings;
use crate::config::Tokens;
use crate::config::field::Text;
use crate::config::problem::{Findings, shown};
use crate::config::raw::RawLogin;
use crate::config::url::WebUrl;
use crate::http::sign_in::SignIn;

pub(super) fn check(
    path: &str,
    raw: &RawLogin,
    place: &Surroundings<'_>,
    tokens: &Tokens,
    found: &mut Findings<'_>,
) -> Option<SignIn> {
    let parameter = parameter(path, raw, found);
    let sets_cookie = raw.sets_cookie.or(false);
    let url_path = format!("{path}.url");
    let Some(text) = raw.url.some().map(Text::as_str) else {
        if sets_cookie && !raw.url.is_bad() {
            found.problem(
                &format!("{path}.sets_cookie"),
                "means nothing without `url`",
                "set url, or leave both out",
            );
        }
        return None;
    };
    // A page elsewhere can set a cookie for its own host or for a parent domain, never one for a
    // workspace host; the visitor would come back without a token and be sent away again.
    let pending = raw.handoff.is_bad() || raw.handoff.good().is_some_and(|later| later.0);
    if !sets_cookie && !raw.sets_cookie.is_bad() && !tokens.parent_domain && !pending {
        found.problem(
            &url_path,
            "leads to a page that cannot set a cookie for the workspace host, so visitors would \
             be sent round in circles",
            "set `sets_cookie: true` here if something on the workspace host sets it, or allow a \
             parent domain's cookie with tokens.parent_domain",
        );
    }
    let url = place.url(&url_path, text, found)?;
    warn_about_host(&url_path, &url, place, found);
    if url.has_parameter(&parameter) {
        found.problem(
            &url_path,
            format!("{} has the parameter `{parameter}` already", shown(text)),
            "leave it out: doorward adds it, or choose another return_parameter",
        );
    }
    Some(SignIn { url: text.into(), return_parameter: parameter.into() })
}

fn parameter(path: &str, raw: &RawLogin, found: &mut Findings<'_>) -> String {
    let Some(text) = raw.return_parameter.good().map(Text::as_str) else {
        return DEFAULT_PARAMETER.to_owned();
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if text.is_empty() || !text.bytes().all(plain) {
        found.problem(
            &format!("{path}.return_parameter"),
            format!("{} is no plain parameter name", shown(text)),
            "write letters, digits, `-`, `.`, `_` and `~` only, such as rd",
        );
    }
    text.to_owned()
}

/// T10 of the threat list: a workspace can set cookies for every domain above itself, and so can
/// forge the sign-in state of a page that lives there.
fn warn_about_host(
    path: &str,
    url: &WebUrl<'_>,
    place: &Surroundings<'_>,
    found: &mut Findings<'_>,
) {
    let reached = place.domains.and_then(|domains| {
        domains.iter().find(|domain| {
            let name = domain.as_str();
            name == url.host
                || name.strip_suffix(url.host.as_str()).is_some_and(|rest| rest.ends_with('.'))
        })
    });
    if let Some(domain) = reached {
        found.warn(
            path,
            format!(
                "workspaces below `{}` can set cookies that reach `{}`; best is a host on another \
                 registrable domain, and `__Host-` cookies for the sign-in page in any case",
                domain.as_str(),
                url.host
            ),
        );
    }
}

const DEFAULT_PARAMETER: &str = "rd";
