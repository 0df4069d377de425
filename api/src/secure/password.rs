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

/// What people choose who are told to choose something long, in small letters and without spaces.
const COMMON: [&str; 17] = [
    "administrator1",
    "administrator12",
    "administrator123",
    "mypasswordispassword",
    "passwordpassword1",
    "passwordpassword123",
    "password12345678",
    "password123456789",
    "password1234567890",
    "qazwsxedcrfvtgb",
    "qazwsxedcrfvtgbyhn",
    "qwertyuiop12345",
    "qwertyuiop123456",
    "qwertyuiop1234567890",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjklzxcvbnm",
    "thisismypassword",
];

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

/// Whether a password may be chosen: 15 to 128 characters, not a common one, not one piece
/// repeated, not a plain run. No rule asks for kinds of characters. The error goes after the
/// field's name.
pub fn check(password: &str) -> Result<(), String> {
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
    let plain = || letters.iter().filter(|letter| !letter.is_whitespace());
    let there: String = plain().collect();
    let back: String = plain().rev().collect();
    let known = |run: &&str| run.contains(&there) || run.contains(&back);
    if COMMON.contains(&there.as_str()) || RUNS.iter().any(known) {
        return Err("is among the passwords tried first; choose something of your own".to_owned());
    }
    Ok(())
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
