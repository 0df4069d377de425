//! Days and instants of a file. A date that can be read two ways is never guessed: the mapping says its order.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use entity::{Day, Time};

use super::value::Parsed;

/// Before it, a year is taken for a misread one: `1/5/17` under `%m/%d/%Y` is the year 17.
const FIRST_YEAR: i32 = 1900;

/// Whether a date format is one we can read by.
pub(super) fn known_format(format: &str) -> bool {
    !format.is_empty() && !StrftimeItems::new(format).any(|item| matches!(item, Item::Error))
}

/// A day; `YYYY-MM-DD` without a format. A time of day in the format is read and left out.
pub(super) fn day(raw: &str, format: Option<&str>) -> Parsed<Day> {
    let day = match format {
        None => Day::parse(raw)?.0,
        Some(format) => NaiveDate::parse_from_str(raw, format)
            .or_else(|_| NaiveDateTime::parse_from_str(raw, format).map(|local| local.date()))
            .map_err(|_| format!("must be a day written as {format}"))?,
    };
    in_time(day)?;
    Ok(Day(day))
}

/// An instant. Without a format: RFC 3339, or a day as `YYYY-MM-DD`. A time without offset is of
/// the mapping's zone; a day without time counts as noon there, so that it is the same day nearly everywhere.
pub(super) fn instant(raw: &str, format: Option<&str>, zone: Tz) -> Parsed<Time> {
    let Some(format) = format else {
        return match Day::parse(raw) {
            Ok(day) => local(day.0.and_time(noon()), zone),
            Err(_) => Time::parse(raw).and_then(|time| in_time(time.0.date_naive()).map(|()| time)).map_err(|_| {
                "must be an instant like 2026-01-31T09:30:00Z or a day like 2026-01-31, from 1900 on".to_owned()
            }),
        };
    };
    if let Ok(instant) = DateTime::parse_from_str(raw, format) {
        in_time(instant.date_naive())?;
        return Ok(Time::new(instant.with_timezone(&Utc)));
    }
    let naive = NaiveDateTime::parse_from_str(raw, format)
        .or_else(|_| NaiveDate::parse_from_str(raw, format).map(|day| day.and_time(noon())))
        .map_err(|_| format!("must be an instant or a day written as {format}"))?;
    local(naive, zone)
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
