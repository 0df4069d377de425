//! Which rows.

use entity::{AccountId, ContactId, InvitationId, MemberId, TeamId};

/// The accounts somebody sees, by the columns that keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    All,
    /// Accounts owned by `owners`, at home in `teams`, or granted to `granted`. Empty lists match nothing.
    Staff {
        owners: Vec<MemberId>,
        teams: Vec<TeamId>,
        granted: Vec<MemberId>,
    },
    /// These accounts: a customer's own and those granted to it.
    Accounts(Vec<AccountId>),
    None,
}

/// What one viewer sees. A query on client data cannot be run without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub(super) rows: Rows,
    /// Set for a customer: of contacts and answers, only their own.
    pub(super) contact: Option<ContactId>,
    /// Set for a link holder: of invitations and answers, only this.
    pub(super) invitation: Option<InvitationId>,
    /// Whose credited answers count as "mine", and whose teams' do.
    pub(super) credit: Credit,
    /// Members and teams, surveys: the company's own tables.
    pub(super) staff: bool,
    /// Set for the one job that counts confidential and anonymous answers: nobody else sees any.
    pub(super) counting: bool,
}

/// Which credited answers somebody's own figures hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credit {
    All,
    /// Answers of these owners.
    Owner(MemberId),
    /// Answers credited in these teams or below, at their place in today's tree.
    Teams(Vec<TeamId>),
    None,
}

impl Scope {
    /// Nothing at all: nobody is signed in.
    pub const fn nothing() -> Self {
        Self { rows: Rows::None, contact: None, invitation: None, credit: Credit::None, staff: false, counting: false }
    }

    /// The server's own work: jobs, set-up, imports by the operator.
    pub(crate) const fn everything() -> Self {
        Self { rows: Rows::All, contact: None, invitation: None, credit: Credit::All, staff: true, counting: false }
    }

    /// The job that counts confidential and anonymous answers.
    pub(crate) fn counting() -> Self {
        Self { counting: true, ..Self::everything() }
    }

    pub(crate) const fn staff(rows: Rows, credit: Credit) -> Self {
        Self { rows, contact: None, invitation: None, credit, staff: true, counting: false }
    }

    pub(crate) const fn customer(contact: ContactId, accounts: Vec<AccountId>) -> Self {
        Self {
            rows: Rows::Accounts(accounts),
            contact: Some(contact),
            invitation: None,
            credit: Credit::None,
            staff: false,
            counting: false,
        }
    }

    pub(crate) fn link(account: AccountId, invitation: InvitationId) -> Self {
        Self {
            rows: Rows::Accounts(vec![account]),
            contact: None,
            invitation: Some(invitation),
            credit: Credit::None,
            staff: false,
            counting: false,
        }
    }

    pub const fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Whether an account is this viewer's to give away or change: one of their teams', or their own. What
    /// was only granted to them is not.
    pub fn manages(&self, team: TeamId, owner: Option<MemberId>) -> bool {
        match &self.rows {
            Rows::All => true,
            Rows::Staff { owners, teams, .. } => {
                teams.contains(&team) || owner.is_some_and(|owner| owners.contains(&owner))
            }
            Rows::Accounts(_) | Rows::None => false,
        }
    }

    pub const fn contact(&self) -> Option<ContactId> {
        self.contact
    }

    pub const fn invitation(&self) -> Option<InvitationId> {
        self.invitation
    }

    pub const fn credit(&self) -> &Credit {
        &self.credit
    }

    pub const fn is_staff(&self) -> bool {
        self.staff
    }

    pub const fn is_counting(&self) -> bool {
        self.counting
    }
}
