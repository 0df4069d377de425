//! Accounts: the client companies.
//!
//! Owns the row of an account and its one statement. An account always has a home team; owner and
//! team move only by ownership. Admins, managers (in their teams) and integrations change accounts.

mod graphql;
mod list;
mod loader;
mod model;
mod read;
mod rest;
mod service;

pub use graphql::{AccountMutation, AccountQuery, view};
pub use list::{ListAccounts, conditions, list};
pub use loader::AccountLoader;
pub use model::{Account, AccountFilter, AccountSort, CreateAccount, Listed, ParentAccount, Related, UpdateAccount};
pub use read::{Want, get, read, some_of};
pub use rest::{Accounts, routes};
pub use service::{Above, UNFIT, above, create, domain, update};
