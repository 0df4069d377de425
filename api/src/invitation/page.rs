//! The pages behind a mailed link: the survey (`/s/{token}`) and which surveys may come (`/u/{token}`).
//!
//! A survey of one question is one form. Where further questions follow it has two steps: the score is
//! stored by the first, and the second asks what fits it.
//!
//! Always holds: no script; one inline style sheet, named in the policy by its hash; forms post to
//! their own address; once an answer exists only its score is shown, never its comment; a page is
//! never indexed and tells no other site where the visitor came from.

mod brand;
mod fault;
mod form;
mod further;
mod languages;
mod posted;
mod preferences;
mod rest;
mod survey;

use chrono::DateTime;
use chrono_tz::Tz;
use entity::SurveyMode;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::question::Question;
use super::safe::header_safe;
use super::texts::{Custom, Texts};
use crate::survey::CommentTexts;

pub use brand::Brand;
pub use fault::{CommentFault, Fault, Faults};
pub use further::{Further, Given, Kind};
pub use languages::Languages;
pub use preferences::{Preferences, preferences};
pub use rest::{pages, show};
pub use survey::survey;

/// Longest comment, in characters.
pub const COMMENT_MAX: usize = 5_000;

/// Which survey page to show.
#[derive(Clone, Debug)]
pub enum State<'a> {
    /// The question, not answered yet or to be changed.
    Ask(Form<'a>),
    /// The question again with what was typed and what is wrong with it.
    Invalid(Form<'a>, Faults),
    /// The second step: what else is asked, not answered yet or with what is wrong.
    More(More<'a>),
    /// The questions as a contact would see them; nothing can be sent.
    Preview(Preview<'a>),
    /// The answer was stored by this very request.
    Thanks(Answered<'a>),
    /// An answer was there before.
    AlreadyAnswered(Answered<'a>),
    Expired,
    Revoked,
    /// No such link. The same for every token.
    Unknown,
}

/// The question with what is filled in.
#[derive(Clone, Debug)]
pub struct Form<'a> {
    pub question: Question<'a>,
    /// The score to choose beforehand; one off the scale chooses nothing.
    pub score: Option<i16>,
    /// What was typed in a request that failed. Never a stored comment.
    pub comment: &'a str,
    /// The answer to be changed, if there is one.
    pub amends: Option<Amends>,
    /// Whether a second step follows.
    pub more: bool,
    /// The company's own words that ask for the comment.
    pub prompts: Option<&'a CommentTexts>,
    /// What becomes of who answers. A comment is asked for only where they are shown with their name.
    pub mode: SurveyMode,
}

/// The second step of an answer whose score is stored.
#[derive(Clone, Debug)]
pub struct More<'a> {
    pub question: Question<'a>,
    /// The stored score.
    pub score: i16,
    /// The stored answer's version, sent back with the form.
    pub version: i32,
    /// What fits the score, in order.
    pub further: Vec<Further<'a>>,
}

/// All that a survey may ask, to be looked at.
#[derive(Clone, Debug)]
pub struct Preview<'a> {
    pub question: Question<'a>,
    /// The score to show it with.
    pub score: Option<i16>,
    pub prompts: Option<&'a CommentTexts>,
    pub further: Vec<Further<'a>>,
    /// What becomes of who answers.
    pub mode: SurveyMode,
}

/// An answer that can still be changed.
#[derive(Clone, Debug)]
pub struct Amends {
    /// The stored score.
    pub score: i16,
    /// Sent back with the form, so that a change made meanwhile is noticed.
    pub version: i32,
    /// Until when, in the zone to show.
    pub until: DateTime<Tz>,
}

/// A stored answer.
#[derive(Clone, Debug)]
pub struct Answered<'a> {
    pub question: Question<'a>,
    /// None where it is not known by whom it was given.
    pub score: Option<i16>,
    /// Until when it can be changed, in the zone to show; none once it is final.
    pub until: Option<DateTime<Tz>>,
    /// The company's own words of thanks, if it has any.
    pub thanks: Option<Custom<'a>>,
}

/// The frame of every page.
pub fn frame(brand: &Brand, texts: &Texts, title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(texts.lang) dir=(texts.dir) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                meta name="referrer" content="no-referrer";
                title { (title) " · " (header_safe(brand.company())) }
                style { (PreEscaped(brand.style())) }
            }
            body {
                header {
                    @match brand.logo() {
                        Some(logo) => img src=(logo) alt=(header_safe(brand.company())) referrerpolicy="no-referrer";
                        None => p { bdi { (header_safe(brand.company())) } }
                    }
                }
                main { (content) }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests;
