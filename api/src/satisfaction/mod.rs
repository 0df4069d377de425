//! Satisfaction figures: scores with their intervals, from counts of answers.
//!
//! A score is never shown without the number of answers behind it, and never computed from rounded shares.

pub mod rules;
