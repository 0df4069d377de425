//! Counting tries, whoever makes them and at whichever door.

use chrono::TimeDelta;
use entity::{
    Digest, Time,
    attempt::{Column, Entity},
};
use sea_orm::{
    ColumnTrait,
    sea_query::{CaseStatement, Condition, Expr, ExprTrait, OnConflict, Query},
};

use super::{Tx, shape};
use crate::base::{Error, Result};

impl Tx {
    /// Counts a try in one statement, so that of many at once each counts; gives how many there were since when. Those
    /// of a time longer ago than `span` are forgotten.
    pub async fn count_try(&self, key: Digest, span: TimeDelta) -> Result<(i32, Time)> {
        let now = self.now();
        let over = || Expr::col((Entity, Column::Since)).lte(Time::new(now.0 - span));
        let more = Expr::col((Entity, Column::Tries)).add(1);
        let since = Expr::col((Entity, Column::Since));
        let mut again = OnConflict::column(Column::Key);
        again.value(Column::Tries, CaseStatement::new().case(over(), Expr::val(1)).finally(more));
        again.value(Column::Since, CaseStatement::new().case(over(), Expr::val(now)).finally(since));
        let mut insert = Query::insert();
        insert.into_table(Entity).columns([Column::Key, Column::Tries, Column::Since]);
        insert.values_panic([Expr::val(key), Expr::val(1), Expr::val(now)]);
        let told = shape::array(self.engine(), vec![Expr::col(Column::Tries), Expr::col(Column::Since)]);
        insert.on_conflict(again).returning(Query::returning().expr(told.cast_as("text")));
        let read = |text: &str| serde_json::from_str(text).map_err(Error::internal);
        let told = self.line().text(self.line().backend().build(&insert), read).await?;
        told.ok_or_else(|| Error::internal("a try was not counted"))
    }

    /// Forgets the tries under a key.
    pub async fn forget_tries(&self, key: Digest) -> Result<()> {
        self.remove::<Entity>(Condition::all().add(Column::Key.eq(key))).await.map(drop)
    }

    /// Forgets all tries begun before `old`.
    pub async fn sweep_tries(&self, old: Time) -> Result<u64> {
        self.remove::<Entity>(Condition::all().add(Column::Since.lt(old))).await
    }
}
