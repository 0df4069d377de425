//! The words of the protocol: what clients say, what is said to them, and why a socket is closed.

use std::borrow::Cow;

use async_graphql::{Response as Answer, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::graph::http::Members;

/// The longest reason that fits into a closing frame, in bytes.
const REASON: usize = 123;
/// The longest id of an operation, in bytes.
const ID: usize = 128;

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    ConnectionInit { payload: Option<Map<String, Value>> },
    Ping { payload: Option<Map<String, Value>> },
    Pong,
    Subscribe { id: String, payload: Members },
    Complete { id: String },
}

impl Said {
    pub(super) fn read(text: &str) -> Result<Self, Close> {
        let said = serde_json::from_str(text).map_err(|error| Close::invalid(error.to_string()))?;
        match &said {
            Self::Subscribe { id, .. } if id.is_empty() || id.len() > ID => {
                Err(Close::invalid(format!("an id has 1 to {ID} bytes")))
            }
            _ => Ok(said),
        }
    }
}

pub(super) fn ack() -> String {
    json!({ "type": "connection_ack" }).to_string()
}

pub(super) fn pong(payload: Option<&Map<String, Value>>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }),
        None => json!({ "type": "pong" }),
    }
    .to_string()
}

pub(super) fn next(id: &str, answer: &Answer) -> String {
    payload("next", id, answer)
}

/// Ends an operation.
pub(super) fn error(id: &str, errors: &[ServerError]) -> String {
    payload("error", id, errors)
}

#[derive(Serialize)]
struct Telling<'a, T> {
    r#type: &'a str,
    id: &'a str,
    payload: T,
}

/// Written as it stands, so that fields come in the order they were asked for.
fn payload(r#type: &str, id: &str, payload: impl Serialize) -> String {
    serde_json::to_string(&Telling { r#type, id, payload }).unwrap_or_default()
}

/// Why a socket is closed. Codes from 4400 on are those of graphql-ws.
#[derive(Debug)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: Cow<'static, str>,
}

impl Close {
    pub(super) const GOING: Self = Self::new(1001, "the server stops; connect again");
    /// An ordinary client connects again by itself.
    pub(super) const MISSED: Self = Self::new(1013, "events were missed; connect again, and read what came in between");
    pub(super) const AWAY: Self = Self::new(1013, "the service is not available right now; try again shortly");
    pub(super) const ENDED: Self = Self::new(4401, "this sign-in has ended; sign in again");
    pub(super) const EARLY: Self = Self::new(4401, "send connection_init first, and wait for connection_ack");
    pub(super) const FORBIDDEN: Self =
        Self::new(4403, "connection_init needs a good token: {\"authorization\": \"Bearer <access token>\"}");
    pub(super) const LATE: Self = Self::new(4408, "connection_init did not come in time");
    pub(super) const AGAIN: Self = Self::new(4429, "connection_init came twice");
    pub(super) const CROWD: Self = Self::new(4429, "you have too many sockets open");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }

    pub(super) fn invalid(reason: impl Into<String>) -> Self {
        Self::owned(4400, reason.into())
    }

    pub(super) fn exists(id: &str) -> Self {
        Self::owned(4409, format!("there is a subscription {id} already"))
    }

    fn owned(code: u16, mut reason: String) -> Self {
        reason.truncate(reason.floor_char_boundary(REASON));
        Self { code, reason: Cow::Owned(reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::Close;

    #[test]
    fn every_reason_fits_into_a_closing_frame() {
        let fixed = [
            Close::GOING,
            Close::MISSED,
            Close::AWAY,
            Close::ENDED,
            Close::EARLY,
            Close::FORBIDDEN,
            Close::LATE,
            Close::AGAIN,
            Close::CROWD,
        ];
        for close in fixed.into_iter().chain([Close::invalid("ä".repeat(200)), Close::exists(&"ö".repeat(64))]) {
            assert!(close.reason.len() <= 123, "{close:?}");
        }
    }
}
