//! One issuer: the settings that decide whether a token is believed.

use super::grants::required;
use super::keys::Keys;
use super::{CheckContext, bounds, fetched, headers, keys};
use crate::config::field::{Field, good_ones};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawCase, RawIssuer};
use crate::keys::Remote;
use crate::name::{Case, LabelRules};
use crate::suggestion::did_you_mean;
use crate::token::{Algorithm, ClaimPath, Issuer, KeySet};
use crate::url::WebUrl;
use std::sync::Arc;
use std::time::Duration;

/// The issuer, and where its keys are fetched, if they are. `alone`: it is the only one, so its
/// users may have bare labels unasked.
pub(super) fn check(
    path: &str,
    raw: &RawIssuer,
    alone: bool,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<(Issuer, Option<Remote>)> {
    let name = name(&format!("{path}.issuer"), raw, context, found);
    let audiences = audiences(path, raw, found);
    let algorithms = algorithms(&format!("{path}.algorithms"), raw, found);
    let keys_path = format!("{path}.keys");
    let keys = keys::check(&keys_path, &raw.keys, name, algorithms.as_deref(), context, found);
    let settings = if keys::are_in_files(&raw.keys) {
        keys::refuse_fetch_settings(path, raw, found);
        None
    } else {
        fetched::settings(path, raw, found)
    };
    let user_claim = user_claim(&format!("{path}.user_claim"), raw, found);
    let types = types(&format!("{path}.types"), raw, found);
    let max_lifetime = max_lifetime(&format!("{path}.max_lifetime"), raw, found);
    let case = match raw.case.or(RawCase::Sensitive) {
        RawCase::Sensitive => Case::Sensitive,
        RawCase::Fold => Case::Fold,
    };
    let (name, algorithms) = (name?, algorithms?);
    let (keys, remote) = match keys? {
        Keys::Loaded(keys) => (keys, None),
        Keys::Fetched(source) => {
            let remote = fetched::remote(name, &algorithms, source, settings?, context)?;
            (KeySet::unavailable(), Some(remote))
        }
    };
    let bare_labels = raw.bare_labels.or(alone);
    let issuer = Issuer {
        name: name.into(),
        audiences,
        algorithms,
        keys,
        user_claim: user_claim?,
        types,
        require_type: raw.require_type.or(false),
        labels: LabelRules::new(name, bare_labels, case, Arc::clone(context.reserved)),
        max_lifetime,
    };
    Some((issuer, remote))
}

fn name<'r>(
    path: &str,
    raw: &'r RawIssuer,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<&'r str> {
    let name = required(path, &raw.issuer, "write the value of `iss` in the tokens", found)?;
    if name.chars().any(char::is_control) || name.trim() != name {
        found.mistake(
            path,
            format!("{} has control characters, or white space around it", shown(name)),
            "write exactly the value of `iss` in the tokens",
        );
    }
    // A name need not be a web address; if it is one, its host must not be in a user's hands.
    if let Ok(url) = WebUrl::parse(name)
        && context.is_workspace(url.host())
    {
        found.mistake(
            path,
            format!("{} is on a workspace host, which a user controls", shown(name)),
            "move the issuer outside `domains`, or add its first label to `reserved_labels`",
        );
    }
    Some(name)
}

fn audiences(path: &str, raw: &RawIssuer, found: &mut Findings<'_>) -> Vec<Box<str>> {
    let any = raw.allow_any_audience.or(false);
    let path = format!("{path}.audiences");
    let mut audiences: Vec<Box<str>> = Vec::new();
    for (path, text) in raw.audiences.good().iter().flat_map(|list| good_ones(list, &path)) {
        if text.as_str().is_empty() {
            found.mistake(&path, "is empty", "write a value of `aud` in the tokens");
        }
        audiences.push(text.as_str().into());
    }
    let none = raw.audiences.good().map_or(raw.audiences.is_missing(), Vec::is_empty);
    if any && !none {
        found.mistake(
            &path,
            "contradicts `allow_any_audience: true`",
            "keep the list and remove allow_any_audience, or write []",
        );
    } else if any {
        found.warn(&path, "tokens that this issuer issued for other services are accepted too");
    } else if none && !raw.allow_any_audience.is_bad() {
        found.mistake(
            &path,
            "has no audience, so a token for any other service would be accepted",
            "write the values of `aud` in the tokens, such as [vdi]; or set allow_any_audience: \
             true",
        );
    }
    audiences
}

fn algorithms(path: &str, raw: &RawIssuer, found: &mut Findings<'_>) -> Option<Vec<Algorithm>> {
    const REMEDY: &str = "write the algorithms that the issuer uses, such as [ES256]";
    let Some(list) = raw.algorithms.good() else {
        if raw.algorithms.is_missing() {
            found.mistake(path, "is missing; the token cannot choose its algorithm", REMEDY);
        }
        return None;
    };
    if list.is_empty() {
        found.mistake(path, "is an empty list", REMEDY);
        return None;
    }
    let mut algorithms = Vec::new();
    for (path, text) in good_ones(list, path) {
        let name = text.as_str();
        match Algorithm::from_name(name) {
            Some(algorithm) if algorithms.contains(&algorithm) => {
                found.mistake(&path, format!("{} is repeated", shown(name)), "keep one of them");
            }
            Some(algorithm) => algorithms.push(algorithm),
            None if name.eq_ignore_ascii_case("none") => {
                found.mistake(
                    &path,
                    "`none` means that tokens are not signed",
                    "remove it; unsigned tokens cannot be allowed",
                );
            }
            None => {
                let meant = did_you_mean(name, ALGORITHMS)
                    .map(|meant| format!("did you mean `{meant}`? "))
                    .unwrap_or_default();
                found.mistake(
                    &path,
                    format!("{} is not a known algorithm", shown(name)),
                    format!("{meant}known algorithms: {}", ALGORITHMS.join(", ")),
                );
            }
        }
    }
    let secret = algorithms.iter().filter(|algorithm| algorithm.is_hmac()).count();
    if secret > 0 && secret < algorithms.len() {
        found.mistake(
            path,
            "mixes shared secrets (HS…) with public keys, so that a public key could be used as \
             a secret",
            "keep one kind; two issuers cannot share a name, so the issuer must use one kind only",
        );
        return None;
    }
    (algorithms.len() == list.len()).then_some(algorithms)
}

fn user_claim(path: &str, raw: &RawIssuer, found: &mut Findings<'_>) -> Option<ClaimPath> {
    let text = required(
        path,
        &raw.user_claim,
        "name the claim that identifies the user and never changes, such as sub",
        found,
    )?;
    let plain = text.strip_prefix('/').unwrap_or(text);
    if CHANGEABLE.contains(&plain) {
        found.warn(
            path,
            format!(
                "at many issuers, users can change `{plain}` and take over the name of another \
                 user; make sure that they cannot, or use a claim that never changes, such as sub"
            ),
        );
    }
    headers::claim_path(path, text, found)
}

fn types(path: &str, raw: &RawIssuer, found: &mut Findings<'_>) -> Vec<Box<str>> {
    let Some(list) = raw.types.good() else {
        return DEFAULT_TYPES.map(Into::into).to_vec();
    };
    if list.is_empty() && raw.require_type.or(false) {
        found.mistake(
            path,
            "is an empty list, but `require_type: true` requires a type",
            "write the values of `typ` in the tokens, such as [JWT, at+jwt]",
        );
    }
    let mut types: Vec<Box<str>> = Vec::new();
    for (path, text) in good_ones(list, path) {
        let folded = text.as_str().to_ascii_lowercase();
        // RFC 7515 §4.1.9: the prefix may be left out when no other slash is there.
        let name = folded.strip_prefix("application/").unwrap_or(&folded);
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            found.mistake(
                &path,
                format!("{} is not a type", shown(text.as_str())),
                "write a type such as JWT",
            );
        } else if name.starts_with("doorward-") {
            found.mistake(
                &path,
                format!("{} is one of the gate's own types", shown(text.as_str())),
                "remove it; the gate recognises its own tokens by their keys",
            );
        } else if !types.iter().any(|known| **known == *name) {
            if NEVER.contains(&name) {
                let text = shown(text.as_str());
                found.warn(&path, format!("{text} has no effect: such tokens are always rejected"));
            }
            types.push(name.into());
        }
    }
    types
}

fn max_lifetime(path: &str, raw: &RawIssuer, found: &mut Findings<'_>) -> Option<u64> {
    const DAY: Duration = Duration::from_secs(86_400);
    let text = match &raw.max_lifetime {
        Field::Good(Some(text)) => text.as_str(),
        Field::Good(None) => {
            found.warn(
                path,
                "null accepts tokens of any lifetime, including tokens that never expire",
            );
            return None;
        }
        Field::Missing | Field::Bad => return Some(DAY.as_secs()),
    };
    let bounds = Duration::from_secs(1)..=DAY * 3_660;
    let lifetime = bounds::span(path, text, bounds, found)?;
    if lifetime.subsec_millis() > 0 {
        found.mistake(path, "has a fraction of a second", "write whole seconds");
    }
    Some(lifetime.as_secs())
}

const DEFAULT_TYPES: [&str; 2] = ["jwt", "at+jwt"];
/// Types of tokens that have another purpose (`OpenID` back-channel logout, refresh tokens).
const NEVER: [&str; 4] = ["logout+jwt", "rt+jwt", "refresh+jwt", "refresh"];
/// `OpenID` Connect Core §5.7: only `sub` together with `iss` may identify a user.
const CHANGEABLE: [&str; 4] = ["preferred_username", "email", "name", "nickname"];
/// For messages, in the order of the documentation.
const ALGORITHMS: [&str; 12] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "EdDSA",
];
