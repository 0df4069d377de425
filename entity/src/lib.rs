//! The rows: one table a file, ids and enums as types of their own. Depends on nothing of ours.
//!
//! A row is what the database holds; what a client sees is a view in the slice that owns it. Rows
//! read from a JSON column arrive as arrays, so the order of a struct's fields is the order of the
//! columns; secrets are never serialised, so that no audit row can hold one.

mod blank;
mod choice;
mod digest;
mod id;
mod muted;
mod roles;
mod time;

pub mod access_link;
pub mod account;
pub mod account_grant;
pub mod answer;
pub mod api_key;
pub mod attempt;
pub mod audit;
pub mod contact;
pub mod cover;
pub mod escalation;
pub mod exclusion;
pub mod import;
pub mod import_piece;
pub mod interaction;
pub mod invitation;
pub mod job;
pub mod member;
pub mod once;
pub mod ownership;
pub mod program;
pub mod question;
pub mod quiet_answer;
pub mod quiet_batch;
pub mod quiet_link;
pub mod quiet_score;
pub mod quiet_wave;
pub mod recovery_code;
pub mod refusal;
pub mod response;
pub mod response_version;
pub mod score_owner;
pub mod score_slice;
pub mod second_factor;
pub mod session;
pub mod setting;
pub mod signing_key;
pub mod survey;
pub mod survey_version;
pub mod team;
pub mod team_deputy;
pub mod team_member;
pub mod team_place;
pub mod team_tree;
pub mod visit;
pub mod wave;

pub use choice::*;
pub use digest::Digest;
pub use id::*;
pub use muted::Muted;
pub use roles::ContactRoles;
pub use time::{Day, Time};

/// A string of a named format, as OpenAPI says it.
fn text_schema(
    format: &str,
    description: &str,
    example: &str,
) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
    let text = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom(format.to_owned())));
    text.description(Some(description)).examples([example]).into()
}
