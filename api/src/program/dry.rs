//! Who would be asked, when, and who not and why. Changes nothing.

use async_graphql::SimpleObject;
use entity::{AccountId, ContactId, ProgramId, Suppression, Time, contact, program, survey};
use sea_orm::ColumnTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Plan, audience,
    run::{PIECE, earlier},
};
use crate::{
    access::Action,
    base::Result,
    ctx::Ctx,
    invitation::{Counts, Making, SuppressedCount, Taken, Verdict, judge},
    store::Visible,
};

/// Contacts that a dry run lists, at most; its counts are over all.
pub const LISTED: usize = 1_000;

/// What a wave would be, were it made now.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct DryRun {
    /// Contacts who would be asked.
    pub queued: i32,
    /// Contacts whom the sample would pass over.
    pub not_drawn: i32,
    /// Contacts who would not be asked, counted by reason.
    pub suppressed: Vec<SuppressedCount>,
    /// The first 1,000 of those who would be asked or not, in the order in which they were entered; none where you may
    /// not read contacts.
    pub contacts: Vec<Planned>,
}

/// What would become of one contact.
#[derive(Clone, Debug, SimpleObject, Serialize, Deserialize, ToSchema)]
#[graphql(serial)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// Who.
    pub contact_id: ContactId,
    /// At which account.
    pub account_id: AccountId,
    /// Their name.
    #[schema(example = "Priya Nair")]
    pub name: String,
    /// When their mail would leave; null where they would not be asked.
    pub due_at: Option<Time>,
    /// Why they would not be asked.
    pub suppressed: Option<Suppression>,
}

/// What would become of contacts who were judged, for those who may read contacts; nothing is said of those not drawn.
pub fn planned(ctx: &Ctx, contacts: &[Visible<contact::Model>], verdicts: &[Verdict]) -> Vec<Planned> {
    if ctx.may(Action::ReadContacts).is_err() {
        return Vec::new();
    }
    let row = |contact: &contact::Model, due_at, suppressed| Planned {
        contact_id: contact.id,
        account_id: contact.account_id,
        name: contact.name.clone(),
        due_at,
        suppressed,
    };
    let rows = contacts.iter().zip(verdicts).filter_map(|(contact, verdict)| match verdict {
        Verdict::Ask(due) => Some(row(contact, Some(*due), None)),
        Verdict::Not(reason) => Some(row(contact, None, Some(*reason))),
        Verdict::NotDrawn => None,
    });
    rows.collect()
}

/// Judges a programme's whole audience as its next wave would.
pub async fn dry_run(asker: &Ctx, id: ProgramId) -> Result<DryRun> {
    asker.may(Action::RunPrograms)?;
    let program = asker.find::<program::Entity>().filter(program::Column::Id.eq(id)).one("program").await?;
    let survey = asker.find::<survey::Entity>().filter(survey::Column::Id.eq(program.survey_id));
    let kind = survey.one("survey").await?.kind;
    // Whoever sees the programme sees all that it reaches.
    let ctx = audience::within(asker, program.team_id).await?;
    let (mut taken, mut counts, mut listed, mut after) = (Taken::default(), Counts::default(), Vec::new(), None);
    loop {
        let (inner, plan) = (ctx.clone(), Plan::read(&program.plan)?);
        let (contacts, verdicts, now_taken) = ctx
            .look(move |tx| async move {
                let contacts = audience::next(&tx, id, &plan, inner.company(), after, PIECE).await?;
                let seed = plan.seed(id, earlier(&tx, id).await?, tx.now());
                let zone = inner.company().zone;
                let making = Making { wave: tx.id(), kind, delivery: plan.delivery, seed, zone };
                let verdicts = judge(&tx, &making, &contacts, &mut taken).await?;
                Ok((contacts, verdicts, taken))
            })
            .await?;
        taken = now_taken;
        counts += Counts::of(&verdicts);
        listed.extend(planned(asker, &contacts, &verdicts));
        listed.truncate(LISTED);
        after = contacts.last().map(|row| row.id);
        if (contacts.len() as u64) < PIECE {
            break;
        }
    }
    let suppressed = counts.suppressed();
    Ok(DryRun { queued: counts.asked, not_drawn: counts.not_drawn, suppressed, contacts: listed })
}
