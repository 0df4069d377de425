//! Ownership as both doors show it.

use async_graphql::{InputObject, SimpleObject};
use entity::{
    AccountId, GrantId, GrantKind, MemberId, OwnershipId, OwnershipSource, TeamRole, Time, account_grant, member,
    ownership,
};
use serde::Deserialize;

use crate::member::Member;

/// One period during which one member owned one account, half-open.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct Ownership {
    /// Its id, for good.
    pub id: OwnershipId,
    /// Who owned it.
    pub owner: Member,
    /// From when, this instant included.
    pub from: Time,
    /// Null while it lasts.
    pub until: Option<Time>,
    /// How it came about.
    pub source: OwnershipSource,
    /// Why, in the words of whoever changed it.
    pub reason: Option<String>,
}

/// A period with its owner.
#[derive(Clone, Debug, Deserialize)]
pub struct OwnershipRow(pub ownership::Model, pub member::Model);

impl From<OwnershipRow> for Ownership {
    fn from(OwnershipRow(row, owner): OwnershipRow) -> Self {
        Self {
            id: row.id,
            owner: owner.into(),
            from: row.from_at,
            until: row.until_at,
            source: row.source,
            reason: row.reason,
        }
    }
}

/// Somebody who sees an account beside its owner.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct Collaborator {
    /// Its id, for good.
    pub id: GrantId,
    /// Who.
    pub member: Member,
    /// Why they see the account.
    pub kind: GrantKind,
    /// What they do on the account team.
    pub role: Option<TeamRole>,
    /// Since when.
    pub from: Time,
}

/// A grant with its member.
#[derive(Clone, Debug, Deserialize)]
pub struct CollaboratorRow(pub account_grant::Model, pub member::Model);

impl From<CollaboratorRow> for Collaborator {
    fn from(CollaboratorRow(row, member): CollaboratorRow) -> Self {
        Self { id: row.id, member: member.into(), kind: row.kind, role: row.role, from: row.from_at }
    }
}

/// Gives an account to a member, from now on.
#[derive(Clone, Debug, InputObject)]
pub struct AssignOwner {
    /// The account.
    pub account_id: AccountId,
    /// Who is to own it.
    pub member_id: MemberId,
    /// Why; kept in the history.
    pub reason: Option<String>,
}

/// Ends the ownership of an account; it waits, unowned, in its team.
#[derive(Clone, Debug, InputObject)]
pub struct EndOwnership {
    /// The account.
    pub account_id: AccountId,
    /// Why; kept in the history.
    pub reason: Option<String>,
}

/// Puts a member on the account team.
#[derive(Clone, Debug, InputObject)]
pub struct AddCollaborator {
    /// The account.
    pub account_id: AccountId,
    /// Who is to see it.
    pub member_id: MemberId,
    /// What they do on the account team.
    pub role: TeamRole,
}

/// Takes a member off the account team.
#[derive(Clone, Debug, InputObject)]
pub struct RemoveCollaborator {
    /// The account.
    pub account_id: AccountId,
    /// Who is to leave the account team.
    pub member_id: MemberId,
}
