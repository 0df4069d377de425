//! Passwords: which ones are taken, and how they are kept (Argon2id).
//!
//! Hashing is slow on purpose, so it runs on threads of its own, at most one a core; a try for an
//! unknown member costs the same as one for a known member. Characters are Unicode's, composed
//! (NFC), so the same password typed on two systems is the same.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// Characters a password has at least, and at most.
pub const LENGTH: std::ops::RangeInclusive<usize> = 15..=128;

/// Memory in KiB, passes and lanes, as OWASP advises for Argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Checked where there is no member. Made with `COST`; nobody knows a password to it.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Rw9HcJ8m+kcMvWo5q63tUg$mOtSr1hXXwx+oEn1NZbxow1sS50/qZqJKbEaL1Ifd48";

/// What people make long passwords of who are told to choose something long, in small letters. A password that is
/// nothing but these, and little between them, is among those tried first.
const TRIED_FIRST: &str = "\
    password passwort passw passphrase pass word administrator admin root superuser user login signin logon \
    welcome willkommen bienvenue letmein openup iloveyou love forever qwerty qwertz azerty uiop yuiop asdf \
    asdfgh ghjkl hjkl jkl zxcv zxcvbn vbnm nm yxcv qwer tyui qaz wsx edc rfv tgb yhn ujm secret geheim changeme \
    change default testing test guest temporary temp master dragon monkey football baseball superman batman \
    princess sunshine shadow hello hallo bonjour access trustno spring summer autumn winter company steward this \
    that is my the please new";
/// What may be between those, such as a year: a digit or sign counts one, a letter three. Less than the shortest password.
const BETWEEN: usize = 10;
/// How letters are written as what looks like them.
const LOOKS: [(char, char); 9] =
    [('@', 'a'), ('4', 'a'), ('3', 'e'), ('1', 'i'), ('!', 'i'), ('0', 'o'), ('$', 's'), ('5', 's'), ('7', 't')];

/// Runs of letters and digits that are no secret, there and back.
const RUNS: [&str; 2] = ["012345678901234567890123456789", "abcdefghijklmnopqrstuvwxyz"];

/// Hashes wait here for a core, so a flood of sign-ins leaves memory and threads alone.
static GATE: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)));

/// Why a password could not be hashed: a fault of ours, never of the password.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The library refused, or the system gave no random salt or no memory.
    #[error("Argon2: {0}")]
    Argon2(#[from] argon2::password_hash::Error),
    /// The thread that hashed is gone.
    #[error("the hashing thread ended: {0}")]
    Thread(#[from] tokio::task::JoinError),
    /// The program is stopping.
    #[error("no more hashing: {0}")]
    Stopping(#[from] tokio::sync::AcquireError),
}

/// Whether a password may be chosen; see [`check_of`].
pub fn check(password: &str) -> Result<(), String> {
    check_of(password, &[])
}

/// Whether a password may be chosen: 15 to 128 characters, not made of the words tried first or of those `about` its
/// owner, not one piece repeated, not a plain run. No rule asks for kinds of characters. The error goes after the field's
/// name.
pub fn check_of(password: &str, about: &[&str]) -> Result<(), String> {
    let length = password.nfc().count();
    if !LENGTH.contains(&length) {
        return Err(format!(
            "has {length} characters; choose {} to {}, for example four words",
            LENGTH.start(),
            LENGTH.end()
        ));
    }
    let letters: Vec<char> = password.nfc().flat_map(char::to_lowercase).collect();
    if repeats(&letters) {
        return Err("is one short piece repeated; choose words that do not repeat".to_owned());
    }
    let plain: Vec<char> = letters.into_iter().filter(|letter| !letter.is_whitespace()).collect();
    let there: String = plain.iter().collect();
    let back: String = plain.iter().rev().collect();
    let known = |run: &&str| run.contains(&there) || run.contains(&back);
    let about: Vec<String> = about
        .iter()
        .flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()))
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() > 2)
        .collect();
    let words: Vec<&str> = TRIED_FIRST.split_whitespace().chain(about.iter().map(String::as_str)).collect();
    let meant: String =
        plain.iter().map(|letter| LOOKS.iter().find(|(as_, _)| as_ == letter).map_or(*letter, |(_, is)| *is)).collect();
    if RUNS.iter().any(known) || is_made_of(&there, &words) || is_made_of(&meant, &words) {
        return Err("is among the passwords tried first; choose something of your own".to_owned());
    }
    Ok(())
}

/// Whether a text is these words, in any order and number, and little between them.
fn is_made_of(text: &str, words: &[&str]) -> bool {
    // For each place that words lead to, how little there is between them up to it.
    let mut reached = vec![usize::MAX; text.len() + 1];
    reached[0] = 0;
    for (at, letter) in text.char_indices() {
        let between = reached[at];
        let after = at + letter.len_utf8();
        let more = if letter.is_alphabetic() { 3 } else { 1 };
        reached[after] = reached[after].min(between.saturating_add(more));
        for word in words.iter().filter(|word| text[at..].starts_with(**word)) {
            reached[at + word.len()] = reached[at + word.len()].min(between);
        }
    }
    reached[text.len()] <= BETWEEN
}

/// Argon2id of a password as a PHC string, with a new salt.
///
/// The salt is the one piece of chance that is not passed in: the hashing library draws it, so no
/// test generator can ever give two members the same.
pub async fn hash(password: &str) -> Result<String, HashError> {
    let password: String = password.nfc().collect();
    let turn = GATE.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let hash: PasswordHash = hasher()?.hash_password(password.as_bytes())?;
        Ok(hash.to_string())
    })
    .await?
}

/// Whether a password belongs to a hash. Without a hash (unknown member, or one without a
/// password) the answer is no, after the same work. A hash that cannot be read is an error.
pub async fn verify(password: &str, hash: Option<&str>) -> Result<bool, HashError> {
    let password: String = password.nfc().collect();
    let known = hash.is_some();
    let hash = PasswordHash::new(hash.unwrap_or(NOBODY)).map_err(argon2::password_hash::Error::from)?;
    let turn = GATE.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        match hasher()?.verify_password(password.as_bytes(), &hash) {
            Ok(()) => Ok(known),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(other) => Err(other.into()),
        }
    })
    .await?
}

fn hasher() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether the whole is a piece of at most ten characters, at least twice.
fn repeats(letters: &[char]) -> bool {
    (1..=letters.len().min(20) / 2).any(|piece| {
        let again = letters.iter().skip(piece);
        letters.iter().zip(again).all(|(a, b)| a == b)
    })
}
