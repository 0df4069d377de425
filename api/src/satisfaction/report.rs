//! Figures for a viewer: from the counters by credit, or from the answers of the accounts in view.

use std::collections::BTreeMap;

use entity::{
    MemberId, PlaceId, SliceDim, TeamId, answer, member, question, response, score_owner, score_slice, survey, team,
    team_place,
};
use sea_orm::{
    ColumnTrait, EntityTrait, Iterable,
    sea_query::{Condition, Expr, ExprTrait, Query},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{Ask, Figure, GroupBy, SatisfactionGroup, View, rules::Counts};
use crate::{
    access::{Action, Credit},
    base::{Error, Result},
    ctx::Ctx,
    store::{Find, Owned, PICKED, Visible, among, one},
};

/// Months of one report, at most.
const MONTHS: i32 = 120;

/// One row of counts: a cut, how often each answer was given, the question.
type CounterRow = (Cut, [i64; 11], question::Model);
/// A cut, a score and how often it was given, the question.
type AnswerRow = (Cut, (i16, i64), question::Model);

/// By what a row is cut; one of these, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Cut {
    owner: Option<MemberId>,
    place: Option<PlaceId>,
    month: Option<i32>,
    word: Option<String>,
}

/// What a cut is called, and whose it is.
type Named = (String, Option<TeamId>, Option<MemberId>);
type Table = BTreeMap<(Cut, String), (question::Model, Counts)>;

/// Figures, cut or whole. Two statements at most for what is credited: the counts, and the names of what they
/// are cut by; one more for the further questions of the accounts' answers.
pub async fn report(ctx: &Ctx, ask: &Ask) -> Result<Vec<SatisfactionGroup>> {
    ctx.may(Action::ReadSatisfaction)?;
    let months = months(ctx, ask)?;
    let table = match ask.view {
        View::Credit => credited(ctx, ask, months).await?,
        View::Accounts => answered(ctx, ask, months).await?,
    };
    named(ctx, ask, table).await
}

/// First month and the month after the last, as numbers.
fn months(ctx: &Ctx, ask: &Ask) -> Result<(i32, i32)> {
    let until = match ask.until.as_deref() {
        Some(text) => month("/until", text)?,
        None => ctx.company().month(ctx.now()) + 1,
    };
    let from = match ask.from.as_deref() {
        Some(text) => month("/from", text)?,
        None => until - 12,
    };
    if from >= until {
        return Err(Error::invalid("/from", "must lie before until, which is the month after the last"));
    }
    if until - from > MONTHS {
        return Err(Error::invalid("/from", format!("must be at most {MONTHS} months before until")));
    }
    Ok((from, until))
}

fn month(field: &str, text: &str) -> Result<i32> {
    let wrong = || Error::invalid(field, "must be a month like 2026-01");
    let (year, month) = text.split_once('-').ok_or_else(wrong)?;
    let digits = year.len() == 4 && month.len() == 2 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let (year, month): (i32, i32) = (year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
    if digits && (1..=12).contains(&month) && year > 0 { Ok(year * 12 + month - 1) } else { Err(wrong()) }
}

async fn credited(ctx: &Ctx, ask: &Ask, months: (i32, i32)) -> Result<Table> {
    let whole = *ctx.viewer().scope.credit() == Credit::All && ask.owner_id.is_none();
    let dim = match ask.group_by {
        Some(GroupBy::Territory) => Some(SliceDim::Territory),
        Some(GroupBy::Segment) => Some(SliceDim::Segment),
        Some(GroupBy::Survey) => Some(SliceDim::Survey),
        // Of the whole company every slice says the same; the smallest is read fastest.
        Some(GroupBy::Month) | None if whole => Some(SliceDim::Survey),
        _ => None,
    };
    let rows = match dim {
        Some(dim) => slices(ctx, ask, months, dim).await?,
        None => owners(ctx, ask, months).await?,
    };
    let mut table = Table::new();
    for (cut, counts, question) in rows {
        entry(&mut table, cut, question).merge(&Counts(counts));
    }
    Ok(table)
}

/// The counts of a cut and a question.
fn entry(table: &mut Table, cut: Cut, question: question::Model) -> &mut Counts {
    &mut table.entry((cut, question.key.clone())).or_insert((question, Counts::default())).1
}

async fn slices(ctx: &Ctx, ask: &Ask, (from, until): (i32, i32), dim: SliceDim) -> Result<Vec<CounterRow>> {
    use score_slice::Column as C;
    if matches!(ctx.viewer().scope.credit(), Credit::Owner(_)) || ask.owner_id.is_some() {
        let rule = "cuts one owner's credit by OWNER, TEAM or MONTH only; ask for view ACCOUNTS";
        return Err(Error::invalid("/groupBy", rule));
    }
    // Of the whole company all months are one walk; of some places each month of each is found by itself.
    let whole = *ctx.viewer().scope.credit() == Credit::All && ask.team_id.is_none();
    let months = if whole { C::Month.gte(from).and(C::Month.lt(until)) } else { C::Month.is_in(from..until) };
    let mut find = ctx.find::<score_slice::Entity>().filter(C::Dim.eq(dim)).filter(months);
    if let Some(team) = ask.team_id {
        find = find.filter(C::PlaceId.in_subquery(places(team)));
    }
    let cut = CutBy { owner: None, place: C::PlaceId, month: C::Month, word: Some(C::Val) };
    counters(ctx, find, ask.group_by, C::Question, &cut, &C::iter().skip(6).collect::<Vec<_>>()).await
}

async fn owners(ctx: &Ctx, ask: &Ask, (from, until): (i32, i32)) -> Result<Vec<CounterRow>> {
    use score_owner::Column as C;
    let mut find = ctx.find::<score_owner::Entity>().filter(C::Month.gte(from)).filter(C::Month.lt(until));
    if let Some(owner) = ask.owner_id {
        find = find.filter(C::OwnerId.eq(owner));
    }
    if let Some(team) = ask.team_id {
        find = find.filter(C::PlaceId.in_subquery(places(team)));
    }
    let cut = CutBy { owner: Some(C::OwnerId), place: C::PlaceId, month: C::Month, word: None };
    counters(ctx, find, ask.group_by, C::Question, &cut, &C::iter().skip(5).collect::<Vec<_>>()).await
}

/// The columns a table is cut by.
struct CutBy<C> {
    owner: Option<C>,
    place: C,
    month: C,
    word: Option<C>,
}

impl<C: ColumnTrait> CutBy<C> {
    fn pick<'c, E: EntityTrait<Column = C> + Owned>(&self, mut find: Find<'c, E>, by: Option<GroupBy>) -> Find<'c, E> {
        let at = |column: C| Expr::col((E::default(), column));
        let chosen = match by {
            Some(GroupBy::Owner) => self.owner.map(|c| ("owner", c)),
            Some(GroupBy::Team) => Some(("place", self.place)),
            Some(GroupBy::Month) => Some(("month", self.month)),
            Some(GroupBy::Territory | GroupBy::Segment | GroupBy::Survey) => self.word.map(|c| ("word", c)),
            None => None,
        };
        if let Some((_, column)) = chosen {
            find = find.group(at(column));
        }
        for name in CUT {
            find = match chosen {
                Some((chosen, column)) if chosen == name => find.pick_column(column, name),
                _ => find.pick(Expr::null(), name),
            };
        }
        find
    }
}

/// The names that a [`Cut`] is picked by.
const CUT: [&str; 4] = ["owner", "place", "month", "word"];

/// Cuts the rows by the question too. Joined, each question leads to its part of the counters, which come by question
/// first; what it is like is read beside the sums, not with every counter.
fn by_question<E: Owned>(find: Find<'_, E>, key: Expr) -> Find<'_, E> {
    let same = Expr::col((question::Entity, question::Column::Key)).eq(key.clone());
    find.join::<question::Entity>(same).group(key.clone()).pick(key, "question")
}

/// The rows, each with the cut, some of its values and the question.
async fn rows<E: Owned, T: DeserializeOwned>(ctx: &Ctx, find: Find<'_, E>, values: &[&'static str]) -> Result<Vec<T>> {
    let key = Expr::col(("q", question::Column::Key)).eq(Expr::col((PICKED, "question")));
    find.picked(&[&CUT, values], vec![one::<question::Entity>(ctx.store().engine(), "q", key)]).await
}

async fn counters<E: Owned>(
    ctx: &Ctx,
    find: Find<'_, E>,
    by: Option<GroupBy>,
    question: E::Column,
    cut: &CutBy<E::Column>,
    sums: &[E::Column],
) -> Result<Vec<CounterRow>> {
    const NAMES: [&str; 11] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10"];
    let at = |column: E::Column| Expr::col((E::default(), column));
    let mut find = cut.pick(by_question(find, at(question)), by);
    for (name, column) in NAMES.into_iter().zip(sums) {
        find = find.pick(at(*column).sum().cast_as("bigint"), name);
    }
    rows(ctx, find, &NAMES).await
}

/// Every place a team or one below it ever stood at.
fn places(team: TeamId) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column((team_place::Entity, team_place::Column::Id))
        .from(team_place::Entity)
        .and_where(team_place::Column::Path.contains(format!("{team}/")))
        .take()
}

async fn answered(ctx: &Ctx, ask: &Ask, (from, until): (i32, i32)) -> Result<Table> {
    use response::Column as C;
    let at = |column: C| Expr::col((response::Entity, column));
    let word = match ask.group_by {
        Some(GroupBy::Territory) => Some(C::Territory),
        Some(GroupBy::Segment) => Some(C::Segment),
        Some(GroupBy::Survey) => return Err(Error::invalid("/groupBy", "SURVEY goes with view CREDIT")),
        _ => None,
    };
    let cut = CutBy { owner: Some(C::OwnerId), place: C::PlaceId, month: C::Month, word };
    let find = || {
        let mut find = ctx.find::<response::Entity>().filter(C::Month.gte(from)).filter(C::Month.lt(until));
        if let Some(owner) = ask.owner_id {
            find = find.filter(C::OwnerId.eq(owner));
        }
        if let Some(team) = ask.team_id {
            find = find.filter(Condition::all().add(C::PlaceId.in_subquery(places(team))));
        }
        cut.pick(find, ask.group_by)
    };
    let told = ["score", "n"];
    let scored = by_question(find(), at(C::Question)).group(at(C::Score)).pick(at(C::Score), "score");
    let mut all: Vec<AnswerRow> = rows(ctx, scored.pick(Expr::cust("count(*)"), "n"), &told).await?;
    let of = |column: answer::Column| Expr::col((answer::Entity, column));
    let further = find().join::<answer::Entity>(of(answer::Column::ResponseId).eq(at(C::Id)));
    let further = by_question(further.filter(answer::Column::Score.is_not_null()), of(answer::Column::Question));
    let further = further.group(of(answer::Column::Score)).pick(of(answer::Column::Score), "score");
    all.extend(rows::<_, AnswerRow>(ctx, further.pick(Expr::cust("count(*)"), "n"), &told).await?);
    let mut table = Table::new();
    for (cut, (score, n), question) in all {
        entry(&mut table, cut, question).put(score, n);
    }
    Ok(table)
}

/// Puts names to the cuts, folds teams that stood at several places, and sorts by name or month.
async fn named(ctx: &Ctx, ask: &Ask, table: Table) -> Result<Vec<SatisfactionGroup>> {
    let names = names(ctx, ask.group_by, &table).await?;
    let mut groups: BTreeMap<Named, BTreeMap<String, (question::Model, Counts)>> = BTreeMap::new();
    for ((cut, key), (question, counts)) in table {
        let owner = cut.owner.filter(|id| *id != MemberId::NOBODY);
        let (team, name) = match cut.place.and_then(|place| names.places.get(&place)) {
            Some((team, name)) => (Some(*team), name.clone()),
            None => (None, String::new()),
        };
        let label = match (owner, cut.month, cut.word) {
            (Some(owner), _, _) => names.members.get(&owner).cloned().unwrap_or_default(),
            (_, Some(month), _) => format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1),
            (_, _, Some(word)) => names.surveys.get(&word).cloned().unwrap_or(word),
            _ => name,
        };
        let group = groups.entry((label, team, owner)).or_default();
        group.entry(key).or_insert((question, Counts::default())).1.merge(&counts);
    }
    let views = groups.into_iter().map(|((label, team_id, owner_id), questions)| {
        let figures = questions.into_values().filter(|(_, counts)| counts.n() != 0);
        let figures = figures.map(|(question, counts)| Figure::new(question, &counts)).collect();
        SatisfactionGroup { label, figures, owner_id, team_id }
    });
    Ok(views.filter(|group| !group.figures.is_empty()).collect())
}

#[derive(Default)]
struct Names {
    members: BTreeMap<MemberId, String>,
    places: BTreeMap<PlaceId, (TeamId, String)>,
    surveys: BTreeMap<String, String>,
}

async fn names(ctx: &Ctx, by: Option<GroupBy>, table: &Table) -> Result<Names> {
    let mut names = Names::default();
    match by {
        Some(GroupBy::Owner) => {
            let mut ids: Vec<MemberId> = table.keys().filter_map(|(cut, _)| cut.owner).collect();
            ids.dedup();
            let which = among::<member::Entity, _>(member::Column::Id, &ids);
            let columns = [member::Column::Id, member::Column::Name];
            let rows = ctx.find::<member::Entity>().filter(which).some::<(MemberId, String)>(&columns).await?;
            names.members = rows.into_iter().map(Visible::into_inner).collect();
        }
        Some(GroupBy::Team) => {
            let name = one::<team::Entity>(
                ctx.store().engine(),
                "t",
                Expr::col(("t", team::Column::Id)).equals((team_place::Entity, team_place::Column::TeamId)),
            );
            let rows: Vec<(team_place::Model, team::Model)> =
                ctx.find::<team_place::Entity>().shaped(vec![name]).await?;
            let somewhere = rows.into_iter().filter(|(place, _)| place.id != PlaceId::NOWHERE);
            names.places = somewhere.map(|(place, team)| (place.id, (team.id, team.name))).collect();
        }
        Some(GroupBy::Survey) => {
            for row in ctx.find::<survey::Entity>().all().await? {
                names.surveys.insert(row.id.to_string(), row.name.clone());
            }
        }
        _ => {}
    }
    Ok(names)
}
