//! Keys from PEM files.

use super::*;
use base64::engine::general_purpose::STANDARD;

/// A PEM block of these bytes.
fn pem(tag: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<_> =
        body.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {tag}-----\n{}\n-----END {tag}-----\n", lines.join("\n"))
}

/// A `SubjectPublicKeyInfo` or PKCS#1 document made by the crypto library.
fn documents() -> [(&'static str, Algorithm, Vec<u8>); 5] {
    use aws_lc_rs::{
        encoding::{AsDer, PublicKeyX509Der},
        signature::{self, KeyPair},
    };
    fn spki(key: &impl AsDer<PublicKeyX509Der<'static>>) -> Vec<u8> {
        key.as_der().unwrap().as_ref().to_vec()
    }
    let p256 =
        signature::EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let p384 =
        signature::EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let ed25519 = signature::Ed25519KeyPair::generate().unwrap();
    let rsa = signature::RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    [
        ("PUBLIC KEY", Algorithm::Es256, spki(p256.public_key())),
        ("PUBLIC KEY", Algorithm::Es384, spki(p384.public_key())),
        ("PUBLIC KEY", Algorithm::EdDsa, spki(ed25519.public_key())),
        ("PUBLIC KEY", Algorithm::Rs256, spki(rsa.public_key())),
        ("RSA PUBLIC KEY", Algorithm::Rs256, rsa.public_key().as_ref().to_vec()),
    ]
}

#[test]
fn public_keys_in_pem_are_bound_by_their_type() {
    let mut all = String::from("A comment before the first block.\n");
    for (tag, algorithm, der) in documents() {
        let text = pem(tag, &der);
        let set = KeySet::from_pem(&[text.clone().into_bytes()], &PUBLIC).unwrap();
        assert_eq!(format!("{set:?}"), format!("[no kid ({algorithm})]"));
        let windows = text.replace('\n', "\r\n");
        assert!(KeySet::from_pem(&[windows.into_bytes()], &PUBLIC).is_ok(), "{algorithm}");
        all.push_str(&text);
    }
    assert_eq!(KeySet::from_pem(&[all.clone().into_bytes()], &PUBLIC).unwrap().count(), 5);
    let two_files = [all.clone().into_bytes(), all.into_bytes()];
    assert_eq!(KeySet::from_pem(&two_files, &PUBLIC).unwrap().count(), 10);
}

#[test]
fn keys_in_pem_verify() {
    use aws_lc_rs::{encoding::AsDer, signature::RsaPublicKeyComponents};
    let jwk = public(Algorithm::Rs256);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let key = RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") };
    let text = pem("PUBLIC KEY", key.as_der().unwrap().as_ref());
    let set = KeySet::from_pem(&[text.into_bytes()], &[Algorithm::Rs256]).unwrap();
    // The key has no kid, the token has one: accepted.
    let token = fixture::key(Algorithm::Rs256).sign(&fixture::claims()).unwrap();
    let compact = Compact::split(&token, 8192).unwrap();
    assert_eq!(set.verify(Algorithm::Rs256, Some("any"), &compact), Ok(()));
    let (rest, end) = token.split_at(token.len() - 2);
    let forged = format!("{rest}{}", if end == "AA" { "BA" } else { "AA" });
    let compact = Compact::split(&forged, 8192).unwrap();
    assert_eq!(set.verify(Algorithm::Rs256, Some("any"), &compact), Err(Rejection::SignatureWrong));
}

#[test]
fn other_blocks_are_refused_by_their_tag() {
    let [(_, _, p256), ..] = documents();
    let error = |text: String| KeySet::from_pem(&[text.into_bytes()], &PUBLIC).err().unwrap();
    for (tag, expected) in [
        ("PRIVATE KEY", KeyError::PrivateKey),
        ("EC PRIVATE KEY", KeyError::PrivateKey),
        ("RSA PRIVATE KEY", KeyError::PrivateKey),
        ("ENCRYPTED PRIVATE KEY", KeyError::PrivateKey),
        ("OPENSSH PRIVATE KEY", KeyError::PrivateKey),
        ("CERTIFICATE", KeyError::Certificate),
        ("TRUSTED CERTIFICATE", KeyError::Certificate),
        ("EC PARAMETERS", KeyError::PemOfOtherKind),
        ("", KeyError::PemOfOtherKind),
    ] {
        assert_eq!(error(pem(tag, &p256)), expected, "{tag}");
        // Nor beside a good one.
        assert_eq!(error(pem("PUBLIC KEY", &p256) + &pem(tag, &p256)), expected, "{tag}");
    }
    let good = pem("PUBLIC KEY", &p256);
    let (cut, _) = good.split_once("-----END").unwrap();
    for (row, text, expected) in [
        ("empty", String::new(), KeyError::PemMissing),
        ("no_block", "ssh-ed25519 AAAA".to_owned(), KeyError::PemMissing),
        ("no_end", cut.to_owned(), KeyError::PemMalformed),
        ("other_end", good.replace("END PUBLIC", "END RSA PUBLIC"), KeyError::PemMalformed),
        ("not_base64", good.replace("MFkw", "MF*w"), KeyError::PemMalformed),
        ("no_key_inside", pem("PUBLIC KEY", b"no key"), KeyError::TypeUnknown),
    ] {
        assert_eq!(error(text), expected, "{row}");
    }
    let member = |error| KeyError::Member { position: 0, error: Box::new(error) };
    assert_eq!(error(pem("PUBLIC KEY", &p256[..90])), member(KeyError::PointOffCurve));
    let mut off_curve = p256.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    assert_eq!(error(pem("PUBLIC KEY", &off_curve)), member(KeyError::PointOffCurve));
    let files = [good.into_bytes()];
    let unfit = KeySet::from_pem(&files, &[Algorithm::Rs256]).err();
    assert_eq!(unfit, Some(member(KeyError::NoAlgorithmFits)));
}
