//! Integrations: by their key they get a token, or, where they only look, no token is needed.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::api_key;
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};

use super::service::{ACCESS, Issued, issue};
use crate::{
    access::{KeyScope, Viewer},
    base::{Error, Result},
    ctx::{Ctx, Env},
    secure::ApiKey,
    store::Subject,
};

/// A key that is shown each time is noted as used no more often.
const NOTED: TimeDelta = TimeDelta::hours(1);

/// Signs an integration in.
pub async fn sign_in_by_key(ctx: &Ctx, text: &str) -> Result<Issued> {
    let system = Ctx::system(Arc::clone(ctx.env()));
    let id = live(&system, text).await?.id;
    let issued = issue(&system, Subject::Key(id), ACCESS).await?;
    note(&system, id).await?;
    Ok(issued)
}

/// Who shows a key itself, for programs that cannot sign in first. It sees no rows.
pub async fn authenticate_key(env: &Arc<Env>, text: &str) -> Result<Ctx> {
    let system = Ctx::system(Arc::clone(env));
    let key = live(&system, text).await?;
    if key.last_used_at.is_none_or(|at| system.now().0 - at.0 >= NOTED) {
        note(&system, key.id).await?;
    }
    Ok(Ctx::new(Arc::clone(env), Viewer::key(key.id, KeyScope::list(&key.scopes))))
}

/// The key of this text, if it works.
async fn live(system: &Ctx, text: &str) -> Result<api_key::Model> {
    const UNKNOWN: Error = Error::Unauthenticated("this key is not valid");
    let given = ApiKey::parse(text).ok_or(UNKNOWN)?;
    let found = system.find::<api_key::Entity>().filter(api_key::Column::SecretHash.eq(given.digest())).maybe().await?;
    let now = system.now();
    let live = found.filter(|row| row.revoked_at.is_none() && row.expires_at.is_none_or(|at| at > now));
    Ok(live.ok_or(UNKNOWN)?.into_inner())
}

/// Notes that a key was used. Not in the audit, which holds what it did.
async fn note(system: &Ctx, id: entity::KeyId) -> Result<()> {
    let now = system.now();
    let noted = system.write(move |tx| async move {
        let used = vec![(api_key::Column::LastUsedAt, Expr::val(now))];
        tx.set::<api_key::Entity>(Condition::all().add(api_key::Column::Id.eq(id)), used).await.map(drop)
    });
    noted.await
}
