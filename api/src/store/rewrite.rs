//! Changing many rows at once.

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn,
    sea_query::OnConflict,
};
use serde::Serialize;

use super::{Owned, Tx, Visible, from_db, tx::VALUES};
use crate::base::{Error, Result};
use entity::AuditAction;

impl Tx {
    /// Replaces rows that were read inside the scope, in as few statements as fit; gives how many
    /// really changed. The keys cannot change. No row may come twice.
    pub async fn rewrite<E: Owned>(&self, rows: Vec<(Visible<E::Model>, E::Model)>) -> Result<usize>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + ModelTrait<Entity = E> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let keys: Vec<_> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
        let is_key = |column: &E::Column| keys.iter().any(|key| format!("{key:?}") == format!("{column:?}"));
        let columns: Vec<_> = E::Column::iter().collect();
        let mut changed = Vec::new();
        for (before, after) in rows {
            let news: Vec<_> = columns.iter().copied().filter(|c| before.get(*c) != after.get(*c)).collect();
            if news.iter().any(is_key) {
                return Err(Error::internal("a rewrite changed the key"));
            }
            if !news.is_empty() {
                self.note::<E>(AuditAction::Update, &after, Some(&before), Some(&news))?;
                changed.push(after);
            }
        }
        let count = changed.len();
        let mut changed = changed.into_iter().peekable();
        while changed.peek().is_some() {
            let mut conflict = OnConflict::columns(keys.iter().copied());
            conflict.update_columns(columns.iter().copied().filter(|column| !is_key(column)));
            let chunk =
                changed.by_ref().take(VALUES / columns.len().max(1)).map(|row| row.into_active_model().reset_all());
            E::insert_many(chunk).on_conflict(conflict).exec_without_returning(&*self.conn).await.map_err(from_db)?;
        }
        Ok(count)
    }
}
