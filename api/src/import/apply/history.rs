//! Past ownership from a file: it fills time that nobody owned, and goes on from an imported owner.
//!
//! [`periods`](crate::import::periods) says who would have owned when. A period is written if nobody
//! owned the account at its start, and it ends where the next one known begins; an open period that
//! was imported is closed by a later one. So what people assigned stays, credit given stays, and the
//! same file read again changes nothing. Owner and home team of the account follow the open period.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use chrono::DateTime;
use entity::{AccountId, MemberId, OwnershipSource, TeamId, Time, account, member, ownership};
use sea_orm::sea_query::Order;

use super::lookup::by_id;
use crate::{
    base::Result,
    import::{Period, periods},
    store::{Tx, Visible, among},
};

/// Accounts of one transaction.
const BATCH: usize = 500;

/// Who a member is for ownership: their team, and whether they can own now.
type Owners = HashMap<MemberId, (TeamId, bool)>;

/// Entries that own: whose account, who, since when. There may be as many as the file has rows, so ids are
/// numbered and times are microseconds.
#[derive(Default)]
pub(super) struct Owning {
    accounts: Numbered<AccountId>,
    members: Numbered<MemberId>,
    entries: Vec<(u32, u32, i64)>,
    /// The file is read: entries of one account stand together, in the order of the file.
    sorted: bool,
}

struct Numbered<I> {
    ids: Vec<I>,
    numbers: HashMap<I, u32>,
}

// By hand: the derive would ask that an id has a usual value.
impl<I> Default for Numbered<I> {
    fn default() -> Self {
        Self { ids: Vec::new(), numbers: HashMap::new() }
    }
}

impl<I: Copy + Eq + Hash> Numbered<I> {
    fn number(&mut self, id: I) -> u32 {
        let ids = &mut self.ids;
        *self.numbers.entry(id).or_insert_with(|| {
            ids.push(id);
            u32::try_from(ids.len() - 1).unwrap_or(u32::MAX)
        })
    }

    fn id(&self, number: u32) -> Option<I> {
        self.ids.get(usize::try_from(number).ok()?).copied()
    }
}

impl Owning {
    pub fn add(&mut self, account: AccountId, member: MemberId, since: Time) {
        let entry = (self.accounts.number(account), self.members.number(member), since.0.timestamp_micros());
        self.entries.push(entry);
    }

    /// The entries of the next accounts.
    fn take(&mut self) -> Vec<(AccountId, MemberId, Time)> {
        if !self.sorted {
            self.entries.sort_by_key(|(account, ..)| *account);
            self.sorted = true;
        }
        let most = u32::try_from(BATCH).unwrap_or(u32::MAX);
        let last = self.entries.last().map_or(0, |(account, ..)| *account);
        let from = self.entries.partition_point(|(account, ..)| account + most <= last);
        let taken = self.entries.split_off(from);
        let known = |(account, member, since)| {
            let since = DateTime::from_timestamp_micros(since)?;
            Some((self.accounts.id(account)?, self.members.id(member)?, Time::new(since)))
        };
        taken.into_iter().filter_map(known).collect()
    }
}

/// Writes the periods of the next accounts; says whether there were any.
pub(super) async fn write(tx: &Tx, owning: &mut Owning) -> Result<bool> {
    let told = periods(owning.take());
    let mut ids: Vec<AccountId> = told.iter().map(|period| period.account).collect();
    ids.dedup();
    if ids.is_empty() {
        return Ok(false);
    }
    let owners = owners(tx, &told).await?;
    let mut known = known(tx, &ids).await?;
    let accounts = by_id::<account::Entity>(tx, &ids).await?;
    let mut wanted: BTreeMap<AccountId, Vec<Period<AccountId, MemberId>>> = BTreeMap::new();
    for period in told {
        wanted.entry(period.account).or_default().push(period);
    }
    let (mut closed, mut fresh, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for (id, wanted) in wanted {
        let Some(account) = accounts.get(&id) else { continue };
        let history = History { known: known.remove(&id).unwrap_or_default() };
        let done = history.fill(tx, wanted, &owners);
        changed.push((account.clone(), done.account(account, tx.now())));
        fresh.extend(done.fresh);
        closed.extend(done.closed);
    }
    tx.rewrite::<ownership::Entity>(closed).await?;
    let witnesses: Vec<_> = accounts.into_values().collect();
    tx.insert_each::<ownership::Entity>(&witnesses, fresh).await?;
    tx.rewrite::<account::Entity>(changed).await?;
    Ok(true)
}

async fn owners(tx: &Tx, told: &[Period<AccountId, MemberId>]) -> Result<Owners> {
    let mut ids: Vec<MemberId> = told.iter().map(|period| period.member).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut owners = Owners::new();
    for ids in ids.chunks(1_000) {
        let rows = by_id::<member::Entity>(tx, ids).await?;
        owners.extend(rows.into_values().filter_map(|row| Some((row.id, (row.team_id?, row.active)))));
    }
    Ok(owners)
}

async fn known(tx: &Tx, ids: &[AccountId]) -> Result<HashMap<AccountId, Vec<Visible<ownership::Model>>>> {
    use ownership::{Column, Entity};
    let find = tx.find::<Entity>().filter(among::<Entity, _>(Column::AccountId, ids));
    let mut known: HashMap<AccountId, Vec<_>> = HashMap::new();
    for row in find.order(Column::FromAt, Order::Asc).all().await? {
        known.entry(row.account_id).or_default().push(row);
    }
    Ok(known)
}

/// The periods of one account, by time.
struct History {
    known: Vec<Visible<ownership::Model>>,
}

/// What an import makes of them.
struct Done {
    closed: Vec<(Visible<ownership::Model>, ownership::Model)>,
    fresh: Vec<ownership::Model>,
    /// Who owns now, in which team; none where nobody does.
    owner: Option<(MemberId, TeamId)>,
    /// When the last period ended, where it did.
    ended: Option<Time>,
}

impl History {
    fn fill(self, tx: &Tx, wanted: Vec<Period<AccountId, MemberId>>, owners: &Owners) -> Done {
        let mut fresh: Vec<ownership::Model> = Vec::new();
        let mut cut = None;
        for period in wanted {
            let Some((team_id, active)) = owners.get(&period.member).copied() else { continue };
            let open = self.known.last().filter(|last| {
                last.until_at.is_none()
                    && last.source == OwnershipSource::Import
                    && last.from_at < period.from
                    && last.member_id != period.member
            });
            if cut.is_none() && open.is_some() {
                cut = Some(period.from);
            } else if self.owned_at(period.from, cut) {
                continue;
            }
            let next = self.known.iter().map(|row| row.from_at).find(|from| *from > period.from);
            let until = period.until.into_iter().chain(next).min();
            // Whoever has left cannot own today.
            let until_at = until.or_else(|| (!active).then(|| tx.now()));
            fresh.push(ownership::Model {
                id: tx.id(),
                account_id: period.account,
                member_id: period.member,
                team_id,
                from_at: period.from,
                until_at: until_at.filter(|until| *until > period.from),
                source: OwnershipSource::Import,
                reason: None,
                by_id: None,
            });
        }
        let closed = cut.zip(self.known.last()).map(|(cut, last)| {
            (last.clone(), ownership::Model { until_at: Some(cut), ..ownership::Model::clone(last) })
        });
        let closed = closed.into_iter().collect();
        self.done(closed, fresh, cut)
    }

    /// Whether somebody owned the account at an instant, the open period ending at `cut`.
    fn owned_at(&self, at: Time, cut: Option<Time>) -> bool {
        self.known.iter().any(|row| {
            let until = row.until_at.or(cut);
            row.from_at <= at && until.is_none_or(|until| at < until)
        })
    }

    fn done(
        self,
        closed: Vec<(Visible<ownership::Model>, ownership::Model)>,
        fresh: Vec<ownership::Model>,
        cut: Option<Time>,
    ) -> Done {
        let still = self.known.iter().find(|row| row.until_at.is_none()).filter(|_| cut.is_none());
        let open = still.map(|row| &**row).or_else(|| fresh.iter().find(|row| row.until_at.is_none()));
        let owner = open.map(|row| (row.member_id, row.team_id));
        let ends = self.known.iter().map(|row| row.until_at).chain(fresh.iter().map(|row| row.until_at));
        let ended = ends.flatten().chain(cut).max();
        Done { closed, fresh, owner, ended }
    }
}

impl Done {
    /// The account as its open period wants it.
    fn account(&self, account: &account::Model, now: Time) -> account::Model {
        let mut after = account.clone();
        match self.owner {
            Some((member, team)) if after.owner_id != Some(member) || after.team_id != team => {
                (after.owner_id, after.team_id, after.unowned_since) = (Some(member), team, None);
            }
            None if after.owner_id.is_some() => {
                (after.owner_id, after.unowned_since) = (None, Some(self.ended.unwrap_or(now)));
            }
            _ => return after,
        }
        (after.version, after.updated_at) = (after.version + 1, now);
        after
    }
}
