//! Verifies tokens, and remembers which were right.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use super::{Claims, Keyring, LONGEST_TOKEN, Refused};
use crate::secure::remembered::Remembered;

/// Seconds between two looks for other keys.
const PAUSE: i64 = 10;

/// Verifies the tokens of one issuer for one audience.
pub struct Verifier {
    issuer: String,
    audience: String,
    kept: Remembered<Keyring, Claims>,
    /// When somebody last looked for other keys, in seconds since 1970.
    looked: AtomicI64,
}

impl Verifier {
    pub fn new(keyring: Keyring, issuer: String, audience: String) -> Self {
        Self { issuer, audience, kept: Remembered::new(keyring), looked: AtomicI64::new(0) }
    }

    /// The keys in force.
    pub fn keyring(&self) -> Arc<Keyring> {
        self.kept.keys()
    }

    /// Whether to look for other keys at `now`, in seconds since 1970: once in ten seconds, however many tokens name
    /// keys that are not there.
    pub fn may_look(&self, now: i64) -> bool {
        let before = self.looked.load(Ordering::Relaxed);
        now.saturating_sub(before) >= PAUSE
            && self.looked.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Puts other keys in force, at once and for every token.
    pub fn replace(&self, keyring: Keyring) {
        self.kept.replace(keyring);
    }

    /// As [`Keyring::verify`], at `now` in seconds since 1970.
    pub fn verify(&self, token: &str, now: i64) -> Result<Arc<Claims>, Refused> {
        if token.len() > LONGEST_TOKEN {
            return Err(Refused::TooLong);
        }
        let read = |keyring: &Keyring| keyring.verify(token, &self.issuer, &self.audience, now);
        self.kept.claims(token, |claims| claims.timely(now), read)
    }

    #[cfg(test)]
    pub(in crate::secure) fn remembered(&self) -> usize {
        self.kept.count()
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({}, {})", self.issuer, self.audience)
    }
}
