//! A key as the doors show it: never with its text.

use async_graphql::{InputObject, SimpleObject};
use entity::{KeyId, TeamId, Time, api_key};

/// A key that an outside system signs in with.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct IntegrationKey {
    /// Its id, for good; not the key itself.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// The 8 letters after `stw_`, to recognise the key by.
    pub prefix: String,
    /// What it allows, such as `accounts:read`.
    pub scopes: Vec<String>,
    /// The outside system whose references it writes.
    pub source: String,
    /// From when on it is worthless.
    pub expires_at: Option<Time>,
    /// Since when it is ended.
    pub revoked_at: Option<Time>,
    /// When it last signed in.
    pub last_used_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    #[graphql(skip)]
    pub team_id: Option<TeamId>,
}

impl From<api_key::Model> for IntegrationKey {
    fn from(row: api_key::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            source: row.source,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
            team_id: row.team_id,
        }
    }
}

/// A new key.
#[derive(Clone, Debug, InputObject)]
pub struct CreateIntegrationKey {
    /// What people call it, 1 to 200 characters.
    pub name: String,
    /// What it allows: one or more of `accounts:read`, `accounts:write`, `contacts:read`, `contacts:write`,
    /// `interactions:read`, `interactions:write`, `members:read`, `surveys:read`, `surveys:send`, `responses:read`, `imports:write`,
    /// `metrics:read`.
    pub scopes: Vec<String>,
    /// The outside system it speaks for, such as `crm`: the references it writes are unique there.
    pub source: String,
    /// Only the accounts of this team and below; all, where absent.
    pub team_id: Option<TeamId>,
    /// From when on it is worthless; never, where absent.
    pub expires_at: Option<Time>,
}

/// A key to be followed by another.
#[derive(Clone, Debug, InputObject)]
pub struct RotateIntegrationKey {
    /// The key that is to end.
    pub id: KeyId,
    /// Hours for which it works on beside the new one: 0 to 720.
    #[graphql(default = 24)]
    pub overlap_hours: i32,
    /// From when on the new one is worthless; never, where absent.
    pub expires_at: Option<Time>,
}
