//! One word of a file parsed into one value. An error reads on after the value it refuses.
//!
//! Text follows the rules of every door, see [`crate::base`]. A number out of bounds is refused,
//! never moved to the nearest end.

use std::str::FromStr;

use entity::{Digest, SurveyKind};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::{
    base::{Check, Error, MAX_AMOUNT, fault_in},
    secure::digest,
};

/// What a value becomes, or the rule it breaks.
pub(super) type Parsed<T> = Result<T, String>;

/// Text on one line, of at most so many letters; empty text stays empty.
pub(super) fn line(raw: &str, most: usize) -> Parsed<String> {
    text(composed(raw.trim()), most, false)
}

/// Text that may have lines and tabs; line ends become LF.
pub(super) fn prose(raw: &str, most: usize) -> Parsed<String> {
    let raw = raw.trim();
    if raw.contains('\r') {
        return text(composed(&raw.replace("\r\n", "\n").replace('\r', "\n")), most, true);
    }
    text(composed(raw), most, true)
}

/// NFC; ASCII is that already.
fn composed(raw: &str) -> String {
    if raw.is_ascii() { raw.to_owned() } else { raw.nfc().collect() }
}

fn text(text: String, most: usize, lines: bool) -> Parsed<String> {
    fault_in(&text, most, lines).map_or(Ok(text), Err)
}

/// A value by a rule of all doors.
fn checked<T>(read: impl FnOnce(&mut Check) -> T) -> Parsed<T> {
    let mut check = Check::default();
    let value = read(&mut check);
    check.done().map(|()| value).map_err(|error| match error {
        Error::Invalid(faults) => faults.into_iter().map(|fault| fault.rule).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    })
}

/// A word of one of the enums, in any case.
pub(super) fn choice<T: FromStr<Err = String>>(raw: &str) -> Parsed<T> {
    raw.parse()
}

/// Words of one of the enums, such as roles of a contact, separated by `;`, `,` or `|`.
pub(super) fn choices<T: FromStr<Err = String>, All: FromIterator<T>>(raw: &str) -> Parsed<All> {
    let words = raw.split([';', ',', '|']).map(str::trim).filter(|word| !word.is_empty());
    words.map(choice::<T>).collect()
}

/// An id that Steward gave.
pub(super) fn id(raw: &str) -> Parsed<Uuid> {
    let id = raw.parse().ok().filter(|id: &Uuid| id.get_version_num() == 7);
    id.ok_or_else(|| "is not an id that Steward gave; leave id out of the mapping".to_owned())
}

/// Yes or no, as people and programs write it.
pub(super) fn flag(raw: &str) -> Parsed<bool> {
    match raw.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" => Ok(true),
        "false" | "no" | "n" | "0" => Ok(false),
        _ => Err("must be yes or no".to_owned()),
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

/// An amount in minor units: the number written, times `scale` (100 turns euros into cents). Exact:
/// what does not come out whole is refused, as are negative amounts. `decimal` is the sign before decimals, where
/// somebody told; thousands may then be set apart. Where nobody did, `12.000` is refused: it may be twelve or
/// twelve thousand.
pub(super) fn money(raw: &str, scale: i64, decimal: Option<char>) -> Parsed<i64> {
    let point = decimal.unwrap_or('.');
    let (whole, places) = raw.split_once(point).unwrap_or((raw, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let told = decimal.is_some();
    if !told && places.len() == 3 && digits(places) && (1..=3).contains(&whole.len()) && digits(whole) {
        return Err(format!(
            "may be {whole}{places} or {whole}; tell which sign stands before decimals: decimal = \",\" or \".\""
        ));
    }
    let ungrouped = if told { ungrouped(whole, if point == ',' { '.' } else { ',' }) } else { None };
    let whole = ungrouped.as_deref().unwrap_or(whole);
    if whole.is_empty() || !digits(whole) || !digits(places) || (places.is_empty() && raw.contains(point)) {
        let example = if point == ',' { "1100,04" } else { "1100.04" };
        let more = if told { "" } else { "; where a comma stands before decimals, tell decimal = \",\"" };
        return Err(format!("is not an amount; write it like {example}, without sign or currency{more}"));
    }
    let too_much = || format!("must be at most {MAX_AMOUNT} minor units when multiplied by {scale}");
    let places = places.trim_end_matches('0');
    let divisor = u32::try_from(places.len()).ok().and_then(|n| 10_i128.checked_pow(n));
    let number: Option<i128> = format!("{whole}{places}").parse().ok();
    let (Some(number), Some(divisor)) = (number, divisor) else { return Err(too_much()) };
    let product = number.checked_mul(i128::from(scale)).ok_or_else(too_much)?;
    if product % divisor != 0 {
        return Err(format!("does not come out as whole minor units when multiplied by {scale}"));
    }
    let amount = i64::try_from(product / divisor).map_err(|_| too_much())?;
    if amount > MAX_AMOUNT { Err(too_much()) } else { Ok(amount) }
}

/// The digits of a number whose thousands are set apart, all of them, by one sign.
fn ungrouped(whole: &str, usual: char) -> Option<String> {
    let sign = [usual, ' ', '\'', '\u{a0}', '\u{202f}', '\u{2019}'].into_iter().find(|sign| whole.contains(*sign))?;
    let mut groups = whole.split(sign);
    let first = groups.next()?;
    let fits = (1..=3).contains(&first.len()) && groups.clone().all(|group| group.len() == 3);
    fits.then(|| groups.fold(first.to_owned(), |all, group| all + group))
}

/// A mail address.
pub(super) fn email(raw: &str) -> Parsed<String> {
    checked(|check| check.email("email", raw))
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
        return Err("must be a domain like example.com".to_owned());
    }
    Ok(raw.to_ascii_lowercase())
}

/// A language tag: `en`, `pt-BR`.
pub(super) fn language(raw: &str) -> Parsed<String> {
    checked(|check| check.language_opt("language", Some(raw)).unwrap_or_default())
}

/// A time zone by its name in the IANA list.
pub(super) fn time_zone(raw: &str) -> Parsed<String> {
    checked(|check| check.zone_opt("time_zone", Some(raw)).unwrap_or_default())
}

/// Letters of the secret in a link, at most.
const LONGEST_TOKEN: usize = 200;
/// Bits of chance that such a secret can hold by its length and its kinds of letters, at least.
const CHANCE: f64 = 120.0;
/// Different letters in it, at least.
const DIFFERENT: usize = 8;

/// The secret in a link of another system, as its digest: it goes into an address as it is, and nobody may guess it.
pub(super) fn token(raw: &str) -> Parsed<Digest> {
    let in_address = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if raw.len() > LONGEST_TOKEN || !raw.bytes().all(in_address) {
        return Err(format!("must be at most {LONGEST_TOKEN} letters and figures without accents, or - . _ ~"));
    }
    let mut letters: Vec<u8> = raw.bytes().collect();
    letters.sort_unstable();
    letters.dedup();
    if chance(raw) < CHANCE || letters.len() < DIFFERENT {
        return Err(format!(
            "can be guessed: it must have the length of {CHANCE} bits of chance, like 32 hexadecimal figures, and at least \
             {DIFFERENT} different letters"
        ));
    }
    Ok(digest(raw))
}

/// Whether a letter is of some kind.
type Kind = fn(&u8) -> bool;

/// Bits of chance that a text holds at most, if it is made of nothing but the kinds of letters that are in it.
fn chance(raw: &str) -> f64 {
    let has = |kind: Kind| raw.bytes().any(|byte| kind(&byte));
    let figures = raw.bytes().filter(u8::is_ascii_alphanumeric).count();
    let all = |kind: Kind| raw.bytes().filter(u8::is_ascii_alphanumeric).all(|byte| kind(&byte));
    // Signs between figures alone, as in a UUID, are no chance.
    let (count, of) = if all(u8::is_ascii_digit) {
        (figures, 10_u32)
    } else if all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        || all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    {
        (figures, 16)
    } else {
        let kinds: [(Kind, u32); 4] = [
            (u8::is_ascii_digit, 10),
            (u8::is_ascii_lowercase, 26),
            (u8::is_ascii_uppercase, 26),
            (u8::is_ascii_punctuation, 2),
        ];
        (raw.len(), kinds.into_iter().filter(|(kind, _)| has(*kind)).map(|(_, of)| of).sum())
    };
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    f64::from(count) * f64::from(of.max(1)).log2()
}

/// The SHA-256 of such a secret, as 64 hexadecimal figures.
pub(super) fn token_hash(raw: &str) -> Parsed<Digest> {
    let byte = |at: usize| raw.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let is_hex = raw.len() == 64 && raw.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes: Option<Vec<u8>> = (0..32).map(|at| byte(2 * at)).collect();
    bytes.filter(|_| is_hex).map(Digest).ok_or_else(|| "must be a SHA-256: 64 hexadecimal figures".to_owned())
}
