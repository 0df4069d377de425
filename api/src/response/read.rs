//! Answers below an account, and lists of answers.

use async_graphql::Enum;
use entity::{ResponseId, Time, answer, question, response};
use sea_orm::{
    ColumnTrait,
    sea_query::{Alias, Condition, Expr, ExprTrait, Func, JoinType, Order, Query, SimpleExpr, UnionType},
};
use serde::Deserialize;

use super::{Response, ResponseFilter, ResponseRow};
use crate::{
    access::{Action, Scope},
    base::Result,
    ctx::Ctx,
    store::{
        Columns, Cursor, Engine, Many, Owned, Page, PageArgs, Shape, Shown, Shows, array, beyond, contact_named,
        cursor, filter, many, member_named, row,
    },
};

type Table = response::Entity;
use response::Column as C;

/// How often one answer was given to one question.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ScoreRow(pub question::Model, pub i16, pub i64);

fn parts(engine: Engine, scope: &Scope, shows: Shows) -> Vec<Shape> {
    let column = |column| Expr::col((Table::default(), column));
    let owner = shows.member.filter(|_| scope.is_staff());
    vec![
        owner.map_or_else(Expr::null, |columns| member_named(engine, column(C::OwnerId), columns)),
        shows.contact.map_or_else(Expr::null, |columns| contact_named(engine, scope, column(C::ContactId), columns)),
    ]
}

impl Shown for Table {
    const ALWAYS: &'static [C] = &[C::Id, C::AccountId, C::AnsweredAt, C::SurveyId, C::ContactId];
    const ALSO: &'static [(&'static str, &'static [C])] = &[("category", &[C::Question, C::Score])];
}

const NEWEST: [(C, Order); 2] = [(C::AnsweredAt, Order::Desc), (C::Id, Order::Desc)];

/// The newest answers of the account whose id is `account`.
pub fn shape(engine: Engine, scope: &Scope, account: SimpleExpr, limit: u64, shows: Shows) -> Shape {
    let which = Condition::all().add(Expr::col((Table::default(), C::AccountId)).eq(account));
    let parts = parts(engine, scope, shows);
    many(engine, scope, Many::<Table> { which, order: NEWEST.to_vec(), limit, columns: shows.columns, parts })
}

/// How often each answer was given, by question; further ratings too.
pub fn scores(engine: Engine, scope: &Scope, account: SimpleExpr) -> Shape {
    use answer::Column as A;
    let further = Query::select()
        .expr_as(Expr::col((answer::Entity, A::Question)), "question")
        .expr_as(Expr::col((answer::Entity, A::Score)), "score")
        .from(answer::Entity)
        .and_where(Expr::col((answer::Entity, A::AccountId)).eq(account.clone()))
        .and_where(A::Score.is_not_null())
        .cond_where(answer::Entity::own(scope, engine))
        .take();
    let given = Query::select()
        .expr_as(Expr::col((Table::default(), C::Question)), "question")
        .expr_as(Expr::col((Table::default(), C::Score)), "score")
        .from(Table::default())
        .and_where(Expr::col((Table::default(), C::AccountId)).eq(account))
        .cond_where(Table::own(scope, engine))
        .union(UnionType::All, further)
        .take();
    let counted = Query::select()
        .columns([Alias::new("question"), Alias::new("score")])
        .expr_as(Expr::cust("count(*)"), "n")
        .from_subquery(given, "s")
        .group_by_columns([Alias::new("question"), Alias::new("score")])
        .take();
    let question = row::<question::Entity>(engine, "q", Columns::ALL);
    let row = array(engine, vec![question, Expr::col(("g", "score")), Expr::col(("g", "n"))]);
    let group = if engine == Engine::Sqlite { "json_group_array" } else { "json_agg" };
    let select = Query::select()
        .expr(Func::cust(group).arg(row))
        .from_subquery(counted, "g")
        .join_as(
            JoinType::InnerJoin,
            question::Entity,
            "q",
            Expr::col(("q", question::Column::Key)).eq(Expr::col(("g", "question"))),
        )
        .take();
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}

/// By what answers are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ResponseSort {
    /// The newest first.
    #[default]
    AnsweredDesc,
    /// The oldest first.
    AnsweredAsc,
}

/// Which answers, in which order, which page.
#[derive(Clone, Debug, Default)]
pub struct ListResponses {
    pub filter: Option<ResponseFilter>,
    pub sort: ResponseSort,
    pub page: PageArgs,
    /// What is shown of each.
    pub shows: Shows,
}

/// One answer, in one statement; none where it is out of scope.
pub async fn get(ctx: &Ctx, id: ResponseId, shows: Shows) -> Result<Option<Response>> {
    ctx.may(Action::ReadResponses)?;
    let parts = parts(ctx.store().engine(), &ctx.viewer().scope, shows);
    let rows: Vec<ResponseRow> = ctx.find::<Table>().filter(C::Id.eq(id)).shown(shows.columns, parts).await?;
    Ok(rows.into_iter().next().map(Response::from))
}

/// A page of answers of the accounts in scope, in one statement; the count is one more.
pub async fn list(ctx: &Ctx, ask: &ListResponses, count: bool) -> Result<(Page<(Cursor, Response)>, Option<i64>)> {
    ctx.may(Action::ReadResponses)?;
    filter::refuse_internal(ctx.viewer(), ask.filter.as_ref())?;
    let keyset = ask.page.keyset::<(Time, ResponseId)>()?;
    let descending = (ask.sort == ResponseSort::AnsweredDesc) != keyset.backward;
    let which = || filter::condition(ask.filter.as_ref(), ctx.store().sight());
    let mut find = ctx.find::<Table>().filter(which()?);
    if let Some((at, id)) = keyset.from {
        let columns = [C::AnsweredAt, C::Id].map(|c| Expr::col((Table::default(), c))).to_vec();
        find = find.filter(beyond(columns, vec![Expr::val(at), Expr::val(id)], descending));
    }
    for column in [C::AnsweredAt, C::Id] {
        find = find.order(column, if descending { Order::Desc } else { Order::Asc });
    }
    let parts = parts(ctx.store().engine(), &ctx.viewer().scope, ask.shows);
    let rows: Vec<ResponseRow> = find.limit(keyset.size as u64 + 1).shown(ask.shows.columns, parts).await?;
    let page = Page::cut(rows, &keyset).map(|row| (cursor((row.0.answered_at, row.0.id)), Response::from(row)));
    let total = if count { Some(ctx.find::<Table>().filter(which()?).count().await?) } else { None };
    Ok((page, total))
}
