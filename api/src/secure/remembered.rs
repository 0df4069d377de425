//! Which tokens were right, so that a client's second request costs a look-up.
//!
//! Remembered is what never changes: the claims of a text that was signed by a key in force. The
//! times are compared at every request, and changing the keys forgets everything.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use entity::Digest;

use super::{access_token::Refused, digest};

/// Tokens remembered at most.
pub const REMEMBERED: usize = 10_000;

/// Keys in force, and the claims of tokens they have signed.
pub(super) struct Remembered<Keys, Claims>(Mutex<State<Keys, Claims>>);

/// Two halves: the newer is filled, and when it is full the older is dropped whole. A token in use
/// moves to the newer one, so what goes is what was not seen for the longest time, at no cost a
/// request.
struct State<Keys, Claims> {
    keys: Arc<Keys>,
    newer: HashMap<Digest, Arc<Claims>>,
    older: HashMap<Digest, Arc<Claims>>,
}

impl<Keys, Claims> Remembered<Keys, Claims> {
    pub(super) fn new(keys: Keys) -> Self {
        Self(Mutex::new(State { keys: Arc::new(keys), newer: HashMap::new(), older: HashMap::new() }))
    }

    /// The keys in force.
    pub(super) fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.state().keys)
    }

    /// Puts other keys in force, at once and for every token.
    pub(super) fn replace(&self, keys: Keys) {
        let mut state = self.state();
        state.keys = Arc::new(keys);
        state.newer.clear();
        state.older.clear();
    }

    /// The claims of a token: those that `read` finds good by the keys, or found before and `timely` finds good still.
    pub(super) fn claims(
        &self,
        token: &str,
        timely: impl FnOnce(&Claims) -> Result<(), Refused>,
        read: impl FnOnce(&Keys) -> Result<Claims, Refused>,
    ) -> Result<Arc<Claims>, Refused> {
        let digest = digest(token);
        let (known, keys) = self.recall(&digest);
        if let Some(claims) = known {
            timely(&claims)?;
            return Ok(claims);
        }
        let claims = Arc::new(read(&keys)?);
        self.remember(digest, &claims, &keys);
        Ok(claims)
    }

    fn recall(&self, digest: &Digest) -> (Option<Arc<Claims>>, Arc<Keys>) {
        let mut state = self.state();
        let keys = Arc::clone(&state.keys);
        if let Some(claims) = state.newer.get(digest) {
            return (Some(Arc::clone(claims)), keys);
        }
        let Some((digest, claims)) = state.older.remove_entry(digest) else {
            return (None, keys);
        };
        let dropped = state.put(digest, &claims);
        drop(state);
        drop(dropped);
        (Some(claims), keys)
    }

    fn remember(&self, digest: Digest, claims: &Arc<Claims>, by: &Arc<Keys>) {
        let mut state = self.state();
        // The keys may have changed while the signature was checked without the lock.
        if !Arc::ptr_eq(&state.keys, by) {
            return;
        }
        let dropped = state.put(digest, claims);
        drop(state);
        drop(dropped);
    }

    /// No code panics while it holds the lock, so a poisoned state is still whole.
    fn state(&self) -> MutexGuard<'_, State<Keys, Claims>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        let state = self.state();
        state.newer.len() + state.older.len()
    }
}

impl<Keys, Claims> State<Keys, Claims> {
    /// Returns what was dropped, to be freed after the lock.
    fn put(&mut self, digest: Digest, claims: &Arc<Claims>) -> HashMap<Digest, Arc<Claims>> {
        let full = self.newer.len() >= REMEMBERED / 2;
        let dropped =
            if full { std::mem::replace(&mut self.older, std::mem::take(&mut self.newer)) } else { HashMap::new() };
        self.newer.insert(digest, Arc::clone(claims));
        dropped
    }
}
