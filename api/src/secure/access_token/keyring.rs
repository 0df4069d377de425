//! The keys in force: one signs, all verify.
//!
//! A token passes only in the one spelling we write it in (compact JWS, RFC 7515) and with the
//! header we write: `alg`, `typ`, `kid` and nothing else. So no header can name a key, a web
//! address or an extension, and RFC 8725's advice needs no case by case.

use jsonwebtoken::{Algorithm, encode};
use serde::Deserialize;

use super::{Claims, KeySet, PublicKey, Refused, SigningKey};
use crate::secure::compact::Compact;

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

    /// A token with these claims. No claims make it fail; only the cryptographic library can.
    pub fn sign(&self, claims: &Claims) -> Result<String, String> {
        let header = jsonwebtoken::Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(self.signing.public().id().to_owned()),
            ..jsonwebtoken::Header::new(Algorithm::EdDSA)
        };
        encode(&header, claims, self.signing.encoding())
            .map_err(|error| format!("could not sign an access token: {error}"))
    }

    /// The claims of a token that is ours, for us and holds at `now` (seconds since 1970). Rights
    /// are not in it: whether the session still stands is for the database to say.
    pub fn verify(&self, token: &str, issuer: &str, audience: &str, now: i64) -> Result<Claims, Refused> {
        let token = Compact::split(token, LONGEST_TOKEN)?;
        let header: Header = token.header().ok_or(Refused::Header)?;
        if header.alg != ALGORITHM || header.typ != TYPE {
            return Err(Refused::Header);
        }
        let key = self.keys().find(|key| key.id() == header.kid).ok_or(Refused::Key)?;
        token.signed_by(key.decoding(), Algorithm::EdDSA)?;
        let claims: Claims = token.claims().ok_or(Refused::Claims)?;
        if claims.iss != issuer {
            return Err(Refused::Issuer);
        }
        if claims.aud != audience {
            return Err(Refused::Audience);
        }
        claims.timely(now)?;
        Ok(claims)
    }

    /// The public keys as a JWK set, the signing one first.
    pub fn jwks(&self) -> KeySet {
        KeySet { keys: self.keys().map(Into::into).collect() }
    }

    fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        std::iter::once(self.signing.public()).chain(&self.others)
    }
}
