//! One configuration, ready to decide: steps 1 and 2 of the decision, and the answer to a permit.

use super::admin_secret::AdminSecret;
use super::answer::permitted;
use super::decision::Decision;
use super::forwarded::ForwardedReader;
use super::handler::{Body, Peer};
use super::upstream_headers::{IdentityHeader, UpstreamHeaders};
use crate::gate::{Denial, Denied, Fact, Gate, Permit, Tracer};
use crate::handoff::SignIn;
use crate::name::Host;
use crate::token::{IssuerId, MAX_LEEWAY, UnixTime};
use hyper::Response;
use hyper::header::HeaderMap;
use ipnet::IpNet;

/// One configuration, with everything that a decision and its answer need.
pub struct State {
    /// Steps 3 to 9.
    pub gate: Gate,
    /// Step 2.
    pub reader: ForwardedReader,
    /// Step 1.
    pub trusted_proxies: Vec<IpNet>,
    /// The headers that carry the user's identity.
    pub identity_headers: Vec<IdentityHeader>,
    /// Key `log.usernames`.
    pub log_usernames: bool,
    /// Seconds that a session made from a hand-off token can be valid, also after a reload;
    /// 0 without hand-off.
    pub longest_gate_session: u64,
    /// Admits requests that change revocations; `None`: all are refused.
    pub admin_secret: Option<AdminSecret>,
}

impl State {
    /// The decision, steps 1 to 9, for a request that `peer` sent with `headers`; `query` is the
    /// query of the gate's own address.
    #[must_use]
    pub fn decide<'r>(
        &self,
        peer: &Peer,
        headers: &'r HeaderMap,
        query: Option<&'r str>,
        now: UnixTime,
        tracer: &mut impl Tracer,
    ) -> Decision<'r> {
        match self.admit(peer, headers, query, now, tracer) {
            Ok(permit) => Decision::Permit(permit),
            Err(denied) => self.gate_path_or_denied(denied),
        }
    }

    fn admit<'r>(
        &self,
        peer: &Peer,
        headers: &'r HeaderMap,
        query: Option<&'r str>,
        now: UnixTime,
        tracer: &mut impl Tracer,
    ) -> Result<Permit<'r>, Box<Denied<'r>>> {
        let is_trusted = self.trusts(peer);
        tracer.record(Fact::Peer { is_trusted });
        if !is_trusted {
            return Err(Denied::nowhere(Denial::PeerUntrusted));
        }
        let read = self.reader.read(headers, query);
        tracer.record(Fact::Forwarded(read.as_ref().map(|(request, _)| request)));
        let (request, credentials) = read.map_err(Denied::nowhere)?;
        self.gate.admit(&request, &credentials, now, tracer)
    }

    /// On a host with a hand-off, the gate itself answers its paths.
    fn gate_path_or_denied<'r>(&self, denied: Box<Denied<'r>>) -> Decision<'r> {
        if denied.denial == Denial::ReservedPath
            && let Some(host) = denied.host.as_ref().filter(|host| self.has_handoff(host))
        {
            return Decision::GatePath(host.clone());
        }
        Decision::Denied(denied)
    }

    fn has_handoff(&self, host: &Host<'_>) -> bool {
        self.sign_in_of(host).is_some_and(|sign_in| sign_in.handoff.is_some())
    }

    /// Where the users of this host's domain sign in.
    pub(super) fn sign_in_of(&self, host: &Host<'_>) -> Option<&SignIn> {
        self.gate.domains.of(host)?.sign_in.as_ref()
    }

    /// Seconds from the issue of a token after which neither it nor a session made from it can still
    /// be valid. `None`: there is no limit.
    pub(super) fn longest_life(&self, issuer: IssuerId) -> Option<u64> {
        let life = self.gate.verifier.issuers.get(issuer)?.max_lifetime?;
        // The greatest possible leeway at both ends, and the minute that a hand-off token is valid.
        Some(life.max(self.longest_gate_session).saturating_add(2 * MAX_LEEWAY + 60))
    }

    /// The 200 for a permit, with the headers that the desktop receives.
    #[must_use]
    pub fn respond_permit(&self, permit: Permit<'_>, headers: &HeaderMap) -> Response<Body> {
        permitted(permit, self.upstream_headers(headers))
    }

    pub(super) fn trusts(&self, peer: &Peer) -> bool {
        // `::ffff:10.0.0.1` is 10.0.0.1: a dual-stack listener must not change who is trusted.
        let address = peer.address.to_canonical();
        peer.client_certificate || self.trusted_proxies.iter().any(|net| net.contains(&address))
    }

    fn upstream_headers<'r>(&'r self, headers: &'r HeaderMap) -> UpstreamHeaders<'r> {
        UpstreamHeaders {
            headers,
            gate: &self.gate,
            cookies: &self.reader.cookies,
            token_headers: &self.reader.token_headers,
            identity_headers: &self.identity_headers,
        }
    }
}
