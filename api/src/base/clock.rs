//! The time, as an argument.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use entity::Time;

/// Where "now" comes from.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Time;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Time {
        Time::new(Utc::now())
    }
}

/// A clock that moves only by hand: a year can be played in a second.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    pub fn new(start: Time) -> Self {
        Self(Mutex::new(start.0))
    }

    pub fn forward(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += by;
    }

    pub fn set(&self, to: Time) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = to.0;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Time {
        Time::new(*self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
