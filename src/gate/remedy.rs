//! What an operator changes when a denial is not what was wanted. Shown by `explain`; never sent to
//! a client.

use super::{Denial, ForwardedProblem, Gate, GatePathProblem};
use crate::cross_site::{self, Origin};
use crate::name::Host;
use crate::policy;

impl Gate {
    /// Advice for one denial. `page` is the origin of the page behind the request, by `Origin` or
    /// else by `Referer`: for a workspace, the usual advice about trusted origins would be wrong,
    /// and `check` would refuse to take it.
    #[must_use]
    pub fn remedy(
        &self,
        denial: &Denial,
        host: Option<&Host<'_>>,
        page: Option<&Origin>,
    ) -> &'static str {
        let Denial::CrossSite(_) = denial else {
            return denial.remedy();
        };
        let workspace = page.and_then(|page| Host::parse(page.host(), self.domains.names()).ok());
        match (workspace, host) {
            (Some(page), Some(host)) if page.name() == host.name() => OWN_HOST_ELSEWHERE,
            (Some(_), _) => ATTACK_STOPPED,
            (None, _) => denial.remedy(),
        }
    }
}

impl Denial {
    /// One piece of advice, naming the key or setting to look at.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::PeerUntrusted => {
                "add the address that Traefik connects from to trusted_proxies, or let Traefik \
                 present a certificate of tls.client_ca_file"
            }
            Self::Forwarded(problem) => problem.remedy(),
            Self::TooManyHeaders => {
                "raise limits.headers, or lower the header limits of Traefik's entry point"
            }
            Self::HeadersTooLarge => {
                "raise limits.header_bytes above Traefik's maxHeaderBytes, or have the visitor \
                 delete the domain's cookies"
            }
            Self::HostUnknown => {
                "add the domain to domains; a workspace host is LABEL.DOMAIN or \
                 SESSION--LABEL.DOMAIN, nothing deeper"
            }
            Self::Preflight => {
                "answer CORS preflights by a Traefik headers middleware before the gate, for the \
                 origins in trusted_origins only"
            }
            Self::ReservedPath => {
                "/.doorward belongs to the gate; let the desktop use another path"
            }
            Self::GatePath(problem) => problem.remedy(),
            Self::OwnerDiffers => {
                "the route's Middleware carries ?owner= of another user: render the routes again"
            }
            Self::CredentialMissing => {
                "the client sent none of tokens.cookies, no Authorization: Bearer (when \
                 tokens.authorization is on) and none of tokens.headers: sign in, or see that the \
                 cookie's name, Domain and Path fit this host"
            }
            Self::TooManyCandidates => {
                "more bad tokens came than are verified for one request: delete the domain's \
                 cookies in the browser, and look for the page that plants them"
            }
            Self::TokenRejected(rejection) => rejection.remedy(),
            Self::NotAdmitted(policy::Refusal::IssuerNotOfDomain) => {
                "list the issuer under this domain's issuers, if its users have desktops there"
            }
            Self::NotAdmitted(policy::Refusal::LabelDiffers) => {
                "this is the gate's purpose. If the user should have this host, compare `doorward \
                 label` for the username with the host; to let others in, add a grant"
            }
            Self::CrossSite(refusal) => match refusal {
                cross_site::Refusal::OriginForeign | cross_site::Refusal::SiteForeign => {
                    "if that origin may do this, add it to trusted_origins (frame, websocket as \
                     needed); never a workspace host"
                }
                cross_site::Refusal::OriginMissing => {
                    "browsers always send Origin with a WebSocket: a program should send its token \
                     in a header and no cookie, or Origin of the host"
                }
                cross_site::Refusal::SourceUnknown => {
                    "send Origin of the host, or the token in a header and no cookie"
                }
            },
        }
    }
}

impl GatePathProblem {
    /// One piece of advice about the sign-in page.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotAPage => {
                "have the sign-in page send the browser by a 303, as a whole page; never a frame, \
                 a script or a form"
            }
            Self::Query => {
                "have the sign-in page send the browser to /.doorward/enter?st=ID&t=TOKEN: ID is \
                 the part of `st` before the dot, and nothing stands beside the two"
            }
            Self::ReturnPath => "write path=/… percent-encoded, on this host and nowhere else",
            Self::StateMissing => {
                "begin the sign-in on the workspace, in the same browser, with cookies allowed; \
                 have the sign-in page send the part of `st` before the dot back as it came"
            }
            Self::StateExpired => {
                "sign in within five minutes; when it was faster, compare the clocks of the gates"
            }
            Self::Token(rejection) => rejection.remedy(),
            Self::Replayed => {
                "nothing, if somebody went back in the browser; otherwise have the sign-in page \
                 give each hand-off a `jti` of its own"
            }
            Self::SessionTooLarge => {
                "name fewer or shorter claims in grants and identity_headers: the session keeps \
                 them in its cookie, which holds 4096 bytes"
            }
            Self::SignOutNotStored => {
                "the revocation store could not keep it: the lines before say why"
            }
            Self::Unavailable => "look into the log of the system: it gave no random numbers",
        }
    }
}

impl ForwardedProblem {
    /// One piece of advice about the proxy in front.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Missing(_) => {
                "ask through Traefik's ForwardAuth, which sends X-Forwarded-Host, -Method, -Uri and \
                 -Proto; never set authRequestHeaders"
            }
            Self::Repeated(_) => "another proxy adds X-Forwarded-*: set trustForwardHeader: false",
            Self::Bytes(_) => "the client sent bytes that no browser sends; nothing to change",
            Self::Alias(_) => {
                "set aliasHeadersStrategy (from Traefik 3.7.12) or underscoreHeadersStrategy (from \
                 3.7.6 and 3.6.22) to delete on the entry point"
            }
            Self::Method => "TRACE, CONNECT and malformed methods never pass",
            Self::Uri => "X-Forwarded-Uri must begin with /: OPTIONS * and CONNECT never pass",
            Self::Proto => {
                "serve workspaces by https; or, where TLS ends before Traefik, set public_scheme: \
                 https; for development only, public_scheme: http"
            }
            Self::Query => "the ForwardAuth address may carry ?owner=LABEL and nothing else",
        }
    }
}

const ATTACK_STOPPED: &str = "nothing: a page on another workspace caused this, which is the attack \
                              that doorward stops. Find out what runs on that desktop";
const OWN_HOST_ELSEWHERE: &str = "the page is on this same host, at another scheme or port: see that \
                                  public_scheme and the port in X-Forwarded-Host are what the \
                                  browser's address bar shows";
