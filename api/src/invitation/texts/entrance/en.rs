//! English.

use super::{EntranceTexts, LinkTexts, MovedTexts};

pub const TEXTS: EntranceTexts = EntranceTexts {
    sign_in: LinkTexts {
        subject: "{company}: your sign-in link",
        intro: "With this link you sign in at {company}. It works once, within 15 minutes.",
        open: "Sign in",
    },
    invite: LinkTexts {
        subject: "{company}: you are invited",
        intro: "You have been invited to work with clients at {company}. With this link you choose your password. It works once, within seven days.",
        open: "Choose my password",
    },
    reset: LinkTexts {
        subject: "{company}: choose a new password",
        intro: "With this link you choose a new password for {company}. It works once, within one hour.",
        open: "Choose a new password",
    },
    moved: MovedTexts {
        subject: "{company}: your mail address was changed",
        intro: "This mail address is no longer the one that {company} keeps for you at {account}. Whoever was signed in with it is signed out, and links to sign in go to another address from now on.",
        if_not: "If you do not know of this change, please reply to this mail at once.",
        why: "This mail was sent because you have signed in with this address before.",
    },
    for_account: "Sign in for {account}",
    if_not: "If you did not expect this, there is nothing you need to do: without the link nothing happens.",
    why: "This mail was sent because somebody asked for a link with your address.",
    why_invited: "This mail was sent because an administrator of {company} invited you.",
    in_title: "Sign in at {company}",
    in_as: "You sign in as {name}, {account}.",
    in_button: "Sign in",
    in_done: "You are signed in",
    in_owner: "{owner} looks after you at {company}.",
    in_nobody: "{company} looks after you.",
    in_token: "Access token for developers",
    title: "Choose a password",
    address: "Mail address",
    password: "Password",
    again: "The same password again",
    rule: "At least 15 characters, for example four words. Not your name, and no words that everybody tries first.",
    save: "Save password",
    saved: "Your password is set",
    saved_more: "You can sign in with it now. All earlier sign-ins have ended.",
    error_rule: "Please choose another password: at least 15 characters, not your name, and no words that everybody tries first.",
    error_again: "The two passwords differ. Please type the same one twice.",
    gone: "This link does not work any more",
    gone_more: "It works once and for a short time. Please ask for another one.",
};
