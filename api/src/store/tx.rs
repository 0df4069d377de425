//! A transaction: changes go in, an audit row of each goes along.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use entity::{AccountId, AuditAction, AuditId, Time, account};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, IntoActiveModel, Iterable,
    ModelTrait, PrimaryKeyToColumn, StatementBuilder, Value,
    sea_query::{Condition, Expr, ExprTrait, OnConflict, Query, SimpleExpr},
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Apart, Aside, Child, Db, Engine, Event, Find, Owned, Sight, Sighted, Visible, Witness, among,
    audit::{self, Entry},
    bulk::{Taken, Texts},
    conn::{Conn, Line, Turn},
    events,
};
use crate::{
    access::{Scope, Viewer},
    base::{Error, Result},
};

pub(super) struct Shared {
    db: Db,
    viewer: Arc<Viewer>,
    /// The change is one of very many rows.
    mass: bool,
    audit: Mutex<Vec<Entry>>,
    events: Mutex<Vec<Event>>,
    turn: Turn,
}

impl Shared {
    pub(super) fn new(db: Db, viewer: Arc<Viewer>, mass: bool) -> Self {
        Self { db, viewer, mass, audit: Mutex::default(), events: Mutex::default(), turn: Turn::default() }
    }

    fn announced(&self) -> Vec<Event> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells this process what was announced, once it is committed.
    pub(super) fn tell(&self) {
        self.announced().into_iter().for_each(|event| self.db.0.bus.tell(event));
    }
}

/// A transaction in a viewer's name. Ends with the closure it was given to.
#[derive(Clone)]
pub struct Tx {
    line: Arc<Line>,
    shared: Arc<Shared>,
    /// Where it looks, if not where it writes.
    aside: Option<Aside>,
}

impl Tx {
    pub(super) const fn new(line: Arc<Line>, shared: Arc<Shared>) -> Self {
        Self { line, shared, aside: None }
    }

    /// The same for looking only, at what stood before this transaction, while this one writes and nobody else does.
    #[must_use]
    pub fn aside(&self, aside: &Aside) -> Self {
        Self { aside: Some(aside.clone()), ..self.clone() }
    }

    pub fn viewer(&self) -> &Viewer {
        &self.shared.viewer
    }

    pub fn engine(&self) -> Engine {
        self.shared.db.engine()
    }

    pub(super) fn mass(&self) -> bool {
        self.shared.mass
    }

    pub(super) fn line(&self) -> Conn<'_> {
        match &self.aside {
            Some(Aside(conn)) => Conn::Pool(conn),
            None => self.line.conn(&self.shared.turn),
        }
    }

    /// Runs a statement that gives no rows; gives how many it changed.
    pub(super) async fn execute(&self, statement: &impl StatementBuilder) -> Result<u64> {
        self.line().execute(self.line().backend().build(statement)).await
    }

    pub(super) fn texts(&self) -> &Texts {
        &self.shared.db.0.texts
    }

    /// The time, taken inside the transaction.
    pub fn now(&self) -> Time {
        self.shared.db.clock().now()
    }

    /// A fresh id.
    pub fn id<I: From<Uuid>>(&self) -> I {
        self.shared.db.random().id(self.now()).into()
    }

    /// Holds back every other process that sets this installation up until the transaction ends; what is read after
    /// this is what they left. SQLite lets one write at a time anyway.
    pub async fn set_up(&self) -> Result<()> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        self.line().run("SELECT pg_advisory_xact_lock(7365002)").await
    }

    /// An id that tells neither when nor in which order rows were made.
    pub fn blind_id(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.shared.db.random().fill(&mut bytes);
        sea_orm::prelude::Uuid::from_bytes(bytes)
    }

    /// A byte of chance.
    pub fn chance(&self) -> u8 {
        let mut byte = [0];
        self.shared.db.random().fill(&mut byte);
        byte[0]
    }

    /// Tells of an event once this transaction is committed, and never if it is not.
    pub fn announce(&self, event: Event) {
        let mut events = self.shared.events.lock().unwrap_or_else(PoisonError::into_inner);
        if !events.contains(&event) {
            events.push(event);
        }
    }

    /// Jobs were queued: ring for the workers after the commit.
    pub fn wake(&self) {
        self.announce(Event::Jobs);
    }

    /// Has PostgreSQL tell what was announced, with the commit.
    pub(super) async fn notify(&self) -> Result<()> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        let events = self.shared.announced();
        if events.is_empty() {
            return Ok(());
        }
        self.line().run(&events::notify(&events)).await
    }

    /// Rows of `E` inside the viewer's scope.
    pub fn find<E: Owned>(&self) -> Find<'_, E> {
        Find::new(self.line(), &self.shared.viewer.scope, self.engine())
    }

    /// What the viewer sees, for conditions.
    pub fn sight(&self) -> Sight<'_> {
        Sight::new(&self.shared.viewer.scope, self.engine())
    }

    /// Rows of `E` outside the scope too: to judge by (has this person been asked elsewhere?) or to
    /// find what a link's token stands for. What it reads is never shown as it is.
    pub(crate) fn everywhere<E: Owned>(&self) -> Find<'_, E> {
        const ALL: &Scope = &Scope::everything();
        Find::new(self.line(), ALL, self.engine())
    }

    /// An account inside the scope, held until the transaction ends: the lock for whatever hangs on it.
    pub async fn account(&self, id: AccountId) -> Result<Visible<account::Model>> {
        self.find::<account::Entity>().filter(account::Column::Id.eq(id)).lock().one("account").await
    }

    /// Refuses whose account it is not; what was only granted to somebody is not theirs. `who` may do what.
    pub fn is_theirs(&self, account: &account::Model, who: &str) -> Result<()> {
        if self.viewer().scope.manages(account.team_id, account.owner_id) {
            return Ok(());
        }
        Err(Error::Forbidden(format!("this account is not yours; {who}")))
    }

    /// Refuses whoever may not give an account away or change it: standing in for its owner is not owning it.
    pub fn is_theirs_to_give(&self, account: &account::Model) -> Result<()> {
        let owner = account.owner_id.filter(|owner| self.viewer().member() == Some(*owner));
        if self.viewer().scope.manages(account.team_id, owner) {
            return Ok(());
        }
        Err(Error::Forbidden("this account is not yours; it is at home in another team: ask its manager".to_owned()))
    }

    /// Rows of one account that was read inside the scope: only the child's own rule is left to add.
    pub fn under<E: Child>(&self, account: &Visible<account::Model>) -> Find<'_, E> {
        Find::under(self.line(), &self.shared.viewer.scope, self.engine(), account.id)
    }

    /// Inserts a row that belongs to no account.
    pub async fn insert<E: Apart>(&self, row: E::Model) -> Result<Visible<E::Model>>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        self.put::<E>(vec![row.clone()], Taken::Fails).await?;
        Ok(Visible::new(row))
    }

    /// Inserts rows that belong to no account, in as few statements as fit.
    pub async fn insert_all<E: Apart>(&self, rows: Vec<E::Model>) -> Result<()>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        self.put::<E>(rows, Taken::Fails).await
    }

    /// Those of these accounts that the viewer sees. For one who sees all nothing is read: nothing can be put under an
    /// account that is not there.
    pub async fn sighted(&self, ids: &[AccountId]) -> Result<Vec<Sighted>> {
        use account::{Column, Entity};
        if self.sight().is_whole() {
            return Ok(ids.iter().copied().map(Sighted::new).collect());
        }
        let seen = self.find::<Entity>().filter(among::<Entity, _>(Column::Id, ids)).all().await?;
        Ok(seen.iter().map(Sighted::by).collect())
    }

    /// Inserts a row of an account that was read inside the scope.
    pub async fn insert_under<E: Child>(
        &self,
        account: &Visible<account::Model>,
        row: E::Model,
    ) -> Result<Visible<E::Model>>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        self.insert_each::<E>(std::slice::from_ref(account), vec![row.clone()]).await?;
        Ok(Visible::new(row))
    }

    /// Inserts rows of accounts that were read inside the scope.
    pub async fn insert_each<E: Child>(
        &self,
        witnesses: impl IntoIterator<Item = impl Witness>,
        rows: Vec<E::Model>,
    ) -> Result<()>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let seen: HashSet<AccountId> = witnesses.into_iter().map(|witness| witness.account()).collect();
        if rows.iter().any(|row| !seen.contains(&E::account_of(row))) {
            return Err(Error::internal("a row was inserted under another account"));
        }
        self.put::<E>(rows, Taken::Fails).await
    }

    /// Inserts a row unless a unique key is taken; says whether it went in.
    pub async fn insert_new<E: Child>(&self, witness: &impl Witness, row: E::Model, key: E::Column) -> Result<bool>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        if E::account_of(&row) != witness.account() {
            return Err(Error::internal("a row was inserted under another account"));
        }
        self.put_unless::<E>(row, OnConflict::column(key).do_nothing().to_owned()).await
    }

    /// Inserts a row that belongs to no account unless its key is taken; says whether it went in. Whoever takes the
    /// same key at the same time waits for this transaction.
    pub async fn claim<E: Apart>(&self, row: E::Model) -> Result<bool>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let keys: Vec<_> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
        self.put_unless::<E>(row, OnConflict::columns(keys).do_nothing().to_owned()).await
    }

    async fn put_unless<E: Owned>(&self, row: E::Model, conflict: OnConflict) -> Result<bool>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let entry = row.clone();
        let mut row = row.into_active_model();
        let values = E::Column::iter().filter_map(|column| row.take(column).into_value()).map(Expr::val);
        let mut insert = Query::insert();
        insert.into_table(E::default()).columns(E::Column::iter()).values_panic(values).on_conflict(conflict);
        let went_in = self.execute(&insert).await? > 0;
        if went_in {
            self.note::<E>(AuditAction::Create, &entry, None, None)?;
        }
        Ok(went_in)
    }

    /// Changes a row that was read inside the scope. The key cannot change.
    pub async fn update<E: Owned>(
        &self,
        row: Visible<E::Model>,
        edit: impl FnOnce(&mut E::ActiveModel),
    ) -> Result<Visible<E::Model>>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + ModelTrait<Entity = E> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let before = row.into_inner();
        let mut active = before.clone().into_active_model();
        let key = primary::<E>(&active);
        edit(&mut active);
        if primary::<E>(&active) != key {
            return Err(Error::internal("an update changed the key"));
        }
        let (mut after, mut changed, mut update) = (before.clone(), Vec::new(), Query::update());
        for column in E::Column::iter() {
            if let ActiveValue::Set(value) = active.take(column) {
                update.value(column, value.clone());
                after.try_set(column, value).map_err(Error::internal)?;
                changed.push(column);
            }
        }
        if changed.is_empty() {
            return Ok(Visible::new(before));
        }
        update.table(E::default()).cond_where(by_key::<E>(&before));
        if self.execute(&update).await? == 0 {
            return Err(Error::internal("a row to change was gone"));
        }
        self.note::<E>(AuditAction::Update, &after, Some(&before), Some(&changed))?;
        Ok(Visible::new(after))
    }

    /// Sets columns of every row that `which` names, inside the scope; gives how many.
    ///
    /// For kept columns that follow from another change, which is audited itself.
    pub async fn set<E: Owned>(&self, which: Condition, values: Vec<(E::Column, SimpleExpr)>) -> Result<u64> {
        let mut update = Query::update();
        update.table(E::default()).cond_where(which);
        update.cond_where(E::visible(&self.shared.viewer.scope, self.engine()));
        for (column, value) in values {
            update.value(column, value);
        }
        self.execute(&update).await
    }

    /// Deletes rows of a table that only holds keys, or whose old rows are kept elsewhere: it is not audited.
    pub async fn remove<E: Owned>(&self, which: Condition) -> Result<u64> {
        let mut delete = Query::delete();
        delete.from_table(E::default()).cond_where(which);
        delete.cond_where(E::visible(&self.shared.viewer.scope, self.engine()));
        self.execute(&delete).await
    }

    /// Inserts counters, or adds them to what is there. Not audited: they follow from answers.
    pub async fn add<E: Apart>(&self, rows: Vec<E::Model>) -> Result<()>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        self.put::<E>(rows, Taken::Adds).await
    }

    pub(super) fn note<E: Owned>(
        &self,
        action: AuditAction,
        row: &E::Model,
        before: Option<&E::Model>,
        changed: Option<&[E::Column]>,
    ) -> Result<()>
    where
        E::Model: Serialize,
    {
        if E::is_audited(row) {
            self.enter(audit::entry::<E>(action, row, before, changed)?);
        }
        Ok(())
    }

    /// Has an entry written to the audit at the end.
    pub(super) fn enter(&self, entry: Entry) {
        self.shared.audit.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Writes the audit rows of the changes so far: at the end, and in between where there are very many.
    pub(super) async fn flush_audit(&self) -> Result<()> {
        let entries = std::mem::take(&mut *self.shared.audit.lock().unwrap_or_else(PoisonError::into_inner));
        let (now, random) = (self.now(), self.shared.db.random());
        let actor = self.shared.viewer.actor;
        // In their order: the audit is read by id.
        let mut ids: Vec<Uuid> = entries.iter().map(|_| random.id(now)).collect();
        ids.sort_unstable();
        let rows = ids.into_iter().zip(entries);
        let rows = rows.map(|(id, entry)| entry.values(AuditId(id), now, actor, self.engine()));
        self.put_values::<entity::audit::Entity>(rows, Taken::Fails).await
    }
}

/// The row of a table that this one is.
pub(super) fn by_key<E: Owned>(row: &E::Model) -> Condition
where
    E::Model: ModelTrait<Entity = E>,
{
    let keys = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
    keys.fold(Condition::all(), |which, key| which.add(Expr::col((E::default(), key)).eq(row.get(key))))
}

fn primary<E: EntityTrait>(row: &E::ActiveModel) -> Vec<Option<Value>> {
    let value = |key| match row.get(PrimaryKeyToColumn::into_column(key)) {
        ActiveValue::Set(value) | ActiveValue::Unchanged(value) => Some(value),
        ActiveValue::NotSet => None,
    };
    E::PrimaryKey::iter().map(value).collect()
}
