//! Verifies tokens and remembers which signatures were right, so that a client's second request
//! costs a look-up.
//!
//! Remembered is what never changes: the claims of a text that was signed by a key in force. The
//! times are compared at every request, and changing the keys forgets everything.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use entity::Digest;

use super::{Claims, Keyring, LONGEST_TOKEN, Refused};
use crate::secure::digest;

/// Tokens remembered at most.
pub const REMEMBERED: usize = 10_000;
/// Seconds between two looks for other keys.
const PAUSE: i64 = 10;

/// Verifies the tokens of one issuer for one audience.
pub struct Verifier {
    issuer: String,
    audience: String,
    state: Mutex<State>,
    /// When somebody last looked for other keys, in seconds since 1970.
    looked: AtomicI64,
}

/// Two halves: the newer is filled, and when it is full the older is dropped whole. A token in use
/// moves to the newer one, so what goes is what was not seen for the longest time, at no cost a
/// request.
struct State {
    keyring: Arc<Keyring>,
    newer: HashMap<Digest, Arc<Claims>>,
    older: HashMap<Digest, Arc<Claims>>,
}

impl Verifier {
    pub fn new(keyring: Keyring, issuer: String, audience: String) -> Self {
        let state = Mutex::new(State { keyring: Arc::new(keyring), newer: HashMap::new(), older: HashMap::new() });
        Self { issuer, audience, state, looked: AtomicI64::new(0) }
    }

    /// The keys in force.
    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.state().keyring)
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
        let mut state = self.state();
        state.keyring = Arc::new(keyring);
        state.newer.clear();
        state.older.clear();
    }

    /// As [`Keyring::verify`], at `now` in seconds since 1970.
    pub fn verify(&self, token: &str, now: i64) -> Result<Arc<Claims>, Refused> {
        if token.len() > LONGEST_TOKEN {
            return Err(Refused::TooLong);
        }
        let digest = digest(token);
        let (known, keyring) = self.recall(&digest);
        if let Some(claims) = known {
            claims.timely(now)?;
            return Ok(claims);
        }
        let claims = Arc::new(keyring.verify(token, &self.issuer, &self.audience, now)?);
        self.remember(digest, &claims, &keyring);
        Ok(claims)
    }

    fn recall(&self, digest: &Digest) -> (Option<Arc<Claims>>, Arc<Keyring>) {
        let mut state = self.state();
        let keyring = Arc::clone(&state.keyring);
        if let Some(claims) = state.newer.get(digest) {
            return (Some(Arc::clone(claims)), keyring);
        }
        let Some((digest, claims)) = state.older.remove_entry(digest) else {
            return (None, keyring);
        };
        let dropped = state.put(digest, &claims);
        drop(state);
        drop(dropped);
        (Some(claims), keyring)
    }

    fn remember(&self, digest: Digest, claims: &Arc<Claims>, by: &Arc<Keyring>) {
        let mut state = self.state();
        // The keys may have changed while the signature was checked without the lock.
        if !Arc::ptr_eq(&state.keyring, by) {
            return;
        }
        let dropped = state.put(digest, claims);
        drop(state);
        drop(dropped);
    }

    /// No code panics while it holds the lock, so a poisoned state is still whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(in crate::secure) fn remembered(&self) -> usize {
        let state = self.state();
        state.newer.len() + state.older.len()
    }
}

impl State {
    /// Returns what was dropped, to be freed after the lock.
    fn put(&mut self, digest: Digest, claims: &Arc<Claims>) -> HashMap<Digest, Arc<Claims>> {
        let full = self.newer.len() >= REMEMBERED / 2;
        let dropped =
            if full { std::mem::replace(&mut self.older, std::mem::take(&mut self.newer)) } else { HashMap::new() };
        self.newer.insert(digest, Arc::clone(claims));
        dropped
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({}, {})", self.issuer, self.audience)
    }
}
