//! Ways in by mail: a contact's sign-in link, a member's invitation, a new password for one that was forgotten.
//!
//! Always holds: a link works once and for a short time; the database holds only its digest; no answer, nor the time it
//! takes, says whether an address is known, since nobody is looked up before the mail is written; opening a link
//! changes nothing, only sending the page's form does.

mod ask;
mod find;
mod graphql;
mod jobs;
mod mail;
mod moved;
mod page;
mod rest;
mod samples;
mod take;

pub use ask::{ask, invite};
pub use find::{Holder, Signing, holder};
pub use graphql::EntranceMutation;
pub use jobs::SendLink;
pub use mail::Entry;
pub use moved::Moved;
pub use rest::{pages, routes};
pub use samples::{mails, moved, pages as sample_pages};
pub use take::{set_password, sign_in, sign_in_once};
