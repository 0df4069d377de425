//! The mail that asks: subject, HTML and text with one link per score.
//!
//! Always holds: both parts carry the same links, all of them from the two given; the subject is one
//! line; nothing in it is loaded from anywhere, so it reads the same without images and without styles.

mod html;
mod text;

use maud::Markup;

use super::colour::Colour;
use super::question::Question;
use super::texts::{Texts, fill, fill_html};
use entity::SurveyKind;

/// All that one invitation's mail needs.
#[derive(Clone, Copy, Debug)]
pub struct Invite<'a> {
    pub company: &'a str,
    /// The company's postal address; line breaks are kept.
    pub postal_address: Option<&'a str>,
    pub colour: Option<Colour>,
    /// The contact's name; may be empty.
    pub recipient: &'a str,
    /// The member in whose name it is sent: the account's owner; may be empty.
    pub sender: &'a str,
    pub question: Question<'a>,
    /// `https://host/s/TOKEN`, without a query.
    pub link: &'a str,
    /// `https://host/u/TOKEN`.
    pub unsubscribe: &'a str,
    /// BCP 47 tag.
    pub language: &'a str,
}

/// A mail's three texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub subject: String,
    pub html: String,
    pub text: String,
}

impl Invite<'_> {
    pub fn render(&self) -> Message {
        Message { subject: self.subject(), html: html::render(self).into_string(), text: text::render(self) }
    }

    /// The link that opens the page with `score` chosen. Only sending the page's form records it.
    pub fn score_link(&self, score: i16) -> String {
        format!("{}?score={score}", self.link)
    }

    fn texts(&self) -> &'static Texts {
        Texts::of(self.language)
    }

    fn subject(&self) -> String {
        let texts = &self.texts().mail;
        let pattern = match self.question.kind {
            SurveyKind::Nps => texts.subject_nps,
            SurveyKind::Csat => texts.subject_csat,
            SurveyKind::Ces => texts.subject_ces,
            SurveyKind::Relationship | SurveyKind::SelfAssessment => texts.subject_other,
        };
        self.fill(pattern)
    }

    fn greeting(&self) -> &'static str {
        let texts = &self.texts().mail;
        if self.recipient.trim().is_empty() { texts.greeting_nobody } else { texts.greeting }
    }

    fn values(&self) -> [(&'static str, &str); 2] {
        [("company", self.company), ("name", self.recipient)]
    }

    fn fill(&self, pattern: &str) -> String {
        fill(pattern, &self.values())
    }

    fn fill_html(&self, pattern: &str) -> Markup {
        fill_html(pattern, &self.values())
    }

    /// Who signs: the sender, then the company.
    fn signature(&self) -> impl Iterator<Item = String> {
        [self.sender, self.company].into_iter().map(super::safe::header_safe).filter(|line| !line.is_empty())
    }

    fn address_lines(&self) -> impl Iterator<Item = String> {
        let lines = self.postal_address.unwrap_or_default().lines();
        lines.map(super::safe::header_safe).filter(|line| !line.is_empty())
    }
}

#[cfg(test)]
mod tests;
