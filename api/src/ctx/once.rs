//! Requests that their caller may repeat: done once, answered alike.

use chrono::TimeDelta;
use entity::{Digest, Time, once};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::Ctx;
use crate::{
    base::{Error, Result},
    store::Tx,
};

/// How long an answer is kept to be given again.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// The key a caller chose for a request, and what they asked, both as digests.
#[derive(Clone, Debug)]
pub struct Once {
    pub key: Digest,
    pub request: Digest,
}

impl Ctx {
    /// The same asker, whose request has a key.
    #[must_use]
    pub fn repeatable(self, once: Option<Once>) -> Self {
        Self { once, ..self }
    }

    /// Runs `change`; what came of it is kept in the same transaction, if the request has a key. A request that
    /// was answered already is answered alike, and nothing is done.
    pub async fn once<T, F, Fut>(&self, change: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T>> + Send + 'static,
    {
        let (Some(once), Some(caller)) = (self.once.clone(), self.viewer().actor.id()) else {
            return self.write(change).await;
        };
        self.write(move |tx| async move {
            let kept_since = Time::new(tx.now().0 - KEPT);
            tx.remove::<once::Entity>(Condition::all().add(once::Column::At.lt(kept_since))).await?;
            let Once { key, request } = once;
            let mine = of(caller, &key);
            let claim = once::Model { caller_id: caller, key, request, reply: String::new(), at: tx.now() };
            if let Some(reply) = taken(&tx, claim, mine.clone()).await? {
                return serde_json::from_str(&reply).map_err(Error::internal);
            }
            let done = change(tx.clone()).await?;
            let reply = serde_json::to_string(&done).map_err(Error::internal)?;
            tx.set::<once::Entity>(mine, vec![(once::Column::Reply, Expr::val(reply))]).await?;
            Ok(done)
        })
        .await
    }
}

fn of(caller: Uuid, key: &Digest) -> Condition {
    Condition::all().add(once::Column::CallerId.eq(caller)).add(once::Column::Key.eq(key.clone()))
}

/// What came of the request before; nothing where this is the first time.
async fn taken(tx: &Tx, claim: once::Model, mine: Condition) -> Result<Option<String>> {
    let request = claim.request.clone();
    if tx.claim::<once::Entity>(claim).await? {
        return Ok(None);
    }
    let before = tx.find::<once::Entity>().filter(mine).one("request").await?;
    if before.request == request && before.reply.is_empty() {
        return Err(Error::Gone("what came of this request is erased, since it named a person who is"));
    }
    if before.request == request {
        return Ok(Some(before.reply.clone()));
    }
    let rule = "was used for another request in the last 24 hours; choose a new one";
    Err(Error::invalid("/Idempotency-Key", rule))
}
