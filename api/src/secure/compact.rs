//! A signed token taken apart (compact JWS, RFC 7515), in the one spelling that it has.

use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::de::DeserializeOwned;

use super::{access_token::Refused, from_base64url};

/// The parts of a token; nothing of it is believed yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compact<'a> {
    message: &'a str,
    header: &'a str,
    body: &'a str,
    signature: &'a str,
}

impl<'a> Compact<'a> {
    /// Takes a token of at most so many bytes apart.
    pub(super) fn split(token: &'a str, longest: usize) -> Result<Self, Refused> {
        if token.len() > longest {
            return Err(Refused::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Refused::Form)?;
        let (header, body) = message.split_once('.').ok_or(Refused::Form)?;
        if header.is_empty() || body.is_empty() || body.contains('.') || signature.is_empty() {
            return Err(Refused::Form);
        }
        Ok(Self { message, header, body, signature })
    }

    /// The header, if it is one JSON object that fits.
    pub(super) fn header<T: DeserializeOwned>(&self) -> Option<T> {
        object(self.header)
    }

    /// The claims, if they are one JSON object that fits. They are worth something only after [`Self::signed_by`].
    pub(super) fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        object(self.body)
    }

    /// The text of the claims, if they are one JSON object; believed as little as all of it.
    pub(super) fn body(&self) -> Option<Vec<u8>> {
        braced(self.body)
    }

    /// Refuses a token that this key has not signed in this way.
    pub(super) fn signed_by(&self, key: &DecodingKey, algorithm: Algorithm) -> Result<(), Refused> {
        from_base64url(self.signature).ok_or(Refused::Form)?;
        match crypto::verify(self.signature, self.message.as_bytes(), key, algorithm) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Refused::Signature),
        }
    }
}

/// A part that is one JSON object.
fn object<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&braced(part)?).ok()
}

/// The bytes of a part that begins as a JSON object. The brace is asked for because a list of the
/// values in order would else do for the object.
fn braced(part: &str) -> Option<Vec<u8>> {
    from_base64url(part).filter(|json| json.first() == Some(&b'{'))
}
