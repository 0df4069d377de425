//! The one error. It knows neither HTTP nor GraphQL; each door maps it once, to the same code.

use std::time::Duration;

/// One field that broke a rule: where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the input, such as `/email` or `/contacts/3/name`.
    pub field: String,
    /// What would be right, as the end of a sentence that starts with the field: "must be …".
    pub rule: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not there, or not for this viewer: the two are never told apart.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// In scope, but not allowed.
    #[error("{0}")]
    Forbidden(String),
    /// Could not be read at all.
    #[error("{0}")]
    Unreadable(String),
    /// Read, but breaks rules.
    #[error("{}", sentence(.0))]
    Invalid(Vec<Fault>),
    #[error("{1}")]
    Conflict(Code, String),
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// A right password of somebody who has a second factor, without its code.
    #[error("this member signs in with a second factor: send `code` beside the password")]
    SecondFactor,
    #[error("too many requests; try again in {} s", .0.as_secs().max(1))]
    TooMany(Duration),
    /// Was there, and is over for good.
    #[error("{0}")]
    Gone(&'static str),
    /// Somebody else changed it since it was read.
    #[error("this was changed by somebody else since you read it; read it again and repeat the change")]
    Stale,
    #[error("the service is not available right now; try again shortly")]
    Unavailable,
    /// There is no room to store anything until an operator makes some; reading goes on.
    #[error("there is no room left to store this, and nothing of it was stored; repeat it once there is")]
    Full,
    #[error("something went wrong on our side")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The stable word for an error, the same at both doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    NotFound,
    Forbidden,
    BadRequest,
    Invalid,
    Conflict,
    AlreadyAnswered,
    Unauthenticated,
    SecondFactor,
    TooMany,
    Gone,
    Stale,
    Unavailable,
    Full,
    Internal,
}

impl Code {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Forbidden => "FORBIDDEN",
            Self::BadRequest => "BAD_REQUEST",
            Self::Invalid => "INVALID",
            Self::Conflict => "CONFLICT",
            Self::AlreadyAnswered => "ALREADY_ANSWERED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::SecondFactor => "SECOND_FACTOR",
            Self::TooMany => "TOO_MANY_REQUESTS",
            Self::Gone => "GONE",
            Self::Stale => "STALE",
            Self::Unavailable => "UNAVAILABLE",
            Self::Full => "INSUFFICIENT_STORAGE",
            Self::Internal => "INTERNAL",
        }
    }
}

impl Error {
    pub const fn code(&self) -> Code {
        match self {
            Self::NotFound(_) => Code::NotFound,
            Self::Forbidden(_) => Code::Forbidden,
            Self::Unreadable(_) => Code::BadRequest,
            Self::Invalid(_) => Code::Invalid,
            Self::Conflict(code, _) => *code,
            Self::Unauthenticated(_) => Code::Unauthenticated,
            Self::SecondFactor => Code::SecondFactor,
            Self::TooMany(_) => Code::TooMany,
            Self::Gone(_) => Code::Gone,
            Self::Stale => Code::Stale,
            Self::Unavailable => Code::Unavailable,
            Self::Full => Code::Full,
            Self::Internal(_) => Code::Internal,
        }
    }

    /// One broken rule. `field` is a JSON pointer.
    pub fn invalid(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault { field: field.into(), rule: rule.into() }])
    }

    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::Conflict(Code::Conflict, detail.into())
    }

    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Invalid(faults) => faults,
            _ => &[],
        }
    }
}

fn sentence(faults: &[Fault]) -> String {
    let all: Vec<_> =
        faults.iter().map(|f| format!("{} {}", f.field.trim_start_matches('/').replace('/', "."), f.rule)).collect();
    all.join("; ")
}
