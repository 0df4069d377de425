//! The mails with links that let somebody in. Service mail: it goes to those too who want no surveys.

use std::time::SystemTime;

use entity::LinkPurpose;
use maud::html;

use super::{find::Holder, jobs::SendLink};
use crate::{
    ctx::Ctx,
    invitation::{
        mail::{Head, Message, P, link, page, soft},
        safe::header_safe,
        texts::{LinkTexts, Texts},
    },
    mail::Letter,
};

/// A mail with one link, or with one for each account of whoever has several.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub head: Head<'a>,
    pub purpose: LinkPurpose,
    /// Each account's name, and the link.
    pub links: Vec<(&'a str, String)>,
}

impl Entry<'_> {
    /// What this kind of link is told with.
    fn words(&self, texts: &'static Texts) -> &'static LinkTexts {
        match self.purpose {
            LinkPurpose::SignIn => &texts.entrance.sign_in,
            LinkPurpose::Invite => &texts.entrance.invite,
            LinkPurpose::Reset => &texts.entrance.reset,
        }
    }

    /// The mail's three texts.
    pub fn render(&self) -> Message {
        let (head, texts) = (&self.head, self.head.texts());
        let words = self.words(texts);
        let subject = header_safe(&head.fill(words.subject));
        let why = if self.purpose == LinkPurpose::Invite { texts.entrance.why_invited } else { texts.entrance.why };
        let several = self.links.len() > 1;
        let on = |account| {
            let of = Head { account, ..*head };
            if several { of.fill(texts.entrance.for_account) } else { words.open.to_owned() }
        };
        let mut lines = vec![head.fill(words.intro), String::new()];
        for (account, href) in &self.links {
            lines.extend([format!("{}:", on(account)), href.clone(), String::new()]);
        }
        lines.push(texts.entrance.if_not.to_owned());
        let body = html! {
            p style=(P) { (head.fill_html(words.intro)) }
            @for (account, href) in &self.links {
                p style=(P) { (link(head, href, &on(account))) }
            }
            p style=(P) { (texts.entrance.if_not) }
        };
        let html = page(head, &subject, &body, &soft(&head.fill_html(why))).into_string();
        Message { subject, html, text: head.letter(lines, [head.fill(why)]) }
    }
}

/// The letter to whoever has asked; none where there is nobody to let in.
pub(super) fn letter(ctx: &Ctx, job: &SendLink, told: &[(&Holder, String)]) -> Option<Letter> {
    let company = ctx.company();
    let (first, _) = told.first()?;
    let address = |token: &str| match (job.purpose, &company.sign_in_url) {
        (LinkPurpose::SignIn, Some(template)) => template.replace("{token}", token),
        (LinkPurpose::SignIn, None) => format!("{}/signin/{token}", company.public_url),
        (LinkPurpose::Invite, _) => format!("{}/invite/{token}", company.public_url),
        (LinkPurpose::Reset, _) => format!("{}/reset/{token}", company.public_url),
    };
    let account = |who: &'_ Holder| match who {
        Holder::Contact(row) => row.1.name.clone(),
        Holder::Member(_) => String::new(),
    };
    let names: Vec<String> = told.iter().map(|(who, _)| account(who)).collect();
    let links = names.iter().zip(told).map(|(name, (_, token))| (name.as_str(), address(token)));
    let message = Entry {
        head: Head {
            recipient: first.name(),
            account: names.first().map_or("", String::as_str),
            language: first.language().unwrap_or(&company.language),
            ..Head::of(company)
        },
        purpose: job.purpose,
        links: links.collect(),
    }
    .render();
    Some(Letter {
        message_id: format!("{}.link@{}", job.request_id, company.host()),
        follows: None,
        from_name: header_safe(&company.name),
        from: company.mail_from.clone(),
        reply_to: None,
        to_name: header_safe(first.name()),
        to: first.email().to_owned(),
        subject: message.subject,
        text: message.text,
        html: message.html,
        unsubscribe: None,
        list_id: format!("<service.{}>", company.host()),
        date: SystemTime::from(ctx.now().0),
    })
}
