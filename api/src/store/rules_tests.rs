//! What the rules say, as statements.

use entity::{AccountId, InvitationId, contact};
use sea_orm::sea_query::{Query, SqliteQueryBuilder};
use uuid::Uuid;

use super::{Engine, Owned};
use crate::access::Scope;

#[test]
fn a_link_reaches_no_other_contact_of_its_account() {
    let scope = Scope::link(AccountId(Uuid::from_u128(1)), InvitationId(Uuid::from_u128(2)));
    let rule = contact::Entity::visible(&scope, Engine::Sqlite);
    let text = Query::select().from(contact::Entity).cond_where(rule).to_string(SqliteQueryBuilder);
    assert!(text.contains(r#""id" IN (SELECT "invitation"."contact_id" FROM "invitation" WHERE"#), "{text}");
    assert!(text.contains(r#""contact"."account_id" IN ("#), "{text}");
}
