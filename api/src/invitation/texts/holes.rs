//! Patterns: words with names in braces, `{company}`, to be filled.
//!
//! They are filled in one pass, so a value that looks like a hole stays a value. A brace that opens
//! no hole is a brace.

use maud::{Markup, PreEscaped, html};

use crate::base::{Part, parts};
use crate::invitation::safe::header_safe;

/// What a company's own words may name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values<'a> {
    pub company: &'a str,
    /// The contact's name.
    pub name: &'a str,
    /// The contact's company.
    pub account: &'a str,
    /// The member in charge of the account.
    pub owner: &'a str,
}

impl<'a> Values<'a> {
    /// Each with the name it has in a pattern.
    pub fn pairs(&self) -> [(&'static str, &'a str); 4] {
        [("company", self.company), ("name", self.name), ("account", self.account), ("owner", self.owner)]
    }
}

/// A company's own words, with what fills them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Custom<'a> {
    pub pattern: &'a str,
    pub values: Values<'a>,
}

impl Custom<'_> {
    /// On one line.
    pub fn line(&self) -> String {
        header_safe(&fill(self.pattern, &self.values.pairs()))
    }

    /// As text; line breaks are kept.
    pub fn text(&self) -> String {
        self.lines().map(|line| fill(&line, &self.values.pairs())).collect::<Vec<_>>().join("\n")
    }

    /// As HTML, escaped; line breaks are kept.
    pub fn html(&self) -> Markup {
        html! {
            @for (at, line) in self.lines().enumerate() {
                @if at > 0 { br; }
                (fill_html(&line, &self.values.pairs()))
            }
        }
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.pattern.trim().lines().map(header_safe)
    }
}

/// `pattern` with its holes filled, each value on one line and safe for a header.
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

fn value<'a>(values: &[(&str, &'a str)], name: &str) -> &'a str {
    values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_once_and_stay_on_one_line() {
        let values = [("a", "{b} $& {a}"), ("b", "x\r\ny")];
        assert_eq!(fill("{a}, {b}!{c}", &values), "{b} $& {a}, x y!");
        assert_eq!(fill_html("<{a}", &[("a", "<b>")]).into_string(), "&lt;<bdi>&lt;b&gt;</bdi>");
        assert_eq!(fill("no hole } here { nor {here {b", &values), "no hole } here { nor {here {b");
        assert_eq!(fill("{{b}}", &values), "{x y}");
    }

    #[test]
    fn own_words_may_name_what_a_survey_may() {
        assert_eq!(Values::default().pairs().map(|(name, _)| name), crate::survey::VARIABLES);
    }

    #[test]
    fn own_words_keep_their_lines_and_nothing_else() {
        let values = Values { company: "A<b>", name: "Eve\nx", ..Values::default() };
        let own = Custom { pattern: " <i>{company}\r\n\u{202e}Dear {name}\n", values };
        assert_eq!(own.line(), "<i>A<b> Dear Eve x");
        assert_eq!(own.text(), "<i>A<b>\nDear Eve x");
        assert_eq!(own.html().into_string(), "&lt;i&gt;<bdi>A&lt;b&gt;</bdi><br>Dear <bdi>Eve x</bdi>");
    }
}
