//! Text that may stand in a header or on one line.

/// `text` on one line, without what could break a header or turn the reading direction: line breaks,
/// tabs and runs of spaces become one space, control and bidi characters go, the ends are trimmed. A
/// space that holds two words together stays, as French has it before a question mark.
pub fn header_safe(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}') { ' ' } else { c })
        .filter(|c| !c.is_control() && !turns_direction(*c))
        .collect();
    visible.split(' ').map(str::trim).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
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

/// Scheme, host and port of an absolute http or https address, if nothing in them could end the policy
/// or the attribute they are written into.
pub fn origin(address: &str) -> Option<&str> {
    let host_at = address.find("://")? + 3;
    let end = address.get(host_at..)?.find(['/', '?', '#']).map_or(address.len(), |at| host_at + at);
    let (scheme, host) = (address.get(..host_at)?, address.get(host_at..end)?);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let fits = matches!(scheme, "https://" | "http://") && !host.is_empty() && host.chars().all(plain);
    let whole = !address.contains(|c: char| c.is_whitespace() || c.is_control());
    (fits && whole).then(|| &address[..end])
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
        assert_eq!(header_safe(" \u{a0}Merci\u{202f}! \u{a0} x\u{a0}"), "Merci\u{202f}! x");
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
