//! The mail to an address with which a contact has signed in, and which is theirs no longer. Service mail: whoever may
//! write addresses may have links sent to another one, and this is how the one before hears of it.

use std::time::SystemTime;

use entity::{AuditAction, account, audit, contact, member};
use futures_util::future::BoxFuture;
use maud::html;
use sea_orm::{ColumnTrait, sea_query::Order};

use crate::{
    base::Result,
    contact::TellMoved,
    ctx::{Ctx, Job, Run},
    invitation::{
        mail::{Head, Message, P, page, soft},
        safe::header_safe,
    },
    mail::Letter,
};

/// Changes of a contact that are looked through for the one of its address.
const CHANGES: u64 = 50;

/// The mail that tells of it. It says nothing of the new address.
#[derive(Clone, Debug)]
pub struct Moved<'a> {
    pub head: Head<'a>,
}

impl Moved<'_> {
    /// The mail's three texts.
    pub fn render(&self) -> Message {
        let (head, words) = (&self.head, &self.head.texts().entrance.moved);
        let subject = header_safe(&head.fill(words.subject));
        let lines = [head.fill(words.intro), String::new(), words.if_not.to_owned()];
        let body = html! {
            p style=(P) { (head.fill_html(words.intro)) }
            p style=(P) { (words.if_not) }
        };
        let html = page(head, &subject, &body, &soft(&html! { (words.why) })).into_string();
        Message { subject, html, text: head.letter(lines, [words.why.to_owned()]) }
    }
}

impl Job for TellMoved {
    const KIND: &'static str = "contact.moved";

    fn run(self, ctx: Ctx, _: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move {
            let Some(letter) = letter(&ctx, &self).await? else { return Ok(Run::Done) };
            Ok(ctx.send(&letter).await)
        })
    }
}

/// None where nothing is left of the contact, or of the change.
async fn letter(ctx: &Ctx, job: &TellMoved) -> Result<Option<Letter>> {
    let who = ctx.find::<contact::Entity>().filter(contact::Column::Id.eq(job.contact_id)).maybe().await?;
    let Some(who) = who else { return Ok(None) };
    let Some(address) = former(ctx, job, &who).await? else { return Ok(None) };
    let account = ctx.find::<account::Entity>().filter(account::Column::Id.eq(who.account_id)).one("account").await?;
    let owner = match account.owner_id {
        Some(id) => ctx.find::<member::Entity>().filter(member::Column::Id.eq(id)).maybe().await?,
        None => None,
    };
    let company = ctx.company();
    let sender = owner.as_ref().map_or("", |owner| &owner.name);
    let message = Moved {
        head: Head {
            recipient: &who.name,
            account: &account.name,
            sender,
            language: who.language.as_deref().unwrap_or(&company.language),
            ..Head::of(company)
        },
    }
    .render();
    Ok(Some(Letter {
        message_id: format!("{}.moved{}@{}", who.id, job.at.0.timestamp_micros(), company.host()),
        follows: None,
        from_name: header_safe(if sender.is_empty() { &company.name } else { sender }),
        from: company.mail_from.clone(),
        reply_to: owner.as_ref().map(|owner| (header_safe(&owner.name), owner.email.clone())),
        to_name: header_safe(&who.name),
        to: address,
        subject: message.subject,
        text: message.text,
        html: message.html,
        unsubscribe: None,
        list_id: format!("<service.{}>", company.host()),
        date: SystemTime::from(ctx.now().0),
    }))
}

/// The address before: as the audit tells of its change. Who was merged into another keeps theirs, and uses it no more.
async fn former(ctx: &Ctx, job: &TellMoved, who: &contact::Model) -> Result<Option<String>> {
    let changes = ctx
        .find::<audit::Entity>()
        .filter(audit::Column::SubjectId.eq(job.contact_id.0))
        .filter(audit::Column::Action.eq(AuditAction::Update))
        .filter(audit::Column::At.gte(job.at));
    let changes = changes.order(audit::Column::Id, Order::Asc).limit(CHANGES).all().await?;
    let told = changes.iter().find_map(|row| row.before.as_ref()?["email"].as_str().map(str::to_owned));
    Ok(told.or_else(|| who.email.clone().filter(|_| who.merged_into_id.is_some())))
}
