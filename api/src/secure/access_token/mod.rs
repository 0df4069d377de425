//! Access tokens: short-lived, signed with Ed25519, verified strictly and the same way at every door.
//!
//! A token says who signed in and in which session; never what they may do. Whatever is wrong with
//! one, the client learns only that it was refused.

mod claims;
mod jwk;
mod key;
mod keyring;
mod verifier;

pub use claims::{AHEAD, Claims, LONGEST};
pub use jwk::{Jwk, KeySet};
pub use key::{PublicKey, SEED_BYTES, SigningKey};
pub use keyring::{Keyring, LONGEST_TOKEN};
pub use verifier::Verifier;

/// Why a token was refused: for logs and tests, one answer to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Longer than any that is looked at.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of canonical base64url.
    #[error("the token is not three parts of unpadded base64url")]
    Form,
    /// Another algorithm, another type, or a field that is not taken.
    #[error("the token's header is not one that is taken")]
    Header,
    /// Signed by no key in force.
    #[error("the token names no key in force")]
    Key,
    /// Altered, or signed by somebody else.
    #[error("the token's signature is wrong")]
    Signature,
    /// Missing, doubled, unknown or unreadable claims.
    #[error("the token's claims are not those of an access token")]
    Claims,
    /// Nobody is named, or not so that it counts.
    #[error(
        "the token names nobody by the claim of STEWARD_OIDC_CLAIM; an address counts only if email_verified is true"
    )]
    Nobody,
    /// Of another installation.
    #[error("the token was issued elsewhere")]
    Issuer,
    /// For another service.
    #[error("the token is meant for another service")]
    Audience,
    /// Past its last second.
    #[error("the token has expired")]
    Expired,
    /// Not yet to be used, or issued in the future.
    #[error("the token is not valid yet")]
    Early,
    /// Ends before it begins, or lives longer than any may.
    #[error("the token's lifetime is not one that is taken")]
    Lifetime,
}
