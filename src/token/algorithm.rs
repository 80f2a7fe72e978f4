//! The supported signature algorithms and their names.
//!
//! The list is closed: an algorithm that is not in it (`none`, `ES512`, `ES256K`, `Ed448`) cannot be
//! configured and cannot occur in a key or a token. This module knows neither keys nor tokens.

use std::fmt;

/// Writes the enum, its list and its names from one table, so that a variant without a name, or
/// missing in the list, cannot compile.
macro_rules! algorithms {
    ($( $(#[$attribute:meta])* $variant:ident => $name:literal, )+) => {
        /// A signature algorithm of RFC 7518 or RFC 8037.
        ///
        /// `EdDSA` and its fully specified name `Ed25519` (RFC 9864) are one algorithm, because
        /// Ed25519 is the only curve that is accepted for either.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Algorithm {
            $( $(#[$attribute])* $variant, )+
        }

        impl Algorithm {
            /// Every algorithm, in the order in which the documentation lists them.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The registered name: `EdDSA` for Ed25519, because issuers still use it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $( Self::$variant => $name, )+
                }
            }
        }
    };
}

algorithms! {
    /// HMAC with SHA-256.
    Hs256 => "HS256",
    /// HMAC with SHA-384.
    Hs384 => "HS384",
    /// HMAC with SHA-512.
    Hs512 => "HS512",
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256 => "RS256",
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384 => "RS384",
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512 => "RS512",
    /// RSASSA-PSS with SHA-256.
    Ps256 => "PS256",
    /// RSASSA-PSS with SHA-384.
    Ps384 => "PS384",
    /// RSASSA-PSS with SHA-512.
    Ps512 => "PS512",
    /// ECDSA on P-256 with SHA-256.
    Es256 => "ES256",
    /// ECDSA on P-384 with SHA-384.
    Es384 => "ES384",
    /// Ed25519.
    EdDsa => "EdDSA",
}

impl Algorithm {
    /// The algorithm of this registered name; exact and case-sensitive (RFC 7515, section 4.1.1).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDsa);
        }
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether signer and verifier share one secret.
    #[must_use]
    pub fn is_hmac(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    /// Whether the key is an RSA key, of either padding.
    #[must_use]
    pub fn is_rsa(self) -> bool {
        matches!(
            self,
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512
        )
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_itself() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        }
    }

    #[test]
    fn the_fully_specified_name_of_eddsa_is_the_same_algorithm() {
        assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::EdDsa));
    }

    #[test]
    fn other_names_are_no_algorithm() {
        for (row, name) in [
            ("alg_none", "none"),
            ("alg_none_mixed_case", "nOnE"),
            ("alg_empty", ""),
            ("alg_lower_case", "hs256"),
            ("alg_trailing_space", "HS256 "),
            ("alg_of_another_curve", "ES512"),
            ("alg_secp256k1", "ES256K"),
            ("alg_ed448", "Ed448"),
            ("alg_for_encryption", "RSA-OAEP"),
        ] {
            assert_eq!(Algorithm::from_name(name), None, "{row}");
        }
    }
}
