//! Accounts that a chunk of accounts names, as far as whoever exports them sees those too.

use std::collections::HashSet;

use entity::{AccountId, account};

use crate::{
    base::Result,
    ctx::Ctx,
    store::{Visible, among},
};

/// Which of the accounts that others name are in sight.
#[derive(Default)]
pub struct Seen(HashSet<AccountId>);

impl Seen {
    pub async fn read(ctx: &Ctx, rows: &[Visible<account::Model>]) -> Result<Self> {
        let named: HashSet<AccountId> =
            rows.iter().flat_map(|row| [row.parent_id, row.merged_into_id]).flatten().collect();
        let named: Vec<AccountId> = named.into_iter().collect();
        if named.is_empty() {
            return Ok(Self::default());
        }
        let find = ctx.find::<account::Entity>().filter(among::<account::Entity, _>(account::Column::Id, &named));
        Ok(Self(find.all().await?.into_iter().map(|row| row.id).collect()))
    }

    pub fn only(&self, id: Option<AccountId>) -> Option<AccountId> {
        id.filter(|id| self.0.contains(id))
    }
}
