//! Random companies: a tree of teams, members, accounts, answers, and what the test itself knows of them.
//!
//! The knowledge is plain lists; who sees what is a naive loop over them. Nothing is read back from
//! the server, so the two can be compared.

use std::collections::{BTreeMap, BTreeSet};

use api::{
    cover::CreateCover,
    member::UpdateMember,
    ownership::{EndOwnership, RemoveCollaborator},
    team::UpdateTeam,
};
use async_graphql::MaybeUndefined;
use chrono::TimeDelta;
use entity::{AccountId, ContactId, CoverId, MemberId, SurveyKind, TeamId, Time, member, team};

use crate::{
    app::{Person, TestApp},
    dice::Dice,
};

/// A team as the test knows it.
#[derive(Clone, Debug)]
pub struct Team {
    pub id: TeamId,
    pub parent: Option<TeamId>,
    pub lead: Option<MemberId>,
    pub deputies: Vec<MemberId>,
}

/// A member as the test knows them.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: MemberId,
    pub token: String,
    pub admin: bool,
    pub active: bool,
    pub team: Option<TeamId>,
}

/// An account as the test knows it.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub owner: Option<MemberId>,
    pub team: TeamId,
    pub collaborators: BTreeSet<MemberId>,
    pub contacts: BTreeSet<ContactId>,
    /// Subjects of the notes on its timeline.
    pub notes: BTreeSet<String>,
}

/// A member who stands in for another.
#[derive(Clone, Debug)]
pub struct Cover {
    id: CoverId,
    member: MemberId,
    stand_in: MemberId,
    until: Time,
}

/// A survey on its way, and whom its answer will be credited to.
#[derive(Clone, Debug)]
pub struct Asked {
    pub account: AccountId,
    pub kind: SurveyKind,
    link: String,
    /// The owner of that day.
    pub owner: Option<MemberId>,
    /// The account's team of that day and those above it, at their place of that day.
    pub path: Vec<TeamId>,
}

/// An answer as it stands now.
#[derive(Clone, Debug)]
pub struct Given {
    pub to: Asked,
    pub score: usize,
    /// Of the first answer.
    pub at: Time,
}

/// A random company.
pub struct World {
    pub dice: Dice,
    pub teams: Vec<Team>,
    pub members: Vec<Member>,
    pub accounts: Vec<Account>,
    /// Those that are not over.
    pub covers: Vec<Cover>,
    pub asked: Vec<Asked>,
    pub given: Vec<Given>,
    named: usize,
}

impl World {
    /// Teams, members and accounts at rest.
    pub async fn new(app: &TestApp, seed: u64) -> Self {
        let dice = Dice::new(seed);
        let (teams, members, accounts, covers) = (vec![], vec![], vec![], vec![]);
        let mut world = Self { dice, teams, members, accounts, covers, asked: vec![], given: vec![], named: 0 };
        for _ in 0..3 + world.dice.roll(4) {
            world.add_team(app).await;
        }
        for _ in 0..5 + world.dice.roll(4) {
            world.add_member(app).await;
        }
        let admin = app.admin("Ada Admin").await;
        world.members.push(Member { id: admin.id, token: admin.token, admin: true, active: true, team: None });
        for _ in 0..10 + world.dice.roll(12) {
            world.add_account(app).await;
        }
        world
    }

    fn name(&mut self, what: &str) -> String {
        self.named += 1;
        format!("{what} {}", self.named)
    }

    async fn add_team(&mut self, app: &TestApp) {
        let known: Vec<TeamId> = self.teams.iter().map(|team| team.id).collect();
        let parent = if self.dice.once_in(4) { None } else { self.dice.pick(&known) };
        let name = self.name("Team");
        let id = app.team(&name, parent).await;
        self.teams.push(Team { id, parent, lead: None, deputies: Vec::new() });
    }

    async fn add_member(&mut self, app: &TestApp) {
        let team = self.any_team();
        let name = self.name("Member");
        let Person { id, token } = app.owner(&name, team).await;
        self.members.push(Member { id, token, admin: false, active: true, team: Some(team) });
    }

    async fn add_account(&mut self, app: &TestApp) {
        let owner = if self.dice.once_in(4) { None } else { self.any_owner() };
        let team = match owner {
            Some(owner) => self.team_of(owner).unwrap(),
            None => self.any_team(),
        };
        let name = self.name("Account");
        let id = app.account(&name, team, owner).await;
        let contacts = BTreeSet::new();
        let account = Account { id, owner, team, collaborators: BTreeSet::new(), contacts, notes: BTreeSet::new() };
        self.accounts.push(account);
    }

    fn any_team(&mut self) -> TeamId {
        let ids: Vec<TeamId> = self.teams.iter().map(|team| team.id).collect();
        self.dice.pick(&ids).unwrap()
    }

    /// Somebody active who is in a team.
    fn any_owner(&mut self) -> Option<MemberId> {
        let able = self.members.iter().filter(|member| member.active && member.team.is_some());
        let ids: Vec<MemberId> = able.map(|member| member.id).collect();
        self.dice.pick(&ids)
    }

    fn team_of(&self, id: MemberId) -> Option<TeamId> {
        self.members.iter().find(|member| member.id == id).and_then(|member| member.team)
    }

    /// From a team up to the top, itself included.
    pub fn above(&self, team: TeamId) -> Vec<TeamId> {
        let mut path = vec![team];
        while let Some(next) = self.teams.iter().find(|t| Some(t.id) == path.last().copied()).and_then(|t| t.parent) {
            path.push(next);
        }
        path
    }

    pub fn manages(&self, member: MemberId, team: TeamId) -> bool {
        let team = self.teams.iter().find(|t| t.id == team).unwrap();
        team.lead == Some(member) || team.deputies.contains(&member)
    }

    /// The naive truth: admins see all; the rest what they own, share, or have in a team they lead or below, and what
    /// is owned by whom they stand in for.
    pub fn sees(&self, member: &Member, account: &Account) -> bool {
        member.active
            && (member.admin
                || account.owner == Some(member.id)
                || self.covers.iter().any(|cover| cover.stand_in == member.id && account.owner == Some(cover.member))
                || account.collaborators.contains(&member.id)
                || self.above(account.team).into_iter().any(|team| self.manages(member.id, team)))
    }

    /// The accounts somebody sees.
    pub fn seen<'a>(&'a self, member: &'a Member) -> impl Iterator<Item = &'a Account> {
        self.accounts.iter().filter(|account| self.sees(member, account))
    }

    /// Some months: people are asked, answer, and everything changes between.
    ///
    /// # Panics
    /// Where a step cannot be taken.
    pub async fn live(&mut self, app: &TestApp) {
        for _ in 0..60 {
            app.forward(TimeDelta::days(i64::try_from(self.dice.roll(3)).unwrap()));
            let at = self.dice.roll(self.accounts.len());
            match self.dice.roll(4) {
                0 => self.ask(app, at).await,
                1 => self.answer(app).await,
                _ => self.step(app).await,
            }
        }
        self.covers.retain(|cover| cover.until > app.now());
    }

    /// One change of any kind, a second later.
    pub async fn step(&mut self, app: &TestApp) {
        app.forward(TimeDelta::seconds(1));
        let at = self.dice.roll(self.accounts.len());
        match self.dice.roll(16) {
            0 | 1 => self.assign(app, at).await,
            2 => self.end(app, at).await,
            3 | 4 => self.collaborate(app, at).await,
            5 => self.change_team(app).await,
            6 => self.move_team(app).await,
            7 => self.appoint(app).await,
            8 => self.deactivate(app).await,
            9 => drop(self.add_contact(app, at).await),
            10 => self.note(app, at).await,
            11 | 12 => self.ask(app, at).await,
            13 | 14 => self.cover(app).await,
            _ => self.answer(app).await,
        }
        self.covers.retain(|cover| cover.until > app.now());
    }

    /// Somebody stands in for somebody else, for some steps or for weeks; or no longer.
    async fn cover(&mut self, app: &TestApp) {
        if self.dice.once_in(4) && !self.covers.is_empty() {
            let cover = self.covers.swap_remove(self.dice.roll(self.covers.len()));
            return end_cover(app, &cover).await;
        }
        let (Some(member), Some(stand_in)) = (self.any_owner(), self.any_owner()) else { return };
        let lasts = if self.dice.once_in(2) { TimeDelta::days(30) } else { TimeDelta::seconds(3) };
        let until = Time::new(app.now().0 + lasts);
        let reason = "Away".to_owned();
        let input = CreateCover { member_id: member, stand_in_id: stand_in, from: None, until, reason };
        let made = api::cover::create(&app.system(), input).await;
        assert_eq!(made.is_err(), member == stand_in, "{made:?}");
        self.covers.extend(made.map(|id| Cover { id, member, stand_in, until }));
    }

    async fn assign(&mut self, app: &TestApp, at: usize) {
        let Some(owner) = self.any_owner() else { return };
        app.assign(self.accounts[at].id, owner).await;
        (self.accounts[at].owner, self.accounts[at].team) = (Some(owner), self.team_of(owner).unwrap());
    }

    async fn end(&mut self, app: &TestApp, at: usize) {
        let input = EndOwnership { account_id: self.accounts[at].id, reason: None };
        api::ownership::end(&app.system(), input).await.unwrap();
        self.accounts[at].owner = None;
    }

    async fn collaborate(&mut self, app: &TestApp, at: usize) {
        let account_id = self.accounts[at].id;
        let first = self.accounts[at].collaborators.first().copied();
        if let Some(member_id) = first.filter(|_| self.dice.once_in(2)) {
            let input = RemoveCollaborator { account_id, member_id };
            api::ownership::remove_collaborator(&app.system(), input).await.unwrap();
            self.accounts[at].collaborators.remove(&member_id);
        } else if let Some(member_id) = self.any_owner() {
            app.collaborate(account_id, member_id).await;
            self.accounts[at].collaborators.insert(member_id);
        }
    }

    /// A member changes team and takes the accounts along.
    async fn change_team(&mut self, app: &TestApp) {
        let (Some(id), team) = (self.any_owner(), self.any_team()) else { return };
        let change = UpdateMember { team_id: MaybeUndefined::Value(team), ..unchanged(app, id).await };
        api::member::update(&app.system(), change).await.unwrap();
        let before = self.members.iter_mut().find(|member| member.id == id).unwrap().team.replace(team);
        if before != Some(team) {
            // Covers were made inside the team.
            self.covers.retain(|cover| cover.member != id && cover.stand_in != id);
        }
        for account in self.accounts.iter_mut().filter(|account| account.owner == Some(id)) {
            account.team = team;
        }
    }

    /// A team moves under another, or is refused if that would make a ring.
    async fn move_team(&mut self, app: &TestApp) {
        let (id, parent) = (self.any_team(), self.any_team());
        let parent = (!self.dice.once_in(5)).then_some(parent);
        let ring = parent.is_some_and(|parent| self.above(parent).contains(&id));
        let change = UpdateTeam {
            parent_id: parent.map_or(MaybeUndefined::Null, MaybeUndefined::Value),
            ..as_it_is(app, id).await
        };
        assert_eq!(api::team::update(&app.system(), change).await.is_err(), ring);
        if !ring {
            self.teams.iter_mut().find(|team| team.id == id).unwrap().parent = parent;
        }
    }

    /// A team gets another lead and other deputies.
    async fn appoint(&mut self, app: &TestApp) {
        let id = self.any_team();
        let lead = if self.dice.once_in(4) { None } else { self.any_owner() };
        let deputies: Vec<MemberId> = (0..self.dice.roll(3)).filter_map(|_| self.any_owner()).collect();
        let change = UpdateTeam {
            lead_id: lead.map_or(MaybeUndefined::Null, MaybeUndefined::Value),
            deputy_ids: Some(deputies.clone()),
            ..as_it_is(app, id).await
        };
        // Refused while an inactive member is among those who led or deputised and still would elsewhere.
        if api::team::update(&app.system(), change).await.is_ok() {
            let team = self.teams.iter_mut().find(|team| team.id == id).unwrap();
            (team.lead, team.deputies) = (lead, deputies);
        }
    }

    /// Somebody leaves, or is refused while they own accounts or lead a team.
    async fn deactivate(&mut self, app: &TestApp) {
        let Some(id) = self.any_owner() else { return };
        let bound = self.accounts.iter().any(|account| account.owner == Some(id))
            || self.teams.iter().any(|team| team.lead == Some(id));
        let change = UpdateMember { active: Some(false), ..unchanged(app, id).await };
        assert_eq!(api::member::update(&app.system(), change).await.is_err(), bound);
        if !bound {
            self.members.iter_mut().find(|member| member.id == id).unwrap().active = false;
        }
    }

    /// Everybody is back.
    pub async fn end_covers(&mut self, app: &TestApp) {
        for cover in self.covers.drain(..) {
            end_cover(app, &cover).await;
        }
    }

    async fn add_contact(&mut self, app: &TestApp, at: usize) -> ContactId {
        let name = self.name("Contact");
        let id = app.contact(self.accounts[at].id, &name).await.id;
        self.accounts[at].contacts.insert(id);
        id
    }

    async fn note(&mut self, app: &TestApp, at: usize) {
        let subject = self.name("Note");
        app.note(self.accounts[at].id, &subject, false).await;
        app.raise(self.accounts[at].id, &subject, false).await;
        self.accounts[at].notes.insert(subject);
    }

    /// Sends a survey to a new contact of an account.
    pub async fn ask(&mut self, app: &TestApp, at: usize) {
        let contact = self.add_contact(app, at).await;
        let kind = if self.dice.once_in(3) { SurveyKind::Csat } else { SurveyKind::Nps };
        let link = app.invite(kind, &[contact]).await.remove(0);
        let account = &self.accounts[at];
        let (owner, path) = (account.owner, self.above(account.team));
        self.asked.push(Asked { account: account.id, kind, link, owner, path });
    }

    /// Answers a link that was sent at some time before; sometimes changes the answer.
    pub async fn answer(&mut self, app: &TestApp) {
        if self.asked.is_empty() {
            return;
        }
        let to = self.asked.swap_remove(self.dice.roll(self.asked.len()));
        let mut score = || match to.kind {
            SurveyKind::Nps => self.dice.roll(11),
            _ => 1 + self.dice.roll(5),
        };
        let (first, second) = (score(), score());
        let (link, at) = (to.link.clone(), app.now());
        let reply = app.answer(&link, i64::try_from(first).unwrap()).await;
        if reply.status == 410 {
            return;
        }
        assert_eq!(reply.status, 201, "{}", reply.text);
        let mut given = Given { to, score: first, at };
        if self.dice.once_in(2) {
            app.forward(TimeDelta::minutes(1));
            let reply = app.amend(&link, i64::try_from(second).unwrap(), 1).await;
            assert!(reply.status == 200 || reply.status == 410, "{}", reply.text);
            if reply.status == 200 {
                given.score = second;
            }
        }
        self.given.push(given);
    }

    /// How many of each there are: to tell worlds apart in a failure.
    pub fn census(&self) -> BTreeMap<&'static str, usize> {
        [("teams", self.teams.len()), ("members", self.members.len()), ("accounts", self.accounts.len())].into()
    }
}

async fn end_cover(app: &TestApp, cover: &Cover) {
    api::cover::end(&app.system(), cover.id).await.unwrap();
}

/// A change of nothing, on a member's version of now.
pub async fn unchanged(app: &TestApp, id: MemberId) -> UpdateMember {
    let row = app.rows::<member::Entity>().await.into_iter().find(|row| row.id == id).unwrap();
    let team_id = MaybeUndefined::Undefined;
    UpdateMember { id, version: row.version, name: None, email: None, admin: None, active: None, team_id }
}

/// A change of nothing, on a team's version of now.
pub async fn as_it_is(app: &TestApp, id: TeamId) -> UpdateTeam {
    let row = app.rows::<team::Entity>().await.into_iter().find(|row| row.id == id).unwrap();
    let (parent_id, lead_id) = (MaybeUndefined::Undefined, MaybeUndefined::Undefined);
    UpdateTeam { id, version: row.version, name: None, parent_id, lead_id, deputy_ids: None }
}
