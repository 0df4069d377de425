//! The keys in force: one signs, all verify.
//!
//! A token passes only in the one spelling we write it in (compact JWS, RFC 7515) and with the
//! header we write: `alg`, `typ`, `kid` and nothing else. So no header can name a key, a web
//! address or an extension, and RFC 8725's advice needs no case by case.

use jsonwebtoken::{Algorithm, Validation, decode, encode, errors::ErrorKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Claims, KeySet, PublicKey, Refused, SigningKey};
use crate::secure::from_base64url;

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
        let (header, body, signature) = split(token)?;
        let header: Header = object(header).ok_or(Refused::Header)?;
        if header.alg != ALGORITHM || header.typ != TYPE {
            return Err(Refused::Header);
        }
        let key = self.keys().find(|key| key.id() == header.kid).ok_or(Refused::Key)?;
        from_base64url(signature).ok_or(Refused::Form)?;
        braced(body).ok_or(Refused::Claims)?;
        let claims = decode::<Claims>(token, key.decoding(), &expected(issuer, audience))
            .map_err(|error| refused(error.kind()))?
            .claims;
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

/// What the library checks once the signature is right. The times are not its business: it would
/// ask the machine's clock, and [`Claims::timely`] is stricter.
fn expected(issuer: &str, audience: &str) -> Validation {
    let mut expected = Validation::new(Algorithm::EdDSA);
    expected.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    expected.set_issuer(&[issuer]);
    expected.set_audience(&[audience]);
    expected.leeway = 0;
    expected.validate_exp = false;
    expected.validate_nbf = false;
    expected
}

/// The library's reason in our words.
fn refused(reason: &ErrorKind) -> Refused {
    match reason {
        ErrorKind::InvalidSignature => Refused::Signature,
        ErrorKind::InvalidIssuer => Refused::Issuer,
        ErrorKind::InvalidAudience => Refused::Audience,
        _ => Refused::Claims,
    }
}

/// The three parts of a token.
fn split(token: &str) -> Result<(&str, &str, &str), Refused> {
    if token.len() > LONGEST_TOKEN {
        return Err(Refused::TooLong);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Refused::Form)?;
    let (header, body) = message.split_once('.').ok_or(Refused::Form)?;
    if header.is_empty() || body.is_empty() || body.contains('.') || signature.is_empty() {
        return Err(Refused::Form);
    }
    Ok((header, body, signature))
}

/// A part that is one JSON object of exactly the named fields, each once.
fn object<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&braced(part)?).ok()
}

/// The bytes of a part that begins as a JSON object. The brace is asked for because a list of the
/// values in order would else do for the object.
fn braced(part: &str) -> Option<Vec<u8>> {
    from_base64url(part).filter(|json| json.first() == Some(&b'{'))
}
