//! The last judgement, in the transaction that claims a mail: whatever has changed since it was queued counts.

use chrono::TimeDelta;
use entity::{
    InvitationId, InvitationStatus, ProgramState, Suppression, Time, WaveState, account, contact, invitation, member,
    program, response, survey, survey_version, team_tree, wave,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Expr, ExprTrait, Query, SimpleExpr},
};

use super::{
    Against, Delivery, Facts,
    letter::{Parties, letter},
    send::homes,
    zone,
};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    mail::Letter,
    store::{Tx, Visible, one},
    survey::Definition,
};

/// How often a mail of a paused wave looks whether it may leave.
const PAUSE: TimeDelta = TimeDelta::minutes(15);

/// What is to be done with a mail that is due.
pub(super) enum Claimed {
    Send(Box<Letter>),
    /// Not now: after this pause.
    Later(TimeDelta),
    /// Nobody is to be asked any more, or somebody was faster.
    Over,
}

type Row = (
    invitation::Model,
    Option<survey::Model>,
    Option<survey_version::Model>,
    Option<contact::Model>,
    Option<account::Model>,
    Option<wave::Model>,
    Option<program::Model>,
    Option<response::Model>,
    Option<member::Model>,
    Option<member::Model>,
);

/// Everything that counts, as it stands now.
struct Case {
    survey: survey::Model,
    version: survey_version::Model,
    contact: Option<contact::Model>,
    account: account::Model,
    wave: wave::Model,
    program: Option<program::Model>,
    response: Option<response::Model>,
    /// Who owned the account at the anchor, and who owns it today.
    credited: Option<member::Model>,
    owner: Option<member::Model>,
}

/// Judges once more, and writes the letter of mail number `step`.
pub(super) async fn claim(ctx: &Ctx, id: InvitationId, step: i16) -> Result<Claimed> {
    let inner = ctx.clone();
    ctx.write(move |tx| async move {
        let found = tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(id)).lock();
        let held = found.one("invitation").await?;
        let waits = if step == 1 { InvitationStatus::Queued } else { InvitationStatus::Sent };
        if held.status != waits || held.step + 1 != step {
            let closed = !matches!(held.status, InvitationStatus::Queued | InvitationStatus::Sent);
            return if closed && held.due_at.is_some() { over(&tx, held, 0, None).await } else { Ok(Claimed::Over) };
        }
        let case = Case::read(&tx, id).await?;
        let now = tx.now();
        if let Some(ended) = case.ended(&tx, &held, step).await? {
            return over(&tx, held, step, Some(ended)).await;
        }
        if case.is_paused() {
            return later(&tx, held, Time::new(now.0 + PAUSE)).await;
        }
        let Some(contact) = case.contact.clone() else { return Ok(Claimed::Over) };
        let delivery = Delivery::of(&case.wave)?;
        let opens = delivery.opening(now, zone(&contact, inner.company().zone));
        if opens > now {
            let late = step > 1 && opens >= held.expires_at;
            return if late {
                over(&tx, held, step, Some(Suppression::Expired)).await
            } else {
                later(&tx, held, opens).await
            };
        }
        let against = if step == 1 { Against::Before(&held) } else { Against::Reminder };
        let facts = Facts::gather(&tx, &[&contact], case.survey.kind, against).await?;
        if let Some(reason) = facts.against(&contact, case.survey.kind, now) {
            return over(&tx, held, step, Some(reason)).await;
        }
        let mut row = (*held).clone();
        let mut sender = case.credited;
        if is_planned(&held) && step == 1 {
            credit(&tx, held, &mut row, &contact, &delivery).await?;
            sender = case.owner;
        } else if step > 1 {
            sender = case.owner;
        }
        let definition = Definition::read(case.version.definition)?;
        let (survey, account) = (case.survey, case.account);
        let who = Parties { invitation: row, survey, definition, account, contact, sender };
        letter(&inner, &who, step, now).map(|letter| Claimed::Send(Box::new(letter)))
    })
    .await
}

/// Whether the first mail was put off to a later day when the invitation was made. Such an invitation is
/// credited when its mail is really on its way, and not when somebody thought of it.
fn is_planned(row: &invitation::Model) -> bool {
    row.due_at.is_some_and(|due| due > row.queued_at)
}

/// Credits a planned invitation now. Its link works from now on.
async fn credit(
    tx: &Tx,
    held: Visible<invitation::Model>,
    row: &mut invitation::Model,
    contact: &contact::Model,
    delivery: &Delivery,
) -> Result<()> {
    let mut homes = homes(tx, &[row.account_id]).await?;
    let home = homes.remove(&row.account_id).ok_or(Error::NotFound("account"))?;
    let now = tx.now();
    home.freeze(row, contact, now);
    row.due_at = Some(now);
    row.expires_at = delivery.expires(now);
    tx.rewrite::<invitation::Entity>(vec![(held, row.clone())]).await.map(drop)
}

/// Ends an invitation whose first mail has not left; after that only its reminders end.
async fn over(tx: &Tx, held: Visible<invitation::Model>, step: i16, reason: Option<Suppression>) -> Result<Claimed> {
    tx.update::<invitation::Entity>(held, |row| {
        row.due_at = Set(None);
        if step == 1 {
            row.status = Set(InvitationStatus::Suppressed);
            row.suppressed = Set(reason);
        }
    })
    .await?;
    Ok(Claimed::Over)
}

async fn later(tx: &Tx, held: Visible<invitation::Model>, at: Time) -> Result<Claimed> {
    if held.due_at != Some(at) {
        tx.update::<invitation::Entity>(held, |row| row.due_at = Set(Some(at))).await?;
    }
    Ok(Claimed::Later(at.0 - tx.now().0))
}

impl Case {
    async fn read(tx: &Tx, id: InvitationId) -> Result<Self> {
        let engine = tx.engine();
        let at = |column| Expr::col((invitation::Entity, column));
        let wave_of = |column: wave::Column| {
            let select = Query::select()
                .column((wave::Entity, column))
                .from(wave::Entity)
                .and_where(Expr::col((wave::Entity, wave::Column::Id)).eq(at(invitation::Column::WaveId)))
                .take();
            SimpleExpr::SubQuery(None, Box::new(select.into()))
        };
        let owner = Query::select()
            .column((account::Entity, account::Column::OwnerId))
            .from(account::Entity)
            .and_where(Expr::col((account::Entity, account::Column::Id)).eq(at(invitation::Column::AccountId)))
            .take();
        let owner = SimpleExpr::SubQuery(None, Box::new(owner.into()));
        let parts = vec![
            one::<survey::Entity>(
                engine,
                "s",
                Expr::col(("s", survey::Column::Id)).eq(at(invitation::Column::SurveyId)),
            ),
            one::<survey_version::Entity>(
                engine,
                "v",
                Expr::col(("v", survey_version::Column::Id)).eq(at(invitation::Column::SurveyVersionId)),
            ),
            one::<contact::Entity>(
                engine,
                "c",
                Expr::col(("c", contact::Column::Id)).eq(at(invitation::Column::ContactId)),
            ),
            one::<account::Entity>(
                engine,
                "a",
                Expr::col(("a", account::Column::Id)).eq(at(invitation::Column::AccountId)),
            ),
            one::<wave::Entity>(engine, "w", Expr::col(("w", wave::Column::Id)).eq(at(invitation::Column::WaveId))),
            one::<program::Entity>(
                engine,
                "p",
                Expr::col(("p", program::Column::Id)).eq(wave_of(wave::Column::ProgramId)),
            ),
            one::<response::Entity>(
                engine,
                "r",
                Expr::col(("r", response::Column::InvitationId)).eq(at(invitation::Column::Id)),
            ),
            one::<member::Entity>(
                engine,
                "m",
                Expr::col(("m", member::Column::Id)).eq(at(invitation::Column::OwnerId)),
            ),
            one::<member::Entity>(engine, "n", Expr::col(("n", member::Column::Id)).eq(owner)),
        ];
        let find = tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(id)).limit(1);
        let rows: Vec<Row> = find.shaped(parts).await?;
        let row = rows.into_iter().next().ok_or(Error::NotFound("invitation"))?;
        let (_, Some(survey), Some(version), contact, Some(account), Some(wave), program, response, credited, owner) =
            row
        else {
            return Err(Error::internal("an invitation without its survey, account or wave"));
        };
        Ok(Self { survey, version, contact, account, wave, program, response, credited, owner })
    }

    fn is_paused(&self) -> bool {
        let paused = |program: &program::Model| program.state == ProgramState::Paused;
        self.wave.state == WaveState::Paused || self.program.as_ref().is_some_and(paused)
    }

    /// Why no mail is to leave any more, whatever the time of day; none where one may.
    async fn ended(&self, tx: &Tx, held: &invitation::Model, step: i16) -> Result<Option<Suppression>> {
        let now = tx.now();
        if self.wave.state == WaveState::Cancelled {
            return Ok(Some(Suppression::Cancelled));
        }
        // A planned mail starts the clock of its link only when it leaves.
        if held.expires_at <= now && !(step == 1 && is_planned(held)) {
            return Ok(Some(Suppression::Expired));
        }
        if self.contact.is_none() || self.account.archived_at.is_some() {
            return Ok(Some(Suppression::NoAddress));
        }
        if step > 1 {
            return Ok(self.response.is_some().then_some(Suppression::Quarantine));
        }
        let Some(team) = self.program.as_ref().and_then(|program| program.team_id) else { return Ok(None) };
        let below = tx
            .find::<team_tree::Entity>()
            .filter(team_tree::Column::AncestorId.eq(team))
            .filter(team_tree::Column::TeamId.eq(self.account.team_id));
        Ok((below.count().await? == 0).then_some(Suppression::Cancelled))
    }
}
