//! The one scored question of a survey.

use std::ops::RangeInclusive;

use entity::SurveyKind;

/// A question with its scale, in the language it is asked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    pub kind: SurveyKind,
    pub text: &'a str,
    /// Lowest score, not below 0.
    pub min: i16,
    /// Highest score, not above 10.
    pub max: i16,
    /// What the lowest score means; may be empty.
    pub low: &'a str,
    /// What the highest score means; may be empty.
    pub high: &'a str,
}

impl Question<'_> {
    /// Every score that can be given, lowest first.
    pub fn scores(&self) -> RangeInclusive<i16> {
        self.min..=self.max
    }
}
