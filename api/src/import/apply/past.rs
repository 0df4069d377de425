//! What an account has been through elsewhere: who owned it, who worked along, when it was kept out of surveys.
//!
//! It is told by an export alone, and written once: an account that has periods of a kind already keeps them as they are.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use entity::{
    AccountId, ContactId, GrantKind, MemberId, TeamId, Time, account, account_grant, exclusion, member, ownership,
};
use sea_orm::{ActiveModelBehavior, IntoActiveModel};
use serde::Serialize;

use super::{
    lookup::{Book, by_id},
    teams::Teams,
};
use crate::{
    base::Result,
    import::{AccountRow, By, Past as Told, Pointer, RowError, nested},
    store::{Child, Tx, among},
};

/// It as rows of the database.
#[derive(Default)]
pub(super) struct Past {
    ownerships: Vec<ownership::Model>,
    collaborators: Vec<account_grant::Model>,
    exclusions: Vec<exclusion::Model>,
}

/// A past, and whether its account stood already.
pub(super) type Standing = (Past, bool);

/// The members that a past names.
pub(super) fn people(past: &Told) -> impl Iterator<Item = Pointer> {
    let owners = past.ownerships.iter().flat_map(|term| [Some(&term.owner), term.by.as_ref()]).flatten();
    let owners = owners.map(|email| pointer(email, "ownerships"));
    let grants = past.collaborators.iter().map(|one| pointer(&one.member, "collaborators"));
    let by = past.exclusions.iter().filter_map(|one| one.by.as_ref()).map(|email| pointer(email, "exclusions"));
    owners.chain(grants).chain(by)
}

fn pointer(email: &str, column: &str) -> Pointer {
    Pointer { by: By::Email, text: email.to_owned(), column: Arc::from(column) }
}

impl Past {
    pub fn of(
        tx: &Tx,
        account_id: AccountId,
        row: &AccountRow,
        members: &Book<member::Entity>,
        teams: &mut Teams,
    ) -> Result<Self, RowError> {
        let member = |email: &str, column: &str| members.get(&pointer(email, column), row.row, |_| true);
        let known = |email: Option<&String>, column: &str| email.map(|email| member(email, column)).transpose();
        let mut past = Self::default();
        for term in &row.past.ownerships {
            let owner = member(&term.owner, "ownerships")?;
            if term.until.is_none() && !owner.active {
                return Err(
                    pointer(&term.owner, "ownerships").error(row.row, "is not active and cannot own an account")
                );
            }
            past.ownerships.push(ownership::Model {
                id: tx.id(),
                account_id,
                member_id: owner.id,
                team_id: teams.plant(tx, &nested::team(&term.team), true),
                from_at: term.from,
                until_at: term.until,
                source: term.source,
                reason: term.reason.clone(),
                by_id: known(term.by.as_ref(), "ownerships")?.map(|by| by.id),
            });
        }
        for one in &row.past.collaborators {
            past.collaborators.push(account_grant::Model {
                id: tx.id(),
                account_id,
                member_id: member(&one.member, "collaborators")?.id,
                kind: GrantKind::Collaborator,
                role: one.role,
                from_at: one.from,
                until_at: one.until,
            });
        }
        for one in &row.past.exclusions {
            past.exclusions.push(exclusion::Model {
                id: tx.id(),
                account_id,
                contact_id: one.contact.map(ContactId),
                reason: one.reason.clone(),
                until_at: one.until,
                by_id: known(one.by.as_ref(), "exclusions")?.map(|by| by.id),
                lifted_at: one.lifted_at,
                created_at: one.created_at,
            });
        }
        Ok(past)
    }

    /// Whether it tells who owned the account.
    pub fn owned(&self) -> bool {
        !self.ownerships.is_empty()
    }

    /// The last owner in their team, and since when they own it no more, where they do not.
    pub fn last(&self) -> Option<(MemberId, TeamId, Option<Time>)> {
        self.ownerships.last().map(|row| (row.member_id, row.team_id, row.until_at))
    }

    /// It with whether its account stood already, if there is anything to it.
    pub fn told(self, stood: bool) -> Option<Standing> {
        let nothing = self.ownerships.is_empty() && self.collaborators.is_empty() && self.exclusions.is_empty();
        (!nothing).then_some((self, stood))
    }
}

/// Writes the pasts of accounts that are written.
pub(super) async fn write(tx: &Tx, pasts: Vec<Standing>) -> Result<()> {
    let (mut ownerships, mut collaborators, mut exclusions) = (Vec::new(), Vec::new(), Vec::new());
    let mut stood: HashSet<AccountId> = HashSet::new();
    for (past, old) in pasts {
        let ids = past.ownerships.iter().map(|row| row.account_id);
        let ids = ids.chain(past.collaborators.iter().map(|row| row.account_id));
        let ids = ids.chain(past.exclusions.iter().map(|row| row.account_id));
        stood.extend(ids.filter(|_| old));
        ownerships.extend(past.ownerships);
        collaborators.extend(past.collaborators);
        exclusions.extend(past.exclusions);
    }
    let stood: Vec<AccountId> = stood.into_iter().collect();
    add::<ownership::Entity>(tx, ownership::Column::AccountId, &stood, ownerships).await?;
    add::<account_grant::Entity>(tx, account_grant::Column::AccountId, &stood, collaborators).await?;
    add::<exclusion::Entity>(tx, exclusion::Column::AccountId, &stood, exclusions).await
}

/// Puts rows under accounts that have none of their kind.
async fn add<E: Child>(tx: &Tx, column: E::Column, stood: &[AccountId], mut rows: Vec<E::Model>) -> Result<()>
where
    E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    if !stood.is_empty() {
        let there = tx.find::<E>().filter(among::<E, _>(column, stood)).all().await?;
        let there: HashSet<AccountId> = there.iter().map(|row| E::account_of(row)).collect();
        rows.retain(|row| !there.contains(&E::account_of(row)));
    }
    let ids: Vec<AccountId> = rows.iter().map(E::account_of).collect::<BTreeSet<_>>().into_iter().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let accounts: Vec<_> = by_id::<account::Entity>(tx, &ids).await?.into_values().collect();
    tx.insert_each::<E>(&accounts, rows).await
}
