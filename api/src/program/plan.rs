//! What a programme says, as data: kept on it, and on each wave as it stood then.

use async_graphql::{Enum, InputObject};
use entity::{Day, ProgramId, Time};
use serde::{Deserialize, Serialize};

use super::Audience;
use crate::{
    base::{Check, Error, Result},
    ctx::Company,
    invitation::Delivery,
};

/// What starts a wave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Trigger {
    /// Somebody, or an integration.
    #[default]
    ByHand,
    /// Each contact is asked again so many days after this programme asked them last; looked after once a day.
    Recurring,
    /// The contacts of an account are asked so many days before its renewal; looked after once a day.
    BeforeRenewal,
}

/// When and to whom a survey is sent, and how its mails leave.
#[derive(Clone, Debug, PartialEq, InputObject, Serialize, Deserialize)]
#[graphql(name = "PlanInput")]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// What starts a wave.
    #[graphql(default)]
    pub trigger: Trigger,
    /// For `RECURRING`: days from one mail to the next, 7 to 730. Rests between surveys hold all the same.
    #[graphql(default = 90)]
    pub every_days: i32,
    /// For `BEFORE_RENEWAL`: so many days before, 1 to 365.
    #[graphql(default = 60)]
    pub days_before: i32,
    /// To whom.
    #[graphql(default)]
    pub audience: Audience,
    /// How its mails leave.
    #[graphql(default_with = "usual()")]
    pub delivery: Delivery,
}

/// Everybody drawn, at once, in the usual window, with two reminders.
fn usual() -> Delivery {
    let window = Some(crate::invitation::Window::default());
    Delivery { reminders: crate::invitation::REMINDERS.to_vec(), window, ..Delivery::default() }
}

/// Bytes of a plan, which is kept on each of its waves.
const MOST: usize = 16_384;
/// Who was not asked is tried again by a running programme after so many days.
const AGAIN: i32 = 30;

impl Plan {
    /// To everybody, with the defaults that a client's plan has.
    pub fn usual(trigger: Trigger) -> Self {
        Self { trigger, every_days: 90, days_before: 60, audience: Audience::default(), delivery: usual() }
    }

    pub fn read(plan: &serde_json::Value) -> Result<Self> {
        serde_json::from_value(plan.clone()).map_err(Error::internal)
    }

    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::to_value(self).map_err(Error::internal)
    }

    /// Notes what is wrong with it, if anything.
    pub fn check(&self, check: &mut Check) {
        check.range("plan/everyDays", self.every_days, 7, 730);
        check.range("plan/daysBefore", self.days_before, 1, 365);
        self.delivery.check(check, "plan/delivery");
        self.audience.check(check, "plan/audience");
        if self.json().is_ok_and(|plan| plan.to_string().len() > MOST) {
            check.fault("plan", format!("must take at most {MOST} bytes as JSON; narrow its filters"));
        }
    }

    /// Whether it makes its waves by itself.
    pub const fn is_automatic(&self) -> bool {
        !matches!(self.trigger, Trigger::ByHand)
    }

    /// What chance draws by in a wave: alike for a dry run and the run that follows it; anew for each wave by
    /// hand and each round of asking.
    pub fn seed(&self, program: ProgramId, earlier: i64, now: Time) -> String {
        match self.trigger {
            Trigger::ByHand => format!("{program}/{earlier}"),
            Trigger::Recurring => {
                let round = now.0.timestamp().div_euclid(86_400).div_euclid(self.every_days.max(1).into());
                format!("{program}/{round}")
            }
            Trigger::BeforeRenewal => program.to_string(),
        }
    }

    /// For how many days a contact rests whom this programme asked, and one whom it could not ask; none where a
    /// wave asks all of its audience.
    pub fn rests(&self) -> Option<(i32, i32)> {
        let days = match self.trigger {
            Trigger::ByHand => return None,
            Trigger::Recurring => self.every_days,
            // Asked for this renewal means asked within the days before it.
            Trigger::BeforeRenewal => self.days_before + 1,
        };
        Some((days, days.min(AGAIN)))
    }

    /// The days within which an account's renewal lies for its contacts to be asked now.
    pub fn renewals(&self, now: Time, company: &Company) -> Option<(Day, Day)> {
        if self.trigger != Trigger::BeforeRenewal {
            return None;
        }
        let today = now.0.with_timezone(&company.zone).date_naive();
        let days = u64::try_from(self.days_before).unwrap_or(0);
        Some((Day(today), Day(today.checked_add_days(chrono::Days::new(days)).unwrap_or(today))))
    }
}
