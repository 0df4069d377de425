//! Putting together what is held of a contact.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{ContactId, InvitationId, ResponseId, contact, visit};
use sea_orm::sea_query::Order;

use super::{
    model::{HeldChange, HeldInvitation, HeldResponse, HeldVisit, PersonalData},
    person::Person,
};
use crate::{
    access::Action,
    base::{Error, Result},
    ctx::Ctx,
    response::{AnswerLoader, VersionLoader},
    store::among,
};

/// All that is held of a contact in scope. That it was taken stands in the audit before it is given.
pub async fn held(ctx: &Ctx, id: ContactId) -> Result<PersonalData> {
    ctx.may(Action::ReadPersonalData)?;
    let look = ctx.look(|tx| async move {
        let person = Person::hold(&tx, id).await?;
        tx.is_theirs_to_give(&person.account)?;
        let changes = person.changes(&tx).await?;
        Ok((person, changes))
    });
    let (person, changes) = look.await?;
    let ids: Vec<ResponseId> = person.responses.iter().map(|row| row.id).collect();
    let (mut answers, mut earlier) = (HashMap::new(), HashMap::new());
    for some in ids.chunks(1_024) {
        answers.extend(AnswerLoader(ctx.clone()).load(some).await.map_err(Error::internal)?);
        earlier.extend(VersionLoader(ctx.clone()).load(some).await.map_err(Error::internal)?);
    }
    let mut visits = visits(ctx, &person).await?;
    let responses = person.responses.iter().map(|row| {
        let answers = answers.remove(&row.id).unwrap_or_default();
        HeldResponse::of(row, answers, earlier.remove(&row.id).unwrap_or_default())
    });
    let invitations =
        person.invitations.iter().map(|row| HeldInvitation::of(row, visits.remove(&row.id).unwrap_or_default()));
    let data = PersonalData {
        taken_at: ctx.now(),
        contact: (&**person.contact()).into(),
        merged: person.contacts[1..].iter().map(|row| (&**row).into()).collect(),
        interactions: person.interactions.iter().map(|row| (&**row).into()).collect(),
        invitations: invitations.collect(),
        responses: responses.collect(),
        exclusions: person.exclusions.iter().map(|row| (&**row).into()).collect(),
        sessions: person.sessions.iter().map(|row| (&**row).into()).collect(),
        changes: changes.into_iter().map(HeldChange::from).collect(),
    };
    ctx.write(move |tx| async move {
        tx.note_read::<contact::Entity>(person.contact());
        Ok(())
    })
    .await?;
    Ok(data)
}

async fn visits(ctx: &Ctx, person: &Person) -> Result<HashMap<InvitationId, Vec<HeldVisit>>> {
    let ids: Vec<InvitationId> = person.invitations.iter().map(|row| row.id).collect();
    let mut found: HashMap<InvitationId, Vec<HeldVisit>> = HashMap::new();
    for some in ids.chunks(1_024) {
        let which = among::<visit::Entity, _>(visit::Column::InvitationId, some);
        for row in ctx.find::<visit::Entity>().filter(which).order(visit::Column::At, Order::Asc).all().await? {
            found.entry(row.invitation_id).or_default().push((&*row).into());
        }
    }
    Ok(found)
}
