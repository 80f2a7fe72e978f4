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
                "has no effect without `url`",
                "set url, or remove both",
            );
        }
        if raw.handoff.some().is_some() && !raw.url.is_bad() {
            found.mistake(
                &handoff_path,
                "has no effect without `url`",
                "set url to the sign-in page, or remove both",
            );
        }
        return None;
    };
    // A page elsewhere can set a cookie for its own host or for a parent domain, never one for a
    // workspace host; the visitor would come back without a token and be sent away again.
    if !sets_cookie && !raw.sets_cookie.is_bad() && !tokens.parent_domain && !hands_off {
        found.mistake(
            &url_path,
            "is a page that cannot set a cookie for the workspace host, so browsers would be \
             redirected in a loop",
            "use `handoff`; or set `sets_cookie: true` here if an application on the workspace \
             host sets the cookie, or allow a cookie of a parent domain with tokens.parent_domain",
        );
    }
    if sets_cookie && hands_off {
        found.mistake(
            &format!("{path}.sets_cookie"),
            "contradicts `handoff`, with which the gate sets the cookie",
            "keep one of them",
        );
    }
    let url = context.url(&url_path, text, found)?;
    warn_about_host(&url_path, &url, context, found);
    if url.has_parameter(&parameter) {
        found.mistake(
            &url_path,
            format!("{} already has the parameter `{parameter}`", shown(text)),
            "remove it, because doorward adds it; or choose another return_parameter",
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
        "has the parameter `st`, which the gate uses for the state of a sign-in",
        "use another name",
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
            "has no effect without `handoff`: the gate ends only its own sessions",
            "set handoff, or remove this key",
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
            format!("{} is not a plain parameter name", shown(text)),
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
                "workspaces below `{}` can set cookies for `{}`; use a host on another \
                 registrable domain if possible, and `__Host-` cookies for the sign-in page in \
                 any case",
                domain.as_str(),
                url.host()
            ),
        );
    }
}

const DEFAULT_PARAMETER: &str = "rd";
/// Carries the state of a hand-off to the sign-in page; no setting changes it.
const STATE_PARAMETER: &str = "st";
