//! The header of a token: the algorithm and the key it asks for, and the type it states.
//!
//! Until the signature is verified, an attacker may have written the header. So it can only choose
//! among what the operator configured: an algorithm from the issuer's list and a key from the issuer's
//! set. Members that supply a key, change what is signed or change what the payload is are refused by
//! name. Decides nothing about claims; called before the signature is verified.

use super::{
    Algorithm,
    issuer::Issuer,
    json::{self, Object},
    kid::is_kid,
    purpose::{HANDOFF, LOGOUT, Purpose, SESSION, media_subtype},
    rejection::Rejection,
};

/// The header members that have an effect. All others are ignored.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header<'token> {
    pub(super) algorithm: Algorithm,
    /// Opaque, case-sensitive, only ever compared (RFC 7515, section 4.1.4).
    pub(super) kid: Option<&'token str>,
    typ: Option<&'token str>,
}

impl<'token> Header<'token> {
    /// Reads the members from a parsed header.
    ///
    /// # Errors
    /// A refused member, an unknown `alg`, a malformed `kid` or `typ`.
    pub(super) fn read(header: &'token Object<'_>) -> Result<Self, Rejection> {
        refuse_members(header)?;
        let name = header.get("alg").and_then(|value| value.as_str());
        let name = name.ok_or(Rejection::AlgorithmMissing)?;
        let algorithm = Algorithm::from_name(name).ok_or(Rejection::AlgorithmUnknown)?;
        let kid = match header.get("kid") {
            None => None,
            Some(value) => {
                let kid = value.as_str().filter(|kid| is_kid(kid));
                Some(kid.ok_or(Rejection::KidMalformed)?)
            }
        };
        let typ = match header.get("typ") {
            None => None,
            Some(value) => Some(value.as_str().ok_or(Rejection::TypeMalformed)?),
        };
        Ok(Self { algorithm, kid, typ })
    }

    /// Whether the token asks to be verified with session keys. Compared exactly: doorward writes no
    /// other spelling, and every other check refuses a `doorward-*` type in any spelling.
    pub(super) fn is_gate_session(&self) -> bool {
        self.typ == Some(SESSION)
    }

    /// Checks the header of a hand-off token: an algorithm of the issuer, and the one type in place of
    /// the issuer's `types`.
    ///
    /// # Errors
    /// An algorithm that this issuer does not use; another type or none.
    pub(super) fn check_handoff(&self, issuer: &Issuer) -> Result<(), Rejection> {
        if !issuer.algorithms.contains(&self.algorithm) {
            return Err(Rejection::AlgorithmNotAllowed(self.algorithm));
        }
        let typ = self.typ.ok_or(Rejection::NoHandoff)?;
        if media_subtype(typ).eq_ignore_ascii_case(HANDOFF) {
            return Ok(());
        }
        Err(Rejection::NoHandoff)
    }

    /// Checks the header of a logout token: an algorithm of the issuer, and the type of logout tokens
    /// or none (section 2.4 of Back-Channel Logout only recommends it).
    ///
    /// # Errors
    /// An algorithm that this issuer does not use; another type.
    pub(super) fn check_logout(&self, issuer: &Issuer) -> Result<(), Rejection> {
        if !issuer.algorithms.contains(&self.algorithm) {
            return Err(Rejection::AlgorithmNotAllowed(self.algorithm));
        }
        match self.typ {
            None => Ok(()),
            Some(typ) => {
                let is_one = |one: &str| media_subtype(typ).eq_ignore_ascii_case(one);
                if LOGOUT.into_iter().any(is_one) { Ok(()) } else { Err(Rejection::NoLogout) }
            }
        }
    }

    /// Checks the header of a session token by the rules of the issuer that the payload names.
    ///
    /// # Errors
    /// An algorithm or a type that this issuer does not use; a type of another purpose, which `types`
    /// cannot allow.
    pub(super) fn check(&self, issuer: &Issuer) -> Result<(), Rejection> {
        if !issuer.algorithms.contains(&self.algorithm) {
            return Err(Rejection::AlgorithmNotAllowed(self.algorithm));
        }
        let Some(typ) = self.typ else {
            return if issuer.require_type { Err(Rejection::TypeMissing) } else { Ok(()) };
        };
        if let Some(kind) = Purpose::named(typ) {
            return Err(Rejection::WrongKind(kind));
        }
        let typ = media_subtype(typ);
        if issuer.types.iter().any(|accepted| typ.eq_ignore_ascii_case(accepted)) {
            return Ok(());
        }
        Err(Rejection::TypeNotAccepted)
    }
}

/// Parses a decoded header.
///
/// # Errors
/// A header above [`MAX_HEADER_BYTES`], and one that is not a strict JSON object.
pub(super) fn parse(header: &[u8]) -> Result<Object<'_>, Rejection> {
    if header.len() > MAX_HEADER_BYTES {
        return Err(Rejection::HeaderTooLong);
    }
    json::parse_object(header).map_err(Rejection::Header)
}

/// Refuses members that would have an effect at other verifiers, with any value, including
/// `null` and `false`.
fn refuse_members(header: &Object<'_>) -> Result<(), Rejection> {
    for name in header.names() {
        let rejection = match name {
            // RFC 7515, section 4.1.11: a verifier must understand every extension that `crit`
            // names; doorward supports none.
            "crit" => Rejection::HeaderMember("crit"),
            // RFC 7797, section 7: a JWT must not have an unencoded payload.
            "b64" => Rejection::HeaderMember("b64"),
            // Decompression before verification would allow decompression bombs.
            "zip" => Rejection::HeaderMember("zip"),
            "enc" => Rejection::Encrypted,
            "cty" => Rejection::Nested,
            // The token would supply its own key, or a URL to fetch one from.
            "jku" => Rejection::HeaderMember("jku"),
            "jwk" => Rejection::HeaderMember("jwk"),
            "x5u" => Rejection::HeaderMember("x5u"),
            _ => continue,
        };
        return Err(rejection);
    }
    Ok(())
}

/// Bytes of a decoded header. The largest in use have a certificate thumbprint and a `kid`, and stay
/// below 300.
const MAX_HEADER_BYTES: usize = 2048;

#[cfg(test)]
mod tests;
