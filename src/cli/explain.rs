//! `doorward explain`: the tool for three in the morning. It runs the gate's own decision over a
//! request put together from the arguments and prints every step, so what it says is what the
//! running gate with this configuration would do.

mod moment;

use super::{ConfigFile, complain, failed, say, usage};
use crate::gate::{Denied, Note, Permit, Transcript};
use crate::http::{Peer, State};
use crate::token::UnixTime;
use crate::token::cache::SessionCache;
use hyper::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use std::fmt::Write as _;
use std::io::Read as _;
use std::net::IpAddr;
use std::process::ExitCode;

/// Arguments of `doorward explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: doorward explain --host alice.vdi.example.com --token-file \
                        alice.jwt --header 'Origin: https://bob.vdi.example.com'")]
pub(crate) struct ExplainArgs {
    /// Host that the browser asks for: X-Forwarded-Host
    #[arg(long, value_name = "HOST")]
    host: String,
    /// Method of the request: X-Forwarded-Method
    #[arg(long, value_name = "METHOD", default_value = "GET")]
    method: String,
    /// Path and query of the request: X-Forwarded-Uri
    #[arg(long, value_name = "URI", default_value = "/")]
    uri: String,
    /// Protocol of the request: X-Forwarded-Proto
    #[arg(long, value_name = "PROTO", default_value = "https")]
    proto: String,
    /// Address that asks, as Traefik would [default: the first of `trusted_proxies`]
    #[arg(long, value_name = "ADDRESS")]
    peer: Option<IpAddr>,
    /// The `owner=` of the route's own address
    #[arg(long, value_name = "LABEL")]
    owner: Option<String>,
    /// Moment of the decision: seconds since 1970 or `2026-11-23T03:00:00Z` [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<UnixTime>,
    /// File with the token, sent in the first of `tokens.cookies`; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    token_file: Option<String>,
    /// Further request header, as often as needed
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the decision; 0 allowed, 1 denied.
pub(super) fn run(args: &ExplainArgs, file: &ConfigFile) -> ExitCode {
    let config = match file.load(&[]) {
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
        // Where only certificates are trusted, Traefik is asked to have one.
        client_certificate: args.peer.is_none() && first_proxy.is_none(),
    };
    let state = config.state(SessionCache::new(config.cache_bytes), 0);
    let now = args.at.unwrap_or_else(crate::http::now);
    let query = args.owner.as_ref().map(|owner| format!("owner={owner}"));
    let mut transcript = Transcript::default();
    let decided = state.decide(&peer, &headers, query.as_deref(), now, &mut transcript);
    let explanation = Explanation { state: &state, headers: &headers, now, transcript };
    match decided {
        Ok(permit) => explanation.allowed(permit, args.json),
        Err(denied) => explanation.denied(&denied, args.json),
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
                .map_err(|_| format!("{flag} {value:?} cannot be a header's value"))?;
            headers.append(name, value);
        }
        if let Some(file) = &self.token_file {
            let token =
                read_token(file).map_err(|error| format!("--token-file {file}: {error}"))?;
            let cookie = cookie.ok_or("tokens.cookies is empty: send the token by --header")?;
            let value = HeaderValue::try_from(format!("{cookie}={token}"))
                .map_err(|_| format!("--token-file {file}: holds bytes that no cookie can"))?;
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
    now: UnixTime,
    transcript: Transcript,
}

impl Explanation<'_> {
    fn allowed(&self, permit: Permit<'_>, json: bool) -> ExitCode {
        let label = permit.session().label().as_str().to_owned();
        let response = self.state.permitted(permit, self.headers);
        let headers = printable(response.headers());
        if json {
            return say(self.json("allow", 200, None, &headers));
        }
        let mut text = self.steps();
        let _ = writeln!(text, "\nallowed: {label} enters. Traefik passes on:");
        for (name, value) in &headers {
            let _ = writeln!(text, "  {name}: {value}");
        }
        say(text)
    }

    fn denied(&self, denied: &Denied<'_>, json: bool) -> ExitCode {
        let (outcome, response) = self.state.refuse(denied, self.headers, self.now, "explain");
        let status = response.status().as_u16();
        let headers = printable(response.headers());
        let reason = denied.denial.reason();
        if json {
            let remedy = Some((reason, denied.denial.remedy()));
            say(self.json("deny", status, remedy, &headers));
            return failed();
        }
        let mut text = self.steps();
        let _ = writeln!(text, "\ndenied: {reason}, answered {status} {}", outcome.reason());
        for (name, value) in headers.iter().filter(|(name, _)| *name == "location") {
            let _ = writeln!(text, "  {name}: {value}");
        }
        let _ = writeln!(text, "what to change: {}", denied.denial.remedy());
        say(text);
        failed()
    }

    fn steps(&self) -> String {
        self.transcript.0.iter().fold(String::new(), |mut text, note| {
            let verdict = if note.passed { "pass" } else { "FAIL" };
            let name = format!("{} {}", note.step.number(), note.step.name());
            let _ = writeln!(text, "{verdict}  {name:<18} {}", note.text);
            text
        })
    }

    fn json(
        &self,
        result: &str,
        status: u16,
        denial: Option<(&str, &str)>,
        headers: &[(String, String)],
    ) -> String {
        let step = |note: &Note| {
            serde_json::json!({
                "step": note.step.number(),
                "name": note.step.name(),
                "passed": note.passed,
                "text": note.text,
            })
        };
        let steps: Vec<_> = self.transcript.0.iter().map(step).collect();
        let body = serde_json::json!({
            "result": result,
            "status": status,
            "reason": denial.map(|(reason, _)| reason),
            "remedy": denial.map(|(_, remedy)| remedy),
            "steps": steps,
            "headers": headers,
        });
        format!("{body:#}\n")
    }
}

/// Headers as text; values that are no text are shown as such.
fn printable(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

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
    let (name, value) = text.split_once(':').ok_or("write it as 'Name: value'")?;
    let name = HeaderName::try_from(name.trim()).map_err(|_| "not a header name".to_owned())?;
    let value = HeaderValue::from_str(value.trim()).map_err(|_| "not a header value".to_owned())?;
    Ok((name, value))
}
