//! The one statement of an account: its row and whatever was asked to hang on it.

use std::sync::Arc;

use async_graphql::{Lookahead, Value};
use entity::{AccountId, account, account_grant, contact, invitation, member, ownership, team};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query},
};
use serde::Deserialize;

use super::{Account, ParentAccount, Related};
use crate::{
    access::Scope,
    base::{Error, Result},
    ctx::Ctx,
    escalation::{self, EscalationArgs, EscalationRow},
    invitation::InvitationRow,
    ownership::{CollaboratorRow, OwnershipRow},
    response::{self, ResponseRow, ScoreRow},
    store::{
        self, Columns, Cursor, Engine, Find, MAX_PAGE, Many, Owned, PAGE, Shape, Shown, Shows, array, below,
        contact_named, many, member_named, one, union,
    },
    timeline::{self, InteractionRow, TimelineArgs},
};

/// Members of one account team, at most.
const CHILDREN: u64 = 100;

/// What is asked of an account beside its own columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "one flag for each relation")]
pub struct Want {
    columns: Columns,
    owner: Option<Columns>,
    backup: Option<Columns>,
    team: bool,
    parent: bool,
    collaborators: bool,
    scores: bool,
    /// Of a list with two sizes the longer is read, and cut where it is shown.
    ownerships: Option<i32>,
    contacts: Option<i32>,
    invitations: Option<i32>,
    responses: Option<i32>,
    timelines: Vec<TimelineArgs>,
    escalations: Vec<EscalationArgs>,
    open_escalations: bool,
    /// What is shown of the contacts, the entries of the timeline, the escalations, the invitations, the answers.
    people: Shows,
    entries: Shows,
    raised: Shows,
    asked: Shows,
    answers: Shows,
}

impl Shown for account::Entity {
    const ALWAYS: &'static [account::Column] = &[account::Column::Id];
    const ALSO: &'static [(&'static str, &'static [account::Column])] = &[("healthScore", &[account::Column::Health])];
}

impl Shown for invitation::Entity {
    const ALWAYS: &'static [invitation::Column] = &[
        invitation::Column::Id,
        invitation::Column::AccountId,
        invitation::Column::SurveyId,
        invitation::Column::QueuedAt,
    ];
    const ALSO: &'static [(&'static str, &'static [invitation::Column])] = &[];
}

impl Want {
    /// From the fields below an account in a query.
    pub fn of(account: &Lookahead<'_>) -> Result<Self> {
        Self::any([account])
    }

    /// Its own columns, its owner, and the account it belongs to.
    pub fn flat() -> Self {
        Self { columns: Columns::ALL, owner: Some(Columns::ALL), parent: true, ..Self::default() }
    }

    /// The same, and these columns.
    pub(super) fn beside(&self, columns: Columns) -> Self {
        Self { columns: self.columns | columns, ..self.clone() }
    }

    /// From the fields below several places that show the same accounts.
    pub fn any<'a>(places: impl IntoIterator<Item = &'a Lookahead<'a>>) -> Result<Self> {
        let mut want = Self::default();
        for place in places {
            let has = |name| place.field(name).exists();
            want.columns |= Columns::shown::<account::Entity>(place);
            want.owner = union(want.owner, below::<member::Entity>(place, "owner"));
            want.backup = union(want.backup, below::<member::Entity>(place, "backup"));
            want.team |= has("team");
            want.parent |= has("parent");
            want.collaborators |= has("collaborators");
            want.scores |= has("satisfaction");
            want.open_escalations |= has("openEscalations");
            want.ownerships = Ord::max(want.ownerships, longest(place, "ownerships")?);
            want.contacts = Ord::max(want.contacts, longest(place, "contacts")?);
            want.invitations = Ord::max(want.invitations, longest(place, "invitations")?);
            want.responses = Ord::max(want.responses, longest(place, "responses")?);
            want.people |= Shows::of::<contact::Entity>(&place.field("contacts"), "");
            want.entries |= Shows::page::<entity::interaction::Entity>(&place.field("timeline"), "member");
            want.raised |= Shows::page::<entity::escalation::Entity>(&place.field("escalations"), "openedBy");
            want.asked |= Shows::of::<invitation::Entity>(&place.field("invitations"), "");
            want.answers |= Shows::of::<entity::response::Entity>(&place.field("responses"), "creditedTo");
            for field in place.field("timeline").selection_fields() {
                let args = TimelineArgs::of(&field)?;
                if !want.timelines.contains(&args) {
                    want.timelines.push(args);
                }
            }
            for field in place.field("escalations").selection_fields() {
                let args = EscalationArgs::of(&field)?;
                if !want.escalations.contains(&args) {
                    want.escalations.push(args);
                }
            }
        }
        Ok(want)
    }
}

/// The most rows that any selection of a list asks for; none where it is not asked for.
fn longest(place: &Lookahead<'_>, list: &str) -> Result<Option<i32>> {
    let mut most = None;
    for field in place.field(list).selection_fields() {
        let arguments = field.arguments().map_err(|error| Error::Unreadable(error.message))?;
        let first = arguments.into_iter().find_map(|(name, value)| match (name.as_str(), value) {
            ("first", Value::Number(n)) => Some(n.as_i64().and_then(|n| i32::try_from(n).ok()).unwrap_or(0)),
            _ => None,
        });
        most = Ord::max(most, Some(some_of(list, first)?));
    }
    Ok(most)
}

/// The size of a list below an account, checked: 1 to 100, 25 where absent.
pub fn some_of(list: &str, first: Option<i32>) -> Result<i32> {
    let first = first.unwrap_or(PAGE);
    if (1..=MAX_PAGE).contains(&first) {
        return Ok(first);
    }
    Err(Error::invalid(format!("/{list}/first"), format!("must be between 1 and {MAX_PAGE}")))
}

/// One row as the statement gives it back, what is asked most first; what was not asked for is null, or cut off.
#[derive(Deserialize)]
struct Row {
    account: account::Model,
    #[serde(default)]
    owner: Option<Box<member::Model>>,
    #[serde(default)]
    open_escalations: Option<i32>,
    #[serde(default)]
    contacts: Option<Vec<(contact::Model,)>>,
    #[serde(default)]
    timelines: Option<Vec<Vec<InteractionRow>>>,
    #[serde(default)]
    responses: Option<Vec<ResponseRow>>,
    #[serde(default)]
    escalations: Option<Vec<Vec<EscalationRow>>>,
    #[serde(default)]
    team: Option<Box<team::Model>>,
    #[serde(default)]
    parent: Option<Box<account::Model>>,
    #[serde(default)]
    backup: Option<Box<member::Model>>,
    #[serde(default)]
    scores: Option<Vec<ScoreRow>>,
    #[serde(default)]
    invitations: Option<Vec<InvitationRow>>,
    #[serde(default)]
    ownerships: Option<Vec<OwnershipRow>>,
    #[serde(default)]
    collaborators: Option<Vec<CollaboratorRow>>,
}

/// Accounts as `find` names them, with what is wanted, in one statement.
pub async fn read(ctx: &Ctx, find: Find<'_, account::Entity>, want: &Want) -> Result<Vec<Account>> {
    let parts = parts(ctx.store().engine(), &ctx.viewer().scope, want)?;
    let rows: Vec<Row> = find.shown(want.columns, parts).await?;
    rows.into_iter().map(|row| row.view(want)).collect()
}

/// One account, or `NotFound`.
pub async fn get(ctx: &Ctx, id: AccountId, want: &Want) -> Result<Account> {
    let find = ctx.find::<account::Entity>().filter(account::Column::Id.eq(id)).limit(1);
    read(ctx, find, want).await?.pop().ok_or(Error::NotFound("account"))
}

impl Row {
    fn view(self, want: &Want) -> Result<Account> {
        let timelines = want.timelines.iter().zip(self.timelines.unwrap_or_default());
        let timelines = timelines.map(|(args, rows)| Ok((args.clone(), args.page(rows)?.map(shared))));
        let escalations = want.escalations.iter().zip(self.escalations.unwrap_or_default());
        let escalations = escalations.map(|(args, rows)| Ok((args.clone(), args.page(rows)?.map(shared))));
        let related = Related {
            owner: self.owner.map(|row| (*row).into()),
            team: self.team.map(|row| (*row).into()),
            parent: self.parent.map(|row| ParentAccount { id: row.id, name: row.name }),
            ownerships: views(self.ownerships),
            collaborators: views(self.collaborators),
            contacts: self.contacts.into_iter().flatten().map(|(row,)| row.into()).collect(),
            timelines: timelines.collect::<Result<_>>()?,
            invitations: views(self.invitations),
            responses: views(self.responses),
            scores: self.scores.unwrap_or_default(),
            backup: self.backup.map(|row| (*row).into()),
            escalations: escalations.collect::<Result<_>>()?,
            open_escalations: self.open_escalations,
        };
        Ok(Account::of(self.account, related))
    }
}

/// A row that several fields show.
fn shared<T>((cursor, row): (Cursor, T)) -> (Cursor, Arc<T>) {
    (cursor, Arc::new(row))
}

fn views<R, V: From<R>>(rows: Option<Vec<R>>) -> Vec<V> {
    rows.into_iter().flatten().map(Into::into).collect()
}

/// What was asked for, in the order of [`Row`].
fn parts(engine: Engine, scope: &Scope, want: &Want) -> Result<Vec<Shape>> {
    let id = || Expr::col((account::Entity, account::Column::Id));
    let limit = |first: Option<i32>| first.map(|first| u64::try_from(first).unwrap_or(0));
    let timeline = |args| timeline::shape(engine, scope, id(), args, want.entries);
    let timelines: Vec<Shape> = want.timelines.iter().map(timeline).collect::<Result<_>>()?;
    let raised = |args| escalation::shape(engine, scope, id(), args, want.raised);
    let escalations: Vec<Shape> = want.escalations.iter().map(raised).collect::<Result<_>>()?;
    let mut parts = vec![
        want.owner.map(|columns| member_named(engine, Expr::col((account::Entity, account::Column::OwnerId)), columns)),
        want.open_escalations.then(|| escalation::open(engine, scope, id())),
        limit(want.contacts).map(|limit| {
            let which = Condition::all()
                .add(Expr::col((contact::Entity, contact::Column::AccountId)).eq(id()))
                .add(contact::Column::ArchivedAt.is_null());
            let order = vec![(contact::Column::Id, Order::Asc)];
            many(
                engine,
                scope,
                Many::<contact::Entity> { which, order, limit, columns: want.people.columns, parts: Vec::new() },
            )
        }),
        (!timelines.is_empty()).then(|| array(engine, timelines)),
        limit(want.responses).map(|limit| response::shape(engine, scope, id(), limit, want.answers)),
        (!escalations.is_empty()).then(|| array(engine, escalations)),
        want.team.then(|| {
            let which = Expr::col(("t", team::Column::Id)).equals((account::Entity, account::Column::TeamId));
            one::<team::Entity>(engine, "t", which)
        }),
        want.parent.then(|| parent(engine, scope)),
        want.backup.map(|columns| store::backup(engine, columns)),
        want.scores.then(|| response::scores(engine, scope, id())),
        limit(want.invitations).map(|limit| {
            let which = Condition::all().add(Expr::col((invitation::Entity, invitation::Column::AccountId)).eq(id()));
            let order = vec![(invitation::Column::QueuedAt, Order::Desc), (invitation::Column::Id, Order::Desc)];
            let contact = Expr::col((invitation::Entity, invitation::Column::ContactId));
            let contact = want.asked.contact.map(|columns| contact_named(engine, scope, contact, columns));
            let parts = vec![contact.unwrap_or(Expr::null())];
            many(engine, scope, Many::<invitation::Entity> { which, order, limit, columns: want.asked.columns, parts })
        }),
        limit(want.ownerships).map(|limit| {
            let who = member_named(engine, Expr::col((ownership::Entity, ownership::Column::MemberId)), Columns::ALL);
            let which = Condition::all().add(Expr::col((ownership::Entity, ownership::Column::AccountId)).eq(id()));
            let order = vec![(ownership::Column::FromAt, Order::Desc)];
            many(
                engine,
                scope,
                Many::<ownership::Entity> { which, order, limit, columns: Columns::ALL, parts: vec![who] },
            )
        }),
        want.collaborators.then(|| collaborators(engine, scope)),
    ];
    while parts.pop_if(|part| part.is_none()).is_some() {}
    Ok(parts.into_iter().map(|part| part.unwrap_or(Expr::null())).collect())
}

/// The parent account, if it lies in the scope itself.
fn parent(engine: Engine, scope: &Scope) -> Shape {
    let seen = Query::select()
        .column((account::Entity, account::Column::Id))
        .from(account::Entity)
        .cond_where(account::Entity::visible(scope, engine))
        .take();
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
    let who = member_named(engine, Expr::col((account_grant::Entity, account_grant::Column::MemberId)), Columns::ALL);
    let order = vec![(account_grant::Column::FromAt, Order::Asc), (account_grant::Column::Id, Order::Asc)];
    many(
        engine,
        scope,
        Many::<account_grant::Entity> { which, order, limit: CHILDREN, columns: Columns::ALL, parts: vec![who] },
    )
}
