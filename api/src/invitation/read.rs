//! Lists of invitations: who was asked, who was not, and where their mails are.

use entity::{InvitationId, SurveyMode, Time, invitation, program, response, wave};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query, SimpleExpr},
};

use super::{Invitation, InvitationRow};
use crate::{
    access::Action,
    base::{Error, Result},
    ctx::Ctx,
    store::{
        Cursor, Find, Page, PageArgs, Shape, Shows, beyond, contact_named, cursor,
        filter::{
            self, DateTimeFilter, IdFilter, IntFilter, InvitationStatusFilter, SuppressionFilter, SurveyModeFilter,
            TextFilter, filters, is,
        },
    },
};

type Table = invitation::Entity;
use invitation::Column as C;

filters! {
    /// Which invitations. Conditions in one object must all hold.
    InvitationFilter {
        /// By where it stands.
        status: InvitationStatusFilter => |f, _| f.on::<Table>(C::Status),
        /// By why nobody was asked.
        suppressed: SuppressionFilter => |f, _| f.on::<Table>(C::Suppressed),
        /// By the sending.
        wave_id: IdFilter => |f, _| f.on::<Table>(C::WaveId),
        /// By the programme that made the sending.
        program_id: IdFilter => |f, sight| {
            let seen = f.on_seen::<wave::Entity, program::Entity>(wave::Column::ProgramId, program::Column::Id, sight);
            seen.map(of_waves)
        },
        /// By survey.
        survey_id: IdFilter => |f, _| f.on::<Table>(C::SurveyId),
        /// By account.
        account_id: IdFilter => |f, _| f.on::<Table>(C::AccountId),
        /// By contact.
        contact_id: IdFilter => |f, _| f.on::<Table>(C::ContactId),
        /// By the language of mail and page.
        language: TextFilter => |f, _| f.on::<Table>(C::Language),
        /// True: answered, if only the score. False: not yet. Neither holds of a confidential or anonymous survey's.
        answered: bool => |yes, _| Ok(told(is(*yes, answered()))),
        /// True: a person opened the link. False: nobody did. Neither holds of a confidential or anonymous survey's.
        visited: bool => |yes, _| Ok(told(is(*yes, C::VisitedAt.is_not_null()))),
        /// By what becomes of who answers.
        mode: SurveyModeFilter => |f, _| f.on::<Table>(C::Mode),
        /// By how many mails have left.
        step: IntFilter => |f, _| f.on::<Table>(C::Step),
        /// By when it was queued.
        queued_at: DateTimeFilter => |f, _| f.on::<Table>(C::QueuedAt),
        /// By when its next mail is due.
        due_at: DateTimeFilter => |f, _| f.on::<Table>(C::DueAt),
        /// By when its first mail left.
        sent_at: DateTimeFilter => |f, _| f.on::<Table>(C::SentAt),
        /// By when a mail came back.
        bounced_at: DateTimeFilter => |f, _| f.on::<Table>(C::BouncedAt),
    }
}

/// Only where it is told of each contact whether they were there.
fn told(which: Condition) -> Condition {
    which.add(C::Mode.eq(SurveyMode::Identified))
}

/// The answer to an invitation exists.
fn answered() -> SimpleExpr {
    let answer = Query::select()
        .expr(Expr::val(1))
        .from(response::Entity)
        .and_where(Expr::col((response::Entity, response::Column::InvitationId)).equals((Table::default(), C::Id)))
        .take();
    Expr::exists(answer)
}

/// The invitations of the waves that `which` names.
fn of_waves(which: Condition) -> Condition {
    let waves = Query::select().column((wave::Entity, wave::Column::Id)).from(wave::Entity).cond_where(which).take();
    Condition::all().add(Expr::col((Table::default(), C::WaveId)).in_subquery(waves))
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
pub async fn list(ctx: &Ctx, ask: &ListInvitations, count: bool) -> Result<(Page<(Cursor, Invitation)>, Option<i64>)> {
    ctx.may(Action::ReadInvitations)?;
    let keyset = ask.page.keyset::<(Time, InvitationId)>()?;
    let which = || filter::condition(ask.filter.as_ref(), ctx.store().sight());
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
    let page = Page::cut(rows, &keyset).map(|row| (cursor((row.0.queued_at, row.0.id)), Invitation::from(row)));
    let total = if count { Some(ctx.find::<Table>().filter(which()?).count().await?) } else { None };
    Ok((page, total))
}

/// One invitation, or `NotFound`; who may see it is asked before.
pub(super) async fn get(ctx: &Ctx, id: InvitationId, shows: Shows) -> Result<Invitation> {
    let find: Find<'_, Table> = ctx.find().filter(C::Id.eq(id)).limit(1);
    let rows: Vec<InvitationRow> = find.shown(shows.columns, parts(ctx, shows)).await?;
    rows.into_iter().next().map(Into::into).ok_or(Error::NotFound("invitation"))
}
