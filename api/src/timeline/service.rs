//! Appending to the timeline, and what an account remembers of its contacts with us.

use chrono::TimeDelta;
use entity::{
    AccountId, Channel, ContactId, Direction, InteractionType, MemberId, Time, account, contact, interaction,
};
use sea_orm::{ActiveValue::Set, ColumnTrait};

use super::LogInteraction;
use crate::{
    access::Action,
    base::{Check, Error, MAX_LINE, MAX_TEXT, Result},
    ctx::Ctx,
    store::{Tx, Visible},
};

/// How far ahead of our clock an entry may lie.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Logs what happened. With an external id that is known already, nothing changes.
pub async fn log(ctx: &Ctx, input: LogInteraction) -> Result<AccountId> {
    ctx.may(Action::LogInteractions)?;
    let mut check = Check::default();
    let subject = check.line("subject", &input.subject, MAX_LINE);
    let body = check.text_opt("body", input.body.as_deref(), MAX_TEXT);
    let external_id = check.line_opt("externalId", input.external_id.as_deref(), MAX_LINE);
    if input.kind.is_ours() {
        check.fault("type", "must not be one that Steward writes itself");
    }
    if input.occurred_at.is_some_and(|at| at.0 > ctx.now().0 + AHEAD) {
        check.fault("occurredAt", "must not lie in the future");
    }
    check.done()?;
    let source = ctx.viewer().source.clone().unwrap_or_else(|| "steward".to_owned());
    ctx.write(move |tx| async move {
        let account = tx.account(input.account_id).await?;
        if let Some(id) = input.contact_id {
            tx.under::<contact::Entity>(&account).filter(contact::Column::Id.eq(id)).one("contact").await?;
        }
        let (channel, direction) = usual(input.kind);
        let new = Event {
            kind: input.kind,
            channel: input.channel.unwrap_or(channel),
            direction: input.direction.unwrap_or(direction),
            occurred_at: input.occurred_at.unwrap_or_else(|| tx.now()),
            member_id: tx.viewer().member(),
            contact_id: input.contact_id,
            subject,
            body,
            customer_visible: input.customer_visible,
        };
        let mut row = new.row(&tx, account.id);
        if external_id.is_some() {
            row.source = Some(source);
            row.external_id = external_id;
            let known = tx
                .find::<interaction::Entity>()
                .filter(interaction::Column::Source.eq(row.source.clone()))
                .filter(interaction::Column::ExternalId.eq(row.external_id.clone()))
                .maybe()
                .await?;
            if let Some(known) = known {
                return if known.account_id == account.id {
                    Ok(account.id)
                } else {
                    Err(Error::conflict("this external id belongs to an entry of another account"))
                };
            }
        }
        let id = account.id;
        tx.insert_under::<interaction::Entity>(&account, row.clone()).await?;
        touch(&tx, account, row.channel, row.direction, row.occurred_at).await?;
        Ok(id)
    })
    .await
}

/// Something to append.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: InteractionType,
    pub channel: Channel,
    pub direction: Direction,
    pub occurred_at: Time,
    pub member_id: Option<MemberId>,
    pub contact_id: Option<ContactId>,
    pub subject: String,
    pub body: Option<String>,
    pub customer_visible: bool,
}

impl Event {
    /// What Steward itself has to tell.
    pub fn ours(kind: InteractionType, direction: Direction, occurred_at: Time, subject: String) -> Self {
        let channel = if kind == InteractionType::OwnerChanged { Channel::System } else { Channel::Survey };
        Self {
            kind,
            channel,
            direction,
            occurred_at,
            member_id: None,
            contact_id: None,
            subject,
            body: None,
            customer_visible: false,
        }
    }

    pub fn row(self, tx: &Tx, account_id: AccountId) -> interaction::Model {
        interaction::Model {
            id: tx.id(),
            account_id,
            kind: self.kind,
            direction: self.direction,
            channel: self.channel,
            occurred_at: self.occurred_at,
            member_id: self.member_id,
            contact_id: self.contact_id,
            subject: self.subject,
            body: self.body,
            customer_visible: self.customer_visible,
            source: None,
            external_id: None,
            created_at: tx.now(),
        }
    }
}

/// Appends what Steward did itself.
pub async fn event(tx: &Tx, account: &Visible<account::Model>, new: Event) -> Result<()> {
    let row = new.row(tx, account.id);
    tx.insert_under::<interaction::Entity>(account, row).await?;
    Ok(())
}

/// Keeps when an account was last in contact, live, inbound and outbound. Late entries move nothing back.
pub async fn touch(
    tx: &Tx,
    account: Visible<account::Model>,
    channel: Channel,
    direction: Direction,
    at: Time,
) -> Result<()> {
    let live = channel.is_live() && at > account.last_live_at;
    let inbound = direction == Direction::Inbound && at > account.last_inbound_at;
    let outbound = direction == Direction::Outbound && at > account.last_outbound_at;
    if !(live || inbound || outbound) {
        return Ok(());
    }
    tx.update::<account::Entity>(account, |row| {
        if live {
            row.last_live_at = Set(at);
        }
        if inbound {
            row.last_inbound_at = Set(at);
        }
        if outbound {
            row.last_outbound_at = Set(at);
        }
    })
    .await?;
    Ok(())
}

/// How an entry of a type usually comes about.
pub const fn usual(kind: InteractionType) -> (Channel, Direction) {
    match kind {
        InteractionType::Call => (Channel::Call, Direction::Outbound),
        InteractionType::Meeting => (Channel::Meeting, Direction::Outbound),
        InteractionType::Mail => (Channel::Mail, Direction::Outbound),
        _ => (Channel::System, Direction::Internal),
    }
}
