//! Tokens for the load: one key for each algorithm, and as many distinct tokens as a row asks for.

use crate::failure::Failure;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use aws_lc_rs::{hmac, rsa};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::time::{SystemTime, UNIX_EPOCH};

/// The cookie that carries the token: the gate's default.
pub const COOKIE: &str = "__Host-doorward";

/// `iss` of every token.
pub const ISSUER: &str = "https://portal.example.com";

/// `aud` of every token.
pub const AUDIENCE: &str = "vdi";

/// The signature algorithms that have a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Es256,
    EdDsa,
    Rs256,
    Hs256,
}

impl Algorithm {
    /// The name of RFC 7518 and RFC 8037, as in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Hs256 => "HS256",
        }
    }
}

/// One issuer's key and the number of the next token.
pub struct Mint {
    algorithm: Algorithm,
    key: Key,
    next: u64,
}

impl Mint {
    pub fn new(algorithm: Algorithm) -> Result<Self, Failure> {
        let refused = |_| Failure::Cryptography("the key could not be generated");
        let key = match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
                Key::Ecdsa(pair.map_err(refused)?)
            }
            Algorithm::EdDsa => Key::Ed25519(Ed25519KeyPair::generate().map_err(refused)?),
            Algorithm::Rs256 => {
                Key::Rsa(Box::new(RsaKeyPair::generate(rsa::KeySize::Rsa2048).map_err(refused)?))
            }
            Algorithm::Hs256 => Key::Hmac(Box::new(hmac::Key::new(hmac::HMAC_SHA256, SECRET))),
        };
        Ok(Self { algorithm, key, next: 1 })
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What the gate is configured with: a PEM public key, or the secret itself.
    pub fn verification_key(&self) -> Result<Vec<u8>, Failure> {
        let refused = |_| Failure::Cryptography("the public key could not be written");
        let der: PublicKeyX509Der<'_> = match &self.key {
            Key::Ecdsa(pair) => pair.public_key().as_der().map_err(refused)?,
            Key::Ed25519(pair) => pair.public_key().as_der().map_err(refused)?,
            Key::Rsa(pair) => pair.public_key().as_der().map_err(refused)?,
            Key::Hmac(_) => return Ok(SECRET.to_vec()),
        };
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for line in STANDARD.encode(der.as_ref()).as_bytes().chunks(64) {
            pem.extend(line.iter().copied().map(char::from));
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        Ok(pem.into_bytes())
    }

    /// A fresh token of alice's, valid for hours. Tokens of one mint differ in `jti` only and have
    /// one length.
    pub fn token(&mut self) -> Result<String, Failure> {
        let signed = self.unsigned();
        let signature = self.key.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Tokens that cost the gate a whole verification each and fail it: distinct claims, every one
    /// under the signature of another token.
    pub fn forgeries(&mut self, count: usize) -> Result<Vec<String>, Failure> {
        let genuine = self.token()?;
        let signature = genuine.rsplit('.').next().unwrap_or_default().to_owned();
        Ok((0..count).map(|_| format!("{}.{signature}", self.unsigned())).collect())
    }

    fn unsigned(&mut self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let number = self.next;
        self.next += 1;
        let header = serde_json::json!({ "alg": self.algorithm.name(), "typ": "JWT" });
        let claims = serde_json::json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "alice",
            "iat": now - 5,
            "exp": now + 8 * 3600,
            "jti": format!("66fe8fe4-b6bf-4458-84d7-{number:012x}"),
            "sid": "0b9f2a34-7b1e-4f5e-9d43-8f1f1a0d6c55",
        });
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", encode(&header), encode(&claims))
    }
}

enum Key {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
    Hmac(Box<hmac::Key>),
}

impl Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let refused = |_| Failure::Cryptography("the token could not be signed");
        let random = SystemRandom::new();
        Ok(match self {
            Self::Ecdsa(pair) => pair.sign(&random, message).map_err(refused)?.as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(refused)?;
                signature
            }
            Self::Hmac(key) => hmac::sign(key, message).as_ref().to_vec(),
        })
    }
}

/// A public value without use outside this load: the gate under test listens on loopback for some
/// seconds.
const SECRET: &[u8] = b"benchmark-only-secret-of-48-bytes-0123456789abcd";
