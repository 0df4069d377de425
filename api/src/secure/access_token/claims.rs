//! What an access token says, and when it holds.

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::Refused;

/// Seconds between `iat` and `exp` at most: the 12 hours of the demonstration's tokens.
pub const LONGEST: i64 = 12 * 60 * 60;

/// Seconds by which the clock that issued a token may be ahead of ours.
pub const AHEAD: i64 = 5;

/// The claims of an access token: exactly these, each once. Times are seconds since 1970.
///
/// To add a claim, release the reading of it first: a server that does not know it refuses the
/// token. The role is a courtesy to front ends: what a viewer may do is read from the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who issued it: our public address.
    pub iss: String,
    /// Whom it is for; a single text, never a list.
    pub aud: String,
    /// The member, contact or integration key that signed in.
    pub sub: Uuid,
    /// The session; ending it ends the token.
    pub sid: Uuid,
    /// The role at the time of issue.
    pub role: String,
    /// Issued at.
    pub iat: i64,
    /// Not to be used before.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Worthless from this second on.
    pub exp: i64,
    /// The token's own id.
    pub jti: Uuid,
}

impl Claims {
    /// Whether the token holds at this second. No grace after `exp`.
    pub(super) fn timely(&self, now: i64) -> Result<(), Refused> {
        if self.exp <= now {
            return Err(Refused::Expired);
        }
        if self.nbf.is_some_and(|from| from > now) || self.iat > now.saturating_add(AHEAD) {
            return Err(Refused::Early);
        }
        match self.exp.checked_sub(self.iat) {
            Some(seconds) if (1..=LONGEST).contains(&seconds) => Ok(()),
            _ => Err(Refused::Lifetime),
        }
    }
}

/// A claim that may be absent, but not null.
fn present<'de, D: Deserializer<'de>>(claim: D) -> Result<Option<i64>, D::Error> {
    i64::deserialize(claim).map(Some)
}
