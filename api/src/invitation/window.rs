//! When a mail may leave: days and hours on the recipient's own clock.
//!
//! Always holds: a window is open by what the wall clock there shows, so an hour that comes twice is open
//! twice, and one that never comes is skipped; [`Window::next`] is never earlier than asked.

use async_graphql::{Enum, InputObject, SimpleObject};
use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use entity::Time;
use serde::{Deserialize, Serialize};

use crate::base::Check;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl From<chrono::Weekday> for Weekday {
    fn from(day: chrono::Weekday) -> Self {
        match day {
            chrono::Weekday::Mon => Self::Mon,
            chrono::Weekday::Tue => Self::Tue,
            chrono::Weekday::Wed => Self::Wed,
            chrono::Weekday::Thu => Self::Thu,
            chrono::Weekday::Fri => Self::Fri,
            chrono::Weekday::Sat => Self::Sat,
            chrono::Weekday::Sun => Self::Sun,
        }
    }
}

/// When mails may leave, on the recipient's own clock; the company's where theirs is unknown.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(input_name = "WindowInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Window {
    /// On these days.
    #[graphql(default_with = "vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu]")]
    pub days: Vec<Weekday>,
    /// From this time on, such as `08:00`.
    #[graphql(default_with = "\"08:00\".to_owned()")]
    pub from: String,
    /// Before this time, such as `11:00`; `24:00` is the end of the day.
    #[graphql(default_with = "\"11:00\".to_owned()")]
    pub until: String,
}

impl Default for Window {
    fn default() -> Self {
        let days = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu];
        Self { days, from: "08:00".to_owned(), until: "11:00".to_owned() }
    }
}

/// Minutes since midnight.
fn minutes(text: &str) -> Option<u32> {
    let (hours, rest) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u32>());
    let (hours, rest) = (two(hours)?.ok()?, two(rest)?.ok()?);
    let all = hours * 60 + rest;
    (rest < 60 && all <= 24 * 60).then_some(all)
}

impl Window {
    /// Notes what is wrong with it, if anything.
    pub fn check(&self, check: &mut Check, field: &str) {
        if self.days.is_empty() {
            check.fault(&format!("{field}/days"), "must name at least one day");
        }
        let (from, until) = (minutes(&self.from), minutes(&self.until));
        for (name, read) in [("from", from), ("until", until)] {
            if read.is_none() {
                check.fault(&format!("{field}/{name}"), "must be a time like 08:00");
            }
        }
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            check.fault(&format!("{field}/until"), "must come after from");
        }
    }

    fn bounds(&self) -> (u32, u32) {
        (minutes(&self.from).unwrap_or(0), minutes(&self.until).unwrap_or(24 * 60))
    }

    /// Whether a mail may leave now.
    pub fn is_open(&self, at: Time, zone: Tz) -> bool {
        let local = at.0.with_timezone(&zone);
        let (from, until) = self.bounds();
        let minute = local.hour() * 60 + local.minute();
        self.days.contains(&local.weekday().into()) && (from..until).contains(&minute)
    }

    /// The first instant from `at` on in which a mail may leave.
    #[must_use]
    pub fn next(&self, at: Time, zone: Tz) -> Time {
        if self.is_open(at, zone) {
            return at;
        }
        let today = at.0.with_timezone(&zone).date_naive();
        // A week, and a day more for a date that a zone left out.
        let days = (0..=8).filter_map(|n| today.checked_add_days(Days::new(n)));
        let mut days = days.filter(|day| self.days.contains(&day.weekday().into()));
        days.find_map(|day| self.opening(day, zone, at)).unwrap_or(at)
    }

    /// The first instant of a day's window that is not before `at`.
    fn opening(&self, day: NaiveDate, zone: Tz, at: Time) -> Option<Time> {
        let (from, until) = self.bounds();
        // Minute by minute only where the clock was put forward over the opening.
        (from..until).find_map(|minute| {
            let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0)?;
            let starts: Vec<DateTime<Utc>> = match zone.from_local_datetime(&day.and_time(time)) {
                LocalResult::Single(only) => vec![only.to_utc()],
                LocalResult::Ambiguous(first, second) => vec![first.to_utc(), second.to_utc()],
                LocalResult::None => Vec::new(),
            };
            starts.into_iter().find(|start| *start >= at.0).map(Time::new)
        })
    }
}

/// The same time of day some days later, on the wall clock of a zone.
pub fn days_later(at: Time, days: u32, zone: Tz) -> Time {
    if days == 0 {
        return at;
    }
    let local = at.0.with_timezone(&zone).naive_local();
    let wanted = local.checked_add_days(Days::new(days.into())).unwrap_or(local);
    let there = (0..=24).find_map(|hours| zone.from_local_datetime(&(wanted + TimeDelta::hours(hours))).earliest());
    there.map_or(at, |there| Time::new(there.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn every_day(from: &str, until: &str) -> Window {
        use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        Window { days: vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun], from: from.to_owned(), until: until.to_owned() }
    }

    #[test]
    fn the_usual_window_is_monday_to_thursday_from_eight_to_eleven() {
        let window = Window::default();
        let berlin = chrono_tz::Europe::Berlin;
        let cases = [
            ("2026-03-02T06:59:59Z", "2026-03-02T07:00:00Z"),
            ("2026-03-02T07:00:00Z", "2026-03-02T07:00:00Z"),
            ("2026-03-02T09:59:59Z", "2026-03-02T09:59:59Z"),
            ("2026-03-02T10:00:00Z", "2026-03-03T07:00:00Z"),
            ("2026-03-05T10:00:00Z", "2026-03-09T07:00:00Z"),
            // The clock goes forward on Sunday, 29 March.
            ("2026-03-26T10:00:00Z", "2026-03-30T06:00:00Z"),
            // And back on Sunday, 25 October.
            ("2026-10-22T10:00:00Z", "2026-10-26T07:00:00Z"),
        ];
        for (at, wanted) in cases {
            assert_eq!(window.next(time(at), berlin), time(wanted), "{at}");
        }
        assert_eq!(
            window.next(time("2026-03-02T00:00:00Z"), chrono_tz::Asia::Kolkata),
            time("2026-03-02T02:30:00Z"),
            "half an hour apart"
        );
    }

    #[test]
    fn an_hour_that_never_comes_is_skipped() {
        let york = chrono_tz::America::New_York;
        let night = every_day("02:15", "03:30");
        // 8 March 2026: 02:00 is followed by 03:00, which is 07:00 UTC.
        assert_eq!(night.next(time("2026-03-08T05:00:00Z"), york), time("2026-03-08T07:00:00Z"));
        let lost = every_day("02:00", "03:00");
        assert_eq!(lost.next(time("2026-03-08T05:00:00Z"), york), time("2026-03-09T06:00:00Z"), "the next day's");
    }

    #[test]
    fn an_hour_that_comes_twice_is_open_twice() {
        let york = chrono_tz::America::New_York;
        // 1 November 2026: 02:00 (06:00 UTC) is followed by 01:00.
        let night = every_day("01:30", "02:00");
        assert_eq!(night.next(time("2026-11-01T05:00:00Z"), york), time("2026-11-01T05:30:00Z"));
        assert_eq!(night.next(time("2026-11-01T06:00:00Z"), york), time("2026-11-01T06:30:00Z"));
        assert!(!night.is_open(time("2026-11-01T06:15:00Z"), york));
    }

    #[test]
    fn a_day_that_a_zone_left_out_is_skipped() {
        // Apia went from Thursday, 29 December 2011 to Saturday, the 31st.
        let apia = chrono_tz::Pacific::Apia;
        let friday = Window { days: vec![Weekday::Fri], ..Window::default() };
        let late = time("2011-12-30T06:00:00Z");
        assert_eq!(late.0.with_timezone(&apia).date_naive().weekday(), chrono::Weekday::Thu);
        let next = friday.next(late, apia);
        assert_eq!(next.0.with_timezone(&apia).naive_local().to_string(), "2012-01-06 08:00:00");
    }

    #[test]
    fn the_next_opening_is_the_first_minute_that_is_open() {
        let zones = [
            chrono_tz::Europe::Berlin,
            chrono_tz::America::New_York,
            chrono_tz::Asia::Kolkata,
            chrono_tz::Pacific::Apia,
        ];
        let windows = [Window::default(), every_day("01:30", "02:30"), every_day("02:10", "02:50")];
        let starts = [
            "2011-12-29T00:07:00Z",
            "2021-04-03T12:00:00Z",
            "2021-09-25T00:00:00Z",
            "2026-03-07T00:00:00Z",
            "2026-03-28T20:00:00Z",
            "2026-10-24T00:30:00Z",
            "2026-10-31T22:00:00Z",
        ];
        let cases = zones.iter().flat_map(|zone| windows.iter().map(move |window| (*zone, window)));
        for ((zone, window), start) in cases.flat_map(|case| starts.map(move |start| (case, start))) {
            for hour in (0..36).step_by(5) {
                let at = Time::new(time(start).0 + TimeDelta::hours(hour));
                let slow = (0..11 * 24 * 60)
                    .map(|minute| Time::new(at.0 + TimeDelta::minutes(minute)))
                    .find(|at| window.is_open(*at, zone));
                assert_eq!(Some(window.next(at, zone)), slow, "{zone} {window:?} {at}");
            }
        }
    }

    #[test]
    fn days_pass_on_the_wall_clock() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(days_later(time("2026-03-27T08:30:00Z"), 4, berlin), time("2026-03-31T07:30:00Z"));
        assert_eq!(days_later(time("2026-03-28T01:30:00Z"), 1, berlin), time("2026-03-29T01:30:00Z"), "02:30 is 03:30");
    }

    #[test]
    fn what_is_no_window_is_refused() {
        let faults = |window: Window| {
            let mut check = Check::default();
            window.check(&mut check, "window");
            check.done().err().map_or(0, |error| error.faults().len())
        };
        assert_eq!(faults(Window::default()), 0);
        assert_eq!(faults(every_day("00:00", "24:00")), 0);
        for (from, until, count) in [("8:00", "11:00", 1), ("11:00", "11:00", 1), ("08:60", "25:00", 2), ("", "é", 2)]
        {
            assert_eq!(faults(every_day(from, until)), count, "{from} {until}");
        }
        assert_eq!(faults(Window { days: Vec::new(), ..Window::default() }), 1);
    }
}
