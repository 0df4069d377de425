//! The outside issuer whose tokens are taken beside our own: its keys, fetched, kept and followed.
//!
//! No request waits for its keys but one that carries such a token, and that only where there are none yet, where they
//! are old and it is the first to find so, or where the token names a key that is not among them. However many ask, one
//! fetches; what limits fetching is the clock, never the tokens.

mod fetch;
mod settings;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use entity::Time;
use tokio::sync::{Mutex as Turns, OwnedMutexGuard};

pub use fetch::{Fetched, Web};
pub use settings::{Outside, SETTINGS};

use crate::{
    base::Metrics,
    secure::{OutsideVerifier, Refused, outside::OutsideClaims},
};

/// Seconds that keys are kept for after they were to be fetched anew, while the issuer is away.
const KEPT: i64 = 24 * 60 * 60;
/// Seconds between two fetches where there are keys; also between two because of keys that nobody knows.
const PAUSE: i64 = 60;
/// Seconds between two tries where there are none.
const SOON: i64 = 10;
/// Seconds by which the task that fetches is ahead of the requests.
const AHEAD: i64 = 45;

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untaken {
    Refused(Refused),
    /// There are no keys to check it by: the issuer cannot be reached.
    Away,
}

/// The outside issuer.
pub struct Issuer {
    outside: Outside,
    verifier: OutsideVerifier,
    web: Web,
    /// Whose turn it is to fetch.
    turn: Arc<Turns<()>>,
    times: Mutex<Times>,
    /// When what was told last, in seconds since 1970.
    told: Mutex<HashMap<String, i64>>,
    metrics: Metrics,
}

/// What was fetched when; seconds since 1970.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    /// Fetches that have ended, well or not.
    ended: u64,
    /// When the last one began, and whether it failed.
    tried: Option<i64>,
    failed: bool,
    /// When the keys were fetched, and until when they are not to be fetched anew.
    fetched: Option<i64>,
    fresh_until: i64,
    /// When keys were last fetched because of one that nobody knew.
    unknown: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Fresh,
    /// To be fetched anew, and good until then.
    Old,
    None,
}

impl Times {
    fn standing(&self, now: i64) -> Standing {
        match self.fetched {
            // A clock that was set back says nothing about their age.
            Some(at) if at <= now && now < self.fresh_until => Standing::Fresh,
            Some(_) if now < self.fresh_until.saturating_add(KEPT) => Standing::Old,
            _ => Standing::None,
        }
    }

    /// Whether keys that are old, or that are not there, may be fetched.
    fn may_fetch(&self, now: i64) -> bool {
        let pause = if self.standing(now) == Standing::None { SOON } else { PAUSE };
        is_over(self.tried, pause, now)
    }

    /// Whether keys may be fetched because of one that nobody knows.
    fn may_look(&self, now: i64) -> bool {
        is_over(self.unknown, PAUSE, now) && (!self.failed || is_over(self.tried, PAUSE, now))
    }
}

fn is_over(since: Option<i64>, pause: i64, now: i64) -> bool {
    since.is_none_or(|since| now < since || now - since >= pause)
}

impl Issuer {
    pub fn new(outside: Outside, metrics: Metrics) -> Self {
        let verifier = OutsideVerifier::new(outside.trust.clone());
        let (web, turn, times, told) = (Web::default(), Arc::default(), Mutex::default(), Mutex::default());
        Self { outside, verifier, web, turn, times, told, metrics }
    }

    /// Says in the log why a token is refused: each of few reasons once a minute.
    pub fn tell(&self, why: String, now: Time) {
        let now = now.0.timestamp();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if is_over(told.get(&why).copied(), PAUSE, now) {
            tracing::info!(why, "a token of an outside issuer is refused");
            told.insert(why, now);
        }
    }

    /// Whether a token says that it is of this issuer.
    pub fn is_meant(&self, token: &str) -> bool {
        self.verifier.is_meant(token)
    }

    /// The claims of a token that is the issuer's, for us and holds at `now`.
    pub async fn verify(self: &Arc<Self>, token: &str, now: Time) -> Result<Arc<OutsideClaims>, Untaken> {
        let now = now.0.timestamp();
        let before = self.times().ended;
        self.have_keys(before, now, token).await;
        if self.times().standing(now) == Standing::None {
            return Err(Untaken::Away);
        }
        let verdict = self.verifier.verify(token, now);
        if verdict != Err(Refused::Key) || !self.look(before, now).await {
            return verdict.map_err(Untaken::Refused);
        }
        let verdict = self.verifier.verify(token, now);
        if verdict == Err(Refused::Key) {
            // Also where they were fetched for another reason: what they did not hold just now, they do not hold soon.
            self.times().unknown = Some(now);
        }
        verdict.map_err(Untaken::Refused)
    }

    /// Fetches the keys before any request needs them; for a task that looks every half minute.
    pub async fn keep(self: &Arc<Self>, now: Time) {
        let now = now.0.timestamp();
        if self.times().standing(now + AHEAD) != Standing::Fresh
            && let Ok(turn) = Arc::clone(&self.turn).try_lock_owned()
        {
            self.fetch_if(turn, now, None, |times| times.may_fetch(now)).await;
        }
    }

    /// Sees to it that there are keys, if there can be. `before`: how many fetches had ended when the token came.
    async fn have_keys(self: &Arc<Self>, before: u64, now: i64, token: &str) {
        let standing = self.times().standing(now);
        let turn = match standing {
            Standing::Fresh => return,
            // One fetches; the others go on with what there is.
            Standing::Old => Arc::clone(&self.turn).try_lock_owned().ok(),
            Standing::None => Some(Arc::clone(&self.turn).lock_owned().await),
        };
        if let Some(turn) = turn.filter(|_| self.times().ended == before) {
            self.fetch_if(turn, now, Some(token), |times| times.may_fetch(now)).await;
        }
    }

    /// Fetches the keys for a token of a key that is not among them, or waits for somebody who does; gives whether they
    /// were fetched since the token came.
    async fn look(self: &Arc<Self>, before: u64, now: i64) -> bool {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if self.times().ended != before {
            return true;
        }
        // Noted before it is done: whoever leaves meanwhile has used the minute up all the same.
        let look = |times: &mut Times| times.may_look(now).then(|| times.unknown = Some(now)).is_some();
        self.fetch_if(turn, now, None, look).await
    }

    /// Fetches the keys, if they may be; gives whether they might. Where it is done for a token whose key is not among
    /// them, nobody fetches them once more for such a one.
    #[expect(clippy::disallowed_methods, reason = "whoever asks and leaves must not keep the keys from the others")]
    async fn fetch_if(
        self: &Arc<Self>,
        turn: OwnedMutexGuard<()>,
        now: i64,
        token: Option<&str>,
        may: impl FnOnce(&mut Times) -> bool,
    ) -> bool {
        {
            let mut times = self.times();
            if !may(&mut times) {
                return false;
            }
            times.tried = Some(now);
        }
        let (issuer, token) = (Arc::clone(self), token.map(str::to_owned));
        let fetching = tokio::spawn(async move {
            issuer.fetch(now).await;
            if token.is_some_and(|token| issuer.verifier.verify(&token, now) == Err(Refused::Key)) {
                issuer.times().unknown = Some(now);
            }
            drop(turn);
        });
        let _ = fetching.await;
        true
    }

    async fn fetch(&self, now: i64) {
        let fetched = self.web.fetch(&self.outside).await;
        match &fetched {
            Ok(Fetched { keys, .. }) => self.metrics.keys_fetched(now, keys.count(), keys.left_out()),
            Err(error) => {
                self.metrics.keys_not_fetched();
                tracing::warn!(%error, "the keys of the outside issuer cannot be fetched");
            }
        }
        let failed = fetched.is_err();
        let fresh_until = fetched.ok().map(|Fetched { keys, lasts }| {
            self.verifier.replace(keys);
            now + lasts
        });
        let mut times = self.times();
        times.ended += 1;
        times.failed = failed;
        if let Some(fresh_until) = fresh_until {
            (times.fetched, times.fresh_until) = (Some(now), fresh_until);
        }
    }

    /// No code panics while it holds the lock.
    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
