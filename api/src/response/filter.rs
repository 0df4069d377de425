//! Which answers a list holds, and what an answer says of its author.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{Category, SurveyKind, invitation, question, response};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Query},
};

use crate::{
    base::{Error, Result},
    ctx::Ctx,
    store::{
        among,
        filter::{
            CategoryFilter, DateTimeFilter, IdFilter, IntFilter, SurveyKindFilter, TextFilter, TierFilter, filters, is,
        },
    },
};

type Table = response::Entity;
use response::Column as C;

filters! {
    /// Which answers. Conditions in one object must all hold.
    ResponseFilter {
        /// By account.
        account_id: IdFilter => |f, _| f.on::<Table>(C::AccountId),
        /// By who answered.
        contact_id: IdFilter => |f, _| f.on::<Table>(C::ContactId),
        /// By survey.
        survey_id: IdFilter => |f, _| f.on::<Table>(C::SurveyId),
        /// By the wave that asked; imported answers have none.
        #[internal]
        wave_id: IdFilter => |f, _| f.on::<invitation::Entity>(invitation::Column::WaveId).map(asked_by),
        /// By what the survey measures.
        kind: SurveyKindFilter => |f, _| f.on::<Table>(C::Kind),
        /// By the key of the scored question.
        question: TextFilter => |f, _| f.on::<Table>(C::Question),
        /// By score.
        score: IntFilter => |f, _| f.on::<Table>(C::Score),
        /// By what the score says of its author.
        #[internal]
        category: CategoryFilter => |f, _| f.any(of),
        /// True: with a comment. False: without one.
        commented: bool => |yes, _| Ok(is(*yes, C::Comment.is_not_null())),
        /// By the language they were asked in.
        language: TextFilter => |f, _| f.on::<Table>(C::Language),
        /// By the account's segment of that day.
        #[internal]
        segment: TextFilter => |f, _| f.on::<Table>(C::Segment),
        /// By the account's territory of that day.
        #[internal]
        territory: TextFilter => |f, _| f.on::<Table>(C::Territory),
        /// By the account's tier of that day.
        #[internal]
        tier: TierFilter => |f, _| f.on::<Table>(C::Tier),
        /// By who is credited.
        #[internal]
        owner_id: IdFilter => |f, _| f.on::<Table>(C::OwnerId),
        /// By whether the owner had the account for less than 30 days.
        #[internal]
        inherited: bool => |yes, _| Ok(is(*yes, C::Inherited.eq(true))),
        /// By when it was first given.
        answered_at: DateTimeFilter => |f, _| f.on::<Table>(C::AnsweredAt),
        /// By when it was last changed; never, where it was not.
        amended_at: DateTimeFilter => |f, _| f.on::<Table>(C::AmendedAt),
    }
}

/// The answers to the invitations that `which` names.
fn asked_by(which: Condition) -> Condition {
    let ids = Query::select()
        .column((invitation::Entity, invitation::Column::Id))
        .from(invitation::Entity)
        .cond_where(which)
        .take();
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
        .take()
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

#[async_trait::async_trait]
impl Loader<String> for QuestionLoader {
    type Value = question::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[String]) -> Result<HashMap<String, Self::Value>, Self::Error> {
        let found = self.0.find::<question::Entity>().filter(among::<question::Entity, _>(question::Column::Key, keys));
        Ok(found.all().await?.into_iter().map(|row| (row.key.clone(), row.into_inner())).collect())
    }
}
