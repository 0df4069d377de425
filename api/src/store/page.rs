//! Pages by keyset: a cursor says after which row to go on, so that no row is skipped or read twice.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use serde::{Serialize, de::DeserializeOwned};

use crate::base::{Error, Result};

/// Which page: the first `first` rows after `after`, or the last `last` before `before`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageArgs {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// The most rows of one page.
pub const MAX_PAGE: i32 = 100;
/// The rows of a page nobody set a size for.
pub const PAGE: i32 = 25;

/// A page resolved: how many rows, from where, which way.
#[derive(Clone, Debug)]
pub struct Keyset<K> {
    pub size: usize,
    pub from: Option<K>,
    /// Walks against the order: the rows come back reversed and are turned round.
    pub backward: bool,
}

impl PageArgs {
    /// Checks the arguments and opens the cursor.
    pub fn keyset<K: DeserializeOwned>(&self) -> Result<Keyset<K>> {
        let backward = self.last.is_some() || self.before.is_some();
        if backward && (self.first.is_some() || self.after.is_some()) {
            return Err(Error::invalid("/last", "must not be combined with first or after; page one way at a time"));
        }
        let (field, size) = if backward { ("/last", self.last) } else { ("/first", self.first) };
        let size = size.unwrap_or(PAGE);
        if !(1..=MAX_PAGE).contains(&size) {
            return Err(Error::invalid(field, format!("must be between 1 and {MAX_PAGE}")));
        }
        let (field, cursor) = if backward { ("/before", &self.before) } else { ("/after", &self.after) };
        let from = cursor.as_deref().map(|text| open(text).ok_or_else(|| stale(field))).transpose()?;
        Ok(Keyset { size: usize::try_from(size).unwrap_or(1), from, backward })
    }
}

fn stale(field: &str) -> Error {
    Error::invalid(field, "must be a cursor of this list in this order")
}

fn open<K: DeserializeOwned>(text: &str) -> Option<K> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    // No row holds U+0000, so no cursor of ours does, and PostgreSQL would choke on one.
    let nul = bytes.windows(6).any(|part| part == br"\u0000");
    if nul { None } else { serde_json::from_slice(&bytes).ok() }
}

/// Where a row stands in its list. Written as a text only where it is shown.
#[derive(Clone)]
pub struct Cursor(Arc<dyn Fn() -> String + Send + Sync>);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0())
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({self})")
    }
}

/// The cursor of a row whose sort key is `key`.
pub fn cursor<K: Serialize + Send + Sync + 'static>(key: K) -> Cursor {
    Cursor(Arc::new(move || URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key).unwrap_or_default())))
}

/// Rows beyond the cursor, as a row value: one direction for all columns.
pub fn beyond(columns: Vec<SimpleExpr>, from: Vec<SimpleExpr>, descending: bool) -> SimpleExpr {
    let (columns, from) = (Expr::tuple(columns), Expr::tuple(from));
    if descending { columns.lt(from) } else { columns.gt(from) }
}

/// One page of rows and whether there are more on either side.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub has_next: bool,
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// From `size + 1` rows read in walking order.
    pub fn cut<K>(mut rows: Vec<T>, keyset: &Keyset<K>) -> Self {
        let more = rows.len() > keyset.size;
        rows.truncate(keyset.size);
        if keyset.backward {
            rows.reverse();
        }
        let came_from = keyset.from.is_some();
        let (has_next, has_previous) = if keyset.backward { (came_from, more) } else { (more, came_from) };
        Self { rows, has_next, has_previous }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(f).collect(), has_next: self.has_next, has_previous: self.has_previous }
    }
}
