//! Who stands in the front row: the people whose eyes the demonstration is seen through.

use entity::{AccountId, ContactId, MemberId, TeamId};

/// Somebody to sign in as.
#[derive(Clone, Debug)]
pub struct Person<I> {
    pub id: I,
    pub name: String,
    pub email: String,
}

/// They belong together: the owner owns the account, the manager leads the owner's team, and the
/// customer is a contact of that account.
#[derive(Clone, Debug)]
pub struct Cast {
    pub admin: Person<MemberId>,
    pub manager: Person<MemberId>,
    pub owner: Person<MemberId>,
    pub customer: Person<ContactId>,
    pub account: AccountId,
    pub account_name: String,
    /// The account's team, which the manager leads.
    pub team: TeamId,
    /// Another account of the owner, whose contacts are asked today too.
    pub second: AccountId,
}
