//! What a timeline tells beside surveys: handovers, calls, mails and notes.

use entity::{Channel, Direction, InteractionType, MemberId, Time, contact, interaction};

use super::{
    clients::Client,
    history::{History, Teller},
    words::{CALLS, MAILS, NOTES},
};

/// One entry of a timeline.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    pub kind: InteractionType,
    pub direction: Direction,
    pub channel: Channel,
    pub subject: &'a str,
    pub body: Option<&'a str>,
    pub seen: bool,
}

impl Teller<'_> {
    /// Handovers as the timeline tells them.
    pub fn changes(&self, told: &mut History, client: &Client) {
        let event = |member: Option<MemberId>, at: Time, subject: &str| {
            let entry = Entry {
                kind: InteractionType::OwnerChanged,
                direction: Direction::Internal,
                channel: Channel::System,
                subject,
                body: None,
                seen: false,
            };
            interaction::Model { member_id: member, ..self.entry(client, None, at, entry) }
        };
        for (n, period) in client.periods.iter().enumerate() {
            if n > 0 {
                let name = self.staff.named(period.member_id).map_or("Somebody", |row| &row.name);
                let words = format!("{name} became the owner");
                told.interactions.push(event(Some(period.member_id), period.from_at, &words));
            }
            let follows = client.periods.get(n + 1).map(|next| next.from_at);
            if let Some(until) = period.until_at
                && follows != Some(until)
            {
                told.interactions.push(event(None, until, "The account has no owner"));
            }
        }
    }

    /// Calls, mails and notes between surveys. Nobody calls while nobody owns the account.
    pub fn everyday(&self, told: &mut History, client: &Client) {
        let many = 5 + self.dice.upto(6);
        for n in 0..many {
            let at = self.calendar.working(2 + n * 360 / many + self.dice.upto(25), self.dice);
            let (kind, share) = (self.dice.below(4), self.dice.percent(50));
            let contact = client.contacts.get(self.dice.below(client.contacts.len()));
            if at < client.account.created_at {
                continue;
            }
            let owned = client.owned_at(at).is_some();
            let entry = |kind, direction, channel, subject: Option<&'static str>, seen| Entry {
                kind,
                direction,
                channel,
                subject: subject.unwrap_or_default(),
                body: None,
                seen,
            };
            let entry = match kind {
                0 if owned => {
                    let direction = if share { Direction::Outbound } else { Direction::Inbound };
                    entry(InteractionType::Call, direction, Channel::Call, self.dice.pick(&CALLS), false)
                }
                1 if owned => Entry {
                    body: self.dice.pick(&NOTES),
                    ..entry(InteractionType::Note, Direction::Internal, Channel::System, Some("Note"), false)
                },
                _ => entry(InteractionType::Mail, Direction::Inbound, Channel::Mail, self.dice.pick(&MAILS), true),
            };
            let contact = contact.filter(|_| entry.kind != InteractionType::Note);
            told.interactions.push(self.entry(client, contact, at, entry));
        }
    }

    /// With the owner of that day.
    pub fn entry(
        &self,
        client: &Client,
        contact: Option<&contact::Model>,
        at: Time,
        entry: Entry<'_>,
    ) -> interaction::Model {
        interaction::Model {
            id: self.random.id(at).into(),
            account_id: client.account.id,
            kind: entry.kind,
            direction: entry.direction,
            channel: entry.channel,
            occurred_at: at,
            member_id: client.owned_at(at).map(|period| period.member_id),
            contact_id: contact.map(|row| row.id),
            subject: entry.subject.to_owned(),
            body: entry.body.map(str::to_owned),
            customer_visible: entry.seen,
            source: None,
            external_id: None,
            created_at: at,
        }
    }
}
