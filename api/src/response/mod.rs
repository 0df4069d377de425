//! Answers: to an invitation, or imported. Credited once, for ever, and counted in the same transaction.

mod graphql;
mod model;
mod read;

pub use graphql::{ResponseQuery, ResponseSubscription};
pub use model::{Response, ResponseRow};
pub use read::{ListResponses, ResponseFilter, ScoreRow, get, latest_nps, list, scores, shape};
