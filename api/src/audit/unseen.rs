//! What an entry names of other accounts, as far as its reader sees those: other ids are left out, as if nothing
//! had been there.

use std::collections::HashSet;

use async_graphql::Json;
use entity::{account, contact};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::AuditEntry;
use crate::{base::Result, ctx::Ctx, store::Cursor};

/// A column that may point out of sight.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Account,
    Contact,
}

/// The columns of an entry that may point out of sight. What hangs on an account in sight is in sight, unless it has
/// come from another account.
fn columns(entry: &AuditEntry) -> &'static [(&'static str, To)] {
    let has_moved = entry.before.as_ref().is_some_and(|Json(before)| before.get("account_id").is_some());
    match (entry.subject.as_str(), has_moved) {
        ("account", _) => &[("parent_id", To::Account), ("merged_into_id", To::Account)],
        ("contact", false) => &[("merged_into_id", To::Contact)],
        ("contact", true) => &[("merged_into_id", To::Contact), ("account_id", To::Account)],
        (_, true) => &[("contact_id", To::Contact), ("account_id", To::Account)],
        (_, false) => &[],
    }
}

fn id(row: Option<&Json<Value>>, column: &str) -> Option<Uuid> {
    row?.0.get(column)?.as_str()?.parse().ok()
}

/// Leaves out of entries what their reader does not see: a statement where ids of accounts are to be judged, and one
/// where ids of contacts are.
pub(super) async fn blank(ctx: &Ctx, entries: &mut [(Cursor, AuditEntry)]) -> Result<()> {
    if ctx.store().sight().is_whole() {
        return Ok(());
    }
    let (mut accounts, mut contacts) = (HashSet::new(), HashSet::new());
    for (_, entry) in &*entries {
        for (column, to) in columns(entry) {
            let ids = [&entry.before, &entry.after].into_iter().filter_map(|row| id(row.as_ref(), column));
            match to {
                To::Account => accounts.extend(ids),
                To::Contact => contacts.extend(ids),
            }
        }
    }
    let mut seen = ctx.store().seen::<account::Entity>(account::Column::Id, accounts).await?;
    seen.extend(ctx.store().seen::<contact::Entity>(contact::Column::Id, contacts).await?);
    for (_, entry) in entries {
        for (column, _) in columns(entry) {
            hide(entry, column, &seen);
        }
    }
    Ok(())
}

/// An id out of sight becomes nothing; a change from nothing to nothing is none.
fn hide(entry: &mut AuditEntry, column: &str, seen: &HashSet<Uuid>) {
    let rows = [&mut entry.before, &mut entry.after];
    let mut rows: Vec<&mut Map<String, Value>> =
        rows.into_iter().filter_map(|row| row.as_mut()?.0.as_object_mut()).collect();
    let mut hidden = false;
    for row in &mut rows {
        if let Some(value) = row.get_mut(column)
            && value.as_str().and_then(|text| text.parse().ok()).is_some_and(|id: Uuid| !seen.contains(&id))
        {
            *value = Value::Null;
            hidden = true;
        }
    }
    if hidden && rows.iter().all(|row| row.get(column).is_none_or(Value::is_null)) {
        for row in rows {
            row.remove(column);
        }
    }
}
