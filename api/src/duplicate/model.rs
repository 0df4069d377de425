//! Duplicates as the door shows them.

use async_graphql::{Enum, InputObject, SimpleObject};
use entity::{AccountId, ContactId};

use crate::{account::Account, contact::Contact};

/// Why rows are held to be one and the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DuplicateReason {
    /// Accounts of one domain.
    SameDomain,
    /// Accounts of one name, or contacts of one account and one name, whatever its letters' case and spaces. The
    /// weaker hint.
    SameName,
}

/// Two or more accounts, or contacts of one account, that may be one and the same.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct DuplicateGroup {
    /// Why.
    pub reason: DuplicateReason,
    /// The domain or the name that they share.
    pub shared: String,
    /// The accounts, the oldest first; empty where it is about contacts.
    pub accounts: Vec<Account>,
    /// The contacts, the oldest first; empty where it is about accounts.
    pub contacts: Vec<Contact>,
}

/// Makes one of two accounts.
#[derive(Clone, Debug, InputObject)]
pub struct MergeAccounts {
    /// The account that stays.
    pub keep_id: AccountId,
    /// The version of it that you have read.
    pub keep_version: i32,
    /// The account that is merged into it: not the same, nor one above or below it.
    pub merge_id: AccountId,
    /// The version of that one that you have read.
    pub merge_version: i32,
}

/// Makes one of two contacts of an account.
#[derive(Clone, Debug, InputObject)]
pub struct MergeContacts {
    /// The contact that stays.
    pub keep_id: ContactId,
    /// The version of it that you have read.
    pub keep_version: i32,
    /// The contact of the same account that is merged into it.
    pub merge_id: ContactId,
    /// The version of that one that you have read.
    pub merge_version: i32,
}
