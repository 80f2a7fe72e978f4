//! Why the forwarded headers cannot be read (step 2): the header, its value, and what is accepted.
//! For `doorward explain` only; the text contains values that the client chose.

use crate::cross_site::PublicScheme;
use crate::gate::{Denial, ForwardedHeader, ForwardedProblem};
use crate::http::forwarded::ForwardedReader;
use hyper::header::{HeaderMap, HeaderValue};

/// One sentence.
pub(super) fn text(
    reader: &ForwardedReader,
    headers: &HeaderMap,
    query: Option<&str>,
    denial: &Denial,
) -> String {
    let Denial::Forwarded(problem) = denial else {
        return size(reader, headers);
    };
    let name = problem.header().map_or("", ForwardedHeader::name);
    let sent = || values(headers, name);
    match problem {
        ForwardedProblem::Missing(_) => format!(
            "{name} is missing or empty; Host, Method, Uri and Proto must each occur exactly once"
        ),
        ForwardedProblem::Repeated(_) => {
            format!("{name} {}: exactly one value is accepted", sent())
        }
        ForwardedProblem::Bytes(_) => {
            format!("{name} {}: only visible ASCII without white space is accepted", sent())
        }
        ForwardedProblem::Alias(header) => {
            format!("{}: no other spelling of {name} is accepted", aliases(headers, *header))
        }
        ForwardedProblem::Method => {
            format!("{name} {}: this method is not accepted; TRACE and CONNECT never are", sent())
        }
        ForwardedProblem::Uri => format!("{name} {}: it must begin with /", sent()),
        ForwardedProblem::Proto => {
            let (setting, accepted) = match reader.public_scheme {
                PublicScheme::Forwarded => ("forwarded", "https, wss"),
                PublicScheme::Http => ("http", "https, wss, http, ws"),
                PublicScheme::Https => ("https", "anything"),
            };
            format!("{name} {}; public_scheme: {setting} accepts {accepted}", sent())
        }
        ForwardedProblem::Query => format!(
            "the request to /verify has the query {}; only one owner=LABEL is accepted",
            quoted(query.unwrap_or_default().as_bytes()),
        ),
    }
}

fn size(reader: &ForwardedReader, headers: &HeaderMap) -> String {
    let lines = headers.keys().map(|name| headers.get_all(name).iter().count());
    let cookies = headers.get_all("cookie").iter().count();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    format!(
        "{} header lines without cookies, limits.headers {}; {bytes} bytes, limits.header_bytes {}",
        lines.sum::<usize>() - cookies,
        reader.headers,
        reader.header_bytes,
    )
}

fn values(headers: &HeaderMap, name: &str) -> String {
    let all = headers.get_all(name).iter().take(MAX_VALUES);
    all.map(|value| quoted(value.as_bytes())).collect::<Vec<_>>().join(" and ")
}

/// The other spellings as sent, each with its value.
fn aliases(headers: &HeaderMap, header: ForwardedHeader) -> String {
    let all = headers.iter().filter(|(name, _)| {
        ForwardedHeader::read_into(name.as_str()) == Some(header)
            && !name.as_str().eq_ignore_ascii_case(header.name())
    });
    let shown = all
        .take(MAX_VALUES)
        .map(|(name, value): (_, &HeaderValue)| format!("{name} {}", quoted(value.as_bytes())));
    shown.collect::<Vec<_>>().join(" and ")
}

/// Escaped, so that a value cannot move the cursor, and cut.
fn quoted(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value.get(..MAX_BYTES).unwrap_or(value)).into_owned();
    if value.len() > MAX_BYTES {
        format!("{text:?}… ({} bytes)", value.len())
    } else {
        format!("{text:?}")
    }
}

const MAX_BYTES: usize = 200;
const MAX_VALUES: usize = 4;

#[cfg(test)]
mod tests;
