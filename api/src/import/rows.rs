//! Iterates over the typed rows of a file, one record in memory at a time.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::Read;

use super::{
    AccountRow, ContactRow, EscalationRow, Header, InteractionRow, InvitationRow, Kept, Kind, Mapping, MemberRow,
    Reader, Record, Refusal, Repeats, ResponseRow, TeamPath, Trouble, build, people,
};

/// What an iteration remembers of earlier rows.
#[derive(Debug, Default)]
pub struct Seen {
    /// Only filled where repeats are left out.
    references: HashSet<String>,
    pub(super) leads: HashMap<String, Vec<TeamPath>>,
}

/// A row that a file can hold.
pub trait Row: Sized {
    const KIND: Kind;

    /// The row's own reference.
    fn reference(&self) -> &str;

    fn kept(&self) -> &Kept;

    /// Whether another row of the same, by id or by reference, was among those seen; if not, it is now.
    fn repeats(&self, seen: &mut HashSet<String>) -> bool {
        let (kept, reference) = (self.kept(), self.reference());
        let Some(id) = kept.id else { return !seen.insert(reference.to_owned()) };
        let named = match &kept.source {
            _ if reference.is_empty() || Self::KIND == Kind::Responses => None,
            Some(source) => Some(format!("{reference}\n{source}")),
            None => Some(reference.to_owned()),
        };
        let known = seen.contains(&id.to_string()) || named.as_ref().is_some_and(|named| seen.contains(named));
        if !known {
            seen.extend([id.to_string()].into_iter().chain(named));
        }
        known
    }

    /// What a record becomes: nothing, one row, or several.
    fn build(mapping: &Mapping, record: &Record, seen: &mut Seen) -> Vec<Result<Self, Refusal>>;
}

macro_rules! single {
    ($row:ty, $kind:ident, $build:path) => {
        impl Row for $row {
            const KIND: Kind = Kind::$kind;
            fn reference(&self) -> &str {
                &self.reference
            }
            fn kept(&self) -> &Kept {
                &self.kept
            }
            fn build(mapping: &Mapping, record: &Record, _: &mut Seen) -> Vec<Result<Self, Refusal>> {
                vec![$build(mapping, record)]
            }
        }
    };
}

single!(AccountRow, Accounts, build::account);
single!(ContactRow, Contacts, build::contact);
single!(EscalationRow, Escalations, build::escalation);
single!(ResponseRow, Responses, build::response);
single!(InvitationRow, Invitations, build::invitation);

impl Row for MemberRow {
    const KIND: Kind = Kind::Members;

    fn reference(&self) -> &str {
        &self.reference
    }

    fn kept(&self) -> &Kept {
        &self.kept
    }

    fn build(mapping: &Mapping, record: &Record, seen: &mut Seen) -> Vec<Result<Self, Refusal>> {
        people::members(mapping, record, seen)
    }
}

impl Row for InteractionRow {
    const KIND: Kind = Kind::Interactions;

    fn reference(&self) -> &str {
        &self.reference
    }

    fn kept(&self) -> &Kept {
        &self.kept
    }

    fn build(mapping: &Mapping, record: &Record, _: &mut Seen) -> Vec<Result<Self, Refusal>> {
        mapping.entries.iter().filter_map(|entry| build::interaction(entry, record)).collect()
    }
}

/// The rows of one file. Ends after the last one, or after trouble with the file itself.
pub struct Rows<T, R> {
    reader: Reader<R>,
    mapping: Mapping,
    seen: Seen,
    waiting: VecDeque<Result<T, Refusal>>,
    read: u64,
    skipped: u64,
    weight: u64,
    over: bool,
}

/// Opens a file: reads its header and ties the mapping to it. The mapping must be one of `T`'s kind. What it leaves
/// open about the file, and [`super::settle()`] did not find, is taken for UTF-8, commas and ISO dates.
pub fn rows<T: Row, R: Read>(input: R, mut mapping: Mapping) -> Result<Rows<T, R>, super::FileError> {
    let reader = Reader::open(input, mapping.written())?;
    if mapping.kind != T::KIND {
        let rule = format!("was read as a mapping of {}, but the rows are {}", mapping.kind.as_str(), T::KIND.as_str());
        return Err(super::FileError::Header(super::Faults(vec![super::Fault { key: "mapping".to_owned(), rule }])));
    }
    mapping.bind(reader.header()).map_err(super::FileError::Header)?;
    let (seen, waiting) = (Seen::default(), VecDeque::new());
    Ok(Rows { reader, mapping, seen, waiting, read: 0, skipped: 0, weight: 0, over: false })
}

impl<T: Row, R: Read> Rows<T, R> {
    pub fn header(&self) -> &Header {
        self.reader.header()
    }

    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Rows of the file read so far, the header not counted.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Reads on to the end without making anything of the rows, and gives how many there are in all.
    pub fn count(mut self) -> Result<u64, super::FileError> {
        while let Some(record) = self.reader.next_record() {
            if let Err(Trouble::File(error)) = record {
                return Err(error);
            }
            self.read += 1;
        }
        Ok(self.read)
    }

    /// Whether the next row comes from the next row of the file.
    pub fn between(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Rows left out so far because the mapping says so: blank where `skip_blank` says, or repeated.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Bytes of all texts that were made of rows so far.
    pub fn weight(&self) -> u64 {
        self.weight
    }

    fn take(&mut self, record: &Record) {
        if self.mapping.skips(record) {
            self.skipped += 1;
            return;
        }
        let made = T::build(&self.mapping, record, &mut self.seen);
        self.weight += record.weight();
        for made in made {
            match made {
                Ok(row) if self.mapping.repeats == Repeats::Skip && row.repeats(&mut self.seen.references) => {
                    self.skipped += 1;
                }
                made => self.waiting.push_back(made),
            }
        }
    }
}

impl<T: Row, R: Read> Iterator for Rows<T, R> {
    type Item = Result<T, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(made) = self.waiting.pop_front() {
                return Some(made.map_err(Trouble::Row));
            }
            if self.over {
                return None;
            }
            match self.reader.next_record() {
                None => self.over = true,
                Some(Ok(record)) => {
                    self.read += 1;
                    self.take(&record);
                }
                Some(Err(trouble)) => {
                    match trouble {
                        Trouble::Row(_) => self.read += 1,
                        Trouble::File(_) => self.over = true,
                    }
                    return Some(Err(trouble));
                }
            }
        }
    }
}
