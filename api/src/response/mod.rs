//! Answers: to an invitation, or imported. Credited once, for ever, and counted in the same transaction.

mod further;
mod graphql;
mod model;
mod read;

pub use further::{AnswerLoader, FurtherAnswer, ResponseVersion, VersionLoader, kept};
pub use graphql::ResponseQuery;
pub use model::{Response, ResponseRow};
pub use read::{ListResponses, ResponseFilter, ScoreRow, latest_nps, list, scores, shape};
