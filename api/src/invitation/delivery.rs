//! How the mails of one wave leave: reminders, window, expiry, sample, spread, cap.
//!
//! Kept on the wave as it stood when it was made. Who is drawn, and on which day, follows from a
//! stable digest of the wave and the person, so that a dry run and the run agree and a person at two
//! accounts is drawn once.

use async_graphql::{InputObject, SimpleObject};
use chrono::TimeDelta;
use chrono_tz::Tz;
use entity::{Time, contact, wave};
use serde::{Deserialize, Serialize};

use super::{Window, days_later};
use crate::{
    base::{Check, Error, Result},
    secure::digest,
};

/// Days after the first mail on which who has not answered is reminded.
pub const REMINDERS: [i32; 2] = [4, 9];
/// How many days a link works after the first mail.
pub const EXPIRES_DAYS: i32 = 21;

/// How mails leave.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(input_name = "DeliveryInput")]
#[serde(rename_all = "camelCase", default)]
pub struct Delivery {
    /// How many of a hundred are asked, 1 to 100. Chance decides once a wave, and alike for a person who is a
    /// contact at several accounts.
    #[graphql(default = 100)]
    pub sample_percent: i32,
    /// Over how many days the first mails are spread, 0 to 90. 0: at once.
    #[graphql(default)]
    pub spread_days: i32,
    /// At most so many contacts of one account a wave, 1 to 1,000; null: no limit.
    pub per_account: Option<i32>,
    /// Days after the first mail on which who has not answered is reminded: none, one or two, ascending.
    #[graphql(default_with = "REMINDERS.to_vec()")]
    pub reminders: Vec<i32>,
    /// Mails leave only then; null: at any time. Absent: Monday to Thursday, 08:00 to 11:00.
    #[graphql(default_with = "Some(Window::default())")]
    pub window: Option<Window>,
    /// How many days a link works after the first mail, 1 to 90.
    #[graphql(default_with = "EXPIRES_DAYS")]
    pub expires_days: i32,
}

/// Waves from before there were plans: one mail, at once.
impl Default for Delivery {
    fn default() -> Self {
        Self {
            sample_percent: 100,
            spread_days: 0,
            per_account: None,
            reminders: Vec::new(),
            window: None,
            expires_days: EXPIRES_DAYS,
        }
    }
}

impl Delivery {
    /// What a wave was made with.
    pub fn of(wave: &wave::Model) -> Result<Self> {
        let plan = wave.plan.get("delivery").cloned();
        plan.map_or_else(|| Ok(Self::default()), |plan| serde_json::from_value(plan).map_err(Error::internal))
    }

    /// Notes what is wrong with it, if anything.
    pub fn check(&self, check: &mut Check, field: &str) {
        check.range(&format!("{field}/samplePercent"), self.sample_percent, 1, 100);
        check.range(&format!("{field}/spreadDays"), self.spread_days, 0, 90);
        check.range(&format!("{field}/expiresDays"), self.expires_days, 1, 90);
        if let Some(most) = self.per_account {
            check.range(&format!("{field}/perAccount"), most, 1, 1_000);
        }
        reminders(check, &format!("{field}/reminders"), &self.reminders, self.expires_days);
        if let Some(window) = &self.window {
            window.check(check, &format!("{field}/window"));
        }
    }

    /// Whether chance takes a person.
    pub fn draws(&self, lot: Lot) -> bool {
        i32::try_from(lot.0 % 100).is_ok_and(|part| part < self.sample_percent)
    }

    /// When a person's first mail is due.
    pub fn due(&self, lot: Lot, now: Time, zone: Tz) -> Time {
        let days = u64::try_from(self.spread_days).unwrap_or(0).max(1);
        // Another part of the digest than the one that draws.
        let day = u32::try_from((lot.0 >> 20) % days).unwrap_or(0);
        self.opening(days_later(now, day, zone), zone)
    }

    /// When the reminder after mail number `step` is due; none where there is none, or it would come too late.
    pub fn reminder(&self, step: i16, first: Time, now: Time, expires: Time, zone: Tz) -> Option<Time> {
        let days = self.reminders.get(usize::try_from(step).ok()?.checked_sub(1)?)?;
        let at = days_later(first, u32::try_from(*days).ok()?, zone);
        let due = self.opening(at.max(now), zone);
        (due < expires).then_some(due)
    }

    /// The first instant from `at` on in which a mail may leave.
    pub fn opening(&self, at: Time, zone: Tz) -> Time {
        self.window.as_ref().map_or(at, |window| window.next(at, zone))
    }

    pub fn expires(&self, first: Time) -> Time {
        Time::new(first.0 + TimeDelta::days(self.expires_days.into()))
    }
}

/// Reminders of 1 day to the expiry, two at most, ascending.
pub fn reminders(check: &mut Check, field: &str, days: &[i32], expires: i32) {
    if days.len() > REMINDERS.len() {
        check.fault(field, "must be two at most");
    }
    if days.iter().any(|day| !(1..expires).contains(day)) || !days.is_sorted_by(|a, b| a < b) {
        check.fault(field, format!("must be days between 1 and {}, ascending", expires - 1));
    }
}

/// A number that follows from a sending and a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lot(u64);

impl Lot {
    pub fn of(seed: &str, contact: &contact::Model) -> Self {
        let person = contact.email_key.clone().unwrap_or_else(|| contact.id.to_string());
        let digest = digest(format!("{seed}/{person}"));
        Self(digest.0.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }
}

/// The zone of a contact, or the company's.
pub fn zone(contact: &contact::Model, company: Tz) -> Tz {
    contact.time_zone.as_deref().and_then(|name| name.parse().ok()).unwrap_or(company)
}
