//! The pages behind a mailed link: the survey (`/s/{token}`) and unsubscribing (`/u/{token}`).
//!
//! Always holds: no script; one inline style sheet, named in the policy by its hash; forms post to
//! their own address; once an answer exists only its score is shown, never its comment; a page is
//! never indexed and tells no other site where the visitor came from.

mod brand;
mod survey;
mod unsubscribe;

use chrono::DateTime;
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::question::Question;
use super::safe::header_safe;
use super::texts::Texts;

pub use brand::Brand;
pub use survey::survey;
pub use unsubscribe::unsubscribe;

/// Longest comment, in characters.
pub const COMMENT_MAX: usize = 5_000;

/// Which survey page to show.
#[derive(Clone, Debug)]
pub enum State<'a> {
    /// The question, not answered yet or to be changed.
    Ask(Form<'a>),
    /// The question again with what was typed and what is wrong with it.
    Invalid(Form<'a>, Faults),
    /// The question as a contact would see it; nothing can be sent.
    Preview(Question<'a>),
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
    pub score: i16,
    /// Until when it can be changed, in the zone to show; none once it is final.
    pub until: Option<DateTime<Tz>>,
}

/// What is wrong with a form, field by field.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// The score is missing, no number or off the scale.
    pub score: bool,
    pub comment: Option<CommentFault>,
}

/// What is wrong with a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentFault {
    /// More than [`COMMENT_MAX`] characters; this many.
    TooLong(usize),
    /// Not text.
    Unreadable,
}

/// Which unsubscribe page to show. A token that never existed looks like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsubscribe {
    /// A button; only pressing it unsubscribes.
    Ask,
    Done,
}

/// The frame of every page.
fn frame(brand: &Brand, texts: &Texts, title: &str, content: &Markup) -> String {
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
