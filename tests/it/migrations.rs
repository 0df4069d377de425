//! Up, down and up again; and every row of every table comes back as it was written.

use std::collections::{BTreeMap, BTreeSet};

use migration::Migrator;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection, DbBackend,
    EntityTrait, IntoActiveModel, Iterable, ModelTrait, QuerySelect, Statement, Value, prelude::Uuid,
};
use sea_orm_migration::MigratorTrait;
use tests::{both, engine::Database};

/// Runs for every table, in an order in which foreign keys are met: what is pointed at comes first.
macro_rules! each_entity {
    ($do:ident($argument:expr) $($await:tt)*) => {
        each_entity!(@ $do ($argument) ($($await)*) team member team_deputy team_member team_tree team_place account
            account_grant ownership contact exclusion interaction escalation question survey survey_version program wave invitation visit
            response response_version answer refusal score_owner score_slice api_key session signing_key setting import import_piece job once audit attempt access_link second_factor recovery_code cover
            quiet_link quiet_answer quiet_score quiet_wave quiet_batch)
    };
    (@ $do:ident $argument:tt $await:tt $($entity:ident)+) => {
        $(each_entity!(# $do $argument $await $entity);)+
    };
    (# $do:ident ($argument:expr) ($($await:tt)*) $entity:ident) => {
        $do::<entity::$entity::Entity>($argument) $($await)*
    };
}

/// Words of the enum columns.
const WORDS: &[(&str, &str)] = &[
    ("access_link.purpose", "RESET"),
    ("account.lifecycle", "ACTIVE"),
    ("account.tier", "KEY"),
    ("account_grant.kind", "COLLAB"),
    ("account_grant.role", "SPONSOR"),
    ("audit.action", "UPDATE"),
    ("audit.actor_kind", "LINK_HOLDER"),
    ("contact.mail_state", "UNSUBSCRIBED"),
    ("import.kind", "ACCOUNTS"),
    ("import.state", "RUNNING"),
    ("import_piece.part", "FAULTS"),
    ("interaction.channel", "VIDEO"),
    ("interaction.direction", "INBOUND"),
    ("interaction.kind", "SURVEY_ANSWERED"),
    ("invitation.mode", "CONFIDENTIAL"),
    ("invitation.status", "SUPPRESSED"),
    ("invitation.suppressed", "STAFF_ADDRESS"),
    ("invitation.tier", "STRATEGIC"),
    ("job.state", "LEASED"),
    ("member.role", "MANAGER"),
    ("ownership.source", "HANDOFF"),
    ("program.state", "ACTIVE"),
    ("question.kind", "CES"),
    ("response.kind", "NPS"),
    ("response.tier", "STANDARD"),
    ("score_slice.dim", "TERRITORY"),
    ("survey.kind", "SELF_ASSESSMENT"),
    ("survey.mode", "ANONYMOUS"),
    ("wave.by_kind", "INTEGRATION"),
    ("wave.state", "PAUSED"),
    ("visit.machine", "PREFETCH"),
];

/// Columns that a rule of the table keeps empty beside the others.
const EMPTY: &[&str] = &["account.unowned_since"];

both! {
    async fn up_down_and_up_give_the_same_tables(database: Database) {
        let db = connect(&database).await;
        let first = objects(&db).await;
        assert!(first.len() > 50, "tables and indexes: {first:?}");
        Migrator::down(&db, None).await.unwrap();
        let left: Vec<_> = objects(&db).await.into_iter().filter(|name| !name.contains("seaql_migrations")).collect();
        assert!(left.is_empty(), "left behind by down: {left:?}");
        Migrator::up(&db, None).await.unwrap();
        assert_eq!(objects(&db).await, first);
    }

    async fn many_who_start_at_once_migrate_once(database: Database) {
        let db = connect(&database).await;
        Migrator::down(&db, None).await.unwrap();
        db.close().await.unwrap();
        let starts = (0..8).map(|_| {
            let url = database.url().to_owned();
            tokio::spawn(async move { api::store::migrate(&url).await })
        });
        for start in starts.collect::<Vec<_>>() {
            start.await.unwrap().unwrap();
        }
        let db = connect(&database).await;
        assert!(Migrator::get_pending_migrations(&db).await.unwrap().is_empty());
    }

    async fn an_older_program_leaves_a_newer_database_alone(database: Database) {
        let db = connect(&database).await;
        let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_later', 0)";
        db.execute_unprepared(later).await.unwrap();
        let before = objects(&db).await;
        db.close().await.unwrap();
        let refused = api::store::migrate(database.url()).await.unwrap_err();
        let told = std::error::Error::source(&refused).unwrap().to_string();
        assert!(told.contains("newer steward"), "{told}");
        assert_eq!(api::store::behind(database.url()).await.unwrap(), (0, 1));
        assert_eq!(objects(&connect(&database).await).await, before);
    }

    async fn every_table_has_an_entity_with_all_of_its_columns(database: Database) {
        let db = connect(&database).await;
        let mut ours = BTreeMap::new();
        each_entity!(note_columns(&mut ours));
        let mut theirs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (table, column) in columns(&db).await {
            theirs.entry(table).or_default().insert(column);
        }
        theirs.remove("seaql_migrations");
        assert_eq!(ours, theirs);
    }

    async fn every_row_comes_back_as_it_was_written(database: Database) {
        let db = connect(&database).await;
        each_entity!(write_and_read(&db).await);
    }
}

#[test]
fn no_entity_is_left_out() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../entity/src");
    let mut files = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if std::fs::read_to_string(&file).unwrap().contains("DeriveEntityModel") {
            files.insert(file.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    let mut listed = BTreeMap::new();
    each_entity!(note_columns(&mut listed));
    assert_eq!(listed.into_keys().collect::<BTreeSet<_>>(), files, "each_entity! above names the tables of entity/src");
}

async fn connect(database: &Database) -> DatabaseConnection {
    sea_orm::Database::connect(database.url()).await.unwrap()
}

fn note_columns<E: EntityTrait>(into: &mut BTreeMap<String, BTreeSet<String>>) {
    let columns = E::Column::iter().map(|column| sea_orm::IdenStatic::as_str(&column).to_owned()).collect();
    into.insert(E::default().table_name().to_owned(), columns);
}

async fn write_and_read<E>(db: &DatabaseConnection)
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    let table = E::default().table_name().to_owned();
    let mut row = E::ActiveModel::default();
    for (position, column) in E::Column::iter().enumerate() {
        row.set(column, sample(&table, sea_orm::IdenStatic::as_str(&column), position, column.def().get_column_type()));
    }
    let wanted: Vec<_> = E::Column::iter().map(|column| row.get(column).into_value()).collect();
    E::insert(row).exec_without_returning(db).await.unwrap_or_else(|error| panic!("writing {table}: {error}"));
    let found = E::find().limit(2).all(db).await.unwrap_or_else(|error| panic!("reading {table}: {error}"));
    assert_eq!(found.len(), 1, "{table}");
    let found: Vec<_> = E::Column::iter().map(|column| Some(found[0].get(column))).collect();
    assert_eq!(found, wanted, "{table}");
}

/// A value of the column's type. All ids are the same one, so that every foreign key is met; instants
/// grow with the position, so that periods end after they start.
fn sample(table: &str, column: &str, position: usize, kind: &ColumnType) -> Value {
    let name = format!("{table}.{column}");
    let word = WORDS.iter().find(|(one, _)| *one == name).map(|(_, word)| *word);
    let hour = i64::try_from(position).unwrap();
    match kind {
        _ if EMPTY.contains(&name.as_str()) => kind_of_nothing(kind),
        ColumnType::Uuid => Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001).into(),
        ColumnType::String(_) | ColumnType::Text => {
            word.map_or_else(|| format!("Žoë’s “{name}” 雪 🙂"), str::to_owned).into()
        }
        // As its own table allows.
        ColumnType::SmallInteger if name == "escalation.severity" => 3_i16.into(),
        ColumnType::SmallInteger => 7_i16.into(),
        ColumnType::Integer => 2_000_000_007_i32.into(),
        ColumnType::BigInteger => (i64::MAX - 7).into(),
        ColumnType::Boolean => true.into(),
        ColumnType::Date => chrono::NaiveDate::from_ymd_opt(2028, 2, 29).unwrap().into(),
        ColumnType::TimestampWithTimeZone => (chrono::DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap()
            + chrono::TimeDelta::hours(hour))
        .into(),
        ColumnType::JsonBinary => serde_json::json!({"a": [1, null, "ü", {"b": 0.5}]}).into(),
        ColumnType::VarBinary(_) | ColumnType::Blob => vec![0_u8, 255, 7, 128].into(),
        other => panic!("{name}: give {other:?} a sample here"),
    }
}

fn kind_of_nothing(kind: &ColumnType) -> Value {
    match kind {
        ColumnType::TimestampWithTimeZone => Value::ChronoDateTimeUtc(None),
        other => panic!("give {other:?} an empty value here"),
    }
}

/// Every table with its columns, and every index, each as one line.
async fn objects(db: &DatabaseConnection) -> BTreeSet<String> {
    let indexes = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT indexname::text AS a, indexdef::text AS b FROM pg_indexes WHERE schemaname = 'public'"
        }
        _ => "SELECT name AS a, coalesce(sql, '') AS b FROM sqlite_master WHERE type IN ('index', 'view', 'trigger')",
    };
    let mut objects: BTreeSet<_> =
        pairs(db, indexes).await.into_iter().map(|(name, text)| format!("{name}: {text}")).collect();
    objects.extend(columns(db).await.into_iter().map(|(table, column)| format!("{table}.{column}")));
    objects
}

async fn columns(db: &DatabaseConnection) -> Vec<(String, String)> {
    let text = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text AS a, column_name::text AS b FROM information_schema.columns WHERE table_schema = 'public'"
        }
        _ => {
            "SELECT m.name AS a, c.name AS b FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
    };
    pairs(db, text).await
}

async fn pairs(db: &DatabaseConnection, text: &str) -> Vec<(String, String)> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    rows.iter().map(|row| (row.try_get("", "a").unwrap(), row.try_get("", "b").unwrap())).collect()
}
