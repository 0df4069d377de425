//! Whatever rows of a chunk point at, found with one statement for each way of pointing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;
use std::hash::Hash;
use std::str::FromStr;

use entity::{
    AccountId, ContactId, ContactRoles, EscalationId, MemberId, TeamId, Tier, Time, account, contact, escalation,
    member,
};
use sea_orm::{ColumnTrait, FromQueryResult, sea_query::Order};
use uuid::Uuid;

use crate::{
    base::{Result, key},
    import::{By, Pointer, RowError},
    store::{Owned, Tx, Visible, Witness, among},
};

/// What is looked at of an account that rows point at.
#[derive(Clone, FromQueryResult)]
pub(super) struct Account {
    pub id: AccountId,
    pub name_key: String,
    pub domain: Option<String>,
    pub reference: Option<String>,
    pub parent_id: Option<AccountId>,
    pub territory: Option<String>,
    pub segment: Option<String>,
    pub tier: Tier,
    pub team_id: TeamId,
    pub last_live_at: Time,
    pub last_inbound_at: Time,
    pub last_outbound_at: Time,
    pub merged_into_id: Option<AccountId>,
}

impl Witness for Visible<Account> {
    fn account(&self) -> AccountId {
        self.id
    }
}

/// What is looked at of a member.
#[derive(Clone, FromQueryResult)]
pub(super) struct Member {
    pub id: MemberId,
    pub name: String,
    pub name_key: String,
    pub email_key: String,
    pub reference: Option<String>,
    pub team_id: Option<TeamId>,
    pub active: bool,
}

/// What is looked at of a contact.
#[derive(Clone, FromQueryResult)]
pub(super) struct Contact {
    pub id: ContactId,
    pub account_id: AccountId,
    pub name_key: String,
    pub email_key: Option<String>,
    pub reference: Option<String>,
    pub roles: ContactRoles,
    pub merged_into_id: Option<ContactId>,
    pub language: Option<String>,
}

/// What is looked at of an escalation.
#[derive(Clone, FromQueryResult)]
pub(super) struct Escalation {
    pub id: EscalationId,
    pub reference: Option<String>,
}

/// A table that rows of a file point into.
pub(super) trait Pointed: Owned<Model: FromQueryResult + Send + Sync + Clone> {
    /// What is read of a row that is only pointed at, from which columns.
    type Row: FromQueryResult + Send + Sync;
    const COLUMNS: &'static [Self::Column];
    type Id: Copy + Eq + Ord + Hash + Send + Sync + Display + FromStr + From<Uuid> + Into<sea_orm::Value>;
    const WHAT: &'static str;
    const SOURCE: Self::Column;
    const REFERENCE: Self::Column;
    const ID: Self::Column;

    fn id(row: &Self::Model) -> Self::Id;
    fn reference(row: &Self::Model) -> Option<&str>;
    fn row_id(row: &Self::Row) -> Self::Id;
    /// The row it was merged into, which stands for it since.
    fn merged(row: &Self::Row) -> Option<Self::Id>;
    /// The column that a way of pointing looks at, and what the row holds there.
    fn at(by: By) -> Self::Column;
    fn word(row: &Self::Row, by: By) -> Option<&str>;
}

macro_rules! pointed {
    ($table:ident, $id:ty, $row:ident [$($read:ident)+], $what:literal, $merged:expr, $($by:ident => $column:ident $field:expr,)*) => {
        impl Pointed for $table::Entity {
            type Id = $id;
            type Row = $row;
            const COLUMNS: &'static [$table::Column] = &[$($table::Column::$read),+];
            const WHAT: &'static str = $what;
            const SOURCE: $table::Column = $table::Column::Source;
            const REFERENCE: $table::Column = $table::Column::Reference;
            const ID: $table::Column = $table::Column::Id;

            fn id(row: &$table::Model) -> $id {
                row.id
            }
            fn reference(row: &$table::Model) -> Option<&str> {
                row.reference.as_deref()
            }
            fn row_id(row: &$row) -> $id {
                row.id
            }
            fn merged(row: &$row) -> Option<$id> {
                let merged: fn(&$row) -> Option<$id> = $merged;
                merged(row)
            }
            fn at(by: By) -> $table::Column {
                match by {
                    $(By::$by => $table::Column::$column,)*
                    _ => $table::Column::Reference,
                }
            }
            fn word(row: &$row, by: By) -> Option<&str> {
                let field: fn(&$row) -> Option<&str> = match by {
                    $(By::$by => $field,)*
                    _ => |row| row.reference.as_deref(),
                };
                field(row)
            }
        }
    };
}

pointed!(
    account, AccountId,
    Account [
        Id NameKey Domain Reference ParentId Territory Segment Tier TeamId LastLiveAt LastInboundAt LastOutboundAt
        MergedIntoId
    ],
    "account", |row| row.merged_into_id, Name => NameKey |row| Some(&row.name_key), Domain => Domain |row| row.domain.as_deref(),
);
pointed!(
    member, MemberId, Member [Id Name NameKey EmailKey Reference TeamId Active],
    "member", |_| None, Name => NameKey |row| Some(&row.name_key), Email => EmailKey |row| Some(&row.email_key),
);
pointed!(
    contact, ContactId, Contact [Id AccountId NameKey EmailKey Reference Roles MergedIntoId Language],
    "contact", |row| row.merged_into_id, Name => NameKey |row| Some(&row.name_key), Email => EmailKey |row| row.email_key.as_deref(),
);

pointed!(escalation, EscalationId, Escalation [Id Reference], "escalation", |_| None,);

/// What is compared when rows are pointed at.
pub(super) fn word(by: By, text: &str) -> String {
    match by {
        By::Reference => text.to_owned(),
        By::Name | By::Email => key(text),
        By::Domain | By::Id => text.to_lowercase(),
    }
}

/// The rows that the pointers of a chunk name.
pub(super) struct Book<E: Pointed> {
    rows: HashMap<E::Id, Visible<E::Row>>,
    found: HashMap<(By, String), Vec<E::Id>>,
}

impl<E: Pointed> Book<E> {
    pub async fn open(tx: &Tx, source: &str, pointers: impl Iterator<Item = &Pointer>) -> Result<Self> {
        let mut words: BTreeMap<&str, (By, BTreeSet<String>)> = BTreeMap::new();
        for pointer in pointers {
            let (_, set) = words.entry(pointer.by.as_str()).or_insert((pointer.by, BTreeSet::new()));
            set.insert(word(pointer.by, &pointer.text));
        }
        let mut book = Self { rows: HashMap::new(), found: HashMap::new() };
        for (by, set) in words.into_values() {
            let set: Vec<String> = set.into_iter().collect();
            let find = match by {
                By::Id => {
                    let ids: Vec<E::Id> = set.iter().filter_map(|word| word.parse().ok()).collect();
                    tx.find::<E>().filter(among::<E, _>(E::ID, &ids))
                }
                By::Reference => tx.find::<E>().filter(E::SOURCE.eq(source)).filter(among::<E, _>(E::at(by), &set)),
                By::Name | By::Email | By::Domain => tx.find::<E>().filter(among::<E, _>(E::at(by), &set)),
            };
            for row in find.order(E::ID, Order::Asc).some::<E::Row>(E::COLUMNS).await? {
                let id = E::row_id(&row);
                let word = if by == By::Id { Some(id.to_string()) } else { E::word(&row, by).map(str::to_owned) };
                if let Some(word) = word {
                    book.found.entry((by, word)).or_default().push(id);
                }
                book.rows.insert(id, row);
            }
        }
        book.follow(tx).await?;
        Ok(book)
    }

    /// Whatever pointed at a row that was merged away points at the one that stayed; but an id is an id.
    async fn follow(&mut self, tx: &Tx) -> Result<()> {
        loop {
            let gone = self.rows.values().filter_map(|row| E::merged(row)).filter(|id| !self.rows.contains_key(id));
            let next: Vec<E::Id> = gone.collect();
            let rows = match next[..] {
                [] => Vec::new(),
                _ => tx.find::<E>().filter(among::<E, _>(E::ID, &next)).some::<E::Row>(E::COLUMNS).await?,
            };
            if rows.is_empty() {
                break;
            }
            self.rows.extend(rows.into_iter().map(|row| (E::row_id(&row), row)));
        }
        for (_, ids) in self.found.iter_mut().filter(|((by, _), _)| *by != By::Id) {
            for id in ids.iter_mut() {
                while let Some(stayed) = self.rows.get(id).and_then(|row| E::merged(row)) {
                    *id = stayed;
                }
            }
            ids.sort_unstable();
            ids.dedup();
        }
        Ok(())
    }

    pub fn rows(&self) -> impl Iterator<Item = &Visible<E::Row>> {
        self.rows.values()
    }

    /// The one row a pointer names, of those that `fit`.
    pub fn get(
        &self,
        pointer: &Pointer,
        row: u64,
        fit: impl Fn(&E::Row) -> bool,
    ) -> Result<&Visible<E::Row>, RowError> {
        let ids = self.found.get(&(pointer.by, word(pointer.by, &pointer.text))).map(Vec::as_slice).unwrap_or_default();
        let mut hits = ids.iter().filter_map(|id| self.rows.get(id)).filter(|row| fit(row));
        let (by, what) = (pointer.by.as_str(), E::WHAT);
        match (hits.next(), hits.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(pointer.error(row, format!("is the {by} of no {what}"))),
            (Some(_), Some(_)) => {
                Err(pointer.error(row, format!("is the {by} of several {what}s; point by reference instead")))
            }
        }
    }
}

/// Rows that stand already, by reference.
pub(super) async fn known<E: Pointed>(
    tx: &Tx,
    source: &str,
    references: impl Iterator<Item = &str>,
) -> Result<HashMap<String, Visible<E::Model>>> {
    let references: Vec<String> = references.map(str::to_owned).collect();
    let find = tx.find::<E>().filter(E::SOURCE.eq(source)).filter(among::<E, _>(E::REFERENCE, &references));
    let rows = find.order(E::ID, Order::Asc).lock().all().await?;
    Ok(rows.into_iter().filter_map(|row| Some((E::reference(&row)?.to_owned(), row))).collect())
}

/// Rows by id.
pub(super) async fn by_id<E: Pointed>(tx: &Tx, ids: &[E::Id]) -> Result<HashMap<E::Id, Visible<E::Model>>> {
    let rows = tx.find::<E>().filter(among::<E, _>(E::ID, ids)).order(E::ID, Order::Asc).lock().all().await?;
    Ok(rows.into_iter().map(|row| (E::id(&row), row)).collect())
}
