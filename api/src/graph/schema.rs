//! The list of GraphQL slices: a new one is a line here.

use async_graphql::{MergedObject, MergedSubscription, ValidationMode};

use super::Proven;
use crate::{
    account::{AccountMutation, AccountQuery},
    audit::AuditQuery,
    contact::{ContactMutation, ContactQuery},
    cover::{CoverMutation, CoverQuery},
    duplicate::{DuplicateMutation, DuplicateQuery},
    entrance::EntranceMutation,
    invitation::{InvitationMutation, InvitationQuery, PreviewQuery},
    key::{KeyMutation, KeyQuery},
    member::{MemberMutation, MemberQuery},
    ownership::{OwnershipMutation, OwnershipQuery},
    privacy::PrivacyMutation,
    program::{ProgramMutation, ProgramQuery},
    response::{ResponseQuery, ResponseSubscription},
    satisfaction::SatisfactionQuery,
    session::{SessionMutation, SessionQuery},
    survey::{SurveyMutation, SurveyQuery},
    team::{TeamMutation, TeamQuery},
    timeline::TimelineMutation,
};

// A field is looked for in the last slice first, so what is asked most stands there.

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    SessionQuery,
    OwnershipQuery,
    CoverQuery,
    ContactQuery,
    DuplicateQuery,
    MemberQuery,
    TeamQuery,
    SurveyQuery,
    ProgramQuery,
    InvitationQuery,
    PreviewQuery,
    ResponseQuery,
    SatisfactionQuery,
    KeyQuery,
    AuditQuery,
    AccountQuery,
);

/// What can be changed. Verb and noun, one input, the view back.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    OwnershipMutation,
    CoverMutation,
    ContactMutation,
    PrivacyMutation,
    DuplicateMutation,
    MemberMutation,
    TeamMutation,
    ProgramMutation,
    SurveyMutation,
    InvitationMutation,
    KeyMutation,
    SessionMutation,
    EntranceMutation,
    TimelineMutation,
);

/// What can be listened to, at `/graphql/ws`. An event is read with the rights of its moment.
#[derive(MergedSubscription, Default)]
pub struct Subscription(ResponseSubscription);

pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema. Limits are the guard's matter; extensions are kept off, since each slows every field.
pub fn schema() -> Schema {
    validated(ValidationMode::Strict)
}

/// The schema as queries run on it.
pub fn proven(schema: Schema) -> Proven<Schema> {
    Proven::new(schema, validated(ValidationMode::Fast))
}

fn validated(mode: ValidationMode) -> Schema {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .disable_suggestions()
        .validation_mode(mode)
        .finish()
}
