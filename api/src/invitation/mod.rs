//! Invitations: one survey to one contact, from the sending to the answer.
//!
//! Always holds: who is asked is judged when a wave is made and again when its mail is claimed; the
//! attribution is frozen when the first mail is queued, and for one that was planned for a later day when
//! it leaves; reminders go in the name of today's owner, and move no credit; the database holds only
//! digests of links; opening a link changes nothing; one invitation has one answer. Mails and pages are data in, text out:
//! every variable text is escaped, nothing is loaded from elsewhere save the company's own logo,
//! and nothing needs script.

mod asked;
mod claim;
pub mod colour;
mod delivery;
mod funnel;
mod further;
mod graphql;
mod jobs;
mod judge;
mod letter;
mod link;
pub mod mail;
mod manage;
mod model;
mod optout;
pub mod page;
mod preview;
pub mod question;
mod quiet;
mod read;
mod respond;
mod rest;
pub mod safe;
pub mod samples;
mod send;
mod tell;
pub mod texts;
mod window;

pub use asked::brand;
pub use delivery::{Delivery, EXPIRES_DAYS, Lot, REMINDERS, reminders, zone};
pub use funnel::{Funnel, FunnelBy, FunnelGroup, funnel, of_waves};
pub use graphql::{InvitationMutation, InvitationQuery, PreviewQuery};
pub use jobs::SendMail;
pub use judge::{Against, Facts, LastAsked, QUARANTINE_ANY, QUARANTINE_CSAT, QUARANTINE_NPS};
pub use link::{Link, open};
pub use manage::{resend, revoke};
pub use model::{Invitation, InvitationRow};
pub use optout::{mute, muted};
pub use page::{pages, show};
pub use preview::{PreviewSurvey, SendTest, SurveyPreview, TestMail, preview, send_test};
use read::get;
pub use read::{InvitationFilter, ListInvitations, list};
pub use respond::{AMENDABLE, Answer, Answered, respond, respond_to};
pub use rest::routes;
pub use send::{Counts, EXPIRES, INHERITED, Making, SuppressedCount, Taken, Verdict, judge, write};
pub use tell::TellChanged;
pub use window::{Weekday, Window, days_later};
