//! Tokens of the outside issuer that the settings name: checked as strictly as ours, by the keys that it shows.
//!
//! Such a token says who somebody is, and nothing about what they may do. No header of it can name a key, a web address
//! or an extension; a key is looked up among those fetched, and does only what it is shown for.

mod claims;
mod keys;
mod members;

use std::{borrow::Cow, str::FromStr as _, sync::Arc};

use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::Value;

pub use claims::{LEEWAY, Named, OutsideClaims, Who};
pub use keys::{MOST_KEYS, OutsideKeys};
use members::Members;

use super::{access_token::Refused, compact::Compact, remembered::Remembered};

/// Bytes of a token at most; longer ones are refused unread.
pub const LONGEST_OUTSIDE: usize = 8 * 1024;

/// What a header must not hold: extensions, keys and places of keys, and wrappings. What else is there has no effect.
const NEVER: [&str; 9] = ["crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc", "cty"];
/// What a token may call itself, in any letters; or nothing.
const TYPES: [&str; 2] = ["JWT", "at+jwt"];

/// Whose tokens are taken, for whom they must be, and how they name a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// `iss`, byte for byte.
    pub issuer: String,
    /// What `aud` must be or hold.
    pub audience: String,
    pub named: Named,
}

/// Verifies the tokens of the outside issuer. Without keys, as at first, it takes none.
pub struct OutsideVerifier {
    trust: Trust,
    kept: Remembered<OutsideKeys, OutsideClaims>,
}

impl OutsideVerifier {
    pub fn new(trust: Trust) -> Self {
        Self { trust, kept: Remembered::new(OutsideKeys::default()) }
    }

    /// The keys in force.
    pub fn keys(&self) -> Arc<OutsideKeys> {
        self.kept.keys()
    }

    /// Puts these keys in force, at once and for every token. What was verified by the same keys is remembered on.
    pub fn replace(&self, keys: OutsideKeys) {
        if *self.kept.keys() != keys {
            self.kept.replace(keys);
        }
    }

    /// Whether a token says that it is of this issuer. Nothing of it has been checked by that.
    pub fn is_meant(&self, token: &str) -> bool {
        #[derive(Deserialize)]
        struct Issued<'a> {
            #[serde(borrow)]
            iss: Cow<'a, str>,
        }
        let claims = Compact::split(token, LONGEST_OUTSIDE).ok().and_then(|token| token.body());
        claims.is_some_and(|json| {
            serde_json::from_slice::<Issued>(&json).is_ok_and(|issued| issued.iss == self.trust.issuer.as_str())
        })
    }

    /// The claims of a token that is the issuer's, for us and holds at `now` (seconds since 1970).
    /// [`Refused::Key`] where it names a key that is not among those in force, and others may be.
    pub fn verify(&self, token: &str, now: i64) -> Result<Arc<OutsideClaims>, Refused> {
        if token.len() > LONGEST_OUTSIDE {
            return Err(Refused::TooLong);
        }
        self.kept.claims(token, |claims| claims.timely(now), |keys| self.read(token, keys, now))
    }

    fn read(&self, token: &str, keys: &OutsideKeys, now: i64) -> Result<OutsideClaims, Refused> {
        let token = Compact::split(token, LONGEST_OUTSIDE)?;
        let (kid, algorithm) = token.header().as_ref().and_then(header).ok_or(Refused::Header)?;
        token.signed_by(keys.find(&kid, algorithm)?, algorithm)?;
        let members: Members = token.claims().ok_or(Refused::Claims)?;
        let claims = OutsideClaims::read(&members, &self.trust)?;
        claims.timely(now)?;
        Ok(claims)
    }
}

/// Which key is to be looked up, and what it is to have done.
fn header(header: &Members) -> Option<(String, Algorithm)> {
    if NEVER.iter().any(|name| header.get(name).is_some()) {
        return None;
    }
    let is_taken = |typ: &Value| typ.as_str().is_some_and(|typ| TYPES.iter().any(|one| one.eq_ignore_ascii_case(typ)));
    if !header.get("typ").is_none_or(is_taken) {
        return None;
    }
    let algorithm = Algorithm::from_str(header.text("alg")?).ok()?;
    Some((header.text("kid")?.to_owned(), algorithm))
}

impl std::fmt::Debug for OutsideVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OutsideVerifier({}, {})", self.trust.issuer, self.trust.audience)
    }
}
