//! One word of a file parsed into one value. An error reads on after the value it refuses.
//!
//! Text has one treatment everywhere: white space around it goes; NUL, control characters and the
//! invisible characters that turn the direction of text are refused, never dropped.

use std::str::FromStr;

use entity::{ContactRole, ContactRoles, SurveyKind};

/// What a value becomes, or the rule it breaks.
pub(super) type Parsed<T> = Result<T, String>;

/// Characters that embed, override or isolate the direction of text, so that it reads as something else.
pub(super) fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Text on one line, of at most so many letters.
pub(super) fn line(raw: &str, most: usize) -> Parsed<String> {
    text(raw, most, |letter| letter.is_control())
}

/// Text that may have lines and tabs; line ends become LF.
pub(super) fn prose(raw: &str, most: usize) -> Parsed<String> {
    let raw = raw.replace("\r\n", "\n").replace('\r', "\n");
    text(&raw, most, |letter| letter.is_control() && !matches!(letter, '\n' | '\t'))
}

fn text(raw: &str, most: usize, refused: impl Fn(char) -> bool) -> Parsed<String> {
    let raw = raw.trim();
    if let Some(letter) = raw.chars().find(|letter| refused(*letter) || turns_text(*letter)) {
        return Err(format!("holds the invisible character U+{:04X}, which is not taken", u32::from(letter)));
    }
    if raw.chars().nth(most).is_some() {
        return Err(format!("is longer than {most} letters"));
    }
    Ok(raw.to_owned())
}

/// A word of one of the enums, in any case.
pub(super) fn choice<T: FromStr<Err = String>>(raw: &str) -> Parsed<T> {
    raw.parse().map_err(|rule: String| match rule.strip_prefix("must be ") {
        Some(rest) => format!("is not {rest}"),
        None => rule,
    })
}

/// Roles of a contact, separated by `;`, `,` or `|`.
pub(super) fn roles(raw: &str) -> Parsed<ContactRoles> {
    let words = raw.split([';', ',', '|']).map(str::trim).filter(|word| !word.is_empty());
    words.map(choice::<ContactRole>).collect()
}

/// Yes or no, as people and programs write it.
pub(super) fn flag(raw: &str) -> Parsed<bool> {
    match raw.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" => Ok(true),
        "false" | "no" | "n" | "0" => Ok(false),
        _ => Err("is not yes or no".to_owned()),
    }
}

/// A whole number within bounds, both included.
pub(super) fn whole(raw: &str, least: i16, most: i16) -> Parsed<i16> {
    let out = || format!("is not between {least} and {most}");
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("is not a whole number between {least} and {most}"));
    }
    let number: i16 = raw.parse().map_err(|_| out())?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(out()) }
}

/// The lowest and highest answer of a kind of survey; `None` for kinds without one scale.
pub(super) fn scale(kind: SurveyKind) -> Option<(i16, i16)> {
    match kind {
        SurveyKind::Nps => Some((0, 10)),
        SurveyKind::Csat => Some((1, 5)),
        SurveyKind::Ces => Some((1, 7)),
        SurveyKind::Relationship | SurveyKind::SelfAssessment => None,
    }
}

/// An answer on the scale of its kind. Outside it is refused, never moved to the nearest end.
pub(super) fn score(raw: &str, kind: SurveyKind) -> Parsed<i16> {
    let (least, most) = scale(kind).ok_or_else(|| format!("has no scale, being an answer to {kind}"))?;
    whole(raw, least, most)
}

/// An amount in minor units: the number written, times `scale` (100 turns euros into cents). Exact:
/// what does not come out whole is refused, as are negative amounts.
pub(super) fn money(raw: &str, scale: i64) -> Parsed<i64> {
    let (whole, places) = raw.split_once('.').unwrap_or((raw, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(places) || (places.is_empty() && raw.contains('.')) {
        return Err("is not an amount; write it like 1100.04, without sign, currency or thousands separator".to_owned());
    }
    let too_much = || "is more than an amount can hold".to_owned();
    let places = places.trim_end_matches('0');
    let divisor = u32::try_from(places.len()).ok().and_then(|n| 10_i128.checked_pow(n));
    let number: Option<i128> = format!("{whole}{places}").parse().ok();
    let (Some(number), Some(divisor)) = (number, divisor) else { return Err(too_much()) };
    let product = number.checked_mul(i128::from(scale)).ok_or_else(too_much)?;
    if product % divisor != 0 {
        return Err(format!("does not come out as whole minor units when multiplied by {scale}"));
    }
    i64::try_from(product / divisor).map_err(|_| too_much())
}

/// A mail address; the domain in lower case.
pub(super) fn email(raw: &str) -> Parsed<String> {
    let wrong = || "is not a mail address like name@example.com".to_owned();
    let (local, host) = raw.rsplit_once('@').ok_or_else(wrong)?;
    let word = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b);
    let atoms = local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(word));
    if !atoms || local.len() > 64 || raw.len() > 254 {
        return Err(wrong());
    }
    let host = domain(host).map_err(|_| wrong())?;
    Ok(format!("{local}@{host}"))
}

/// A domain name of at least two labels, in lower case.
pub(super) fn domain(raw: &str) -> Parsed<String> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if raw.len() > 253 || !raw.contains('.') || !raw.split('.').all(label) {
        return Err("is not a domain like example.com".to_owned());
    }
    Ok(raw.to_ascii_lowercase())
}

/// A language tag: `en`, `pt-BR`.
pub(super) fn language(raw: &str) -> Parsed<String> {
    let mut parts = raw.split('-');
    let first = parts.next().unwrap_or_default();
    let rest = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let known = (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
    if !known || raw.len() > 35 || !parts.all(rest) {
        return Err("is not a language like en or pt-BR".to_owned());
    }
    Ok(raw.replacen(first, &first.to_ascii_lowercase(), 1))
}

/// A time zone by its name in the IANA list.
pub(super) fn time_zone(raw: &str) -> Parsed<String> {
    let zone = chrono_tz::Tz::from_str(raw).map_err(|_| "is not a time zone like Europe/Berlin".to_owned())?;
    Ok(zone.name().to_owned())
}
