//! Members: teams grow by their paths, leads are managers, and who changes team takes accounts along.

use std::collections::{BTreeSet, HashMap};

use entity::{MemberId, MemberRole, TeamId, Time, member, team_member};
use sea_orm::ColumnTrait;

use super::{Apply, Setting, Verdict, old::Old, roles, roles::Standing, teams::Teams};
use crate::{
    base::{Result, key},
    import::{Given, MemberRow, Outcome, RowError, TeamPath},
    member::{end_covers, follow},
    store::{Later, Tx, Visible, among},
};

/// A member as the row leaves them; the role is known when all rows of the chunk are.
struct Draft {
    old: Option<Visible<member::Model>>,
    new: member::Model,
    admin: bool,
    /// The row changed who leads a team.
    led: bool,
}

/// What a chunk needs to know, and what it has decided so far.
struct Desk {
    teams: Teams,
    standing: Standing,
    /// Whose an address is; one given up in this chunk is free in the next.
    emails: HashMap<String, MemberId>,
    relieved: BTreeSet<MemberId>,
    now: Time,
    source: String,
}

impl Apply for MemberRow {
    type Memory = ();
    type Batch = ();
    const LATER: Option<Later> = None;

    async fn apply(tx: &Tx, setting: &Setting, (): &mut (), rows: Vec<Self>) -> Result<(Vec<Verdict>, ())> {
        let mut holders = holders(tx, &rows).await?;
        let emails = holders.iter().map(|(email, row)| (email.clone(), row.id)).collect();
        let olds = olds(tx, setting, &rows, &mut holders).await?;
        let known = || olds.iter().map(|old| old.as_ref().ok().and_then(Option::as_ref).map(|old| old.id));
        let all: Vec<MemberId> = known().flatten().collect();
        let leaving = |row: &Self| row.active == Given::Value(false) || row.team == Given::Blank;
        let leaving: Vec<MemberId> =
            rows.iter().zip(known()).filter(|(row, _)| leaving(row)).filter_map(|(_, id)| id).collect();
        let mut desk = Desk {
            teams: Teams::load(tx).await?,
            standing: Standing::load(tx, &all, &leaving).await?,
            emails,
            relieved: BTreeSet::new(),
            now: tx.now(),
            source: setting.source.clone(),
        };
        let (mut drafts, mut verdicts) = (Vec::new(), Vec::new());
        for (row, old) in rows.into_iter().zip(olds) {
            match old.and_then(|old| desk.draft(tx, &row, old)) {
                Ok(draft) => {
                    drafts.push(draft);
                    verdicts.push(None);
                }
                Err(fault) => verdicts.push(Some(Verdict::Refused(fault.into()))),
            }
        }
        let mut outcomes = write(tx, desk, drafts).await?.into_iter();
        let outcome = |verdict: Option<Verdict>| verdict.or_else(|| outcomes.next().map(Into::into));
        Ok((verdicts.into_iter().filter_map(outcome).collect(), ()))
    }
}

/// Whose the addresses of the rows are.
async fn holders(tx: &Tx, rows: &[MemberRow]) -> Result<HashMap<String, Visible<member::Model>>> {
    let keys: Vec<String> = rows.iter().map(|row| key(&row.email)).collect();
    let find = tx.find::<member::Entity>().filter(among::<member::Entity, _>(member::Column::EmailKey, &keys));
    Ok(find.all().await?.into_iter().map(|row| (row.email_key.clone(), row)).collect())
}

/// The member that each row is about, if they are here. Who was entered here by hand, such as the first admin, has no
/// reference, and is who comes with their address.
async fn olds(
    tx: &Tx,
    setting: &Setting,
    rows: &[MemberRow],
    holders: &mut HashMap<String, Visible<member::Model>>,
) -> Result<Vec<Result<Option<Visible<member::Model>>, RowError>>> {
    let mut old =
        Old::<member::Entity>::load(tx, setting, rows.iter().map(|row| (&row.kept, row.reference.as_str()))).await?;
    let mut of = |row: &MemberRow| {
        let known = old.take(row.row, &row.kept, &row.reference)?;
        let by_hand = |holder: &Visible<member::Model>| holder.reference.is_none();
        Ok(known.or_else(|| holders.remove(&key(&row.email)).filter(by_hand)))
    };
    Ok(rows.iter().map(&mut of).collect())
}

impl Desk {
    /// Decides one row; changes nothing if it is refused.
    fn draft(&mut self, tx: &Tx, row: &MemberRow, old: Option<Visible<member::Model>>) -> Result<Draft, RowError> {
        let own = || row.kept.id.map_or_else(|| tx.id(), MemberId);
        let id = old.as_ref().map_or_else(own, |old| old.id);
        let fault = |column: &str, value: &str, rule: &str| Err(RowError::new(row.row, column, value, rule));
        let email_key = key(&row.email);
        if self.emails.get(&email_key).is_some_and(|holder| *holder != id) {
            return fault("email", &row.email, "is the address of another member");
        }
        let active = row.active.over(old.as_ref().map(|old| old.active)).unwrap_or(true);
        let role = row.role.over(old.as_ref().map(|old| old.role));
        let admin = role == Some(MemberRole::Admin);
        let leads = match &row.leads {
            Given::Value(_) => true,
            Given::Unmapped => self.teams.leads(id),
            Given::Blank => false,
        };
        if !active && leads {
            return fault("active", "", "cannot be no for somebody who leads a team");
        }
        if !active && self.standing.owns(id) {
            return fault("active", "", "cannot be no for somebody who owns accounts; give these to others first");
        }
        if row.team == Given::Blank && self.standing.owns(id) {
            return fault("team", "", "cannot be blank for somebody who owns accounts");
        }
        let was_admin = old.as_ref().is_some_and(|old| old.active && old.role == MemberRole::Admin);
        if was_admin && !(admin && active) && !self.standing.let_go() {
            return fault("role", "", "cannot be taken from the last admin");
        }
        self.emails.insert(email_key.clone(), id);
        let team_id = match &row.team {
            Given::Unmapped => old.as_ref().and_then(|old| old.team_id),
            Given::Blank => None,
            Given::Value(path) => Some(self.teams.plant(tx, path, row.kept.id.is_some())),
        };
        let exact = row.kept.id.is_some();
        let led = self.lead(tx, id, &row.leads, exact) | self.deputise(tx, id, &row.deputises, exact);
        let mut new = old.as_ref().map_or_else(|| self.blank(id), |old| member::Model::clone(old));
        new.name_key = key(&row.name);
        new.name.clone_from(&row.name);
        new.email_key = email_key;
        new.email.clone_from(&row.email);
        if let Some((source, reference)) = row.kept.origin(&row.reference, &self.source) {
            (new.source, new.reference) = (Some(source), Some(reference));
        }
        (new.active, new.team_id) = (active, team_id);
        Ok(Draft { old, new, admin, led })
    }

    fn lead(&mut self, tx: &Tx, id: MemberId, leads: &Given<Vec<TeamPath>>, exact: bool) -> bool {
        match leads {
            Given::Unmapped => false,
            Given::Blank => self.teams.relieve(id),
            Given::Value(paths) => {
                let mut changed = false;
                for path in paths {
                    let team = self.teams.plant(tx, path, exact);
                    let before = self.teams.lead(team, id);
                    self.relieved.extend(before.filter(|before| *before != id));
                    changed |= before != Some(id);
                }
                changed
            }
        }
    }

    fn deputise(&mut self, tx: &Tx, id: MemberId, deputises: &Given<Vec<TeamPath>>, exact: bool) -> bool {
        let paths = match deputises {
            Given::Unmapped => return false,
            Given::Blank => &[][..],
            Given::Value(paths) => paths,
        };
        let teams = paths.iter().map(|path| self.teams.plant(tx, path, exact)).collect();
        self.standing.deputise(id, teams)
    }

    fn blank(&self, id: MemberId) -> member::Model {
        member::Model {
            id,
            name: String::new(),
            name_key: String::new(),
            email: String::new(),
            email_key: String::new(),
            role: MemberRole::Owner,
            active: true,
            team_id: None,
            password_hash: None,
            password_must_change: false,
            source: None,
            reference: None,
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        }
    }
}

async fn write(tx: &Tx, desk: Desk, drafts: Vec<Draft>) -> Result<Vec<Outcome>> {
    let Desk { teams, standing, mut relieved, now, source, .. } = desk;
    let (mut outcomes, mut fresh, mut changed, mut moves) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut left = Vec::new();
    for Draft { old, mut new, admin, led } in drafts {
        relieved.remove(&new.id);
        new.role = standing.role(&teams, new.id, admin);
        match old {
            None => {
                moves.extend(new.team_id.map(|team| (new.id, None, Some(team))));
                outcomes.push(Outcome::Created);
                fresh.push(new);
            }
            Some(old) if new == *old => outcomes.push(if led { Outcome::Updated } else { Outcome::Unchanged }),
            Some(old) => {
                if old.team_id != new.team_id {
                    moves.push((new.id, old.team_id, new.team_id));
                }
                if !new.active || old.email_key != new.email_key {
                    left.push(new.id);
                }
                (new.version, new.updated_at) = (old.version + 1, now);
                outcomes.push(Outcome::Updated);
                changed.push((old, new));
            }
        }
    }
    roles::demote(tx, &teams, relieved).await?;
    teams.write(tx, &source).await?;
    tx.insert_all::<member::Entity>(fresh).await?;
    tx.rewrite::<member::Entity>(changed).await?;
    tx.shut_out_members(&left).await?;
    standing.write(tx).await?;
    join(tx, &moves, now).await?;
    Ok(outcomes)
}

/// Closes and opens memberships; whoever owns accounts takes them along.
async fn join(tx: &Tx, moves: &[(MemberId, Option<TeamId>, Option<TeamId>)], now: Time) -> Result<()> {
    let changing: Vec<MemberId> = moves.iter().filter(|(_, from, _)| from.is_some()).map(|(id, ..)| *id).collect();
    let mut starts: HashMap<MemberId, Time> = HashMap::new();
    if !changing.is_empty() {
        let open = tx
            .find::<team_member::Entity>()
            .filter(among::<team_member::Entity, _>(team_member::Column::MemberId, &changing))
            .filter(team_member::Column::UntilAt.is_null());
        let closed = open.all().await?.into_iter().map(|row| {
            let until = now.max(Time::new(row.from_at.0 + chrono::TimeDelta::microseconds(1)));
            starts.insert(row.member_id, until);
            let after = team_member::Model { until_at: Some(until), ..team_member::Model::clone(&row) };
            (row, after)
        });
        let closed = closed.collect();
        tx.rewrite::<team_member::Entity>(closed).await?;
        end_covers(tx, &changing, now).await?;
    }
    let opened = moves.iter().filter_map(|(member_id, _, team)| {
        let from_at = starts.get(member_id).copied().unwrap_or(now);
        Some(team_member::Model { id: tx.id(), team_id: (*team)?, member_id: *member_id, from_at, until_at: None })
    });
    tx.insert_all::<team_member::Entity>(opened.collect()).await?;
    for (member, from, team) in moves {
        if let (Some(_), Some(team)) = (from, team) {
            follow(tx, *member, *team, now).await?;
        }
    }
    Ok(())
}
