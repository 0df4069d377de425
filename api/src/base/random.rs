//! Chance, as an argument.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::{digest, rand as lc};
use entity::Time;
use uuid::Uuid;

/// Where unpredictable bytes come from.
pub trait Random: Send + Sync + 'static {
    fn fill(&self, bytes: &mut [u8]);

    /// A fresh UUID v7 of that instant: greater than any of a microsecond before.
    fn id(&self, at: Time) -> Uuid {
        let mut bits = [0; 10];
        self.fill(&mut bits);
        of_instant(at, bits)
    }
}

/// No id of that instant is less.
pub fn first_id(at: Time) -> Uuid {
    of_instant(at, [0; 10])
}

/// A UUID v7 whose twelve bits after the version begin with the microseconds (RFC 9562, section 6.2, method 3).
fn of_instant(at: Time, mut bits: [u8; 10]) -> Uuid {
    let micros = u64::try_from(at.0.timestamp_micros()).unwrap_or(0);
    let [high, low] = u16::try_from(micros % 1_000).unwrap_or_default().wrapping_shl(2).to_be_bytes();
    bits[0] = high;
    bits[1] = low | bits[1] & 0b11;
    uuid::Builder::from_unix_timestamp_millis(micros / 1_000, &bits).into_uuid()
}

/// Bytes that are asked for at once for the ids to come.
const AHEAD: usize = 2_560;

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemRandom {
    /// Bytes for ids, which are no secrets: asked for by so few, each would cost as much as many do.
    ahead: Mutex<Vec<u8>>,
}

impl Random for SystemRandom {
    fn id(&self, at: Time) -> Uuid {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let bits = ahead.last_chunk().copied().unwrap_or_else(|| {
            ahead.resize(AHEAD, 0);
            self.fill(&mut ahead);
            ahead.last_chunk().copied().unwrap_or_default()
        });
        let left = ahead.len() - bits.len();
        ahead.truncate(left);
        drop(ahead);
        of_instant(at, bits)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
    fn fill(&self, bytes: &mut [u8]) {
        // The library aborts rather than hand out weak bytes; an error here means the same.
        if lc::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

/// Bytes that follow from a seed, for tests and the demo's history. Never for a secret.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    calls: AtomicU64,
}

impl SeededRandom {
    pub const fn new(seed: u64) -> Self {
        Self { seed, calls: AtomicU64::new(0) }
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let call = self.calls.fetch_add(1, Ordering::Relaxed);
            let block = digest::digest(&digest::SHA256, &[self.seed.to_be_bytes(), call.to_be_bytes()].concat());
            let length = chunk.len();
            chunk.copy_from_slice(&block.as_ref()[..length]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lie_between_the_bounds_of_their_instant() {
        let random = SeededRandom::new(1);
        let mut at = Time::parse("2026-03-01T09:30:00.000998Z").unwrap();
        for _ in 0..4 {
            for _ in 0..100 {
                let id = random.id(at);
                assert!((first_id(at)..first_id(at.next())).contains(&id), "{at} {id}");
                assert_eq!(id.get_version_num(), 7);
            }
            at = at.next();
        }
    }
}
