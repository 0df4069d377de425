//! The keys of access tokens: Ed25519 pairs that sign, public keys that only verify.
//!
//! A key's id is its JWK thumbprint (RFC 7638), so an id never stands for two keys.

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::AsBigEndian,
    error::Unspecified,
    signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey},
};
use jsonwebtoken::{DecodingKey, EncodingKey};

use crate::secure::{Secret, from_base64url, to_base64url};

/// Bytes of a key's private seed.
pub const SEED_BYTES: usize = 32;

/// A key that verifies.
#[derive(Clone, Debug)]
pub struct PublicKey {
    id: String,
    x: String,
    key: DecodingKey,
}

impl PublicKey {
    /// Reads base64url of the 32 bytes, as the database holds it.
    pub fn parse(x: &str) -> Result<Self, String> {
        let bytes = from_base64url(x).ok_or("is not base64url without padding")?;
        if bytes.len() != 32 {
            return Err(format!("has {} bytes; an Ed25519 key has 32", bytes.len()));
        }
        ParsedPublicKey::new(&ED25519, &bytes).map_err(|_| "is not an Ed25519 key")?;
        let key = DecodingKey::from_ed_der(&bytes);
        let x = x.to_owned();
        let id = thumbprint(&x);
        Ok(Self { id, x, key })
    }

    /// The `kid`: the JWK thumbprint, 43 letters.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Base64url of the 32 bytes.
    pub fn x(&self) -> &str {
        &self.x
    }

    pub(in crate::secure) fn decoding(&self) -> &DecodingKey {
        &self.key
    }
}

/// A key that signs, and verifies what it signed.
#[derive(Clone)]
pub struct SigningKey {
    public: PublicKey,
    /// The private half as PKCS #8, wiped from memory when dropped.
    key: EncodingKey,
}

impl SigningKey {
    /// The key of a seed of 32 random bytes.
    pub fn from_seed(seed: &[u8; SEED_BYTES]) -> Result<Self, String> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| "is no seed of an Ed25519 key")?;
        let public = PublicKey::parse(&to_base64url(pair.public_key()))?;
        let private = pair.to_pkcs8v1().map_err(|_| "has no private half to sign with")?;
        let key = EncodingKey::from_ed_der(private.as_ref());
        Ok(Self { public, key })
    }

    /// The private half sealed for the database, 60 bytes; `fill` gives random bytes.
    pub fn seal(&self, secret: &Secret, fill: &dyn Fn(&mut [u8])) -> Result<Vec<u8>, String> {
        let seed = Ed25519KeyPair::from_pkcs8(self.key.as_bytes())
            .map_err(Unspecified::from)
            .and_then(|pair| pair.seed()?.as_be_bytes())
            .map_err(|_| "has no seed to be sealed")?;
        secret.seal(seed.as_ref(), fill)
    }

    /// The key of a sealed private half. Nothing where the secret is another, the bytes were
    /// altered, or the key is not the one of this id.
    pub fn unseal(secret: &Secret, sealed: &[u8], id: &str) -> Option<Self> {
        let seed = secret.unseal(sealed)?;
        let key = Self::from_seed(seed.as_slice().try_into().ok()?).ok()?;
        (key.public.id == id).then_some(key)
    }

    /// The half that may be shown.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(super) fn encoding(&self) -> &EncodingKey {
        &self.key
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({}, private half hidden)", self.public.id)
    }
}

fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    to_base64url(digest(&SHA256, members.as_bytes()))
}
