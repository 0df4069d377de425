//! Which verbs.

use std::{fmt, str::FromStr};

use super::Role;

/// Something a service does. Each changing service function starts by asking for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    ReadAccounts,
    /// Who owned an account when.
    ReadOwnership,
    ChangeAccounts,
    AssignOwners,
    /// Has members stand in for absent ones.
    ManageCovers,
    ReadContacts,
    ChangeContacts,
    ReadInteractions,
    LogInteractions,
    ReadDirectory,
    ChangeMembers,
    ChangeTeams,
    ReadSurveys,
    /// What surveys ask, and in which words.
    ChangeSurveys,
    /// A survey as a contact would get it, sent to oneself or shown.
    PreviewSurveys,
    /// To all eligible contacts of one account.
    SendToAccount,
    /// To contacts named one by one.
    SendToContacts,
    /// Where the mails are, and why some never left.
    ReadInvitations,
    /// Programmes, and what they have sent.
    ReadPrograms,
    ManagePrograms,
    /// Makes a wave of a programme now.
    RunPrograms,
    /// Pauses, resumes or cancels a sending.
    StopWaves,
    /// Keeps an account or a contact out of surveys for a while.
    ManageExclusions,
    /// Sees which accounts and contacts may be one and the same, and makes one of two.
    MergeDuplicates,
    ReadResponses,
    ReadSatisfaction,
    ReadAudit,
    /// All that is held of one contact, at once.
    ReadPersonalData,
    /// Takes every trace of a contact away.
    EraseContacts,
    ManageKeys,
    /// One's own, and for admins those of every member.
    ManageSessions,
    /// One's own.
    ChangePassword,
    /// Whole files, past every scope.
    ImportFiles,
    /// What the server does, as figures.
    ReadMetrics,
}

impl Action {
    pub(super) const fn allows(self, role: Role) -> bool {
        use Role::{Admin, Customer, Manager, Owner, System};
        match self {
            Self::ReadAccounts
            | Self::ReadContacts
            | Self::ReadInteractions
            | Self::ReadSurveys
            | Self::ReadResponses
            | Self::ManageSessions => {
                matches!(role, Admin | Manager | Owner | Customer | System)
            }
            Self::ReadOwnership
            | Self::ReadDirectory
            | Self::ReadSatisfaction
            | Self::ChangeContacts
            | Self::LogInteractions
            | Self::PreviewSurveys
            | Self::SendToAccount
            | Self::ReadInvitations
            | Self::StopWaves
            | Self::ManageExclusions
            | Self::ChangePassword => {
                matches!(role, Admin | Manager | Owner | System)
            }
            Self::ChangeAccounts
            | Self::AssignOwners
            | Self::ManageCovers
            | Self::SendToContacts
            | Self::ReadPrograms
            | Self::ManagePrograms
            | Self::RunPrograms
            | Self::MergeDuplicates
            | Self::ReadAudit
            | Self::ReadPersonalData => {
                matches!(role, Admin | Manager | System)
            }
            Self::ChangeMembers
            | Self::ChangeTeams
            | Self::ChangeSurveys
            | Self::EraseContacts
            | Self::ManageKeys
            | Self::ImportFiles
            | Self::ReadMetrics => {
                matches!(role, Admin | System)
            }
        }
    }

    /// What a key needs for it; none if no key may.
    pub(super) const fn key_scope(self) -> Option<KeyScope> {
        Some(match self {
            Self::ReadAccounts | Self::ReadOwnership => KeyScope::AccountsRead,
            Self::ChangeAccounts | Self::AssignOwners => KeyScope::AccountsWrite,
            Self::ReadContacts => KeyScope::ContactsRead,
            Self::ChangeContacts => KeyScope::ContactsWrite,
            Self::ReadInteractions => KeyScope::InteractionsRead,
            Self::LogInteractions => KeyScope::InteractionsWrite,
            Self::ReadDirectory => KeyScope::MembersRead,
            Self::ReadSurveys | Self::PreviewSurveys => KeyScope::SurveysRead,
            Self::SendToAccount | Self::SendToContacts | Self::ReadPrograms | Self::RunPrograms | Self::StopWaves => {
                KeyScope::SurveysSend
            }
            Self::ReadResponses | Self::ReadSatisfaction | Self::ReadInvitations => KeyScope::ResponsesRead,
            Self::ImportFiles => KeyScope::ImportsWrite,
            Self::ReadMetrics => KeyScope::MetricsRead,
            Self::ManageCovers
            | Self::ManagePrograms
            | Self::ManageExclusions
            | Self::MergeDuplicates
            | Self::ChangeMembers
            | Self::ChangeTeams
            | Self::ChangeSurveys
            | Self::ReadAudit
            | Self::ReadPersonalData
            | Self::EraseContacts
            | Self::ManageKeys
            | Self::ManageSessions
            | Self::ChangePassword => return None,
        })
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::ReadAccounts => "read accounts",
            Self::ReadOwnership => "read who owned an account",
            Self::ChangeAccounts => "create or change accounts",
            Self::AssignOwners => "assign owners",
            Self::ManageCovers => "see, make or end covers",
            Self::ReadContacts => "read contacts",
            Self::ChangeContacts => "create or change contacts",
            Self::ReadInteractions => "read the timeline",
            Self::LogInteractions => "log interactions",
            Self::ReadDirectory => "read members and teams",
            Self::ChangeMembers => "create or change members",
            Self::ChangeTeams => "create or change teams",
            Self::ReadSurveys => "read surveys",
            Self::PreviewSurveys => "preview surveys",
            Self::ChangeSurveys => "create, change or publish surveys",
            Self::SendToAccount => "send surveys",
            Self::SendToContacts => {
                "choose whom a survey is sent to; name an account, and all its eligible contacts are asked"
            }
            Self::ReadInvitations => "read invitations",
            Self::ReadPrograms => "read programmes",
            Self::ManagePrograms => "make or change programmes",
            Self::RunPrograms => "run programmes",
            Self::StopWaves => "see, pause, resume or cancel sendings",
            Self::ManageExclusions => "keep accounts out of surveys",
            Self::MergeDuplicates => "see or merge duplicates",
            Self::ReadResponses => "read responses",
            Self::ReadSatisfaction => "read satisfaction figures",
            Self::ReadAudit => "read the audit",
            Self::ReadPersonalData => "take a copy of what is held of a contact",
            Self::EraseContacts => "erase contacts",
            Self::ManageKeys => "manage integration keys",
            Self::ManageSessions => "see or end sign-ins",
            Self::ChangePassword => "change a password",
            Self::ImportFiles => "import files",
            Self::ReadMetrics => "read metrics",
        }
    }
}

/// What an integration's key allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyScope {
    AccountsRead,
    AccountsWrite,
    ContactsRead,
    ContactsWrite,
    InteractionsRead,
    InteractionsWrite,
    MembersRead,
    SurveysRead,
    SurveysSend,
    ResponsesRead,
    ImportsWrite,
    MetricsRead,
}

impl KeyScope {
    pub const ALL: [Self; 12] = [
        Self::AccountsRead,
        Self::AccountsWrite,
        Self::ContactsRead,
        Self::ContactsWrite,
        Self::InteractionsRead,
        Self::InteractionsWrite,
        Self::MembersRead,
        Self::SurveysRead,
        Self::SurveysSend,
        Self::ResponsesRead,
        Self::ImportsWrite,
        Self::MetricsRead,
    ];

    /// Those of a list divided by blanks; what is none is passed over.
    pub fn list(text: &str) -> Vec<Self> {
        text.split(' ').filter_map(|word| word.parse().ok()).collect()
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountsRead => "accounts:read",
            Self::AccountsWrite => "accounts:write",
            Self::ContactsRead => "contacts:read",
            Self::ContactsWrite => "contacts:write",
            Self::InteractionsRead => "interactions:read",
            Self::InteractionsWrite => "interactions:write",
            Self::MembersRead => "members:read",
            Self::SurveysRead => "surveys:read",
            Self::SurveysSend => "surveys:send",
            Self::ResponsesRead => "responses:read",
            Self::ImportsWrite => "imports:write",
            Self::MetricsRead => "metrics:read",
        }
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyScope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|s| s.as_str()).collect();
            format!("must be one of {}", known.join(", "))
        })
    }
}
