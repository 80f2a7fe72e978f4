//! Why step 2 could not read a request, with the header and what it holds: told by `explain`, never
//! sent or logged. Called only when somebody reads it.

use super::forwarded::ForwardedReader;
use crate::cross_site::PublicScheme;
use crate::gate::{Denial, ForwardedHeader, ForwardedProblem};
use hyper::header::{HeaderMap, HeaderValue};

/// The header that is at fault, what came in it, and what would be admitted.
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
    let came = || values(headers, name);
    match problem {
        ForwardedProblem::Missing(_) => format!(
            "{name} is missing or empty; Host, Method, Uri and Proto must each come exactly once"
        ),
        ForwardedProblem::Repeated(_) => {
            format!("{name} {}: exactly one value is admitted", came())
        }
        ForwardedProblem::Bytes(_) => {
            format!("{name} {}: only visible ASCII without white space is admitted", came())
        }
        ForwardedProblem::Alias(header) => {
            format!("{}: no other spelling of {name} is admitted", aliases(headers, *header))
        }
        ForwardedProblem::Method => {
            format!("{name} {}: a method is admitted, but TRACE and CONNECT never", came())
        }
        ForwardedProblem::Uri => format!("{name} {}: it must begin with /", came()),
        ForwardedProblem::Proto => {
            let (setting, admitted) = match reader.public_scheme {
                PublicScheme::Forwarded => ("forwarded", "https, wss"),
                PublicScheme::Http => ("http", "https, wss, http, ws"),
                PublicScheme::Https => ("https", "anything"),
            };
            format!("{name} {}; public_scheme: {setting} admits {admitted}", came())
        }
        ForwardedProblem::Query => format!(
            "the gate was asked with the query {}; it may be owner=LABEL, once, and nothing else",
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
    let all = headers.get_all(name).iter().take(MOST_VALUES);
    all.map(|value| quoted(value.as_bytes())).collect::<Vec<_>>().join(" and ")
}

/// The misspelt names as they came, each with its value.
fn aliases(headers: &HeaderMap, header: ForwardedHeader) -> String {
    let all = headers.iter().filter(|(name, _)| {
        ForwardedHeader::read_into(name.as_str()) == Some(header)
            && !name.as_str().eq_ignore_ascii_case(header.name())
    });
    let told = all
        .take(MOST_VALUES)
        .map(|(name, value): (_, &HeaderValue)| format!("{name} {}", quoted(value.as_bytes())));
    told.collect::<Vec<_>>().join(" and ")
}

/// Escaped, so that a value cannot move the cursor, and cut.
fn quoted(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value.get(..MOST_BYTES).unwrap_or(value)).into_owned();
    if value.len() > MOST_BYTES {
        format!("{text:?}… ({} bytes)", value.len())
    } else {
        format!("{text:?}")
    }
}

const MOST_BYTES: usize = 200;
const MOST_VALUES: usize = 4;

#[cfg(test)]
mod tests;
