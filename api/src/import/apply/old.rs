//! The rows that stand already of those a chunk holds: found by their ids, or by source and reference.

use std::collections::{BTreeMap, HashMap};

use super::{
    Setting,
    lookup::{Pointed, by_id, known},
};
use crate::{
    base::Result,
    import::{Kept, RowError},
    store::{Tx, Visible},
};

pub(super) struct Old<E: Pointed> {
    by_id: HashMap<E::Id, Visible<E::Model>>,
    by_reference: HashMap<(String, String), Visible<E::Model>>,
    source: String,
}

impl<E: Pointed> Old<E> {
    /// One statement for each source, and one for ids where there are any.
    pub async fn load(tx: &Tx, setting: &Setting, rows: impl Iterator<Item = (&Kept, &str)>) -> Result<Self> {
        let (mut ids, mut references): (Vec<E::Id>, BTreeMap<&str, Vec<&str>>) = (Vec::new(), BTreeMap::new());
        for (kept, reference) in rows {
            ids.extend(kept.id.map(E::Id::from));
            if !reference.is_empty() {
                references.entry(kept.source.as_deref().unwrap_or(&setting.source)).or_default().push(reference);
            }
        }
        let mut by_reference = HashMap::new();
        for (source, references) in references {
            let found = known::<E>(tx, source, references.into_iter()).await?;
            by_reference.extend(found.into_iter().map(|(reference, row)| ((source.to_owned(), reference), row)));
        }
        let by_id = if ids.is_empty() { HashMap::new() } else { by_id::<E>(tx, &ids).await? };
        Ok(Self { by_id, by_reference, source: setting.source.clone() })
    }

    /// All that stand, some twice.
    pub fn all(&self) -> impl Iterator<Item = &Visible<E::Model>> {
        self.by_id.values().chain(self.by_reference.values())
    }

    /// The row that stands already: the one of the id; if there is none, the one of the reference.
    pub fn take(&mut self, row: u64, kept: &Kept, reference: &str) -> Result<Option<Visible<E::Model>>, RowError> {
        let own = kept.id.and_then(|id| self.by_id.remove(&E::Id::from(id)));
        let named = kept.origin(reference, &self.source).and_then(|origin| self.by_reference.remove(&origin));
        match (own, named) {
            (Some(own), Some(named)) if E::id(&own) != E::id(&named) => {
                let rule = format!("is the reference of another {} than the one of the id", E::WHAT);
                Err(RowError::new(row, "reference", reference, rule))
            }
            (own, named) => Ok(own.or(named)),
        }
    }
}
