//! Templates: `{first|dots}.{last|dots}@example.com`. `{{` and `}}` stand for the braces themselves.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What is done to a cell before it enters a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    AsIs,
    /// Lower case.
    Lower,
    /// ASCII letters and digits in lower case, everything else one dash: `Acme Corp.` → `acme-corp`.
    Slug,
    /// The same with dots, as in mail addresses: `Mei-Mei Johns` → `mei.mei.johns`.
    Dots,
}

impl Filter {
    fn parse(word: &str) -> Result<Self, String> {
        match word {
            "lower" => Ok(Self::Lower),
            "slug" => Ok(Self::Slug),
            "dots" => Ok(Self::Dots),
            _ => Err(format!("knows no filter {word}; known are lower, slug, dots")),
        }
    }

    pub fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::AsIs => Cow::Borrowed(text),
            Self::Lower => Cow::Owned(text.to_lowercase()),
            Self::Slug => Cow::Owned(joined(text, '-')),
            Self::Dots => Cow::Owned(joined(text, '.')),
        }
    }
}

/// Accents go with their marks; what has no ASCII form counts as a gap.
fn joined(text: &str, gap: char) -> String {
    let mut out = String::new();
    for letter in text.nfd().filter(|letter| !is_combining_mark(*letter)) {
        if letter.is_ascii_alphanumeric() {
            out.push(letter.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with(gap) {
            out.push(gap);
        }
    }
    out.truncate(out.trim_end_matches(gap).len());
    out
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    Cell {
        column: String,
        /// The column's place, known once the header is.
        at: usize,
        filter: Filter,
    },
}

impl Piece {
    pub fn column(column: &str) -> Self {
        Self::Cell { column: column.to_owned(), at: usize::MAX, filter: Filter::AsIs }
    }
}

/// Parts of a template, at most.
const MOST: usize = 32;

/// Reads a template.
pub(super) fn parse(text: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        literal.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        if let Some(doubled) = after.strip_prefix(brace) {
            literal.push_str(brace);
            rest = doubled;
            continue;
        }
        let inside = if brace == "{" { after.split_once('}') } else { None };
        let Some((inside, after)) = inside else {
            return Err(format!("has a single {brace}; write {{column}}, or {brace}{brace} for the brace itself"));
        };
        let (column, filter) = match inside.split_once('|') {
            None => (inside, Filter::AsIs),
            Some((column, word)) => (column, Filter::parse(word.trim())?),
        };
        if column.trim().is_empty() {
            return Err("names no column between { and }".to_owned());
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Cell { column: column.trim().to_owned(), at: usize::MAX, filter });
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    if pieces.len() > MOST {
        return Err(format!("has {} parts; a template may have {MOST}", pieces.len()));
    }
    Ok(pieces)
}
