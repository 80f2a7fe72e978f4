//! `doorward explain`: runs the gate's own decision on a request that the arguments describe, and
//! prints each step. The result is that of a running server with the same configuration.

mod forwarded;
mod issuer_keys;
mod redact;
mod remedy;
mod sentence;
mod timestamp;
mod token;
mod trace;

use super::{ConfigFile, complain, failed, revocations, say, usage};
use crate::assemble;
use crate::clock;
use crate::config::RevocationStore;
use crate::cross_site::Origin;
use crate::gate::{Denial, Denied, Permit};
use crate::http::client_class::ClientClass;
use crate::http::outcome::Outcome;
use crate::http::{Body, Decision, Peer, State};
use crate::name::Host;
use crate::token::UnixTime;
use crate::token::cache::SessionCache;
use hyper::Response;
use hyper::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, ORIGIN, REFERER};
use redact::printable;
use std::fmt::Write as _;
use std::io::Read as _;
use std::net::IpAddr;
use std::process::ExitCode;
use trace::Trace;

/// Arguments of `doorward explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: doorward explain --host alice.vdi.example.com --token-file \
                        alice.jwt --header 'Origin: https://bob.vdi.example.com'")]
pub(crate) struct ExplainArgs {
    /// Host of the request (X-Forwarded-Host)
    #[arg(long, value_name = "HOST")]
    host: String,
    /// Method of the request (X-Forwarded-Method)
    #[arg(long, value_name = "METHOD", default_value = "GET")]
    method: String,
    /// Path and query of the request (X-Forwarded-Uri)
    #[arg(long, value_name = "URI", default_value = "/")]
    uri: String,
    /// Protocol of the request (X-Forwarded-Proto)
    #[arg(long, value_name = "PROTO", default_value = "https")]
    proto: String,
    /// IP address of the peer, normally Traefik [default: the first address of `trusted_proxies`]
    #[arg(long, value_name = "ADDRESS")]
    peer: Option<IpAddr>,
    /// The `owner` parameter in the URL of the route's middleware
    #[arg(long, value_name = "LABEL")]
    owner: Option<String>,
    /// Time of the decision: seconds since 1970 or `2026-11-23T03:00:00Z` [default: now]
    #[arg(long, value_name = "TIME", value_parser = timestamp::parse)]
    at: Option<UnixTime>,
    /// File with the token, which is sent in the first cookie of `tokens.cookies`; `-` reads
    /// standard input
    #[arg(long, value_name = "FILE")]
    token_file: Option<String>,
    /// Additional request header; may be repeated
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Parses a time on the command line.
pub(super) fn timestamp(text: &str) -> Result<UnixTime, String> {
    timestamp::parse(text)
}

/// Prints the decision. The exit code is 0 for a permit and 1 otherwise.
pub(super) fn run(args: &ExplainArgs, file: &ConfigFile) -> ExitCode {
    let mut config = match file.load(&[]) {
        Ok(config) => config,
        Err(problems) => return file.refuse(&problems),
    };
    let cookie = config.tokens.cookies.first().map(ToString::to_string);
    let headers = match args.request(cookie.as_deref()) {
        Ok(headers) => headers,
        Err(problem) => {
            complain(problem);
            return usage();
        }
    };
    let first_proxy = config.trusted_proxies.first().map(ipnet::IpNet::addr);
    let address = args.peer.or(first_proxy).unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let peer = Peer {
        address,
        // If only certificates are trusted, the peer is assumed to have one.
        client_certificate: args.peer.is_none() && first_proxy.is_none(),
    };
    issuer_keys::supply(&mut config);
    let cache = SessionCache::new(config.cache_bytes);
    let shared = assemble::Shared::new(cache, revocations::empty_store(&config));
    let state = assemble::state(&config, shared, 1);
    let now = args.at.unwrap_or_else(clock::now);
    let query = args.owner.as_ref().map(|owner| format!("owner={owner}"));
    let mut trace = Trace {
        state: &state,
        peer,
        is_peer_assumed: args.peer.is_none(),
        headers: &headers,
        query: query.as_deref(),
        now,
        has_store: config.revocation != RevocationStore::None,
        lines: Vec::new(),
    };
    let decided = state.decide(&peer, &headers, query.as_deref(), now, &mut trace);
    let class = ClientClass::of(&args.method, &headers);
    let explanation = Explanation { state: &state, headers: &headers, class, now, trace };
    match decided {
        Decision::Permit(permit) => explanation.allowed(permit, args.json),
        Decision::Denied(denied) => explanation.denied(&denied, args.json),
        Decision::GatePath(host) => explanation.gate_path(&host, args.json),
    }
}

impl ExplainArgs {
    fn request(&self, cookie: Option<&str>) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        let forwarded = [
            ("x-forwarded-host", "--host", &self.host),
            ("x-forwarded-method", "--method", &self.method),
            ("x-forwarded-uri", "--uri", &self.uri),
            ("x-forwarded-proto", "--proto", &self.proto),
        ];
        for (name, flag, value) in forwarded {
            let value = HeaderValue::from_str(value)
                .map_err(|_| format!("{flag} {value:?} is not a valid header value"))?;
            headers.append(name, value);
        }
        if let Some(file) = &self.token_file {
            let token =
                read_token(file).map_err(|error| format!("--token-file {file}: {error}"))?;
            let cookie = cookie.ok_or("tokens.cookies is empty: pass the token with --header")?;
            let value = HeaderValue::try_from(format!("{cookie}={token}")).map_err(|_| {
                format!("--token-file {file}: contains bytes that a cookie cannot have")
            })?;
            headers.append(COOKIE, value);
        }
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        Ok(headers)
    }
}

struct Explanation<'r> {
    state: &'r State,
    headers: &'r HeaderMap,
    class: ClientClass,
    now: UnixTime,
    trace: Trace<'r>,
}

/// The result, for text and JSON.
struct Summary {
    result: &'static str,
    status: u16,
    answer: &'static str,
    class: ClientClass,
    reason: Option<&'static str>,
    remedy: Option<&'static str>,
    headers: Vec<(String, String)>,
}

impl Explanation<'_> {
    fn allowed(&self, permit: Permit<'_>, json: bool) -> ExitCode {
        let label = permit.session().label().as_str().to_owned();
        let response = self.state.respond_permit(permit, self.headers);
        let summary = Summary {
            result: "allow",
            status: response.status().as_u16(),
            answer: "permit",
            class: self.class,
            reason: None,
            remedy: None,
            headers: printable(response.headers(), &self.state.reader.token_headers),
        };
        if json {
            return say(self.json(&summary));
        }
        let (class, status) = (summary.class.name(), summary.status);
        let mut text = self.trace.text();
        let _ = writeln!(text, "\nallowed: {label} is admitted; class {class}, answered {status}");
        let _ = writeln!(text, "Traefik forwards:");
        for (name, value) in &summary.headers {
            let _ = writeln!(text, "  {name}: {value}");
        }
        say(text)
    }

    fn denied(&self, denied: &Denied<'_>, json: bool) -> ExitCode {
        let (outcome, response) =
            self.state.respond_denied(denied, self.headers, self.now, "explain");
        // Nothing of an untrusted peer's request is read, not even its class.
        let untrusted = denied.denial == Denial::PeerUntrusted;
        let class = if untrusted { ClientClass::Other } else { self.class };
        let reason = denied.denial.reason();
        let remedy = self.remedy(&denied.denial, denied.host.as_ref());
        self.without_permit("deny", reason, remedy, class, outcome, &response, json)
    }

    /// A request that the gate answers itself. It does not reach the desktop, so the exit code is not
    /// that of a permit.
    fn gate_path(&self, host: &Host<'_>, json: bool) -> ExitCode {
        let result = self.state.answer_gate_path_now(host, self.headers, self.now);
        let (outcome, response) =
            self.state.respond_gate_path(host, &result, self.headers, self.now, "explain");
        let (word, reason, remedy) = match &result.verdict {
            Ok(answer) => ("answer", answer.reason(), GATE_PATH_ANSWERED),
            Err(denial) => ("deny", denial.reason(), self.remedy(denial, Some(host))),
        };
        self.without_permit(word, reason, remedy, self.class, outcome, &response, json)
    }

    fn remedy(&self, denial: &Denial, host: Option<&Host<'_>>) -> &'static str {
        remedy::remedy(denial, host, self.page().as_ref(), self.state.gate.domains.names())
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one answer, used once each")]
    fn without_permit(
        &self,
        result: &'static str,
        reason: &'static str,
        remedy: &'static str,
        class: ClientClass,
        outcome: Outcome,
        response: &Response<Body>,
        json: bool,
    ) -> ExitCode {
        let summary = Summary {
            result,
            status: response.status().as_u16(),
            answer: outcome.reason(),
            class,
            reason: Some(reason),
            remedy: Some(remedy),
            headers: printable(response.headers(), &self.state.reader.token_headers),
        };
        if json {
            say(self.json(&summary));
            return failed();
        }
        let (class, status) = (summary.class.name(), summary.status);
        let mut text = self.trace.text();
        let answer = summary.answer;
        let heading = if result == "answer" { "answered by the gate" } else { "denied" };
        let _ = writeln!(text, "\n{heading}: {reason}; class {class}, answered {status} {answer}");
        for (name, value) in summary.headers.iter().filter(|(name, _)| *name == "location") {
            let _ = writeln!(text, "  {name}: {value}");
        }
        let _ = writeln!(text, "what to change: {remedy}");
        say(text);
        failed()
    }

    /// The origin of the page behind the request, as the cross-site rules look for it.
    fn page(&self) -> Option<Origin> {
        let line = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        match line(&ORIGIN) {
            Some(origin) => Origin::parse(origin),
            None => line(&REFERER).and_then(Origin::of_url),
        }
    }

    fn json(&self, summary: &Summary) -> String {
        let header =
            |(name, value): &(String, String)| serde_json::json!({ "name": name, "value": value });
        let body = serde_json::json!({
            "result": summary.result,
            "status": summary.status,
            "answer": summary.answer,
            "class": summary.class.name(),
            "reason": summary.reason,
            "remedy": summary.remedy,
            "steps": self.trace.json(),
            "headers": summary.headers.iter().map(header).collect::<Vec<_>>(),
        });
        format!("{body:#}\n")
    }
}

const GATE_PATH_ANSWERED: &str = "nothing: the gate answers paths below /.doorward itself";

fn read_token(file: &str) -> std::io::Result<String> {
    let mut token = String::new();
    let limit = 64 * 1024;
    if file == "-" {
        std::io::stdin().take(limit).read_to_string(&mut token)?;
    } else {
        std::fs::File::open(file)?.take(limit).read_to_string(&mut token)?;
    }
    Ok(token.trim().to_owned())
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("use the form 'Name: value'")?;
    let name = HeaderName::try_from(name.trim()).map_err(|_| "not a header name".to_owned())?;
    let value = HeaderValue::from_str(value.trim()).map_err(|_| "not a header value".to_owned())?;
    Ok((name, value))
}
