//! Links that let somebody in, once: to sign in, to take up a member's place, to choose a new password.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "CREATE TABLE access_link (
    id $uuid PRIMARY KEY NOT NULL,
    request_id $uuid NOT NULL,
    purpose VARCHAR(24) NOT NULL,
    member_id $uuid REFERENCES member (id),
    contact_id $uuid REFERENCES contact (id),
    token_hash $bytes NOT NULL UNIQUE,
    created_at $time NOT NULL,
    expires_at $time NOT NULL,
    used_at $time
);
CREATE INDEX access_link_request ON access_link (request_id);
CREATE INDEX access_link_member ON access_link (member_id);
CREATE INDEX access_link_contact ON access_link (contact_id)";

/// Undoes [`UP`].
const DOWN: &str = "DROP TABLE access_link";

crate::sql::both_ways!(UP, DOWN);
