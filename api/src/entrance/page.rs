//! The pages that links open: a button that signs a contact in, and a form with a member's new password. They need no
//! script, and opening them changes nothing.

use maud::{Markup, html};

use crate::invitation::{
    page::{Brand, frame},
    texts::{Texts, fill, fill_html},
};

/// Who a contact is who signs in, and who looks after them.
#[derive(Clone, Copy, Debug)]
pub(super) struct SignedIn<'a> {
    pub name: &'a str,
    pub account: &'a str,
    /// Name and mail address.
    pub owner: Option<(&'a str, &'a str)>,
    pub token: &'a str,
}

/// The form for a new password.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choose<'a> {
    pub mail: &'a str,
    /// What is wrong with what was sent.
    pub fault: Option<&'a str>,
}

/// Asks whether to sign in: mail programs open links by themselves, and a link works once.
pub(super) fn sign_in(brand: &Brand, texts: &Texts, name: &str, account: &str) -> String {
    let words = &texts.entrance;
    let values = [("company", brand.company()), ("name", name), ("account", account)];
    let content = html! {
        h1 { (fill_html(words.in_title, &values)) }
        p { (fill_html(words.in_as, &values)) }
        form method="post" action="?" {
            button type="submit" { (words.in_button) }
        }
    };
    frame(brand, texts, &fill(words.in_title, &values), &content)
}

/// What a contact sees who has signed in where the company has no portal of its own.
pub(super) fn signed_in(brand: &Brand, texts: &Texts, who: SignedIn<'_>) -> String {
    let words = &texts.entrance;
    let values = [("company", brand.company()), ("owner", who.owner.map_or("", |(name, _)| name))];
    let content = html! {
        h1 { (words.in_done) }
        p { bdi { (who.name) } br; bdi { (who.account) } }
        @match who.owner {
            Some((_, mail)) => p {
                (fill_html(words.in_owner, &values))
                br;
                a href={ "mailto:" (mail) } { (mail) }
            },
            None => p { (fill_html(words.in_nobody, &values)) },
        }
        details {
            summary { (words.in_token) }
            p { code { (who.token) } }
        }
    };
    frame(brand, texts, words.in_done, &content)
}

/// Asks for a new password, twice.
pub(super) fn choose(brand: &Brand, texts: &Texts, ask: Choose<'_>) -> String {
    let words = &texts.entrance;
    let content = html! {
        h1 { (words.title) }
        @if let Some(fault) = ask.fault {
            p.error #fault role="alert" { (fault) }
        }
        form method="post" action="?" {
            label.above for="mail" { (words.address) }
            input #mail type="email" name="mail" value=(ask.mail) autocomplete="username" readonly;
            (field(words.password, "password", ask.fault))
            p.hint #rule { (words.rule) }
            (field(words.again, "again", ask.fault))
            button type="submit" { (words.save) }
        }
    };
    frame(brand, texts, words.title, &content)
}

fn field(label: &str, name: &str, fault: Option<&str>) -> Markup {
    let invalid = fault.map(|_| "true");
    let told = if fault.is_some() { "fault rule" } else { "rule" };
    html! {
        label.above for=(name) { (label) }
        input id=(name) type="password" name=(name) autocomplete="new-password" required maxlength="512"
            aria-describedby=(told) aria-invalid=[invalid];
    }
}

/// Says that the password is set.
pub(super) fn saved(brand: &Brand, texts: &Texts) -> String {
    told(brand, texts, texts.entrance.saved, texts.entrance.saved_more)
}

/// Says that there is no such link, or none any more: the same for every token.
pub(super) fn gone(brand: &Brand, texts: &Texts) -> String {
    told(brand, texts, texts.entrance.gone, texts.entrance.gone_more)
}

fn told(brand: &Brand, texts: &Texts, title: &str, more: &str) -> String {
    let content = html! {
        h1 { (title) }
        p { (more) }
    };
    frame(brand, texts, title, &content)
}
