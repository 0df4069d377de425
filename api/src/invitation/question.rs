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

/// A part of a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    High,
    Middle,
    Low,
}

impl Category {
    /// The name the style sheet knows it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Middle => "middle",
            Self::Low => "low",
        }
    }
}

impl Question<'_> {
    /// Where a score lies among those that people of its kind are called by: promoters, passives and
    /// detractors, or the satisfied, the neutral and the dissatisfied. None where a kind names no such parts.
    pub fn category(&self, score: i16) -> Option<Category> {
        let (middle, high) = match (self.kind, self.min, self.max) {
            (SurveyKind::Nps, 0, 10) => (7, 9),
            (SurveyKind::Csat, 1, 5) => (3, 4),
            (SurveyKind::Ces, 1, 7) => (4, 5),
            _ => return None,
        };
        Some(match score {
            score if score >= high => Category::High,
            score if score >= middle => Category::Middle,
            _ => Category::Low,
        })
    }

    /// Every score that can be given, lowest first.
    pub fn scores(&self) -> RangeInclusive<i16> {
        self.min..=self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_fall_into_the_parts_their_kind_is_known_for() {
        let parts = |kind, min, max| {
            let question = Question { kind, text: "", min, max, low: "", high: "" };
            question.scores().map(|score| question.category(score).map_or('-', part_letter)).collect::<String>()
        };
        assert_eq!(parts(SurveyKind::Nps, 0, 10), "lllllllmmhh");
        assert_eq!(parts(SurveyKind::Csat, 1, 5), "llmhh");
        assert_eq!(parts(SurveyKind::Ces, 1, 7), "lllmhhh");
        assert_eq!(parts(SurveyKind::Csat, 1, 10), "----------");
        assert_eq!(parts(SurveyKind::Relationship, 1, 5), "-----");
    }

    fn part_letter(part: Category) -> char {
        part.name().chars().next().unwrap_or('-')
    }
}
