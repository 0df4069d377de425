//! Escalations. One stays with its account; what changed about it is changed, and it is open again where `closed_at`
//! is blank.

use entity::{EscalationId, Time, account, escalation, member};
use tokio::try_join;

use super::{AHEAD, Apply, Fresh, Setting, Verdict, lookup::Book, old::Old};
use crate::{
    base::Result,
    import::{EscalationRow, Given, Outcome, RowError},
    store::{Later, Tx, Visible},
};

/// Whatever the rows of a part name.
struct Desk {
    accounts: Book<account::Entity>,
    members: Book<member::Entity>,
    now: Time,
    source: String,
}

impl Apply for EscalationRow {
    type Memory = ();
    type Batch = Fresh<escalation::Model>;
    const LATER: Option<Later> = None;

    async fn apply(tx: &Tx, setting: &Setting, (): &mut (), rows: Vec<Self>) -> Result<(Vec<Verdict>, Self::Batch)> {
        let (source, look) = (&setting.source, setting.look(tx));
        let by = rows.iter().filter_map(|row| match &row.opened_by {
            Given::Value(pointer) => Some(pointer),
            Given::Unmapped | Given::Blank => None,
        });
        let (mut old, accounts, members) = try_join!(
            Old::<escalation::Entity>::load(&look, setting, rows.iter().map(|row| (&row.kept, row.reference.as_str()))),
            Book::open(&look, source, rows.iter().map(|row| &row.account)),
            Book::open(&look, source, by),
        )?;
        let desk = Desk { accounts, members, now: tx.now(), source: source.clone() };
        let (mut fresh, mut changed, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let old = old.take(row.row, &row.kept, &row.reference);
            let decided = old.and_then(|old| Ok((desk.decide(tx, &row, old.as_ref())?, old)));
            verdicts.push(match decided {
                Err(fault) => Verdict::Refused(fault.into()),
                Ok((new, Some(old))) if *old == new => Outcome::Unchanged.into(),
                Ok((new, Some(old))) => {
                    changed.push((old, new));
                    Outcome::Updated.into()
                }
                Ok((new, None)) => {
                    fresh.push(new);
                    Outcome::Created.into()
                }
            });
        }
        tx.rewrite::<escalation::Entity>(changed).await?;
        Ok((verdicts, Fresh::of(&desk.accounts, fresh)))
    }

    async fn write(tx: Tx, Fresh { accounts, mut rows }: Self::Batch) -> Result<()> {
        // Those of one account lie together.
        rows.sort_unstable_by_key(|row| (row.account_id, row.opened_at, row.id));
        tx.insert_each::<escalation::Entity>(&accounts, rows).await
    }
}

impl Desk {
    fn decide(
        &self,
        tx: &Tx,
        row: &EscalationRow,
        old: Option<&Visible<escalation::Model>>,
    ) -> Result<escalation::Model, RowError> {
        let account = self.accounts.get(&row.account, row.row, |_| true)?;
        if old.is_some_and(|old| old.account_id != account.id) {
            return Err(row.account.error(row.row, "is not the account this escalation is known under"));
        }
        let closed_at = row.closed_at.over(old.and_then(|old| old.closed_at));
        for (field, at) in [("opened_at", Some(row.opened_at)), ("closed_at", closed_at)] {
            if let Some(at) = at.filter(|at| at.0 > self.now.0 + AHEAD) {
                return Err(RowError::new(row.row, field, &at.to_string(), "lies in the future"));
            }
        }
        if closed_at.is_some_and(|closed| closed < row.opened_at) {
            let at = row.opened_at.to_string();
            return Err(RowError::new(row.row, "opened_at", &at, "lies after it was closed"));
        }
        let opened_by_id = match &row.opened_by {
            Given::Unmapped => old.and_then(|old| old.opened_by_id),
            Given::Blank => None,
            Given::Value(pointer) => Some(self.members.get(pointer, row.row, |_| true)?.id),
        };
        let (source, reference) = match (row.kept.origin(&row.reference, &self.source), old) {
            (Some((source, reference)), _) => (Some(source), Some(reference)),
            (None, Some(old)) => (old.source.clone(), old.reference.clone()),
            (None, None) => (row.kept.source.clone(), None),
        };
        Ok(escalation::Model {
            id: old.map_or_else(|| row.kept.id.map_or_else(|| tx.id(), EscalationId), |old| old.id),
            account_id: account.id,
            severity: row.severity,
            title: row.title.clone(),
            opened_at: row.opened_at,
            closed_at,
            opened_by_id,
            source,
            reference,
            created_at: old.map_or(row.kept.created_at.unwrap_or(self.now), |old| old.created_at),
        })
    }
}
