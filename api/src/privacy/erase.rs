//! Erasing a contact.

use std::collections::HashSet;

use chrono::TimeDelta;
use entity::{
    AccountId, ImportId, InvitationStatus, Time, access_link, answer, audit, contact, escalation, exclusion, import,
    interaction, invitation, job, once, ownership, response, response_version, session, visit,
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    EraseContact, ErasedContact, files,
    person::Person,
    sweep::{Sweep, sweep},
};
use crate::{
    access::Action,
    base::{Check, Error, MAX_LINE, Mentions, Result},
    contact::remember,
    ctx::{Ctx, Job},
    queue,
    store::{Tx, among, naming},
};

/// What an entry of the timeline is called whose contact was erased.
const SUBJECT: &str = "Erased";
/// By then whatever letter was on its way when its recipient was erased has been written.
const LATE: TimeDelta = TimeDelta::hours(1);

/// Takes every trace of a contact away, and of those who were merged into them. Figures stay as they are.
pub async fn erase(ctx: &Ctx, input: EraseContact) -> Result<ErasedContact> {
    ctx.may(Action::EraseContacts)?;
    let mut check = Check::default();
    let reason = check.line("reason", &input.reason, MAX_LINE);
    check.done()?;
    // Files are looked through before anybody has to wait for it.
    let id = input.id;
    let names = ctx.look(|tx| async move { Person::hold(&tx, id).await?.past(&tx).await }).await?.0;
    let files = files::naming(ctx, &names).await?;
    let (erased, letters) = ctx.write(move |tx| async move { one(&tx, &input, &reason, files).await }).await?;
    // A job does the same, in case this ends half-way.
    if let Err(error) = sweep(ctx, &letters).await {
        tracing::warn!(%error, "what is left of an erased contact in files waits for its job");
    }
    Ok(erased)
}

async fn one(
    tx: &Tx,
    input: &EraseContact,
    reason: &str,
    files: Vec<ImportId>,
) -> Result<(ErasedContact, HashSet<Uuid>)> {
    let person = Person::hold(tx, input.id).await?;
    if person.contact().merged_into_id.is_some() {
        return Err(Error::conflict("this contact was merged into another; erase that one, and this goes along"));
    }
    if person.contact().version != input.version {
        return Err(Error::Stale);
    }
    let (names, accounts) = person.past(tx).await?;
    remember(tx, &person.ids()).await?;
    answers(tx, &person).await?;
    entries(tx, &person).await?;
    invitations(tx, &person).await?;
    let mentions = elsewhere(tx, &names, &accounts).await? + in_operation(tx, &person, &names).await?;
    files::drop_files(tx, &files).await?;
    files::clean_faults(tx, &names).await?;
    tx.hush(&person.subjects()).await?;
    tx.forget_samples().await?;
    let why = json!({ "reason": names.taken_from(reason).unwrap_or_else(|| reason.to_owned()) });
    for row in &person.contacts {
        tx.erase::<contact::Entity>(row, &why).await?;
    }
    let letters = person.letters();
    let rest = Sweep { about: letters.clone() };
    let jobs = vec![rest.at(tx.now())?, rest.at(Time::new(tx.now().0 + LATE))?];
    queue::enqueue(tx, jobs).await?;
    let count = |many: usize| i32::try_from(many).unwrap_or(i32::MAX);
    let (answers, entries) = (count(person.responses.len()), count(person.interactions.len()));
    Ok((ErasedContact { id: input.id, answers, entries, mentions: count(mentions) }, letters))
}

/// Answers keep their scores, and the invitation that they are counted by.
async fn answers(tx: &Tx, person: &Person) -> Result<()> {
    let ids: Vec<_> = person.responses.iter().map(|row| row.id).collect();
    let none = || Expr::val(None::<String>);
    for some in ids.chunks(1_024) {
        let which = among::<response::Entity, _>(response::Column::Id, some);
        let values = vec![(response::Column::ContactId, Expr::val(None::<Uuid>)), (response::Column::Comment, none())];
        tx.set::<response::Entity>(which, values).await?;
        let which = || among::<answer::Entity, _>(answer::Column::ResponseId, some);
        tx.remove::<answer::Entity>(which().add(answer::Column::Score.is_null())).await?;
        tx.set::<answer::Entity>(which(), vec![(answer::Column::Text, none())]).await?;
        let which = among::<response_version::Entity, _>(response_version::Column::ResponseId, some);
        let values = vec![
            (response_version::Column::Comment, none()),
            (response_version::Column::Answers, Expr::val(sea_orm::Value::Json(None))),
        ];
        tx.set::<response_version::Entity>(which, values).await?;
    }
    Ok(())
}

/// Entries stay as what they were and when; those that Steward wrote itself say no more anyway.
async fn entries(tx: &Tx, person: &Person) -> Result<()> {
    for is_ours in [true, false] {
        let some = person.interactions.iter().filter(|row| row.kind.is_ours() == is_ours);
        let ids: Vec<_> = some.map(|row| row.id).collect();
        let mut values = vec![(interaction::Column::ContactId, Expr::val(None::<Uuid>))];
        if !is_ours {
            values.push((interaction::Column::Subject, Expr::val(SUBJECT)));
            values.push((interaction::Column::Body, Expr::val(None::<String>)));
        }
        for some in ids.chunks(1_024) {
            let which = among::<interaction::Entity, _>(interaction::Column::Id, some);
            tx.set::<interaction::Entity>(which, values.clone()).await?;
        }
    }
    Ok(())
}

/// Invitations stay to be counted, and name nobody; what is open is withdrawn. Visits, exclusions and sign-ins go.
async fn invitations(tx: &Tx, person: &Person) -> Result<()> {
    let ids: Vec<_> = person.invitations.iter().map(|row| row.id).collect();
    for some in ids.chunks(1_024) {
        tx.remove::<visit::Entity>(among::<visit::Entity, _>(visit::Column::InvitationId, some)).await?;
        let which = || among::<invitation::Entity, _>(invitation::Column::Id, some);
        let none = || Expr::val(sea_orm::Value::Bytes(None));
        let values = vec![
            (invitation::Column::ContactId, Expr::val(None::<Uuid>)),
            (invitation::Column::TokenHash, none()),
            (invitation::Column::UnsubscribeHash, none()),
            (invitation::Column::Error, Expr::val(None::<String>)),
            (invitation::Column::DueAt, Expr::val(None::<Time>)),
        ];
        tx.set::<invitation::Entity>(which(), values).await?;
        let open = invitation::Column::Status.is_in([InvitationStatus::Queued, InvitationStatus::Sent]);
        let revoked = vec![(invitation::Column::Status, Expr::val(InvitationStatus::Revoked.as_str()))];
        tx.set::<invitation::Entity>(which().add(open), revoked).await?;
    }
    let ids = person.ids();
    tx.remove::<exclusion::Entity>(among::<exclusion::Entity, _>(exclusion::Column::ContactId, &ids)).await?;
    tx.remove::<access_link::Entity>(among::<access_link::Entity, _>(access_link::Column::ContactId, &ids)).await?;
    tx.remove::<session::Entity>(among::<session::Entity, _>(session::Column::ContactId, &ids)).await.map(drop)
}

/// Takes them out of what others wrote at their accounts; gives in how many rows they were.
async fn elsewhere(tx: &Tx, names: &Mentions, accounts: &[AccountId]) -> Result<usize> {
    use {answer::Column as A, contact::Column as K, interaction::Column as I, response::Column as R};
    macro_rules! at {
        ($table:ident, [$($text:expr),+], [$($reference:expr),*]) => {
            tx.clean::<$table::Entity>(
                among::<$table::Entity, _>($table::Column::AccountId, accounts),
                &[$($text),+],
                &[$($reference),*],
                names,
            )
            .await?
        };
    }
    let theirs = sea_orm::sea_query::Query::select()
        .column((response::Entity, R::Id))
        .from(response::Entity)
        .cond_where(among::<response::Entity, _>(R::AccountId, accounts))
        .take();
    let theirs = Condition::all().add(response_version::Column::ResponseId.in_subquery(theirs));
    let earlier = [response_version::Column::Comment, response_version::Column::Answers];
    let found = at!(interaction, [I::Subject, I::Body], [I::ExternalId])
        + at!(escalation, [escalation::Column::Title], [escalation::Column::Reference])
        + at!(response, [R::Comment], [R::Reference])
        + at!(answer, [A::Text], [])
        + tx.clean::<response_version::Entity>(theirs, &earlier, &[], names).await?
        + at!(contact, [K::Title], [])
        + at!(ownership, [ownership::Column::Reason], [])
        + at!(exclusion, [exclusion::Column::Reason], [])
        + at!(invitation, [invitation::Column::Error], []);
    at!(audit, [audit::Column::Before, audit::Column::After], []);
    Ok(found)
}

fn is_among(ids: &HashSet<String>) -> impl Fn(&Value) -> bool {
    |value| value.as_str().is_some_and(|id| ids.contains(id))
}

/// Takes them out of the queue, of what imports tell, and of answers that are kept to be given again.
async fn in_operation(tx: &Tx, person: &Person, names: &Mentions) -> Result<usize> {
    let failed = || Condition::all().add(job::Column::LastError.is_not_null());
    let mut found = tx.clean::<job::Entity>(failed(), &[job::Column::LastError], &[], names).await?;
    // What a server said of their letters is theirs, whatever it called them.
    let about = person.subjects().into_iter().chain(person.requests());
    let about: HashSet<String> = about.map(|id| id.to_string()).collect();
    let theirs = |payload: &Value| payload.as_object().is_some_and(|fields| fields.values().any(is_among(&about)));
    let failed = tx.find::<job::Entity>().filter(failed()).all().await?;
    let failed: Vec<_> = failed.iter().filter(|row| theirs(&row.payload)).map(|row| row.id).collect();
    for some in failed.chunks(1_024) {
        let none = vec![(job::Column::LastError, Expr::val(None::<String>))];
        tx.set::<job::Entity>(among::<job::Entity, _>(job::Column::Id, some), none).await?;
    }
    let texts = [import::Column::Mapping, import::Column::Error, import::Column::Summary];
    found += tx.clean::<import::Entity>(Condition::all(), &texts, &[], names).await?;
    let imports: Vec<_> = tx.find::<import::Entity>().all().await?.iter().map(|row| row.id.0).collect();
    let told = among::<audit::Entity, _>(audit::Column::SubjectId, &imports);
    tx.clean::<audit::Entity>(told, &[audit::Column::Before, audit::Column::After], &[], names).await?;
    replies(tx, person, names).await?;
    Ok(found)
}

/// Of answers kept to be given again those that name them are emptied: whoever asks again is told so.
async fn replies(tx: &Tx, person: &Person, names: &Mentions) -> Result<()> {
    use once::Column as C;
    let ids: Vec<String> = person.contacts.iter().map(|row| row.id.to_string()).collect();
    let likely = naming::<once::Entity>(&[C::Reply], names);
    let likely = ids.iter().fold(likely, |likely, id| likely.add(C::Reply.contains(id)));
    for row in tx.find::<once::Entity>().filter(likely).all().await? {
        if names.are_in(&row.reply) || ids.iter().any(|id| row.reply.contains(id)) {
            let this = Condition::all().add(C::CallerId.eq(row.caller_id)).add(C::Key.eq(row.key.clone()));
            tx.set::<once::Entity>(this, vec![(C::Reply, Expr::val(""))]).await?;
        }
    }
    Ok(())
}
