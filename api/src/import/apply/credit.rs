//! Who an imported answer is credited to: the owner of its day, in the team of that period; or whom an export names.

use std::collections::{BTreeSet, HashMap, HashSet, hash_map::Entry};

use chrono::TimeDelta;
use entity::{AccountId, MemberId, PlaceId, TeamId, Time, account, member, ownership, team_place};
use sea_orm::{ColumnTrait, sea_query::Order};
use serde::Deserialize;

use super::{
    lookup::{Account, Book, Member},
    teams::Teams,
};
use crate::{
    base::{Error, Result},
    import::{Given, ResponseRow, RowError},
    store::{Tx, Visible, among},
};

/// An answer within so many days of a change of owner is inherited.
const INHERITED: TimeDelta = TimeDelta::days(30);

/// What is frozen on an answer.
pub(super) struct Credit {
    pub owner_id: Option<MemberId>,
    pub team_id: TeamId,
    pub place_id: PlaceId,
    pub inherited: bool,
}

/// A period of ownership.
#[derive(Deserialize)]
struct Period {
    account_id: AccountId,
    member_id: MemberId,
    team_id: TeamId,
    from_at: Time,
    until_at: Option<Time>,
}

const PERIOD: [ownership::Column; 5] = [
    ownership::Column::AccountId,
    ownership::Column::MemberId,
    ownership::Column::TeamId,
    ownership::Column::FromAt,
    ownership::Column::UntilAt,
];

/// The periods of the accounts in hand, and where every team stands today.
#[derive(Default)]
pub(super) struct Credits {
    periods: HashMap<AccountId, Vec<Visible<Period>>>,
    places: HashMap<TeamId, PlaceId>,
}

impl Credits {
    pub async fn of(tx: &Tx, accounts: &Book<account::Entity>, members: &Book<member::Entity>) -> Result<Self> {
        let mut credits = Self::default();
        credits.read(tx, accounts, members).await?;
        Ok(credits)
    }

    /// Adds what is not known yet of these accounts and members.
    pub async fn read(
        &mut self,
        tx: &Tx,
        accounts: &Book<account::Entity>,
        members: &Book<member::Entity>,
    ) -> Result<()> {
        use ownership::{Column, Entity};
        let new = || accounts.rows().filter(|row| !self.periods.contains_key(&row.id));
        let ids: Vec<AccountId> = new().map(|row| row.id).collect();
        let mut teams: BTreeSet<TeamId> = new().map(|row| row.team_id).collect();
        teams.extend(members.rows().filter_map(|row| row.team_id));
        self.periods.extend(ids.iter().map(|id| (*id, Vec::new())));
        if !ids.is_empty() {
            let find = tx.find::<Entity>().filter(among::<Entity, _>(Column::AccountId, &ids));
            for row in find.order(Column::FromAt, Order::Asc).some::<Period>(&PERIOD).await? {
                teams.insert(row.team_id);
                let periods = self.periods.entry(row.account_id).or_default();
                periods.reserve_exact(1);
                periods.push(row);
            }
        }
        teams.retain(|team| !self.places.contains_key(team));
        let teams: Vec<TeamId> = teams.into_iter().collect();
        if teams.is_empty() {
            return Ok(());
        }
        let places = tx
            .find::<team_place::Entity>()
            .filter(among::<team_place::Entity, _>(team_place::Column::TeamId, &teams))
            .filter(team_place::Column::UntilAt.is_null());
        self.places.extend(places.all().await?.into_iter().map(|row| (row.team_id, row.id)));
        if teams.iter().any(|team| !self.places.contains_key(team)) {
            return Err(Error::internal("a team without a place"));
        }
        Ok(())
    }

    /// The credit of an answer: to `named`, or to whoever owned the account then.
    pub fn at(&self, account: &Account, named: Option<&Member>, at: Time) -> Credit {
        let periods = self.periods.get(&account.id).map(Vec::as_slice).unwrap_or_default();
        // By time, so the last one that had begun is the only one that can hold the instant.
        let begun = periods.partition_point(|row| row.from_at <= at);
        let period = begun.checked_sub(1).and_then(|last| periods.get(last));
        let period = period.filter(|row| row.until_at.is_none_or(|until| at < until));
        let period = period.filter(|row| named.is_none_or(|member| member.id == row.member_id));
        let team = match (period, named) {
            (Some(row), _) => row.team_id,
            (None, Some(member)) => member.team_id.unwrap_or(account.team_id),
            (None, None) => account.team_id,
        };
        Credit {
            owner_id: named.map(|member| member.id).or(period.map(|row| row.member_id)),
            team_id: team,
            place_id: self.places.get(&team).copied().unwrap_or(PlaceId(uuid::Uuid::nil())),
            inherited: period.is_some_and(|row| at.0 - row.from_at.0 < INHERITED),
        }
    }
}

/// Where the teams stood that an export credits answers to. Teams and places that are not there are made.
#[derive(Default)]
pub(super) struct Stood {
    places: HashMap<TeamId, HashMap<String, PlaceId>>,
    ways: HashMap<Vec<String>, TeamId>,
    teams: HashMap<TeamId, String>,
}

impl Stood {
    /// Three statements where rows tell of teams, and none otherwise.
    pub async fn load(tx: &Tx, source: &str, rows: &[ResponseRow]) -> Result<Self> {
        let frozen = || rows.iter().map(|row| &row.frozen);
        let paths: HashSet<&Vec<String>> = frozen()
            .filter_map(|frozen| if let Given::Value(path) = &frozen.team { Some(path) } else { None })
            .chain(
                frozen().filter_map(|f| if let Given::Value(stood) = &f.stood { Some(stood) } else { None }).flatten(),
            )
            .collect();
        let mut stood = Self::default();
        if paths.is_empty() {
            return Ok(stood);
        }
        let mut teams = Teams::load(tx).await?;
        let mut paths: Vec<&Vec<String>> = paths.into_iter().collect();
        paths.sort_unstable();
        for path in paths {
            let team = teams.plant(tx, path, true);
            stood.teams.insert(team, way(&teams.path(team)));
            stood.ways.insert(path.clone(), team);
        }
        teams.write(tx, source).await?;
        let ids: Vec<TeamId> = stood.teams.keys().copied().collect();
        let find = tx.find::<team_place::Entity>();
        let find = find.filter(among::<team_place::Entity, _>(team_place::Column::TeamId, &ids));
        for row in find.order(team_place::Column::Id, Order::Asc).all().await? {
            // A team may have come back to where it stood; today's place comes last.
            stood.places.entry(row.team_id).or_default().insert(row.path.clone(), row.id);
        }
        stood.make(tx, rows).await?;
        Ok(stood)
    }

    /// Makes the places where teams stood once and are not known to have stood.
    async fn make(&mut self, tx: &Tx, rows: &[ResponseRow]) -> Result<()> {
        let now = tx.now();
        let mut fresh = Vec::new();
        for row in rows {
            let Some((team, path)) = self.at(row) else { continue };
            let places = self.places.entry(team).or_default();
            if let Entry::Vacant(place) = places.entry(path) {
                let (path, until_at) = (place.key().clone(), Some(now));
                let row = team_place::Model { id: tx.id(), team_id: team, path, from_at: now, until_at };
                place.insert(row.id);
                fresh.push(row);
            }
        }
        tx.insert_all::<team_place::Entity>(fresh).await
    }

    /// The credited team, and the ids from the top down to it as they stood.
    fn at(&self, row: &ResponseRow) -> Option<(TeamId, String)> {
        let Given::Value(path) = &row.frozen.team else { return None };
        let team = *self.ways.get(path)?;
        let path = match &row.frozen.stood {
            Given::Value(stood) => {
                let ids: Vec<TeamId> = stood.iter().filter_map(|path| self.ways.get(path).copied()).collect();
                way(ids.last().filter(|last| **last == team).map(|_| &ids)?)
            }
            Given::Unmapped | Given::Blank => self.teams.get(&team)?.clone(),
        };
        Some((team, path))
    }

    /// The place of the credit that a row tells, if it does.
    pub fn place(&self, row: &ResponseRow) -> Result<Option<PlaceId>, RowError> {
        if !matches!(row.frozen.team, Given::Value(_)) {
            return Ok(None);
        }
        let place = self.at(row).and_then(|(team, path)| self.places.get(&team)?.get(&path).copied());
        place.map(Some).ok_or_else(|| RowError::new(row.row, "team_stood", "", "must end with the team itself"))
    }
}

/// A path as places have it.
fn way(ids: &[TeamId]) -> String {
    ids.iter().fold(String::new(), |path, id| path + &id.to_string() + "/")
}
