//! Which order of day, month and year the values of a column show: one, several, or none.
//!
//! Seen value by value, keeping counts and a few row numbers. An order is taken only where it fits every
//! value and no other does; it is found then, not guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use chrono::NaiveDate;
use entity::{Day, Time};

/// Row numbers that an order is shown by.
const SHOWN: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

const ORDERS: [Order; 3] = [Order::Dmy, Order::Mdy, Order::Ymd];

/// All of a date's form but the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Form {
    separator: char,
    /// The year has four figures.
    long: bool,
    time: &'static str,
}

impl Form {
    fn format(self, order: Order) -> String {
        let (year, s) = (if self.long { "%Y" } else { "%y" }, self.separator);
        let day = match order {
            Order::Dmy => format!("%d{s}%m{s}{year}"),
            Order::Mdy => format!("%m{s}%d{s}{year}"),
            Order::Ymd => format!("{year}{s}%m{s}%d"),
        };
        day + self.time
    }
}

/// A date as written: its form, and the day it is in each order that fits.
struct Written {
    form: Form,
    /// A year of four figures comes first, which leaves no doubt.
    certain: bool,
    days: [Option<NaiveDate>; 3],
}

/// Rows that fit something.
#[derive(Clone, Debug, Default)]
struct Rows {
    count: u64,
    first: Vec<u64>,
    last: u64,
}

impl Rows {
    fn add(&mut self, row: u64) {
        self.count += 1;
        self.last = row;
        if self.first.len() < SHOWN {
            self.first.push(row);
        }
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<String> = self.first.iter().map(ToString::to_string).collect();
        write!(f, "{}", rows.join(", "))?;
        if self.count > rows.len() as u64 { write!(f, " … {}", self.last) } else { Ok(()) }
    }
}

/// Dates of one separator, which are taken to be of one order.
#[derive(Clone, Debug, Default)]
struct Group {
    forms: BTreeSet<Form>,
    count: u64,
    fits: [u64; 3],
    /// Values that only this order fits.
    alone: [Rows; 3],
    /// Values that are another day in another order.
    several: Rows,
}

/// What the values of a column show.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Values that are not what is read without any format.
    odd: bool,
    instants: bool,
    certain: BTreeSet<Form>,
    groups: BTreeMap<char, Group>,
}

impl Tally {
    pub fn see(&mut self, raw: &str, row: u64) {
        if Time::parse(raw).is_ok() {
            self.instants = true;
            return;
        }
        let iso = Day::parse(raw).is_ok();
        let Some(date) = written(raw) else { return };
        self.odd |= !iso;
        if date.certain {
            self.certain.insert(date.form);
            return;
        }
        let days: BTreeSet<NaiveDate> = date.days.iter().flatten().copied().collect();
        if days.is_empty() {
            return;
        }
        let group = self.groups.entry(date.form.separator).or_default();
        group.forms.insert(date.form);
        group.count += 1;
        let fit: Vec<usize> = (0..3).filter(|order| date.days[*order].is_some()).collect();
        for order in &fit {
            group.fits[*order] += 1;
        }
        match fit.as_slice() {
            [only] => group.alone[*only].add(row),
            _ if days.len() > 1 => group.several.add(row),
            _ => {}
        }
    }

    /// The formats that the values have; none where they are ISO or no dates. Else what must be told.
    pub fn formats(&self) -> Result<Vec<String>, String> {
        let mut formats = Vec::new();
        if !self.odd {
            return Ok(formats);
        }
        if self.instants {
            formats.push("%+".to_owned());
        }
        formats.extend(self.certain.iter().map(|form| form.format(Order::Ymd)));
        for group in self.groups.values() {
            let order = group.order()?;
            formats.extend(group.forms.iter().map(|form| form.format(order)));
        }
        Ok(formats)
    }
}

impl Group {
    fn order(&self) -> Result<Order, String> {
        let fitting: Vec<Order> =
            ORDERS.into_iter().zip(self.fits).filter(|(_, fits)| *fits == self.count).map(|(order, _)| order).collect();
        match fitting.as_slice() {
            [order] => Ok(*order),
            [order, ..] if self.several.count == 0 => Ok(*order),
            _ => Err(self.doubt(&fitting)),
        }
    }

    fn doubt(&self, fitting: &[Order]) -> String {
        let form = self.forms.first().copied().unwrap_or(Form { separator: '/', long: true, time: "" });
        let shown: Vec<Order> = if fitting.is_empty() {
            ORDERS.into_iter().zip(&self.alone).filter(|(_, rows)| rows.count > 0).map(|(order, _)| order).collect()
        } else {
            fitting.to_vec()
        };
        let formats: Vec<String> = shown.iter().map(|order| form.format(*order)).collect();
        let mut text = String::new();
        if fitting.is_empty() {
            text.push_str("the dates have several orders: ");
            for (order, format) in shown.iter().zip(&formats) {
                let rows = &self.alone[*order as usize];
                let _ = write!(text, "{} only fit {format} (rows {rows}), ", rows.count);
            }
            if self.several.count > 0 {
                let _ = write!(text, "{} fit several (rows {}), ", self.several.count, self.several);
            }
            text.truncate(text.len() - 2);
        } else {
            let _ = write!(text, "every date can be read as {} (rows {})", formats.join(" and as "), self.several);
        }
        let (first, last) = (&formats[0], formats.last().unwrap_or(&formats[0]));
        let _ = write!(
            text,
            "; tell it: date_format = \"{first}\" refuses other rows, [\"{first}\", \"{last}\"] refuses rows that fit \
             several, {{ \"FROM-TO\" = \"{last}\", else = \"{first}\" }} says it by rows, {{ by = \"COLUMN\", CELL = \"{last}\", \
             else = \"{first}\" }} by the cells of a column"
        );
        text
    }
}

/// Reads three numbers between two equal separators, and a time behind them.
fn written(raw: &str) -> Option<Written> {
    let (first, rest) = figures(raw)?;
    let separator = rest.chars().next().filter(|letter| matches!(letter, '/' | '.' | '-'))?;
    let (second, rest) = figures(&rest[1..])?;
    let (third, rest) = figures(rest.strip_prefix(separator)?)?;
    let form = Form { separator, long: first.len() == 4 || third.len() == 4, time: time(rest)? };
    let day = |year: &str, month: &str, day: &str| {
        let year: i32 = year.parse().ok()?;
        // As `%y` reads it.
        let year = if form.long { year } else { year + if year < 70 { 2000 } else { 1900 } };
        NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
    };
    let (dmy, mdy, ymd) = (day(third, second, first), day(third, first, second), day(first, second, third));
    match (first.len(), second.len(), third.len()) {
        (4, 1 | 2, 1 | 2) => Some(Written { form, certain: true, days: [None, None, ymd] }),
        (1 | 2, 1 | 2, 4) => Some(Written { form, certain: false, days: [dmy, mdy, None] }),
        (1 | 2, 1 | 2, 1 | 2) => {
            let (year_last, year_first) = (third.len() == 2, first.len() == 2);
            let days = [dmy.filter(|_| year_last), mdy.filter(|_| year_last), ymd.filter(|_| year_first)];
            Some(Written { form, certain: false, days })
        }
        _ => None,
    }
}

/// One to four figures, and what follows.
fn figures(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=4).contains(&end).then(|| text.split_at(end))
}

/// The format of what stands behind a day: nothing, or a time.
fn time(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("");
    }
    let iso = text.starts_with('T');
    let text = text.strip_prefix(['T', ' '])?.trim_start();
    let half = text.len() > 2 && text.is_char_boundary(text.len() - 2) && {
        let end = &text[text.len() - 2..];
        end.eq_ignore_ascii_case("am") || end.eq_ignore_ascii_case("pm")
    };
    let clock = if half { text[..text.len() - 2].trim_end() } else { text };
    let colons = clock.matches(':').count();
    if !clock.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')) {
        return None;
    }
    match (iso, half, colons, clock.contains('.')) {
        (false, false, 1, false) => Some(" %H:%M"),
        (false, false, 2, false) => Some(" %H:%M:%S"),
        (false, false, 2, true) => Some(" %H:%M:%S%.f"),
        (true, false, 1, false) => Some("T%H:%M"),
        (true, false, 2, false) => Some("T%H:%M:%S"),
        (true, false, 2, true) => Some("T%H:%M:%S%.f"),
        (false, true, 1, false) => Some(" %I:%M %p"),
        (false, true, 2, false) => Some(" %I:%M:%S %p"),
        _ => None,
    }
}
