//! Takes a good access token apart and puts altered ones together.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The good token, taken apart, and the key that signed it.
pub struct Forge {
    pub good: String,
    pub header: Value,
    pub claims: Value,
    pub own: Ed25519KeyPair,
    pub stranger: Ed25519KeyPair,
    pub now: i64,
}

impl Forge {
    pub fn new(good: &str, seed: &[u8], now: i64) -> Self {
        let parts: Vec<&str> = good.split('.').collect();
        let read = |part: &str| serde_json::from_slice(&decode(part)).expect("a good token");
        Self {
            good: good.to_owned(),
            header: read(parts[0]),
            claims: read(parts[1]),
            own: Ed25519KeyPair::from_seed_unchecked(seed).expect("a seed"),
            stranger: Ed25519KeyPair::from_seed_unchecked(&[0x5a; 32]).expect("a seed"),
            now,
        }
    }

    /// What the good token's signature is of.
    pub fn message_as_sent(&self) -> String {
        format!("{}.{}", self.part(0), self.part(1))
    }

    pub fn part(&self, at: usize) -> &str {
        self.good.split('.').nth(at).expect("three parts")
    }

    pub fn header_with(&self, name: &str, value: Value) -> Value {
        let mut header = self.header.clone();
        header[name] = value;
        header
    }

    pub fn header_without(&self, name: &str) -> Value {
        let mut header = self.header.clone();
        header.as_object_mut().expect("a header").remove(name);
        header
    }

    pub fn claims_with(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims.clone();
        claims[name] = value;
        claims
    }

    pub fn message(&self, header: &Value) -> String {
        self.message_of(header, &self.claims)
    }

    pub fn message_of(&self, header: &Value, claims: &Value) -> String {
        format!("{}.{}", encode(header.to_string()), encode(claims.to_string()))
    }

    /// Other claims under the good header, honestly signed.
    pub fn claiming(&self, claims: &Value) -> String {
        self.signed(&self.message_of(&self.header, claims))
    }

    pub fn signed(&self, message: &str) -> String {
        self.signed_by(&self.own, message)
    }

    pub fn signed_by(&self, key: &Ed25519KeyPair, message: &str) -> String {
        format!("{message}.{}", encode(key.sign(message.as_bytes())))
    }

    pub fn with_signature(&self, change: impl Fn(&mut Vec<u8>)) -> String {
        let (message, signature) = self.good.rsplit_once('.').expect("three parts");
        let mut bytes = decode(signature);
        change(&mut bytes);
        format!("{message}.{}", encode(bytes))
    }

    /// A token whose signature needs a letter in which the two alphabets differ, written in the
    /// other one.
    pub fn plain_letters(&self) -> String {
        let tries = (0..100).map(|n| self.claiming(&self.claims_with("role", json!(format!("r{n}")))));
        tries
            .filter_map(|token| {
                let (message, signature) = token.rsplit_once('.')?;
                let plain = signature.replace('-', "+").replace('_', "/");
                (plain != signature).then(|| format!("{message}.{plain}"))
            })
            .next()
            .expect("one signature in a hundred has a - or _")
    }
}

/// The same signature with its last letter's unused bits set: 64 bytes leave four of them.
pub fn stray_bits(good: &str) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = good.chars().last().and_then(|letter| letters.find(letter)).expect("a letter");
    let stray = letters.chars().nth(last | 1).expect("a letter");
    format!("{}{stray}", &good[..good.len() - 1])
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64url")
}
