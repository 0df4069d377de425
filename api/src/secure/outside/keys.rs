//! The outside issuer's keys, as it shows them (RFC 7517).

use std::str::FromStr as _;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey};
use entity::Digest;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::secure::{PublicKey, access_token::Refused, digest, from_base64url};

/// Keys in a set at most.
pub const MOST_KEYS: usize = 50;
/// Bits of an RSA key.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

const BY_RSA: &[Algorithm] =
    &[Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];

/// The keys that check tokens.
#[derive(Clone, Debug, Default)]
pub struct OutsideKeys {
    keys: Vec<OutsideKey>,
    shown: usize,
    /// Of the text they were read from.
    digest: Option<Digest>,
}

/// A key, and what it is for.
#[derive(Clone, Debug)]
struct OutsideKey {
    id: String,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// Two sets are the same if their texts are.
impl PartialEq for OutsideKeys {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

#[derive(Deserialize)]
struct Set<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// A private half: whoever shows it has lost the key.
    d: Option<IgnoredAny>,
}

impl OutsideKeys {
    /// Reads a key set. Keys that check no tokens of ours (for encryption, too weak, of a kind that is not taken, without
    /// an id, unreadable) are left out; an error is what is no key set at all.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let Set { keys: all } = serde_json::from_slice(json).map_err(|error| format!("is no key set: {error}"))?;
        let shown = all.len();
        if shown > MOST_KEYS {
            return Err(format!("holds {shown} keys; at most {MOST_KEYS} are taken"));
        }
        let keys = all.into_iter().filter_map(|one| read(serde_json::from_str(one.get()).ok()?)).collect();
        Ok(Self { keys, shown, digest: Some(digest(json)) })
    }

    /// Keys that check tokens.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Keys in the set that check none.
    pub fn left_out(&self) -> usize {
        self.shown - self.keys.len()
    }

    /// The key of this id for this algorithm: [`Refused::Key`] where there is no such id, and [`Refused::Header`] where
    /// its key is for another.
    pub(super) fn find(&self, id: &str, algorithm: Algorithm) -> Result<&DecodingKey, Refused> {
        let mut named = self.keys.iter().filter(|key| key.id == id).peekable();
        named.peek().ok_or(Refused::Key)?;
        let fit = named.find(|key| key.algorithms.contains(&algorithm));
        fit.map(|key| &key.key).ok_or(Refused::Header)
    }
}

fn read(jwk: Jwk) -> Option<OutsideKey> {
    let signs = jwk.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
    let verifies = jwk.key_ops.as_ref().is_none_or(|all| all.iter().any(|one| one == "verify"));
    if !signs || !verifies || jwk.d.is_some() {
        return None;
    }
    let (key, able) = material(&jwk)?;
    let algorithms = match &jwk.alg {
        None => able.to_vec(),
        Some(name) => vec![Algorithm::from_str(name).ok().filter(|one| able.contains(one))?],
    };
    Some(OutsideKey { id: jwk.kid, algorithms, key })
}

/// The key itself, and all that a key of its kind is able to.
fn material(jwk: &Jwk) -> Option<(DecodingKey, &'static [Algorithm])> {
    let bytes = |text: &Option<String>| from_base64url(text.as_deref()?);
    match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => {
            let (n, e) = (bytes(&jwk.n)?, bytes(&jwk.e)?);
            let (n, e) = (number(&n), number(&e));
            let is_sound = RSA_BITS.contains(&bits(n)) && bits(e) <= 32 && bits(e) > 1 && e.last()? % 2 == 1;
            is_sound.then(|| (DecodingKey::from_rsa_raw_components(n, e), BY_RSA))
        }
        ("EC", Some("P-256")) => {
            let point = point(&bytes(&jwk.x)?, &bytes(&jwk.y)?, 32)?;
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).ok()?;
            Some((DecodingKey::from_ec_der(&point), &[Algorithm::ES256]))
        }
        ("EC", Some("P-384")) => {
            let point = point(&bytes(&jwk.x)?, &bytes(&jwk.y)?, 48)?;
            ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, &point).ok()?;
            Some((DecodingKey::from_ec_der(&point), &[Algorithm::ES384]))
        }
        ("OKP", Some("Ed25519")) => {
            Some((PublicKey::parse(jwk.x.as_deref()?).ok()?.decoding().clone(), &[Algorithm::EdDSA]))
        }
        _ => None,
    }
}

/// A number without zeros in front.
fn number(bytes: &[u8]) -> &[u8] {
    bytes.iter().position(|byte| *byte != 0).and_then(|at| bytes.get(at..)).unwrap_or_default()
}

fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// A point of a curve, whole (SEC 1).
fn point(x: &[u8], y: &[u8], length: usize) -> Option<Vec<u8>> {
    (x.len() == length && y.len() == length).then(|| [&[4], x, y].concat())
}
