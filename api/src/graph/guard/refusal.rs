//! Why a request is not run, in the words and codes a client sees.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};

/// A request that was refused before any resolver ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Stable code: [`Refusal::INVALID`], [`Refusal::TOO_COMPLEX`], [`Refusal::FORBIDDEN`] or
    /// [`Refusal::UNREADABLE`].
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
    /// Where in the query text, when there is one place.
    pub at: Option<Pos>,
    /// JSON pointer into the request body, when the fault is one value.
    pub pointer: Option<String>,
}

impl Refusal {
    /// The text is not a GraphQL document that this schema could run.
    pub const INVALID: &'static str = "INVALID_QUERY";
    /// One of the limits is passed.
    pub const TOO_COMPLEX: &'static str = "QUERY_TOO_COMPLEX";
    /// The schema may not be read by this caller.
    pub const FORBIDDEN: &'static str = "FORBIDDEN";
    /// The request itself cannot be taken as it is.
    pub const UNREADABLE: &'static str = "BAD_REQUEST";

    pub(in crate::graph) fn invalid(message: String, at: Option<Pos>) -> Self {
        Self { code: Self::INVALID, message, at, pointer: None }
    }

    pub(super) fn forbidden(message: &str, at: Pos) -> Self {
        Self { code: Self::FORBIDDEN, message: message.to_owned(), at: Some(at), pointer: None }
    }

    /// More than `most` of `what`.
    pub(in crate::graph) fn too_many(what: &str, most: impl std::fmt::Display, at: Option<Pos>) -> Self {
        let message = format!("The query asks for too much: at most {most} {what} are allowed.");
        Self { code: Self::TOO_COMPLEX, message, at, pointer: None }
    }

    /// A NUL character in the value at `pointer`.
    pub(super) fn nul(pointer: String) -> Self {
        let message = "Text must not contain the character NUL (U+0000).".to_owned();
        Self { code: Self::UNREADABLE, message, at: None, pointer: Some(pointer) }
    }

    /// Whether the request itself is at fault rather than what it asks of the schema: such a
    /// refusal is a 4xx even for clients that expect 200 with errors.
    pub fn is_bad_request(&self) -> bool {
        matches!(self.code, Self::TOO_COMPLEX | Self::UNREADABLE)
    }
}

impl From<Refusal> for ServerError {
    fn from(refusal: Refusal) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", refusal.code);
        if let Some(pointer) = refusal.pointer {
            extensions.set("pointer", pointer);
        }
        let mut error = Self::new(refusal.message, refusal.at);
        error.extensions = Some(extensions);
        error
    }
}
