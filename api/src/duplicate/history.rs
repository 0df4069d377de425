//! What hangs on a contact or an account, on its way to another.

use std::collections::HashMap;

use entity::{AccountId, ContactId, WaveId, WaveState, exclusion, interaction, invitation, response, wave};
use sea_orm::{
    ActiveModelBehavior, ColumnTrait, IntoActiveModel, ModelTrait,
    sea_query::{Condition, Expr},
};
use serde::Serialize;

use crate::{
    base::{Error, Result},
    store::{Owned, Tx, Visible, among},
};

/// Where rows go: to an account, and from contacts that go to contacts that stay.
pub struct Way {
    pub account: AccountId,
    pub people: HashMap<ContactId, ContactId>,
}

impl Way {
    fn of(&self, contact: Option<ContactId>) -> Option<ContactId> {
        contact.map(|id| self.people.get(&id).copied().unwrap_or(id))
    }

    /// Entries, answers and exclusions; each table's rows by its own condition.
    pub async fn carry(&self, tx: &Tx, which: [Condition; 3]) -> Result<()> {
        let [entries, answers, exclusions] = which;
        let rows = tx.find::<interaction::Entity>().filter(entries).all().await?;
        each::<interaction::Entity>(tx, rows, |row| {
            (row.account_id, row.contact_id) = (self.account, self.of(row.contact_id));
        })
        .await?;
        let rows = tx.find::<response::Entity>().filter(answers).all().await?;
        each::<response::Entity>(tx, rows, |row| {
            (row.account_id, row.contact_id) = (self.account, self.of(row.contact_id));
        })
        .await?;
        let rows = tx.find::<exclusion::Entity>().filter(exclusions).all().await?;
        each::<exclusion::Entity>(tx, rows, |row| {
            (row.account_id, row.contact_id) = (self.account, self.of(row.contact_id));
        })
        .await
    }

    /// Invitations. Nobody stands twice in one wave: where both were asked in it, the one whose link can still say no
    /// is the contact's who stays, and the other one's goes by the contact who goes.
    pub async fn invitations(&self, tx: &Tx, rows: Vec<Visible<invitation::Model>>) -> Result<()> {
        let goes = |row: &invitation::Model| row.contact_id.and_then(|id| self.people.get(&id).copied());
        let waves: Vec<WaveId> = rows.iter().filter(|row| goes(row).is_some()).map(|row| row.wave_id).collect();
        let staying: Vec<ContactId> = self.people.values().copied().collect();
        let mut taken = HashMap::new();
        if !waves.is_empty() {
            self.wait_for_waves(tx).await?;
            let asked = among::<invitation::Entity, _>(invitation::Column::ContactId, &staying);
            let asked = asked.add(among::<invitation::Entity, _>(invitation::Column::WaveId, &waves));
            for row in tx.find::<invitation::Entity>().filter(asked).lock().all().await? {
                taken.insert((row.wave_id, row.contact_id), row);
            }
        }
        let (mut moved, mut aside) = (Vec::new(), Vec::new());
        for row in rows {
            let mut new = invitation::Model { account_id: self.account, ..(*row).clone() };
            if let Some(to) = goes(&row) {
                let place = (row.wave_id, Some(to));
                match taken.get(&place) {
                    Some(other) if other.unsubscribe_hash.is_some() || row.unsubscribe_hash.is_none() => {}
                    _ => {
                        if let Some(other) = taken.remove(&place) {
                            let by = invitation::Model { contact_id: row.contact_id, ..(*other).clone() };
                            aside.push((other, by));
                        }
                        new.contact_id = Some(to);
                    }
                }
            }
            moved.push((row, new));
        }
        if !aside.is_empty() {
            let ids: Vec<_> = aside.iter().map(|(row, _)| row.id).collect();
            let out = among::<invitation::Entity, _>(invitation::Column::Id, &ids);
            tx.set::<invitation::Entity>(out, vec![(invitation::Column::ContactId, Expr::val(None::<ContactId>))])
                .await?;
        }
        tx.rewrite::<invitation::Entity>(moved).await?;
        tx.rewrite::<invitation::Entity>(aside).await.map(drop)
    }

    /// A wave that is being made may still come to the contact who stays.
    async fn wait_for_waves(&self, tx: &Tx) -> Result<()> {
        let going: Vec<ContactId> = self.people.keys().copied().collect();
        let asked = sea_orm::sea_query::Query::select()
            .column((invitation::Entity, invitation::Column::WaveId))
            .from(invitation::Entity)
            .cond_where(among::<invitation::Entity, _>(invitation::Column::ContactId, &going))
            .take();
        let making = tx
            .everywhere::<wave::Entity>()
            .filter(wave::Column::MadeAt.is_null())
            .filter(wave::Column::State.ne(WaveState::Cancelled))
            .filter(wave::Column::Id.in_subquery(asked));
        if making.count().await? == 0 {
            return Ok(());
        }
        Err(Error::conflict(
            "a wave that has asked one of these contacts is still being made; merge them when it is done",
        ))
    }
}

/// Rewrites rows that were read inside the scope.
pub async fn each<E: Owned>(tx: &Tx, rows: Vec<Visible<E::Model>>, change: impl Fn(&mut E::Model)) -> Result<()>
where
    E::Model: IntoActiveModel<E::ActiveModel> + ModelTrait<Entity = E> + Serialize + Send + Sync,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    let changes = rows.into_iter().map(|row| {
        let mut new = (*row).clone();
        change(&mut new);
        (row, new)
    });
    tx.rewrite::<E>(changes.collect()).await.map(drop)
}
