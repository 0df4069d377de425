//! One account as its row leaves it.

use entity::{AccountId, Day, Lifecycle, MemberId, TeamId, Tier, Time, account, member};

use super::{Setting, lookup::Book, ownership::Moves, past::Past, teams::Teams};
use crate::{
    access::Action,
    base::key,
    import::{AccountRow, Given, Kept, RowError},
    store::{Tx, Visible},
};

/// A row whose own fields are decided; its parent may not be.
pub(super) struct Draft {
    pub row: AccountRow,
    pub id: AccountId,
    pub old: Option<Visible<account::Model>>,
    /// The owner the row names, with their team.
    owner: Given<(MemberId, TeamId, String)>,
    team: TeamId,
    /// What a new account has been through; its last period of ownership says who owns it.
    pub past: Past,
}

impl Draft {
    pub fn new(
        tx: &Tx,
        row: AccountRow,
        old: Option<Visible<account::Model>>,
        owners: &Book<member::Entity>,
        teams: &mut Teams,
    ) -> Result<Self, RowError> {
        let owner = match &row.owner {
            Given::Unmapped => Given::Unmapped,
            Given::Blank => Given::Blank,
            Given::Value(pointer) => {
                let member = owners.get(pointer, row.row, |member| knows(tx, member.team_id))?;
                let team =
                    member.team_id.ok_or_else(|| pointer.error(row.row, "is in no team and cannot own an account"))?;
                if !member.active {
                    return Err(pointer.error(row.row, "is not active and cannot own an account"));
                }
                Given::Value((member.id, team, member.name.clone()))
            }
        };
        let team = match &row.team {
            Given::Value(path) if row.kept.id.is_some() => teams.plant(tx, path, true),
            Given::Value(path) => teams.find(path).ok_or_else(|| {
                RowError::new(row.row, "team", &path.join(" / "), "is no team; import the members first, or create it")
            })?,
            Given::Blank => teams.home(),
            Given::Unmapped => old.as_ref().map_or_else(|| teams.home(), |old| old.team_id),
        };
        let id = old.as_ref().map_or_else(|| row.kept.id.map_or_else(|| tx.id(), AccountId), |old| old.id);
        let past = Past::of(tx, id, &row, owners, teams)?;
        if let (None, Given::Value(pointer), Given::Value((named, ..))) = (&old, &row.owner, &owner)
            && past.last().is_some_and(|(last, _, until)| last != *named || until.is_some())
        {
            return Err(pointer.error(row.row, "is not the owner with whom ownerships end"));
        }
        Ok(Self { row, id, old, owner, team, past })
    }

    /// Whether the row changes who owns the account.
    pub fn moves(&self) -> bool {
        if self.old.is_none() && self.past.owned() {
            return false;
        }
        let owner = self.old.as_ref().and_then(|old| old.owner_id);
        match &self.owner {
            Given::Unmapped => false,
            Given::Blank => owner.is_some(),
            Given::Value((member, ..)) => owner != Some(*member),
        }
    }

    pub fn model(
        &self,
        setting: &Setting,
        parent_id: Option<AccountId>,
        moves: &mut Moves,
        now: Time,
    ) -> account::Model {
        let row = &self.row;
        let mut new =
            self.old.as_ref().map_or_else(|| blank(self.id, &row.kept, now), |old| account::Model::clone(old));
        new.name.clone_from(&row.name);
        new.name_key = key(&row.name);
        if let Some((source, reference)) = row.kept.origin(&row.reference, &setting.source) {
            (new.source, new.reference) = (Some(source), Some(reference));
        }
        new.parent_id = parent_id;
        new.domain = row.domain.clone().over(new.domain);
        new.territory = row.territory.clone().over(new.territory);
        new.industry = row.industry.clone().over(new.industry);
        new.segment = row.segment.clone().over(new.segment);
        new.tier = row.tier.over(Some(new.tier)).unwrap_or(Tier::Standard);
        new.lifecycle = row.lifecycle.over(Some(new.lifecycle)).unwrap_or(Lifecycle::Active);
        new.annual_value = row.annual_value.over(new.annual_value);
        new.renewal_on = row.renewal_on.over(new.renewal_on.known()).unwrap_or(Day::NONE);
        new.health = row.health.over(Some(new.health)).unwrap_or(-1);
        if self.moves() {
            if let Given::Value((member, team, name)) = &self.owner {
                moves.give(self.id, *member, *team, name, now);
                (new.owner_id, new.team_id, new.unowned_since) = (Some(*member), *team, None);
            } else {
                let since = moves.take(self.id, now);
                (new.owner_id, new.team_id, new.unowned_since) = (None, self.team, Some(since));
            }
        } else if let (None, Some((owner, team, since))) = (&self.old, self.past.last()) {
            (new.owner_id, new.team_id, new.unowned_since) = match since {
                None => (Some(owner), team, None),
                Some(since) => (None, self.team, Some(since)),
            };
        } else if new.owner_id.is_none() {
            new.team_id = self.team;
        }
        new.archived_at = row.kept.archived_at.over(new.archived_at);
        new
    }
}

/// Whether the writer may know of a member of this team. A program that does not read the directory knows those of
/// its own teams.
fn knows(tx: &Tx, team: Option<TeamId>) -> bool {
    let viewer = tx.viewer();
    viewer.may(Action::ReadDirectory).is_ok()
        || tx.sight().is_whole()
        || team.is_some_and(|team| viewer.scope.manages(team, None))
}

fn blank(id: AccountId, kept: &Kept, now: Time) -> account::Model {
    let created_at = kept.created_at.unwrap_or(now);
    account::Model {
        id,
        name: String::new(),
        name_key: String::new(),
        domain: None,
        parent_id: None,
        territory: None,
        industry: None,
        segment: None,
        tier: Tier::Standard,
        lifecycle: Lifecycle::Active,
        annual_value: None,
        renewal_on: Day::NONE,
        health: -1,
        owner_id: None,
        // Replaced by the draft's.
        team_id: TeamId(uuid::Uuid::nil()),
        unowned_since: Some(created_at),
        last_live_at: Time::NEVER,
        last_inbound_at: Time::NEVER,
        last_outbound_at: Time::NEVER,
        source: kept.source.clone(),
        reference: None,
        archived_at: None,
        version: 1,
        created_at,
        updated_at: now,
        latest_nps: None,
        merged_into_id: kept.merged_into.map(AccountId),
    }
}
