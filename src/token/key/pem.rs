//! Public keys in PEM (RFC 7468): `PUBLIC KEY` and `RSA PUBLIC KEY` only.

use super::{
    error::KeyError,
    material::{Material, without_leading_zeros},
};
use aws_lc_rs::{rsa::PublicKey, signature::RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Appends the key of every block in `text`. Text outside the blocks is ignored.
///
/// # Errors
/// No block; a block without an end line, of another kind, or without a valid key.
pub(super) fn parse(text: &[u8], materials: &mut Vec<Material>) -> Result<(), KeyError> {
    let text = std::str::from_utf8(text).map_err(|_| KeyError::PemMissing)?;
    let before = materials.len();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(tag) =
            line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"))
        else {
            continue;
        };
        check_tag(tag)?;
        let end = format!("-----END {tag}-----");
        let mut body = String::new();
        loop {
            match lines.next() {
                None => return Err(KeyError::PemMalformed),
                Some(line) if line == end => break,
                Some(line) => body.push_str(line),
            }
        }
        let der = STANDARD.decode(body).map_err(|_| KeyError::PemMalformed)?;
        materials.push(if tag == "RSA PUBLIC KEY" { rsa(&der)? } else { spki(&der)? });
    }
    if materials.len() == before { Err(KeyError::PemMissing) } else { Ok(()) }
}

fn check_tag(tag: &str) -> Result<(), KeyError> {
    match tag {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => Ok(()),
        // Verification does not need a private key, and a private key that is never read cannot leak.
        tag if tag.ends_with("PRIVATE KEY") => Err(KeyError::PrivateKey),
        // To use its key without checking its dates and names would be misleading.
        tag if tag.ends_with("CERTIFICATE") => Err(KeyError::Certificate),
        _ => Err(KeyError::PemOfOtherKind),
    }
}

/// `SubjectPublicKeyInfo` (RFC 5280, 8410, 5480). For elliptic curves it is a constant prefix and the
/// key, so comparing the prefix is enough; compressed points and explicit curves do not match.
fn spki(der: &[u8]) -> Result<Material, KeyError> {
    if let Some(point) = der.strip_prefix(&P256_SPKI) {
        return Ok(Material::P256([&[4], point].concat()));
    }
    if let Some(point) = der.strip_prefix(&P384_SPKI) {
        return Ok(Material::P384([&[4], point].concat()));
    }
    if let Some(key) = der.strip_prefix(&ED25519_SPKI) {
        return Ok(Material::Ed25519(key.to_vec()));
    }
    rsa(der)
}

fn rsa(der: &[u8]) -> Result<Material, KeyError> {
    let key = PublicKey::from_der(der).map_err(|_| KeyError::TypeUnknown)?;
    let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(&key);
    Ok(Material::Rsa { modulus: without_leading_zeros(&n), exponent: without_leading_zeros(&e) })
}

/// The prefix including the 4 that marks an uncompressed point.
pub(in crate::token) const P256_SPKI: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];

/// The same for P-384.
const P384_SPKI: [u8; 24] = [
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
    0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
];

const ED25519_SPKI: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
