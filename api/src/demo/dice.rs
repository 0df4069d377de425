//! Chance that falls alike every time, and days counted back from now.

use chrono::{Datelike, NaiveTime, TimeDelta};
use entity::{Day, Time};

use crate::base::{Random, SeededRandom};

/// Dice that always fall in the same order.
pub struct Dice(SeededRandom);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(SeededRandom::new(seed))
    }

    /// 0 to `sides` − 1; 0 where there are no sides.
    pub fn below(&self, sides: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(0) % sides.max(1)
    }

    /// The same as a signed number.
    pub fn upto(&self, most: i64) -> i64 {
        i64::try_from(self.below(usize::try_from(most).unwrap_or(0) + 1)).unwrap_or(0)
    }

    pub fn percent(&self, share: usize) -> bool {
        self.below(100) < share
    }

    pub fn pick<T: Copy>(&self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len())).copied()
    }
}

/// Days are counted back from now, so that the story always ends today.
#[derive(Clone, Copy)]
pub struct Calendar {
    pub now: Time,
}

impl Calendar {
    /// A time of day so many days ago, UTC.
    pub fn at(self, days_ago: i64, hour: u32, minute: u32) -> Time {
        let day = self.now.0.date_naive() - TimeDelta::days(days_ago);
        Time::new(day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()).and_utc())
    }

    /// Some minute of a working day's hours; weekends count as the Friday before.
    pub fn working(self, days_ago: i64, dice: &Dice) -> Time {
        let day = self.now.0.date_naive() - TimeDelta::days(days_ago);
        let weekend = i64::from(day.weekday().num_days_from_monday()) - 4;
        let days_ago = days_ago + weekend.max(0);
        let (hour, minute) = (dice.upto(8), dice.upto(59));
        self.at(days_ago, 8 + u32::try_from(hour).unwrap_or(0), u32::try_from(minute).unwrap_or(0))
    }

    /// The day so many days from now.
    pub fn ahead(self, days: i64) -> Day {
        Day(self.now.0.date_naive() + TimeDelta::days(days))
    }
}
