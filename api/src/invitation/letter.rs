//! The letter of an invitation: the first, or a reminder.

use std::time::SystemTime;

use entity::{Digest, Time, account, contact, invitation, member, survey};

use super::{
    asked::Asked,
    mail::{Head, Step},
    safe::header_safe,
};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    mail::Letter,
    secure::Purpose,
    survey::Definition,
};

/// All that a letter is written from.
pub(super) struct Parties {
    pub invitation: invitation::Model,
    pub survey: survey::Model,
    pub definition: Definition,
    pub account: account::Model,
    pub contact: contact::Model,
    /// In whose name it goes; none while unowned.
    pub sender: Option<member::Model>,
}

/// Mail number `step`. The link is derived again, so that every mail and every try carries the same.
pub(super) fn letter(ctx: &Ctx, who: &Parties, step: i16, now: Time) -> Result<Letter> {
    let (row, company) = (&who.invitation, ctx.company());
    let link = |path: &str, purpose, kept: &Option<Digest>| {
        let token = ctx.secret().token_of((purpose, row.id.0, row.generation), kept.as_ref());
        format!("{}/{path}/{token}", company.public_url)
    };
    let survey_link = link("s", Purpose::Survey, &row.token_hash);
    let unsubscribe = link("u", Purpose::Unsubscribe, &row.unsubscribe_hash);
    let asked = Asked::new(who.survey.kind, &who.definition, &row.language, company)?.of_mode(row.mode);
    let sender = who.sender.as_ref().map_or("", |owner| &owner.name);
    let head = Head {
        logo: None,
        recipient: &who.contact.name,
        account: &who.account.name,
        sender,
        language: &row.language,
        ..Head::of(company)
    };
    let step_of = match step {
        1 => Step::Invitation,
        2 => Step::Reminder,
        _ => Step::LastReminder,
    };
    let message = asked.invite(head, step_of, &survey_link, &unsubscribe).render();
    let from_name = if sender.is_empty() { &company.name } else { sender };
    let address = who.contact.email.clone().ok_or_else(|| Error::internal("a contact without an address"))?;
    let message_id = |step| format!("{}.{step}@{}", row.id, company.host());
    Ok(Letter {
        message_id: message_id(step),
        follows: (step > 1).then(|| message_id(1)),
        from_name: header_safe(from_name),
        from: company.mail_from.clone(),
        reply_to: who.sender.as_ref().map(|owner| (header_safe(&owner.name), owner.email.clone())),
        to_name: header_safe(&who.contact.name),
        to: address,
        subject: message.subject,
        text: message.text,
        html: message.html,
        unsubscribe: Some(unsubscribe),
        list_id: format!("<surveys.{}>", company.host()),
        date: SystemTime::from(now.0),
    })
}
