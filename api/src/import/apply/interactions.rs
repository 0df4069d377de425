//! Entries of the timeline, and the periods of ownership that follow from those that own.
//!
//! An entry stays with its account; what changed about it is changed. What an account remembers of
//! its last contact only moves forward.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{AccountId, Direction, InteractionId, Time, account, contact, interaction, member};
use sea_orm::{ColumnTrait, sea_query::Order};
use tokio::try_join;

use super::{
    AHEAD, Apply, Fresh, Setting, Verdict,
    history::{self, Owning},
    lookup::{Account, Book},
};
use crate::{
    base::Result,
    import::{InteractionRow, Outcome, RowError},
    store::{Later, Tx, Visible, among},
};

/// What was looked up for a chunk, and is asked for again and again.
#[derive(Default)]
struct Shelf {
    accounts: Book<account::Entity>,
    members: Book<member::Entity>,
}

/// Whatever the rows of a part name.
struct Desk<'s> {
    shelf: &'s Shelf,
    contacts: Book<contact::Entity>,
    /// What entries out of the writer's sight are called.
    taken: HashSet<String>,
    now: Time,
    source: String,
}

/// When an account was last in contact: live, inbound, outbound.
type Touch = [Time; 3];

/// What is kept from part to part.
#[derive(Default)]
pub(super) struct Memory {
    owning: Owning,
    shelf: Shelf,
    /// Of the chunk.
    touches: BTreeMap<AccountId, Touch>,
}

impl Apply for InteractionRow {
    type Memory = Memory;
    type Batch = Fresh<interaction::Model>;
    const LATER: Option<Later> = Some(Later {
        table: "interaction",
        indexes: &[
            "interaction_account",
            "interaction_time",
            // An account remembers its last contact.
            "account_live",
            "account_owner_live",
            "account_team_live",
        ],
        follows: None,
    });

    async fn apply(
        tx: &Tx,
        setting: &Setting,
        memory: &mut Memory,
        rows: Vec<Self>,
    ) -> Result<(Vec<Verdict>, Self::Batch)> {
        let (source, look) = (&setting.source, setting.look(tx));
        let ids: Vec<InteractionId> = rows.iter().filter_map(|row| row.kept.id).map(InteractionId).collect();
        let Memory { shelf, owning, touches } = memory;
        if shelf.accounts.is_full() {
            *shelf = Shelf::default();
        }
        let (mut old, mut by_id, (), (), contacts) = try_join!(
            known(&look, source, &rows),
            by_id(&look, &ids),
            shelf.accounts.read(&look, source, rows.iter().map(|row| &row.account)),
            shelf.members.read(&look, source, rows.iter().filter_map(|row| row.member.as_ref())),
            Book::open(&look, source, rows.iter().filter_map(|row| row.contact.as_ref())),
        )?;
        let taken = taken(&look, source, &rows, &old).await?;
        let desk = Desk { shelf, contacts, taken, now: tx.now(), source: source.clone() };
        let (mut fresh, mut changed, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let own = row.kept.id.and_then(|id| by_id.remove(&InteractionId(id)));
            let old = own.or_else(|| old.remove(&origin(&row, source)?));
            let (account, new) = match desk.decide(tx, &row, old.as_ref()) {
                Ok(decided) => decided,
                Err(fault) => {
                    verdicts.push(Verdict::Refused(fault.into()));
                    continue;
                }
            };
            if let (true, Some(owner)) = (row.owns, new.member_id) {
                owning.add(new.account_id, owner, new.occurred_at);
            }
            let outcome = match old {
                Some(old) if *old == new => Outcome::Unchanged,
                old => {
                    touch(touches, account, &new);
                    let outcome = if old.is_some() { Outcome::Updated } else { Outcome::Created };
                    match old {
                        Some(old) => changed.push((old, new)),
                        None => fresh.push(new),
                    }
                    outcome
                }
            };
            verdicts.push(outcome.into());
        }
        tx.rewrite::<interaction::Entity>(changed).await?;
        Ok((verdicts, Fresh::of(&shelf.accounts, fresh)))
    }

    async fn write(tx: Tx, Fresh { accounts, mut rows }: Self::Batch) -> Result<()> {
        // Entries of one account lie together, in the table and in what leads to them; and the same ones that are sent
        // twice at once go in in one order, so that neither waits for the other for ever.
        rows.sort_unstable_by(|one, other| {
            let place = |row: &interaction::Model| (row.account_id, row.occurred_at);
            place(one).cmp(&place(other)).then_with(|| one.external_id.cmp(&other.external_id))
        });
        tx.insert_each::<interaction::Entity>(&accounts, rows).await
    }

    async fn settle(tx: &Tx, memory: &mut Memory) -> Result<()> {
        memory.shelf = Shelf::default();
        remember(tx, std::mem::take(&mut memory.touches)).await
    }

    async fn finish(tx: &Tx, _: &Setting, memory: &mut Memory) -> Result<Option<Vec<Verdict>>> {
        history::write(tx, &mut memory.owning).await.map(|more| more.then(Vec::new))
    }
}

type Known<K> = HashMap<K, Visible<interaction::Model>>;

/// Source and reference of a row, if it has them.
fn origin(row: &InteractionRow, source: &str) -> Option<(String, String)> {
    row.kept.origin(&row.reference, source)
}

/// The entries that stand already, by source and reference: one statement a source.
async fn known(tx: &Tx, source: &str, rows: &[InteractionRow]) -> Result<Known<(String, String)>> {
    use interaction::{Column, Entity};
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (source, reference) in rows.iter().filter_map(|row| origin(row, source)) {
        wanted.entry(source).or_default().push(reference);
    }
    let mut known = HashMap::new();
    for (source, references) in wanted {
        let find = tx
            .find::<Entity>()
            .filter(Column::Source.eq(source.as_str()))
            .filter(among::<Entity, _>(Column::ExternalId, &references));
        for row in find.order(Column::Id, Order::Asc).lock().all().await? {
            known.extend(row.external_id.clone().map(|reference| ((source.clone(), reference), row)));
        }
    }
    Ok(known)
}

/// The same by id.
async fn by_id(tx: &Tx, ids: &[InteractionId]) -> Result<Known<InteractionId>> {
    use interaction::{Column, Entity};
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let find = tx.find::<Entity>().filter(among::<Entity, _>(Column::Id, ids)).order(Column::Id, Order::Asc);
    Ok(find.lock().all().await?.into_iter().map(|row| (row.id, row)).collect())
}

/// What entries out of the writer's sight are called, of those that rows are called.
async fn taken(
    tx: &Tx,
    source: &str,
    rows: &[InteractionRow],
    seen: &Known<(String, String)>,
) -> Result<HashSet<String>> {
    use interaction::{Column, Entity};
    let is_new = |row: &&InteractionRow| origin(row, source).is_some_and(|known| !seen.contains_key(&known));
    let new: Vec<String> = rows.iter().filter(is_new).map(|row| row.reference.clone()).collect();
    if new.is_empty() || tx.sight().is_whole() {
        return Ok(HashSet::new());
    }
    let find = tx.everywhere::<Entity>().filter(Column::Source.eq(source));
    let rows = find.filter(among::<Entity, _>(Column::ExternalId, &new)).all().await?;
    Ok(rows.into_iter().filter_map(|row| row.external_id.clone()).collect())
}

impl<'s> Desk<'s> {
    fn decide(
        &self,
        tx: &Tx,
        row: &InteractionRow,
        old: Option<&Visible<interaction::Model>>,
    ) -> Result<(&'s Account, interaction::Model), RowError> {
        let account: &Account = self.shelf.accounts.get(&row.account, row.row, |_| true)?;
        if old.is_some_and(|old| old.account_id != account.id) || self.taken.contains(&row.reference) {
            return Err(row.account.error(row.row, "is not the account this entry is known under"));
        }
        if row.occurred_at.0 > self.now.0 + AHEAD {
            let at = row.occurred_at.to_string();
            return Err(RowError::new(row.row, "occurred_at", &at, "lies in the future"));
        }
        let member = row.member.as_ref().map(|pointer| {
            let member = self.shelf.members.get(pointer, row.row, |_| true)?;
            match member.team_id {
                None if row.owns => Err(pointer.error(row.row, "is in no team and cannot own an account")),
                _ => Ok(member.id),
            }
        });
        let contact = row.contact.as_ref().map(|pointer| {
            self.contacts.get(pointer, row.row, |contact| contact.account_id == account.id).map(|contact| contact.id)
        });
        let (member_id, contact_id) = (member.transpose()?, contact.transpose()?);
        let (source, external_id) = match (origin(row, &self.source), old) {
            (Some((source, reference)), _) => (Some(source), Some(reference)),
            (None, Some(old)) => (old.source.clone(), old.external_id.clone()),
            (None, None) => (row.kept.source.clone(), None),
        };
        let new = interaction::Model {
            id: old.map_or_else(|| row.kept.id.map_or_else(|| tx.id(), InteractionId), |old| old.id),
            account_id: account.id,
            kind: row.kind,
            direction: row.direction,
            channel: row.channel,
            occurred_at: row.occurred_at,
            member_id,
            contact_id,
            subject: row.subject.clone(),
            body: row.body.clone(),
            customer_visible: row.customer_visible,
            source,
            external_id,
            created_at: old.map_or(row.kept.created_at.unwrap_or(self.now), |old| old.created_at),
        };
        if old.is_some_and(|old| (old.kind.is_ours() || new.kind.is_ours()) && **old != new) {
            return Err(RowError::new(
                row.row,
                "kind",
                new.kind.as_str(),
                "is written by Steward alone, and stays as it is",
            ));
        }
        Ok((account, new))
    }
}

fn touch(touches: &mut BTreeMap<AccountId, Touch>, account: &Account, new: &interaction::Model) {
    let before = [account.last_live_at, account.last_inbound_at, account.last_outbound_at];
    let counts = [new.channel.is_live(), new.direction == Direction::Inbound, new.direction == Direction::Outbound];
    for at in (0..3).filter(|at| counts[*at] && new.occurred_at > before[*at]) {
        let latest = &mut touches.entry(account.id).or_insert([Time::NEVER; 3])[at];
        *latest = new.occurred_at.max(*latest);
    }
}

/// A kept column follows from entries, which are audited.
async fn remember(tx: &Tx, touches: BTreeMap<AccountId, Touch>) -> Result<()> {
    use account::Column::{LastInboundAt, LastLiveAt, LastOutboundAt};
    let rows: Vec<_> = touches.into_iter().map(|(id, latest)| (id.0, latest.map(Into::into).to_vec())).collect();
    tx.raise::<account::Entity>(&[LastLiveAt, LastInboundAt, LastOutboundAt], &rows).await
}
