//! The typed rows, each ready to be looked up and written. What a row points at is not looked up here.

use std::sync::Arc;

use entity::{
    Channel, ContactRoles, Day, Digest, Direction, InteractionType, Lifecycle, MailState, MemberRole, Muted,
    SurveyKind, Tier, Time,
};
use uuid::Uuid;

use super::{
    By, RowError,
    nested::{Collaborator, Earlier, Excluded, Further, Term},
};

/// A field of a row that may exist already: not mapped leaves it, blank clears it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// No rule fills the field.
    #[default]
    Unmapped,
    /// A rule fills it, and the row holds nothing.
    Blank,
    Value(T),
}

impl<T> Given<T> {
    /// The value, for a new row.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unmapped | Self::Blank => None,
        }
    }

    /// The value for a row that holds `old`.
    pub fn over(self, old: Option<T>) -> Option<T> {
        if let Self::Unmapped = self { old } else { self.value() }
    }
}

/// Another row, as the file names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pointer {
    pub by: By,
    pub text: String,
    /// The column it stood in.
    pub column: Arc<str>,
}

impl Pointer {
    /// The error of a pointer that finds nothing.
    pub fn error(&self, row: u64, rule: impl Into<String>) -> RowError {
        RowError::new(row, &self.column, &self.text, rule)
    }
}

/// A team by its names from below the one at the top down. After an empty name they are those of the tree itself: of
/// the team at the top where nothing follows, else of one that stands beside it, or below such a one.
pub type TeamPath = Vec<String>;

/// What only an export of Steward tells of a row: which it is, and what it has been through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Its id: the row is found by it, and made with it. A row that has one may have no reference: it is empty then.
    pub id: Option<Uuid>,
    /// Whose the reference is; the mapping's source where absent.
    pub source: Option<String>,
    pub created_at: Option<Time>,
    pub archived_at: Given<Time>,
    pub merged_into: Option<Uuid>,
}

impl Kept {
    /// What tells a row of this reference from all others of its kind.
    pub fn key(&self, reference: &str) -> String {
        self.id.map_or_else(|| reference.to_owned(), |id| id.to_string())
    }

    /// Source and reference that the row is to have from now on; none where it does not say.
    pub fn origin(&self, reference: &str, source: &str) -> Option<(String, String)> {
        let source = self.source.as_deref().unwrap_or(source);
        (!reference.is_empty()).then(|| (source.to_owned(), reference.to_owned()))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    pub row: u64,
    pub kept: Kept,
    pub reference: String,
    pub name: String,
    pub domain: Given<String>,
    pub parent: Given<Pointer>,
    pub territory: Given<String>,
    pub industry: Given<String>,
    pub segment: Given<String>,
    pub tier: Given<Tier>,
    pub lifecycle: Given<Lifecycle>,
    /// Minor units.
    pub annual_value: Given<i64>,
    pub renewal_on: Given<Day>,
    /// 0 to 100.
    pub health: Given<i16>,
    pub owner: Given<Pointer>,
    /// Where the account waits while it has no owner.
    pub team: Given<TeamPath>,
    pub past: Past,
}

/// What an account has been through. What stands already of any of it stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    pub ownerships: Vec<Term>,
    pub collaborators: Vec<Collaborator>,
    pub exclusions: Vec<Excluded>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    pub row: u64,
    pub kept: Kept,
    pub reference: String,
    pub name: String,
    pub email: String,
    pub role: Given<MemberRole>,
    pub active: Given<bool>,
    pub team: Given<TeamPath>,
    /// The teams this member leads.
    pub leads: Given<Vec<TeamPath>>,
    /// The teams this member deputises in, and no others.
    pub deputises: Given<Vec<TeamPath>>,
    /// Made from the `[lead]` columns of another member's row.
    pub derived: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRow {
    pub row: u64,
    pub kept: Kept,
    pub reference: String,
    pub account: Pointer,
    pub name: String,
    pub email: Given<String>,
    pub title: Given<String>,
    pub roles: Given<ContactRoles>,
    pub language: Given<String>,
    pub time_zone: Given<String>,
    pub mail_state: Given<MailState>,
    pub opted_out: Given<bool>,
    /// The same, with its day.
    pub opted_out_at: Option<Time>,
    pub muted: Option<Muted>,
}

/// One entry of a timeline; a row of a file may yield several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InteractionRow {
    pub row: u64,
    pub kept: Kept,
    /// The external id.
    pub reference: String,
    pub account: Pointer,
    pub kind: InteractionType,
    pub direction: Direction,
    pub channel: Channel,
    pub occurred_at: Time,
    pub member: Option<Pointer>,
    pub contact: Option<Pointer>,
    pub subject: String,
    pub body: Option<String>,
    pub customer_visible: bool,
    /// The member owns the account from this entry until the next owning one, see [`periods`].
    pub owns: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationRow {
    pub row: u64,
    pub kept: Kept,
    pub reference: String,
    pub account: Pointer,
    /// 1 to 3.
    pub severity: i16,
    pub title: String,
    pub opened_at: Time,
    /// Blank while it is open.
    pub closed_at: Given<Time>,
    pub opened_by: Given<Pointer>,
}

/// An invitation that a former system sent, and whose link is to stay good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    pub row: u64,
    pub kept: Kept,
    /// The digest of its link, as hexadecimal figures: it is known by nothing else.
    pub reference: String,
    pub link: Digest,
    pub account: Pointer,
    pub contact: Pointer,
    /// The survey's name or question key.
    pub survey: String,
    pub sent_at: Time,
    pub expires_at: Option<Time>,
    /// When the former system took an answer by it.
    pub used_at: Option<Time>,
    /// Who is credited; without, whoever owned the account when it was sent.
    pub owner: Option<Pointer>,
    pub language: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseRow {
    pub row: u64,
    pub kept: Kept,
    pub reference: String,
    pub account: Pointer,
    pub contact: Option<Pointer>,
    /// Whose answer it is; without, whoever owned the account then.
    pub owner: Option<Pointer>,
    pub answered_at: Time,
    pub language: Option<String>,
    /// Without, the account's.
    pub territory: Option<String>,
    pub frozen: Frozen,
    /// Declared blanks are left out; a bad answer refuses itself alone.
    pub answers: Vec<Result<AnswerRow, RowError>>,
}

/// What Steward froze on an answer when it was asked for, and what became of it since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frozen {
    /// The credited team. With it owner, territory and segment are blank where they were: nothing follows from the
    /// account's own.
    pub team: Given<TeamPath>,
    /// The teams from the top down to it where it stood that day, each by its path of today; as today where absent.
    pub stood: Given<Vec<TeamPath>>,
    pub segment: Option<String>,
    pub tier: Option<Tier>,
    pub decision_maker: Option<bool>,
    pub inherited: Option<bool>,
    /// Blank while the answer is open.
    pub completed_at: Given<Time>,
    pub amended_at: Option<Time>,
    pub further: Given<Further>,
    pub earlier: Vec<Earlier>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    /// The survey's name or question key, as the mapping says it.
    pub survey: Arc<str>,
    /// The key of its question, where there may be several surveys of the name.
    pub question: Option<Arc<str>>,
    /// The column of the score.
    pub column: Arc<str>,
    pub kind: SurveyKind,
    pub score: i16,
    pub comment: Option<String>,
}

/// A period of ownership, half-open; `until` is none for the last one of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period<A, M> {
    pub account: A,
    pub member: M,
    pub from: Time,
    pub until: Option<Time>,
}

/// The rule of imported ownership: whoever an owning entry names owns the account from its instant
/// until the next entry that names another. Of entries at one instant the last in the file counts.
/// Periods come by account, then time; they neither overlap nor leave a gap.
pub fn periods<A: Ord + Clone, M: PartialEq>(entries: impl IntoIterator<Item = (A, M, Time)>) -> Vec<Period<A, M>> {
    let mut entries: Vec<_> = entries.into_iter().collect();
    // Stable: entries of one instant keep the order of the file.
    entries.sort_by(|(a, _, at), (b, _, bt)| a.cmp(b).then(at.cmp(bt)));
    let mut heads: Vec<Period<A, M>> = Vec::new();
    for (account, member, from) in entries {
        match heads.last_mut() {
            Some(last) if last.account == account && last.from == from => last.member = member,
            _ => heads.push(Period { account, member, from, until: None }),
        }
    }
    let mut periods: Vec<Period<A, M>> = Vec::new();
    for head in heads {
        match periods.last_mut() {
            Some(last) if last.account == head.account && last.member == head.member => {}
            Some(last) if last.account == head.account => {
                last.until = Some(head.from);
                periods.push(head);
            }
            _ => periods.push(head),
        }
    }
    periods
}
