//! The languages of a page: the one that was chosen stays from step to step, the others are links.

use isolang::Language;
use maud::{Markup, html};

use crate::invitation::texts::Texts;

/// In which languages a page can be read.
#[derive(Clone, Debug, Default)]
pub struct Languages<'a> {
    /// Chosen on the page, and none where nobody chose.
    pub chosen: Option<&'a str>,
    /// What else it can be read in.
    pub others: Vec<&'a str>,
    /// The score that is selected, to be selected in another language too.
    pub score: Option<i16>,
}

impl Languages<'_> {
    /// This page without the score that a link may have chosen, in the language that was chosen.
    pub(super) fn here(&self) -> String {
        self.chosen.map_or_else(|| "?".to_owned(), |tag| format!("?language={tag}"))
    }

    /// Links to the page in each other language, called by its own name.
    pub(super) fn links(&self, texts: &Texts) -> Markup {
        html! {
            @if !self.others.is_empty() {
                nav.languages aria-label=(texts.page.languages) {
                    @for tag in &self.others {
                        @let score = self.score.map(|score| format!("&score={score}")).unwrap_or_default();
                        a href={ "?language=" (tag) (score) } lang=(tag) hreflang=(tag) { bdi { (name(tag)) } } " "
                    }
                }
            }
        }
    }
}

/// What a language calls itself, with what its tag says besides.
fn name(tag: &str) -> String {
    let (code, rest) = tag.split_once('-').map_or((tag, None), |(code, rest)| (code, Some(rest)));
    let code = code.to_ascii_lowercase();
    let language = Language::from_639_1(&code).or_else(|| Language::from_639_3(&code));
    match (language.and_then(|language| language.to_autonym()), rest) {
        (None, _) => tag.to_owned(),
        (Some(name), None) => name.to_owned(),
        (Some(name), Some(rest)) => format!("{name} ({rest})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_called_by_their_own_names() {
        for (tag, own) in [
            ("en", "English"),
            ("DE", "Deutsch"),
            ("fr", "français"),
            ("es", "español"),
            ("ja", "日本語"),
            ("ar", "العربية"),
            ("pt-BR", "português (BR)"),
            ("zh-Hant-HK", "中文 (Hant-HK)"),
            ("deu", "Deutsch"),
            ("qxx", "qxx"),
        ] {
            assert_eq!(name(tag), own);
        }
        assert!(Texts::all().all(|texts| name(texts.lang) != texts.lang));
    }
}
