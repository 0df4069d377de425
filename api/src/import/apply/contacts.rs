//! Contacts. A new address starts afresh, as at every door; an opt-out is never lifted by a file.

use std::collections::HashMap;

use entity::{AccountId, ContactId, ContactRoles, MailState, Muted, Time, account, contact};
use tokio::try_join;

use super::{
    Apply, Fresh, Setting, Verdict,
    lookup::{Book, Contact, Pointed},
    old::Old,
};
use crate::{
    base::{Result, key},
    contact::revoke,
    import::{ContactRow, Given, Kept, Outcome, RowError},
    store::{Later, Tx, Visible, among},
};

/// Whose an address is at an account.
type Addresses = HashMap<(String, AccountId), ContactId>;

/// What a part knows of accounts and addresses.
struct Desk<'c> {
    accounts: Book<account::Entity>,
    /// One given up in this part is free in the next.
    emails: Addresses,
    /// Of the chunk's new contacts.
    fresh: &'c Addresses,
    now: Time,
    source: String,
}

impl Apply for ContactRow {
    /// The addresses of the chunk's new contacts, which may not be written yet.
    type Memory = Addresses;
    type Batch = Fresh<contact::Model>;
    const LATER: Option<Later> = Some(Later { table: "contact", indexes: &["contact_updated"], follows: None });

    async fn apply(
        tx: &Tx,
        setting: &Setting,
        memory: &mut Addresses,
        rows: Vec<Self>,
    ) -> Result<(Vec<Verdict>, Self::Batch)> {
        let (source, look) = (&setting.source, setting.look(tx));
        let (mut old, accounts, emails) = try_join!(
            Old::<contact::Entity>::load(&look, setting, rows.iter().map(|row| (&row.kept, row.reference.as_str()))),
            Book::open(&look, source, rows.iter().map(|row| &row.account)),
            emails(tx, &rows),
        )?;
        let mut desk = Desk { accounts, emails, fresh: memory, now: tx.now(), source: source.clone() };
        let (mut fresh, mut changed, mut moved, mut left) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut verdicts = Vec::new();
        for row in rows {
            let old = old.take(row.row, &row.kept, &row.reference);
            // Who was merged away is kept as they were; the one who stayed has a row of their own.
            if matches!(&old, Ok(Some(old)) if old.merged_into_id.is_some()) {
                verdicts.push(Outcome::Unchanged.into());
                continue;
            }
            let decided = old.and_then(|old| Ok((desk.decide(tx, &row, old.as_ref())?, old)));
            let (new, old) = match decided {
                Ok(decided) => decided,
                Err(fault) => {
                    verdicts.push(Verdict::Refused(fault.into()));
                    continue;
                }
            };
            let outcome = match old {
                None => {
                    fresh.push(new);
                    Outcome::Created
                }
                Some(old) if *old == new => Outcome::Unchanged,
                Some(old) => {
                    if old.email_key != new.email_key {
                        moved.push(old.id);
                    } else if new.archived_at.is_some() {
                        left.push(old.id);
                    }
                    let version = old.version + 1;
                    changed.push((old, contact::Model { version, updated_at: desk.now, ..new }));
                    Outcome::Updated
                }
            };
            verdicts.push(outcome.into());
        }
        revoke(tx, &moved).await?;
        tx.shut_out_contacts(&left).await?;
        tx.rewrite::<contact::Entity>(changed).await?;
        let fresh = Fresh::of(&desk.accounts, fresh);
        memory.extend(fresh.rows.iter().filter_map(address));
        Ok((verdicts, fresh))
    }

    async fn write(tx: Tx, Fresh { accounts, mut rows }: Self::Batch) -> Result<()> {
        // Contacts of one account lie together, in the table and in what leads to them.
        rows.sort_unstable_by_key(|row| (row.account_id, row.id));
        tx.insert_each::<contact::Entity>(&accounts, rows).await
    }

    async fn settle(_: &Tx, memory: &mut Addresses) -> Result<()> {
        memory.clear();
        Ok(())
    }
}

/// The address of a contact, and whose it is.
fn address(row: &contact::Model) -> Option<((String, AccountId), ContactId)> {
    Some(((row.email_key.clone()?, row.account_id), row.id))
}

async fn emails(tx: &Tx, rows: &[ContactRow]) -> Result<Addresses> {
    let keys: Vec<String> = rows.iter().filter_map(|row| row.email.clone().value()).map(|email| key(&email)).collect();
    let find = tx.find::<contact::Entity>().filter(among::<contact::Entity, _>(contact::Column::EmailKey, &keys));
    let rows = find.some::<Contact>(contact::Entity::COLUMNS).await?;
    Ok(rows.iter().filter_map(|row| Some(((row.email_key.clone()?, row.account_id), row.id))).collect())
}

impl Desk<'_> {
    fn decide(
        &mut self,
        tx: &Tx,
        row: &ContactRow,
        old: Option<&Visible<contact::Model>>,
    ) -> Result<contact::Model, RowError> {
        let account = self.accounts.get(&row.account, row.row, |_| true)?;
        if old.is_some_and(|old| old.account_id != account.id) {
            let rule = "is not the account this contact is at; a contact stays with its account";
            return Err(row.account.error(row.row, rule));
        }
        let mut new = old.map_or_else(|| self.blank(tx, account.id, &row.kept), |old| contact::Model::clone(old));
        let email_before = new.email_key.clone();
        new.email = row.email.clone().over(new.email);
        new.email_key = new.email.as_deref().map(key);
        if let Some(word) = &new.email_key {
            let at = (word.clone(), account.id);
            let new_one = self.fresh.get(&at).copied();
            let holder = new_one.unwrap_or_else(|| *self.emails.entry(at).or_insert(new.id));
            if holder != new.id {
                let email = new.email.as_deref().unwrap_or_default();
                return Err(RowError::new(
                    row.row,
                    "email",
                    email,
                    "is the address of another contact of this account",
                ));
            }
        }
        new.name.clone_from(&row.name);
        new.name_key = key(&row.name);
        if let Some((source, reference)) = row.kept.origin(&row.reference, &self.source) {
            (new.source, new.reference) = (Some(source), Some(reference));
        }
        new.title = row.title.clone().over(new.title);
        new.roles = row.roles.over(Some(new.roles)).unwrap_or_default();
        new.language = row.language.clone().over(new.language);
        new.time_zone = row.time_zone.clone().over(new.time_zone);
        if email_before != new.email_key && new.mail_state == MailState::Bounced {
            new.mail_state = MailState::Ok;
        }
        // Whoever said no themselves is not talked over by a file.
        if new.mail_state != MailState::Unsubscribed {
            new.mail_state = row.mail_state.over(Some(new.mail_state)).unwrap_or(MailState::Ok);
        }
        new.muted = Muted(new.muted.0 | row.muted.unwrap_or_default().0);
        if row.opted_out == Given::Value(true) || row.opted_out_at.is_some() || new.muted == Muted::ALL {
            new.opted_out_at = new.opted_out_at.or(row.opted_out_at).or(Some(self.now));
            new.muted = Muted::ALL;
        }
        new.archived_at = row.kept.archived_at.over(new.archived_at);
        Ok(new)
    }

    fn blank(&self, tx: &Tx, account_id: AccountId, kept: &Kept) -> contact::Model {
        contact::Model {
            id: kept.id.map_or_else(|| tx.id(), ContactId),
            account_id,
            name: String::new(),
            name_key: String::new(),
            email: None,
            email_key: None,
            title: None,
            roles: ContactRoles::default(),
            language: None,
            time_zone: None,
            mail_state: MailState::Ok,
            opted_out_at: None,
            source: kept.source.clone(),
            reference: None,
            archived_at: None,
            version: 1,
            created_at: kept.created_at.unwrap_or(self.now),
            updated_at: self.now,
            muted: Muted::default(),
            merged_into_id: kept.merged_into.map(ContactId),
        }
    }
}
