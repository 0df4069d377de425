//! Text that may stand in a header or on one line.

/// `text` on one line, without what could break a header or turn the reading direction: line breaks,
/// tabs and runs of spaces become one space, control and bidi characters go, the ends are trimmed.
pub fn header_safe(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !turns_direction(*c))
        .collect();
    visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Bidi marks, embeddings, overrides and isolates; the byte order mark and interlinear marks, which hide text.
fn turns_direction(c: char) -> bool {
    matches!(
        c,
        '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_stays_one_line() {
        assert_eq!(header_safe("Ada\r\nBcc: x@example.com"), "Ada Bcc: x@example.com");
        assert_eq!(header_safe("  a\t\u{b}b\u{85}\u{2028}c\u{2029} "), "a b c");
        assert_eq!(header_safe("nul\0, bell\u{7}, del\u{7f}, c1\u{9f}"), "nul, bell, del, c1");
        assert_eq!(header_safe("\r\n\t "), "");
    }

    #[test]
    fn direction_is_not_turned() {
        assert_eq!(header_safe("\u{202e}gnp.exe\u{2066}\u{2069}\u{200f}\u{61c}\u{feff}"), "gnp.exe");
    }

    #[test]
    fn honest_names_stay_as_they_are() {
        for name in ["Åsa Öberg", "محمد علي", "O’Neil-Smith, Jr.", "김철수", "👩‍💻 Dev", "$& {company} %s", "نمی‌خواهم"]
        {
            assert_eq!(header_safe(name), name);
        }
    }
}
