//! Accounts below other things: one statement for all of a list that want the same.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{AccountId, account};

use super::{Account, Want, read};
use crate::{base::Error, ctx::Ctx, store::among};

/// Loads accounts by id, each with what is wanted below it.
pub struct AccountLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<(AccountId, Want)> for AccountLoader {
    type Value = Account;
    type Error = std::sync::Arc<Error>;

    async fn load(&self, keys: &[(AccountId, Want)]) -> Result<HashMap<(AccountId, Want), Account>, Self::Error> {
        let mut by_want: HashMap<&Want, Vec<AccountId>> = HashMap::new();
        for (id, want) in keys {
            by_want.entry(want).or_default().push(*id);
        }
        let mut found = HashMap::new();
        for (want, ids) in by_want {
            let find = self.0.find::<account::Entity>().filter(among::<account::Entity, _>(account::Column::Id, &ids));
            for account in read(&self.0, find, want).await? {
                found.insert((account.id, want.clone()), account);
            }
        }
        Ok(found)
    }
}
