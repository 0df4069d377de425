//! The only floor that holds a connection. Nothing on client data runs without a viewer's scope.
//!
//! Reads start at [`Store::find`], which adds the table's rule last; writes happen in
//! [`Store::write`], which gives a [`Tx`], audits every change in the same transaction, and on
//! SQLite commits many writers together. [`Visible`] proves that a row was read inside the scope.

#![expect(clippy::disallowed_methods, reason = "the one home of SQL: everybody else comes through here")]

mod attempts;
mod audit;
mod backup;
mod brace;
mod brief;
mod bulk;
mod carry;
mod cause;
mod columns;
mod commits;
mod conn;
mod db;
mod erase;
mod error;
mod events;
mod file;
pub mod filter;
mod find;
mod kept;
mod later;
mod near;
mod page;
mod pen;
mod people;
mod principal;
mod rewrite;
mod rules;
mod sessions;
mod shape;
mod sight;
mod standing;
mod tx;
mod writer;

pub use backup::{Copied, copy, look_through};
pub use brace::{Aside, Braced};
pub use carry::{Carried, carry};
pub use cause::{is_postgres, unwritable};
pub use columns::{Columns, Shown, union};
pub use db::{Db, Engine, Open, behind, migrate};
pub use erase::naming;
pub use error::from_db;
pub use events::{Event, Events, Notes};
pub use find::{Find, Visible};
pub use find::{among, nothing};
pub use later::Later;
pub use page::{Cursor, Keyset, MAX_PAGE, PAGE, Page, PageArgs, beyond, cursor};
pub use people::{Shows, backup, below, contact_named, member_known, member_named};
pub use principal::{Principal, Sought, Subject};
pub use rules::{Apart, Child, Owned, Sighted, Witness};
pub use shape::{Many, PICKED, Shape, array, many, one, one_of, row};
pub use sight::Sight;
pub use tx::Tx;

use std::sync::Arc;

use futures_util::FutureExt;

use crate::access::Viewer;

/// The database as one viewer sees it.
#[derive(Clone)]
pub struct Store {
    db: Db,
    viewer: Arc<Viewer>,
}

impl Store {
    pub const fn viewer(&self) -> &Arc<Viewer> {
        &self.viewer
    }

    pub const fn db(&self) -> &Db {
        &self.db
    }

    pub fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// Rows of `E` inside the viewer's scope.
    pub fn find<E: Owned>(&self) -> Find<'_, E> {
        Find::new(self.db.reader(), &self.viewer.scope, self.db.engine())
    }

    /// What the viewer sees, for conditions.
    pub fn sight(&self) -> Sight<'_> {
        Sight::new(&self.viewer.scope, self.db.engine())
    }

    /// Rows outside the scope too, where a secret is the credential: the caller looks up by its digest.
    pub(crate) fn by_secret<E: Owned>(&self) -> Find<'_, E> {
        const ALL: &crate::access::Scope = &crate::access::Scope::everything();
        Find::new(self.db.reader(), ALL, self.db.engine())
    }

    /// Runs `change` in a transaction of its own; on an error nothing of it stays.
    ///
    /// `change` awaits nothing but the transaction: on SQLite others wait for it.
    pub async fn write<T, F, Fut>(&self, change: F) -> crate::base::Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = crate::base::Result<T>> + Send + 'static,
    {
        // Boxed at once: what runs in the writer should not weigh on the future of whoever waits for it.
        let change = move |tx| change(tx).boxed();
        writer::write(&self.db, Arc::clone(&self.viewer), false, change).await
    }

    /// [`Store::write`] for a change of very many rows: it shares its commit with nobody, and others wait for it.
    pub async fn write_many<T, F, Fut>(&self, change: F) -> crate::base::Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = crate::base::Result<T>> + Send + 'static,
    {
        let change = move |tx| change(tx).boxed();
        writer::write(&self.db, Arc::clone(&self.viewer), true, change).await
    }

    /// Runs what a change would run, keeping nobody from writing and nothing of it.
    pub async fn look<T, F, Fut>(&self, change: F) -> crate::base::Result<T>
    where
        F: FnOnce(Tx) -> Fut,
        Fut: Future<Output = crate::base::Result<T>>,
    {
        Box::pin(writer::look(&self.db, Arc::clone(&self.viewer), change)).await
    }
}
