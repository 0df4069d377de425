//! A contact by an outside system's own reference.

use entity::{AccountId, ContactId, ContactRole, ContactRoles, MailState, account, contact};
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Precondition,
    account::Upserted,
    faults,
    given::{only, pointer},
    merged, source, twice,
};
use crate::{
    access::Action,
    base::{Check, Error, MAX_LINE, Result},
    ctx::Ctx,
    import::{Batch, By, ContactRow, Given, Kept, Outcome, Pointer, put},
    store::Tx,
};

/// What to write of a contact: what is absent stays, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpsertContact {
    /// The account they are at, by its reference in the same system. This or `accountId` must be given for a new
    /// contact; a contact stays with their account.
    #[schema(min_length = 1, max_length = 200, example = "17", nullable = false)]
    account: Option<String>,
    /// The account they are at, by its id.
    #[schema(nullable = false)]
    account_id: Option<AccountId>,
    /// Their full name. Must be given for a new contact.
    #[schema(min_length = 1, max_length = 200, example = "Carla Reyes", nullable = false)]
    name: Option<String>,
    /// Where mail reaches them. A new address revokes open invitations and ends their sign-ins.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254, example = "carla@globex.example")]
    email: Given<String>,
    /// Their job title.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200, example = "Head of Operations")]
    title: Given<String>,
    /// What they are to their company's dealings with us.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ContactRole>>, max_items = 6, example = json!(["DECISION_MAKER"]))]
    roles: Given<Vec<ContactRole>>,
    /// A language tag.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 35, example = "en")]
    language: Given<String>,
    /// An IANA zone.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64, example = "Europe/Berlin")]
    time_zone: Given<String>,
    /// True: they want no survey mails. It is never taken back here: only they can do that.
    #[schema(example = false, nullable = false)]
    opted_out: Option<bool>,
    /// True: mail to their address came back.
    #[schema(example = false, nullable = false)]
    bounced: Option<bool>,
    /// True keeps them out of lists and surveys; false takes them back.
    #[schema(example = false, nullable = false)]
    archived: Option<bool>,
}

/// Makes the contact, or changes it.
pub async fn contact(ctx: &Ctx, reference: &str, input: UpsertContact, must: Precondition) -> Result<Upserted> {
    ctx.may(Action::ChangeContacts)?;
    let source = source(ctx)?;
    let archived = input.archived;
    let draft = read(reference, input)?;
    twice(|| {
        let (inner, source, draft) = (ctx.clone(), source.clone(), draft.clone());
        ctx.write(move |tx| async move {
            let old = found(&tx, &source, &draft.row.reference).await?;
            must.check(old.as_ref().map(|old| old.version))?;
            if let Some(stayed) = old.as_ref().and_then(|old| old.merged_into_id) {
                let seen = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(stayed)).maybe().await?;
                return Err(merged("contact", seen.map(|row| row.id)));
            }
            let row = draft.over(&tx, old.as_deref()).await?;
            let outcome = match put(&inner, &tx, &source, Batch::Contacts(vec![row.clone()])).await?.pop() {
                Some(Err(refusal)) => return Err(Error::Invalid(faults("", &refusal))),
                Some(Ok(outcome)) => outcome,
                None => return Err(Error::internal("a row was not judged")),
            };
            let mut written = found(&tx, &source, &row.reference).await?.ok_or(Error::NotFound("contact"))?;
            if archived.is_some_and(|archived| archived != written.archived_at.is_some()) {
                if archived == Some(true) {
                    tx.shut_out_contacts(&[written.id]).await?;
                }
                let (now, version) = (tx.now(), written.version + i32::from(outcome == Outcome::Unchanged));
                written = tx
                    .update::<contact::Entity>(written, |row| {
                        row.archived_at = Set(archived.unwrap_or_default().then_some(now));
                        row.version = Set(version);
                        row.updated_at = Set(now);
                    })
                    .await?;
            }
            let (ContactId(id), created) = (written.id, outcome == Outcome::Created);
            Ok(Upserted { id, reference: row.reference, version: written.version, created })
        })
    })
    .await
}

async fn found(tx: &Tx, source: &str, reference: &str) -> Result<Option<crate::store::Visible<contact::Model>>> {
    let find = tx.find::<contact::Entity>().filter(contact::Column::Source.eq(source));
    find.filter(contact::Column::Reference.eq(reference)).lock().maybe().await
}

/// A row, but for its name and account, which may stay.
#[derive(Clone)]
struct Draft {
    row: ContactRow,
    name: Option<String>,
    account: Option<Pointer>,
}

impl Draft {
    async fn over(self, tx: &Tx, old: Option<&contact::Model>) -> Result<ContactRow> {
        let name = self.name.or_else(|| old.map(|old| old.name.clone()));
        let name = name.ok_or_else(|| Error::invalid("/name", "must be given for a new contact"))?;
        let stays = old.map(|old| pointer("account", By::Id, old.account_id.to_string()));
        let account = self.account.or(stays);
        let account =
            account.ok_or_else(|| Error::invalid("/account", "must be given for a new contact, or accountId"))?;
        if account.by == By::Id {
            // Whoever names an account by id gets the same answer as everywhere.
            let id = account.text.parse::<AccountId>().map_err(|_| Error::NotFound("account"))?;
            tx.find::<account::Entity>().filter(account::Column::Id.eq(id)).one("account").await?;
        }
        Ok(ContactRow { account, name, ..self.row })
    }
}

fn read(reference: &str, input: UpsertContact) -> Result<Draft> {
    let mut check = Check::default();
    let reference = check.line("ref", reference, MAX_LINE);
    let name = input.name.map(|name| check.line("name", &name, MAX_LINE));
    let account = input.account.map(|text| check.line("account", &text, MAX_LINE));
    let ways =
        vec![("account", By::Reference, account), ("accountId", By::Id, input.account_id.map(|id| id.to_string()))];
    let account = only(&mut check, "", ways);
    let row = ContactRow {
        row: 0,
        kept: Kept::default(),
        reference,
        account: pointer("account", By::Reference, ""),
        name: String::new(),
        email: input.email.checked(|text| check.email_opt("email", Some(&text))),
        title: input.title.checked(|text| check.line_opt("title", Some(&text), MAX_LINE)),
        roles: input.roles.checked(|roles| Some(roles.into_iter().collect::<ContactRoles>())),
        language: input.language.checked(|text| check.language_opt("language", Some(&text))),
        time_zone: input.time_zone.checked(|text| check.zone_opt("timeZone", Some(&text))),
        mail_state: match input.bounced {
            None => Given::Unmapped,
            Some(true) => Given::Value(MailState::Bounced),
            Some(false) => Given::Value(MailState::Ok),
        },
        opted_out: input.opted_out.map_or(Given::Unmapped, Given::Value),
        opted_out_at: None,
        muted: None,
    };
    check.done()?;
    Ok(Draft { row, name, account })
}
