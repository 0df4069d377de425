//! What a survey asks, and in which words: one shape in the database, in GraphQL and in code.

use async_graphql::{Enum, InputObject, SimpleObject};
use serde::{Deserialize, Deserializer, Serialize};

use crate::base::{Error, Result};

/// What a survey asks, and in which words.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(name = "SurveyDefinition", input_name = "SurveyDefinitionInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// The scale of the scored question, which comes first.
    #[serde(deserialize_with = "Scale::read")]
    pub scale: Scale,
    /// What is asked after the score, in order; at most 10.
    #[graphql(default)]
    #[serde(default)]
    pub further: Vec<FurtherQuestion>,
    /// The words, one set for each language; whoever reads none of them gets the company's language, or else the
    /// first. 1 to 20.
    pub texts: Vec<LanguageTexts>,
}

/// A scale, and what on it is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(name = "Scale", input_name = "ScaleInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scale {
    /// The lowest answer, 0 or more.
    pub min: i16,
    /// The highest answer, 10 at most.
    pub max: i16,
    /// Answers from here on count as satisfied; down to here where low is good.
    pub satisfied_from: i16,
    /// The lowest answer is the best one. Scores are turned round, so that more is always better.
    #[graphql(default)]
    #[serde(default)]
    pub low_is_good: bool,
}

/// How a further question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QuestionKind {
    /// By a number on a scale. Ratings have figures of their own.
    Rating,
    /// By one option, or several.
    Choice,
    /// In words.
    Text,
}

/// A question after the score.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(name = "FurtherQuestion", input_name = "FurtherQuestionInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FurtherQuestion {
    /// Names the question for good, like `support.speed`: a small letter, then at most 39 small letters, digits,
    /// dots, dashes or underscores.
    pub key: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// Whether an answer is complete without it.
    #[graphql(default)]
    #[serde(default)]
    pub required: bool,
    /// Asked from this score on; from the lowest where null.
    pub show_from: Option<i16>,
    /// Asked up to this score; up to the highest where null.
    pub show_to: Option<i16>,
    /// The scale of a `RATING`; null for others.
    pub scale: Option<Scale>,
    /// The keys of the options of a `CHOICE`, 2 to 20, in order; none for others.
    #[graphql(default)]
    #[serde(default)]
    pub options: Vec<String>,
    /// Whether several options may be chosen.
    #[graphql(default)]
    #[serde(default)]
    pub multiple: bool,
}

/// All words of a survey in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(name = "SurveyTexts", input_name = "SurveyTextsInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LanguageTexts {
    /// A language tag such as `en` or `pt-BR`.
    pub language: String,
    /// The scored question; at most 300 characters.
    #[graphql(default)]
    #[serde(default)]
    pub question: String,
    /// What the lowest answer means; at most 100 characters.
    #[graphql(default)]
    #[serde(default)]
    pub low: String,
    /// What the highest answer means; at most 100 characters.
    #[graphql(default)]
    #[serde(default)]
    pub high: String,
    /// What asks for the comment; the usual words where null.
    pub comment: Option<CommentTexts>,
    /// The mail's subject; the usual one where null. May name `{company}`, `{name}`, `{account}` and `{owner}`, as
    /// may the four that follow. At most 150 characters.
    pub subject: Option<String>,
    /// What the mail says between the greeting and the question; at most 2,000 characters.
    pub intro: Option<String>,
    /// The subject of reminders.
    pub reminder_subject: Option<String>,
    /// What reminders say before the question.
    pub reminder_intro: Option<String>,
    /// What the page says after the answer.
    pub thanks: Option<String>,
    /// The words of the further questions.
    #[graphql(default)]
    #[serde(default)]
    pub further: Vec<FurtherTexts>,
}

/// What asks for the comment, by the score chosen; at most 200 characters each.
#[derive(Clone, Debug, Default, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(name = "CommentTexts", input_name = "CommentTextsInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommentTexts {
    /// While no score is chosen.
    pub any: Option<String>,
    /// Promoters, or satisfied ones.
    pub high: Option<String>,
    /// Passives, or neutral ones.
    pub middle: Option<String>,
    /// Detractors, or dissatisfied ones.
    pub low: Option<String>,
}

/// A further question in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(name = "FurtherTexts", input_name = "FurtherTextsInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FurtherTexts {
    /// Which question.
    pub key: String,
    /// The question itself; at most 300 characters.
    #[graphql(default)]
    #[serde(default)]
    pub text: String,
    /// What the lowest rating means; at most 100 characters.
    #[graphql(default)]
    #[serde(default)]
    pub low: String,
    /// What the highest rating means; at most 100 characters.
    #[graphql(default)]
    #[serde(default)]
    pub high: String,
    /// The words of the options.
    #[graphql(default)]
    #[serde(default)]
    pub options: Vec<OptionText>,
}

/// An option in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(name = "OptionText", input_name = "OptionTextInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OptionText {
    /// Which option.
    pub key: String,
    /// What it is called; at most 200 characters.
    #[graphql(default)]
    #[serde(default)]
    pub text: String,
}

impl Definition {
    /// A stored definition.
    pub fn read(json: serde_json::Value) -> Result<Self> {
        serde_json::from_value(json).map_err(Error::internal)
    }

    /// The words for a reader: in the first of `languages` that the survey speaks, else its first.
    pub fn text(&self, languages: &[&str]) -> Result<&LanguageTexts> {
        let found = languages.iter().find_map(|tag| self.spoken(tag));
        found.or_else(|| self.texts.first()).ok_or_else(|| Error::internal("a survey without a text"))
    }

    /// The words in a language, if the survey speaks it: by the whole tag, else by what it begins with.
    pub fn spoken(&self, tag: &str) -> Option<&LanguageTexts> {
        let by = |wanted: &str| self.texts.iter().find(|text| text.language.eq_ignore_ascii_case(wanted));
        by(tag).or_else(|| by(tag.split('-').next().unwrap_or(tag)))
    }

    /// The languages it speaks, as tags.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| text.language.as_str())
    }

    /// What is asked after this score.
    pub fn asked(&self, score: i16) -> impl Iterator<Item = &FurtherQuestion> {
        self.further.iter().filter(move |question| question.is_asked(score))
    }
}

impl FurtherQuestion {
    /// Whether it is asked after this score.
    pub fn is_asked(&self, score: i16) -> bool {
        self.show_from.is_none_or(|from| from <= score) && self.show_to.is_none_or(|to| score <= to)
    }
}

impl LanguageTexts {
    /// The words of a further question.
    pub fn of(&self, key: &str) -> Option<&FurtherTexts> {
        self.further.iter().find(|texts| texts.key == key)
    }
}

impl Scale {
    pub const fn holds(self, score: i16) -> bool {
        self.min <= score && score <= self.max
    }

    /// Also the pair that the first databases hold, of NPS and CSAT.
    fn read<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Kept {
            Now(Scale),
            Before(i16, i16),
        }
        Ok(match Kept::deserialize(from)? {
            Kept::Now(scale) => scale,
            Kept::Before(min, max) => Self { min, max, satisfied_from: max - 1, low_is_good: false },
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn definitions_of_the_first_databases_are_read() {
        let old =
            json!({ "scale": [0, 10], "texts": [{ "language": "en", "question": "Q", "low": "L", "high": "H" }] });
        let read = Definition::read(old).unwrap();
        assert_eq!(read.scale, Scale { min: 0, max: 10, satisfied_from: 9, low_is_good: false });
        let again = Definition::read(serde_json::to_value(&read).unwrap()).unwrap();
        assert_eq!(again, read);
    }

    #[test]
    fn words_are_found_by_tag_by_language_and_else_are_the_first() {
        let texts =
            ["en", "pt-BR", "de"].map(|tag| LanguageTexts { language: tag.to_owned(), ..LanguageTexts::default() });
        let scale = Scale { min: 1, max: 5, satisfied_from: 4, low_is_good: false };
        let all = Definition { scale, further: Vec::new(), texts: texts.to_vec() };
        let found = |tags: &[&str]| all.text(tags).unwrap().language.clone();
        assert_eq!(found(&["pt-br", "de"]), "pt-BR");
        assert_eq!(found(&["de-CH", "en"]), "de");
        assert_eq!(found(&["it", "de"]), "de");
        assert_eq!(found(&["it", "ja"]), "en");
    }
}
