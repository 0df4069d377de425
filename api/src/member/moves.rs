//! An owner who changes team takes their accounts along.

use entity::{MemberId, OwnershipId, TeamId, Time, account, cover, ownership};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};

use crate::{
    base::Result,
    store::{Tx, among},
};

/// Closes and reopens every open period of `member`, in the new team, so that owner, team and
/// manager at any instant are one row; the accounts' home team follows. Three statements and the rows.
pub async fn follow(tx: &Tx, member: MemberId, team: TeamId, now: Time) -> Result<()> {
    let open = tx
        .find::<ownership::Entity>()
        .filter(ownership::Column::MemberId.eq(member))
        .filter(ownership::Column::UntilAt.is_null())
        .all()
        .await?;
    if open.is_empty() {
        return Ok(());
    }
    // A clock that stands still or was set back makes no empty period.
    let now = open.iter().map(|row| row.from_at.next()).fold(now, Ord::max);
    let ids: Vec<OwnershipId> = open.iter().map(|row| row.id).collect();
    for ids in ids.chunks(500) {
        let which = among::<ownership::Entity, _>(ownership::Column::Id, ids);
        tx.set::<ownership::Entity>(which, vec![(ownership::Column::UntilAt, Expr::val(now))]).await?;
    }
    let by_id = tx.viewer().member();
    let rows = open.iter().map(|row| {
        let row = ownership::Model::clone(row);
        ownership::Model { id: tx.id(), team_id: team, from_at: now, until_at: None, by_id, ..row }
    });
    let rows = rows.collect();
    tx.insert_each::<ownership::Entity>(&open, rows).await?;
    let which = Condition::all().add(account::Column::OwnerId.eq(member));
    tx.set::<account::Entity>(which, vec![(account::Column::TeamId, Expr::val(team))]).await?;
    Ok(())
}

/// Ends the covers of members and by members who leave their team: they were made inside it.
pub async fn end_covers(tx: &Tx, members: &[MemberId], now: Time) -> Result<()> {
    use cover::{Column, Entity};
    let of = |column| among::<Entity, _>(column, members);
    let find = tx.find::<Entity>().filter(Condition::any().add(of(Column::MemberId)).add(of(Column::StandInId)));
    let find = find.filter(Column::EndedAt.is_null()).filter(Column::UntilAt.gt(now));
    let ended = find.lock().all().await?.into_iter().map(|row| {
        let after = cover::Model { ended_at: Some(now), ..cover::Model::clone(&row) };
        (row, after)
    });
    tx.rewrite::<Entity>(ended.collect()).await.map(drop)
}
