//! What was taken of the buckets here, told to the other processes about once a second, so that a limit holds for their sum.
//!
//! A request costs a line in memory. A note holds no address: only a code that this installation's secret makes of one.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use crate::secure::Secret;

/// Bytes of a note, at most: PostgreSQL takes 8,000.
const LONG: usize = 7_500;
/// Keys that are told at a time: those that took most.
const TOLD: usize = 4_096;
/// What a note begins with.
const HEAD: &str = "rates";

/// Whose buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Caller,
    Address,
    SignIn,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Caller, Self::Address, Self::SignIn];

    const fn letter(self) -> &'static str {
        match self {
            Self::Caller => "c",
            Self::Address => "a",
            Self::SignIn => "s",
        }
    }
}

/// So much was taken of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    pub key: u128,
    pub count: u32,
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = Kind::ALL.into_iter().find_map(|kind| Some((kind, text.strip_prefix(kind.letter())?)))?;
        let (key, count) = rest.split_once(':')?;
        Some(Self { kind, key: u128::from_str_radix(key, 16).ok()?, count: count.parse().ok()? })
    }
}

/// What was taken since the others were told.
pub struct Ledger {
    secret: Secret,
    taken: Mutex<HashMap<(Kind, u128), u32>>,
}

impl Ledger {
    /// `secret`: the one that all processes have.
    pub fn new(secret: Secret) -> Self {
        Self { secret, taken: Mutex::default() }
    }

    /// What an address is called, the same in every process and told to nobody else.
    pub fn key(&self, address: IpAddr) -> u128 {
        match address {
            IpAddr::V4(four) => self.secret.code(&four.octets()),
            IpAddr::V6(six) => self.secret.code(&six.octets()),
        }
    }

    /// One was taken.
    pub fn note(&self, kind: Kind, key: u128) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry((kind, key)).or_default();
        *count = count.saturating_add(1);
    }

    /// What was taken since the last time, as notes for the others; none where nothing was. `own`: a number that no
    /// other process has.
    pub fn notes(&self, own: u128) -> Vec<String> {
        let taken = std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner));
        let mut taken: Vec<_> = taken.into_iter().collect();
        taken.sort_unstable_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut notes: Vec<String> = Vec::new();
        for ((kind, key), count) in taken.into_iter().take(TOLD) {
            let entry = format!(" {}{key:x}:{count}", kind.letter());
            match notes.last_mut() {
                Some(note) if note.len() + entry.len() <= LONG => note.push_str(&entry),
                _ => notes.push(format!("{HEAD} {own:x}{entry}")),
            }
        }
        notes
    }
}

/// What another process has taken; nothing where it is a note of one's own, or none of this kind.
pub fn read(note: &str, own: u128) -> Vec<Entry> {
    let mut words = note.split(' ');
    let from = (words.next() == Some(HEAD)).then(|| words.next()).flatten();
    match from.and_then(|from| u128::from_str_radix(from, 16).ok()) {
        Some(from) if from != own => words.filter_map(Entry::parse).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of at least thirty-two bytes";

    fn ledger(secret: &str) -> Ledger {
        Ledger::new(Secret::parse(secret).unwrap())
    }

    #[test]
    fn what_one_takes_the_other_reads() {
        let (one, other) = (ledger(SECRET), ledger(SECRET));
        assert!(one.notes(1).is_empty());
        let address = "203.0.113.9".parse().unwrap();
        assert_eq!(one.key(address), other.key(address));
        assert_ne!(one.key(address), ledger("another secret of at least thirty-two bytes").key(address));
        for _ in 0..3 {
            one.note(Kind::Address, one.key(address));
        }
        one.note(Kind::Caller, u128::MAX);
        let notes = one.notes(1);
        assert_eq!(notes.len(), 1);
        assert!(!notes[0].contains("203"), "{notes:?}");
        let heard = [
            Entry { kind: Kind::Address, key: one.key(address), count: 3 },
            Entry { kind: Kind::Caller, key: u128::MAX, count: 1 },
        ];
        assert_eq!(read(&notes[0], 2), heard);
        assert!(read(&notes[0], 1).is_empty(), "its own");
        assert!(one.notes(1).is_empty(), "told once");
        for strange in ["", "rates", "rates x", "rates 2 z1:1", "rates 2 c1", "rates 2 cx:1", "prices 2 c1:1"] {
            assert!(read(strange, 1).is_empty(), "{strange}");
        }
    }

    #[test]
    fn of_very_many_those_that_took_most_are_told() {
        let one = ledger(SECRET);
        for key in 0..TOLD as u128 + 100 {
            one.note(Kind::Caller, key << 64);
        }
        one.note(Kind::Caller, 7 << 64);
        let notes = one.notes(1);
        assert!(notes.iter().all(|note| note.len() <= LONG));
        let all: Vec<_> = notes.iter().flat_map(|note| read(note, 2)).collect();
        assert_eq!((all.len(), all[0].key, all[0].count), (TOLD, 7 << 64, 2));
    }
}
