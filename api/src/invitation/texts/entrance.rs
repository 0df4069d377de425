//! The words of the mails and pages that let somebody in, a file a language.

pub mod ar;
pub mod de;
pub mod en;
pub mod es;
pub mod fr;
pub mod ja;

/// What a mail with one kind of link says.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct LinkTexts {
    pub subject: &'static str,
    pub intro: &'static str,
    /// On the link.
    pub open: &'static str,
}

/// What an address is told that is somebody's no longer.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct MovedTexts {
    pub subject: &'static str,
    pub intro: &'static str,
    pub if_not: &'static str,
    pub why: &'static str,
}

/// The words of the mails with links, and of the pages that they open.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct EntranceTexts {
    pub sign_in: LinkTexts,
    pub invite: LinkTexts,
    pub reset: LinkTexts,
    pub moved: MovedTexts,
    /// On each of several links, to whoever is known at several accounts.
    pub for_account: &'static str,
    pub if_not: &'static str,
    pub why: &'static str,
    pub why_invited: &'static str,
    /// The page that signs a contact in.
    pub in_title: &'static str,
    pub in_as: &'static str,
    pub in_button: &'static str,
    pub in_done: &'static str,
    pub in_owner: &'static str,
    pub in_nobody: &'static str,
    pub in_token: &'static str,
    /// The page on which a member chooses a password.
    pub title: &'static str,
    pub address: &'static str,
    pub password: &'static str,
    pub again: &'static str,
    pub rule: &'static str,
    pub save: &'static str,
    pub saved: &'static str,
    pub saved_more: &'static str,
    pub error_rule: &'static str,
    pub error_again: &'static str,
    pub gone: &'static str,
    pub gone_more: &'static str,
}
