//! The one grammar of filters: `{field: {operator: value}}`, the same words for every list and at every door.

mod declare;
mod flat;

pub(crate) use declare::filters;
pub use flat::{Field, Flat, Operator, Operators, Word, camel};

use async_graphql::InputObject;
use entity::{Day, Time};
use sea_orm::{
    EntityTrait, Value,
    sea_query::{Condition, Expr, ExprTrait, LikeExpr, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Apart, Sight, nothing};
use crate::{
    access::{Role, Viewer},
    base::{Error, Long, MAX_LINE, Result, first_id, key},
};

/// Values of one `in` list, at most.
pub const MAX_IN: usize = 100;
/// Conditions of one filter, at most, and levels of `and`, `or`, `not`.
pub const MAX_CONDITIONS: usize = 50;

/// A filter that can be turned into a condition on a table.
pub trait Filter {
    fn condition(&self, sight: Sight<'_>) -> Result<Condition>;
    /// How many conditions it holds.
    fn weight(&self) -> usize;
}

/// What is wrong with a filter, whoever asks with it.
pub fn check<F: Filter>(filter: Option<&F>) -> Result<()> {
    condition(filter, Sight::NONE).map(drop)
}

/// Refuses a customer's filter by a field that is for staff, like one by a field that is not there.
pub fn refuse_internal<F: Flat>(viewer: &Viewer, filter: Option<&F>) -> Result<()> {
    let Some(field) = filter.filter(|_| viewer.role == Role::Customer).and_then(Flat::internal) else { return Ok(()) };
    let known: Vec<String> = F::fields().iter().filter(|field| !field.internal).map(Field::key).collect();
    let rule = format!("is not a field to filter by; known are {}", known.join(", "));
    Err(Error::invalid(format!("/filter/{field}"), rule))
}

/// Checks a filter's size, then turns it into a condition.
pub fn condition<F: Filter>(filter: Option<&F>, sight: Sight<'_>) -> Result<Condition> {
    let Some(filter) = filter else { return Ok(Condition::all()) };
    if filter.weight() > MAX_CONDITIONS {
        return Err(Error::invalid("/filter", format!("must hold at most {MAX_CONDITIONS} conditions")));
    }
    filter.condition(sight)
}

/// `and`, `or` and `not` of a filter. An empty `or` is met by nothing.
pub fn nested<F: Filter>(and: Option<&[F]>, or: Option<&[F]>, not: Option<&F>, sight: Sight<'_>) -> Result<Condition> {
    let mut all = Condition::all();
    for part in and.unwrap_or_default() {
        all = all.add(part.condition(sight)?);
    }
    if let Some(parts) = or {
        let mut any = if parts.is_empty() { nothing() } else { Condition::any() };
        for part in parts {
            any = any.add(part.condition(sight)?);
        }
        all = all.add(any);
    }
    match not {
        Some(part) => Ok(all.add(part.condition(sight)?.not())),
        None => Ok(all),
    }
}

/// `column IN (…)`, bounded.
fn within<V: Into<Value>>(column: SimpleExpr, values: Vec<V>) -> Result<SimpleExpr> {
    if values.len() > MAX_IN {
        return Err(Error::invalid("/filter", format!("`in` takes at most {MAX_IN} values")));
    }
    if values.is_empty() {
        return Ok(Expr::val(1).eq(0));
    }
    Ok(column.is_in(values.into_iter().map(Into::into)))
}

macro_rules! comparing {
    ($($(#[$doc:meta])* $name:ident($value:ty) $to:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, InputObject, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            /// Equal to this.
            pub eq: Option<$value>,
            /// Less than this.
            pub lt: Option<$value>,
            /// At most this.
            pub lte: Option<$value>,
            /// Greater than this.
            pub gt: Option<$value>,
            /// At least this.
            pub gte: Option<$value>,
        }

        impl $name {
            pub fn on<E: EntityTrait>(&self, column: E::Column) -> Result<Condition> {
                let column = || Expr::col((E::default(), column));
                let to: fn(&$value) -> Value = $to;
                let pairs = [
                    self.eq.as_ref().map(|v| column().eq(to(v))),
                    self.lt.as_ref().map(|v| column().lt(to(v))),
                    self.lte.as_ref().map(|v| column().lte(to(v))),
                    self.gt.as_ref().map(|v| column().gt(to(v))),
                    self.gte.as_ref().map(|v| column().gte(to(v))),
                ];
                Ok(pairs.into_iter().flatten().fold(Condition::all(), Condition::add))
            }
        }

        impl Operators for $name {
            fn operators() -> Vec<Operator> {
                vec![
                    Operator::one::<$value>("", "eq", "Equal to this."),
                    Operator::one::<$value>("lt", "lt", "Less than this."),
                    Operator::one::<$value>("lte", "lte", "At most this."),
                    Operator::one::<$value>("gt", "gt", "Greater than this."),
                    Operator::one::<$value>("gte", "gte", "At least this."),
                ]
            }
        }
    )+};
}

comparing! {
    /// Compares a whole number.
    IntFilter(i32) |v| (*v).into();
    /// Compares a whole number of 64 bits.
    LongFilter(Long) |v| v.0.into();
    /// Compares a day.
    DateFilter(Day) |v| (*v).into();
    /// Compares an instant.
    DateTimeFilter(Time) |v| (*v).into();
}

impl DateTimeFilter {
    /// The same by ids that were made at the instant in question.
    pub fn on_id<E: EntityTrait>(&self, column: E::Column) -> Result<Condition> {
        let column = || Expr::col((E::default(), column));
        let from = |at: &Time| first_id(*at);
        let after = |at: &Time| first_id(at.next());
        let bounds = [
            self.eq.as_ref().map(|at| column().gte(from(at)).and(column().lt(after(at)))),
            self.lt.as_ref().map(|at| column().lt(from(at))),
            self.lte.as_ref().map(|at| column().lt(after(at))),
            self.gt.as_ref().map(|at| column().gte(after(at))),
            self.gte.as_ref().map(|at| column().gte(from(at))),
        ];
        Ok(bounds.into_iter().flatten().fold(Condition::all(), Condition::add))
    }
}

/// Compares an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdFilter {
    /// Equal to this.
    pub eq: Option<Uuid>,
    /// One of these, at most 100.
    #[graphql(name = "in")]
    #[serde(rename = "in")]
    pub within: Option<Vec<Uuid>>,
    /// True: not set. False: set to something.
    pub is_null: Option<bool>,
}

impl IdFilter {
    pub fn on<E: EntityTrait>(&self, column: E::Column) -> Result<Condition> {
        let column = || Expr::col((E::default(), column));
        let within = self.within.clone().map(|ids| within(column(), ids)).transpose()?;
        let null = self.is_null.map(|null| if null { column().is_null() } else { column().is_not_null() });
        let parts = [self.eq.map(|id| column().eq(id)), within, null];
        Ok(parts.into_iter().flatten().fold(Condition::all(), Condition::add))
    }

    /// The same on a column that points at rows of `R`, which have a rule of their own: what points out of sight
    /// counts as not set. Each part is true or false, never unknown, so that `not` tells nothing either.
    pub fn on_seen<E: EntityTrait, R: Apart>(
        &self,
        column: E::Column,
        key: R::Column,
        sight: Sight<'_>,
    ) -> Result<Condition> {
        let column = || Expr::col((E::default(), column));
        let points = |which: Condition| {
            let seen = sight.seen::<R>(key, which);
            Condition::all().add(column().is_not_null()).add(column().in_subquery(seen))
        };
        let at = |ids: Vec<Uuid>| -> Result<Condition> {
            Ok(points(Condition::all().add(within(Expr::col((R::default(), key)), ids)?)))
        };
        let anything =
            if sight.is_whole() { Condition::all().add(column().is_not_null()) } else { points(Condition::all()) };
        let parts = [
            self.eq.map(|id| at(vec![id])).transpose()?,
            self.within.clone().map(at).transpose()?,
            self.is_null.map(|null| if null { anything.not() } else { anything }),
        ];
        Ok(parts.into_iter().flatten().fold(Condition::all(), Condition::add))
    }
}

/// Compares a text to the letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextFilter {
    /// Equal to this.
    pub eq: Option<String>,
    /// One of these, at most 100.
    #[graphql(name = "in")]
    #[serde(rename = "in")]
    pub within: Option<Vec<String>>,
    /// True: not set. False: set to something.
    pub is_null: Option<bool>,
}

impl Operators for IdFilter {
    fn operators() -> Vec<Operator> {
        some_or_none::<Uuid>()
    }
}

impl Operators for TextFilter {
    fn operators() -> Vec<Operator> {
        some_or_none::<String>()
    }
}

fn some_or_none<V: Word>() -> Vec<Operator> {
    vec![
        Operator::one::<V>("", "eq", "Equal to this."),
        Operator::many::<V>("in", "in", "One of these, at most 100."),
        Operator::one::<bool>("is_null", "isNull", "True: not set. False: set to something."),
    ]
}

impl TextFilter {
    pub fn on<E: EntityTrait>(&self, column: E::Column) -> Result<Condition> {
        let column = || Expr::col((E::default(), column));
        for text in self.eq.iter().chain(self.within.iter().flatten()) {
            no_nul(text)?;
            if text.chars().count() > MAX_LINE {
                return Err(Error::invalid(
                    "/filter",
                    format!("must compare with texts of at most {MAX_LINE} characters"),
                ));
            }
        }
        let within = self.within.clone().map(|texts| within(column(), texts)).transpose()?;
        let null = self.is_null.map(|null| if null { column().is_null() } else { column().is_not_null() });
        let parts = [self.eq.clone().map(|text| column().eq(text)), within, null];
        Ok(parts.into_iter().flatten().fold(Condition::all(), Condition::add))
    }
}

macro_rules! choosing {
    ($($(#[$doc:meta])* $name:ident($value:ty);)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            /// Equal to this.
            pub eq: Option<$value>,
            /// One of these, at most 100.
            #[graphql(name = "in")]
            #[serde(rename = "in")]
            pub within: Option<Vec<$value>>,
        }

        impl $name {
            pub fn on<E: EntityTrait>(&self, column: E::Column) -> Result<Condition> {
                let column = || Expr::col((E::default(), column));
                let within = self.within.clone().map(|all| within(column(), all.iter().map(|v| v.as_str()).collect())).transpose()?;
                let parts = [self.eq.map(|v| column().eq(v.as_str())), within];
                Ok(parts.into_iter().flatten().fold(Condition::all(), Condition::add))
            }
        }

        impl Operators for $name {
            fn operators() -> Vec<Operator> {
                vec![
                    Operator::one::<$value>("", "eq", "Equal to this."),
                    Operator::many::<$value>("in", "in", "One of these, at most 100."),
                ]
            }
        }
    )+};
}

choosing! {
    /// Compares a tier.
    TierFilter(entity::Tier);
    /// Compares a stage of life.
    LifecycleFilter(entity::Lifecycle);
    /// Compares a kind of survey.
    SurveyKindFilter(entity::SurveyKind);
    /// Compares what becomes of who answers.
    SurveyModeFilter(entity::SurveyMode);
    /// Compares where an invitation stands.
    InvitationStatusFilter(entity::InvitationStatus);
    /// Compares why nobody was asked.
    SuppressionFilter(entity::Suppression);
    /// Compares what an answer says of its author.
    CategoryFilter(entity::Category);
    /// Compares a type of interaction.
    InteractionTypeFilter(entity::InteractionType);
    /// Compares what happened to a row.
    AuditActionFilter(entity::AuditAction);
    /// Compares who made a change.
    ActorKindFilter(entity::ActorKind);
}

impl CategoryFilter {
    /// The rows of any of its categories, by what `one` says of each.
    pub fn any(&self, one: impl Fn(entity::Category) -> Condition) -> Result<Condition> {
        let listed = self.within.as_ref();
        if listed.is_some_and(|all| all.len() > MAX_IN) {
            return Err(Error::invalid("/filter", format!("`in` takes at most {MAX_IN} values")));
        }
        let wanted = |category: &entity::Category| {
            self.eq.is_none_or(|only| only == *category) && listed.is_none_or(|all| all.contains(category))
        };
        let any = if self.eq.is_none() && listed.is_none() { return Ok(Condition::all()) } else { nothing() };
        let all = entity::Category::ALL.iter().copied().filter(wanted);
        Ok(all.fold(Condition::any().add(any), |any, category| any.add(one(category))))
    }
}

/// Rows whose normalised column holds the words of `text`, in that order, anywhere.
pub fn contains<E: EntityTrait>(column: E::Column, field: &str, text: &str) -> Result<Condition> {
    no_nul(text)?;
    let words = key(text);
    if words.chars().count() > 100 {
        return Err(Error::invalid(format!("/{field}"), "must have at most 100 characters"));
    }
    let escaped: String =
        words.chars().flat_map(|c| (matches!(c, '%' | '_' | '\\')).then_some('\\').into_iter().chain([c])).collect();
    let like = LikeExpr::new(format!("%{escaped}%")).escape('\\');
    Ok(Condition::all().add(Expr::col((E::default(), column)).like(like)))
}

/// The rows that meet a condition, or all others.
pub fn is(yes: bool, condition: SimpleExpr) -> Condition {
    let condition = Condition::all().add(condition);
    if yes { condition } else { condition.not() }
}

/// PostgreSQL cannot hold U+0000, so no row does: both engines refuse it alike.
pub fn no_nul(text: &str) -> Result<()> {
    if text.contains('\0') {
        return Err(Error::invalid("/filter", "must not contain the control character U+0000"));
    }
    Ok(())
}
