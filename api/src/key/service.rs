//! Making, listing and revoking keys.

use chrono::TimeDelta;
use entity::{Digest, KeyId, Time, api_key, team};
use sea_orm::{ActiveValue::Set, ColumnTrait, sea_query::Order};

use super::{CreateIntegrationKey, IntegrationKey, RotateIntegrationKey};
use crate::{
    access::{Action, KeyScope},
    base::{Check, Error, MAX_LINE, Result},
    ctx::Ctx,
    secure::ApiKey,
};

/// Hours that a key may work on beside the one that follows it, at most: 30 days.
const MAX_OVERLAP: i32 = 720;

/// Makes a key; its text is given here and never again.
pub async fn create(ctx: &Ctx, input: CreateIntegrationKey) -> Result<(KeyId, ApiKey)> {
    ctx.may(Action::ManageKeys)?;
    let mut check = Check::default();
    let name = check.line("name", &input.name, MAX_LINE);
    let source = check.line("source", &input.source, MAX_LINE);
    let scopes = scopes(&mut check, &input.scopes);
    if input.expires_at.is_some_and(|at| at <= ctx.now()) {
        check.fault("expiresAt", "must lie in the future");
    }
    check.done()?;
    let (text, prefix, secret_hash) = fresh(ctx);
    let id = ctx
        .write(move |tx| async move {
            if let Some(team) = input.team_id {
                tx.find::<team::Entity>().filter(team::Column::Id.eq(team)).one("team").await?;
            }
            let row = api_key::Model {
                id: tx.id(),
                name,
                prefix,
                secret_hash,
                scopes,
                team_id: input.team_id,
                source,
                expires_at: input.expires_at,
                revoked_at: None,
                last_used_at: None,
                created_at: tx.now(),
            };
            Ok(tx.insert::<api_key::Entity>(row).await?.id)
        })
        .await?;
    Ok((id, text))
}

fn fresh(ctx: &Ctx) -> (ApiKey, String, Digest) {
    let mut random = [0; 32];
    ctx.env().db.random().fill(&mut random);
    let text = ApiKey::new(random);
    let (prefix, digest) = (text.prefix().to_owned(), text.digest());
    (text, prefix, digest)
}

/// Makes a key that allows the same as another one, which works on for a while. Gives the new one.
pub async fn rotate(ctx: &Ctx, input: RotateIntegrationKey) -> Result<(KeyId, ApiKey)> {
    ctx.may(Action::ManageKeys)?;
    let mut check = Check::default();
    let overlap = check.range("overlapHours", input.overlap_hours, 0, MAX_OVERLAP);
    if input.expires_at.is_some_and(|at| at <= ctx.now()) {
        check.fault("expiresAt", "must lie in the future");
    }
    check.done()?;
    let (text, prefix, secret_hash) = fresh(ctx);
    let id = ctx
        .write(move |tx| async move {
            let find = tx.find::<api_key::Entity>().filter(api_key::Column::Id.eq(input.id));
            let old = find.lock().one("key").await?;
            let now = tx.now();
            if old.revoked_at.is_some() || old.expires_at.is_some_and(|at| at <= now) {
                return Err(Error::conflict("this key has ended already; make a new one"));
            }
            let row = api_key::Model {
                id: tx.id(),
                prefix,
                secret_hash,
                expires_at: input.expires_at,
                last_used_at: None,
                created_at: now,
                ..api_key::Model::clone(&old)
            };
            let until = Time::new(now.0 + TimeDelta::hours(overlap.into()));
            if old.expires_at.is_none_or(|at| at > until) {
                tx.update::<api_key::Entity>(old, |row| row.expires_at = Set(Some(until))).await?;
            }
            Ok(tx.insert::<api_key::Entity>(row).await?.id)
        })
        .await?;
    Ok((id, text))
}

/// Ends a key, and every session it has opened. Ending it again changes nothing.
pub async fn revoke(ctx: &Ctx, id: KeyId) -> Result<KeyId> {
    ctx.may(Action::ManageKeys)?;
    ctx.write(move |tx| async move {
        let row = tx.find::<api_key::Entity>().filter(api_key::Column::Id.eq(id)).lock().one("key").await?;
        if row.revoked_at.is_none() {
            let now = tx.now();
            tx.update::<api_key::Entity>(row, |row| row.revoked_at = Set(Some(now))).await?;
        }
        Ok(id)
    })
    .await
}

/// All keys, the newest first (at most 1,000); the revoked and expired ones too.
pub async fn list(ctx: &Ctx) -> Result<Vec<IntegrationKey>> {
    ctx.may(Action::ManageKeys)?;
    let rows = ctx.find::<api_key::Entity>().order(api_key::Column::Id, Order::Desc).limit(1_000).all().await?;
    Ok(rows.into_iter().map(|row| row.into_inner().into()).collect())
}

/// One key.
pub async fn get(ctx: &Ctx, id: KeyId) -> Result<IntegrationKey> {
    ctx.may(Action::ManageKeys)?;
    let row = ctx.find::<api_key::Entity>().filter(api_key::Column::Id.eq(id)).one("key").await?;
    Ok(row.into_inner().into())
}

/// As they are stored: known ones, each once, in their usual order, separated by one space.
fn scopes(check: &mut Check, words: &[String]) -> String {
    if words.is_empty() {
        check.fault("scopes", "must name at least one scope");
    }
    let mut named = Vec::new();
    // One word more than there are scopes is a mistake already; the rest adds nothing to the answer.
    for (at, word) in words.iter().enumerate().take(KeyScope::ALL.len() + 1) {
        match word.parse::<KeyScope>() {
            Ok(scope) if named.contains(&scope) => check.fault(&format!("scopes/{at}"), "must not be named twice"),
            Ok(scope) => named.push(scope),
            Err(rule) => check.fault(&format!("scopes/{at}"), rule),
        }
    }
    let ordered = KeyScope::ALL.into_iter().filter(|scope| named.contains(scope));
    ordered.map(KeyScope::as_str).collect::<Vec<_>>().join(" ")
}
