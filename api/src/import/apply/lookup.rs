//! Whatever rows of a chunk point at, found with one statement for each way of pointing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::str::FromStr;

use entity::{
    AccountId, ContactId, ContactRoles, EscalationId, MemberId, TeamId, Tier, Time, account, contact, escalation,
    member,
};
use sea_orm::{ColumnTrait, sea_query::Order};
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    base::{Result, key},
    import::{By, Pointer, RowError},
    store::{Owned, Tx, Visible, Witness, among},
};

/// What is looked at of an account that rows point at; its fields stand in the order of their columns, as those of the others.
#[derive(Clone, Deserialize)]
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
#[derive(Clone, Deserialize)]
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
#[derive(Clone, Deserialize)]
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
#[derive(Clone, Deserialize)]
pub(super) struct Escalation {
    pub id: EscalationId,
    pub reference: Option<String>,
}

/// A table that rows of a file point into.
pub(super) trait Pointed: Owned<Model: Send + Sync + Clone> {
    /// What is read of a row that is only pointed at, from which columns.
    type Row: DeserializeOwned + Send + Sync;
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
pub(super) fn word(by: By, text: &str) -> Cow<'_, str> {
    match by {
        By::Reference | By::Either => text.into(),
        By::Name | By::Email => key(text).into(),
        By::Domain | By::Id => text.to_lowercase().into(),
    }
}

/// By what a pointer may find its row: the first that finds any counts.
pub(super) fn sought(pointer: &Pointer) -> impl Iterator<Item = (By, Cow<'_, str>)> {
    let ways = match &pointer.by {
        By::Either => &[By::Reference, By::Name],
        by => std::slice::from_ref(by),
    };
    ways.iter().map(|by| (*by, word(*by, &pointer.text)))
}

/// Rows of a book, about: what is held from part to part is held in memory.
const FULL: usize = 4_096;

/// The rows that the pointers of a chunk name: what one part has asked for is there for the next.
pub(super) struct Book<E: Pointed> {
    rows: HashMap<E::Id, Visible<E::Row>>,
    /// Words that were looked up, even those that name nothing.
    found: HashMap<By, HashMap<String, Vec<E::Id>>>,
}

// By hand: the derive would ask that a table has a usual value.
impl<E: Pointed> Default for Book<E> {
    fn default() -> Self {
        Self { rows: HashMap::new(), found: HashMap::new() }
    }
}

impl<E: Pointed> Book<E> {
    pub async fn open(tx: &Tx, source: &str, pointers: impl Iterator<Item = &Pointer>) -> Result<Self> {
        let mut book = Self::default();
        book.read(tx, source, pointers).await?;
        Ok(book)
    }

    /// Looks up what was not looked up yet: one statement for each way of pointing.
    pub async fn read(&mut self, tx: &Tx, source: &str, pointers: impl Iterator<Item = &Pointer>) -> Result<()> {
        let mut more = Self::default();
        for (by, word) in pointers.flat_map(sought) {
            if self.ids(by, &word).is_none() {
                more.found.entry(by).or_default().entry(word.into_owned()).or_default();
            }
        }
        let asked: Vec<(By, Vec<String>)> =
            more.found.iter().map(|(by, words)| (*by, words.keys().cloned().collect())).collect();
        for (by, mut set) in asked {
            set.sort_unstable();
            let find = match by {
                By::Id => {
                    let ids: Vec<E::Id> = set.iter().filter_map(|word| word.parse().ok()).collect();
                    tx.find::<E>().filter(among::<E, _>(E::ID, &ids))
                }
                By::Reference => tx.find::<E>().filter(E::SOURCE.eq(source)).filter(among::<E, _>(E::at(by), &set)),
                By::Name | By::Email | By::Domain | By::Either => tx.find::<E>().filter(among::<E, _>(E::at(by), &set)),
            };
            for row in find.some::<E::Row>(E::COLUMNS).await? {
                let id = E::row_id(&row);
                let words = more.found.entry(by).or_default();
                let ids = match by {
                    By::Id => words.get_mut(&id.to_string()),
                    _ => E::word(&row, by).and_then(|word| words.get_mut(word)),
                };
                if let Some(ids) = ids {
                    ids.push(id);
                }
                more.rows.insert(id, row);
            }
        }
        more.follow(tx).await?;
        self.rows.extend(more.rows);
        for (by, words) in more.found {
            self.found.entry(by).or_default().extend(words);
        }
        Ok(())
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
        let named = self.found.iter_mut().filter(|(by, _)| **by != By::Id);
        for ids in named.flat_map(|(_, words)| words.values_mut()) {
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

    /// Whether it holds so much that it is better begun anew.
    pub fn is_full(&self) -> bool {
        self.rows.len() > FULL
    }

    pub fn rows(&self) -> impl Iterator<Item = &Visible<E::Row>> {
        self.rows.values()
    }

    pub fn row(&self, id: E::Id) -> Option<&Visible<E::Row>> {
        self.rows.get(&id)
    }

    fn ids(&self, by: By, word: &str) -> Option<&[E::Id]> {
        self.found.get(&by)?.get(word).map(Vec::as_slice)
    }

    /// The one row a pointer names, of those that `fit`.
    pub fn get(
        &self,
        pointer: &Pointer,
        row: u64,
        fit: impl Fn(&E::Row) -> bool,
    ) -> Result<&Visible<E::Row>, RowError> {
        let what = E::WHAT;
        for (by, word) in sought(pointer) {
            let ids = self.ids(by, &word).unwrap_or_default();
            let mut hits = ids.iter().filter_map(|id| self.rows.get(id)).filter(|row| fit(row));
            match (hits.next(), hits.next()) {
                (Some(only), None) => return Ok(only),
                (None, _) => {}
                (Some(_), Some(_)) => {
                    let rule = format!("is the {} of several {what}s; point by reference instead", by.as_str());
                    return Err(pointer.error(row, rule));
                }
            }
        }
        Err(pointer.error(row, format!("is the {} of no {what}", pointer.by.as_str())))
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
