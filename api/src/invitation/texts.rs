//! What mails and pages say, one `Texts` a language. A language is data: one constant, one line in `ALL`.
//!
//! Patterns hold names in braces, `{company}`. They are filled in one pass, so a name that looks like
//! a hole stays a name.

mod en;

use std::fmt::Display;

use chrono::{DateTime, Datelike, TimeZone};
use entity::SurveyKind;
use maud::{Markup, PreEscaped, html};

use super::question::Question;
use super::safe::header_safe;

/// The words of the mail.
#[derive(Debug)]
pub struct MailTexts {
    pub subject_nps: &'static str,
    pub subject_csat: &'static str,
    pub subject_ces: &'static str,
    pub subject_other: &'static str,
    pub greeting: &'static str,
    pub greeting_nobody: &'static str,
    pub intro: &'static str,
    pub button: &'static str,
    pub reply: &'static str,
    pub why: &'static str,
    pub unsubscribe: &'static str,
}

/// The words of the survey page.
#[derive(Debug)]
pub struct PageTexts {
    pub comment: &'static str,
    pub comment_hint: &'static str,
    pub comment_kept: &'static str,
    pub submit: &'static str,
    pub submit_change: &'static str,
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
    pub error_long: &'static str,
    pub error_unreadable: &'static str,
}

/// The words of the unsubscribe page.
#[derive(Debug)]
pub struct UnsubscribeTexts {
    pub ask: &'static str,
    pub ask_more: &'static str,
    pub button: &'static str,
    pub done: &'static str,
    pub done_more: &'static str,
}

/// A ready-made question's words.
#[derive(Debug)]
pub struct QuestionTexts {
    pub text: &'static str,
    pub low: &'static str,
    pub high: &'static str,
}

/// Everything said in one language.
#[derive(Debug)]
pub struct Texts {
    /// BCP 47 tag, for `lang`.
    pub lang: &'static str,
    /// `ltr` or `rtl`, for `dir`.
    pub dir: &'static str,
    pub months: [&'static str; 12],
    /// An instant from `{day}`, `{month}`, `{year}`, `{time}` and `{zone}`.
    pub instant: &'static str,
    /// What a score means: `{score}`, `{meaning}`.
    pub meaning: &'static str,
    pub mail: MailTexts,
    pub page: PageTexts,
    pub unsubscribe: UnsubscribeTexts,
    pub nps: QuestionTexts,
    pub csat: QuestionTexts,
    pub ces: QuestionTexts,
}

static ALL: [&Texts; 1] = [&en::EN];

impl Texts {
    /// The texts for a BCP 47 tag: its language if we speak it, else English.
    pub fn of(language: &str) -> &'static Self {
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        ALL.into_iter().find(|texts| primary(texts.lang) == primary(language)).unwrap_or(&en::EN)
    }

    /// The ready-made question of a kind; none for questionnaires, which bring their own.
    pub fn ready(&self, kind: SurveyKind) -> Option<Question<'static>> {
        let (texts, min, max) = match kind {
            SurveyKind::Nps => (&self.nps, 0, 10),
            SurveyKind::Csat => (&self.csat, 1, 5),
            SurveyKind::Ces => (&self.ces, 1, 7),
            SurveyKind::Relationship | SurveyKind::SelfAssessment => return None,
        };
        Some(Question { kind, text: texts.text, min, max, low: texts.low, high: texts.high })
    }

    /// An instant in words, in the zone it carries.
    pub fn instant<Z: TimeZone<Offset: Display>>(&self, at: &DateTime<Z>) -> String {
        let month = usize::try_from(at.month0()).ok().and_then(|m| self.months.get(m)).copied();
        fill(
            self.instant,
            &[
                ("day", &at.day().to_string()),
                ("month", month.unwrap_or_default()),
                ("year", &at.year().to_string()),
                ("time", &at.format("%H:%M").to_string()),
                ("zone", &at.offset().to_string()),
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

/// `pattern` with its holes filled, on one line and safe for a header.
pub fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let parts = parts(pattern).map(|part| match part {
        Part::Words(words) => words.to_owned(),
        Part::Hole(name) => header_safe(value(values, name)),
    });
    parts.collect()
}

/// `pattern` with its holes filled, escaped, each value kept apart so that its writing direction
/// cannot move the words around it.
pub fn fill_html(pattern: &str, values: &[(&str, &str)]) -> Markup {
    let parts = parts(pattern).map(|part| match part {
        Part::Words(words) => html! { (words) },
        Part::Hole(name) => html! { bdi { (header_safe(value(values, name))) } },
    });
    PreEscaped(parts.map(PreEscaped::into_string).collect())
}

enum Part<'a> {
    Words(&'a str),
    Hole(&'a str),
}

fn parts(pattern: &str) -> impl Iterator<Item = Part<'_>> {
    pattern
        .split('{')
        .enumerate()
        .flat_map(|(at, piece)| match piece.split_once('}') {
            Some((name, words)) if at > 0 => [Some(Part::Hole(name)), Some(Part::Words(words))],
            _ => [Some(Part::Words(piece)), None],
        })
        .flatten()
}

fn value<'a>(values: &[(&str, &'a str)], name: &str) -> &'a str {
    values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_its_first_part_and_english_stands_in() {
        for tag in ["en", "EN-gb", "en_US", "tlh", "", "-", "日本"] {
            assert_eq!(Texts::of(tag).lang, "en", "{tag}");
        }
    }

    #[test]
    fn values_are_filled_once_and_stay_on_one_line() {
        let values = [("a", "{b} $& {a}"), ("b", "x\r\ny")];
        assert_eq!(fill("{a}, {b}!{c}", &values), "{b} $& {a}, x y!");
        assert_eq!(fill_html("<{a}", &[("a", "<b>")]).into_string(), "&lt;<bdi>&lt;b&gt;</bdi>");
        assert_eq!(fill("no hole } here", &[]), "no hole } here");
    }

    #[test]
    fn an_instant_is_told_in_its_own_zone() {
        let at = chrono_tz::Europe::Berlin.with_ymd_and_hms(2026, 3, 5, 9, 7, 0).single();
        assert_eq!(at.map(|at| Texts::of("en").instant(&at)).as_deref(), Some("5 March 2026, 09:07 CET"));
    }

    #[test]
    fn ready_made_questions_have_the_scales_of_their_kinds() {
        let scales = [(SurveyKind::Nps, 0..=10), (SurveyKind::Csat, 1..=5), (SurveyKind::Ces, 1..=7)];
        for (kind, scale) in scales {
            assert_eq!(Texts::of("en").ready(kind).map(|question| question.scores()), Some(scale));
        }
        assert_eq!(Texts::of("en").ready(SurveyKind::Relationship), None);
    }
}
