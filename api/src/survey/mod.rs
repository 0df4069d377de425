//! Surveys: what is asked. A published version is never changed; answers keep theirs.

mod graphql;
mod model;
mod ready;
mod service;

pub use graphql::SurveyQuery;
pub use model::{Definition, QuestionText, Survey};
pub use ready::install;
pub use service::{current, get, list};
