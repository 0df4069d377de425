//! Floor 1: what proves who somebody is. Access tokens, passwords, tokens in links, integration keys.
//!
//! Pure but for the salt of a password and the thread it is hashed on: no database, no clock. Time
//! and random bytes come in as arguments. Of every secret handed out only its digest is meant to be
//! kept, so a stolen database opens no door; the one exception, the keys that sign access tokens,
//! is sealed under the installation's secret.

pub mod access_token;
pub mod api_key;
mod compact;
pub mod outside;
pub mod password;
pub mod refresh_token;
mod remembered;
pub mod secret;
pub mod totp;

#[cfg(test)]
mod tests;

pub use access_token::{Claims, KeySet, Keyring, PublicKey, Refused, SEED_BYTES, SigningKey, Verifier};
pub use api_key::ApiKey;
pub use outside::{OutsideKeys, OutsideVerifier, Trust, Who};
pub use refresh_token::RefreshToken;
pub use secret::{Purpose, Secret, TOKEN_LETTERS, digest};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Base64url without padding (RFC 4648, section 5).
fn to_base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a base64url text. Only the canonical spelling is taken: no padding, no stray bits
/// in the last letter, so two texts never stand for the same bytes.
fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
