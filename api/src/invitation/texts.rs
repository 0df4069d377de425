//! What mails and pages say, one `Texts` a language. A language is data: one constant, one entry in `ALL`.

mod ar;
mod de;
mod en;
mod entrance;
mod es;
mod fr;
mod holes;
mod ja;

use std::fmt::Display;

use chrono::{DateTime, Datelike, TimeZone};
use entity::{SurveyKind, SurveyMode};

use super::question::Question;

pub use entrance::{EntranceTexts, LinkTexts};
pub use holes::{Custom, Values, fill, fill_html};

/// The words of the survey mail.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct MailTexts {
    pub subject_nps: &'static str,
    pub subject_csat: &'static str,
    pub subject_ces: &'static str,
    pub subject_other: &'static str,
    pub greeting: &'static str,
    pub greeting_nobody: &'static str,
    pub intro: &'static str,
    /// Where further questions follow on the page.
    pub intro_more: &'static str,
    /// The first and the second reminder.
    pub reminders: [ReminderTexts; 2],
    pub button: &'static str,
    pub reply: &'static str,
    pub why: &'static str,
    pub unsubscribe: &'static str,
    pub test: &'static str,
}

/// What a reminder says otherwise than the first mail.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ReminderTexts {
    pub subject: &'static str,
    pub intro: &'static str,
}

/// The words of the mail that tells of a changed answer.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ChangedTexts {
    pub subject: &'static str,
    pub intro: &'static str,
    pub if_you: &'static str,
    pub if_not: &'static str,
    pub open: &'static str,
    pub why: &'static str,
}

/// The words of the survey page.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct PageTexts {
    /// Asks for a comment while no score is chosen.
    pub comment: &'static str,
    pub comment_hint: &'static str,
    pub comment_kept: &'static str,
    pub submit: &'static str,
    pub submit_change: &'static str,
    pub next: &'static str,
    pub progress: &'static str,
    pub further: &'static str,
    pub optional: &'static str,
    pub choose_all: &'static str,
    pub text_hint: &'static str,
    pub answered: &'static str,
    pub can_change: &'static str,
    pub change: &'static str,
    pub closed: &'static str,
    pub thanks: &'static str,
    pub thanks_more: &'static str,
    pub already: &'static str,
    pub expired: &'static str,
    pub expired_more: &'static str,
    pub revoked: &'static str,
    pub revoked_more: &'static str,
    pub unknown: &'static str,
    pub unknown_more: &'static str,
    pub preview: &'static str,
    pub error_title: &'static str,
    pub error_score: &'static str,
    pub error_choice: &'static str,
    pub error_choices: &'static str,
    pub error_missing: &'static str,
    pub error_long: &'static str,
    pub error_unreadable: &'static str,
    /// Above links to the page in other languages.
    pub languages: &'static str,
}

/// What is said of surveys that show nobody who answered what.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct PromiseTexts {
    pub confidential: &'static str,
    pub anonymous: &'static str,
    /// Said in reminders beside either.
    pub reminder: &'static str,
    /// Asks where no words are taken.
    pub intro: &'static str,
}

impl PromiseTexts {
    /// What becomes of who answers, in a sentence; nothing where they are shown with their name.
    pub const fn of(&self, mode: SurveyMode) -> Option<&'static str> {
        match mode {
            SurveyMode::Identified => None,
            SurveyMode::Confidential => Some(self.confidential),
            SurveyMode::Anonymous => Some(self.anonymous),
        }
    }
}

/// The words of the page that chooses which surveys may come.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct PreferencesTexts {
    pub title: &'static str,
    pub intro: &'static str,
    pub relationship: &'static str,
    pub relationship_hint: &'static str,
    pub service: &'static str,
    pub service_hint: &'static str,
    pub goes_on: &'static str,
    pub save: &'static str,
    pub none: &'static str,
    pub saved: &'static str,
    pub done: &'static str,
    pub done_more: &'static str,
}

/// A ready-made question's words.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct QuestionTexts {
    pub text: &'static str,
    pub low: &'static str,
    pub high: &'static str,
    pub comment: CommentTexts,
}

/// Asks for a comment, by where the chosen score lies.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CommentTexts {
    pub high: &'static str,
    pub middle: &'static str,
    pub low: &'static str,
}

/// Everything said in one language.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Texts {
    /// BCP 47 tag, for `lang`.
    pub lang: &'static str,
    /// `ltr` or `rtl`, for `dir`.
    pub dir: &'static str,
    /// What mails are set in; pages name theirs in the style sheet.
    pub font: &'static str,
    pub months: [&'static str; 12],
    /// The first day of a month, where it has a name of its own.
    pub first_day: &'static str,
    /// An instant from `{day}`, `{month}`, `{year}`, `{time}` and `{zone}`.
    pub instant: &'static str,
    /// What a score means: `{score}`, `{meaning}`.
    pub meaning: &'static str,
    pub mail: MailTexts,
    pub changed: ChangedTexts,
    pub page: PageTexts,
    pub promise: PromiseTexts,
    pub preferences: PreferencesTexts,
    pub entrance: EntranceTexts,
    pub nps: QuestionTexts,
    pub csat: QuestionTexts,
    pub ces: QuestionTexts,
}

static ALL: [&Texts; 6] = [&en::EN, &de::DE, &fr::FR, &es::ES, &ja::JA, &ar::AR];

impl Texts {
    /// The texts for a BCP 47 tag: its language if we speak it, else English.
    pub fn of(language: &str) -> &'static Self {
        Self::find(language).unwrap_or(&en::EN)
    }

    /// The texts for a BCP 47 tag, if we speak its language.
    pub fn find(language: &str) -> Option<&'static Self> {
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        ALL.into_iter().find(|texts| primary(texts.lang) == primary(language))
    }

    /// Every language, English first.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ALL.into_iter()
    }

    pub fn right_to_left(&self) -> bool {
        self.dir == "rtl"
    }

    /// The ready-made question of a kind; none for questionnaires, which bring their own.
    pub fn ready(&self, kind: SurveyKind) -> Option<Question<'static>> {
        let (min, max) = match kind {
            SurveyKind::Nps => (0, 10),
            SurveyKind::Csat => (1, 5),
            SurveyKind::Ces => (1, 7),
            SurveyKind::Relationship | SurveyKind::SelfAssessment => return None,
        };
        let texts = self.question(kind)?;
        Some(Question { kind, text: texts.text, min, max, low: texts.low, high: texts.high })
    }

    /// What asks for a comment, by where a score of this kind lies.
    pub fn comments(&self, kind: SurveyKind) -> Option<&CommentTexts> {
        self.question(kind).map(|texts| &texts.comment)
    }

    fn question(&self, kind: SurveyKind) -> Option<&QuestionTexts> {
        match kind {
            SurveyKind::Nps => Some(&self.nps),
            SurveyKind::Csat => Some(&self.csat),
            SurveyKind::Ces => Some(&self.ces),
            SurveyKind::Relationship | SurveyKind::SelfAssessment => None,
        }
    }

    /// An instant in words, in the zone it carries.
    pub fn instant<Z: TimeZone<Offset: Display>>(&self, at: &DateTime<Z>) -> String {
        let month = usize::try_from(at.month0()).ok().and_then(|m| self.months.get(m)).copied();
        let day = at.day().to_string();
        // A zone without a name of its own is told by its distance, such as +03.
        let zone = at.offset().to_string();
        let zone = if zone.starts_with(['+', '-']) { format!("UTC{zone}") } else { zone };
        fill(
            self.instant,
            &[
                ("day", if at.day() == 1 { self.first_day } else { &day }),
                ("month", month.unwrap_or_default()),
                ("year", &at.year().to_string()),
                ("time", &at.format("%H:%M").to_string()),
                ("zone", &zone),
            ],
        )
    }

    /// The ends of a scale in words, those that have any.
    pub fn meanings(&self, question: &Question<'_>) -> Vec<String> {
        [(question.min, question.low), (question.max, question.high)]
            .into_iter()
            .filter(|(_, meaning)| !meaning.trim().is_empty())
            .map(|(score, meaning)| fill(self.meaning, &[("score", &score.to_string()), ("meaning", meaning)]))
            .collect()
    }
}

#[cfg(test)]
mod tests;
