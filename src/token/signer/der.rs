//! The part of DER that is needed to read the numbers of an RSA private key (RFC 5958, RFC 8017).
//!
//! Reads only the output of the crypto library, never input from outside.

/// The integers of a `RSAPrivateKey` within a PKCS#8 document: n, e, d, p, q, dP, dQ, qInv, each
/// without its sign byte. `None` for anything else.
pub(super) fn rsa_integers(pkcs8: &[u8]) -> Option<[&[u8]; 8]> {
    let (info, _) = element(pkcs8, SEQUENCE)?;
    let (_version, rest) = element(info, INTEGER)?;
    let (_algorithm, rest) = element(rest, SEQUENCE)?;
    let (key, _) = element(rest, OCTET_STRING)?;
    let (key, _) = element(key, SEQUENCE)?;
    let (_version, mut rest) = element(key, INTEGER)?;
    let mut integers = [&[][..]; 8];
    for integer in &mut integers {
        let (bytes, after) = element(rest, INTEGER)?;
        *integer = bytes.strip_prefix(&[0]).unwrap_or(bytes);
        rest = after;
    }
    Some(integers)
}

/// The content of the first element, which must have this tag, and the bytes after it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    let (length, rest) = match length {
        short @ 0..=0x7f => (usize::from(short), rest),
        long => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            if digits.len() > 4 {
                return None;
            }
            (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
        }
    };
    rest.split_at_checked(length)
}

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;
