//! Answers: to an invitation, or imported. Credited once, for ever, and counted in the same transaction.

mod filter;
mod further;
mod graphql;
mod kept;
mod model;
mod read;
mod rest;

pub use filter::{QuestionLoader, ResponseFilter, category};
pub use further::{AnswerLoader, FurtherAnswer, ResponseVersion, VersionLoader, snapshot};
pub use graphql::{ResponseQuery, ResponseSubscription};
pub use kept::{every_latest, keep_latest, latest_nps};
pub use model::{Response, ResponseRow};
pub use read::{ListResponses, ResponseSort, ScoreRow, get, list, scores, shape};
pub use rest::{Responses, routes};
