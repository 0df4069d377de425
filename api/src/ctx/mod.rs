//! What every service function takes first: the store in somebody's name, the company, the time.

mod company;
mod guard;
mod job;
mod once;

pub use company::Company;
pub use guard::{May, StaffOnly, failed, may_see};
pub use job::{Job, Run};
pub use once::Once;

use std::sync::Arc;

use entity::{AccountId, InvitationId, TeamId, Time};

use crate::{
    access::{Action, Actor, Viewer},
    base::{Metrics, Result},
    issuer::Issuer,
    mail::{Letter, Refusal, Transport},
    secure::{Secret, Verifier},
    store::{Db, Find, Owned, Store, Tx},
};

/// What the installation is made of; built once.
pub struct Env {
    pub db: Db,
    pub company: Company,
    pub secret: Secret,
    pub tokens: Verifier,
    /// Whose tokens are taken beside our own, if anybody's.
    pub issuer: Option<Arc<Issuer>>,
    pub mail: Arc<dyn Transport>,
    pub metrics: Metrics,
}

/// One request's, or one job's, context. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    env: Arc<Env>,
    store: Store,
    /// Set where the request may come again.
    once: Option<Once>,
}

impl Ctx {
    pub fn new(env: Arc<Env>, viewer: Viewer) -> Self {
        let store = env.db.store(Arc::new(viewer));
        Self { env, store, once: None }
    }

    pub fn nobody(env: Arc<Env>) -> Self {
        Self::new(env, Viewer::nobody())
    }

    /// The server's own work: jobs, set-up, the operator's imports.
    pub fn system(env: Arc<Env>) -> Self {
        Self::new(env, Viewer::system())
    }

    /// Whoever holds the link of this invitation; the caller has checked the token.
    pub(crate) fn link(&self, account: AccountId, invitation: InvitationId) -> Self {
        Self::new(Arc::clone(&self.env), Viewer::link(account, invitation))
    }

    /// The server's own work, in the surroundings of this.
    pub(crate) fn server(&self) -> Self {
        Self::system(Arc::clone(&self.env))
    }

    /// The job that counts confidential and anonymous answers, in the surroundings of this.
    pub(crate) fn counting(&self) -> Self {
        Self::new(Arc::clone(&self.env), Viewer::counting())
    }

    /// The server's own work at somebody's wish, in the surroundings of this.
    pub(crate) fn server_for(&self, actor: Actor) -> Self {
        Self::new(Arc::clone(&self.env), Viewer::system_for(actor))
    }

    /// The server's own work on the accounts at home in these teams, and on no others.
    pub(crate) fn teams(&self, teams: Vec<TeamId>) -> Self {
        Self::new(Arc::clone(&self.env), Viewer::teams(teams))
    }

    pub const fn env(&self) -> &Arc<Env> {
        &self.env
    }

    pub fn company(&self) -> &Company {
        &self.env.company
    }

    pub fn secret(&self) -> &Secret {
        &self.env.secret
    }

    pub const fn store(&self) -> &Store {
        &self.store
    }

    pub fn viewer(&self) -> &Viewer {
        self.store.viewer()
    }

    pub fn now(&self) -> Time {
        self.env.db.clock().now()
    }

    /// Refuses who may not; rows are the scope's matter.
    pub fn may(&self, action: Action) -> Result<()> {
        self.viewer().may(action)
    }

    /// Hands a letter over; gives what a job that only does this ends with.
    pub async fn send(&self, letter: &Letter) -> Run {
        match self.env.mail.send(letter).await {
            Ok(()) => Run::Done,
            Err(Refusal::TooFast(pause)) => Run::Later(pause),
            Err(Refusal::NotNow(why)) => Run::Retry(why),
            Err(Refusal::Never(why) | Refusal::Bounced(why)) => Run::GiveUp(why),
        }
    }

    pub fn find<E: Owned>(&self) -> Find<'_, E> {
        self.store.find()
    }

    /// Runs `change` in a transaction; see [`Store::write`].
    pub async fn write<T, F, Fut>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T>> + Send + 'static,
    {
        self.store.write(change).await
    }

    /// Runs what `change` would do and keeps nothing; see [`Store::look`].
    pub async fn look<T, F, Fut>(&self, change: F) -> Result<T>
    where
        F: FnOnce(Tx) -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        self.store.look(change).await
    }
}
