//! Who asks.

use entity::{ActorKind, ContactId, InvitationId, KeyId, MemberId, SessionId, TeamId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Action, Credit, KeyScope, Rows, Scope};
use crate::base::{Error, Result};

/// What somebody is to the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Sees and may do everything.
    Admin,
    /// Leads or deputises in a team.
    Manager,
    /// A member who leads no team.
    Owner,
    /// A contact at an account.
    Customer,
    /// A program with a key.
    Integration,
    /// Whoever holds a survey's link.
    LinkHolder,
    /// The server's own work.
    System,
    /// Not signed in.
    Nobody,
}

impl Role {
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Admin | Self::Manager | Self::Owner | Self::System)
    }
}

/// In whose name something is done; what the audit remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Actor {
    Member(MemberId),
    Contact(ContactId),
    Key(KeyId),
    Link(InvitationId),
    #[default]
    System,
    Nobody,
}

impl Actor {
    pub const fn kind(self) -> ActorKind {
        match self {
            Self::Member(_) => ActorKind::Member,
            Self::Contact(_) => ActorKind::Contact,
            Self::Key(_) => ActorKind::Integration,
            Self::Link(_) => ActorKind::LinkHolder,
            Self::System | Self::Nobody => ActorKind::System,
        }
    }

    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::Member(id) => Some(id.0),
            Self::Contact(id) => Some(id.0),
            Self::Key(id) => Some(id.0),
            Self::Link(id) => Some(id.0),
            Self::System | Self::Nobody => None,
        }
    }
}

/// One request's asker: who, in which role, seeing what.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub actor: Actor,
    pub role: Role,
    /// Of our own sign-ins; none where an outside issuer vouches for a member.
    pub session: Option<SessionId>,
    /// What an integration's key allows; empty for everybody else.
    pub keys: Vec<KeyScope>,
    /// The outside system an integration speaks for.
    pub source: Option<String>,
    pub scope: Scope,
    /// Signed in by a first password, which is to be replaced before anything else.
    pub must_change_password: bool,
}

impl Viewer {
    pub const fn nobody() -> Self {
        Self {
            actor: Actor::Nobody,
            role: Role::Nobody,
            session: None,
            keys: Vec::new(),
            source: None,
            scope: Scope::nothing(),
            must_change_password: false,
        }
    }

    pub(crate) const fn system() -> Self {
        Self {
            actor: Actor::System,
            role: Role::System,
            session: None,
            keys: Vec::new(),
            source: None,
            scope: Scope::everything(),
            must_change_password: false,
        }
    }

    /// The job that counts confidential and anonymous answers.
    pub(crate) fn counting() -> Self {
        Self { scope: Scope::counting(), ..Self::system() }
    }

    /// The server's own work, at somebody's wish: theirs is the name in the audit.
    pub(crate) fn system_for(actor: Actor) -> Self {
        Self { actor, ..Self::system() }
    }

    /// The server's own work, on the accounts of some teams only.
    pub(crate) fn teams(teams: Vec<TeamId>) -> Self {
        let rows = Rows::Staff { owners: Vec::new(), teams, granted: Vec::new() };
        Self { scope: Scope::staff(rows, Credit::None), ..Self::system() }
    }

    pub(crate) fn link(account: entity::AccountId, invitation: InvitationId) -> Self {
        Self {
            actor: Actor::Link(invitation),
            role: Role::LinkHolder,
            session: None,
            keys: Vec::new(),
            source: None,
            scope: Scope::link(account, invitation),
            must_change_password: false,
        }
    }

    /// An integration that shows its key itself: it may what the key allows, and sees no rows.
    pub(crate) fn key(id: KeyId, keys: Vec<KeyScope>) -> Self {
        Self { actor: Actor::Key(id), role: Role::Integration, keys, ..Self::nobody() }
    }

    pub const fn member(&self) -> Option<MemberId> {
        match self.actor {
            Actor::Member(id) => Some(id),
            _ => None,
        }
    }

    /// The team that an integration is bound to: where what it makes waits.
    pub fn home(&self) -> Option<TeamId> {
        match (self.role, self.scope.credit()) {
            (Role::Integration, Credit::Teams(teams)) => teams.first().copied(),
            _ => None,
        }
    }

    /// Whether two looks at the same asker gave the same rights.
    pub fn may_as(&self, before: &Self) -> bool {
        (self.role, &self.keys, &self.scope) == (before.role, &before.keys, &before.scope)
    }

    /// Refuses who is not signed in, then who may not.
    pub fn may(&self, action: Action) -> Result<()> {
        if self.role == Role::Nobody {
            return Err(Error::Unauthenticated("sign in first: send `Authorization: Bearer <access token>`"));
        }
        if self.role == Role::Integration {
            let needed = action.key_scope();
            return match needed {
                Some(scope) if self.keys.contains(&scope) => Ok(()),
                Some(scope) => Err(Error::Forbidden(format!("this key lacks the scope {scope}"))),
                None => Err(Error::Forbidden("integrations may not do this".to_owned())),
            };
        }
        if self.must_change_password && !matches!(action, Action::ChangePassword | Action::ManageSessions) {
            return Err(Error::Forbidden(
                "your first password is to be replaced before anything else: POST /api/v1/auth/password".to_owned(),
            ));
        }
        if action.allows(self.role) {
            return Ok(());
        }
        Err(Error::Forbidden(format!("the role {:?} may not {}", self.role, action.words()).to_lowercase()))
    }
}
