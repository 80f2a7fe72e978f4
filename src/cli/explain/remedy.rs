//! What an operator changes if a denial is not what was wanted. A client never sees it.

use crate::cross_site::{self, Origin};
use crate::gate::{Denial, ForwardedProblem, GatePathProblem};
use crate::name::{Domains, Host};
use crate::policy;

/// Advice for one denial of a request to `host`. `page` is the origin of the page behind the
/// request, from `Origin` or else from `Referer`: for a workspace, the usual advice about trusted
/// origins would be wrong, and `check` would reject the configuration.
pub(super) fn remedy(
    denial: &Denial,
    host: Option<&Host<'_>>,
    page: Option<&Origin>,
    domains: &Domains,
) -> &'static str {
    let Denial::CrossSite(_) = denial else {
        return of(denial);
    };
    let workspace = page.and_then(|page| Host::parse(page.host(), domains).ok());
    match (workspace, host) {
        (Some(page), Some(host)) if page.name() == host.name() => OWN_HOST_ELSEWHERE,
        (Some(_), _) => ATTACK_STOPPED,
        (None, _) => of(denial),
    }
}

fn of(denial: &Denial) -> &'static str {
    match denial {
        Denial::PeerUntrusted => {
            "add the address that Traefik connects from to trusted_proxies, or give Traefik a \
             client certificate of tls.client_ca_file"
        }
        Denial::Forwarded(problem) => of_forwarded(*problem),
        Denial::TooManyHeaders => {
            "raise limits.headers, or lower the header limits of Traefik's entry point"
        }
        Denial::HeadersTooLarge => {
            "raise limits.header_bytes above Traefik's maxHeaderBytes, or have the user delete \
             the domain's cookies"
        }
        Denial::HostUnknown => {
            "add the domain to domains; a workspace host is LABEL.DOMAIN or \
             SESSION--LABEL.DOMAIN, and nothing deeper"
        }
        Denial::Preflight => {
            "answer CORS preflights with a Traefik headers middleware before the gate, for the \
             origins in trusted_origins only"
        }
        Denial::ReservedPath => {
            "paths below /.doorward belong to the gate; the desktop must use other paths"
        }
        Denial::GatePath(problem) => of_gate_path(problem),
        Denial::OwnerDiffers => {
            "the route's middleware has the ?owner= of another user: render the routes again"
        }
        Denial::CredentialMissing => {
            "the client sent none of tokens.cookies, no Authorization: Bearer (if \
             tokens.authorization is on) and none of tokens.headers: sign in, or check that \
             the cookie's name, Domain and Path match this host"
        }
        Denial::TooManyCandidates => {
            "the request has more invalid tokens than are verified for one request: delete \
             the domain's cookies in the browser, and find the page that sets them"
        }
        Denial::TokenRejected(rejection) => rejection.remedy(),
        Denial::NotAdmitted(policy::Refusal::IssuerNotOfDomain) => {
            "list the issuer under this domain's issuers if its users have desktops there"
        }
        Denial::NotAdmitted(policy::Refusal::LabelDiffers) => {
            "nothing, if the user should not have this host: this is what doorward is for. \
             Otherwise compare the output of `doorward label` for the username with the host; \
             to admit other users, add a grant"
        }
        Denial::CrossSite(refusal) => of_cross_site(*refusal),
    }
}

fn of_cross_site(refusal: cross_site::Refusal) -> &'static str {
    match refusal {
        cross_site::Refusal::OriginForeign | cross_site::Refusal::SiteForeign => {
            "if that origin may do this, add it to trusted_origins (with frame or websocket as \
             needed); never add a workspace host"
        }
        cross_site::Refusal::OriginMissing => {
            "browsers always send Origin with a WebSocket; a program should send its token in a \
             header and no cookie, or send the host's own Origin"
        }
        cross_site::Refusal::SourceUnknown => {
            "send the host's own Origin, or send the token in a header and no cookie"
        }
        cross_site::Refusal::RefererForeign | cross_site::Refusal::PassedOn => {
            "nothing for a link: the browser loads the page again by itself. Anything else is a \
             request of another page, which a service worker of this host has passed on"
        }
        cross_site::Refusal::WorkerHidesOrigin => {
            "if the desktop's own form is refused: let its service worker ignore requests other \
             than GET, and pass on GET with fetch(event.request) unchanged; and do not use \
             Referrer-Policy no-referrer on pages with forms"
        }
        cross_site::Refusal::ServiceWorker => {
            "set service_workers to allow if the desktop's application needs a service worker"
        }
    }
}

/// About the sign-in page.
fn of_gate_path(problem: &GatePathProblem) -> &'static str {
    match problem {
        GatePathProblem::NotAPage => {
            "the sign-in page must redirect the browser with 303, as a top-level navigation; \
             never from a frame, a script or a form"
        }
        GatePathProblem::Query => {
            "the sign-in page must send the browser to /.doorward/enter?st=ID&t=TOKEN, where ID \
             is the part of `st` before the dot, with no other parameters"
        }
        GatePathProblem::ReturnPath => "set path=/… to a percent-encoded path on this host",
        GatePathProblem::StateMissing => {
            "start the sign-in on the workspace, in the same browser, with cookies allowed; the \
             sign-in page must return the part of `st` before the dot unchanged"
        }
        GatePathProblem::StateExpired => {
            "sign in within five minutes; if it was faster, compare the clocks of the replicas"
        }
        GatePathProblem::Token(rejection) => rejection.remedy(),
        GatePathProblem::Replayed => {
            "nothing, if the user went back in the browser; otherwise the sign-in page must give \
             each hand-off token its own `jti`"
        }
        GatePathProblem::SessionTooLarge => {
            "use fewer or shorter claims in grants and identity_headers: the session stores them \
             in its cookie, which holds at most 4096 bytes"
        }
        GatePathProblem::SignOutNotStored => {
            "the revocation store could not save it; the log lines before this one have the cause"
        }
        GatePathProblem::Unavailable => "check the system: it did not return random numbers",
    }
}

/// About the proxy in front.
fn of_forwarded(problem: ForwardedProblem) -> &'static str {
    match problem {
        ForwardedProblem::Missing(_) => {
            "use Traefik's ForwardAuth, which sends X-Forwarded-Host, -Method, -Uri and -Proto; \
             do not set authRequestHeaders"
        }
        ForwardedProblem::Repeated(_) => {
            "another proxy adds X-Forwarded-* headers: set trustForwardHeader: false"
        }
        ForwardedProblem::Bytes(_) => "nothing: the client sent bytes that no browser sends",
        ForwardedProblem::Alias(_) => {
            "on the entry point, set aliasHeadersStrategy (from Traefik 3.7.12) or \
             underscoreHeadersStrategy (from 3.7.6 and 3.6.22) to delete"
        }
        ForwardedProblem::Method => {
            "nothing: TRACE, CONNECT and malformed methods are always denied"
        }
        ForwardedProblem::Uri => {
            "nothing: X-Forwarded-Uri must begin with /; OPTIONS * and CONNECT are always denied"
        }
        ForwardedProblem::Proto => {
            "serve workspaces over https; if TLS ends before Traefik, set public_scheme: https; \
             for development only, public_scheme: http"
        }
        ForwardedProblem::Query => {
            "the address in forwardAuth may have the query ?owner=LABEL and no other"
        }
    }
}

const ATTACK_STOPPED: &str = "nothing: a page on another workspace caused this request, which is \
                              the attack that doorward stops. Find out what runs on that desktop";
const OWN_HOST_ELSEWHERE: &str = "the page is on this host at another scheme or port: check that \
                                  public_scheme and the port in X-Forwarded-Host match the \
                                  browser's address bar";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Domain;

    #[test]
    fn the_advice_about_a_foreign_page_depends_on_whose_page_it_is() {
        let domain = |name| Domain::new(name).unwrap();
        let domains = vec![domain("vdi.example.com"), domain("lab.example.org")];
        let domains = Domains::new(domains).unwrap();
        let host = Host::parse("alice.vdi.example.com", &domains).unwrap();
        let attack = "the attack that doorward stops";
        let rows = [
            ("a_workspace", "https://bob.vdi.example.com", attack),
            ("one_in_another_domain", "https://bob.lab.example.org", attack),
            ("own_session", "https://dev--alice.vdi.example.com", attack),
            ("own_host_other_port", "https://alice.vdi.example.com:8443", "public_scheme"),
            ("own_host_by_http", "http://alice.vdi.example.com", "public_scheme"),
            ("portal", "https://portal.example.com", "trusted_origins"),
            ("null", "null", "trusted_origins"),
        ];
        let denial = Denial::CrossSite(cross_site::Refusal::OriginForeign);
        for (row, origin, advice) in rows {
            let page = Origin::parse(origin);
            let text = remedy(&denial, Some(&host), page.as_ref(), &domains);
            assert!(text.contains(advice), "{row}: {text}");
            assert_eq!(text.contains("trusted_origins"), advice == "trusted_origins", "{row}");
        }
    }
}
