//! Days and instants of a file. A date that can be read two ways is never guessed: the mapping says its order.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use entity::{Day, Time};

use super::value::Parsed;

/// Before it, a year is taken for a misread one: `1/5/17` under `%m/%d/%Y` is the year 17.
const FIRST_YEAR: i32 = 1900;

/// A day; `YYYY-MM-DD` without formats. A time of day in a format is read and left out.
pub(super) fn day(raw: &str, formats: &[String]) -> Parsed<Day> {
    if formats.is_empty() {
        let day = Day::parse(raw)?;
        return in_time(day.0).map(|()| day);
    }
    only(formats, "a day", |format| {
        let day = NaiveDate::parse_from_str(raw, format)
            .or_else(|_| NaiveDateTime::parse_from_str(raw, format).map(|local| local.date()))
            .or_else(|_| DateTime::parse_from_str(raw, format).map(|instant| instant.date_naive()));
        day.ok().map(|day| in_time(day).map(|()| Day(day)))
    })
}

/// An instant. Without formats: RFC 3339, or a day as `YYYY-MM-DD`. A time without offset is of
/// the mapping's zone; a day without time counts as noon there, so that it is the same day nearly everywhere.
pub(super) fn instant(raw: &str, formats: &[String], zone: Tz) -> Parsed<Time> {
    if formats.is_empty() {
        return match Day::parse(raw) {
            Ok(day) => local(day.0.and_time(noon()), zone),
            Err(_) => Time::parse(raw).and_then(|time| in_time(time.0.date_naive()).map(|()| time)).map_err(|_| {
                "must be an instant like 2026-01-31T09:30:00Z or a day like 2026-01-31, from 1900 on".to_owned()
            }),
        };
    }
    only(formats, "an instant or a day", |format| {
        if let Ok(instant) = DateTime::parse_from_str(raw, format) {
            return Some(in_time(instant.date_naive()).map(|()| Time::new(instant.with_timezone(&Utc))));
        }
        let naive = NaiveDateTime::parse_from_str(raw, format)
            .or_else(|_| NaiveDate::parse_from_str(raw, format).map(|day| day.and_time(noon())));
        naive.ok().map(|naive| local(naive, zone))
    })
}

/// The one reading of a value by several formats; `what` it should be.
fn only<T: PartialEq + std::fmt::Display>(
    formats: &[String],
    what: &str,
    read: impl Fn(&str) -> Option<Parsed<T>>,
) -> Parsed<T> {
    let mut found: Option<(T, &str)> = None;
    let mut broken = None;
    for format in formats {
        match (read(format), &found) {
            (None, _) => {}
            (Some(Err(rule)), _) => broken = Some(rule),
            (Some(Ok(value)), None) => found = Some((value, format)),
            (Some(Ok(value)), Some((first, _))) if value == *first => {}
            (Some(Ok(value)), Some((first, by))) => {
                return Err(format!("is {first} by {by} and {value} by {format}; nothing tells which"));
            }
        }
    }
    match (found, broken) {
        (Some((value, _)), _) => Ok(value),
        (None, Some(rule)) => Err(rule),
        (None, None) => Err(format!("must be {what} written as {}", formats.join(" or "))),
    }
}

fn noon() -> NaiveTime {
    NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default()
}

/// Of the two instants of an autumn night's hour, the first.
fn local(naive: NaiveDateTime, zone: Tz) -> Parsed<Time> {
    in_time(naive.date())?;
    let instant = zone
        .from_local_datetime(&naive)
        .earliest()
        .ok_or_else(|| format!("is a time that the clocks of {zone} leapt over"))?;
    Ok(Time::new(instant.with_timezone(&Utc)))
}

fn in_time(day: NaiveDate) -> Parsed<()> {
    if (FIRST_YEAR..=9998).contains(&day.year()) {
        return Ok(());
    }
    Err(format!("lies outside the years {FIRST_YEAR} to 9998; does date_format fit?"))
}
