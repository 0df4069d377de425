//! Members: teams grow by their paths, leads are managers, and who changes team takes accounts along.

use std::collections::{BTreeSet, HashMap};

use entity::{MemberId, MemberRole, TeamId, Time, member, team_member};
use sea_orm::ColumnTrait;

use super::{Apply, Setting, Verdict, lookup::known, roles, roles::Standing, teams::Teams};
use crate::{
    base::{Result, key},
    import::{Given, MemberRow, Outcome, RowError},
    member::follow,
    store::{Tx, Visible, among},
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

    async fn apply(tx: &Tx, setting: &Setting, (): &mut (), rows: Vec<Self>) -> Result<Vec<Verdict>> {
        let mut old =
            known::<member::Entity>(tx, &setting.source, rows.iter().map(|row| row.reference.as_str())).await?;
        let all: Vec<MemberId> = old.values().map(|row| row.id).collect();
        let leaving = |row: &&Self| row.active == Given::Value(false) || row.team == Given::Blank;
        let leaving: Vec<MemberId> =
            rows.iter().filter(leaving).filter_map(|row| old.get(&row.reference)).map(|row| row.id).collect();
        let mut desk = Desk {
            teams: Teams::load(tx).await?,
            standing: Standing::load(tx, &all, &leaving).await?,
            emails: emails(tx, &rows).await?,
            relieved: BTreeSet::new(),
            now: tx.now(),
            source: setting.source.clone(),
        };
        let (mut drafts, mut verdicts) = (Vec::new(), Vec::new());
        for row in rows {
            match desk.draft(tx, &row, old.remove(&row.reference)) {
                Ok(draft) => {
                    drafts.push(draft);
                    verdicts.push(None);
                }
                Err(fault) => verdicts.push(Some(Verdict::Refused(fault.into()))),
            }
        }
        let mut outcomes = write(tx, desk, drafts).await?.into_iter();
        let outcome = |verdict: Option<Verdict>| verdict.or_else(|| outcomes.next().map(Into::into));
        Ok(verdicts.into_iter().filter_map(outcome).collect())
    }
}

async fn emails(tx: &Tx, rows: &[MemberRow]) -> Result<HashMap<String, MemberId>> {
    let keys: Vec<String> = rows.iter().map(|row| key(&row.email)).collect();
    let find = tx.find::<member::Entity>().filter(among::<member::Entity, _>(member::Column::EmailKey, &keys));
    Ok(find.all().await?.into_iter().map(|row| (row.email_key.clone(), row.id)).collect())
}

impl Desk {
    /// Decides one row; changes nothing if it is refused.
    fn draft(&mut self, tx: &Tx, row: &MemberRow, old: Option<Visible<member::Model>>) -> Result<Draft, RowError> {
        let id = old.as_ref().map_or_else(|| tx.id(), |old| old.id);
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
            Given::Value(path) => Some(self.teams.plant(tx, path)),
        };
        let led = self.lead(tx, id, &row.leads);
        let mut new = old.as_ref().map_or_else(|| self.blank(id), |old| member::Model::clone(old));
        new.name_key = key(&row.name);
        new.name.clone_from(&row.name);
        new.email_key = email_key;
        new.email.clone_from(&row.email);
        new.reference = Some(row.reference.clone());
        (new.active, new.team_id) = (active, team_id);
        Ok(Draft { old, new, admin, led })
    }

    fn lead(&mut self, tx: &Tx, id: MemberId, leads: &Given<Vec<String>>) -> bool {
        match leads {
            Given::Unmapped => false,
            Given::Blank => self.teams.relieve(id),
            Given::Value(path) => {
                let team = self.teams.plant(tx, path);
                let before = self.teams.lead(team, id);
                self.relieved.extend(before.filter(|before| *before != id));
                before != Some(id)
            }
        }
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
            source: Some(self.source.clone()),
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
