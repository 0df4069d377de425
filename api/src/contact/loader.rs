//! Which of the contacts that others name are in sight: one statement for all of a list.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{ContactId, contact};

use crate::{base::Error, ctx::Ctx};

/// Loads the ids of contacts, as far as they are seen.
pub struct SeenLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<ContactId> for SeenLoader {
    type Value = ContactId;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ContactId]) -> Result<HashMap<ContactId, ContactId>, Self::Error> {
        let named = keys.iter().map(|id| id.0).collect();
        let seen = self.0.store().seen::<contact::Entity>(contact::Column::Id, named).await?;
        Ok(seen.into_iter().map(|id| (ContactId(id), ContactId(id))).collect())
    }
}
