//! Teams below other things: one statement for many.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{TeamId, team};

use super::Team;
use crate::{base::Error, ctx::Ctx, store::among};

pub struct TeamLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<TeamId> for TeamLoader {
    type Value = Team;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[TeamId]) -> Result<HashMap<TeamId, Team>, Self::Error> {
        let rows = self.0.find::<team::Entity>().filter(among::<team::Entity, _>(team::Column::Id, ids)).all().await?;
        Ok(rows.into_iter().map(|row| (row.id, row.into_inner().into())).collect())
    }
}
