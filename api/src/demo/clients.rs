//! Accounts with their contacts and the history of their ownership.

use std::{collections::HashSet, sync::Arc};

use chrono::TimeDelta;
use entity::{
    AccountId, ContactRole, ContactRoles, Day, Lifecycle, MailState, MemberId, Muted, OwnershipSource, TeamId, Tier,
    Time, account, contact, ownership,
};

use super::{
    dice::{Calendar, Dice},
    staff::{Desk, Staff},
    words::{FIRST, LAST, NAMES, REASONS, SEGMENTS, TITLES, TRADES},
};
use crate::base::{Random, key};

/// Accounts on stage.
const ACCOUNTS: usize = 60;
/// The account in the spotlight: its owner, their manager and one of its contacts are the cast.
pub const SPOTLIGHT: usize = 1;
/// Another account of the same owner.
pub const SECOND: usize = 25;

/// One account and what hangs on it.
pub struct Client {
    pub account: account::Model,
    pub contacts: Vec<contact::Model>,
    /// In order; the last one is open while the account is owned.
    pub periods: Vec<ownership::Model>,
}

impl Client {
    /// Who owned it then, if anybody did.
    pub fn owned_at(&self, at: Time) -> Option<&ownership::Model> {
        self.periods.iter().rev().find(|p| p.from_at <= at && p.until_at.is_none_or(|until| at < until))
    }

    /// Its home team then: the owner's, or the one it waited in.
    pub fn home_at(&self, at: Time) -> TeamId {
        self.periods.iter().rev().find(|p| p.from_at <= at).map_or(self.account.team_id, |p| p.team_id)
    }
}

/// What becomes of an account's ownership.
enum Fate {
    Steady,
    /// Given to a colleague so many days ago.
    Handover(i64),
    /// Given to another team so many days ago.
    Across(i64),
    /// Nobody's from the first day until the second.
    Gap(i64, i64),
    /// Nobody's since.
    Unowned(i64),
    /// The owner left the company; a colleague took over.
    Left,
}

fn fate(at: usize) -> Fate {
    const DAYS: [i64; 6] = [18, 120, 210, 64, 25, 150];
    let days = DAYS.get(at / 10).copied().unwrap_or(90);
    match at {
        _ if at % 15 == 7 || at % 15 == 9 => Fate::Unowned(12 + days / 2),
        _ if at % 10 == 3 => Fate::Handover(days),
        _ if at % 20 == 11 => Fate::Across(days),
        _ if at % 20 == 17 => Fate::Gap(days + 34, days),
        _ if at % 12 == 5 => Fate::Left,
        _ => Fate::Steady,
    }
}

/// Everybody's clients.
pub fn clients(random: &Arc<dyn Random>, dice: &Dice, calendar: Calendar, staff: &Staff) -> Vec<Client> {
    let mut maker = Maker { random, dice, calendar, staff, known: HashSet::new() };
    let mut all: Vec<Client> = (0..ACCOUNTS).filter_map(|at| maker.client(at)).collect();
    // Two of them belong to a bigger one.
    let parent = all.get(2).map(|client| client.account.id);
    for child in [14, 26] {
        if let Some(client) = all.get_mut(child) {
            client.account.parent_id = parent;
        }
    }
    all
}

struct Maker<'a> {
    random: &'a Arc<dyn Random>,
    dice: &'a Dice,
    calendar: Calendar,
    staff: &'a Staff,
    known: HashSet<String>,
}

impl Maker<'_> {
    fn client(&mut self, at: usize) -> Option<Client> {
        let desks = &self.staff.desks;
        let desk = desks.get(at % desks.len().max(1))?;
        let age = if at % 15 == 14 { 40 + self.dice.upto(60) } else { 420 + self.dice.upto(500) };
        let since = self.calendar.at(age, 9, 0);
        let id = AccountId(self.random.id(since));
        let periods = self.periods(at, desk, since, id);
        let last = periods.last()?;
        let (owner_id, team_id, unowned_since) = match last.until_at {
            None => (Some(last.member_id), last.team_id, None),
            Some(until) => (None, last.team_id, Some(until)),
        };
        let (trade, name) = name(at);
        let domain = format!("{}.example", key(&name).replace(' ', "-"));
        let segment = self.dice.below(SEGMENTS.len());
        let contacts = self.contacts(at, id, &domain, since);
        let account = account::Model {
            id,
            name_key: key(&name),
            name,
            domain: Some(domain),
            parent_id: None,
            territory: Some(desk.territory.to_owned()),
            industry: Some(trade.to_owned()),
            segment: SEGMENTS.get(segment).map(|&text| text.to_owned()),
            tier: [Tier::Strategic, Tier::Key, Tier::Standard].get(segment).copied().unwrap_or(Tier::Standard),
            lifecycle: if age < 100 { Lifecycle::Onboarding } else { Lifecycle::Active },
            annual_value: Some([36_000_000, 9_000_000, 1_500_000].get(segment)? + 100_000 * self.dice.upto(90)),
            renewal_on: if age < 100 { Day::NONE } else { self.calendar.ahead(10 + self.dice.upto(340)) },
            health: -1,
            owner_id,
            team_id,
            unowned_since,
            last_live_at: Time::NEVER,
            last_inbound_at: Time::NEVER,
            last_outbound_at: Time::NEVER,
            source: Some("crm".to_owned()),
            reference: Some(format!("A-{:04}", 1_000 + at)),
            archived_at: None,
            version: 1,
            created_at: since,
            updated_at: since,
            latest_nps: None,
            merged_into_id: None,
        };
        Some(Client { account, contacts, periods })
    }

    fn periods(&self, at: usize, desk: &Desk, since: Time, id: AccountId) -> Vec<ownership::Model> {
        let len = desk.owners.len().max(1);
        let seat = |n: usize| desk.owners.get((at / 6 + n) % len).copied().unwrap_or(desk.lead);
        let day = |days| self.calendar.at(days, 10, 30).max(Time::new(since.0 + TimeDelta::days(20)));
        let spell = |member: MemberId, team: TeamId, from: Time, until: Option<Time>| ownership::Model {
            id: self.random.id(from).into(),
            account_id: id,
            member_id: member,
            team_id: team,
            from_at: from,
            until_at: until,
            source: if from == since { OwnershipSource::Import } else { OwnershipSource::Manual },
            reason: None,
            by_id: (from != since).then_some(desk.lead),
        };
        let (first, next, team) = (seat(0), seat(1), desk.team_id);
        let why = REASONS.get(at / 10 % REASONS.len()).map(|&text| text.to_owned());
        let mut periods = match fate(at) {
            Fate::Steady => vec![spell(first, team, since, None)],
            Fate::Handover(days) => {
                vec![spell(first, team, since, Some(day(days))), spell(next, team, day(days), None)]
            }
            Fate::Gap(end, start) => {
                vec![spell(first, team, since, Some(day(end))), spell(next, team, day(start), None)]
            }
            Fate::Unowned(days) => vec![spell(first, team, since, Some(day(days)))],
            Fate::Left => {
                vec![spell(self.staff.left, team, since, Some(day(75))), spell(first, team, day(75), None)]
            }
            Fate::Across(days) => {
                let other = self.staff.desks.get((at + 1) % self.staff.desks.len().max(1)).unwrap_or(desk);
                let taker = other.owners.first().copied().unwrap_or(other.lead);
                let second = ownership::Model {
                    source: OwnershipSource::Handoff,
                    ..spell(taker, other.team_id, day(days), None)
                };
                vec![spell(first, team, since, Some(day(days))), second]
            }
        };
        if let Some(last) = periods.get_mut(1) {
            last.reason = if matches!(fate(at), Fate::Left) { Some("Tom Ashby has left".to_owned()) } else { why };
        }
        periods
    }

    fn contacts(&mut self, at: usize, account_id: AccountId, domain: &str, since: Time) -> Vec<contact::Model> {
        let many = if at == SPOTLIGHT || at == SECOND { 3 } else { 2 + self.dice.below(2) };
        (0..many)
            .map(|place| {
                let name = self.person();
                let email = format!("{}@{domain}", key(&name).replace(' ', "."));
                let roles = match place {
                    0 => ContactRoles::from_iter([ContactRole::DecisionMaker, ContactRole::ExecutiveSponsor]),
                    1 => ContactRoles::from_iter([ContactRole::Champion, ContactRole::Influencer]),
                    _ => ContactRoles::from_iter([ContactRole::User]),
                };
                // A few cannot be asked: mail comes back, or they said no.
                let bounced = at % 20 == 6 && place == 1;
                let refused = at % 20 == 5 && place == 1;
                contact::Model {
                    id: self.random.id(since).into(),
                    account_id,
                    name_key: key(&name),
                    name,
                    email_key: Some(key(&email)),
                    email: Some(email),
                    title: TITLES.get(place).map(|&text| text.to_owned()),
                    roles,
                    language: Some(language(at).to_owned()),
                    time_zone: None,
                    mail_state: if bounced { MailState::Bounced } else { MailState::Ok },
                    opted_out_at: refused.then(|| self.calendar.at(200, 12, 0).max(since)),
                    source: Some("crm".to_owned()),
                    reference: Some(format!("C-{:04}-{}", 1_000 + at, place + 1)),
                    archived_at: None,
                    version: 1,
                    created_at: since,
                    updated_at: since,
                    muted: if refused { Muted::ALL } else { Muted::default() },
                    merged_into_id: None,
                }
            })
            .collect()
    }

    /// A name nobody else on stage has.
    fn person(&mut self) -> String {
        loop {
            let name =
                format!("{} {}", self.dice.pick(&FIRST).unwrap_or_default(), self.dice.pick(&LAST).unwrap_or_default());
            if self.known.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// Most read English, some German or French.
const fn language(at: usize) -> &'static str {
    match at {
        SPOTLIGHT | SECOND => "en",
        _ if at % 7 == 3 => "de",
        _ if at % 9 == 4 => "fr",
        _ => "en",
    }
}

/// Industry and name; no two are alike, since the second thirty fall on other trades.
fn name(at: usize) -> (&'static str, String) {
    let (trade, suffixes) = TRADES.get((at * 7 + at / NAMES.len()) % TRADES.len()).copied().unwrap_or_default();
    let first = NAMES.get(at % NAMES.len()).copied().unwrap_or_default();
    let second = suffixes.get(at / 4 % suffixes.len()).copied().unwrap_or_default();
    (trade, format!("{first} {second}"))
}
