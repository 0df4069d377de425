//! Which account hangs below which: no rings, no endless chains.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::{AccountId, account};

use super::{
    accounts::words,
    drafts::Draft,
    lookup::{Book, by_id, sought},
};
use crate::{
    base::Result,
    import::{By, Given, Pointer, RowError},
    store::{Tx, Visible, among},
};

/// Accounts above one another, at most.
const DEEP: usize = 20;

pub(super) struct Parents {
    book: Book<account::Entity>,
    above: HashMap<AccountId, Option<AccountId>>,
    /// Parents out of the writer's sight: who was shown none takes none away.
    hidden: HashSet<AccountId>,
    /// Rows of the chunk that were placed, by what points at them.
    placed: HashMap<(By, String), AccountId>,
}

impl Parents {
    /// Finds the accounts pointed at and everything above them: one statement a level.
    pub async fn load<'a>(
        tx: &Tx,
        source: &str,
        pointers: impl Iterator<Item = &'a Pointer> + Clone,
        old: impl Iterator<Item = &'a Visible<account::Model>>,
    ) -> Result<Self> {
        let book = Book::<account::Entity>::open(tx, source, pointers.clone()).await?;
        let mut above: HashMap<AccountId, Option<AccountId>> = old.map(|row| (row.id, row.parent_id)).collect();
        for row in pointers.filter_map(|pointer| book.get(pointer, 0, |_| true).ok()) {
            above.insert(row.id, row.parent_id);
        }
        let mut hidden = HashSet::new();
        for _ in 0..DEEP {
            let next: BTreeSet<AccountId> =
                above.values().flatten().filter(|id| !above.contains_key(id)).copied().collect();
            if next.is_empty() {
                break;
            }
            let next: Vec<AccountId> = next.into_iter().collect();
            let mut rows = by_id::<account::Entity>(tx, &next).await?;
            let unseen: Vec<AccountId> = next.iter().filter(|id| !rows.contains_key(id)).copied().collect();
            if !unseen.is_empty() {
                // Rings are refused whoever sees them.
                let which = among::<account::Entity, _>(account::Column::Id, &unseen);
                let found = tx.everywhere::<account::Entity>().filter(which).all().await?;
                rows.extend(found.into_iter().map(|row| (row.id, row)));
                hidden.extend(unseen);
            }
            above.extend(next.into_iter().map(|id| (id, rows.get(&id).and_then(|row| row.parent_id))));
        }
        Ok(Self { book, above, hidden, placed: HashMap::new() })
    }

    /// The parent of a row, if it is there and no ring comes of it; the row can then be a parent itself.
    pub fn place(&mut self, draft: &Draft) -> Result<Option<AccountId>, RowError> {
        let row = &draft.row;
        let parent = match &row.parent {
            Given::Unmapped => draft.old.as_ref().and_then(|old| old.parent_id),
            Given::Blank => {
                let old = draft.old.as_ref().and_then(|old| old.parent_id);
                old.filter(|id| self.hidden.contains(id))
            }
            Given::Value(pointer) => {
                let placed = sought(pointer).find_map(|(by, word)| self.placed.get(&(by, word.into_owned())).copied());
                let parent = match (self.book.get(pointer, row.row, |_| true), placed) {
                    (Ok(found), _) => found.id,
                    (Err(_), Some(placed)) => placed,
                    (Err(fault), None) => return Err(fault),
                };
                self.fits(draft.id, parent).map_err(|rule| pointer.error(row.row, rule))?;
                Some(parent)
            }
        };
        self.above.insert(draft.id, parent);
        self.placed.extend(words(row).map(|word| (word, draft.id)));
        Ok(parent)
    }

    fn fits(&self, id: AccountId, parent: AccountId) -> Result<(), &'static str> {
        let (mut at, mut hidden) = (Some(parent), false);
        let told = |hidden: bool, rule| if hidden { "cannot be its parent; ask an admin" } else { rule };
        for _ in 0..DEEP {
            match at {
                None => return Ok(()),
                Some(above) if above == id => return Err(told(hidden, "is the account itself or one below it")),
                Some(above) => {
                    hidden |= self.hidden.contains(&above);
                    at = self.above.get(&above).copied().flatten();
                }
            }
        }
        Err(told(hidden, "would make a chain of more than 20 accounts"))
    }
}
