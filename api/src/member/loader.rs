//! Members below other things: one statement for many.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{MemberId, member};

use super::Member;
use crate::{base::Error, ctx::Ctx, store::among};

pub struct MemberLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<MemberId> for MemberLoader {
    type Value = Member;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[MemberId]) -> Result<HashMap<MemberId, Member>, Self::Error> {
        let rows =
            self.0.find::<member::Entity>().filter(among::<member::Entity, _>(member::Column::Id, ids)).all().await?;
        Ok(rows.into_iter().map(|row| (row.id, row.into_inner().into())).collect())
    }
}
