//! Making one of two accounts.

use std::collections::HashMap;

use entity::{
    AccountId, Channel, Direction, InteractionType, MemberId, Time, account, account_grant, answer, contact,
    escalation, exclusion, interaction, invitation, member, ownership, response, visit,
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, Order},
};

use super::{
    MergeAccounts,
    contacts::one_of_each,
    history::{Way, each},
    rules::{fill, overlap, unite},
};
use crate::{
    access::Action,
    account::{Above, UNFIT, above},
    base::{Error, MAX_LINE, Result},
    ctx::Ctx,
    ownership::{Assignment, assign_in},
    response::keep_latest,
    store::{Tx, Visible, among},
    timeline::{self, Event},
};

type Account = Visible<account::Model>;

/// Merges an account into another.
pub async fn merge(ctx: &Ctx, input: MergeAccounts) -> Result<AccountId> {
    ctx.may(Action::MergeDuplicates)?;
    if input.keep_id == input.merge_id {
        return Err(Error::invalid("/mergeId", "must not be the account itself"));
    }
    ctx.write(move |tx| async move {
        // Whoever answers holds the invitation before the account: nobody waits in a ring.
        let theirs = tx.find::<invitation::Entity>().filter(invitation::Column::AccountId.eq(input.merge_id)).lock();
        let invitations = theirs.all().await?;
        let both = among::<contact::Entity, _>(contact::Column::AccountId, &[input.keep_id, input.merge_id]);
        let contacts = tx.find::<contact::Entity>().filter(both).lock().all().await?;
        let (keep, gone) = hold(&tx, &input).await?;
        let now = tx.now();

        let people = People::of(contacts, keep.id);
        let way =
            Way { account: keep.id, people: people.pairs.iter().map(|(stays, goes)| (goes.id, stays.id)).collect() };
        let which = [
            interaction::Column::AccountId.eq(gone.id),
            response::Column::AccountId.eq(gone.id),
            exclusion::Column::AccountId.eq(gone.id),
        ];
        way.carry(&tx, which.map(|which| Condition::all().add(which))).await?;
        way.invitations(&tx, invitations).await?;
        let (from, to) = (gone.id, keep.id);
        let rows = tx.find::<answer::Entity>().filter(answer::Column::AccountId.eq(from)).all().await?;
        each::<answer::Entity>(&tx, rows, |row| row.account_id = to).await?;
        let raised = tx.find::<escalation::Entity>().filter(escalation::Column::AccountId.eq(from)).all().await?;
        each::<escalation::Entity>(&tx, raised, |row| row.account_id = to).await?;
        let visits = Condition::all().add(visit::Column::AccountId.eq(from));
        tx.set::<visit::Entity>(visits, vec![(visit::Column::AccountId, Expr::val(to))]).await?;
        people.go(&tx, to).await?;
        account_team(&tx, &keep, &gone, now).await?;
        let below = tx.everywhere::<account::Entity>().filter(account::Column::ParentId.eq(from)).lock().all().await?;
        each::<account::Entity>(&tx, below, |row| {
            row.parent_id = Some(to);
            row.version += 1;
            row.updated_at = now;
        })
        .await?;
        let (ended, owned_until) = periods(&tx, &keep, &gone, now).await?;
        one(&tx, keep, gone, ended, owned_until).await?;
        keep_latest(&tx, &[from, to]).await?;
        Ok(to)
    })
    .await
}

/// Both accounts, held, and all that speaks against it.
async fn hold(tx: &Tx, input: &MergeAccounts) -> Result<(Account, Account)> {
    let ids = [input.keep_id, input.merge_id];
    let both = || tx.find::<account::Entity>().filter(among::<account::Entity, _>(account::Column::Id, &ids));
    // Owners are held before accounts, as when a member changes team.
    let owners: Vec<MemberId> = both().all().await?.iter().filter_map(|row| row.owner_id).collect();
    let owners = among::<member::Entity, _>(member::Column::Id, &owners);
    tx.find::<member::Entity>().filter(owners).order(member::Column::Id, Order::Asc).lock().all().await?;
    let mut held = both().order(account::Column::Id, Order::Asc).lock().all().await?;
    let mut take = |id| held.iter().position(|row| row.id == id).map(|at| held.swap_remove(at));
    let (Some(keep), Some(gone)) = (take(input.keep_id), take(input.merge_id)) else {
        return Err(Error::NotFound("account"));
    };
    for account in [&keep, &gone] {
        tx.is_theirs_to_give(account)?;
    }
    if gone.merged_into_id.is_some() {
        return Err(Error::conflict("this account was merged already"));
    }
    if keep.archived_at.is_some() {
        return Err(Error::conflict("the account that is to stay is archived; take it back first"));
    }
    if keep.version != input.keep_version || gone.version != input.merge_version {
        return Err(Error::Stale);
    }
    for (account, other) in [(&gone, keep.id), (&keep, gone.id)] {
        match above(tx, account.id, other).await? {
            Above::Nowhere | Above::TooFar => {}
            Above::Seen => {
                return Err(Error::invalid("/mergeId", "must not be an account above or below the one that stays"));
            }
            Above::Hidden => return Err(Error::conflict(UNFIT)),
        }
    }
    Ok((keep, gone))
}

type Contact = Visible<contact::Model>;

/// What becomes of the people of two accounts.
#[derive(Default)]
struct People {
    /// Contacts of one address at both, whoever stays first.
    pairs: Vec<(Contact, Contact)>,
    /// Those of the account that goes, who only change accounts.
    alone: Vec<Contact>,
    /// The same, each with the one of their address who was merged away before, and who gives it up to them.
    heirs: Vec<(Contact, Contact)>,
}

impl People {
    fn of(contacts: Vec<Contact>, keep: AccountId) -> Self {
        let (staying, going): (Vec<_>, Vec<_>) = contacts.into_iter().partition(|row| row.account_id == keep);
        let keyed = staying.into_iter().filter_map(|row| Some((row.email_key.clone()?, row)));
        let mut staying: HashMap<String, Contact> = keyed.collect();
        let mut people = Self::default();
        for row in going {
            let was_merged = row.merged_into_id.is_some();
            match row.email_key.as_ref().and_then(|key| staying.remove(key)) {
                // Their history is with another already.
                Some(_) if was_merged => {}
                Some(twin) if twin.merged_into_id.is_some() => people.heirs.push((row, twin)),
                Some(twin) => people.pairs.push((twin, row)),
                None => people.alone.push(row),
            }
        }
        people
    }

    async fn go(self, tx: &Tx, to: AccountId) -> Result<()> {
        let now = tx.now();
        one_of_each(tx, self.pairs, now).await?;
        let (mut freed, mut moved) = (Vec::new(), Vec::new());
        for (row, ghost) in self.heirs {
            let new = contact::Model { account_id: to, ..unite(&row, &ghost, now).0 };
            let version = ghost.version + 1;
            let without = contact::Model { email: None, email_key: None, version, updated_at: now, ..(*ghost).clone() };
            freed.push((ghost, without));
            moved.push((row, new));
        }
        tx.rewrite::<contact::Entity>(freed).await?;
        tx.rewrite::<contact::Entity>(moved).await?;
        each::<contact::Entity>(tx, self.alone, |row| {
            row.account_id = to;
            row.version += 1;
            row.updated_at = now;
        })
        .await
    }
}

/// Whoever works on either account works on the one that stays, once in each role.
async fn account_team(tx: &Tx, keep: &Account, gone: &Account, now: Time) -> Result<()> {
    let there = tx.under::<account_grant::Entity>(keep).filter(account_grant::Column::UntilAt.is_null()).all().await?;
    let rows = tx.under::<account_grant::Entity>(gone).all().await?;
    each::<account_grant::Entity>(tx, rows, |row| {
        let has = |other: &Visible<account_grant::Model>| {
            (other.member_id, other.kind, other.role) == (row.member_id, row.kind, row.role)
        };
        if row.until_at.is_none() && there.iter().any(has) {
            row.until_at = Some(now);
        } else {
            row.account_id = keep.id;
        }
    })
    .await
}

/// Ends the open period of the account that goes, and moves what overlaps no period of the one that stays. Gives when
/// the open one ended, and until when the last of those that moved lasted.
async fn periods(tx: &Tx, keep: &Account, gone: &Account, now: Time) -> Result<(Option<Time>, Option<Time>)> {
    let there = tx.under::<ownership::Entity>(keep).all().await?;
    let rows = tx.under::<ownership::Entity>(gone).all().await?;
    let (mut ended, mut owned_until) = (None, None);
    let mut changes = Vec::new();
    for row in rows {
        let mut new = (*row).clone();
        if new.until_at.is_none() {
            ended = Some(now.max(new.from_at.next()));
            new.until_at = ended;
        }
        if !there.iter().any(|other| overlap(&new, other)) {
            new.account_id = keep.id;
            owned_until = owned_until.max(new.until_at);
        }
        changes.push((row, new));
    }
    tx.rewrite::<ownership::Entity>(changes).await?;
    Ok((ended, owned_until))
}

/// The two rows themselves, and a line on the timeline. An account without an owner gets the other's.
async fn one(tx: &Tx, keep: Account, gone: Account, ended: Option<Time>, owned_until: Option<Time>) -> Result<()> {
    let now = tx.now();
    let mut stays = fill(&keep, &gone);
    stays.unowned_since = keep.unowned_since.map(|since| owned_until.map_or(since, |until| since.max(until)));
    stays.version += 1;
    stays.updated_at = now;
    let goes = account::Model {
        owner_id: None,
        unowned_since: gone.unowned_since.or(ended).or(Some(now)),
        archived_at: gone.archived_at.or(Some(now)),
        merged_into_id: Some(keep.id),
        version: gone.version + 1,
        updated_at: now,
        ..(*gone).clone()
    };
    let words: String = format!("Merged with {}", gone.name).chars().take(MAX_LINE).collect();
    let heir = gone.owner_id.filter(|_| keep.owner_id.is_none());
    let id = keep.id;
    tx.rewrite::<account::Entity>(vec![(keep, stays), (gone, goes)]).await?;
    let keep = tx.account(id).await?;
    let note = Event {
        channel: Channel::System,
        member_id: tx.viewer().member(),
        ..Event::ours(InteractionType::Note, Direction::Internal, now, words.clone())
    };
    timeline::event(tx, &keep, note).await?;
    match heir {
        Some(member_id) => assign_in(tx, keep, Assignment::by_hand(member_id, Some(words))).await,
        None => Ok(()),
    }
}
