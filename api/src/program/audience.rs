//! Whom a sending is meant for, before anybody is judged.

use async_graphql::InputObject;
use entity::{
    ContactId, InvitationStatus, ProgramId, Suppression, TeamId, Time, account, contact, invitation, team_tree, wave,
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Plan;
use crate::{
    access::Rows,
    account::AccountFilter,
    base::{Check, Result},
    contact::ContactFilter,
    ctx::{Company, Ctx},
    store::{Find, Tx, Visible, among, filter},
};

/// To whom: contacts and accounts that meet these filters. Nobody archived. Filters are written as in GraphQL, as
/// `AccountFilter` and `ContactFilter`.
#[derive(Clone, Debug, Default, PartialEq, InputObject, Serialize, Deserialize, ToSchema)]
#[graphql(name = "AudienceInput")]
#[schema(example = json!({"accounts": {"tier": {"eq": "KEY"}}, "contacts": {"language": {"eq": "en"}}}))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Audience {
    /// Contacts of these accounts.
    #[schema(value_type = Option<Object>)]
    pub accounts: Option<AccountFilter>,
    /// These contacts.
    #[schema(value_type = Option<Object>)]
    pub contacts: Option<ContactFilter>,
}

impl Audience {
    /// Notes what is wrong with it, if anything.
    pub fn check(&self, check: &mut Check, field: &str) {
        let faults = [filter::check(self.accounts.as_ref()), filter::check(self.contacts.as_ref())];
        for (part, fault) in ["accounts", "contacts"].into_iter().zip(faults) {
            for fault in fault.err().iter().flat_map(crate::base::Error::faults) {
                check.fault(&format!("{field}/{part}"), fault.rule.clone());
            }
        }
    }

    fn contacts<'t>(&self, tx: &'t Tx, accounts: Condition) -> Result<Find<'t, contact::Entity>> {
        let accounts = Query::select()
            .column((account::Entity, account::Column::Id))
            .from(account::Entity)
            .and_where(account::Column::ArchivedAt.is_null())
            .cond_where(filter::condition(self.accounts.as_ref(), tx.sight())?)
            .cond_where(accounts)
            .take();
        let contacts = filter::condition(self.contacts.as_ref(), tx.sight())?;
        let live = tx.find::<contact::Entity>().filter(contact::Column::ArchivedAt.is_null());
        Ok(live.filter(contacts).filter(contact::Column::AccountId.in_subquery(accounts)))
    }

    /// All of them at accounts that the viewer manages, at most `most`.
    pub async fn all(&self, tx: &Tx, most: u64) -> Result<Vec<Visible<contact::Model>>> {
        self.contacts(tx, managed(tx.viewer().scope.rows()))?
            .order(contact::Column::Id, Order::Asc)
            .limit(most)
            .all()
            .await
    }
}

/// The accounts of one's own and of one's teams; not those that were only granted.
fn managed(rows: &Rows) -> Condition {
    match rows {
        Rows::Staff { owners, teams, .. } => Condition::any()
            .add(among::<account::Entity, _>(account::Column::OwnerId, owners))
            .add(among::<account::Entity, _>(account::Column::TeamId, teams)),
        Rows::All | Rows::Accounts(_) | Rows::None => Condition::all(),
    }
}

/// The next `most` contacts of a programme, in the order in which they were entered.
pub async fn next(
    tx: &Tx,
    program: ProgramId,
    plan: &Plan,
    company: &Company,
    after: Option<ContactId>,
    most: u64,
) -> Result<Vec<Visible<contact::Model>>> {
    let now = tx.now();
    let renewing = match plan.renewals(now, company) {
        Some((from, until)) => {
            Condition::all().add(account::Column::RenewalOn.gte(from)).add(account::Column::RenewalOn.lte(until))
        }
        None => Condition::all(),
    };
    let mut find = plan.audience.contacts(tx, renewing)?;
    if let Some((asked, refused)) = plan.rests() {
        find = find.filter(Expr::not_exists(recent(program, since(now, asked), since(now, refused))));
    }
    if let Some(after) = after {
        find = find.filter(contact::Column::Id.gt(after));
    }
    find.order(contact::Column::Id, Order::Asc).limit(most).all().await
}

fn since(now: Time, days: i32) -> Time {
    Time::new(now.0 - chrono::TimeDelta::days(days.into()))
}

/// The contact's invitations by this programme: those asked since `asked`, those refused since `refused`.
fn recent(program: ProgramId, asked: Time, refused: Time) -> sea_orm::sea_query::SelectStatement {
    let at = |column| Expr::col((invitation::Entity, column));
    let waves = Query::select()
        .column((wave::Entity, wave::Column::Id))
        .from(wave::Entity)
        .and_where(Expr::col((wave::Entity, wave::Column::ProgramId)).eq(program))
        .take();
    let silent = Condition::any()
        .add(at(invitation::Column::QueuedAt).gt(refused))
        .add(invitation::Column::Status.ne(InvitationStatus::Suppressed));
    // What was called off was asked of nobody.
    let called_off = at(invitation::Column::Suppressed)
        .is_not_null()
        .and(at(invitation::Column::Suppressed).eq(Suppression::Cancelled.as_str()));
    Query::select()
        .expr(Expr::val(1))
        .from(invitation::Entity)
        .and_where(at(invitation::Column::ContactId).equals((contact::Entity, contact::Column::Id)))
        .and_where(at(invitation::Column::QueuedAt).gt(asked))
        .and_where(at(invitation::Column::WaveId).in_subquery(waves))
        .cond_where(silent)
        .and_where(called_off.not())
        .take()
}

/// The server itself, seeing the accounts of a team and below, as the tree is now; all of them without a team.
pub async fn within(ctx: &Ctx, team: Option<TeamId>) -> Result<Ctx> {
    let system = ctx.server();
    let Some(team) = team else { return Ok(system) };
    let below = system.find::<team_tree::Entity>().filter(team_tree::Column::AncestorId.eq(team)).all().await?;
    Ok(system.teams(below.iter().map(|row| row.team_id).collect()))
}
