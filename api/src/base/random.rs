//! Chance, as an argument.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::{digest, rand as lc};
use entity::Time;
use uuid::Uuid;

/// Where unpredictable bytes come from.
pub trait Random: Send + Sync + 'static {
    fn fill(&self, bytes: &mut [u8]);

    /// A fresh UUID v7 of that instant.
    fn id(&self, at: Time) -> Uuid {
        let mut bits = [0; 10];
        self.fill(&mut bits);
        let millis = u64::try_from(at.0.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
    }
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
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
