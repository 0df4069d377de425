//! A no outlives the address it was said at: who left it behind does not take the no along.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{ContactId, MailState, Muted, contact, refusal};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Order},
};

use crate::{
    access::Action,
    base::Result,
    ctx::Ctx,
    secure::digest,
    store::{Tx, Visible, among},
};

/// Keeps what these contacts want none of for the addresses they have now, which they are about to leave.
pub async fn remember(tx: &Tx, ids: &[ContactId]) -> Result<()> {
    let refusing = Condition::any()
        .add(contact::Column::Muted.ne(Muted::default()))
        .add(contact::Column::MailState.eq(MailState::Unsubscribed));
    let which = among::<contact::Entity, _>(contact::Column::Id, ids);
    let mut refused: HashMap<String, Muted> = HashMap::new();
    for row in tx.find::<contact::Entity>().filter(which).filter(refusing).all().await? {
        let muted = if row.mail_state == MailState::Unsubscribed { Muted::ALL } else { row.muted };
        if let Some(key) = row.email_key.clone() {
            refused.entry(key).or_default().0 |= muted.0;
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    let known = tx.everywhere::<refusal::Entity>().filter(at(refused.keys())).lock().all().await?;
    for row in known {
        let Some(key) = refused.keys().find(|key| address(key) == row.address).cloned() else { continue };
        let muted = Muted(row.muted.0 | refused.remove(&key).unwrap_or_default().0);
        tx.update::<refusal::Entity>(row, |row| row.muted = Set(muted)).await?;
    }
    let rows = refused.into_iter().map(|(key, muted)| refusal::Model { address: address(&key), muted, at: now });
    tx.insert_all::<refusal::Entity>(rows.collect()).await
}

/// What was refused at these normalised addresses by contacts who have left them.
pub async fn refused(tx: &Tx, keys: &[String]) -> Result<HashMap<String, Muted>> {
    let found = tx.everywhere::<refusal::Entity>().filter(at(keys.iter())).all().await?;
    let known: HashMap<_, _> = found.into_iter().map(|row| (row.address.clone(), row.muted)).collect();
    let of = |key: &String| Some((key.clone(), *known.get(&address(key))?));
    Ok(if known.is_empty() { HashMap::new() } else { keys.iter().filter_map(of).collect() })
}

fn at<'a>(keys: impl Iterator<Item = &'a String>) -> Condition {
    Condition::all().add(refusal::Column::Address.is_in(keys.map(|key| address(key))))
}

fn address(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(key).0)
}

/// Noes said at addresses that were left, to be taken along to another Steward: digests of these, never themselves.
pub async fn refusals(ctx: &Ctx) -> Result<Vec<refusal::Model>> {
    ctx.may(Action::ImportFiles)?;
    let rows = ctx.find::<refusal::Entity>().order(refusal::Column::Address, Order::Asc).all().await?;
    Ok(rows.into_iter().map(Visible::into_inner).collect())
}

/// Keeps those of another Steward beside one's own; gives how many were news.
pub async fn bring_refusals(ctx: &Ctx, rows: Vec<refusal::Model>) -> Result<usize> {
    ctx.may(Action::ImportFiles)?;
    ctx.write(move |tx| async move {
        let mut news: HashMap<String, refusal::Model> = HashMap::new();
        for row in rows {
            let muted = row.muted.0;
            news.entry(row.address.clone()).or_insert(row).muted.0 |= muted;
        }
        let (known, mut count) = (tx.find::<refusal::Entity>().lock().all().await?, 0);
        for row in known {
            let Some(told) = news.remove(&row.address) else { continue };
            let muted = Muted(row.muted.0 | told.muted.0);
            if muted != row.muted {
                count += 1;
                tx.update::<refusal::Entity>(row, |row| row.muted = Set(muted)).await?;
            }
        }
        count += news.len();
        tx.insert_all::<refusal::Entity>(news.into_values().collect()).await?;
        Ok(count)
    })
    .await
}
