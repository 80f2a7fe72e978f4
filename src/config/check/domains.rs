//! The names that workspaces live below, and what each of them has for itself.

use super::{CheckContext, login};
use crate::config::field::{Field, Text, Words, each, good_ones};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawConfig, RawDomain};
use crate::config::{Tokens, Zone};
use crate::cross_site::PublicScheme;
use crate::name::{Domain, Domains};
use crate::suggestion::did_you_mean;
use crate::token::IssuerId;

/// The good domains, so that the rest is judged by them even when another one is bad. `None` when
/// there are none, and fewer than listed only with a problem on the list.
pub(super) fn check(
    raw: &RawConfig,
    public_scheme: PublicScheme,
    found: &mut Findings<'_>,
) -> Option<Domains> {
    let Some(list) = raw.domains.good() else {
        if raw.domains.is_missing() {
            found.mistake("domains", "is missing", EXAMPLE);
        }
        return None;
    };
    if list.is_empty() {
        found.mistake("domains", "is an empty list", EXAMPLE);
        return None;
    }
    let mut domains: Vec<Domain> = Vec::new();
    for (path, domain) in good_ones(list, "domains") {
        let Some((path, text)) = name(&path, domain, found) else {
            continue;
        };
        let domain = match Domain::new(text.as_str()) {
            Ok(domain) => domain,
            Err(error) => {
                found.mistake(
                    &path,
                    format!("{} is not a valid domain: {error}", shown(text.as_str())),
                    "write a DNS name of two labels or more, such as vdi.example.com (an \
                     international one in its xn-- form)",
                );
                continue;
            }
        };
        if let Some(wrong) = domains.iter().find_map(|other| clash(&domain, other)) {
            found.mistake(&path, wrong, "keep one of them; a workspace has exactly one domain");
        } else {
            domains.push(domain);
        }
    }
    let domains = Domains::new(domains).ok()?;
    if public_scheme == PublicScheme::Http && !CheckContext::is_local(&domains) {
        found.warn(
            "public_scheme",
            "http sends tokens in clear text; use it only for development on domains below \
             localhost",
        );
    }
    Some(domains)
}

/// The settings of each domain, in the order of the list. `names`: the issuers'.
pub(super) fn zones(
    raw: &RawConfig,
    names: &[Option<&str>],
    context: &CheckContext<'_>,
    tokens: &Tokens,
    found: &mut Findings<'_>,
) -> Vec<Zone> {
    let general =
        raw.login.good().and_then(|raw| login::check("login", raw, context, tokens, found));
    let mut zones = Vec::new();
    for (path, domain) in raw.domains.good().iter().flat_map(|list| each(list, "domains")) {
        let all = || (0..names.len()).map(IssuerId::at).collect();
        let mut zone = Zone { issuers: all(), login: general.clone() };
        if let Field::Good(RawDomain::Section(section)) = domain {
            if let Some(list) = section.issuers.good() {
                zone.issuers = issuers(&format!("{path}.issuers"), list, names, found);
            }
            if let Some(raw) = section.login.some() {
                zone.login = login::check(&format!("{path}.login"), raw, context, tokens, found);
            }
        }
        zones.push(zone);
    }
    zones
}

fn issuers(
    path: &str,
    list: &[Field<Text<Words>>],
    names: &[Option<&str>],
    found: &mut Findings<'_>,
) -> Vec<IssuerId> {
    if list.is_empty() {
        found.mistake(
            path,
            "is an empty list, so no user could enter this domain",
            "name an issuer, or remove the key to allow all issuers",
        );
    }
    let mut ids = Vec::new();
    for (path, text) in good_ones(list, path) {
        match issuer(&path, text.as_str(), names, found) {
            Some(id) if ids.contains(&id) => {
                found.mistake(
                    &path,
                    format!("{} is repeated", shown(text.as_str())),
                    "keep one of them",
                );
            }
            id => ids.extend(id),
        }
    }
    ids
}

/// The issuer of this name.
pub(super) fn issuer(
    path: &str,
    name: &str,
    names: &[Option<&str>],
    found: &mut Findings<'_>,
) -> Option<IssuerId> {
    let id = names.iter().position(|known| *known == Some(name)).map(IssuerId::at);
    // While an issuer's own name is wrong, a name that is not found may well be the right one.
    if id.is_none() && !names.contains(&None) {
        let known: Vec<&str> = names.iter().copied().flatten().collect();
        let remedy = match did_you_mean(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("configured issuers: {}", known.join(", ")),
        };
        found.mistake(path, format!("{} is not one of the issuers", shown(name)), remedy);
    }
    id
}

/// The name of a domain, with its own path.
fn name<'r>(
    path: &str,
    domain: &'r RawDomain,
    found: &mut Findings<'_>,
) -> Option<(String, &'r Text<Words>)> {
    match domain {
        RawDomain::Name(text) => Some((path.to_owned(), text)),
        RawDomain::Section(section) => {
            let path = format!("{path}.name");
            if section.name.is_missing() {
                found.mistake(&path, "is missing", "write the DNS name, such as vdi.example.com");
            }
            section.name.good().map(|text| (path, text))
        }
    }
}

fn clash(domain: &Domain, other: &Domain) -> Option<String> {
    let (one, two) = (domain.as_str(), other.as_str());
    if one == two {
        Some(format!("`{one}` is listed twice"))
    } else if domain.is_below(other.as_str()) {
        Some(format!("`{one}` is below `{two}`, so a host could belong to both"))
    } else if other.is_below(domain.as_str()) {
        Some(format!("`{two}` is below `{one}`, so a host could belong to both"))
    } else {
        None
    }
}

const EXAMPLE: &str = "write the domains of the workspaces, which are one label below, such as \
                       [vdi.example.com]";
