//! What is wrong with a form: at the field, and in a list at the head that leads to each.

use maud::{Markup, html};

use crate::invitation::texts::{Texts, fill};

/// What is wrong with the first step, field by field.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// The score is missing, no number or off the scale.
    pub score: bool,
    pub comment: Option<CommentFault>,
}

/// What is wrong with a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentFault {
    /// More than [`super::COMMENT_MAX`] characters; this many.
    TooLong(usize),
    /// Not text.
    Unreadable,
}

/// What is wrong with the answer to a further question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was given, or nothing that can be chosen.
    Missing,
    Text(CommentFault),
}

impl CommentFault {
    /// What is wrong with a text that was refused.
    pub(super) fn of(typed: &str) -> Self {
        let length = typed.trim().replace("\r\n", "\n").chars().count();
        if length > super::COMMENT_MAX { Self::TooLong(length) } else { Self::Unreadable }
    }

    pub(super) fn words(self, texts: &Texts) -> String {
        match self {
            Self::TooLong(count) => fill(texts.page.error_long, &[("count", &count.to_string())]),
            Self::Unreadable => texts.page.error_unreadable.to_owned(),
        }
    }
}

/// What is wrong, for the list at the head.
pub(super) struct Complaint {
    /// The id of the first field that can mend it.
    pub(super) at: String,
    /// The question, where the page has several.
    pub(super) about: Option<String>,
    pub(super) words: String,
}

/// The list at the head. It takes the focus, so that it is the first thing that is read out.
pub(super) fn summary(texts: &Texts, complaints: &[Complaint]) -> Markup {
    html! {
        @if !complaints.is_empty() {
            div.summary role="group" aria-labelledby="summary" tabindex="-1" autofocus {
                p #summary { (texts.page.error_title) }
                ul {
                    @for complaint in complaints {
                        li {
                            a href={ "#" (complaint.at) } {
                                @if let Some(about) = &complaint.about { bdi { (about) } br; }
                                (complaint.words)
                            }
                        }
                    }
                }
            }
        }
    }
}
