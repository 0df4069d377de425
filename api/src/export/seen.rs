//! Rows that those of a chunk name, as far as whoever exports them sees these too.

use std::collections::HashSet;

use uuid::Uuid;

use super::Line;
use crate::{base::Result, ctx::Ctx, store::among};

/// Which of the rows that others name are in sight.
#[derive(Default)]
pub struct Seen(HashSet<Uuid>);

impl Seen {
    pub async fn read<E: Line>(ctx: &Ctx, named: HashSet<Uuid>) -> Result<Self> {
        if named.is_empty() {
            return Ok(Self::default());
        }
        let named: Vec<Uuid> = named.into_iter().collect();
        let rows = ctx.find::<E>().filter(among::<E, _>(E::KEY, &named)).all().await?;
        Ok(Self(rows.iter().map(|row| E::key(row)).collect()))
    }

    pub fn only(&self, id: Option<Uuid>) -> Option<Uuid> {
        id.filter(|id| self.0.contains(id))
    }
}
