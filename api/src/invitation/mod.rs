//! Invitations: one survey to one contact, from the sending to the answer.
//!
//! Always holds: who is asked is judged when a wave is made and again when its mail is claimed; the
//! attribution is frozen when the mail is queued; the database holds only digests of links; opening
//! a link changes nothing; one invitation has one answer. Mails and pages are data in, text out:
//! every variable text is escaped, nothing is loaded from elsewhere save the company's own logo,
//! and nothing needs script.

pub mod colour;
mod graphql;
mod jobs;
mod judge;
mod link;
pub mod mail;
mod model;
mod optout;
pub mod page;
pub mod question;
mod respond;
mod rest;
pub mod safe;
pub mod samples;
mod send;
pub mod texts;

pub use graphql::InvitationMutation;
pub use jobs::SendMail;
pub use judge::{Facts, LastAsked, QUARANTINE_ANY, QUARANTINE_CSAT, QUARANTINE_NPS};
pub use link::{Link, open};
pub use model::{Invitation, InvitationRow};
pub use optout::{Preferences, opt_out, preferences};
pub use respond::{AMENDABLE, Answer, Answered, respond};
pub use rest::{brand, pages, routes};
pub use send::{EXPIRES, INHERITED, SendSurvey, Sent, SuppressedCount, send};
