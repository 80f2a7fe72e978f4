//! Signing keys of portals and of people who are no portal.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use aws_lc_rs::{encoding::AsDer, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A private key with the `kid` and `alg` its tokens carry.
pub struct Key {
    /// Key identifier, as in the set and in a token's header.
    pub id: String,
    /// The `alg` that it signs with.
    pub algorithm: &'static str,
    secret: Secret,
}

enum Secret {
    Ec(EcdsaKeyPair),
    EcDer(EcdsaKeyPair),
    Rsa(RsaKeyPair),
    Ed(Ed25519KeyPair),
    Hmac(Vec<u8>),
}

impl Key {
    /// P-256.
    pub fn es256(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self::new(id, "ES256", Secret::Ec(pair))
    }

    /// P-384.
    pub fn es384(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        Self::new(id, "ES384", Secret::Ec(pair))
    }

    /// The same P-256 key, whose signatures come out as ASN.1 instead of r and s.
    pub fn with_der_signatures(&self) -> Self {
        let Secret::Ec(pair) = &self.secret else { panic!("only elliptic curves have two forms") };
        let private = pair.to_pkcs8v1().unwrap();
        let algorithm = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, private.as_ref()).unwrap();
        Self::new(&self.id, "ES256", Secret::EcDer(pair))
    }

    /// 2048 bits; `algorithm` is one of RS256, RS384, RS512, PS256, PS384, PS512.
    pub fn rsa(id: &str, algorithm: &'static str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self::new(id, algorithm, Secret::Rsa(pair))
    }

    /// Ed25519.
    pub fn ed25519(id: &str) -> Self {
        Self::new(id, "EdDSA", Secret::Ed(Ed25519KeyPair::generate().unwrap()))
    }

    /// HMAC; `algorithm` is one of HS256, HS384, HS512.
    pub fn hmac(id: &str, algorithm: &'static str, secret: &[u8]) -> Self {
        Self::new(id, algorithm, Secret::Hmac(secret.to_vec()))
    }

    /// Another key of the same kind under the same name.
    pub fn sibling(&self) -> Self {
        match (&self.secret, self.algorithm) {
            (Secret::Ec(_) | Secret::EcDer(_), "ES384") => Self::es384(&self.id),
            (Secret::Ec(_) | Secret::EcDer(_), _) => Self::es256(&self.id),
            (Secret::Ed(_), _) => Self::ed25519(&self.id),
            (Secret::Rsa(_), algorithm) => Self::rsa(&self.id, algorithm),
            (Secret::Hmac(_), algorithm) => Self::hmac(&self.id, algorithm, &[0x5a; 64]),
        }
    }

    /// The public half as a JSON Web Key; of a secret, the secret itself.
    pub fn public_jwk(&self) -> Value {
        let mut jwk = match &self.secret {
            Secret::Ec(pair) | Secret::EcDer(pair) => {
                // Uncompressed point: 0x04, x, y.
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({"kty": "EC", "crv": curve, "x": base64(x), "y": base64(y)})
            }
            Secret::Rsa(pair) => {
                let (modulus, exponent) = rsa_integers(pair.public_key().as_ref());
                json!({"kty": "RSA", "n": base64(modulus), "e": base64(exponent)})
            }
            Secret::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64(pair.public_key().as_ref())})
            }
            Secret::Hmac(secret) => json!({"kty": "oct", "k": base64(secret)}),
        };
        jwk["kid"] = json!(self.id);
        jwk["alg"] = json!(self.algorithm);
        jwk["use"] = json!("sig");
        jwk
    }

    /// `SubjectPublicKeyInfo` in PEM, as `pem_file` takes it.
    pub fn public_pem(&self) -> String {
        let der = match &self.secret {
            Secret::Ec(pair) | Secret::EcDer(pair) => {
                AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(pair.public_key())
            }
            Secret::Rsa(pair) => pair.public_key().as_der(),
            Secret::Ed(pair) => pair.public_key().as_der(),
            Secret::Hmac(_) => panic!("a secret has no public half"),
        };
        let text = base64::engine::general_purpose::STANDARD.encode(der.unwrap().as_ref());
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|l| str::from_utf8(l).unwrap()).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    /// The signature over `message` in the form that JWS wants.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.secret {
            Secret::Ec(pair) | Secret::EcDer(pair) => {
                pair.sign(&random, message).unwrap().as_ref().to_vec()
            }
            Secret::Ed(pair) => pair.sign(message).as_ref().to_vec(),
            Secret::Hmac(secret) => {
                let algorithm = match self.algorithm {
                    "HS384" => hmac::HMAC_SHA384,
                    "HS512" => hmac::HMAC_SHA512,
                    _ => hmac::HMAC_SHA256,
                };
                hmac::sign(&hmac::Key::new(algorithm, secret), message).as_ref().to_vec()
            }
            Secret::Rsa(pair) => {
                let padding: &dyn signature::RsaEncoding = match self.algorithm {
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    "PS512" => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }

    fn new(id: &str, algorithm: &'static str, secret: Secret) -> Self {
        Self { id: id.to_owned(), algorithm, secret }
    }
}

/// A set of public keys as an issuer publishes it.
pub fn key_set<'k>(keys: impl IntoIterator<Item = &'k Key>) -> String {
    let keys: Vec<Value> = keys.into_iter().map(Key::public_jwk).collect();
    json!({ "keys": keys }).to_string()
}

/// base64url without padding, as everywhere in JOSE.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Modulus and exponent out of a PKCS#1 `RSAPublicKey`: a SEQUENCE of two INTEGERs.
fn rsa_integers(der: &[u8]) -> (&[u8], &[u8]) {
    let (sequence, _) = der_element(der);
    let (modulus, rest) = der_element(sequence);
    let (exponent, _) = der_element(rest);
    // An INTEGER with its top bit set carries a zero byte in front, which a JWK leaves out.
    (modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent)
}

fn der_element(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, start) = match der[1] {
        short @ ..0x80 => (usize::from(short), 2),
        long => {
            let bytes = usize::from(long & 0x7f);
            let length =
                der[2..2 + bytes].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, 2 + bytes)
        }
    };
    (&der[start..start + length], &der[start + length..])
}
