//! Who sees which row: one rule a table. A table without a rule cannot be queried at all.
//!
//! The truth about accounts is written once, on `account`; a child adds only what it decides
//! itself. The forms were chosen by measuring: an owner's rows by one index walk, several branches
//! as a union of ids, a manager's children by walking time and asking each row's team.

use entity::{
    AccountId, InvitationId, access_link, account, account_grant, answer, api_key, attempt, audit, contact, cover,
    escalation, exclusion, import, import_piece, interaction, invitation, job, member, once, ownership, program,
    question, quiet_answer, quiet_batch, quiet_link, quiet_score, quiet_wave, recovery_code, refusal, response,
    response_version, score_owner, score_slice, second_factor, session, setting, signing_key, survey, survey_version,
    team, team_deputy, team_member, team_place, team_tree, visit, wave,
};
use sea_orm::{
    ColumnTrait, EntityTrait,
    sea_query::{Condition, Expr, ExprTrait, Func, Query, SelectStatement, SimpleExpr, UnionType},
};

use serde::de::DeserializeOwned;

use super::{
    Engine, Visible,
    find::{among, nothing},
};
use crate::access::{Credit, Rows, Scope};

/// A table with its rule.
pub trait Owned: EntityTrait<Model: DeserializeOwned> {
    const NAME: &'static str;
    /// Whether changes of the row are written to the audit. Not where they follow from those of audited rows.
    fn is_audited(_: &Self::Model) -> bool {
        true
    }

    /// Rows inside the scope.
    fn visible(scope: &Scope, engine: Engine) -> Condition;

    /// What is left to ask of a row whose account was seen.
    fn own(scope: &Scope, engine: Engine) -> Condition {
        Self::visible(scope, engine)
    }

    /// The account a row belongs to.
    fn account(_: &Self::Model) -> Option<AccountId> {
        None
    }
}

/// A table whose rows belong to an account.
pub trait Child: Owned {
    fn account_of(row: &Self::Model) -> AccountId;
    fn account_column() -> Self::Column;
}

/// A row read inside the scope proves that its account may be written under.
pub trait Witness {
    fn account(&self) -> AccountId;
}

impl Witness for Visible<account::Model> {
    fn account(&self) -> AccountId {
        self.id
    }
}

/// An account that was read inside the scope, or that somebody names who sees all; what was read of it is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sighted(AccountId);

impl Sighted {
    pub(super) const fn new(account: AccountId) -> Self {
        Self(account)
    }

    pub fn by(witness: &impl Witness) -> Self {
        Self(witness.account())
    }
}

impl Witness for Sighted {
    fn account(&self) -> AccountId {
        self.0
    }
}

impl<W: Witness> Witness for &W {
    fn account(&self) -> AccountId {
        (*self).account()
    }
}

/// A table whose rows belong to no account: the company's own.
pub trait Apart: Owned {}

fn everything() -> Condition {
    Condition::all()
}

fn when(open: bool) -> Condition {
    if open { everything() } else { nothing() }
}

impl Owned for account::Entity {
    const NAME: &'static str = "account";

    fn visible(scope: &Scope, engine: Engine) -> Condition {
        match scope.rows() {
            Rows::All => everything(),
            Rows::None => nothing(),
            Rows::Accounts(ids) => among::<Self, _>(account::Column::Id, ids),
            Rows::Staff { owners, teams, granted } => {
                let owned = (!owners.is_empty()).then(|| among::<Self, _>(account::Column::OwnerId, owners));
                let led = (!teams.is_empty()).then(|| in_teams(engine, teams));
                let shared = (!granted.is_empty()).then(|| granted_ids(granted));
                match (owned, led, shared) {
                    (None, None, None) => nothing(),
                    (Some(only), None, None) | (None, Some(only), None) => only,
                    (owned, led, shared) => {
                        let branches = [owned, led].into_iter().flatten().map(ids_where).chain(shared);
                        Condition::all().add(Expr::col((Self, account::Column::Id)).in_subquery(union(branches)))
                    }
                }
            }
        }
    }

    fn account(row: &account::Model) -> Option<AccountId> {
        Some(row.id)
    }
}

impl Apart for account::Entity {}

/// Several teams: SQLite walks the order and drops strangers rather than sorting each team's rows.
fn in_teams(engine: Engine, teams: &[entity::TeamId]) -> Condition {
    if engine == Engine::Postgres || teams.len() == 1 {
        return among::<account::Entity, _>(account::Column::TeamId, teams);
    }
    let ids = teams.iter().map(|id| Expr::val(id.0));
    let column = Expr::cust_with_expr("+?", Expr::col((account::Entity, account::Column::TeamId)));
    Condition::all().add(column.is_in(ids))
}

fn ids_where(which: Condition) -> SelectStatement {
    Query::select().column((account::Entity, account::Column::Id)).from(account::Entity).cond_where(which).take()
}

fn granted_ids(members: &[entity::MemberId]) -> SelectStatement {
    Query::select()
        .column((account_grant::Entity, account_grant::Column::AccountId))
        .from(account_grant::Entity)
        .cond_where(among::<account_grant::Entity, _>(account_grant::Column::MemberId, members))
        .and_where(account_grant::Column::UntilAt.is_null())
        .take()
}

fn union(branches: impl Iterator<Item = SelectStatement>) -> SelectStatement {
    let mut branches = branches;
    let mut first = branches.next().unwrap_or_else(|| ids_where(nothing()));
    for branch in branches {
        first.union(UnionType::All, branch);
    }
    first
}

/// The rule of a child list: by the accounts first, or by time first for managers.
fn through_account(scope: &Scope, engine: Engine, column: SimpleExpr) -> Condition {
    match scope.rows() {
        Rows::All => everything(),
        Rows::None => nothing(),
        Rows::Accounts(ids) if ids.is_empty() => nothing(),
        Rows::Accounts(ids) => Condition::all().add(column.is_in(ids.iter().map(|id| Expr::val(id.0)))),
        Rows::Staff { owners, teams, granted } if owners.is_empty() && granted.is_empty() && !teams.is_empty() => {
            let home = Query::select()
                .column((account::Entity, account::Column::TeamId))
                .from(account::Entity)
                .and_where(Expr::col((account::Entity, account::Column::Id)).eq(column))
                .take();
            let home = SimpleExpr::SubQuery(None, Box::new(home.into()));
            Condition::all().add(home.is_in(teams.iter().map(|id| Expr::val(id.0))))
        }
        Rows::Staff { .. } => {
            let mine = ids_where(account::Entity::visible(scope, engine));
            match engine {
                Engine::Sqlite => Condition::all().add(column.in_subquery(mine)),
                Engine::Postgres => {
                    let list = Func::cust("ARRAY").arg(SimpleExpr::SubQuery(None, Box::new(mine.into())));
                    Condition::all().add(column.eq(Func::cust("ANY").arg(list)))
                }
            }
        }
    }
}

macro_rules! children {
    ($($table:ident, $audited:expr, $own:expr;)+) => {$(
        impl Owned for $table::Entity {
            const NAME: &'static str = stringify!($table);

            fn is_audited(row: &$table::Model) -> bool {
                let audited: fn(&$table::Model) -> bool = $audited;
                audited(row)
            }

            fn visible(scope: &Scope, engine: Engine) -> Condition {
                let account = Expr::col((Self, $table::Column::AccountId));
                Self::own(scope, engine).add(through_account(scope, engine, account))
            }

            fn own(scope: &Scope, _: Engine) -> Condition {
                let own: fn(&Scope) -> Condition = $own;
                own(scope)
            }

            fn account(row: &$table::Model) -> Option<AccountId> {
                Some(row.account_id)
            }
        }

        impl Witness for Visible<$table::Model> {
            fn account(&self) -> AccountId {
                self.account_id
            }
        }

        impl Child for $table::Entity {
            fn account_of(row: &$table::Model) -> AccountId {
                row.account_id
            }

            fn account_column() -> $table::Column {
                $table::Column::AccountId
            }
        }
    )+};
}

children! {
    contact, |_| true, |scope| match (scope.contact(), scope.invitation()) {
        (Some(me), _) => Condition::all().add(contact::Column::Id.eq(me)),
        (None, Some(this)) => Condition::all().add(contact::Column::Id.in_subquery(asked_by(this))),
        (None, None) => everything(),
    };
    interaction, |row| !(row.kind.is_ours() && row.source.is_none()), |scope| match (scope.contact(), scope.invitation()) {
        (Some(_), _) => Condition::all().add(interaction::Column::CustomerVisible.eq(true)),
        (None, Some(_)) => nothing(),
        (None, None) => everything(),
    };
    invitation, |_| true, |scope| match (scope.contact(), scope.invitation()) {
        (Some(me), _) => Condition::all()
            .add(invitation::Column::ContactId.eq(me))
            .add(invitation::Column::Suppressed.is_null()),
        (None, Some(this)) => Condition::all().add(invitation::Column::Id.eq(this)),
        (None, None) => everything(),
    };
    response, |_| true, own_responses;
    answer, |_| true, |scope| match (scope.contact(), scope.invitation()) {
        (None, None) => everything(),
        _ => Condition::all().add(answer::Column::ResponseId.in_subquery(given(own_responses(scope)))),
    };
    ownership, |_| true, |scope| when(scope.contact().is_none() && scope.invitation().is_none());
    escalation, |_| true, |scope| when(scope.contact().is_none() && scope.invitation().is_none());
    exclusion, |_| true, |scope| when(scope.contact().is_none() && scope.invitation().is_none());
    visit, |_| false, |scope| when(scope.contact().is_none() && scope.invitation().is_none());
    account_grant, |_| true, |scope| when(scope.contact().is_none() && scope.invitation().is_none());
}

/// Customers and link holders see what they answered themselves.
fn own_responses(scope: &Scope) -> Condition {
    match (scope.contact(), scope.invitation()) {
        (Some(me), _) => Condition::all().add(response::Column::ContactId.eq(me)),
        (None, Some(this)) => Condition::all().add(response::Column::InvitationId.eq(this)),
        (None, None) => everything(),
    }
}

/// The responses that `which` names.
fn given(which: Condition) -> SelectStatement {
    Query::select().column((response::Entity, response::Column::Id)).from(response::Entity).cond_where(which).take()
}

/// Whom an invitation asks.
fn asked_by(this: InvitationId) -> SelectStatement {
    Query::select()
        .column((invitation::Entity, invitation::Column::ContactId))
        .from(invitation::Entity)
        .and_where(Expr::col((invitation::Entity, invitation::Column::Id)).eq(this))
        .take()
}

/// Older versions of an answer are read only by the answer itself, by its key.
impl Owned for response_version::Entity {
    const NAME: &'static str = "response_version";
    fn is_audited(_: &Self::Model) -> bool {
        false
    }
    fn visible(_: &Scope, _: Engine) -> Condition {
        everything()
    }
}
impl Apart for response_version::Entity {}

/// What came of a request is read only by whoever asked, by the key they chose.
impl Owned for once::Entity {
    const NAME: &'static str = "once";
    fn is_audited(_: &Self::Model) -> bool {
        false
    }
    fn visible(_: &Scope, _: Engine) -> Condition {
        everything()
    }
}
impl Apart for once::Entity {}

macro_rules! company {
    ($($table:ident, $audited:literal, $rule:expr;)+) => {$(
        impl Owned for $table::Entity {
            const NAME: &'static str = stringify!($table);
            fn is_audited(_: &$table::Model) -> bool {
                $audited
            }
            fn visible(scope: &Scope, _: Engine) -> Condition {
                let rule: fn(&Scope) -> Condition = $rule;
                rule(scope)
            }
        }
        impl Apart for $table::Entity {}
    )+};
}

company! {
    member, true, |scope| when(scope.is_staff());
    team, true, |scope| when(scope.is_staff());
    cover, true, |scope| match scope.rows() {
        Rows::All => when(scope.is_staff()),
        Rows::Staff { teams, .. } => Condition::all().add(cover::Column::MemberId.in_subquery(members_of(teams))),
        Rows::Accounts(_) | Rows::None => nothing(),
    };
    team_deputy, true, |scope| when(scope.is_staff());
    team_member, true, |scope| when(scope.is_staff());
    team_place, false, |scope| when(scope.is_staff());
    team_tree, false, |scope| when(scope.is_staff());
    survey, true, asked_of;
    survey_version, true, |_| everything();
    question, true, |_| everything();
    refusal, false, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    program, true, programs;
    wave, true, |scope| when(scope.is_staff());
    api_key, true, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    signing_key, true, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    import, true, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    import_piece, false, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    setting, true, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    session, true, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    second_factor, true, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    recovery_code, false, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    access_link, true, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    job, false, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    attempt, false, |scope| when(*scope.rows() == Rows::All && scope.is_staff());
    score_owner, false, |scope| credited(scope, Expr::col((score_owner::Entity, score_owner::Column::PlaceId)), |me| {
        Some(Expr::col((score_owner::Entity, score_owner::Column::OwnerId)).eq(me.0))
    });
    score_slice, false, |scope| credited(scope, Expr::col((score_slice::Entity, score_slice::Column::PlaceId)), |_| None);
}

// Answers of confidential and anonymous surveys: no staff, no key and no customer sees a row of them. Whoever holds a
// link sees their own as long as it can be changed, and the one job that counts sees all.
company! {
    quiet_answer, false, |scope| match scope.invitation() {
        Some(this) => Condition::all().add(quiet_answer::Column::InvitationId.eq(this)),
        None => when(scope.is_counting()),
    };
    // Found by a digest that only a link and the secret make.
    quiet_link, false, |scope| when(scope.invitation().is_some());
    quiet_score, false, |scope| when(scope.is_counting());
    quiet_batch, false, |scope| when(scope.is_counting());
    // How many answered a wave, as far as it is told; by nobody's account, so for those alone who see them all.
    quiet_wave, false, |scope| match scope.rows() {
        Rows::All if scope.is_counting() => everything(),
        Rows::All if scope.is_staff() => Condition::all().add(quiet_wave::Column::Counted.eq(true)),
        _ => nothing(),
    };
}

/// Who is in some teams.
fn members_of(teams: &[entity::TeamId]) -> SelectStatement {
    let inside = among::<member::Entity, _>(member::Column::TeamId, teams);
    Query::select().column((member::Entity, member::Column::Id)).from(member::Entity).cond_where(inside).take()
}

/// Customers know of the surveys that they were asked, or answered.
fn asked_of(scope: &Scope) -> Condition {
    let Some(me) = scope.contact() else { return everything() };
    let invited = Query::select()
        .column((invitation::Entity, invitation::Column::SurveyId))
        .from(invitation::Entity)
        .and_where(Expr::col((invitation::Entity, invitation::Column::ContactId)).eq(me))
        .and_where(invitation::Column::Suppressed.is_null())
        .take();
    // By account first: answers are not indexed by who gave them.
    let accounts = match scope.rows() {
        Rows::Accounts(ids) => among::<response::Entity, _>(response::Column::AccountId, ids),
        Rows::All | Rows::Staff { .. } | Rows::None => nothing(),
    };
    let answered = Query::select()
        .column((response::Entity, response::Column::SurveyId))
        .from(response::Entity)
        .cond_where(accounts.add(response::Column::ContactId.eq(me)))
        .take();
    let id = || Expr::col((survey::Entity, survey::Column::Id));
    Condition::any().add(id().in_subquery(invited)).add(id().in_subquery(answered))
}

/// Programmes of somebody's teams and those below. One without a team reaches everybody's accounts.
fn programs(scope: &Scope) -> Condition {
    match scope.rows() {
        Rows::All => when(scope.is_staff()),
        Rows::Staff { teams, .. } => among::<program::Entity, _>(program::Column::TeamId, teams),
        Rows::Accounts(_) | Rows::None => nothing(),
    }
}

/// Figures by credit: an owner's own, or those of the teams somebody leads at their place in the tree.
fn credited(scope: &Scope, place: SimpleExpr, owner: fn(entity::MemberId) -> Option<SimpleExpr>) -> Condition {
    match scope.credit() {
        Credit::All => everything(),
        Credit::None => nothing(),
        Credit::Owner(me) => owner(*me).map_or_else(nothing, |rule| Condition::all().add(rule)),
        Credit::Teams(teams) if teams.is_empty() => nothing(),
        Credit::Teams(teams) => {
            let mut below = Condition::any();
            for team in teams {
                below = below.add(team_place::Column::Path.contains(format!("{team}/")));
            }
            let places = Query::select()
                .column((team_place::Entity, team_place::Column::Id))
                .from(team_place::Entity)
                .cond_where(below)
                .take();
            Condition::all().add(place.in_subquery(places))
        }
    }
}

/// The audit follows the accounts; what belongs to none is for those who see everything.
impl Owned for audit::Entity {
    const NAME: &'static str = "audit";
    fn is_audited(_: &Self::Model) -> bool {
        false
    }

    fn visible(scope: &Scope, engine: Engine) -> Condition {
        if !scope.is_staff() {
            return nothing();
        }
        through_account(scope, engine, Expr::col((Self, audit::Column::AccountId)))
    }
}
impl Apart for audit::Entity {}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
