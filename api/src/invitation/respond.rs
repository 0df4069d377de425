//! Answering: once, amendable for a day, counted in the same transaction.
//!
//! An answer that is not complete yet is gone on with, until it has lain idle for a day; one that was, or of which
//! something is replaced, is amended: what it said before is kept, and the contact is told.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use entity::{
    Direction, InteractionType, ResponseId, SurveyKind, SurveyMode, Time, account, answer, interaction, invitation,
    response, response_version,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    further::{Sayings, Settled, checked, required, settle},
    link::{Link, amendable_until, open, still_open},
    quiet,
    tell::{TellChanged, sealed},
};
use crate::{
    base::{Check, Code, Error, MAX_COMMENT, Result},
    ctx::{Ctx, Job},
    queue,
    response::{keep_latest, latest_nps, snapshot},
    satisfaction::{Credited, count},
    store::{Event as News, Tx, Visible, among},
    timeline::Event,
};

/// How long an answer can be changed after it was complete, or one left open gone on with after it was last touched.
pub const AMENDABLE: TimeDelta = TimeDelta::hours(24);

/// An answer to a survey.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// On the scale of the question: 0 to 10 for NPS, as a rule 1 to 5 for CSAT, 1 to 7 for CES.
    #[schema(minimum = 0, maximum = 10, example = 9)]
    pub score: i16,
    /// At most 5,000 characters. Absent or empty: an earlier comment stays. A confidential or anonymous survey takes none.
    #[schema(max_length = 5000, example = "Quick and friendly.")]
    pub comment: Option<String>,
    /// Answers to further questions by key: a number for a rating, the key of an option or a list of them for a
    /// choice, words of at most 5,000 characters for a text. Absent keeps an earlier one, null takes it back.
    /// Only for questions that are asked after this score.
    #[schema(example = json!({"support.speed": 4, "reason": ["price"], "wish": "A phone number."}))]
    pub answers: Option<BTreeMap<String, serde_json::Value>>,
    /// The language it was read in, one of the survey's. Absent: the language in which the link shows it.
    #[schema(max_length = 35, example = "en", nullable = false)]
    pub language: Option<String>,
    /// False keeps the answer open, save an anonymous one: it counts, and may be completed on the same link within 24 hours of the last time.
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
#[schema(as = StoredAnswer)]
pub struct Answered {
    /// The answer's id; the invitation's where the survey is confidential or anonymous.
    pub id: ResponseId,
    /// What was answered.
    #[schema(minimum = 0, maximum = 10, example = 9)]
    pub score: i16,
    /// False where the answer was left open; it can be completed as long as it can be changed.
    #[schema(example = true)]
    pub complete: bool,
    /// When it was first given.
    pub answered_at: Time,
    /// When it was last changed, or gone on with and left open again.
    pub amended_at: Option<Time>,
    /// 1, and one more with each change; send it as `If-Match` to change the answer.
    #[schema(minimum = 1, example = 1)]
    pub version: i32,
    /// Until when it can be changed; null once it is final.
    pub amendable_until: Option<Time>,
    /// The keys of the further questions that are answered.
    #[schema(max_items = 10, example = json!(["support.speed"]))]
    pub answered: Vec<String>,
    /// Whether this request made it.
    #[serde(skip)]
    pub created: bool,
}

impl Answered {
    pub(super) fn new(
        invitation: &invitation::Model,
        row: &response::Model,
        answers: &[answer::Model],
        now: Time,
        created: bool,
    ) -> Self {
        Self {
            id: row.id,
            score: row.score,
            complete: row.completed_at.is_some(),
            answered_at: row.answered_at,
            amended_at: row.amended_at,
            version: row.version,
            amendable_until: amendable_until(invitation, row, now),
            answered: answers.iter().map(|row| row.question.clone()).collect(),
            created,
        }
    }
}

/// Answers by a link's token. Without `version` it creates; with the version read before, it amends.
pub async fn respond(ctx: &Ctx, token: &str, answer: Answer, version: Option<i32>) -> Result<Answered> {
    Box::pin(respond_to(open(ctx, token).await?, answer, version)).await
}

/// The same for a link that has been opened.
pub async fn respond_to(mut link: Link, answer: Answer, version: Option<i32>) -> Result<Answered> {
    let ctx = link.ctx.clone();
    still_open(&link.invitation, ctx.now())?;
    let mut check = Check::default();
    let scale = link.definition.scale;
    let score = check.range("score", answer.score, scale.min, scale.max);
    let comment = check.text_opt("comment", answer.comment.as_deref(), MAX_COMMENT);
    let said = checked(&mut check, &link.definition, score, &answer.answers.unwrap_or_default());
    if let Some(language) = &answer.language {
        link.choose(&mut check, language);
    }
    if link.invitation.mode.is_quiet() && comment.is_some() {
        check.fault("comment", "must be absent: of this survey only scores are kept, since words tell who wrote them");
    }
    check.done()?;
    let given = Given { score, comment, complete: answer.complete, said };
    ctx.write(move |tx| async move {
        let found = tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(link.invitation.id));
        if link.invitation.mode.is_quiet() {
            let invitation = found.one("invitation").await?;
            still_open(&invitation, tx.now())?;
            return quiet::answer(&tx, &link, &invitation, given, version).await;
        }
        let invitation = found.lock().one("invitation").await?;
        still_open(&invitation, tx.now())?;
        match version {
            None => create(&tx, &link, &invitation, given).await,
            Some(version) => amend(&tx, &link, &invitation, given, version).await,
        }
    })
    .await
}

/// An answer that was checked.
pub(super) struct Given {
    pub score: i16,
    comment: Option<String>,
    pub complete: bool,
    said: Sayings,
}

/// Lays the further answers over the old ones; refuses to complete what misses one that is required.
pub(super) fn further(link: &Link, row: &response::Model, old: &[answer::Model], given: &mut Given) -> Result<Settled> {
    let said = std::mem::take(&mut given.said);
    let settled = settle(&link.definition, given.score, (row.id, row.account_id), old, said);
    if given.complete {
        let mut check = Check::default();
        required(&mut check, &link.definition, given.score, &settled.all);
        check.done()?;
    }
    Ok(settled)
}

/// What the ratings among the further answers add to the counters.
fn counts<'a>(to: &'a Credited, settled: &'a Settled) -> impl Iterator<Item = (Credited, i16, i32)> + 'a {
    settled.counts.iter().map(|(key, score, by)| (Credited { question: key.clone(), ..to.clone() }, *score, *by))
}

async fn create(tx: &Tx, link: &Link, invitation: &Visible<invitation::Model>, mut given: Given) -> Result<Answered> {
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
        comment: given.comment.take(),
        language: Some(link.asked()?.language().to_owned()),
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
        mode: SurveyMode::Identified.code(),
        source: None,
        reference: None,
    };
    let settled = further(link, &row, &[], &mut given)?;
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
    if !settled.fresh.is_empty() {
        tx.insert_each::<answer::Entity>(std::slice::from_ref(invitation), settled.fresh.clone()).await?;
    }
    let to = Credited::of(&row);
    let mut counted = vec![(to.clone(), row.score, 1)];
    counted.extend(counts(&to, &settled));
    count(tx, &counted).await?;
    announce(tx, &row);
    Ok(Answered::new(invitation, &row, &settled.all, now, true))
}

async fn amend(
    tx: &Tx,
    link: &Link,
    invitation: &Visible<invitation::Model>,
    mut given: Given,
    version: i32,
) -> Result<Answered> {
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
    let said = if link.definition.further.is_empty() { Vec::new() } else { answers(tx, old.id).await? };
    let settled = further(link, &old, &said, &mut given)?;
    let reworded = given.comment.is_some() && old.comment.is_some() && given.comment != old.comment;
    let amended = old.completed_at.is_some() || old.score != given.score || reworded || !settled.gone.is_empty();
    if amended {
        keep(tx, link, &old, &said).await?;
    }
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
            if let Some(language) = &link.language {
                row.language = Set(Some(language.clone()));
            }
            // What stays open is open from now on for another day.
            if amended || !given.complete {
                row.amended_at = Set(Some(now));
            }
            row.version = Set(version + 1);
        })
        .await?;
    if !settled.gone.is_empty() {
        // Not audited by itself: what goes is kept with the earlier version.
        let gone = among::<answer::Entity, _>(answer::Column::Question, &settled.gone);
        tx.remove::<answer::Entity>(gone.add(answer::Column::ResponseId.eq(row.id))).await?;
    }
    if !settled.fresh.is_empty() {
        tx.insert_each::<answer::Entity>(std::slice::from_ref(invitation), settled.fresh.clone()).await?;
    }
    let mut counted: Vec<_> = counts(&to, &settled).collect();
    if before != row.score {
        if row.kind == SurveyKind::Nps {
            keep_latest(tx, &[row.account_id]).await?;
        }
        counted.extend([(to.clone(), before, -1), (to, row.score, 1)]);
    }
    if !counted.is_empty() {
        count(tx, &counted).await?;
    }
    announce(tx, &row);
    Ok(Answered::new(invitation, &row, &settled.all, now, false))
}

/// The answers to further questions as they stand.
async fn answers(tx: &Tx, id: ResponseId) -> Result<Vec<answer::Model>> {
    let rows = tx.find::<answer::Entity>().filter(answer::Column::ResponseId.eq(id)).all().await?;
    Ok(rows.into_iter().map(Visible::into_inner).collect())
}

/// Keeps what an answer said before it is changed, and tells the contact a little later: links are passed on.
async fn keep(tx: &Tx, link: &Link, old: &response::Model, said: &[answer::Model]) -> Result<()> {
    let before = response_version::Model {
        response_id: old.id,
        version: old.version,
        score: old.score,
        comment: old.comment.clone(),
        at: old.amended_at.unwrap_or(old.answered_at),
        answers: snapshot(said),
    };
    tx.insert::<response_version::Entity>(before).await?;
    if link.invitation.contact_id.is_none() {
        return Ok(());
    }
    let job = TellChanged { response_id: old.id, version: old.version + 1, link: sealed(link)? };
    queue::enqueue(tx, vec![job.at(TellChanged::due(tx.now()))?]).await
}

/// Identified answers alone come here: the moment of any other could name its author.
fn announce(tx: &Tx, row: &response::Model) {
    tx.announce(News::Response(row.id));
}

pub(super) fn already() -> Error {
    Error::Conflict(
        Code::AlreadyAnswered,
        "this invitation is answered already; to change the answer send its version as If-Match".to_owned(),
    )
}
