//! Rules of input, the same at both doors and on both databases.
//!
//! Text is brought into Unicode form NFC and loses the white space around it. Control characters
//! (U+0000 first of all) and characters that turn the direction of what follows are refused
//! everywhere; a line break is allowed only in text of several lines, and is always `\n`.

use unicode_normalization::UnicodeNormalization;

use super::{Error, Fault, Result};

/// The longest one-line value, in characters.
pub const MAX_LINE: usize = 200;
/// The longest comment of a survey answer, in characters.
pub const MAX_COMMENT: usize = 5_000;
/// The longest body of a timeline entry, in characters.
pub const MAX_TEXT: usize = 20_000;

/// Collects every broken rule of an input, so that the caller hears all at once. A value that broke
/// a rule comes back empty: call [`Check::done`] before using any.
#[derive(Debug, Default)]
pub struct Check(Vec<Fault>);

impl Check {
    pub fn fault(&mut self, field: &str, rule: impl Into<String>) {
        self.0.push(Fault { field: format!("/{field}"), rule: rule.into() });
    }

    pub fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }

    /// One line of 1 to `max` characters.
    pub fn line(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = text.trim().nfc().collect::<String>();
        if text.is_empty() {
            self.fault(field, "must not be empty");
        }
        self.bounded(field, text, max, false)
    }

    /// One line, or nothing where it is absent or blank.
    pub fn line_opt(&mut self, field: &str, text: Option<&str>, max: usize) -> Option<String> {
        let text = text.map(str::trim).filter(|t| !t.is_empty())?;
        Some(self.line(field, text, max))
    }

    /// Several lines of at most `max` characters, or nothing where absent or blank.
    pub fn text_opt(&mut self, field: &str, text: Option<&str>, max: usize) -> Option<String> {
        let text = text.map(str::trim).filter(|t| !t.is_empty())?;
        let text = text.replace("\r\n", "\n").nfc().collect();
        Some(self.bounded(field, text, max, true))
    }

    /// A mail address: `local@domain` with a dotted domain, at most 254 characters, no spaces.
    pub fn email(&mut self, field: &str, text: &str) -> String {
        let text = self.line(field, text, 254);
        if text.is_empty() || is_email(&text) {
            return text;
        }
        self.fault(field, "must be a mail address like ana@example.com");
        String::new()
    }

    pub fn email_opt(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        let text = text.map(str::trim).filter(|t| !t.is_empty())?;
        Some(self.email(field, text))
    }

    /// A whole number within bounds, both included.
    pub fn range<T: PartialOrd + std::fmt::Display + Copy>(&mut self, field: &str, value: T, low: T, high: T) -> T {
        if value < low || value > high {
            self.fault(field, format!("must be between {low} and {high}"));
        }
        value
    }

    /// A language tag such as `en` or `pt-BR`.
    pub fn language_opt(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        let text = self.line_opt(field, text, 35)?;
        let mut parts = text.split('-');
        let primary =
            parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
        let rest = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !(primary && rest) {
            self.fault(field, "must be a language tag like en or pt-BR");
        }
        Some(text)
    }

    /// An IANA time zone such as `Europe/Berlin`.
    pub fn zone_opt(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        let text = self.line_opt(field, text, 64)?;
        if text.parse::<chrono_tz::Tz>().is_err() {
            self.fault(field, "must be a time zone like Europe/Berlin");
        }
        Some(text)
    }

    fn bounded(&mut self, field: &str, text: String, max: usize, lines: bool) -> String {
        if let Some(rule) = fault_in(&text, max, lines) {
            self.fault(field, rule);
            return String::new();
        }
        text
    }
}

/// What is wrong with a text, if anything: its length, or a character that is taken nowhere.
pub fn fault_in(text: &str, max: usize, lines: bool) -> Option<String> {
    let length = text.chars().count();
    if length > max {
        return Some(format!("must have at most {max} characters, not {length}"));
    }
    let bad = text.chars().find(|c| {
        let line = lines && matches!(c, '\n' | '\t');
        let bidi = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        let line_break = !lines && matches!(c, '\u{2028}' | '\u{2029}');
        (c.is_control() && !line) || bidi || line_break
    })?;
    Some(format!("must not contain the control character U+{:04X}", u32::from(bad)))
}

/// What names are sorted, searched and compared by: NFKC, lower case, one space between words.
pub fn key(text: &str) -> String {
    let folded: String =
        if text.is_ascii() { text.to_ascii_lowercase() } else { text.nfkc().flat_map(char::to_lowercase).collect() };
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    (1..=64).contains(&local.len())
        && local.chars().all(atom)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && domain.is_ascii()
        && domain.split('.').all(label)
}
