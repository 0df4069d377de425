//! One sample of every mail and page in every language, for looking at and for tests.

use entity::LinkPurpose;

use super::{
    Entry, Moved,
    page::{Choose, SignedIn, choose, gone, saved, sign_in, signed_in},
};
use crate::invitation::{page::Brand, samples::head, texts::Texts};

const LINK: &str = "https://survey.example.com/reset/pQ4x7v0sT1mZk9YwB2nR8uJc6dE";

/// The mails, by name.
pub fn mails(texts: &'static Texts) -> Vec<(&'static str, Entry<'static>)> {
    let entry = |purpose, accounts: &[&'static str]| Entry {
        head: head(texts),
        purpose,
        links: accounts.iter().map(|account| (*account, LINK.to_owned())).collect(),
    };
    vec![
        ("sign-in", entry(LinkPurpose::SignIn, &["Globex"])),
        ("sign-in-several", entry(LinkPurpose::SignIn, &["Globex", "Initech"])),
        ("invite", entry(LinkPurpose::Invite, &[""])),
        ("reset", entry(LinkPurpose::Reset, &[""])),
    ]
}

/// The mail to an address that is somebody's no longer.
pub fn moved(texts: &'static Texts) -> Moved<'static> {
    Moved { head: head(texts) }
}

/// Every state of every page as HTML, by name.
pub fn pages(texts: &'static Texts) -> Vec<(&'static str, String)> {
    let brand = Brand::new("Northwind Services", None, None);
    let name = head(texts).recipient;
    let mail = "priya@globex.example";
    let owner = Some((head(texts).sender, "ana@northwind.example"));
    let done = SignedIn { name, account: "Globex", owner, token: "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.e30.c2ln" };
    vec![
        ("sign-in", sign_in(&brand, texts, name, "Globex")),
        ("signed-in", signed_in(&brand, texts, done)),
        ("choose", choose(&brand, texts, Choose { mail, fault: None })),
        ("choose-rule", choose(&brand, texts, Choose { mail, fault: Some(texts.entrance.error_rule) })),
        ("choose-again", choose(&brand, texts, Choose { mail, fault: Some(texts.entrance.error_again) })),
        ("chosen", saved(&brand, texts)),
        ("gone", gone(&brand, texts)),
    ]
}
