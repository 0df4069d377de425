//! Surveys: what is asked, as data.
//!
//! Always holds: a published version is never changed, and answers keep theirs; what a question measures
//! is fixed by the first publishing that uses its key, so figures run on by key over versions and
//! surveys; nothing is published with a translation missing. Admins change surveys; staff read them.

mod carry;
mod change;
mod check;
mod definition;
mod graphql;
mod loader;
mod model;
mod publish;
mod rest;
mod service;

pub use carry::{Carried, Published, bring, carried};
pub use change::{CreateSurvey, UpdateSurvey, archive, create, update};
pub use check::VARIABLES;
pub use definition::{
    CommentTexts, Definition, FurtherQuestion, FurtherTexts, LanguageTexts, OptionText, QuestionKind, Scale,
};
pub use graphql::{SurveyMutation, SurveyQuery};
pub use loader::SurveyLoader;
pub use model::{Survey, SurveyAt, SurveyVersion};
pub use publish::{measured, publish};
pub use rest::routes;
pub use service::{current, get, list};
