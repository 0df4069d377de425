//! Lists of invitations: who was asked, who was not, and where their mails are.

use async_graphql::InputObject;
use entity::{InvitationId, Time, invitation, response, wave};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query, SimpleExpr},
};
use serde::Deserialize;

use super::{Invitation, InvitationRow};
use crate::{
    access::Action,
    base::{Error, Result},
    ctx::Ctx,
    store::{
        Find, Page, PageArgs, Shape, Shows, beyond, contact_named, cursor,
        filter::{
            self, DateTimeFilter, Filter, IdFilter, IntFilter, InvitationStatusFilter, SuppressionFilter, TextFilter,
            is,
        },
    },
};

type Table = invitation::Entity;
use invitation::Column as C;

/// Which invitations. Conditions in one object must all hold.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvitationFilter {
    /// All of these.
    pub and: Option<Vec<InvitationFilter>>,
    /// At least one of these; none of an empty list.
    pub or: Option<Vec<InvitationFilter>>,
    /// Not this.
    pub not: Option<Box<InvitationFilter>>,
    /// By where it stands.
    pub status: Option<InvitationStatusFilter>,
    /// By why nobody was asked.
    pub suppressed: Option<SuppressionFilter>,
    /// By the sending.
    pub wave_id: Option<IdFilter>,
    /// By the programme that made the sending.
    pub program_id: Option<IdFilter>,
    /// By survey.
    pub survey_id: Option<IdFilter>,
    /// By account.
    pub account_id: Option<IdFilter>,
    /// By contact.
    pub contact_id: Option<IdFilter>,
    /// By the language of mail and page.
    pub language: Option<TextFilter>,
    /// True: answered, if only the score. False: not yet.
    pub answered: Option<bool>,
    /// True: a person opened the link, as far as is known. False: nobody did.
    pub visited: Option<bool>,
    /// By how many mails have left.
    pub step: Option<IntFilter>,
    /// By when it was queued.
    pub queued_at: Option<DateTimeFilter>,
    /// By when its next mail is due.
    pub due_at: Option<DateTimeFilter>,
    /// By when its first mail left.
    pub sent_at: Option<DateTimeFilter>,
    /// By when a mail came back.
    pub bounced_at: Option<DateTimeFilter>,
}

/// The answer to an invitation exists.
fn answered() -> SimpleExpr {
    let answer = Query::select()
        .expr(Expr::val(1))
        .from(response::Entity)
        .and_where(Expr::col((response::Entity, response::Column::InvitationId)).equals((Table::default(), C::Id)))
        .to_owned();
    Expr::exists(answer)
}

/// The invitations of the waves that `which` names.
fn of_waves(which: Condition) -> Condition {
    let waves =
        Query::select().column((wave::Entity, wave::Column::Id)).from(wave::Entity).cond_where(which).to_owned();
    Condition::all().add(Expr::col((Table::default(), C::WaveId)).in_subquery(waves))
}

impl InvitationFilter {
    fn inner(&self) -> impl Iterator<Item = &Self> {
        self.and.iter().flatten().chain(self.or.iter().flatten()).chain(self.not.as_deref())
    }
}

impl Filter for InvitationFilter {
    fn condition(&self) -> Result<Condition> {
        let mut all = filter::nested(self.and.as_deref(), self.or.as_deref(), self.not.as_deref())?;
        let fields = [
            self.status.as_ref().map(|f| f.on::<Table>(C::Status)),
            self.suppressed.as_ref().map(|f| f.on::<Table>(C::Suppressed)),
            self.wave_id.as_ref().map(|f| f.on::<Table>(C::WaveId)),
            self.program_id.as_ref().map(|f| f.on::<wave::Entity>(wave::Column::ProgramId).map(of_waves)),
            self.survey_id.as_ref().map(|f| f.on::<Table>(C::SurveyId)),
            self.account_id.as_ref().map(|f| f.on::<Table>(C::AccountId)),
            self.contact_id.as_ref().map(|f| f.on::<Table>(C::ContactId)),
            self.language.as_ref().map(|f| f.on::<Table>(C::Language)),
            self.answered.map(|yes| Ok(is(yes, answered()))),
            self.visited.map(|yes| Ok(is(yes, C::VisitedAt.is_not_null()))),
            self.step.as_ref().map(|f| f.on::<Table>(C::Step)),
            self.queued_at.as_ref().map(|f| f.on::<Table>(C::QueuedAt)),
            self.due_at.as_ref().map(|f| f.on::<Table>(C::DueAt)),
            self.sent_at.as_ref().map(|f| f.on::<Table>(C::SentAt)),
            self.bounced_at.as_ref().map(|f| f.on::<Table>(C::BouncedAt)),
        ];
        for field in fields.into_iter().flatten() {
            all = all.add(field?);
        }
        Ok(all)
    }

    fn weight(&self) -> usize {
        1 + self.inner().map(Filter::weight).sum::<usize>()
    }
}

/// Which invitations, which page; the newest first.
#[derive(Clone, Debug, Default)]
pub struct ListInvitations {
    pub filter: Option<InvitationFilter>,
    pub page: PageArgs,
    /// What is shown of each.
    pub shows: Shows,
}

fn parts(ctx: &Ctx, shows: Shows) -> Vec<Shape> {
    let contact = Expr::col((Table::default(), C::ContactId));
    let (engine, scope) = (ctx.store().engine(), &ctx.viewer().scope);
    vec![shows.contact.map_or_else(Expr::null, |columns| contact_named(engine, scope, contact, columns))]
}

/// A page of invitations of the accounts in scope, in one statement; the count is one more.
pub async fn list(ctx: &Ctx, ask: &ListInvitations, count: bool) -> Result<(Page<(String, Invitation)>, Option<i64>)> {
    ctx.may(Action::ReadInvitations)?;
    let keyset = ask.page.keyset::<(Time, InvitationId)>()?;
    let which = || filter::condition(ask.filter.as_ref());
    let mut find = ctx.find::<Table>().filter(which()?);
    if let Some((at, id)) = keyset.from {
        let columns = [C::QueuedAt, C::Id].map(|c| Expr::col((Table::default(), c))).to_vec();
        find = find.filter(beyond(columns, vec![Expr::val(at), Expr::val(id)], !keyset.backward));
    }
    for column in [C::QueuedAt, C::Id] {
        find = find.order(column, if keyset.backward { Order::Asc } else { Order::Desc });
    }
    let rows: Vec<InvitationRow> =
        find.limit(keyset.size as u64 + 1).shown(ask.shows.columns, parts(ctx, ask.shows)).await?;
    let page = Page::cut(rows, &keyset).map(|row| (cursor(&(row.0.queued_at, row.0.id)), Invitation::from(row)));
    let total = if count { Some(ctx.find::<Table>().filter(which()?).count().await?) } else { None };
    Ok((page, total))
}

/// One invitation, or `NotFound`; who may see it is asked before.
pub(super) async fn get(ctx: &Ctx, id: InvitationId, shows: Shows) -> Result<Invitation> {
    let find: Find<'_, Table> = ctx.find().filter(C::Id.eq(id)).limit(1);
    let rows: Vec<InvitationRow> = find.shown(shows.columns, parts(ctx, shows)).await?;
    rows.into_iter().next().map(Into::into).ok_or(Error::NotFound("invitation"))
}
