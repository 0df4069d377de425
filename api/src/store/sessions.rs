//! Ending sign-ins, in the transaction of whatever ends them.

use entity::session::{Column, Entity, Model};
use sea_orm::{
    ColumnTrait,
    sea_query::{IntoCondition, Order},
};

use super::Tx;
use crate::base::Result;

impl Tx {
    /// Ends those of these sign-ins that have not ended; gives how many. Their tokens are refused from the next request
    /// on, and what was ended is not begun again.
    pub async fn end_sessions(&self, which: impl IntoCondition) -> Result<usize> {
        let now = self.now();
        let live = self
            .everywhere::<Entity>()
            .filter(which)
            .filter(Column::RevokedAt.is_null())
            .filter(Column::ExpiresAt.gt(now));
        let rows = live.order(Column::Id, Order::Asc).lock().all().await?;
        let changes: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let ended = Model { revoked_at: Some(now), ..Model::clone(&row) };
                (row, ended)
            })
            .collect();
        let ended = changes.len();
        self.rewrite::<Entity>(changes).await?;
        Ok(ended)
    }
}
