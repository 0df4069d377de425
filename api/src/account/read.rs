//! The one statement of an account: its row and whatever was asked to hang on it.

use async_graphql::Lookahead;
use entity::{AccountId, account, account_grant, contact, invitation, member, ownership, team};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query},
};
use serde::Deserialize;

use super::{Account, Related};
use crate::{
    access::{Action, Role, Scope},
    base::Result,
    ctx::Ctx,
    invitation::InvitationRow,
    ownership::{CollaboratorRow, OwnershipRow},
    response::{self, ResponseRow, ScoreRow},
    store::{Engine, Find, Many, Owned, Shape, array, contact_named, many, member_named, one},
    timeline::{self, InteractionRow, TimelineArgs},
};

/// Rows of a list that has no size of its own.
const CHILDREN: u64 = 100;

/// What is asked of an account beside its own columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Want {
    owner: bool,
    team: bool,
    parent: bool,
    ownerships: bool,
    collaborators: bool,
    contacts: bool,
    timelines: Vec<TimelineArgs>,
    invitations: bool,
    responses: bool,
    scores: bool,
    latest_nps: bool,
}

impl Want {
    /// From the fields below an account in a query.
    pub fn of(account: &Lookahead<'_>) -> Result<Self> {
        Self::any([account])
    }

    /// From the fields below several places that show the same accounts.
    pub fn any<'a>(places: impl IntoIterator<Item = &'a Lookahead<'a>>) -> Result<Self> {
        let mut want = Self::default();
        for place in places {
            let has = |name| place.field(name).exists();
            want.owner |= has("owner");
            want.team |= has("team");
            want.parent |= has("parent");
            want.ownerships |= has("ownerships");
            want.collaborators |= has("collaborators");
            want.contacts |= has("contacts");
            want.invitations |= has("invitations");
            want.responses |= has("responses");
            want.scores |= has("satisfaction");
            want.latest_nps |= has("latestNps");
            for field in place.field("timeline").selection_fields() {
                let args = TimelineArgs::of(&field)?;
                if !want.timelines.contains(&args) {
                    want.timelines.push(args);
                }
            }
        }
        Ok(want)
    }
}

impl Want {
    /// A key reads below an account only what its scopes name. People see what the rules of the rows give them.
    fn allowed(&self, ctx: &Ctx) -> Result<()> {
        if ctx.viewer().role != Role::Integration {
            return Ok(());
        }
        let needed = [
            (self.contacts, Action::ReadContacts),
            (!self.timelines.is_empty(), Action::ReadInteractions),
            (self.invitations || self.responses, Action::ReadResponses),
            (self.scores || self.latest_nps, Action::ReadSatisfaction),
        ];
        needed.into_iter().filter(|(asked, _)| *asked).try_for_each(|(_, action)| ctx.may(action))
    }
}

/// One row as the statement gives it back; what was not asked for is null.
#[derive(Deserialize)]
struct Row(
    account::Model,
    Option<member::Model>,
    Option<team::Model>,
    Option<account::Model>,
    Option<Vec<OwnershipRow>>,
    Option<Vec<CollaboratorRow>>,
    Option<Vec<(contact::Model,)>>,
    Option<Vec<Vec<InteractionRow>>>,
    Option<Vec<InvitationRow>>,
    Option<Vec<ResponseRow>>,
    Option<Vec<ScoreRow>>,
    Option<i16>,
);

/// Accounts as `find` names them, with what is wanted, in one statement.
pub async fn read(ctx: &Ctx, find: Find<'_, account::Entity>, want: &Want) -> Result<Vec<Account>> {
    want.allowed(ctx)?;
    let parts = parts(ctx.store().engine(), &ctx.viewer().scope, want)?;
    let rows: Vec<Row> = find.shaped(parts).await?;
    Ok(rows.into_iter().map(|row| row.view(want)).collect())
}

/// One account, or `NotFound`.
pub async fn get(ctx: &Ctx, id: AccountId, want: &Want) -> Result<Account> {
    let find = ctx.find::<account::Entity>().filter(account::Column::Id.eq(id)).limit(1);
    read(ctx, find, want).await?.pop().ok_or(crate::base::Error::NotFound("account"))
}

impl Row {
    fn view(self, want: &Want) -> Account {
        let timelines = want.timelines.iter().cloned().zip(self.7.unwrap_or_default()).collect();
        let related = Related {
            owner: self.1,
            team: self.2,
            parent: self.3,
            ownerships: self.4.unwrap_or_default(),
            collaborators: self.5.unwrap_or_default(),
            contacts: self.6.unwrap_or_default(),
            timelines,
            invitations: self.8.unwrap_or_default(),
            responses: self.9.unwrap_or_default(),
            scores: self.10.unwrap_or_default(),
            latest_nps: self.11,
        };
        Account { related, ..Account::from(self.0) }
    }
}

fn parts(engine: Engine, scope: &Scope, want: &Want) -> Result<Vec<Shape>> {
    let id = || Expr::col((account::Entity, account::Column::Id));
    let if_asked = |asked: bool, shape: &dyn Fn() -> Shape| if asked { shape() } else { Expr::null() };
    let timelines: Vec<Shape> =
        want.timelines.iter().map(|args| timeline::shape(engine, scope, id(), args)).collect::<Result<_>>()?;
    Ok(vec![
        if_asked(want.owner, &|| member_named(engine, Expr::col((account::Entity, account::Column::OwnerId)))),
        if_asked(want.team, &|| {
            let which = Expr::col(("t", team::Column::Id)).equals((account::Entity, account::Column::TeamId));
            one::<team::Entity>(engine, "t", which)
        }),
        if_asked(want.parent, &|| parent(engine, scope)),
        if_asked(want.ownerships, &|| {
            let who = member_named(engine, Expr::col((ownership::Entity, ownership::Column::MemberId)));
            let which = Condition::all().add(Expr::col((ownership::Entity, ownership::Column::AccountId)).eq(id()));
            let order = vec![(ownership::Column::FromAt, Order::Desc)];
            many(engine, scope, Many::<ownership::Entity> { which, order, limit: CHILDREN, parts: vec![who] })
        }),
        if_asked(want.collaborators, &|| collaborators(engine, scope)),
        if_asked(want.contacts, &|| {
            let which = Condition::all()
                .add(Expr::col((contact::Entity, contact::Column::AccountId)).eq(id()))
                .add(contact::Column::ArchivedAt.is_null());
            let order = vec![(contact::Column::Id, Order::Asc)];
            many(engine, scope, Many::<contact::Entity> { which, order, limit: CHILDREN, parts: Vec::new() })
        }),
        if timelines.is_empty() { Expr::null() } else { array(engine, timelines) },
        if_asked(want.invitations, &|| {
            let which = Condition::all().add(Expr::col((invitation::Entity, invitation::Column::AccountId)).eq(id()));
            let order = vec![(invitation::Column::QueuedAt, Order::Desc), (invitation::Column::Id, Order::Desc)];
            let parts =
                vec![contact_named(engine, scope, Expr::col((invitation::Entity, invitation::Column::ContactId)))];
            many(engine, scope, Many::<invitation::Entity> { which, order, limit: CHILDREN, parts })
        }),
        if_asked(want.responses, &|| response::shape(engine, scope, id(), CHILDREN)),
        if_asked(want.scores, &|| response::scores(engine, scope, id())),
        if_asked(want.latest_nps, &|| response::latest_nps(scope, engine, id())),
    ])
}

/// The parent account, if it lies in the scope itself.
fn parent(engine: Engine, scope: &Scope) -> Shape {
    let seen = Query::select()
        .column((account::Entity, account::Column::Id))
        .from(account::Entity)
        .cond_where(account::Entity::visible(scope, engine))
        .to_owned();
    let which = Condition::all()
        .add(Expr::col(("p", account::Column::Id)).equals((account::Entity, account::Column::ParentId)))
        .add(Expr::col(("p", account::Column::Id)).in_subquery(seen));
    one::<account::Entity>(engine, "p", which)
}

fn collaborators(engine: Engine, scope: &Scope) -> Shape {
    let which = Condition::all()
        .add(
            Expr::col((account_grant::Entity, account_grant::Column::AccountId))
                .eq(Expr::col((account::Entity, account::Column::Id))),
        )
        .add(account_grant::Column::UntilAt.is_null());
    let who = member_named(engine, Expr::col((account_grant::Entity, account_grant::Column::MemberId)));
    let order = vec![(account_grant::Column::FromAt, Order::Asc), (account_grant::Column::Id, Order::Asc)];
    many(engine, scope, Many::<account_grant::Entity> { which, order, limit: CHILDREN, parts: vec![who] })
}
