//! The keys that sign access tokens: made, followed by others, and known to every process.
//!
//! A new key is shown in the key set before it signs, and an old one verifies for as long as a token of it may last. A
//! process looks again every minute, and when a token names a key that it does not know.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{Digest, Time, signing_key};
use sea_orm::{ActiveValue::Set, sea_query::Order};

use super::service::DEMO;
use crate::{
    access::Viewer,
    base::{Error, Result},
    ctx::{Ctx, Env},
    secure::{Keyring, PublicKey, SEED_BYTES, Secret, SigningKey},
    store::{Db, Find, Store, Tx, Visible},
};

/// How long a key is shown before it signs: others keep the key set for five minutes, and our processes look once a
/// minute.
const SHOWN: TimeDelta = TimeDelta::minutes(10);
/// Keys that are read, at most.
const READ: u64 = 10;

type Row = Visible<signing_key::Model>;

/// A key that follows others.
#[derive(Clone, Debug)]
pub struct Rotated {
    /// Its `kid`.
    pub id: String,
    /// When it begins to sign.
    pub signs_from: Time,
    /// When those before it end to verify.
    pub others_end: Time,
}

/// The keys that sign and check tokens; the first one is made where there is none.
pub async fn keyring(db: &Db, secret: &Secret) -> Result<Keyring> {
    let store = db.store(Arc::new(Viewer::system()));
    let now = db.clock().now();
    let mut rows = keys(store.find(), now).await?;
    if rows.is_empty() {
        let row = fresh(db, secret, now)?;
        let insert = move |tx: Tx| async move {
            tx.set_up().await?;
            if keys(tx.find(), now).await?.is_empty() {
                tx.insert::<signing_key::Entity>(row).await?;
            }
            keys(tx.find(), now).await
        };
        rows = store.write(insert).await?;
    }
    let ring = ring(&rows, secret, now)?;
    if rows.iter().any(|row| !secret.is_of_today(&row.sealed.0)) {
        Box::pin(reseal(&store, db, secret)).await?;
    }
    Ok(ring)
}

/// Whether this secret opens the key that signs; none where there is no key yet. Changes nothing.
pub async fn is_opened(db: &Db, secret: Option<&Secret>) -> Result<Option<bool>> {
    let (store, now) = (db.store(Arc::new(Viewer::system())), db.clock().now());
    let rows = keys(store.find(), now).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    Ok(Some(secret.is_some_and(|secret| ring(&rows, secret, now).is_ok())))
}

/// Seals those keys anew that the secret before this one has sealed, so that it can be forgotten.
async fn reseal(store: &Store, db: &Db, secret: &Secret) -> Result<()> {
    let (secret, random) = (secret.clone(), Arc::clone(db.random()));
    let change = move |tx: Tx| async move {
        tx.set_up().await?;
        for row in keys(tx.find(), tx.now()).await? {
            let theirs =
                (!secret.is_of_today(&row.sealed.0)).then(|| SigningKey::unseal(&secret, &row.sealed.0, &row.id));
            let Some(key) = theirs.flatten() else { continue };
            let sealed = key.seal(&secret, &|bytes| random.fill(bytes)).map_err(Error::internal)?;
            tx.update::<signing_key::Entity>(row, |row| row.sealed = Set(Digest(sealed))).await?;
        }
        Ok(())
    };
    store.write(change).await
}

fn ring(rows: &[Row], secret: &Secret, now: Time) -> Result<Keyring> {
    let signs = rows.iter().filter(|row| row.signs_from.is_none_or(|from| from <= now));
    let current = signs.max_by_key(|row| (row.signs_from, row.created_at));
    let current = current.or(rows.last()).ok_or_else(|| Error::internal("no signing key"))?;
    let signing = SigningKey::unseal(secret, &current.sealed.0, &current.id).ok_or_else(|| {
        Error::internal("the signing key cannot be opened: STEWARD_SECRET, or the file steward.secret, is not the one this database \
             was made with; where it was changed, give the old one as STEWARD_SECRET_PREVIOUS")
    })?;
    let others = rows
        .iter()
        .filter(|row| row.id != current.id)
        .map(|row| PublicKey::parse(&row.public_key).map_err(Error::internal));
    Ok(Keyring::new(signing, others.collect::<Result<_>>()?))
}

/// Reads the keys again, for whatever another process has made of them meanwhile.
pub async fn renew(env: &Env) -> Result<()> {
    let ring = keyring(&env.db, &env.secret).await?;
    // What was verified is remembered as long as the keys are the same.
    if ring.jwks() != env.tokens.keyring().jwks() {
        env.tokens.replace(ring);
    }
    Ok(())
}

/// Makes a key that follows those there are. In time: it signs after ten minutes, and the others verify for as long as
/// their last token may last. At once, where a key may have been stolen: it signs now, and no token of the others
/// works any more; who is signed in goes on by refreshing.
pub async fn rotate(system: &Ctx, at_once: bool) -> Result<Rotated> {
    let (env, now) = (system.env(), system.now());
    let signs_from = if at_once { now } else { Time::new(now.0 + SHOWN) };
    let others_end = if at_once { now } else { Time::new(signs_from.0 + DEMO) };
    let row = signing_key::Model { signs_from: Some(signs_from), ..fresh(&env.db, &env.secret, now)? };
    let id = row.id.clone();
    system
        .write(move |tx| async move {
            tx.set_up().await?;
            let others = keys(tx.find(), now).await?;
            if !at_once && others.iter().any(|other| other.signs_from.is_some_and(|from| from > now)) {
                return Err(Error::conflict("another key is to follow already; wait until it signs"));
            }
            for other in others {
                let end = other.retired_at.map_or(others_end, |end| end.min(others_end));
                tx.update::<signing_key::Entity>(other, |row| row.retired_at = Set(Some(end))).await?;
            }
            tx.insert::<signing_key::Entity>(row).await.map(drop)
        })
        .await?;
    renew(env).await?;
    Ok(Rotated { id, signs_from, others_end })
}

fn fresh(db: &Db, secret: &Secret, now: Time) -> Result<signing_key::Model> {
    let mut seed = [0; SEED_BYTES];
    let fill = |bytes: &mut [u8]| db.random().fill(bytes);
    fill(&mut seed);
    let fresh = SigningKey::from_seed(&seed).map_err(Error::internal)?;
    Ok(signing_key::Model {
        id: fresh.public().id().to_owned(),
        public_key: fresh.public().x().to_owned(),
        sealed: Digest(fresh.seal(secret, &fill).map_err(Error::internal)?),
        created_at: now,
        retired_at: None,
        signs_from: None,
    })
}

/// Those that verify still, the newest first.
async fn keys(all: Find<'_, signing_key::Entity>, now: Time) -> Result<Vec<Row>> {
    use signing_key::Column::{CreatedAt, Id};
    let mut rows = all.order(CreatedAt, Order::Desc).order(Id, Order::Asc).limit(READ).all().await?;
    rows.retain(|row| row.retired_at.is_none_or(|end| end > now));
    Ok(rows)
}
