//! Invitations: one survey to one contact, from the sending to the answer.
//!
//! Always holds: who is asked is judged when a wave is made and again when its mail is claimed; the
//! attribution is frozen when the mail is queued; the database holds only digests of links; opening
//! a link changes nothing; one invitation has one answer. Mails and pages are data in, text out:
//! every variable text is escaped, nothing is loaded from elsewhere save the company's own logo,
//! and nothing needs script.

mod asked;
pub mod colour;
mod further;
mod graphql;
mod jobs;
mod judge;
mod link;
pub mod mail;
mod model;
mod optout;
pub mod page;
mod preview;
pub mod question;
mod respond;
mod rest;
pub mod safe;
pub mod samples;
mod send;
mod tell;
pub mod texts;

pub use asked::brand;
pub use graphql::{InvitationMutation, PreviewQuery};
pub use jobs::SendMail;
pub use judge::{Facts, LastAsked, QUARANTINE_ANY, QUARANTINE_CSAT, QUARANTINE_NPS};
pub use link::{Link, open};
pub use model::{Invitation, InvitationRow};
pub use optout::{mute, muted};
pub use page::pages;
pub use preview::{PreviewSurvey, SendTest, SurveyPreview, TestMail, preview, send_test};
pub use respond::{AMENDABLE, Answer, Answered, respond, respond_to};
pub use rest::routes;
pub use send::{EXPIRES, INHERITED, SendSurvey, Sent, SuppressedCount, send};
pub use tell::TellChanged;
