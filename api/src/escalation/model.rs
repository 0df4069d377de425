//! An escalation as the doors show it.

use async_graphql::SimpleObject;
use entity::{EscalationId, Time, escalation, member};
use serde::Deserialize;

use crate::member::Member;

/// Something that went wrong at an account and was raised, until it is settled.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct Escalation {
    /// Its id, for good.
    pub id: EscalationId,
    /// 1, the slightest, to 3, the gravest.
    pub severity: i32,
    /// One line on it.
    pub title: String,
    /// When it was raised.
    pub opened_at: Time,
    /// When it was settled; null while it is open.
    pub closed_at: Option<Time>,
    /// Who of our staff raised it, where that is known.
    pub opened_by: Option<Member>,
    /// The outside system it came from.
    pub source: Option<String>,
    /// That system's own id for it; unique for each source.
    pub reference: Option<String>,
}

/// A row with who raised it.
#[derive(Clone, Debug, Deserialize)]
pub struct EscalationRow(pub escalation::Model, pub Option<member::Model>);

impl From<EscalationRow> for Escalation {
    fn from(EscalationRow(row, opened_by): EscalationRow) -> Self {
        Self {
            id: row.id,
            severity: row.severity.into(),
            title: row.title,
            opened_at: row.opened_at,
            closed_at: row.closed_at,
            opened_by: opened_by.map(Into::into),
            source: row.source,
            reference: row.reference,
        }
    }
}
