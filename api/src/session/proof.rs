//! Whether somebody knows a member's password. Every door and way asks here, so that all tries for one member count
//! together, whoever makes them and from wherever; and for whom there is no member no less.

use chrono::TimeDelta;
use entity::{Digest, member};

use tokio::sync::Mutex;

use crate::{
    base::{Error, Result},
    ctx::Ctx,
    secure::{digest, password},
};

/// Wrong tries for one member, at most,
const TRIES: i32 = 10;
/// in this time; then none is looked at until it is over.
const SPAN: TimeDelta = TimeDelta::minutes(15);

/// Tries for one address wait for each other here, so that right ones made at once do not count against each other.
static TURNS: [Mutex<()>; 64] = [const { Mutex::const_new(()) }; 64];

fn counted(email_key: &str) -> Digest {
    digest(format!("password\0{email_key}"))
}

/// Whether `given` is the password of the member of this address. Takes the same time where there is no such member, and
/// answers [`Error::TooMany`] after ten wrong ones, right or wrong, known or not.
pub(super) async fn is_password_of(
    system: &Ctx,
    email_key: &str,
    member: Option<&member::Model>,
    given: &str,
) -> Result<bool> {
    let counter = counted(email_key);
    let key = counter.clone();
    let place = usize::from(counter.0.first().copied().unwrap_or_default());
    let _turn = match TURNS.get(place % TURNS.len()) {
        Some(turn) => Some(turn.lock().await),
        None => None,
    };
    // Counted before it is looked at: of many at once no more are looked at than of many in a row.
    let (tries, since) = system.write(move |tx| async move { tx.count_try(key, SPAN).await }).await?;
    if tries > TRIES {
        let wait = since.0 + SPAN - system.now().0;
        return Err(Error::TooMany(wait.to_std().unwrap_or_default()));
    }
    let hash = member.and_then(|row| row.password_hash.as_deref());
    let right = password::verify(given, hash).await.map_err(Error::internal)?;
    if right {
        system.write(move |tx| async move { tx.forget_tries(counter).await }).await?;
    }
    Ok(right)
}

/// Forgets the tries for a member who has shown in another way who they are.
pub async fn forgive(system: &Ctx, email_key: &str) -> Result<()> {
    let counter = counted(email_key);
    system.write(move |tx| async move { tx.forget_tries(counter).await }).await
}
