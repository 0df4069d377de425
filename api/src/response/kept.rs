//! What an account keeps of its answers.

use entity::{AccountId, SurveyKind, account, response};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query, SimpleExpr, UpdateStatement},
};

use crate::{
    base::Result,
    store::{Tx, among},
};

/// The newest NPS answer of an account, as a value to set on its row.
pub fn latest_nps() -> (account::Column, SimpleExpr) {
    use response::Column as C;
    let newest = Query::select()
        .column(C::Score)
        .from(response::Entity)
        .and_where(Expr::col((response::Entity, C::AccountId)).equals((account::Entity, account::Column::Id)))
        .and_where(C::Kind.eq(SurveyKind::Nps))
        .order_by((response::Entity, C::AnsweredAt), Order::Desc)
        .order_by((response::Entity, C::Id), Order::Desc)
        .limit(1)
        .take();
    (account::Column::LatestNps, SimpleExpr::SubQuery(None, Box::new(newest.into())))
}

/// Sets it on every account.
pub fn every_latest() -> UpdateStatement {
    let (column, newest) = latest_nps();
    Query::update().table(account::Entity).value(column, newest).to_owned()
}

/// Keeps the newest NPS answer of these accounts after answers were written or changed.
pub async fn keep_latest(tx: &Tx, accounts: &[AccountId]) -> Result<()> {
    for some in accounts.chunks(4_096) {
        let which: Condition = among::<account::Entity, _>(account::Column::Id, some);
        tx.set::<account::Entity>(which, vec![latest_nps()]).await?;
    }
    Ok(())
}
