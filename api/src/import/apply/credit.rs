//! Who an imported answer is credited to: the owner of its day, in the team of that period.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use entity::{AccountId, MemberId, PlaceId, TeamId, Time, account, member, ownership, team_place};
use sea_orm::{ColumnTrait, sea_query::Order};

use super::lookup::{Account, Book, Member};
use crate::{
    base::{Error, Result},
    store::{Tx, Visible, among},
};

/// An answer within so many days of a change of owner is inherited.
const INHERITED: TimeDelta = TimeDelta::days(30);

/// What is frozen on an answer.
pub(super) struct Credit {
    pub owner_id: Option<MemberId>,
    pub place_id: PlaceId,
    pub inherited: bool,
}

/// The periods of the accounts in hand, and where every team stands today.
pub(super) struct Credits {
    periods: HashMap<AccountId, Vec<Visible<ownership::Model>>>,
    places: HashMap<TeamId, PlaceId>,
    anywhere: PlaceId,
}

impl Credits {
    pub async fn load(tx: &Tx, accounts: &Book<account::Entity>, members: &Book<member::Entity>) -> Result<Self> {
        use ownership::{Column, Entity};
        let ids: Vec<AccountId> = accounts.rows().map(|row| row.id).collect();
        let find = tx.find::<Entity>().filter(among::<Entity, _>(Column::AccountId, &ids));
        let mut periods: HashMap<AccountId, Vec<_>> = HashMap::new();
        let mut teams: BTreeSet<TeamId> = accounts.rows().map(|row| row.team_id).collect();
        teams.extend(members.rows().filter_map(|row| row.team_id));
        for row in find.order(Column::FromAt, Order::Asc).all().await? {
            teams.insert(row.team_id);
            periods.entry(row.account_id).or_default().push(row);
        }
        let teams: Vec<TeamId> = teams.into_iter().collect();
        let places = tx
            .find::<team_place::Entity>()
            .filter(among::<team_place::Entity, _>(team_place::Column::TeamId, &teams))
            .filter(team_place::Column::UntilAt.is_null());
        let places: HashMap<TeamId, PlaceId> =
            places.all().await?.into_iter().map(|row| (row.team_id, row.id)).collect();
        if teams.iter().any(|team| !places.contains_key(team)) {
            return Err(Error::internal("a team without a place"));
        }
        Ok(Self { periods, places, anywhere: PlaceId(uuid::Uuid::nil()) })
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
            place_id: self.places.get(&team).copied().unwrap_or(self.anywhere),
            inherited: period.is_some_and(|row| at.0 - row.from_at.0 < INHERITED),
        }
    }
}
