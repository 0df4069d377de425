//! `traceparent` (W3C Trace Context): the trace that a request is part of, where its caller says so.

use axum::http::HeaderMap;

/// The header's name, both ways.
pub const HEADER: &str = "traceparent";

/// A trace, and whether whoever began it keeps what is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// 32 hexadecimal digits.
    pub trace: String,
    /// Of whoever asks; not 0.
    pub span: u64,
    pub sampled: bool,
}

impl Parent {
    /// What the header says; none where it is absent, there twice or not as it should be.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all(HEADER).iter();
        let (Some(text), None) = (given.next(), given.next()) else { return None };
        Self::parse(text.to_str().ok()?)
    }

    /// `00-<32 digits>-<16 digits>-<2 digits>`. Of a later version more may follow, of which nothing is known.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '-');
        let [version, trace, span, flags] = [2, 32, 16, 2].map(|length| digits(parts.next(), length));
        let (version, trace, span, flags) = (version?, trace?, span?, flags?);
        let zero = |text: &str| text.bytes().all(|b| b == b'0');
        let further = parts.next().is_some();
        if version == "ff" || version == "00" && further || zero(trace) || zero(span) {
            return None;
        }
        let sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
        Some(Self { trace: trace.to_owned(), span: u64::from_str_radix(span, 16).ok()?, sampled })
    }

    /// The header of what is done for this trace under a span of our own, which is not 0.
    pub fn own(&self, span: u64) -> String {
        format!("00-{}-{:016x}-{:02x}", self.trace, span.max(1), u8::from(self.sampled))
    }
}

/// Lower-case hexadecimal digits, so many.
fn digits(part: Option<&str>, length: usize) -> Option<&str> {
    part.filter(|text| text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn good_ones_are_taken() {
        for (text, sampled) in [
            (format!("00-{TRACE}-{SPAN}-01"), true),
            (format!("00-{TRACE}-{SPAN}-00"), false),
            (format!("00-{TRACE}-{SPAN}-fe"), false),
            (format!("cc-{TRACE}-{SPAN}-09"), true),
            (format!("cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like"), true),
        ] {
            assert_eq!(
                Parent::parse(&text),
                Some(Parent { trace: TRACE.to_owned(), span: 0x00f0_67aa_0ba9_02b7, sampled }),
                "{text}"
            );
        }
        let parent = Parent { trace: TRACE.to_owned(), span: 1, sampled: true };
        assert_eq!(parent.own(255), format!("00-{TRACE}-00000000000000ff-01"));
        assert_eq!(Parent::parse(&parent.own(0)), Some(parent));
    }

    #[test]
    fn bad_ones_are_ignored() {
        let upper = TRACE.to_uppercase();
        for text in [
            String::new(),
            "-".to_owned(),
            TRACE.to_owned(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("cc-{TRACE}-{SPAN}-01."),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("00-{upper}-{SPAN}-01"),
            format!("00-{TRACE}0-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{TRACE}-{SPAN}-0g"),
            format!("00-{TRACE}-{SPAN}-+1"),
            format!(" 00-{TRACE}-{SPAN}-01"),
            format!("00-{}ä-{SPAN}-01", "a".repeat(30)),
        ] {
            assert_eq!(Parent::parse(&text), None, "{text}");
        }
        let mut twice = HeaderMap::new();
        for _ in 0..2 {
            twice.append(HEADER, format!("00-{TRACE}-{SPAN}-01").parse().unwrap());
        }
        assert_eq!(Parent::of(&twice), None);
    }
}
