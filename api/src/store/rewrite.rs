//! Changing many rows at once.

use entity::AuditAction;
use sea_orm::{ActiveModelBehavior, IntoActiveModel, ModelTrait};
use serde::Serialize;

use super::{
    Columns, Owned, Tx, Visible,
    bulk::{Taken, is_key},
};
use crate::base::{Error, Result};

impl Tx {
    /// Replaces rows that were read inside the scope, in as few statements as fit; gives how many
    /// really changed. The keys cannot change. No row may come twice.
    pub async fn rewrite<E: Owned>(&self, rows: Vec<(Visible<E::Model>, E::Model)>) -> Result<usize>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + ModelTrait<Entity = E> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let (mut changed, mut sets) = (Vec::new(), Columns::default());
        for (before, after) in rows {
            let news = Columns::apart(&*before, &after);
            if news == Columns::default() {
                continue;
            }
            let columns: Vec<_> = news.of::<E>().filter_map(|(column, set)| set.then_some(column)).collect();
            if columns.iter().any(is_key::<E>) {
                return Err(Error::internal("a rewrite changed the key"));
            }
            self.note::<E>(AuditAction::Update, &after, Some(&before), Some(&columns))?;
            changed.push(after);
            sets |= news;
        }
        let count = changed.len();
        self.put::<E>(changed, Taken::Sets(sets)).await?;
        Ok(count)
    }
}
