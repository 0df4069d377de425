//! Which answers a list holds, and what an answer says of its author.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{InputObject, dataloader::Loader};
use entity::{Category, SurveyKind, invitation, question, response};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Query},
};
use serde::Deserialize;

use crate::{
    base::{Error, Result},
    ctx::Ctx,
    store::{
        among,
        filter::{
            self, CategoryFilter, DateTimeFilter, Filter, IdFilter, IntFilter, SurveyKindFilter, TextFilter,
            TierFilter, is,
        },
    },
};

type Table = response::Entity;
use response::Column as C;

/// Which answers. Conditions in one object must all hold.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResponseFilter {
    /// All of these.
    pub and: Option<Vec<ResponseFilter>>,
    /// At least one of these; none of an empty list.
    pub or: Option<Vec<ResponseFilter>>,
    /// Not this.
    pub not: Option<Box<ResponseFilter>>,
    /// By account.
    pub account_id: Option<IdFilter>,
    /// By who answered.
    pub contact_id: Option<IdFilter>,
    /// By survey.
    pub survey_id: Option<IdFilter>,
    /// By the wave that asked; imported answers have none.
    pub wave_id: Option<IdFilter>,
    /// By what the survey measures.
    pub kind: Option<SurveyKindFilter>,
    /// By the key of the scored question.
    pub question: Option<TextFilter>,
    /// By score.
    pub score: Option<IntFilter>,
    /// By what the score says of its author.
    pub category: Option<CategoryFilter>,
    /// True: with a comment. False: without one.
    pub commented: Option<bool>,
    /// By the language they were asked in.
    pub language: Option<TextFilter>,
    /// By the account's segment of that day.
    pub segment: Option<TextFilter>,
    /// By the account's territory of that day.
    pub territory: Option<TextFilter>,
    /// By the account's tier of that day.
    pub tier: Option<TierFilter>,
    /// By who is credited.
    pub owner_id: Option<IdFilter>,
    /// By whether the owner had the account for less than 30 days.
    pub inherited: Option<bool>,
    /// By when it was first given.
    pub answered_at: Option<DateTimeFilter>,
}

impl ResponseFilter {
    /// The first field used that a customer may not know of.
    pub fn internal(&self) -> Option<&'static str> {
        let own = [
            ("segment", self.segment.is_some()),
            ("territory", self.territory.is_some()),
            ("tier", self.tier.is_some()),
            ("waveId", self.wave_id.is_some()),
            ("category", self.category.is_some()),
            ("ownerId", self.owner_id.is_some()),
            ("inherited", self.inherited.is_some()),
        ];
        let own = own.into_iter().find_map(|(name, used)| used.then_some(name));
        own.or_else(|| self.inner().find_map(Self::internal))
    }

    fn inner(&self) -> impl Iterator<Item = &Self> {
        self.and.iter().flatten().chain(self.or.iter().flatten()).chain(self.not.as_deref())
    }
}

impl Filter for ResponseFilter {
    fn condition(&self) -> Result<Condition> {
        let mut all = filter::nested(self.and.as_deref(), self.or.as_deref(), self.not.as_deref())?;
        let fields = [
            self.account_id.as_ref().map(|f| f.on::<Table>(C::AccountId)),
            self.survey_id.as_ref().map(|f| f.on::<Table>(C::SurveyId)),
            self.wave_id.as_ref().map(|f| f.on::<invitation::Entity>(invitation::Column::WaveId).map(asked_by)),
            self.kind.as_ref().map(|f| f.on::<Table>(C::Kind)),
            self.contact_id.as_ref().map(|f| f.on::<Table>(C::ContactId)),
            self.question.as_ref().map(|f| f.on::<Table>(C::Question)),
            self.score.as_ref().map(|f| f.on::<Table>(C::Score)),
            self.category.as_ref().map(|f| f.any(of)),
            self.commented.map(|yes| Ok(is(yes, C::Comment.is_not_null()))),
            self.language.as_ref().map(|f| f.on::<Table>(C::Language)),
            self.segment.as_ref().map(|f| f.on::<Table>(C::Segment)),
            self.territory.as_ref().map(|f| f.on::<Table>(C::Territory)),
            self.tier.as_ref().map(|f| f.on::<Table>(C::Tier)),
            self.owner_id.as_ref().map(|f| f.on::<Table>(C::OwnerId)),
            self.inherited.map(|yes| Ok(is(yes, C::Inherited.eq(true)))),
            self.answered_at.as_ref().map(|f| f.on::<Table>(C::AnsweredAt)),
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

/// The answers to the invitations that `which` names.
fn asked_by(which: Condition) -> Condition {
    let ids = Query::select()
        .column((invitation::Entity, invitation::Column::Id))
        .from(invitation::Entity)
        .cond_where(which)
        .to_owned();
    Condition::all().add(Expr::col((Table::default(), C::InvitationId)).in_subquery(ids))
}

/// The answers of one category.
fn of(category: Category) -> Condition {
    let nps = |from: i16, to: i16| {
        Condition::all().add(C::Kind.eq(SurveyKind::Nps)).add(C::Score.gte(from)).add(C::Score.lte(to))
    };
    let other = |satisfied: bool| {
        let satisfied = is(satisfied, Expr::exists(satisfied_by_question()));
        Condition::all().add(C::Kind.ne(SurveyKind::Nps)).add(satisfied)
    };
    match category {
        Category::Promoter => nps(9, 10),
        Category::Passive => nps(7, 8),
        Category::Detractor => nps(0, 6),
        Category::Satisfied => other(true),
        Category::Dissatisfied => other(false),
    }
}

/// The question of an answer, where the answer counts as satisfied on its scale.
fn satisfied_by_question() -> sea_orm::sea_query::SelectStatement {
    let asked = |column| Expr::col((question::Entity, column));
    let score = || Expr::col((Table::default(), C::Score));
    let from = || asked(question::Column::SatisfiedFrom);
    let high = Condition::all().add(question::Column::LowIsGood.eq(false)).add(score().gte(from()));
    let low = Condition::all().add(question::Column::LowIsGood.eq(true)).add(score().lte(from()));
    Query::select()
        .expr(Expr::val(1))
        .from(question::Entity)
        .and_where(asked(question::Column::Key).equals((Table::default(), C::Question)))
        .cond_where(Condition::any().add(high).add(low))
        .to_owned()
}

/// What an answer to a question says of its author.
pub fn category(question: &question::Model, score: i16) -> Category {
    match (question.kind, score) {
        (SurveyKind::Nps, 9..) => Category::Promoter,
        (SurveyKind::Nps, 7..=8) => Category::Passive,
        (SurveyKind::Nps, _) => Category::Detractor,
        _ if question.low_is_good && score <= question.satisfied_from => Category::Satisfied,
        _ if !question.low_is_good && score >= question.satisfied_from => Category::Satisfied,
        _ => Category::Dissatisfied,
    }
}

/// Loads questions by their key.
pub struct QuestionLoader(pub Ctx);

impl Loader<String> for QuestionLoader {
    type Value = question::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[String]) -> Result<HashMap<String, Self::Value>, Self::Error> {
        let found = self.0.find::<question::Entity>().filter(among::<question::Entity, _>(question::Column::Key, keys));
        Ok(found.all().await?.into_iter().map(|row| (row.key.clone(), row.into_inner())).collect())
    }
}
