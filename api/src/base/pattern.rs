//! Patterns: words with names in braces, `{company}`, to be filled. A brace that opens no hole is a brace.

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    Words(&'a str),
    Hole(&'a str),
}

/// The pieces in order.
pub fn parts(pattern: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = pattern;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'))
            && !name.contains('{')
        {
            rest = after;
            return Some(Part::Hole(name));
        }
        let end = rest.char_indices().skip(1).find(|(_, c)| *c == '{').map_or(rest.len(), |(at, _)| at);
        let (words, after) = rest.split_at(end);
        rest = after;
        Some(Part::Words(words))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        Part::{Hole, Words},
        parts,
    };

    #[test]
    fn a_brace_that_opens_no_hole_is_a_brace() {
        assert_eq!(parts("a {b}{c}!").collect::<Vec<_>>(), [Words("a "), Hole("b"), Hole("c"), Words("!")]);
        assert_eq!(parts("} {{b}").collect::<Vec<_>>(), [Words("} "), Words("{"), Hole("b")]);
        assert_eq!(parts("{b").collect::<Vec<_>>(), [Words("{b")]);
        assert_eq!(parts("").count(), 0);
    }
}
