//! Tables by their columns and types alone: what is carried is not looked at.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, ColumnType, DbErr, EntityTrait, IdenStatic, Iterable, QueryResult, Value,
    sea_query::{
        Asterisk, Expr, ExprTrait, Func, InsertStatement, IntoIden, Query, SelectStatement, StringLen, TableRef,
        UpdateStatement, ValueTuple,
    },
};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::store::bulk::is_key;

/// Columns that point at rows of their own table: set once all of these are there.
const HELD: [(&str, &str); 2] = [("account", "parent_id"), ("team", "parent_id")];

/// Every table, what is pointed at first.
pub(super) fn all() -> Vec<Table> {
    macro_rules! tables {
        ($($table:ident)+) => { vec![$(Table::of::<entity::$table::Entity>()),+] };
    }
    tables!(
        team member team_deputy team_member team_tree team_place account account_grant ownership contact exclusion
        interaction escalation question survey survey_version program wave invitation visit response response_version answer
        refusal score_owner score_slice api_key session signing_key setting import import_piece job once audit attempt
        access_link second_factor recovery_code cover quiet_link quiet_answer quiet_score quiet_wave quiet_batch
    )
}

pub(super) struct Table {
    pub name: &'static str,
    columns: Vec<Column>,
}

struct Column {
    name: &'static str,
    kind: ColumnType,
    is_key: bool,
}

impl Table {
    fn of<E: EntityTrait>() -> Self {
        let columns = E::Column::iter().map(|column| Column {
            name: column.as_str(),
            kind: column.def().get_column_type().clone(),
            is_key: is_key::<E>(&column),
        });
        Self { name: E::default().table_name(), columns: columns.collect() }
    }

    /// Values of a row.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    pub fn select(&self) -> SelectStatement {
        Query::select().columns(self.columns.iter().map(|column| column.name)).from(self.name).take()
    }

    pub fn count(&self) -> SelectStatement {
        Query::select().expr(Func::count(Expr::col(Asterisk))).from(self.name).take()
    }

    /// Whether a row may hold a piece of a file.
    pub fn is_large(&self) -> bool {
        let any_length = |kind: &ColumnType| {
            matches!(kind, ColumnType::Blob | ColumnType::VarBinary(StringLen::None | StringLen::Max))
        };
        self.columns.iter().any(|column| any_length(&column.kind))
    }

    /// The values of a row that [`Table::select`] gave.
    pub fn read(&self, row: &QueryResult) -> Result<Vec<Value>, DbErr> {
        self.columns.iter().enumerate().map(|(at, column)| value(row, at, &column.kind)).collect()
    }

    /// The statement that puts `rows` rows in, without their values.
    pub fn insert(&self, rows: usize) -> InsertStatement {
        let mut insert = Query::insert();
        insert.into_table(self.name).columns(self.columns.iter().map(|column| column.name));
        for _ in 0..rows {
            insert.values_panic(self.columns.iter().map(|_| Expr::val(Value::Bool(None))));
        }
        insert
    }

    /// Empties what is set later.
    pub fn hold(&self, row: &mut [Value]) {
        for (value, column) in row.iter_mut().zip(&self.columns) {
            if HELD.contains(&(self.name, column.name)) {
                *value = value.as_null();
            }
        }
    }

    /// The rows, by key and value, of what was held back; nothing where nothing is.
    pub fn held(&self) -> Option<SelectStatement> {
        let (key, held) = self.held_by()?;
        Some(Query::select().columns([key, held]).from(self.name).and_where(Expr::col(held).is_not_null()).take())
    }

    /// Sets what was held back, of rows that [`Table::held`] gave.
    pub fn set(&self, rows: &[QueryResult]) -> Result<Option<UpdateStatement>, DbErr> {
        let Some((key, held)) = self.held_by() else { return Ok(None) };
        let given = rows.iter().map(|row| Ok(ValueTuple::Two(id(row, 0)?, id(row, 1)?)));
        let given = given.collect::<Result<_, DbErr>>()?;
        let mut update = Query::update();
        update
            .table(self.name)
            .from(TableRef::ValuesList(given, "given".into_iden()))
            .value(held, Expr::col(("given", "column2")))
            .and_where(Expr::col((self.name, key)).eq(Expr::col(("given", "column1"))));
        Ok(Some(update))
    }

    /// The key, and the column that is held back.
    fn held_by(&self) -> Option<(&'static str, &'static str)> {
        let (_, held) = HELD.into_iter().find(|(table, _)| *table == self.name)?;
        Some((self.columns.iter().find(|column| column.is_key)?.name, held))
    }
}

fn id(row: &QueryResult, at: usize) -> Result<Value, DbErr> {
    value(row, at, &ColumnType::Uuid)
}

fn value(row: &QueryResult, at: usize, kind: &ColumnType) -> Result<Value, DbErr> {
    Ok(match kind {
        ColumnType::Uuid => row.try_get_by_index::<Option<Uuid>>(at)?.into(),
        ColumnType::String(_) | ColumnType::Text => row.try_get_by_index::<Option<String>>(at)?.into(),
        ColumnType::SmallInteger => row.try_get_by_index::<Option<i16>>(at)?.into(),
        ColumnType::Integer => row.try_get_by_index::<Option<i32>>(at)?.into(),
        ColumnType::BigInteger => row.try_get_by_index::<Option<i64>>(at)?.into(),
        ColumnType::Boolean => row.try_get_by_index::<Option<bool>>(at)?.into(),
        ColumnType::Date => row.try_get_by_index::<Option<NaiveDate>>(at)?.into(),
        ColumnType::TimestampWithTimeZone => row.try_get_by_index::<Option<DateTime<Utc>>>(at)?.into(),
        ColumnType::JsonBinary => row.try_get_by_index::<Option<Json>>(at)?.into(),
        ColumnType::VarBinary(_) | ColumnType::Blob => row.try_get_by_index::<Option<Vec<u8>>>(at)?.into(),
        other => return Err(DbErr::Type(format!("no column of the type {other:?} is carried"))),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use migration::{Migrator, sea_orm_migration::MigratorTrait};
    use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

    use super::{HELD, all};

    /// Each table, and each foreign key as table, column and the table it points at.
    #[tokio::test]
    async fn every_table_comes_after_those_that_it_points_at() {
        let db = Database::connect("sqlite::memory:").await.unwrap();
        Migrator::up(&db, None).await.unwrap();
        let rows = async |sql: &str| {
            let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
            rows.iter().map(|row| row.try_get_many_by_index().unwrap()).collect::<Vec<(String, String, String)>>()
        };
        let tables = "SELECT name, '', '' FROM sqlite_master WHERE type = 'table' AND name <> 'seaql_migrations'";
        let there: BTreeSet<String> = rows(tables).await.into_iter().map(|(name, ..)| name).collect();
        let ours: Vec<&str> = all().iter().map(|table| table.name).collect();
        assert_eq!(ours.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), there);
        assert_eq!(ours.len(), there.len());
        let keys = "SELECT m.name, k.\"from\", k.\"table\" FROM sqlite_master m
            JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table'";
        let place = |name: &str| ours.iter().position(|table| *table == name);
        let mut own = BTreeSet::new();
        for (table, column, to) in rows(keys).await {
            if table == to {
                own.insert((table, column));
            } else {
                assert!(place(&to) < place(&table), "{table}.{column} points at {to}");
            }
        }
        assert_eq!(own, HELD.map(|(table, column)| (table.to_owned(), column.to_owned())).into());
    }
}
