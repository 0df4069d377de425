//! A body that is written while it is read: a chunk of rows at a time.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use chrono::TimeDelta;
use entity::Time;
use futures_util::{StreamExt, stream};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Order};
use serde_json::Value;
use uuid::Uuid;

use super::{Directory, Line};
use crate::{
    access::Role,
    account::{self, ListAccounts},
    base::{Error, Result, guarded},
    contact::{self, ListContacts},
    ctx::Ctx,
    response::ResponseFilter,
    session,
    store::filter,
    timeline::InteractionFilter,
};

/// How long an export may take.
const LONGEST: TimeDelta = TimeDelta::hours(1);
/// Rows of one statement.
const CHUNK: u64 = 500;

/// How rows are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, UTF-8, a header first.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// Where an export stands.
struct Exporting<E: Line> {
    ctx: Ctx,
    directory: Arc<Directory>,
    which: Condition,
    format: Format,
    after: Option<Uuid>,
    begun: bool,
    since: Time,
    entity: std::marker::PhantomData<E>,
}

/// The accounts that a list would show, all of them.
pub async fn accounts(ctx: &Ctx, ask: &ListAccounts, format: Format) -> Result<Body> {
    rows::<entity::account::Entity>(ctx, account::conditions(ask, ctx.store().sight())?, format).await
}

/// The staff, with the teams they are in and lead.
pub async fn members(ctx: &Ctx, format: Format) -> Result<Body> {
    rows::<entity::member::Entity>(ctx, Condition::all(), format).await
}

/// The contacts that a list would show, all of them.
pub async fn contacts(ctx: &Ctx, ask: &ListContacts, format: Format) -> Result<Body> {
    rows::<entity::contact::Entity>(ctx, contact::conditions(ask, ctx.store().sight())?, format).await
}

/// The entries of the timelines in scope.
pub async fn interactions(ctx: &Ctx, filter: Option<&InteractionFilter>, format: Format) -> Result<Body> {
    rows::<entity::interaction::Entity>(ctx, filter::condition(filter, ctx.store().sight())?, format).await
}

/// The escalations of the accounts in scope.
pub async fn escalations(ctx: &Ctx, format: Format) -> Result<Body> {
    rows::<entity::escalation::Entity>(ctx, Condition::all(), format).await
}

/// The answers that a list would show, all of them.
pub async fn responses(ctx: &Ctx, filter: Option<&ResponseFilter>, format: Format) -> Result<Body> {
    rows::<entity::response::Entity>(ctx, filter::condition(filter, ctx.store().sight())?, format).await
}

/// Every row in scope that `which` names, in the order they were made. The first chunk is read before this returns, so
/// that what is wrong is told by status.
async fn rows<E: Line + 'static>(ctx: &Ctx, which: Condition, format: Format) -> Result<Body> {
    ctx.may(E::ACTION)?;
    if ctx.viewer().role == Role::Customer {
        return Err(Error::Forbidden("exports are for staff and integrations".to_owned()));
    }
    let directory = Arc::new(Directory::read(ctx).await?);
    let state = Exporting::<E> {
        ctx: ctx.clone(),
        directory,
        which,
        format,
        after: None,
        begun: false,
        since: ctx.now(),
        entity: std::marker::PhantomData,
    };
    let Some((first, state)) = state.next().await? else { return Ok(Body::empty()) };
    let rest = stream::try_unfold(state, Exporting::next);
    Ok(Body::from_stream(stream::once(async { Ok::<_, Error>(first) }).chain(rest)))
}

impl<E: Line + 'static> Exporting<E> {
    /// The next piece of the body; none after the last row. Whoever has lost a right meanwhile gets a body that breaks
    /// off, not one that looks whole.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        if self.begun {
            if self.ctx.now().0 - self.since.0 > LONGEST {
                return Err(Error::Gone("an export takes an hour at most"));
            }
            session::still(&self.ctx, self.since).await?;
        }
        let mut find = self.ctx.find::<E>().filter(self.which.clone());
        if let Some(after) = self.after {
            find = find.filter(Expr::col((E::default(), E::KEY)).gt(after));
        }
        let rows = find.order(E::KEY, Order::Asc).limit(CHUNK).all().await?;
        let Some(last) = rows.last() else {
            let header = if self.begun { None } else { self.header()? };
            self.begun = true;
            return Ok(header.map(|bytes| (bytes, self)));
        };
        let last = E::key(last);
        let beside = E::beside(&self.ctx, &rows).await?;
        let mut text = if self.begun { Vec::new() } else { self.header()?.unwrap_or_default().to_vec() };
        for row in &rows {
            write(self.format, E::COLUMNS, &E::values(row, &self.directory, &beside), &mut text)?;
        }
        (self.after, self.begun) = (Some(last), true);
        Ok(Some((text.into(), self)))
    }

    fn header(&self) -> Result<Option<Bytes>> {
        if self.format == Format::JsonLines {
            return Ok(None);
        }
        let mut text = Vec::new();
        record(E::COLUMNS.iter().map(|name| (*name).to_owned()), &mut text)?;
        Ok(Some(text.into()))
    }
}

fn write(format: Format, columns: &[&str], values: &[Value], text: &mut Vec<u8>) -> Result<()> {
    match format {
        Format::Csv => record(values.iter().map(cell), text),
        Format::JsonLines => {
            // By hand, to keep the columns in their order.
            for (at, (name, value)) in columns.iter().zip(values).enumerate() {
                text.extend_from_slice(if at == 0 { b"{\"" } else { b",\"" });
                text.extend_from_slice(name.as_bytes());
                text.extend_from_slice(b"\":");
                serde_json::to_writer(&mut *text, value).map_err(Error::internal)?;
            }
            text.extend_from_slice(b"}\n");
            Ok(())
        }
    }
}

fn record(cells: impl Iterator<Item = String>, text: &mut Vec<u8>) -> Result<()> {
    let mut writer = csv::Writer::from_writer(&mut *text);
    writer.write_record(cells.map(String::into_bytes)).map_err(Error::internal)?;
    writer.flush().map_err(Error::internal)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => guarded(text).into_owned(),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}
