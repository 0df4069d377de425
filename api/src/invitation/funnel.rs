//! The funnel: how many contacts were meant, asked, reached, and answered. In one statement, at the accounts in scope.

use std::collections::BTreeSet;

use async_graphql::{Enum, SimpleObject};
use entity::{InvitationStatus, Suppression, SurveyId, SurveyMode, WaveId, invitation, response};
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, ExprTrait, Func, Order, Query, SimpleExpr},
};
use serde::Deserialize;

use super::{InvitationFilter, SuppressedCount};
use crate::{
    access::Action,
    base::{Error, Result},
    ctx::Ctx,
    quiet::FEWEST,
    satisfaction::rules::share,
    store::{Find, filter},
};

type Table = invitation::Entity;
use invitation::Column as C;

/// Cuts of one funnel, at most.
const MOST: usize = 1_000;
/// Rows that make up one cut, at most: states times reasons times what became of the mail, of each mode.
const ROWS: usize = 300;

/// From the contacts that a sending was meant for to complete answers. Each step holds those of the next.
#[derive(Clone, Debug, Default, PartialEq, SimpleObject)]
#[graphql(serial)]
pub struct Funnel {
    /// Contacts who were judged: the audience, less those whom a sample passed over.
    pub judged: i32,
    /// Contacts who are not asked, counted by reason.
    pub suppressed: Vec<SuppressedCount>,
    /// Contacts who are asked: judged, and not suppressed.
    pub eligible: i32,
    /// Contacts whose mail waits to leave.
    pub waiting: i32,
    /// Contacts whose link was withdrawn before a mail left.
    pub withdrawn: i32,
    /// Contacts whose mail was handed to a mail server.
    pub sent: i32,
    /// Mails that the server refused for good, the address being good as far as is known.
    pub failed: i32,
    /// Mails that came back: the address is gone.
    pub bounced: i32,
    /// Sent, and neither refused nor come back.
    pub delivered: i32,
    /// Contacts who opened their link, as far as is known; machines are left out. Null where it is `hidden`, and of
    /// confidential and anonymous surveys, where nobody notes it.
    pub visited: Option<i32>,
    /// Contacts who answered the score; of a confidential or anonymous wave those who completed. Null where it is
    /// `hidden`.
    pub started: Option<i32>,
    /// Contacts who answered all that is required. Null where it is `hidden`. Of a confidential or anonymous wave as of
    /// last midnight (UTC), and five more each time it grows.
    pub completed: Option<i32>,
    /// Why it is not told who visited and answered, where it is not.
    pub hidden: Option<Hidden>,
    /// Completed of delivered, in per cent; null where nothing was delivered, or it is `hidden`.
    pub response_rate: Option<f64>,
    /// Lower end of its 95 % interval; null below 5 delivered.
    pub response_rate_low: Option<f64>,
    /// Upper end of its 95 % interval; null below 5 delivered.
    pub response_rate_high: Option<f64>,
}

/// Why it is not told how many visited and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Hidden {
    /// Some of the invitations are of confidential or anonymous surveys, and of these it is told of whole waves alone, to
    /// those who see all accounts.
    Confidential,
    /// Fewer than five have answered, or fewer than five have not; or a wave of the same survey has reached fewer than ten,
    /// of whom the number would tell, taken from the survey's figures.
    TooFew,
}

/// By what a funnel is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FunnelBy {
    /// The wave.
    Wave,
    /// The survey.
    Survey,
    /// The language of mail and page.
    Language,
}

/// One cut of a funnel.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct FunnelGroup {
    /// The wave, where cut by waves.
    pub wave_id: Option<WaveId>,
    /// The survey, where cut by surveys.
    pub survey_id: Option<SurveyId>,
    /// The language, where cut by languages.
    pub language: Option<String>,
    /// How far its contacts have come.
    pub funnel: Funnel,
}

/// Alike invitations of one cut.
#[derive(Deserialize)]
struct Alike {
    wave: Option<WaveId>,
    survey: Option<SurveyId>,
    language: Option<String>,
    status: InvitationStatus,
    suppressed: Option<Suppression>,
    is_sent: i32,
    is_bounced: i32,
    is_visited: i32,
    mode: SurveyMode,
    /// 0 no answer, 1 the score, 2 all that is required.
    answered: i32,
    n: i64,
}

/// The funnel of the invitations that `which` names, cut by waves, surveys or languages, or whole; cuts in the order of
/// their keys.
pub async fn funnel(ctx: &Ctx, which: Option<&InvitationFilter>, by: Option<FunnelBy>) -> Result<Vec<FunnelGroup>> {
    ctx.may(Action::ReadInvitations)?;
    let rows = count(ctx.find::<Table>().filter(filter::condition(which, ctx.store().sight())?), by).await?;
    let mut groups = fold(rows);
    if which.is_none() {
        tell(ctx, &mut groups).await?;
    }
    if groups.len() > MOST {
        return Err(Error::invalid("/groupBy", format!("gives more than {MOST} cuts; narrow the filter")));
    }
    if groups.is_empty() && by.is_none() {
        let mut funnel = Funnel::default();
        funnel.close();
        return Ok(vec![FunnelGroup { wave_id: None, survey_id: None, language: None, funnel }]);
    }
    Ok(groups)
}

/// The funnels of waves, at the accounts in scope. Who may see the waves is asked before.
pub async fn of_waves(ctx: &Ctx, ids: &[WaveId]) -> Result<Vec<FunnelGroup>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let which = crate::store::among::<Table, _>(C::WaveId, ids);
    let mut groups = fold(count(ctx.find::<Table>().filter(which), Some(FunnelBy::Wave)).await?);
    tell(ctx, &mut groups).await?;
    Ok(groups)
}

/// Tells of whole waves of confidential and anonymous surveys how many have answered, where that is five and five have
/// not: to those who see all accounts, and nobody else, since what is left of a wave without others' accounts may be
/// one contact. The numbers grow by five or more, so that those of two days do not tell either; and none is told beside
/// a small wave of the same survey, of which it would be told by subtraction. How small it is hangs on no answer.
async fn tell(ctx: &Ctx, groups: &mut [FunnelGroup]) -> Result<()> {
    use entity::quiet_wave::{Column as Q, Entity};
    let quiet = |group: &&mut FunnelGroup| group.funnel.hidden.is_some();
    let waves: Vec<WaveId> = groups.iter_mut().filter(quiet).filter_map(|group| group.wave_id).collect();
    if waves.is_empty() || !ctx.store().sight().is_whole() {
        return Ok(());
    }
    let told = ctx.find::<Entity>().filter(crate::store::among::<Entity, _>(Q::WaveId, &waves)).all().await?;
    let small = beside_small(ctx, told.iter().map(|row| row.survey_id).collect()).await?;
    for group in groups.iter_mut().filter(quiet).filter(|group| group.wave_id.is_some()) {
        let told = told.iter().find(|row| Some(row.wave_id) == group.wave_id);
        let told = told.filter(|row| !small.contains(&row.survey_id)).map_or(0, |row| row.answers);
        group.funnel.answered_by(told);
    }
    Ok(())
}

/// How many a wave has reached, by now.
#[derive(Deserialize)]
struct Reached {
    survey: SurveyId,
    n: i64,
}

/// Those of these surveys of which a wave has reached fewer than five who might answer and five who might not.
async fn beside_small(ctx: &Ctx, surveys: BTreeSet<SurveyId>) -> Result<BTreeSet<SurveyId>> {
    if surveys.is_empty() {
        return Ok(surveys);
    }
    let surveys: Vec<_> = surveys.into_iter().collect();
    let of = |column: C| Expr::col((Table::default(), column));
    let find = ctx.find::<Table>().filter(crate::store::among::<Table, _>(C::SurveyId, &surveys));
    let find = find.filter(C::Mode.ne(SurveyMode::Identified)).filter(C::SentAt.is_not_null());
    let find = find.filter(C::BouncedAt.is_null()).filter(C::Status.ne(InvitationStatus::Failed));
    let find = find.pick_column(C::SurveyId, "survey").group(of(C::SurveyId)).group(of(C::WaveId));
    let waves: Vec<Reached> = find.pick(Expr::cust("count(*)"), "n").rows().await?;
    let small = waves.iter().filter(|wave| usize::try_from(wave.n).is_ok_and(|n| n < 2 * FEWEST));
    Ok(small.map(|wave| wave.survey).collect())
}

async fn count(mut find: Find<'_, Table>, by: Option<FunnelBy>) -> Result<Vec<Alike>> {
    let of = |column: C| Expr::col((Table::default(), column));
    let keys = [
        (FunnelBy::Wave, C::WaveId, "wave"),
        (FunnelBy::Survey, C::SurveyId, "survey"),
        (FunnelBy::Language, C::Language, "language"),
    ];
    for (key, column, name) in keys {
        if by == Some(key) {
            find = find.pick_column(column, name).group(of(column)).order(column, Order::Asc);
        } else {
            find = find.pick(Expr::cust("NULL"), name);
        }
    }
    let flag = |yes: SimpleExpr| -> SimpleExpr { Expr::case(yes, Expr::cust("1")).finally(Expr::cust("0")).into() };
    let parts = [
        (of(C::Status), "status"),
        (of(C::Suppressed), "suppressed"),
        (flag(C::SentAt.is_not_null()), "is_sent"),
        (flag(C::BouncedAt.is_not_null()), "is_bounced"),
        (flag(C::VisitedAt.is_not_null()), "is_visited"),
        (of(C::Mode), "mode"),
        (answered(), "answered"),
    ];
    for (part, name) in parts {
        find = find.pick(part.clone(), name).group(part);
    }
    find.pick(Expr::cust("count(*)"), "n").limit((MOST * ROWS) as u64).rows().await
}

/// How far the answer has come: 0, 1 or 2.
fn answered() -> SimpleExpr {
    let of = |column| Expr::col((response::Entity, column));
    let far = Expr::case(of(response::Column::CompletedAt).is_null(), Expr::cust("1")).finally(Expr::cust("2"));
    let answer = Query::select()
        .expr(far)
        .from(response::Entity)
        .and_where(of(response::Column::InvitationId).equals((Table::default(), C::Id)))
        .take();
    Func::coalesce([SimpleExpr::SubQuery(None, Box::new(answer.into())), Expr::cust("0")]).into()
}

fn fold(rows: Vec<Alike>) -> Vec<FunnelGroup> {
    let mut groups: Vec<FunnelGroup> = Vec::new();
    for row in rows {
        let is_next = groups
            .last()
            .is_none_or(|last| (last.wave_id, last.survey_id, &last.language) != (row.wave, row.survey, &row.language));
        if is_next {
            let (wave_id, survey_id, language) = (row.wave, row.survey, row.language.clone());
            groups.push(FunnelGroup { wave_id, survey_id, language, funnel: Funnel::default() });
        }
        if let Some(group) = groups.last_mut() {
            group.funnel.add(&row);
        }
    }
    for group in &mut groups {
        group.funnel.close();
    }
    groups
}

impl Funnel {
    fn add(&mut self, row: &Alike) {
        let n = i32::try_from(row.n).unwrap_or(i32::MAX);
        self.judged += n;
        if let Some(reason) = row.suppressed.filter(|_| row.status == InvitationStatus::Suppressed) {
            match self.suppressed.iter_mut().find(|count| count.reason == reason) {
                Some(count) => count.count += n,
                None => self.suppressed.push(SuppressedCount { reason, count: n }),
            }
            return;
        }
        self.eligible += n;
        let has_failed = row.status == InvitationStatus::Failed;
        // Whoever was there got the mail, whatever became of a later one.
        let was_there = row.is_visited == 1 || row.answered > 0;
        let has_bounced = row.is_bounced == 1 && !was_there;
        match row.status {
            InvitationStatus::Queued if row.is_sent == 0 => self.waiting += n,
            InvitationStatus::Revoked if row.is_sent == 0 && !has_bounced => self.withdrawn += n,
            _ => {
                self.sent += n;
                if has_bounced {
                    self.bounced += n;
                } else if has_failed {
                    self.failed += n;
                } else {
                    self.delivered += n;
                }
            }
        }
        if row.mode.is_quiet() {
            self.hidden = Some(Hidden::Confidential);
            return;
        }
        let grow = |sum: &mut Option<i32>, grows| *sum = Some(sum.unwrap_or(0) + if grows { n } else { 0 });
        grow(&mut self.visited, was_there);
        grow(&mut self.started, row.answered > 0);
        grow(&mut self.completed, row.answered > 1);
    }

    /// Takes in how many of a whole confidential or anonymous wave have answered, as far as that may be told.
    fn answered_by(&mut self, told: i32) {
        let fewest = i32::try_from(FEWEST).unwrap_or(i32::MAX);
        if told < fewest || self.delivered - told < fewest {
            self.hidden = Some(Hidden::TooFew);
            return;
        }
        (self.hidden, self.started, self.completed) = (None, Some(told), Some(told));
        self.rate();
    }

    fn close(&mut self) {
        self.suppressed.sort_by_key(|count| count.reason);
        if self.hidden.is_some() {
            // Beside what is hidden the rest would be a part of it.
            (self.visited, self.started, self.completed) = (None, None, None);
            return;
        }
        for sum in [&mut self.visited, &mut self.started, &mut self.completed] {
            sum.get_or_insert(0);
        }
        self.rate();
    }

    fn rate(&mut self) {
        let rate = share(self.completed.unwrap_or(0).into(), self.delivered.into());
        (self.response_rate, self.response_rate_low, self.response_rate_high) = (rate.value, rate.low, rate.high);
    }
}
