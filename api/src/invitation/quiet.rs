//! Answering a confidential or anonymous survey: nothing that staff can see changes.
//!
//! No entry, no event, no mail, no audit row and no change of the account comes of it. The invitation's row is not even
//! held: PostgreSQL would write into it by which transaction, and so which answer is whose.

use entity::{ResponseId, SurveyKind, SurveyMode, Time, answer, invitation, quiet_answer, quiet_score, response};
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde_json::{Map, Value, json};

use super::{
    Answered,
    judge::quarantine,
    link::{Link, amendable_until, open_until},
    respond::{Given, already, further},
};
use crate::{
    base::{Error, Result},
    quiet,
    store::Tx,
};

/// Reads what a quiet link was answered with, as long as that is told.
pub(super) async fn look(link: &mut Link) -> Result<()> {
    link.answered = quiet::is_answered(&link.ctx, link.invitation.id).await?;
    if !link.answered || link.invitation.mode == SurveyMode::Anonymous {
        return Ok(());
    }
    let this = quiet_answer::Column::InvitationId.eq(link.invitation.id);
    if let Some(row) = link.ctx.find::<quiet_answer::Entity>().filter(this).maybe().await? {
        let (response, answers) = shown(link, &link.invitation, &row);
        (link.response, link.answers) = (Some(response), answers);
    }
    Ok(())
}

/// Answers, or changes an answer that can still be changed.
pub(super) async fn answer(
    tx: &Tx,
    link: &Link,
    invitation: &invitation::Model,
    given: Given,
    version: Option<i32>,
) -> Result<Answered> {
    match (invitation.mode, version) {
        (SurveyMode::Confidential, None) => create(tx, link, invitation, given).await,
        (SurveyMode::Confidential, Some(version)) => amend(tx, link, invitation, given, version).await,
        (_, None) => anonymous(tx, link, invitation, &given).await,
        (_, Some(_)) => Err(over(link)),
    }
}

/// What is said to who would change what cannot be changed.
fn over(link: &Link) -> Error {
    if link.answered { Error::Gone("this answer is final") } else { Error::Stale }
}

async fn anonymous(tx: &Tx, link: &Link, invitation: &invitation::Model, given: &Given) -> Result<Answered> {
    if !quiet::take(tx, link.ctx.secret(), invitation.id).await? {
        return Err(already());
    }
    let rated = (link.survey.question.clone(), given.score);
    let rating = quiet::rating(tx, invitation, round(invitation, link.survey.kind), rated);
    tx.insert::<quiet_score::Entity>(rating).await?;
    quiet::count_wave(tx, invitation).await?;
    let now = tx.now();
    let row = response::Model { completed_at: Some(now), ..like(link, invitation, given.score, now) };
    Ok(Answered::new(invitation, &row, &[], now, true))
}

async fn create(tx: &Tx, link: &Link, invitation: &invitation::Model, mut given: Given) -> Result<Answered> {
    let now = tx.now();
    let complete = given.complete.then_some(now);
    let row = response::Model { completed_at: complete, ..like(link, invitation, given.score, now) };
    let settled = further(link, &row, &[], &mut given)?;
    if !quiet::take(tx, link.ctx.secret(), invitation.id).await? {
        return Err(already());
    }
    tx.insert::<quiet_answer::Entity>(kept(invitation, &row, &settled.all)).await?;
    Ok(Answered::new(invitation, &row, &settled.all, now, true))
}

async fn amend(
    tx: &Tx,
    link: &Link,
    invitation: &invitation::Model,
    mut given: Given,
    version: i32,
) -> Result<Answered> {
    let now = tx.now();
    let this = quiet_answer::Column::InvitationId.eq(invitation.id);
    let Some(held) = tx.find::<quiet_answer::Entity>().filter(this).lock().maybe().await? else {
        return Err(over(link));
    };
    if held.version != version {
        return Err(Error::Stale);
    }
    let (mut row, said) = shown(link, invitation, &held);
    if amendable_until(invitation, &row, now).is_none() {
        return Err(Error::Gone("this answer is final"));
    }
    let settled = further(link, &row, &said, &mut given)?;
    let amended = row.completed_at.is_some() || row.score != given.score || !settled.gone.is_empty();
    row.score = given.score;
    if given.complete && row.completed_at.is_none() {
        row.completed_at = Some(now);
    }
    if amended || !given.complete {
        row.amended_at = Some(now);
    }
    row.version = version + 1;
    let new = kept(invitation, &row, &settled.all);
    tx.update::<quiet_answer::Entity>(held, |held| {
        held.score = Set(new.score);
        held.ratings = Set(new.ratings);
        held.version = Set(new.version);
        held.completed_at = Set(new.completed_at);
        held.amended_at = Set(new.amended_at);
        held.final_at = Set(new.final_at);
    })
    .await?;
    Ok(Answered::new(invitation, &row, &settled.all, now, false))
}

/// In which of the spans of time an invitation was queued that nobody is asked twice in.
fn round(invitation: &invitation::Model, kind: SurveyKind) -> i32 {
    let rounds = invitation.queued_at.0.timestamp().div_euclid(quarantine(kind).num_seconds());
    i32::try_from(rounds).unwrap_or(i32::MAX)
}

/// The row of a confidential answer.
fn kept(invitation: &invitation::Model, row: &response::Model, further: &[answer::Model]) -> quiet_answer::Model {
    let rated = further.iter().filter_map(|row| Some((row.question.clone(), json!(row.score?))));
    let ratings: Map<String, Value> = std::iter::once((row.question.clone(), json!(row.score))).chain(rated).collect();
    quiet_answer::Model {
        invitation_id: invitation.id,
        survey_id: invitation.survey_id,
        wave_id: invitation.wave_id,
        place_id: invitation.place_id,
        owner_id: invitation.owner_id,
        round: round(invitation, row.kind),
        score: row.score,
        ratings: Value::Object(ratings),
        version: row.version,
        answered_at: row.answered_at,
        completed_at: row.completed_at,
        amended_at: row.amended_at,
        final_at: open_until(invitation, row),
    }
}

/// A confidential answer in the shape of any other, for whoever holds its link.
fn shown(
    link: &Link,
    invitation: &invitation::Model,
    row: &quiet_answer::Model,
) -> (response::Model, Vec<answer::Model>) {
    let like = like(link, invitation, row.score, row.answered_at);
    let given = row.ratings.as_object().into_iter().flatten().filter(|(question, _)| **question != like.question);
    let answers = given.map(|(question, score)| answer::Model {
        response_id: like.id,
        question: question.clone(),
        account_id: like.account_id,
        score: score.as_i64().and_then(|score| score.try_into().ok()),
        text: None,
    });
    let answers = answers.collect();
    let (completed_at, amended_at, version) = (row.completed_at, row.amended_at, row.version);
    (response::Model { completed_at, amended_at, version, ..like }, answers)
}

/// An answer as it is shown to whoever gives it. It is stored nowhere like this, and its id is the invitation's.
fn like(link: &Link, invitation: &invitation::Model, score: i16, at: Time) -> response::Model {
    response::Model {
        id: ResponseId(invitation.id.0),
        invitation_id: None,
        account_id: invitation.account_id,
        contact_id: None,
        survey_id: invitation.survey_id,
        kind: link.survey.kind,
        question: link.survey.question.clone(),
        score,
        comment: None,
        language: None,
        answered_at: at,
        completed_at: None,
        amended_at: None,
        version: 1,
        month: 0,
        owner_id: None,
        place_id: invitation.place_id,
        territory: None,
        segment: None,
        tier: invitation.tier,
        decision_maker: false,
        inherited: false,
        mode: invitation.mode.code(),
        source: None,
        reference: None,
    }
}
