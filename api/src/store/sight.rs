//! What a viewer sees, where a condition asks for it: ids that point out of sight tell nothing.

use std::collections::HashSet;

use sea_orm::sea_query::{Condition, Query, SelectStatement};
use uuid::Uuid;

use super::{Engine, Owned, Store, among};
use crate::{
    access::{Rows, Scope},
    base::Result,
};

/// A viewer's scope and the engine that is asked.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'s> {
    scope: &'s Scope,
    engine: Engine,
}

impl<'s> Sight<'s> {
    /// Nobody's.
    pub(super) const NONE: Sight<'static> = {
        const NOTHING: &Scope = &Scope::nothing();
        Sight { scope: NOTHING, engine: Engine::Sqlite }
    };

    pub(super) const fn new(scope: &'s Scope, engine: Engine) -> Self {
        Self { scope, engine }
    }

    /// Nothing is out of sight.
    pub fn is_whole(self) -> bool {
        *self.scope.rows() == Rows::All && self.scope.is_staff()
    }

    /// The keys of the rows of `R` that `which` names, as far as they are seen.
    pub fn seen<R: Owned>(self, key: R::Column, which: Condition) -> SelectStatement {
        let mut select = Query::select();
        select.column((R::default(), key)).from(R::default()).cond_where(which);
        select.cond_where(R::visible(self.scope, self.engine));
        select
    }
}

impl Store {
    /// Which of the rows that others name are in sight, by their keys: one statement, where any are named.
    pub async fn seen<E: Owned>(&self, key: E::Column, named: HashSet<Uuid>) -> Result<HashSet<Uuid>> {
        if named.is_empty() {
            return Ok(named);
        }
        let named: Vec<Uuid> = named.into_iter().collect();
        let rows = self.find::<E>().filter(among::<E, _>(key, &named)).some::<(Uuid,)>(&[key]).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}
