//! Signing in: members by password, integrations by key; each sign-in is a session that can be ended.
//!
//! A token of ours names session and subject, one of an outside issuer a member; what they may is read from the database at each request.

mod factor;
mod graphql;
mod key;
mod keys;
mod list;
mod me;
mod outside;
mod password;
mod proof;
mod refresh;
mod rest;
mod service;

pub use factor::reseal as reseal_factors;
pub use graphql::{SessionMutation, SessionQuery};
pub use key::{authenticate_key, sign_in_by_key};
pub use keys::{Rotated, is_opened, keyring, renew, rotate};
pub use list::{Session, revoke, sessions, sign_out, sweep};
pub use password::{change as change_password, chosen, replace_password};
pub use proof::forgive;
pub use refresh::refresh;
pub use rest::routes;
pub use service::{
    ACCESS, AUDIENCE, ByLink, ByPassword, DEMO, Issued, LINK_OVER, authenticate, bearer, issue, sign_in_by_link,
    sign_in_by_password, still,
};
