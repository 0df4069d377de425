//! The keys in force: one signs, all verify.
//!
//! A token passes only in the one spelling we write it in (compact JWS, RFC 7515) and with the
//! header we write: `alg`, `typ`, `kid` and nothing else. So no header can name a key, a web
//! address or an extension, and RFC 8725's advice needs no case by case.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Claims, PublicKey, Refused, SigningKey};
use crate::secure::{from_base64url, to_base64url};

/// Bytes of a token at most; longer ones are refused unread.
pub const LONGEST_TOKEN: usize = 4096;

const ALGORITHM: &str = "EdDSA";
const TYPE: &str = "at+jwt";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// The key that signs, and those that still verify during a rotation.
#[derive(Clone, Debug)]
pub struct Keyring {
    signing: SigningKey,
    others: Vec<PublicKey>,
}

impl Keyring {
    /// `others`: keys retired less than a token's life ago, and keys published ahead of their use.
    pub fn new(signing: SigningKey, others: Vec<PublicKey>) -> Self {
        Self { signing, others }
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Claims) -> String {
        let header = json!({ "alg": ALGORITHM, "typ": TYPE, "kid": self.signing.public().id() });
        let mut said = json!({
            "iss": claims.iss, "aud": claims.aud, "sub": claims.sub, "sid": claims.sid,
            "role": claims.role, "iat": claims.iat, "exp": claims.exp, "jti": claims.jti,
        });
        if let Some(from) = claims.nbf {
            said["nbf"] = from.into();
        }
        let message = [header, said]
            .map(|part| to_base64url(part.to_string()))
            .join(".");
        let signature = self.signing.sign(message.as_bytes());
        format!("{message}.{signature}")
    }

    /// The claims of a token that is ours, for us and holds at `now` (seconds since 1970). Rights
    /// are not in it: whether the session still stands is for the database to say.
    pub fn verify(
        &self,
        token: &str,
        issuer: &str,
        audience: &str,
        now: i64,
    ) -> Result<Claims, Refused> {
        let (message, header, body, signature) = split(token)?;
        let header: Header = object(header).ok_or(Refused::Header)?;
        if header.alg != ALGORITHM || header.typ != TYPE {
            return Err(Refused::Header);
        }
        let key = self
            .keys()
            .find(|key| key.id() == header.kid)
            .ok_or(Refused::Key)?;
        let signature = from_base64url(signature).ok_or(Refused::Form)?;
        if !key.verifies(message.as_bytes(), &signature) {
            return Err(Refused::Signature);
        }
        let claims: Claims = object(body).ok_or(Refused::Claims)?;
        claims.addressed(issuer, audience)?;
        claims.timely(now)?;
        Ok(claims)
    }

    /// The public keys as a JWK set, the signing one first.
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.keys().map(PublicKey::jwk).collect::<Vec<_>>() })
    }

    fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        std::iter::once(self.signing.public()).chain(&self.others)
    }
}

/// The signed text and the three parts of a token.
fn split(token: &str) -> Result<(&str, &str, &str, &str), Refused> {
    if token.len() > LONGEST_TOKEN {
        return Err(Refused::TooLong);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Refused::Form)?;
    let (header, body) = message.split_once('.').ok_or(Refused::Form)?;
    if header.is_empty() || body.is_empty() || body.contains('.') || signature.is_empty() {
        return Err(Refused::Form);
    }
    Ok((message, header, body, signature))
}

/// A part that is one JSON object of exactly the named fields, each once. The brace is asked for
/// because a list of the values in order would else do for the object.
fn object<T: DeserializeOwned>(part: &str) -> Option<T> {
    let json = from_base64url(part)?;
    if json.first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(&json).ok()
}
