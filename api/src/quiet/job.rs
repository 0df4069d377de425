//! The daily counting of what waits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DurationRound, TimeDelta};
use entity::{
    JobId, PlaceId, SurveyId, SurveyMode, Time, WaveId, quiet_answer, quiet_batch, quiet_score, quiet_wave, team,
    team_place,
};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, sea_query::Order};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rules::{Batch, FEWEST, batches};
use crate::{
    base::{Error, Result},
    ctx::{Ctx, Job, Run},
    queue,
    satisfaction::{Credited, count},
    store::{Tx, Visible, among},
};

const DAY: TimeDelta = TimeDelta::days(1);
/// Ids of one statement.
const PIECE: usize = 1_024;

/// Counts the answers of a confidential or anonymous survey that can be changed no more, at midnight (UTC), day by
/// day. Cut off half-way it has counted nothing; run twice it finds nothing left.
#[derive(Debug, Serialize, Deserialize)]
pub struct CountQuiet {
    pub survey_id: SurveyId,
}

/// Sees to it that a survey's answers are counted, from the next midnight on.
pub async fn plan(tx: &Tx, survey_id: SurveyId) -> Result<()> {
    let first = midnight(tx.now());
    queue::ensure(tx, JobId(survey_id.0), CountQuiet { survey_id }.at(first)?).await
}

/// The next one after an instant.
fn midnight(now: Time) -> Time {
    now.0.duration_trunc(DAY).map_or(Time::new(now.0 + DAY), |today| Time::new(today + DAY))
}

impl Job for CountQuiet {
    const KIND: &'static str = "quiet.count";

    fn run(self, ctx: Ctx, last: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move {
            let counting = ctx.counting();
            let month = ctx.company().month(ctx.now());
            let counted = counting.write(move |tx| async move { count_survey(&tx, self.survey_id, month).await }).await;
            match counted {
                Err(error) if !last => return Err(error),
                // Another day, rather than never again.
                Err(error) => tracing::error!(%error, "answers of a survey cannot be counted; tomorrow again"),
                Ok(()) => {}
            }
            let pause = midnight(ctx.now()).0 - ctx.now().0;
            Ok(Run::Later(pause))
        })
    }
}

async fn count_survey(tx: &Tx, survey: SurveyId, month: i32) -> Result<()> {
    let settled = settled(tx, survey).await?;
    let find = tx.find::<quiet_score::Entity>().filter(quiet_score::Column::SurveyId.eq(survey));
    let find = find.order(quiet_score::Column::Id, Order::Asc);
    let mut waiting: Vec<_> = find.lock().all().await?.into_iter().map(Visible::into_inner).collect();
    let kept = waiting.len();
    for row in &settled {
        waiting.extend(ratings(tx, row));
    }
    let batches = batches(&waiting);
    if batches.iter().any(|batch| batch.place_id == PlaceId::NOWHERE) {
        nowhere(tx).await?;
    }
    let counted: BTreeSet<usize> = batches.iter().flat_map(|batch| batch.members.iter().copied()).collect();
    let gone: Vec<Uuid> = waiting[..kept].iter().map(|row| row.id).collect();
    let mut removed = 0;
    for some in gone.chunks(PIECE) {
        removed +=
            tx.remove::<quiet_score::Entity>(among::<quiet_score::Entity, _>(quiet_score::Column::Id, some)).await?;
    }
    if removed != gone.len() as u64 {
        return Err(Error::internal("answers to be counted were gone"));
    }
    // What waits on is written anew as a whole, under other ids and in their order, which says nothing: PostgreSQL keeps
    // with each row by which transaction it came, and that was the one in which its link was taken.
    let fresh = (0..waiting.len()).filter(|at| !counted.contains(at));
    let mut fresh: Vec<_> = fresh.map(|at| quiet_score::Model { id: tx.blind_id(), ..waiting[at].clone() }).collect();
    fresh.sort_by_key(|row| row.id);
    tx.insert_all::<quiet_score::Entity>(fresh).await?;
    let answered: Vec<_> = settled.iter().map(|row| row.invitation_id).collect();
    for some in answered.chunks(PIECE) {
        tx.remove::<quiet_answer::Entity>(among::<quiet_answer::Entity, _>(quiet_answer::Column::InvitationId, some))
            .await?;
    }
    waves(tx, survey, &settled).await?;
    let rows = batches.iter().map(|batch| sums(tx, survey, month, batch, &waiting));
    tx.insert_all::<quiet_batch::Entity>(rows.collect()).await?;
    let answers: Vec<_> = batches
        .iter()
        .flat_map(|batch| {
            let to = credited(survey, month, batch);
            batch.members.iter().map(|at| (to.clone(), waiting[*at].score, 1)).collect::<Vec<_>>()
        })
        .collect();
    count(tx, &answers).await
}

/// Confidential answers that can be changed no more.
async fn settled(tx: &Tx, survey: SurveyId) -> Result<Vec<quiet_answer::Model>> {
    let find = tx.find::<quiet_answer::Entity>().filter(quiet_answer::Column::SurveyId.eq(survey));
    let find = find.filter(quiet_answer::Column::FinalAt.lte(tx.now()));
    let rows = find.order(quiet_answer::Column::InvitationId, Order::Asc).lock().all().await?;
    Ok(rows.into_iter().map(Visible::into_inner).collect())
}

/// What a confidential answer is taken apart into.
fn ratings(tx: &Tx, of: &quiet_answer::Model) -> Vec<quiet_score::Model> {
    let given = of.ratings.as_object().into_iter().flatten();
    let given = given.filter_map(|(question, score)| Some((question, i16::try_from(score.as_i64()?).ok()?)));
    let row = |(question, score): (&String, i16)| quiet_score::Model {
        id: tx.blind_id(),
        survey_id: of.survey_id,
        question: question.clone(),
        mode: SurveyMode::Confidential.code(),
        place_id: of.place_id,
        owner_id: of.owner_id,
        round: of.round,
        score,
    };
    given.map(row).collect()
}

/// The place of what is from several teams. No path leads there, so that those alone see it who see the whole company,
/// and which teams they are is not told.
async fn nowhere(tx: &Tx) -> Result<()> {
    let find = tx.find::<team::Entity>().filter(team::Column::ParentId.is_null());
    let team = find.order(team::Column::Id, Order::Asc).limit(1).one("team").await?;
    let (id, at) = (PlaceId::NOWHERE, tx.now());
    let row = team_place::Model { id, team_id: team.id, path: String::new(), from_at: at, until_at: Some(at) };
    tx.claim::<team_place::Entity>(row).await.map(drop)
}

/// Counts complete answers by wave, and tells of those that are enough.
async fn waves(tx: &Tx, survey_id: SurveyId, settled: &[quiet_answer::Model]) -> Result<()> {
    let row = |wave_id, counted, answers| quiet_wave::Model { survey_id, wave_id, counted, answers };
    let mut complete: BTreeMap<WaveId, i32> = BTreeMap::new();
    for answer in settled.iter().filter(|row| row.completed_at.is_some()) {
        *complete.entry(answer.wave_id).or_default() += 1;
    }
    tx.add::<quiet_wave::Entity>(complete.into_iter().map(|(wave, n)| row(wave, false, n)).collect()).await?;
    let fewest = i32::try_from(FEWEST).map_err(Error::internal)?;
    let find = tx.find::<quiet_wave::Entity>().filter(quiet_wave::Column::SurveyId.eq(survey_id));
    let find = find.filter(quiet_wave::Column::Counted.eq(false)).filter(quiet_wave::Column::Answers.gte(fewest));
    let enough = find.order(quiet_wave::Column::WaveId, Order::Asc).lock().all().await?;
    let moves =
        enough.iter().flat_map(|one| [row(one.wave_id, false, -one.answers), row(one.wave_id, true, one.answers)]);
    tx.add::<quiet_wave::Entity>(moves.collect()).await
}

fn credited(survey_id: SurveyId, month: i32, batch: &Batch) -> Credited {
    Credited {
        question: batch.question.clone(),
        place_id: batch.place_id,
        month,
        owner_id: batch.owner_id,
        mode: batch.mode,
        survey_id,
        territory: None,
        segment: None,
    }
}

fn sums(tx: &Tx, survey_id: SurveyId, month: i32, batch: &Batch, waiting: &[quiet_score::Model]) -> quiet_batch::Model {
    let mut sums = [0; 11];
    for at in &batch.members {
        if let Some(sum) = usize::try_from(waiting[*at].score).ok().and_then(|score| sums.get_mut(score)) {
            *sum += 1;
        }
    }
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10] = sums;
    let (question, mode, place_id, owner_id) = (batch.question.clone(), batch.mode, batch.place_id, batch.owner_id);
    let (id, counted_at) = (tx.blind_id(), tx.now());
    quiet_batch::Model {
        id,
        survey_id,
        question,
        mode,
        place_id,
        owner_id,
        month,
        counted_at,
        c0,
        c1,
        c2,
        c3,
        c4,
        c5,
        c6,
        c7,
        c8,
        c9,
        c10,
    }
}
