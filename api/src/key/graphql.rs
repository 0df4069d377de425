//! Integration keys at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result, SimpleObject};
use entity::KeyId;

use super::{CreateIntegrationKey, IntegrationKey, RotateIntegrationKey, create, get, list, revoke, rotate};
use crate::{
    ctx::{Ctx, failed},
    graph::team_of,
    team::Team,
};

#[derive(Default)]
pub struct KeyQuery;

#[Object]
impl KeyQuery {
    /// All integration keys, the newest first (at most 1,000). For admins.
    async fn integration_keys(&self, cx: &Context<'_>) -> Result<Option<Vec<IntegrationKey>>> {
        list(cx.data::<Ctx>()?).await.map(Some).map_err(failed)
    }
}

/// A new key and its text.
#[derive(SimpleObject)]
#[graphql(serial)]
struct CreatedIntegrationKey {
    /// What is shown of it from now on.
    key: IntegrationKey,
    /// The key itself, shown only here: keep it where the integration finds it.
    secret: String,
}

#[derive(Default)]
pub struct KeyMutation;

#[Object]
impl KeyMutation {
    /// Makes a key for an outside system. For admins.
    async fn create_integration_key(
        &self,
        cx: &Context<'_>,
        input: CreateIntegrationKey,
    ) -> Result<Option<CreatedIntegrationKey>> {
        let ctx = cx.data::<Ctx>()?;
        let (id, text) = create(ctx, input).await.map_err(failed)?;
        let key = get(ctx, id).await.map_err(failed)?;
        Ok(Some(CreatedIntegrationKey { key, secret: text.text().to_owned() }))
    }

    /// Makes a key that allows the same as another, which works on for some hours: time to put the new one in its place.
    /// For admins.
    async fn rotate_integration_key(
        &self,
        cx: &Context<'_>,
        input: RotateIntegrationKey,
    ) -> Result<Option<CreatedIntegrationKey>> {
        let ctx = cx.data::<Ctx>()?;
        let (id, text) = rotate(ctx, input).await.map_err(failed)?;
        let key = get(ctx, id).await.map_err(failed)?;
        Ok(Some(CreatedIntegrationKey { key, secret: text.text().to_owned() }))
    }

    /// Ends a key, and every sign-in it has made, at once. For admins.
    async fn revoke_integration_key(&self, cx: &Context<'_>, id: KeyId) -> Result<Option<IntegrationKey>> {
        let ctx = cx.data::<Ctx>()?;
        let id = revoke(ctx, id).await.map_err(failed)?;
        get(ctx, id).await.map(Some).map_err(failed)
    }
}

#[ComplexObject]
impl IntegrationKey {
    /// The team whose accounts it sees, and those below; all accounts where null.
    async fn team(&self, cx: &Context<'_>) -> Result<Option<Team>> {
        team_of(cx, self.team_id).await
    }
}
