//! Tokens with any header and any claims, well formed or not.
//!
//! Every token minted here is written down: a gate that ends looks for the parts of all of them in
//! everything it has ever said ([`leak_in`]).

use super::key::{Key, base64};
use serde_json::{Map, Value, json};
use std::sync::Mutex;

/// A token in the making.
#[derive(Clone)]
pub struct Token {
    header: Part,
    claims: Part,
}

#[derive(Clone)]
enum Part {
    Members(Map<String, Value>),
    Raw(String),
}

impl Token {
    /// A token with exactly these claims; the header's `alg` and `kid` are the key's, when signed.
    pub fn with_claims(claims: &Value) -> Self {
        let claims = claims.as_object().expect("claims are an object").clone();
        Self { header: Part::Members(Map::new()), claims: Part::Members(claims) }
    }

    /// Sets a header member.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.members().insert(name.to_owned(), value.into());
        self
    }

    /// Sets a claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.members().insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.members().remove(name);
        self
    }

    /// Takes this text as the header, valid or not.
    pub fn raw_header(mut self, text: &str) -> Self {
        self.header = Part::Raw(text.to_owned());
        self
    }

    /// Takes this text as the claims, valid or not.
    pub fn raw_claims(mut self, text: &str) -> Self {
        self.claims = Part::Raw(text.to_owned());
        self
    }

    /// The claims as JSON text, to change by hand and give to [`Token::raw_claims`].
    pub fn claims_text(&self) -> String {
        self.claims.text()
    }

    /// Signs with `key`. Header members set before win over the key's `alg` and `kid`; a header
    /// member of `null` is left out.
    pub fn sign(mut self, key: &Key) -> String {
        if let Part::Members(members) = &mut self.header {
            members.entry("alg").or_insert_with(|| json!(key.algorithm));
            members.entry("kid").or_insert_with(|| json!(key.id));
            members.retain(|_, value| !value.is_null());
        }
        let message = self.message();
        let signature = key.sign(message.as_bytes());
        remember(format!("{message}.{}", base64(signature)))
    }

    /// Puts this signature on it, whether it is one or not.
    pub fn with_signature(self, signature: &[u8]) -> String {
        remember(format!("{}.{}", self.message(), base64(signature)))
    }

    fn message(&self) -> String {
        format!("{}.{}", base64(self.header.text()), base64(self.claims.text()))
    }
}

impl Part {
    fn members(&mut self) -> &mut Map<String, Value> {
        match self {
            Self::Members(members) => members,
            Self::Raw(_) => panic!("members cannot be set on raw text"),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Members(members) => Value::Object(members.clone()).to_string(),
            Self::Raw(text) => text.clone(),
        }
    }
}

/// Adds a token made elsewhere to those that must never be seen in a log or an answer.
pub fn remember(token: String) -> String {
    MINTED.lock().expect("no holder panics").push(token.clone());
    token
}

/// The first part of any token minted so far that `text` shows, if any.
///
/// Short parts are left out: they are no secret (`e30` is an empty object) and would be found by
/// accident. The header of a token is looked for as well: it names the key.
pub fn leak_in(text: &str) -> Option<String> {
    let minted = MINTED.lock().expect("no holder panics");
    minted
        .iter()
        .flat_map(|token| token.split('.'))
        .find(|part| part.len() >= 16 && text.contains(part))
        .map(str::to_owned)
}

static MINTED: Mutex<Vec<String>> = Mutex::new(Vec::new());
