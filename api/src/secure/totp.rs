//! One-time codes of an app on somebody's phone (RFC 6238: HMAC-SHA1, six digits, 30 seconds), and the codes on paper
//! for when the phone is lost.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use data_encoding::{BASE32_NOPAD, BASE32_NOPAD_NOCASE};

/// Bytes of a secret that is shared with an app: 160 bits, as RFC 4226 advises.
pub const SHARED_BYTES: usize = 20;
/// Bytes of a recovery code: 120 bits, so that a copy of its digest gives it to nobody.
pub const RECOVERY_BYTES: usize = 15;

/// Seconds of a step.
const STEP: i64 = 30;
/// Letters of a recovery code, and of each group of them.
const RECOVERY_LETTERS: usize = 24;
const GROUP: usize = 6;

/// The step of an instant, in seconds since 1970.
const fn step(second: i64) -> i64 {
    second.div_euclid(STEP)
}

/// The six digits of a step.
fn digits(shared: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, shared);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0xf);
    let word = bytes.iter().skip(offset).take(4).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code this is: that of the instant, or the one before or after it, since clocks differ.
pub fn step_of(shared: &[u8], code: &str, second: i64) -> Option<i64> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    let now = step(second);
    let mut found = None;
    for step in now - 1..=now + 1 {
        if verify_slices_are_equal(digits(shared, step).as_bytes(), code.as_bytes()).is_ok() {
            found = Some(step);
        }
    }
    found
}

/// The shared secret as apps take it when it is typed: base32.
pub fn typed(shared: &[u8]) -> String {
    BASE32_NOPAD.encode(shared)
}

/// A recovery code as it is shown: four groups of six letters and digits.
pub fn recovery(random: &[u8; RECOVERY_BYTES]) -> String {
    grouped(&BASE32_NOPAD.encode(random).to_lowercase())
}

/// A recovery code as it was shown, however it was typed; nothing where the text is none.
pub fn as_recovery(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let whole = plain.len() == RECOVERY_LETTERS && BASE32_NOPAD_NOCASE.decode(plain.as_bytes()).is_ok();
    whole.then(|| grouped(&plain))
}

fn grouped(plain: &str) -> String {
    let letters: Vec<char> = plain.chars().collect();
    letters.chunks(GROUP).map(String::from_iter).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six digits of its eight.
    #[test]
    fn codes_are_those_of_the_standard() {
        let shared = b"12345678901234567890";
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(digits(shared, step(second)), code);
            for near in [second - 30, second, second + 30] {
                assert_eq!(step_of(shared, code, near), Some(step(second)));
            }
            assert_eq!(step_of(shared, code, second + 61), None);
            assert_eq!(step_of(shared, code, second - 61), None);
        }
        assert_eq!(step_of(shared, " 287 082", 59), Some(1));
        for wrong in ["", "28708", "2870820", "287083", "aaaaaa"] {
            assert_eq!(step_of(shared, wrong, 59), None, "{wrong}");
        }
    }

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let shown = recovery(&[7; RECOVERY_BYTES]);
        assert_eq!(shown.len(), 27);
        for typed in
            [shown.clone(), shown.to_uppercase(), shown.replace('-', ""), format!(" {} ", shown.replace('-', " "))]
        {
            assert_eq!(as_recovery(&typed), Some(shown.clone()), "{typed}");
        }
        let (short, long) = (&shown[..26], format!("{shown}a"));
        for wrong in ["", short, &long, "abcdef-ghijkl-mnopqr-stuvw1", "äbcdef-ghijkl-mnopqr-stuvwx"] {
            assert_eq!(as_recovery(wrong), None, "{wrong}");
        }
    }
}
