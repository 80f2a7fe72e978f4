//! The proof that a signature was verified: claims are read from a [`Signed`] or not at all.
//!
//! [`Signed::verify`] holds the checks that come before the claims, in their order: header, payload,
//! the issuer that the payload names, the issuer's rules for the header, the key, the signature.
//! Sessions, hand-off tokens and logout tokens all pass through it. It decides nothing by the
//! claims, except that `iss` selects the issuer.

use super::{
    claims,
    compact::Compact,
    header::{self, Header},
    issuer::{Issuer, IssuerId, Issuers},
    json::{self, Object},
    purpose::Purpose,
    rejection::Rejection,
    session_keys::GateSessions,
};

/// The claims of a token whose signature was verified with a key of its signer. Only
/// [`Signed::verify`] makes one.
pub(super) struct Signed<'v, 't> {
    signer: Signer<'v>,
    claims: Object<'t>,
}

/// Whose key verified the signature.
#[derive(Clone, Copy)]
enum Signer<'v> {
    /// A configured issuer.
    Issuer(IssuerId, &'v Issuer),
    /// Doorward itself, with the keys of one domain.
    Gate(&'v GateSessions),
}

/// What the caller verifies the token as.
pub(super) enum Expected<'v, 'c> {
    /// A session: signed by an issuer, or by doorward where the domain has session keys.
    Session(Option<&'v GateSessions>),
    /// A hand-off token.
    Handoff,
    /// A logout token. Called once before a signature is computed; `false` refuses the token.
    Logout(&'c mut dyn FnMut() -> bool),
}

impl<'v, 't> Signed<'v, 't> {
    /// Verifies header and signature of `compact`. Each signature that is computed takes one of
    /// `signatures`.
    ///
    /// # Errors
    /// The first check that fails.
    pub(super) fn verify(
        issuers: &'v Issuers,
        compact: &'t Compact<'_>,
        expected: Expected<'v, '_>,
        signatures: &mut u16,
    ) -> Result<Self, Rejection> {
        let header = header::parse(&compact.header)?;
        let header = Header::read(&header)?;
        let claims = json::parse_object(&compact.payload).map_err(Rejection::Payload)?;
        let signer = match expected {
            Expected::Session(sessions) if header.is_gate_session() => {
                let sessions = sessions.ok_or(Rejection::WrongKind(Purpose::Doorward))?;
                sessions.keys.verify_within(&header, compact, signatures)?;
                Signer::Gate(sessions)
            }
            expected => {
                let name = claims::issuer(&claims)?;
                let (id, issuer) = issuers.named(name).ok_or(Rejection::IssuerUnknown)?;
                expected.check(&header, issuer)?;
                let (algorithm, kid) = (header.algorithm, header.kid);
                issuer.keys.verify_within(algorithm, kid, compact, signatures)?;
                Signer::Issuer(id, issuer)
            }
        };
        Ok(Self { signer, claims })
    }

    /// The verified claims.
    pub(super) fn claims(&self) -> &Object<'t> {
        &self.claims
    }

    /// The verified claims, when nothing else of the proof is needed any more.
    pub(super) fn into_claims(self) -> Object<'t> {
        self.claims
    }

    /// The issuer that signed.
    ///
    /// # Errors
    /// Doorward signed the token, so no issuer did.
    pub(super) fn issuer(&self) -> Result<(IssuerId, &'v Issuer), Rejection> {
        match self.signer {
            Signer::Issuer(id, issuer) => Ok((id, issuer)),
            Signer::Gate(_) => Err(Rejection::WrongKind(Purpose::Doorward)),
        }
    }

    /// The settings of the domain whose session key signed; `None`: an issuer signed.
    pub(super) fn gate_sessions(&self) -> Option<&'v GateSessions> {
        match self.signer {
            Signer::Issuer(..) => None,
            Signer::Gate(sessions) => Some(sessions),
        }
    }
}

impl Expected<'_, '_> {
    /// Checks what must hold before a signature is computed with a key of `issuer`.
    fn check(self, header: &Header<'_>, issuer: &Issuer) -> Result<(), Rejection> {
        match self {
            Self::Session(_) => header.check(issuer),
            Self::Handoff => header.check_handoff(issuer),
            Self::Logout(may_compute) => {
                header.check_logout(issuer)?;
                if !issuer.keys.knows(header.kid) {
                    return Err(Rejection::KeyUnknown);
                }
                if may_compute() { Ok(()) } else { Err(Rejection::OverBudget) }
            }
        }
    }
}
