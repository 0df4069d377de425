//! The keys of integrations: `stw_` and 256 random bits.
//!
//! The key is shown once. The database holds its digest, by which it is looked up (so the time of a
//! look-up tells nothing about a key), and a prefix by which people recognise it.

use entity::Digest;

use super::{digest, from_base64url, to_base64url};

const MARK: &str = "stw_";
const BYTES: usize = 32;
const PREFIX_LETTERS: usize = 8;

/// A key of an integration in full. Never to be stored or logged.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// A key of 32 random bytes.
    pub fn new(random: [u8; BYTES]) -> Self {
        Self(format!("{MARK}{}", to_base64url(random)))
    }

    /// A key somebody shows us, if it has the form of one; saves the look-up of what cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.strip_prefix(MARK)?;
        (from_base64url(letters)?.len() == BYTES).then(|| Self(text.to_owned()))
    }

    /// The text to hand out, once: 47 letters.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The 8 letters after `stw_`, to recognise the key by: 48 bits of 256.
    pub fn prefix(&self) -> &str {
        let letters = self.0.strip_prefix(MARK).unwrap_or_default();
        letters.get(..PREFIX_LETTERS).unwrap_or_default()
    }

    /// What the database holds of it, and finds it by.
    pub fn digest(&self) -> Digest {
        digest(&self.0)
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKey({}…)", self.prefix())
    }
}
