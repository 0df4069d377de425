//! Satisfaction figures: scores with their intervals, from counts of answers.
//!
//! A score is never shown without the number of answers behind it, and never computed from rounded
//! shares. Counters are kept in the transaction that writes an answer; a figure costs one walk of
//! them, whatever the number of answers. Each view is one rule, and the two are never mixed. What keeps
//! confidential and anonymous answers from being told apart is done when they are counted: see [`crate::quiet`].

mod count;
mod graphql;
mod model;
mod report;
pub mod rules;

pub use count::{Counts, Credited, count};
pub use graphql::SatisfactionQuery;
pub use model::{Ask, Figure, GroupBy, SatisfactionGroup, View, figures};
pub use report::report;
