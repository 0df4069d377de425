//! A member as both doors show them.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::{MemberId, MemberRole, TeamId, Time, member};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::Action,
    ctx::{May, StaffOnly},
};

/// One of the company's staff. Customers see the name and the mail address of their owner and of the backup; so does a
/// key without `members:read`, of whomever it comes across.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct Member {
    /// Its id, for good.
    pub id: MemberId,
    /// Their full name.
    pub name: String,
    /// Where mail reaches them, and what they sign in with.
    pub email: String,
    /// What they may do.
    #[graphql(guard = "StaffOnly.and(May(Action::ReadDirectory))")]
    pub role: Option<MemberRole>,
    /// False: they can no longer sign in.
    #[graphql(guard = "StaffOnly.and(May(Action::ReadDirectory))")]
    pub active: Option<bool>,
    /// Counts the changes; an update names the one it was made on.
    #[graphql(guard = "StaffOnly.and(May(Action::ReadDirectory))")]
    pub version: Option<i32>,
    /// When they were entered.
    #[graphql(guard = "StaffOnly.and(May(Action::ReadDirectory))")]
    pub created_at: Option<Time>,
    #[graphql(skip)]
    pub team_id: Option<TeamId>,
}

impl From<member::Model> for Member {
    fn from(row: member::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            role: Some(row.role),
            active: Some(row.active),
            version: Some(row.version),
            created_at: Some(row.created_at),
            team_id: row.team_id,
        }
    }
}

/// Who somebody of the staff is, and how to reach them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    /// Their id, for good.
    pub id: MemberId,
    /// Their full name.
    #[schema(example = "Ana Lima")]
    pub name: String,
    /// Where mail reaches them.
    #[schema(example = "ana@example.com")]
    pub email: String,
}

impl From<Member> for Person {
    fn from(member: Member) -> Self {
        Self { id: member.id, name: member.name, email: member.email }
    }
}

/// A new member. The role follows from the teams they lead, unless they are made an admin.
#[derive(Clone, Debug, InputObject)]
pub struct CreateMember {
    /// 1 to 200 characters.
    pub name: String,
    /// What they sign in with; no two members share one.
    pub email: String,
    /// Sees and may do everything.
    #[graphql(default)]
    pub admin: bool,
    /// The team they are in.
    pub team_id: Option<TeamId>,
    /// A first password, to be changed at the first sign-in; without one they cannot sign in yet.
    #[graphql(secret)]
    pub password: Option<String>,
}

/// What to change; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateMember {
    /// The member to change.
    pub id: MemberId,
    /// The version this change was made on.
    pub version: i32,
    /// 1 to 200 characters.
    pub name: Option<String>,
    /// What they sign in with; no two members share one.
    pub email: Option<String>,
    /// Sees and may do everything.
    pub admin: Option<bool>,
    /// False only once every account they own has a successor.
    pub active: Option<bool>,
    /// The team they are in.
    pub team_id: MaybeUndefined<TeamId>,
}
