//! A cover as GraphQL shows it.

use async_graphql::{InputObject, SimpleObject};
use entity::{CoverId, MemberId, Time, cover};

/// A member who stands in for another for a while.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct Cover {
    /// Its id, for good.
    pub id: CoverId,
    /// From when, this instant included.
    pub from: Time,
    /// Until when: the first instant at which it is over.
    pub until: Time,
    /// Why.
    pub reason: String,
    /// When it was taken back before its end.
    pub ended_at: Option<Time>,
    #[graphql(skip)]
    pub member_id: MemberId,
    #[graphql(skip)]
    pub stand_in_id: MemberId,
    #[graphql(skip)]
    pub by_id: Option<MemberId>,
}

impl From<cover::Model> for Cover {
    fn from(row: cover::Model) -> Self {
        Self {
            id: row.id,
            from: row.from_at,
            until: row.until_at,
            reason: row.reason,
            ended_at: row.ended_at,
            member_id: row.member_id,
            stand_in_id: row.stand_in_id,
            by_id: row.by_id,
        }
    }
}

/// Has a member stand in for another.
#[derive(Clone, Debug, InputObject)]
pub struct CreateCover {
    /// Who is away.
    pub member_id: MemberId,
    /// Who sees their accounts meanwhile.
    pub stand_in_id: MemberId,
    /// From when, a year from now at the latest; from now on where absent.
    pub from: Option<Time>,
    /// Until when, 90 days after `from` at the latest.
    pub until: Time,
    /// Why, 1 to 200 characters.
    pub reason: String,
}
