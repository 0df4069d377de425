//! The mail that tells a contact that their answer was changed: links are passed on, and then it was
//! somebody else.

use chrono::DateTime;
use chrono_tz::Tz;
use maud::html;

use super::html::{P, link, page, soft};
use super::{Head, Message};
use crate::invitation::question::Question;
use crate::invitation::safe::header_safe;
use crate::invitation::texts::{fill, fill_html};

/// An answer that was changed. A service mail: it goes to those too who want no surveys.
#[derive(Clone, Copy, Debug)]
pub struct Changed<'a> {
    pub head: Head<'a>,
    pub question: Question<'a>,
    /// What it is now.
    pub score: i16,
    /// When it was changed, in the zone to show.
    pub at: DateTime<Tz>,
    /// `https://host/s/TOKEN`, without a query.
    pub link: &'a str,
}

impl Changed<'_> {
    pub fn render(&self) -> Message {
        let texts = self.head.texts();
        let words = &texts.changed;
        let subject = header_safe(&self.head.fill(words.subject));
        let question = header_safe(self.question.text);
        let at = texts.instant(&self.at);
        let (score, min, max) = (self.score.to_string(), self.question.min.to_string(), self.question.max.to_string());
        let told = [("at", at.as_str())];
        let now = [("score", score.as_str()), ("min", min.as_str()), ("max", max.as_str())];
        let lines = [
            fill(words.intro, &told),
            String::new(),
            question.clone(),
            fill(texts.page.answered, &now),
            String::new(),
            words.if_you.to_owned(),
            words.if_not.to_owned(),
            String::new(),
            self.link.to_owned(),
        ];
        let body = html! {
            p style=(P) { (fill_html(words.intro, &told)) }
            p style=(P) {
                b dir="auto" { (question) }
                br;
                (fill_html(texts.page.answered, &now))
            }
            p style=(P) { (words.if_you) }
            p style=(P) { (words.if_not) }
            p style=(P) { (link(&self.head, self.link, words.open)) }
        };
        let html = page(&self.head, &subject, &body, &soft(&html! { (words.why) })).into_string();
        Message { subject, html, text: self.head.letter(lines, [words.why.to_owned()]) }
    }
}
