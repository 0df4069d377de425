//! Owners that a file of accounts names: they own from now on, as an import.

use std::collections::HashMap;

use entity::{AccountId, Direction, InteractionType, MemberId, OwnershipSource, TeamId, Time, interaction, ownership};
use sea_orm::ColumnTrait;
use serde::Deserialize;

use crate::{
    base::{Error, Result},
    store::{Tx, Visible, among},
    timeline::Event,
};

#[derive(Deserialize)]
struct Last {
    account_id: AccountId,
    from_at: Time,
    until_at: Option<Time>,
}

/// One account changes hands.
struct Change {
    account: AccountId,
    /// The owner and their team; none where nobody owns the account any more.
    to: Option<(MemberId, TeamId)>,
    subject: String,
    at: Time,
}

/// Ownerships that end and begin in a chunk.
pub(super) struct Moves {
    open: Vec<Visible<ownership::Model>>,
    /// The first instant free for a new period.
    free: HashMap<AccountId, Time>,
    given: Vec<Change>,
}

impl Moves {
    /// `ids`: accounts that stand already and will change hands.
    pub async fn load(tx: &Tx, ids: Vec<AccountId>) -> Result<Self> {
        use ownership::{Column, Entity};
        let (mut open, mut free) = (Vec::new(), HashMap::new());
        if !ids.is_empty() {
            let of = || tx.find::<Entity>().filter(among::<Entity, _>(Column::AccountId, &ids));
            open = of().filter(Column::UntilAt.is_null()).all().await?;
            let last = of()
                .pick_column(Column::AccountId, "account_id")
                .pick(Column::FromAt.max(), "from_at")
                .pick(Column::UntilAt.max(), "until_at")
                .group(Column::AccountId.into_expr());
            for row in last.rows::<Last>().await? {
                let after = Time::new(row.from_at.0 + chrono::TimeDelta::microseconds(1));
                free.insert(row.account_id, row.until_at.map_or(after, |until| until.max(after)));
            }
        }
        Ok(Self { open, free, given: Vec::new() })
    }

    fn start(&self, account: AccountId, now: Time) -> Time {
        self.free.get(&account).map_or(now, |free| now.max(*free))
    }

    /// A member owns the account from now on.
    pub fn give(&mut self, account: AccountId, member: MemberId, team: TeamId, name: &str, now: Time) {
        let at = self.start(account, now);
        let subject = format!("{name} became the owner");
        self.given.push(Change { account, to: Some((member, team)), subject, at });
    }

    /// Nobody owns the account any more; gives since when.
    pub fn take(&mut self, account: AccountId, now: Time) -> Time {
        let at = self.start(account, now);
        self.given.push(Change { account, to: None, subject: "The account has no owner".to_owned(), at });
        at
    }
}

/// Closes, opens, and tells the timelines. The accounts have been written.
pub(super) async fn write(tx: &Tx, moves: Moves) -> Result<()> {
    if moves.given.is_empty() {
        return Ok(());
    }
    let ends: HashMap<AccountId, Time> = moves.given.iter().map(|change| (change.account, change.at)).collect();
    let closed = moves.open.into_iter().map(|row| {
        let until_at = ends.get(&row.account_id).copied();
        let after = ownership::Model { until_at, ..ownership::Model::clone(&row) };
        (row, after)
    });
    tx.rewrite::<ownership::Entity>(closed.collect()).await?;
    let ids: Vec<AccountId> = ends.into_keys().collect();
    let accounts = tx.sighted(&ids).await?;
    if accounts.len() < ids.len() {
        // Given to somebody whose accounts the writer does not see.
        return Err(Error::Forbidden("you may give accounts only to members of your own teams".to_owned()));
    }
    let (mut periods, mut news) = (Vec::new(), Vec::new());
    for Change { account: account_id, to, subject, at: from_at } in moves.given {
        if let Some((member_id, team_id)) = to {
            periods.push(ownership::Model {
                id: tx.id(),
                account_id,
                member_id,
                team_id,
                from_at,
                until_at: None,
                source: OwnershipSource::Import,
                reason: None,
                by_id: None,
            });
        }
        let mut event = Event::ours(InteractionType::OwnerChanged, Direction::Internal, from_at, subject);
        event.member_id = to.map(|(member, _)| member);
        news.push(event.row(tx, account_id));
    }
    tx.insert_each::<ownership::Entity>(&accounts, periods).await?;
    tx.insert_each::<interaction::Entity>(&accounts, news).await
}
