//! Visits on their way to the database: noted by whoever shows a survey, written together a moment later.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use entity::{AccountId, InvitationId, Machine, Time, invitation, visit};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Func, Query, SimpleExpr},
};

use super::rules::{Look, judge, told};
use crate::{
    base::Result,
    ctx::Ctx,
    invitation::safe::header_safe,
    store::{Tx, Visible, among},
};

/// Links whose visits wait to be written, and visits of one of them, at most; more are dropped.
const WAITING: usize = 10_000;
const OF_ONE: usize = 20;
/// Links whose visits are written in one transaction.
const PIECE: usize = 100;
/// Visits kept of one invitation.
pub const KEPT: usize = 100;
/// Letters kept of a program's name.
const AGENT: usize = 200;

/// One opening of a link.
#[derive(Clone, Debug)]
struct Seen {
    invitation_id: InvitationId,
    account_id: AccountId,
    at: Time,
    known: Option<Machine>,
    agent: Option<String>,
    picked: Option<i16>,
}

/// The visits of this process that are not written yet.
#[derive(Debug, Default)]
pub struct Visits(Mutex<HashMap<InvitationId, Vec<Seen>>>);

/// What a request tells of whoever opens a link with it.
#[derive(Clone, Debug)]
pub struct Reader {
    pub is_head: bool,
    pub is_prefetch: bool,
    pub agent: Option<String>,
    pub has_language: bool,
}

impl Visits {
    /// Notes that a link was opened, with the score that it carried. Of a confidential or anonymous survey nothing is
    /// noted: who was there has likely answered, and when.
    pub fn note(&self, row: &invitation::Model, at: Time, reader: &Reader, picked: Option<i16>) {
        if row.mode.is_quiet() {
            return;
        }
        let known = told(reader.is_head, reader.is_prefetch, reader.agent.as_deref(), reader.has_language);
        let agent = reader.agent.as_ref().map(|agent| header_safe(agent).chars().take(AGENT).collect());
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_room = waiting.len() < WAITING || waiting.contains_key(&row.id);
        if is_room && waiting.get(&row.id).is_none_or(|seen| seen.len() < OF_ONE) {
            waiting.entry(row.id).or_default().push(Seen {
                invitation_id: row.id,
                account_id: row.account_id,
                at,
                known,
                agent,
                picked,
            });
        }
    }

    /// Writes what was noted, judged beside what is known already. What cannot be written is lost: the last error tells.
    pub async fn write(&self, system: &Ctx) -> Result<()> {
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let noted: Vec<Vec<Seen>> = noted.into_values().collect();
        let mut done = Ok(());
        for piece in noted.chunks(PIECE) {
            let piece = piece.concat();
            done = system.write(move |tx| async move { write(&tx, piece).await }).await.and(done);
        }
        done
    }
}

/// Seven statements at most, whatever the number of visits.
async fn write(tx: &Tx, seen: Vec<Seen>) -> Result<()> {
    let mut ids: Vec<InvitationId> = seen.iter().map(|seen| seen.invitation_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let which = among::<invitation::Entity, _>(invitation::Column::Id, &ids);
    let invitations = tx.find::<invitation::Entity>().filter(which).lock().all().await?;
    let kept = tx.find::<visit::Entity>().filter(among::<visit::Entity, _>(visit::Column::InvitationId, &ids));
    let mut links: HashMap<InvitationId, Vec<visit::Model>> = HashMap::new();
    for row in kept.all().await? {
        links.entry(row.invitation_id).or_default().push(row.into_inner());
    }
    let old: HashMap<_, _> = links.values().flatten().map(|row| (row.id, row.machine)).collect();
    for seen in seen {
        let link = links.entry(seen.invitation_id).or_default();
        if link.len() < KEPT {
            link.push(seen.row(tx.id()));
        }
    }
    for row in &invitations {
        judge_all(row, links.entry(row.id).or_default());
    }
    let mut fresh = Vec::new();
    let mut changed: BTreeMap<Option<Machine>, Vec<_>> = BTreeMap::new();
    for row in links.into_values().flatten() {
        match old.get(&row.id) {
            None => fresh.push(row),
            Some(machine) if *machine != row.machine => changed.entry(row.machine).or_default().push(row.id),
            Some(_) => {}
        }
    }
    tx.insert_each::<visit::Entity>(&invitations, fresh).await?;
    for (machine, ids) in changed {
        let machine = Expr::val(machine.map(Machine::as_str));
        let which = among::<visit::Entity, _>(visit::Column::Id, &ids);
        tx.set::<visit::Entity>(which, vec![(visit::Column::Machine, machine)]).await?;
    }
    count(tx, &invitations).await
}

/// Judges the visits of one invitation beside each other.
fn judge_all(row: &Visible<invitation::Model>, visits: &mut [visit::Model]) {
    // What was found out by time and company is found out anew.
    let known = |machine| Option::filter(machine, |reason| !matches!(reason, Machine::TooSoon | Machine::ManyScores));
    let look = |row: &visit::Model| Look { at: row.at, picked: row.picked, known: known(row.machine) };
    let looks: Vec<Look> = visits.iter().map(look).collect();
    let mailed: Vec<Time> = [row.sent_at, row.reminded_at].into_iter().flatten().collect();
    for (visit, machine) in visits.iter_mut().zip(judge(&looks, &mailed)) {
        visit.machine = machine;
    }
}

/// Keeps on each invitation how often it was visited, and when by a person first.
async fn count(tx: &Tx, invitations: &[Visible<invitation::Model>]) -> Result<()> {
    let of = |value: SimpleExpr| {
        let select = Query::select()
            .expr(value)
            .from(visit::Entity)
            .and_where(
                Expr::col((visit::Entity, visit::Column::InvitationId))
                    .equals((invitation::Entity, invitation::Column::Id)),
            )
            .take();
        SimpleExpr::SubQuery(None, Box::new(select.into()))
    };
    let person: SimpleExpr =
        Expr::case(visit::Column::Machine.is_null(), Expr::col((visit::Entity, visit::Column::At))).into();
    let ids: Vec<InvitationId> = invitations.iter().map(|row| row.id).collect();
    let which: Condition = among::<invitation::Entity, _>(invitation::Column::Id, &ids);
    let values = vec![
        (invitation::Column::Visits, of(Expr::cust("count(*)"))),
        (invitation::Column::VisitedAt, of(Func::min(person).into())),
    ];
    tx.set::<invitation::Entity>(which, values).await.map(drop)
}

impl Seen {
    fn row(self, id: entity::VisitId) -> visit::Model {
        visit::Model {
            id,
            invitation_id: self.invitation_id,
            account_id: self.account_id,
            at: self.at,
            machine: self.known,
            agent: self.agent,
            picked: self.picked,
        }
    }
}
