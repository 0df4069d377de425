//! What a survey asks one reader: its definition in the language they read, as mails and pages want it.

use entity::{SurveyKind, SurveyMode, answer};

use super::{
    colour::Colour,
    mail::{Head, Invite, Step},
    page::{Brand, Further, Given, Kind},
    question::Question,
    texts::{Custom, Texts, Values},
};
use crate::{
    base::Result,
    ctx::Company,
    survey::{CommentTexts, Definition, FurtherQuestion, LanguageTexts, QuestionKind},
};

/// The company's look, for every page.
pub fn brand(company: &Company) -> Brand {
    Brand::new(&company.name, company.logo.as_deref(), company.color.as_deref().and_then(Colour::parse))
}

/// A survey in one language.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    kind: SurveyKind,
    definition: &'a Definition,
    own: &'a LanguageTexts,
    mode: SurveyMode,
}

impl<'a> Asked<'a> {
    /// In the reader's language if the survey speaks it, else in the company's, else in the survey's first.
    pub fn new(kind: SurveyKind, definition: &'a Definition, language: &str, company: &Company) -> Result<Self> {
        let own = definition.text(&[language, &company.language])?;
        Ok(Self { kind, definition, own, mode: SurveyMode::Identified })
    }

    /// The same of a survey that promises more.
    pub const fn of_mode(self, mode: SurveyMode) -> Self {
        Self { mode, ..self }
    }

    /// What becomes of who answers.
    pub const fn mode(&self) -> SurveyMode {
        self.mode
    }

    /// The language it is asked in.
    pub const fn language(&self) -> &'a str {
        self.own.language.as_str()
    }

    /// The words of mails and pages around it.
    pub fn texts(&self) -> &'static Texts {
        Texts::of(&self.own.language)
    }

    pub fn question(&self) -> Question<'a> {
        Question {
            kind: self.kind,
            text: &self.own.question,
            min: self.definition.scale.min,
            max: self.definition.scale.max,
            low: &self.own.low,
            high: &self.own.high,
        }
    }

    /// What asks for the comment in the company's own words.
    pub const fn comment(&self) -> Option<&'a CommentTexts> {
        self.own.comment.as_ref()
    }

    /// Whether anything may be asked after the score.
    pub fn has_more(&self) -> bool {
        !self.definition.further.is_empty()
    }

    /// The mail that asks, or reminds.
    pub fn invite(&self, head: Head<'a>, step: Step, link: &'a str, unsubscribe: &'a str) -> Invite<'a> {
        let (subject, intro) = match step {
            Step::Invitation => (&self.own.subject, &self.own.intro),
            Step::Reminder | Step::LastReminder => (&self.own.reminder_subject, &self.own.reminder_intro),
        };
        Invite {
            head: Head { language: self.language(), ..head },
            question: self.question(),
            more: self.has_more(),
            mode: self.mode,
            step,
            link,
            unsubscribe,
            subject: subject.as_deref(),
            intro: intro.as_deref(),
        }
    }

    /// The company's own thanks.
    pub fn thanks(&self, values: Values<'a>) -> Option<Custom<'a>> {
        Some(Custom { pattern: self.own.thanks.as_deref()?, values })
    }

    /// What is asked after a score, or might be after any. What is answered already need not be answered again.
    pub fn further(&self, score: Option<i16>, answers: &[answer::Model]) -> Vec<Further<'a>> {
        let fits = |question: &&FurtherQuestion| score.is_none_or(|score| question.is_asked(score));
        let asked = self.definition.further.iter().filter(fits).filter_map(|question| {
            let texts = self.own.of(&question.key)?;
            let word = |key: &str| texts.options.iter().find(|option| option.key == key);
            let kind = match (question.kind, question.scale) {
                (QuestionKind::Rating, Some(scale)) => {
                    Kind::Rating { min: scale.min, max: scale.max, low: &texts.low, high: &texts.high }
                }
                (QuestionKind::Choice, _) => Kind::Choice {
                    options: question
                        .options
                        .iter()
                        .filter_map(|key| Some((key.as_str(), word(key)?.text.as_str())))
                        .collect(),
                    multiple: question.multiple,
                },
                _ => Kind::Text,
            };
            let answered = answers.iter().any(|answer| answer.question == question.key);
            Some(Further {
                key: &question.key,
                text: &texts.text,
                required: question.required && !answered,
                kind,
                given: Given::Nothing,
                fault: None,
            })
        });
        asked.collect()
    }
}
