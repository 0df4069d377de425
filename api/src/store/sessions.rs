//! Ending sign-ins, and links that would begin one, in the transaction of whatever ends them.

use entity::{
    ContactId, MemberId, access_link, contact,
    session::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, IntoCondition, Order, Query},
};

use super::{Tx, among};
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

    /// Takes those of these links that work still, at once and once: gives how many. As with sign-ins it is no matter
    /// who sees links: whoever may change an address ends those that went to it.
    pub async fn take_links(&self, which: Condition) -> Result<u64> {
        let now = self.now();
        let live = which.add(access_link::Column::UsedAt.is_null()).add(access_link::Column::ExpiresAt.gt(now));
        let mut update = Query::update();
        update.table(access_link::Entity).cond_where(live).value(access_link::Column::UsedAt, Expr::val(now));
        self.execute(&update).await
    }

    /// Ends the sign-ins of these members, and the links that would let them in.
    pub async fn shut_out_members(&self, ids: &[MemberId]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        self.take_links(among::<access_link::Entity, _>(access_link::Column::MemberId, ids)).await?;
        self.end_sessions(among::<Entity, _>(Column::MemberId, ids)).await.map(drop)
    }

    /// Ends the sign-ins of these contacts, and the links that would let them in.
    pub async fn shut_out_contacts(&self, ids: &[ContactId]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        // Held first, as by whoever signs in: a sign-in points at its contact.
        let theirs = among::<contact::Entity, _>(contact::Column::Id, ids);
        self.everywhere::<contact::Entity>().filter(theirs).order(contact::Column::Id, Order::Asc).lock().all().await?;
        self.take_links(among::<access_link::Entity, _>(access_link::Column::ContactId, ids)).await?;
        self.end_sessions(among::<Entity, _>(Column::ContactId, ids)).await.map(drop)
    }
}
