//! Private keys in PEM, as openssl writes them.

use super::{
    error::SigningKeyError,
    signing_key::{Private, one_of, rsa_algorithm},
};
use crate::token::Algorithm;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    RsaKeyPair,
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The first private key in `text`; an EC file may have a block with parameters before it.
pub(super) fn read(
    text: &[u8],
    chosen: Option<Algorithm>,
) -> Result<(Algorithm, Private), SigningKeyError> {
    let text = std::str::from_utf8(text).map_err(|_| SigningKeyError::Pem)?;
    let mut lines = text.lines().map(str::trim);
    let tag = lines
        .by_ref()
        .filter_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
        .find(|tag| tag.ends_with(" KEY") || *tag == "PRIVATE KEY")
        .ok_or(SigningKeyError::Pem)?;
    match tag {
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => {}
        "ENCRYPTED PRIVATE KEY" => return Err(SigningKeyError::Encrypted),
        tag if tag.ends_with("PUBLIC KEY") => return Err(SigningKeyError::Public),
        _ => return Err(SigningKeyError::TypeUnknown),
    }
    let body: Vec<&str> = lines.take_while(|line| !line.starts_with("-----END ")).collect();
    if body.iter().any(|line| line.contains("ENCRYPTED")) {
        // The older form of encryption: a header line within the block.
        return Err(SigningKeyError::Encrypted);
    }
    let der = STANDARD.decode(body.concat()).map_err(|_| SigningKeyError::Pem)?;
    private(&der, chosen)
}

/// Tries the parsers of the crypto library in turn: each accepts one type of key only.
fn private(der: &[u8], chosen: Option<Algorithm>) -> Result<(Algorithm, Private), SigningKeyError> {
    for (algorithm, curve) in [
        (Algorithm::Es256, &ECDSA_P256_SHA256_FIXED_SIGNING),
        (Algorithm::Es384, &ECDSA_P384_SHA384_FIXED_SIGNING),
    ] {
        if let Ok(pair) = EcdsaKeyPair::from_private_key_der(curve, der) {
            let algorithm = one_of(Some(algorithm), chosen, |_| true)?;
            return Ok((algorithm, Private::Ecdsa(pair)));
        }
    }
    if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
        let algorithm = one_of(Some(Algorithm::EdDsa), chosen, |_| true)?;
        return Ok((algorithm, Private::Ed25519(pair)));
    }
    let pair = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der));
    let pair = pair.map_err(|_| SigningKeyError::TypeUnknown)?;
    Ok((rsa_algorithm(None, chosen)?, Private::Rsa(pair)))
}
