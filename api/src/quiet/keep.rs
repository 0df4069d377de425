//! Keeping an answer so that nobody can tell whose it is.

use entity::{Digest, InvitationId, SurveyMode, invitation, quiet_link, quiet_score, quiet_wave};

use crate::{
    base::{Error, Result},
    ctx::Ctx,
    secure::{Purpose, Secret, digest},
    store::{Tx, among},
};

/// What marks an invitation as answered: under the secret of today first, then under the one before.
fn marks(secret: &Secret, id: InvitationId) -> Vec<Digest> {
    secret.tokens(Purpose::Answered, id.0, 0).map(digest).collect()
}

/// Whether a link was answered; in the name of its holder.
pub async fn is_answered(ctx: &Ctx, id: InvitationId) -> Result<bool> {
    let which = among::<quiet_link::Entity, _>(quiet_link::Column::Digest, &marks(ctx.secret(), id));
    Ok(ctx.find::<quiet_link::Entity>().filter(which).count().await? > 0)
}

/// Takes a link for an answer; false where it is taken. Whoever takes the same link at the same time waits.
pub async fn take(tx: &Tx, secret: &Secret, id: InvitationId) -> Result<bool> {
    let marks = marks(secret, id);
    let earlier = among::<quiet_link::Entity, _>(quiet_link::Column::Digest, &marks[1..]);
    if marks.len() > 1 && tx.find::<quiet_link::Entity>().filter(earlier).count().await? > 0 {
        return Ok(false);
    }
    let mark = marks.into_iter().next().ok_or_else(|| Error::internal("a secret that marks nothing"))?;
    tx.claim::<quiet_link::Entity>(quiet_link::Model { digest: mark }).await
}

/// A rating that waits to be counted: of its invitation no more than whose figure it is, and in which round it was asked.
pub fn rating(tx: &Tx, of: &invitation::Model, round: i32, (question, score): (String, i16)) -> quiet_score::Model {
    quiet_score::Model {
        id: tx.blind_id(),
        survey_id: of.survey_id,
        question,
        mode: SurveyMode::code(of.mode),
        place_id: of.place_id,
        owner_id: of.owner_id,
        round,
        score,
    }
}

/// Counts one complete answer of a wave, not told of yet. Last in the transaction: its lock lasts until the commit.
pub async fn count_wave(tx: &Tx, of: &invitation::Model) -> Result<()> {
    let (survey_id, wave_id) = (of.survey_id, of.wave_id);
    tx.add::<quiet_wave::Entity>(vec![quiet_wave::Model { survey_id, wave_id, counted: false, answers: 1 }]).await
}
