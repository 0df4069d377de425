//! Accounts: parents in any order, a home team, and an owner from now on.
//!
//! What no rule fills stays as it is, what is blank is cleared: a blank owner ends the ownership, a
//! blank team sends an unowned account to the team at the top. While an account is owned its home
//! team is its owner's, whatever the file says.

use std::collections::{HashMap, HashSet, VecDeque};

use entity::{AccountId, account, member};

use super::{
    Apply, Setting, Verdict,
    drafts::Draft,
    lookup::{Book, sought, word},
    old::Old,
    ownership::{self, Moves},
    parents::Parents,
    past,
    teams::Teams,
};
use crate::{
    base::{Error, Result},
    import::{AccountRow, By, Given, Outcome, Pointer, RowError},
    store::{Later, Tx},
};

/// Rows of one round over those that wait.
const ROUND: usize = 1_000;

/// Rows that wait for their parent, and what the file holds at all.
#[derive(Default)]
pub(super) struct Memory {
    named: HashSet<(By, String)>,
    later: VecDeque<AccountRow>,
    waiting: HashSet<String>,
    /// Rows put back since the last one was taken.
    stuck: usize,
}

/// The words by which other rows may point at this one.
pub(super) fn words(row: &AccountRow) -> impl Iterator<Item = (By, String)> {
    let domain =
        if let Given::Value(domain) = &row.domain { Some(word(By::Domain, domain).into_owned()) } else { None };
    let id = row.kept.id.map(|id| (By::Id, id.to_string()));
    let own = [(By::Reference, row.reference.clone()), (By::Name, word(By::Name, &row.name).into_owned())];
    own.into_iter().chain(id).chain(domain.map(|domain| (By::Domain, domain)))
}

impl Apply for AccountRow {
    type Memory = Memory;
    type Batch = Hands;
    const SCANNED: bool = true;
    const LATER: Option<Later> = Some(Later {
        table: "account",
        indexes: &[
            "account_owner_name",
            "account_team_name",
            "account_health",
            "account_owner_health",
            "account_team_health",
            "account_renewal",
            "account_owner_renewal",
            "account_team_renewal",
            "account_live",
            "account_owner_live",
            "account_team_live",
            "account_queue",
            "account_updated",
            "ownership_member",
            "interaction_account",
            "interaction_time",
        ],
        follows: None,
    });

    fn scan(&self, memory: &mut Memory) {
        if self.parent != Given::Unmapped {
            memory.named.extend(words(self));
        }
    }

    async fn apply(tx: &Tx, setting: &Setting, memory: &mut Memory, rows: Vec<Self>) -> Result<(Vec<Verdict>, Hands)> {
        let done = chunk(tx, setting, memory, rows, false).await?;
        memory.stuck = 0;
        Ok(done)
    }

    async fn write(tx: Tx, hands: Hands) -> Result<()> {
        hands.write(&tx).await
    }

    async fn finish(tx: &Tx, setting: &Setting, memory: &mut Memory) -> Result<Option<Vec<Verdict>>> {
        if memory.later.is_empty() {
            return Ok(None);
        }
        let last = memory.stuck >= memory.later.len();
        let (mut rows, mut seen) = (Vec::new(), HashSet::new());
        while rows.len() < ROUND && memory.later.front().is_some_and(|row| seen.insert(row.kept.key(&row.reference))) {
            rows.extend(memory.later.pop_front());
        }
        for row in &rows {
            memory.waiting.remove(&row.kept.key(&row.reference));
        }
        let (verdicts, hands) = chunk(tx, setting, memory, rows, last).await?;
        hands.write(tx).await?;
        Ok(Some(verdicts))
    }
}

/// The new accounts of a part, who owns its accounts from now on, and who did.
pub(super) struct Hands {
    fresh: Vec<account::Model>,
    moves: Moves,
    pasts: Vec<past::Standing>,
}

impl Hands {
    async fn write(self, tx: &Tx) -> Result<()> {
        tx.insert_all::<account::Entity>(self.fresh).await?;
        ownership::write(tx, self.moves).await?;
        past::write(tx, self.pasts).await
    }
}

/// Writes what can be written now. `last`: what cannot never will.
async fn chunk(
    tx: &Tx,
    setting: &Setting,
    memory: &mut Memory,
    rows: Vec<AccountRow>,
    last: bool,
) -> Result<(Vec<Verdict>, Hands)> {
    let count = rows.len();
    let mut verdicts: HashMap<usize, Verdict> = HashMap::new();
    let (mut drafts, mut parents, teams) = prepare(tx, setting, memory, rows, &mut verdicts).await?;
    let mut taken = Vec::new();
    // A row may hang below another of the chunk, so rounds go on while one finds its place.
    loop {
        let before = taken.len();
        let mut left = Vec::new();
        for (at, draft) in drafts {
            match parents.place(&draft) {
                Ok(parent) => taken.push((at, draft, parent)),
                Err(fault) => left.push(((at, draft), fault)),
            }
        }
        if taken.len() == before {
            for ((at, draft), fault) in left {
                verdicts.insert(at, unplaced(memory, draft.row, fault, last));
            }
            break;
        }
        drafts = left.into_iter().map(|(pair, _)| pair).collect();
    }
    memory.stuck = if taken.is_empty() { memory.stuck + count } else { 0 };
    teams.write(tx, &setting.source).await?;
    let mut hands = write(tx, setting, taken, &mut verdicts).await?;
    // Another row may name them as its parent.
    if !memory.named.is_empty() {
        tx.insert_all::<account::Entity>(std::mem::take(&mut hands.fresh)).await?;
    }
    Ok(((0..count).filter_map(|at| verdicts.remove(&at)).collect(), hands))
}

/// A row whose parent is not there, or not yet.
fn unplaced(memory: &mut Memory, row: AccountRow, fault: RowError, last: bool) -> Verdict {
    let in_file = parent_of(&row)
        .filter(|pointer| sought(pointer).any(|(by, word)| memory.named.contains(&(by, word.into_owned()))));
    match in_file {
        Some(_) if !last => wait(memory, row),
        Some(pointer) => {
            let rule = "was refused itself, or is the account itself or one below it";
            Verdict::Refused(pointer.error(row.row, rule).into())
        }
        None => Verdict::Refused(fault.into()),
    }
}

fn wait(memory: &mut Memory, row: AccountRow) -> Verdict {
    memory.waiting.insert(row.kept.key(&row.reference));
    memory.later.push_back(row);
    Verdict::Later
}

fn parent_of(row: &AccountRow) -> Option<&Pointer> {
    if let Given::Value(pointer) = &row.parent { Some(pointer) } else { None }
}

/// Looks up everything the rows name; refuses those whose owner or team is not there.
async fn prepare(
    tx: &Tx,
    setting: &Setting,
    memory: &mut Memory,
    rows: Vec<AccountRow>,
    verdicts: &mut HashMap<usize, Verdict>,
) -> Result<(Vec<(usize, Draft)>, Parents, Teams)> {
    let (source, look) = (&setting.source, setting.look(tx));
    let mut old =
        Old::<account::Entity>::load(&look, setting, rows.iter().map(|row| (&row.kept, row.reference.as_str())))
            .await?;
    let owners = rows.iter().filter_map(|row| if let Given::Value(owner) = &row.owner { Some(owner) } else { None });
    let past: Vec<Pointer> = rows.iter().flat_map(|row| past::people(&row.past)).collect();
    let owners = Book::<member::Entity>::open(&look, source, owners.chain(&past)).await?;
    let parents = Parents::load(tx, source, rows.iter().filter_map(parent_of), old.all()).await?;
    let mut teams = Teams::load(tx).await?;
    let mut drafts = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        if memory.waiting.contains(&row.kept.key(&row.reference)) {
            verdicts.insert(at, wait(memory, row));
            continue;
        }
        let old = old.take(row.row, &row.kept, &row.reference);
        // What was merged away is kept as it was; the one that stayed has a row of its own.
        if matches!(&old, Ok(Some(old)) if old.merged_into_id.is_some()) {
            verdicts.insert(at, Outcome::Unchanged.into());
            continue;
        }
        match old.and_then(|old| Draft::new(tx, row, old, &owners, &mut teams)) {
            Ok(draft) => drafts.push((at, draft)),
            Err(fault) => drop(verdicts.insert(at, Verdict::Refused(fault.into()))),
        }
    }
    Ok((drafts, parents, teams))
}

async fn write(
    tx: &Tx,
    setting: &Setting,
    taken: Vec<(usize, Draft, Option<AccountId>)>,
    verdicts: &mut HashMap<usize, Verdict>,
) -> Result<Hands> {
    let now = tx.now();
    let moving = taken.iter().filter(|(_, draft, _)| draft.moves()).filter_map(|(_, draft, _)| draft.old.as_ref());
    let mut moves = Moves::load(tx, moving.map(|old| old.id).collect()).await?;
    let (mut fresh, mut changed, mut pasts) = (Vec::new(), Vec::new(), Vec::new());
    for (at, draft, parent) in taken {
        let new = draft.model(setting, parent, &mut moves, now);
        pasts.extend(draft.past.told(draft.old.is_some()));
        let outcome = match draft.old {
            None => {
                fresh.push(new);
                Outcome::Created
            }
            Some(old) if *old == new => Outcome::Unchanged,
            Some(old) => {
                let version = old.version + 1;
                changed.push((old, account::Model { version, updated_at: now, ..new }));
                Outcome::Updated
            }
        };
        verdicts.insert(at, outcome.into());
    }
    // What is out of the writer's scope is refused before a reference that is taken can speak.
    let mut written = fresh.iter().chain(changed.iter().map(|(_, new)| new));
    if !written.all(|new| tx.viewer().scope.manages(new.team_id, new.owner_id)) {
        return Err(Error::Forbidden("this key writes only accounts of its own team and those below".to_owned()));
    }
    tx.rewrite::<account::Entity>(changed).await?;
    Ok(Hands { fresh, moves, pasts })
}
