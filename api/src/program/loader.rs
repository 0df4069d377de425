//! Programmes and funnels below waves: one statement for many, in the viewer's scope.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{ProgramId, WaveId, program};

use super::Program;
use crate::{
    access::Action,
    base::Error,
    ctx::Ctx,
    invitation::{Funnel, of_waves},
    store::among,
};

pub struct ProgramLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<ProgramId> for ProgramLoader {
    type Value = Program;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ProgramId]) -> Result<HashMap<ProgramId, Program>, Self::Error> {
        self.0.may(Action::ReadPrograms)?;
        let which = among::<program::Entity, _>(program::Column::Id, ids);
        let rows = self.0.find::<program::Entity>().filter(which).all().await?;
        let programs = rows.into_iter().map(|row| Ok((row.id, row.into_inner().try_into()?)));
        programs.collect()
    }
}

/// Loads how far waves have come, at the accounts in scope.
pub struct FunnelLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<WaveId> for FunnelLoader {
    type Value = Funnel;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[WaveId]) -> Result<HashMap<WaveId, Funnel>, Self::Error> {
        let groups = of_waves(&self.0, ids).await?;
        Ok(groups.into_iter().filter_map(|group| Some((group.wave_id?, group.funnel))).collect())
    }
}
