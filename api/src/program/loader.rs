//! Programmes below waves: one statement for many, in the viewer's scope.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{ProgramId, program};

use super::Program;
use crate::{access::Action, base::Error, ctx::Ctx, store::among};

pub struct ProgramLoader(pub Ctx);

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
