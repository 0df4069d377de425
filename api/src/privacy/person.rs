//! Who somebody is here: their rows, and the words that name them.

use std::collections::{BTreeSet, HashSet};

use entity::{
    AccountId, ContactId, access_link, account, audit, contact, exclusion, interaction, invitation, response, session,
};
use sea_orm::{ColumnTrait, sea_query::Order};
use uuid::Uuid;

use crate::{
    base::{Error, Mentions, Result},
    store::{Tx, Visible, among},
};

/// A contact, those who were merged into them, and the rows that are theirs.
pub(super) struct Person {
    /// The contact first, then those who were merged into them.
    pub contacts: Vec<Visible<contact::Model>>,
    pub account: Visible<account::Model>,
    pub invitations: Vec<Visible<invitation::Model>>,
    pub responses: Vec<Visible<response::Model>>,
    pub interactions: Vec<Visible<interaction::Model>>,
    pub exclusions: Vec<Visible<exclusion::Model>>,
    pub sessions: Vec<Visible<session::Model>>,
    /// Links that would let them in, or did.
    pub links: Vec<Visible<access_link::Model>>,
}

impl Person {
    /// Reads them inside the scope, and holds their rows until the transaction ends: invitations first, as answers do.
    pub async fn hold(tx: &Tx, id: ContactId) -> Result<Self> {
        let find = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(id));
        let mut ids = vec![find.one("contact").await?.id];
        let mut last = ids.clone();
        while !last.is_empty() {
            let merged = among::<contact::Entity, _>(contact::Column::MergedIntoId, &last);
            last = tx.find::<contact::Entity>().filter(merged).all().await?.iter().map(|row| row.id).collect();
            ids.extend(&last);
        }
        let theirs = among::<invitation::Entity, _>(invitation::Column::ContactId, &ids);
        let find = tx.find::<invitation::Entity>().filter(theirs).order(invitation::Column::Id, Order::Asc);
        let invitations = find.lock().all().await?;
        let which = among::<contact::Entity, _>(contact::Column::Id, &ids);
        let find = tx.find::<contact::Entity>().filter(which).order(contact::Column::Id, Order::Asc);
        let mut contacts = find.lock().all().await?;
        contacts.sort_by_key(|row| row.id != id);
        let first = contacts.first().ok_or(Error::NotFound("contact"))?;
        let account = tx.account(first.account_id).await?;
        // Answers and entries are found by the account: they have no index by who gave them.
        let theirs = among::<response::Entity, _>(response::Column::ContactId, &ids);
        let find = tx.under::<response::Entity>(&account).filter(theirs).order(response::Column::Id, Order::Asc);
        let responses = find.lock().all().await?;
        let theirs = among::<interaction::Entity, _>(interaction::Column::ContactId, &ids);
        let find = tx.under::<interaction::Entity>(&account).filter(theirs).order(interaction::Column::Id, Order::Asc);
        let interactions = find.lock().all().await?;
        let theirs = among::<exclusion::Entity, _>(exclusion::Column::ContactId, &ids);
        let find = tx.under::<exclusion::Entity>(&account).filter(theirs).order(exclusion::Column::Id, Order::Asc);
        let exclusions = find.lock().all().await?;
        // Their account was seen; sign-ins belong to none, and are for admins otherwise.
        let theirs = among::<session::Entity, _>(session::Column::ContactId, &ids);
        let find = tx.everywhere::<session::Entity>().filter(theirs).order(session::Column::Id, Order::Asc);
        let sessions = find.lock().all().await?;
        let theirs = among::<access_link::Entity, _>(access_link::Column::ContactId, &ids);
        let links = tx.everywhere::<access_link::Entity>().filter(theirs).lock().all().await?;
        Ok(Self { contacts, account, invitations, responses, interactions, exclusions, sessions, links })
    }

    pub fn contact(&self) -> &Visible<contact::Model> {
        &self.contacts[0]
    }

    pub fn ids(&self) -> Vec<ContactId> {
        self.contacts.iter().map(|row| row.id).collect()
    }

    /// What the audit knows them by: their own rows, and those that are theirs.
    pub fn subjects(&self) -> Vec<Uuid> {
        let contacts = self.contacts.iter().map(|row| row.id.0);
        let rows = self.invitations.iter().map(|row| row.id.0).chain(self.responses.iter().map(|row| row.id.0));
        let rows = rows.chain(self.interactions.iter().map(|row| row.id.0));
        let rows = rows.chain(self.exclusions.iter().map(|row| row.id.0));
        let entrance = self.sessions.iter().map(|row| row.id.0).chain(self.links.iter().map(|row| row.id.0));
        contacts.chain(rows).chain(entrance).collect()
    }

    /// What letters and jobs about them are named by.
    pub fn letters(&self) -> HashSet<Uuid> {
        let rows = self.contacts.iter().map(|row| row.id.0).chain(self.invitations.iter().map(|row| row.id.0));
        rows.chain(self.requests()).collect()
    }

    /// What they have asked for a link by.
    pub fn requests(&self) -> impl Iterator<Item = Uuid> {
        self.links.iter().map(|row| row.request_id)
    }

    /// The names and addresses they have and had, and the accounts they were at, the one of now included.
    pub async fn past(&self, tx: &Tx) -> Result<(Mentions, Vec<AccountId>)> {
        let mut names = Mentions::default();
        let mut accounts = BTreeSet::from([self.account.id]);
        for row in &self.contacts {
            names.name(&row.name);
            row.email.iter().for_each(|address| names.address(address));
        }
        let ids: Vec<Uuid> = self.contacts.iter().map(|row| row.id.0).collect();
        let changes = among::<audit::Entity, _>(audit::Column::SubjectId, &ids);
        for row in tx.everywhere::<audit::Entity>().filter(changes).all().await? {
            accounts.extend(row.account_id);
            for values in [&row.before, &row.after].into_iter().flatten() {
                values["name"].as_str().into_iter().for_each(|name| names.name(name));
                values["email"].as_str().into_iter().for_each(|address| names.address(address));
            }
        }
        Ok((names, accounts.into_iter().collect()))
    }

    /// What the audit tells of them, the oldest first.
    pub async fn changes(&self, tx: &Tx) -> Result<Vec<audit::Model>> {
        let mut found = Vec::new();
        for some in self.subjects().chunks(1_024) {
            let which = among::<audit::Entity, _>(audit::Column::SubjectId, some);
            found.extend(
                tx.everywhere::<audit::Entity>().filter(which).all().await?.into_iter().map(Visible::into_inner),
            );
        }
        found.sort_by_key(|row| row.id);
        Ok(found)
    }
}
