//! What a link opens: the one maker of a link holder.

use entity::{
    InvitationStatus, SurveyMode, Time, account, answer, contact, invitation, member, response, survey, survey_version,
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query, SimpleExpr},
};

use super::{asked::Asked, quiet, respond::AMENDABLE, texts::Values};
use crate::{
    base::{Check, Error, Result},
    ctx::Ctx,
    secure::digest,
    store::{Columns, Many, Owned, Shape, many, one},
    survey::Definition,
};

/// The survey behind a link, and its answer if there is one.
pub struct Link {
    /// In the link holder's name.
    pub ctx: Ctx,
    /// The secret part of the link.
    pub token: String,
    pub invitation: invitation::Model,
    pub survey: survey::Model,
    pub definition: Definition,
    pub response: Option<response::Model>,
    /// The account's name.
    pub account: String,
    /// The contact's name, and the zone that their clock is in; none once they are erased.
    pub contact: Option<String>,
    pub time_zone: Option<String>,
    /// The name of whoever it was asked in the name of; none while unowned.
    pub owner: Option<String>,
    /// The answers to further questions.
    pub answers: Vec<answer::Model>,
    /// Whether there is an answer; of a confidential or anonymous one it may be all that is told.
    pub answered: bool,
    /// The language that the reader has chosen; none leaves it to the invitation's.
    pub language: Option<String>,
}

type Row = (
    invitation::Model,
    Option<survey::Model>,
    Option<survey_version::Model>,
    Option<response::Model>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<Vec<(answer::Model,)>>,
);

/// Opens a link, in one statement; a confidential or anonymous one in three. An unknown token is `NotFound`, whatever it looks like.
pub async fn open(ctx: &Ctx, token: &str) -> Result<Link> {
    let engine = ctx.store().engine();
    let at = |column| Expr::col((invitation::Entity, column));
    let parts = vec![
        one::<survey::Entity>(engine, "s", named("s", survey::Column::Id, at(invitation::Column::SurveyId))),
        one::<survey_version::Entity>(
            engine,
            "v",
            named("v", survey_version::Column::Id, at(invitation::Column::SurveyVersionId)),
        ),
        one::<response::Entity>(engine, "r", named("r", response::Column::InvitationId, at(invitation::Column::Id))),
        word::<account::Entity>(account::Column::Name, account::Column::Id, at(invitation::Column::AccountId)),
        word::<contact::Entity>(contact::Column::Name, contact::Column::Id, at(invitation::Column::ContactId)),
        word::<contact::Entity>(contact::Column::TimeZone, contact::Column::Id, at(invitation::Column::ContactId)),
        word::<member::Entity>(member::Column::Name, member::Column::Id, at(invitation::Column::OwnerId)),
        answers(ctx),
    ];
    let find = ctx.store().by_secret::<invitation::Entity>().filter(invitation::Column::TokenHash.eq(digest(token)));
    let rows: Vec<Row> = find.limit(1).shaped(parts).await?;
    let Some(row) = rows.into_iter().next() else { return Err(Error::NotFound("invitation")) };
    let (invitation, Some(survey), Some(version), response, Some(account), contact, time_zone, owner, answers) = row
    else {
        return Err(Error::NotFound("invitation"));
    };
    let definition = Definition::read(version.definition)?;
    let answers = answers.unwrap_or_default().into_iter().map(|(row,)| row).collect();
    let ctx = ctx.link(invitation.account_id, invitation.id);
    let (answered, language, token) = (response.is_some(), None, token.to_owned());
    let mut link = Link {
        ctx,
        token,
        invitation,
        survey,
        definition,
        response,
        account,
        contact,
        time_zone,
        owner,
        answers,
        answered,
        language,
    };
    if link.invitation.mode.is_quiet() {
        quiet::look(&mut link).await?;
    }
    Ok(link)
}

impl Link {
    /// The survey in the language that the reader has chosen, else in the invitation's.
    pub fn asked(&self) -> Result<Asked<'_>> {
        let language = self.language.as_ref().unwrap_or(&self.invitation.language);
        let asked = Asked::new(self.survey.kind, &self.definition, language, self.ctx.company())?;
        Ok(asked.of_mode(self.invitation.mode))
    }

    /// Takes the language that a reader asks for; one that the survey does not speak changes nothing.
    pub fn choose(&mut self, check: &mut Check, language: &str) {
        let Some(texts) = self.definition.spoken(language) else {
            let spoken: Vec<&str> = self.definition.languages().collect();
            return check.fault("language", format!("must be a language of this survey: {}", spoken.join(", ")));
        };
        self.language = Some(texts.language.clone());
    }

    /// What the company's own words may name.
    pub fn values(&self) -> Values<'_> {
        Values {
            company: &self.ctx.company().name,
            name: self.contact.as_deref().unwrap_or_default(),
            account: &self.account,
            owner: self.owner.as_deref().unwrap_or(&self.ctx.company().name),
        }
    }
}

/// The answers to further questions of the invitation's response. The link is the credential.
fn answers(ctx: &Ctx) -> Shape {
    let response = Query::select()
        .column((response::Entity, response::Column::Id))
        .from(response::Entity)
        .and_where(
            Expr::col((response::Entity, response::Column::InvitationId))
                .equals((invitation::Entity, invitation::Column::Id)),
        )
        .take();
    let which = Condition::all().add(Expr::col((answer::Entity, answer::Column::ResponseId)).in_subquery(response));
    let order = vec![(answer::Column::Question, Order::Asc)];
    let all = Many::<answer::Entity> { which, order, limit: 20, columns: Columns::ALL, parts: Vec::new() };
    many(ctx.store().engine(), &ctx.viewer().scope, all)
}

/// One column of the row whose id is given. The rule of `E` is not added: only for what a link may show.
fn word<E: Owned>(column: E::Column, key: E::Column, id: SimpleExpr) -> Shape {
    let of = |column| Expr::col((E::default(), column));
    let select = Query::select().expr(of(column)).from(E::default()).and_where(of(key).eq(id)).take();
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}

fn named<C: sea_orm::Iden + 'static>(alias: &'static str, column: C, id: SimpleExpr) -> SimpleExpr {
    Expr::col((alias, column)).eq(id)
}

/// Refuses a link that is over, at this instant.
pub(super) fn still_open(invitation: &invitation::Model, now: Time) -> Result<()> {
    match invitation.status {
        InvitationStatus::Revoked => Err(Error::Gone("this link was withdrawn")),
        _ if invitation.expires_at <= now => Err(Error::Gone("this link has expired")),
        _ => Ok(()),
    }
}

/// Until when an answer can be changed, if it still can. One left open is closed by time alone: what was answered
/// stands.
pub(super) fn amendable_until(invitation: &invitation::Model, response: &response::Model, now: Time) -> Option<Time> {
    let until = open_until(invitation, response);
    let changes = invitation.mode != SurveyMode::Anonymous && still_open(invitation, now).is_ok();
    (until > now && changes).then_some(until)
}

/// The instant from which on an answer stands as it is, if nothing ends its link before.
pub(super) fn open_until(invitation: &invitation::Model, response: &response::Model) -> Time {
    let touched = response.amended_at.map_or(response.answered_at, |at| Ord::max(at, response.answered_at));
    let from = response.completed_at.unwrap_or(touched);
    Ord::min(Time::new(from.0 + AMENDABLE), invitation.expires_at)
}
