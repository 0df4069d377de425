//! A survey as a contact would get it: to be looked at, and as a test mail to oneself. Nothing is stored.

use std::time::SystemTime;

use async_graphql::{InputObject, SimpleObject};
use chrono::TimeDelta;
use entity::{ContactId, MemberId, SurveyId, account, contact, job, member, survey, survey_version};
use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};

use super::{
    asked::{Asked, brand},
    mail::{Head, Message, Step},
    page::{self, Preview as PreviewPage, State as Page},
    safe::header_safe,
};
use crate::{
    access::Action,
    base::{Check, Error, Result},
    ctx::{Company, Ctx, Job, Run},
    mail::Letter,
    queue,
    store::one,
    survey::Definition,
};

/// Test mails of one member an hour, at most.
const TESTS: i64 = 10;

/// What to look at.
#[derive(Clone, Debug, InputObject, Serialize, Deserialize)]
pub struct PreviewSurvey {
    /// The survey: its draft, or where it has none what is published.
    pub survey_id: SurveyId,
    /// For whom; nobody in particular where absent.
    pub contact_id: Option<ContactId>,
    /// In which language; the contact's, or the company's, where absent.
    pub language: Option<String>,
    /// With which score chosen: what is asked after it is shown. Everything that may be asked where absent.
    pub score: Option<i16>,
}

/// A survey's mail and page. Their links lead nowhere.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct SurveyPreview {
    /// The language it is in.
    pub language: String,
    /// The mail's subject.
    pub subject: String,
    /// The mail as HTML.
    pub html: String,
    /// The mail as text.
    pub text: String,
    /// The page that its link opens, as HTML; nothing can be sent from it.
    pub page: String,
}

/// A mail that has been queued.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct TestMail {
    /// Where it goes: your own address.
    pub to: String,
}

/// Everything that the words are made of.
struct Parts {
    survey: survey::Model,
    definition: Definition,
    contact: Option<contact::Model>,
    account: Option<account::Model>,
    owner: Option<member::Model>,
}

type SurveyRow = (survey::Model, Option<survey_version::Model>);
type ContactRow = (contact::Model, Option<account::Model>, Option<member::Model>);

/// Reads what is to be shown, inside the scope.
async fn parts(ctx: &Ctx, ask: &PreviewSurvey) -> Result<Parts> {
    let engine = ctx.store().engine();
    let current = Expr::col((survey::Entity, survey::Column::CurrentId));
    let current = Expr::col(("v", survey_version::Column::Id)).eq(current);
    let find = ctx.find::<survey::Entity>().filter(survey::Column::Id.eq(ask.survey_id)).limit(1);
    let rows: Vec<SurveyRow> = find.shaped(vec![one::<survey_version::Entity>(engine, "v", current)]).await?;
    let (mut survey, version) = rows.into_iter().next().ok_or(Error::NotFound("survey"))?;
    let definition = survey.draft.take().or(version.map(|version| version.definition));
    let definition = Definition::read(definition.ok_or_else(|| Error::conflict("this survey asks nothing yet"))?)?;
    let mut all = Parts { survey, definition, contact: None, account: None, owner: None };
    let Some(id) = ask.contact_id else { return Ok(all) };
    let at = Expr::col((contact::Entity, contact::Column::AccountId));
    let owner = sea_orm::sea_query::Query::select()
        .column((account::Entity, account::Column::OwnerId))
        .from(account::Entity)
        .and_where(Expr::col((account::Entity, account::Column::Id)).eq(at.clone()))
        .take();
    let shapes = vec![
        one::<account::Entity>(engine, "a", Expr::col(("a", account::Column::Id)).eq(at)),
        one::<member::Entity>(engine, "m", Expr::col(("m", member::Column::Id)).in_subquery(owner)),
    ];
    let find = ctx.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).limit(1);
    let rows: Vec<ContactRow> = find.shaped(shapes).await?;
    let (contact, account, owner) = rows.into_iter().next().ok_or(Error::NotFound("contact"))?;
    (all.contact, all.account, all.owner) = (Some(contact), account, owner);
    Ok(all)
}

impl Parts {
    fn asked<'a>(&'a self, ask: &'a PreviewSurvey, company: &'a Company) -> Result<Asked<'a>> {
        let known = self.contact.as_ref().and_then(|contact| contact.language.as_deref());
        let language = ask.language.as_deref().or(known).unwrap_or(&company.language);
        Ok(Asked::new(self.survey.kind, &self.definition, language, company)?.of_mode(self.survey.mode))
    }

    fn sender(&self) -> &str {
        self.owner.as_ref().map_or("", |owner| &owner.name)
    }

    fn mail(&self, asked: &Asked<'_>, company: &Company, test: bool) -> Message {
        let head = Head {
            recipient: self.contact.as_ref().map_or(SAMPLE.0, |contact| &contact.name),
            account: self.account.as_ref().map_or(SAMPLE.1, |account| &account.name),
            sender: self.sender(),
            language: asked.language(),
            test,
            ..Head::of(company)
        };
        let (link, unsubscribe) = (dead(company, "s"), dead(company, "u"));
        asked.invite(head, Step::Invitation, &link, &unsubscribe).render()
    }
}

/// Who is shown where no contact is named, and their account.
const SAMPLE: (&str, &str) = ("Alex Morgan", "Example Ltd");

/// A link that never was one.
fn dead(company: &Company, path: &str) -> String {
    format!("{}/{path}/preview", company.public_url)
}

/// Mail and page of a survey, for a contact in scope or for nobody in particular.
pub async fn preview(ctx: &Ctx, ask: PreviewSurvey) -> Result<SurveyPreview> {
    let ask = checked(ctx, ask)?;
    let parts = parts(ctx, &ask).await?;
    let company = ctx.company();
    let asked = parts.asked(&ask, company)?;
    let Message { subject, html, text } = parts.mail(&asked, company, false);
    let page = Page::Preview(PreviewPage {
        question: asked.question(),
        score: ask.score,
        prompts: asked.comment(),
        further: asked.further(ask.score, &[]),
        mode: asked.mode(),
    });
    let page = page::survey(&brand(company), asked.texts(), &page, &page::Languages::default());
    Ok(SurveyPreview { language: asked.language().to_owned(), subject, html, text, page })
}

fn checked(ctx: &Ctx, mut ask: PreviewSurvey) -> Result<PreviewSurvey> {
    ctx.may(Action::PreviewSurveys)?;
    if ask.contact_id.is_some() {
        ctx.may(Action::ReadContacts)?;
    }
    let mut check = Check::default();
    ask.language = check.language_opt("language", ask.language.as_deref());
    check.done()?;
    Ok(ask)
}

/// Sends the mail to the caller's own address, marked as a test. It counts nowhere.
pub async fn send_test(ctx: &Ctx, ask: PreviewSurvey) -> Result<TestMail> {
    let ask = checked(ctx, ask)?;
    let me = ctx.viewer().member().ok_or_else(|| Error::Forbidden("test mails go to members only".to_owned()))?;
    parts(ctx, &ask).await?;
    ctx.write(move |tx| async move {
        let row = tx.find::<member::Entity>().filter(member::Column::Id.eq(me)).lock().one("member").await?;
        let mine = format!("test.{me}.");
        let hour = entity::Time::new(tx.now().0 - TimeDelta::hours(1));
        let sent = tx
            .everywhere::<job::Entity>()
            .filter(job::Column::DedupKey.starts_with(&mine))
            .filter(job::Column::CreatedAt.gt(hour))
            .count()
            .await?;
        if sent >= TESTS {
            return Err(Error::TooMany(std::time::Duration::from_hours(1)));
        }
        let mut job = SendTest { to: me, ask }.at(tx.now())?;
        job.dedup_key = Some(format!("{mine}{}", tx.id::<entity::JobId>()));
        queue::enqueue(&tx, vec![job]).await?;
        Ok(TestMail { to: row.email.clone() })
    })
    .await
}

/// Sends a test mail to a member.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendTest {
    to: MemberId,
    ask: PreviewSurvey,
}

impl Job for SendTest {
    const KIND: &'static str = "survey.test";

    fn run(self, ctx: Ctx, _: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move {
            let letter = match letter(&ctx, &self).await {
                Ok(letter) => letter,
                Err(Error::NotFound(what)) => return Ok(Run::GiveUp(format!("{what} not found"))),
                Err(error) => return Err(error),
            };
            Ok(ctx.send(&letter).await)
        })
    }
}

async fn letter(ctx: &Ctx, job: &SendTest) -> Result<Letter> {
    let to = ctx.find::<member::Entity>().filter(member::Column::Id.eq(job.to)).one("member").await?;
    let parts = parts(ctx, &job.ask).await?;
    let company = ctx.company();
    let message = parts.mail(&parts.asked(&job.ask, company)?, company, true);
    let id = ctx.env().db.random().id(ctx.now());
    // Whom it shows comes first, so that it is found where they are to be erased.
    let shows = job.ask.contact_id.map_or_else(String::new, |contact| format!("{contact}."));
    Ok(Letter {
        message_id: format!("{shows}{id}.test@{}", company.host()),
        follows: None,
        from_name: header_safe(if parts.sender().is_empty() { &company.name } else { parts.sender() }),
        from: company.mail_from.clone(),
        reply_to: Some((header_safe(&to.name), to.email.clone())),
        to_name: header_safe(&to.name),
        to: to.email.clone(),
        subject: format!("[Test] {}", message.subject),
        text: message.text,
        html: message.html,
        unsubscribe: None,
        list_id: format!("<service.{}>", company.host()),
        date: SystemTime::from(ctx.now().0),
    })
}
