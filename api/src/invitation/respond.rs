//! Answering: once, amendable for a day, counted in the same transaction.

use chrono::TimeDelta;
use entity::{
    Direction, InteractionType, ResponseId, SurveyKind, Time, account, interaction, invitation, response,
    response_version,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::link::{Link, amendable_until, open, still_open};
use crate::{
    base::{Check, Code, Error, MAX_COMMENT, Result},
    ctx::Ctx,
    response::{keep_latest, latest_nps},
    satisfaction::{Credited, count},
    store::{Event as News, Tx, Visible},
    timeline::Event,
};

/// How long after the first complete answer it can be changed.
pub const AMENDABLE: TimeDelta = TimeDelta::hours(24);

/// An answer to a survey.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// On the scale of the question: 0 to 10 for NPS, 1 to 5 for CSAT.
    #[schema(minimum = 0, maximum = 10, example = 9)]
    pub score: i16,
    /// At most 5,000 characters. Absent or empty: an earlier comment stays.
    #[schema(max_length = 5000, example = "Quick and friendly.")]
    pub comment: Option<String>,
    /// False keeps the answer open: it counts, and may be completed on the same link.
    #[serde(default = "yes")]
    #[schema(default = true, example = true)]
    pub complete: bool,
}

const fn yes() -> bool {
    true
}

/// A stored answer. It never gives the comment back: links get forwarded.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// The answer's id.
    pub id: ResponseId,
    /// What was answered.
    #[schema(minimum = 0, maximum = 10, example = 9)]
    pub score: i16,
    /// False while the answer is left open to be completed.
    #[schema(example = true)]
    pub complete: bool,
    /// When it was first given.
    pub answered_at: Time,
    /// When it was last changed.
    pub amended_at: Option<Time>,
    /// 1, and one more with each change; send it as `If-Match` to change the answer.
    #[schema(minimum = 1, example = 1)]
    pub version: i32,
    /// Until when it can be changed; null once it is final.
    pub amendable_until: Option<Time>,
    /// Whether this request made it.
    #[serde(skip)]
    pub created: bool,
}

impl Answered {
    pub(super) fn new(invitation: &invitation::Model, row: &response::Model, now: Time, created: bool) -> Self {
        Self {
            id: row.id,
            score: row.score,
            complete: row.completed_at.is_some(),
            answered_at: row.answered_at,
            amended_at: row.amended_at,
            version: row.version,
            amendable_until: amendable_until(invitation, row, now),
            created,
        }
    }
}

/// Answers by a link's token. Without `version` it creates; with the version read before, it amends.
pub async fn respond(ctx: &Ctx, token: &str, answer: Answer, version: Option<i32>) -> Result<Answered> {
    let link = open(ctx, token).await?;
    still_open(&link.invitation, ctx.now())?;
    let mut check = Check::default();
    let (low, high) = link.definition.scale;
    let score = check.range("score", answer.score, low, high);
    let comment = check.text_opt("comment", answer.comment.as_deref(), MAX_COMMENT);
    check.done()?;
    let given = Given { score, comment, complete: answer.complete };
    let ctx = link.ctx.clone();
    ctx.write(move |tx| async move {
        let found = tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(link.invitation.id)).lock();
        let invitation = found.one("invitation").await?;
        still_open(&invitation, tx.now())?;
        match version {
            None => create(&tx, &link, &invitation, given).await,
            Some(version) => amend(&tx, &invitation, given, version).await,
        }
    })
    .await
}

struct Given {
    score: i16,
    comment: Option<String>,
    complete: bool,
}

async fn create(tx: &Tx, link: &Link, invitation: &Visible<invitation::Model>, given: Given) -> Result<Answered> {
    let now = tx.now();
    let row = response::Model {
        id: tx.id(),
        invitation_id: Some(invitation.id),
        account_id: invitation.account_id,
        contact_id: invitation.contact_id,
        survey_id: invitation.survey_id,
        kind: link.survey.kind,
        question: link.survey.question.clone(),
        score: given.score,
        comment: given.comment,
        language: Some(invitation.language.clone()),
        answered_at: now,
        completed_at: given.complete.then_some(now),
        amended_at: None,
        version: 1,
        month: link.ctx.company().month(now),
        owner_id: invitation.owner_id,
        place_id: invitation.place_id,
        territory: invitation.territory.clone(),
        segment: invitation.segment.clone(),
        tier: invitation.tier,
        decision_maker: invitation.decision_maker,
        inherited: invitation.inherited,
        mode: 0,
        source: None,
        reference: None,
    };
    if !tx.insert_new::<response::Entity>(invitation, row.clone(), response::Column::InvitationId).await? {
        return Err(already());
    }
    let mut news = Event::ours(
        InteractionType::SurveyAnswered,
        Direction::Inbound,
        now,
        format!("{}: {}", link.survey.name, row.score),
    );
    news.contact_id = row.contact_id;
    let news = news.row(tx, row.account_id);
    tx.insert_each::<interaction::Entity>(std::slice::from_ref(invitation), vec![news]).await?;
    // Time only grows, save where a clock was set back.
    let before = Expr::col(account::Column::LastInboundAt);
    let heard = Expr::case(before.clone().lt(now), now).finally(before);
    let mut kept = vec![(account::Column::LastInboundAt, heard.into())];
    if row.kind == SurveyKind::Nps {
        kept.push(latest_nps());
    }
    tx.set::<account::Entity>(Condition::all().add(account::Column::Id.eq(row.account_id)), kept).await?;
    count(tx, &[(Credited::of(&row), row.score, 1)]).await?;
    announce(tx, &row);
    Ok(Answered::new(invitation, &row, now, true))
}

async fn amend(tx: &Tx, invitation: &Visible<invitation::Model>, given: Given, version: i32) -> Result<Answered> {
    let now = tx.now();
    let found =
        tx.find::<response::Entity>().filter(response::Column::InvitationId.eq(invitation.id)).lock().maybe().await?;
    let Some(old) = found else { return Err(Error::Stale) };
    if old.version != version {
        return Err(Error::Stale);
    }
    if amendable_until(invitation, &old, now).is_none() {
        return Err(Error::Gone("this answer is final"));
    }
    let kept = response_version::Model {
        response_id: old.id,
        version: old.version,
        score: old.score,
        comment: old.comment.clone(),
        at: old.amended_at.unwrap_or(old.answered_at),
        answers: None,
    };
    tx.insert::<response_version::Entity>(kept).await?;
    let (to, before) = (Credited::of(&old), old.score);
    let row = tx
        .update::<response::Entity>(old, |row| {
            row.score = Set(given.score);
            if let Some(comment) = given.comment {
                row.comment = Set(Some(comment));
            }
            if given.complete && row.completed_at.as_ref().is_none() {
                row.completed_at = Set(Some(now));
            }
            row.amended_at = Set(Some(now));
            row.version = Set(version + 1);
        })
        .await?;
    if before != row.score {
        if row.kind == SurveyKind::Nps {
            keep_latest(tx, &[row.account_id]).await?;
        }
        count(tx, &[(to.clone(), before, -1), (to, row.score, 1)]).await?;
    }
    announce(tx, &row);
    Ok(Answered::new(invitation, &row, now, false))
}

/// Identified answers only: the moment of any other could name its author.
fn announce(tx: &Tx, row: &response::Model) {
    if row.mode == 0 {
        tx.announce(News::Response(row.id));
    }
}

fn already() -> Error {
    Error::Conflict(
        Code::AlreadyAnswered,
        "this invitation is answered already; to change the answer send its version as If-Match".to_owned(),
    )
}
