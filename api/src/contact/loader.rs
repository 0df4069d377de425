//! Which of the contacts that others name are in sight: one statement for all of a list.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{ContactId, contact};

use crate::{base::Error, ctx::Ctx, store::among};

/// Loads the ids of contacts, as far as they are seen.
pub struct SeenLoader(pub Ctx);

impl Loader<ContactId> for SeenLoader {
    type Value = ContactId;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ContactId]) -> Result<HashMap<ContactId, ContactId>, Self::Error> {
        let find = self.0.find::<contact::Entity>().filter(among::<contact::Entity, _>(contact::Column::Id, keys));
        Ok(find.all().await?.into_iter().map(|row| (row.id, row.id)).collect())
    }
}
