//! Invitations as the contact sees them: the mail with its score buttons, the survey page behind the
//! link, and the unsubscribe page.
//!
//! Always holds: data in, text out, no database and no clock; every variable text is escaped; nothing
//! is loaded from elsewhere, save the company's own logo on a page; no script; opening a link changes nothing.

pub mod colour;
pub mod mail;
pub mod page;
pub mod question;
pub mod safe;
pub mod samples;
pub mod texts;
