//! The mails: the one that asks, its reminders, and the one that tells of a changed answer.
//!
//! Always holds: the parts carry the same links, all of them given; the subject is one line; nothing is
//! loaded from anywhere save a logo the company has set, and a mail reads the same without it, without
//! any image and without styles.

mod changed;
mod html;
mod invite;

use maud::Markup;

use super::colour::Colour;
use super::safe::header_safe;
use super::texts::{Texts, Values, fill, fill_html};
use crate::ctx::Company;

pub use changed::Changed;
pub use html::{P, link, page, soft};
pub use invite::{Invite, Step};

/// What every mail needs: who writes to whom.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    pub company: &'a str,
    /// The company's postal address; line breaks are kept.
    pub postal_address: Option<&'a str>,
    pub colour: Option<Colour>,
    /// One that is not an absolute http or https address with a plain host is left out.
    pub logo: Option<&'a str>,
    /// The contact's name; may be empty.
    pub recipient: &'a str,
    /// The contact's company.
    pub account: &'a str,
    /// The member in whose name it is sent: the account's owner; may be empty.
    pub sender: &'a str,
    /// BCP 47 tag.
    pub language: &'a str,
    /// Says at its head that it is a test.
    pub test: bool,
}

/// A mail's three texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub subject: String,
    pub html: String,
    pub text: String,
}

impl<'a> Head<'a> {
    /// A mail of the company's, to nobody yet.
    pub fn of(company: &'a Company) -> Self {
        Self {
            company: &company.name,
            postal_address: company.postal_address.as_deref(),
            colour: company.color.as_deref().and_then(Colour::parse),
            logo: company.logo.as_deref(),
            recipient: "",
            account: "",
            sender: "",
            language: &company.language,
            test: false,
        }
    }

    /// The words of its language.
    pub fn texts(&self) -> &'static Texts {
        Texts::of(self.language)
    }

    fn values(&self) -> Values<'a> {
        let owner = if self.sender.is_empty() { self.company } else { self.sender };
        Values { company: self.company, name: self.recipient, account: self.account, owner }
    }

    /// A pattern with its holes filled.
    pub fn fill(&self, pattern: &str) -> String {
        fill(pattern, &self.values().pairs())
    }

    /// The same, escaped.
    pub fn fill_html(&self, pattern: &str) -> Markup {
        fill_html(pattern, &self.values().pairs())
    }

    fn greeting(&self) -> &'static str {
        let texts = &self.texts().mail;
        if header_safe(self.recipient).is_empty() { texts.greeting_nobody } else { texts.greeting }
    }

    fn test(&self) -> Option<&'static str> {
        self.test.then_some(self.texts().mail.test)
    }

    /// Who signs: the sender, then the company.
    fn signature(&self) -> impl Iterator<Item = String> {
        [self.sender, self.company].into_iter().map(header_safe).filter(|line| !line.is_empty())
    }

    fn address_lines(&self) -> impl Iterator<Item = String> {
        let lines = self.postal_address.unwrap_or_default().lines();
        lines.map(header_safe).filter(|line| !line.is_empty())
    }

    /// The text part: greeting, `body`, signature, then the small print. "-- " and what follows it are
    /// folded away by mail programs.
    pub fn letter(&self, body: impl IntoIterator<Item = String>, small: impl IntoIterator<Item = String>) -> String {
        let mut lines: Vec<String> = Vec::new();
        lines.extend(self.test().into_iter().flat_map(|test| [test.to_owned(), String::new()]));
        lines.extend([self.fill(self.greeting()), String::new()]);
        lines.extend(body);
        lines.push(String::new());
        lines.extend(self.signature());
        lines.push("-- ".to_owned());
        lines.extend(small);
        lines.extend(self.address_lines());
        lines.push(String::new());
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests;
