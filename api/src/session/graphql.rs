//! Who you are, at the GraphQL door.

use async_graphql::{Context, Object, Result};

use super::me::{Me, me};
use crate::ctx::{Ctx, failed};

#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// Who you are and what you are to the company.
    async fn me(&self, cx: &Context<'_>) -> Result<Option<Me>> {
        me(cx.data::<Ctx>()?).await.map(Some).map_err(failed)
    }
}
