//! Where visitors without a token are sent, and whether they could come back with one.

use super::{CheckContext, handoff};
use crate::config::Tokens;
use crate::config::field::Text;
use crate::config::mistake::{Findings, shown};
use crate::config::raw::RawLogin;
use crate::handoff::SignIn;
use crate::url::WebUrl;

pub(super) fn check(
    path: &str,
    raw: &RawLogin,
    context: &CheckContext<'_>,
    tokens: &Tokens,
    found: &mut Findings<'_>,
) -> Option<SignIn> {
    let parameter = parameter(path, raw, found);
    let sets_cookie = raw.sets_cookie.or(false);
    let hands_off = raw.handoff.is_bad() || raw.handoff.some().is_some();
    let handoff_path = format!("{path}.handoff");
    let handoff = raw
        .handoff
        .some()
        .and_then(|raw| handoff::check(&handoff_path, raw, context, tokens, found));
    let logout_url = logout_url(path, raw, hands_off, context, found);
    let url_path = format!("{path}.url");
    if hands_off && parameter == STATE_PARAMETER {
        refuse_state_parameter(&format!("{path}.return_parameter"), found);
    }
    let Some(text) = raw.url.some().map(Text::as_str) else {
        if sets_cookie && !raw.url.is_bad() {
            found.mistake(
                &format!("{path}.sets_cookie"),
                "means nothing without `url`",
                "set url, or leave both out",
            );
        }
        if raw.handoff.some().is_some() && !raw.url.is_bad() {
            found.mistake(
                &handoff_path,
                "means nothing without `url`",
                "set url to the sign-in page that hands sessions over, or leave both out",
            );
        }
        return None;
    };
    // A page elsewhere can set a cookie for its own host or for a parent domain, never one for a
    // workspace host; the visitor would come back without a token and be sent away again.
    if !sets_cookie && !raw.sets_cookie.is_bad() && !tokens.parent_domain && !hands_off {
        found.mistake(
            &url_path,
            "leads to a page that cannot set a cookie for the workspace host, so visitors would \
             be sent round in circles",
            "let it hand sessions over (`handoff`); or set `sets_cookie: true` here if something \
             on the workspace host sets the cookie, or allow a parent domain's with \
             tokens.parent_domain",
        );
    }
    if sets_cookie && hands_off {
        found.mistake(
            &format!("{path}.sets_cookie"),
            "says that something else sets the cookie, while with `handoff` the gate does",
            "keep one of the two",
        );
    }
    let url = context.url(&url_path, text, found)?;
    warn_about_host(&url_path, &url, context, found);
    if url.has_parameter(&parameter) {
        found.mistake(
            &url_path,
            format!("{} has the parameter `{parameter}` already", shown(text)),
            "leave it out: doorward adds it, or choose another return_parameter",
        );
    }
    if hands_off && parameter != STATE_PARAMETER && url.has_parameter(STATE_PARAMETER) {
        refuse_state_parameter(&url_path, found);
    }
    let return_parameter = parameter.into();
    Some(SignIn { url: text.into(), return_parameter, logout_url, handoff })
}

fn refuse_state_parameter(path: &str, found: &mut Findings<'_>) {
    found.mistake(
        path,
        "has the parameter `st`, in which the gate sends the state of a sign-in",
        "give it another name",
    );
}

fn logout_url(
    path: &str,
    raw: &RawLogin,
    hands_off: bool,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<Box<str>> {
    let text = raw.logout_url.some().map(Text::as_str)?;
    let path = format!("{path}.logout_url");
    if !hands_off {
        found.mistake(
            &path,
            "means nothing without `handoff`: the gate ends only sessions that it has made",
            "set handoff, or leave it out",
        );
    }
    context.url(&path, text, found).map(|_| text.into())
}

fn parameter(path: &str, raw: &RawLogin, found: &mut Findings<'_>) -> String {
    let Some(text) = raw.return_parameter.good().map(Text::as_str) else {
        return DEFAULT_PARAMETER.to_owned();
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if text.is_empty() || !text.bytes().all(plain) {
        found.mistake(
            &format!("{path}.return_parameter"),
            format!("{} is no plain parameter name", shown(text)),
            "write letters, digits, `-`, `.`, `_` and `~` only, such as rd",
        );
    }
    text.to_owned()
}

/// T10 of the threat list: a workspace can set cookies for every domain above itself, and so can
/// forge the sign-in state of a page that lives there.
fn warn_about_host(path: &str, url: &WebUrl, context: &CheckContext<'_>, found: &mut Findings<'_>) {
    let reached = context.domains.and_then(|domains| {
        domains.iter().find(|domain| domain.as_str() == url.host() || domain.is_below(url.host()))
    });
    if let Some(domain) = reached {
        found.warn(
            path,
            format!(
                "workspaces below `{}` can set cookies that reach `{}`; best is a host on another \
                 registrable domain, and `__Host-` cookies for the sign-in page in any case",
                domain.as_str(),
                url.host()
            ),
        );
    }
}

const DEFAULT_PARAMETER: &str = "rd";
/// Carries the state of a hand-off to the sign-in page; no setting changes it.
const STATE_PARAMETER: &str = "st";
