//! Contacts: the people at a client.
//!
//! A mail address is unique at most inside one account; the same person at several accounts has one
//! address key. Staff who see the account change its contacts; a new address revokes open links and
//! ends sign-ins, and who has signed in is told so at the one before.

mod filter;
mod graphql;
mod list;
mod loader;
mod model;
mod moved;
mod refusal;
mod rest;
mod service;

pub use filter::{ContactFilter, ContactRolesFilter};
pub use graphql::{ContactMutation, ContactQuery};
pub use list::{ContactSort, ListContacts, conditions, list};
pub use loader::SeenLoader;
pub use model::{Contact, CreateContact, UpdateContact};
pub use moved::TellMoved;
pub use refusal::{bring_refusals, refusals, refused, remember};
pub use rest::{Contacts, routes};
use service::read;
pub use service::{create, get, revoke, update};
