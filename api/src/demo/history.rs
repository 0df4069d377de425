//! A year of surveys, the visits they rate, and answers.

use std::{collections::HashMap, sync::Arc};

use chrono::TimeDelta;
use entity::{
    ActorKind, Channel, ContactRole, Direction, InteractionType, InvitationStatus, Machine, MailState, MemberId,
    PlaceId, ProgramState, Suppression, SurveyKind, SurveyMode, TeamId, Time, WaveId, WaveState, contact, interaction,
    invitation, program, response, survey, visit, wave,
};

use super::{
    clients::{Client, SECOND, SPOTLIGHT},
    dice::{Calendar, Dice},
    everyday::Entry,
    staff::Staff,
    words::{FAIR, GLAD, MEETINGS, SORE},
};
use crate::{
    base::Random,
    ctx::Company,
    invitation::{EXPIRES, INHERITED},
    program::{Plan, Trigger},
};

/// Days between two surveys of one kind to one contact: a little more than the quarantine.
const ROUND: i64 = 91;
/// Surveys of the two kinds lie half a round apart.
const HALF: i64 = 45;
/// How many of a hundred answer.
const ANSWER: usize = 56;

/// Rows of the past.
#[derive(Default)]
pub struct History {
    pub programs: Vec<program::Model>,
    pub interactions: Vec<interaction::Model>,
    pub waves: Vec<wave::Model>,
    pub invitations: Vec<invitation::Model>,
    pub responses: Vec<response::Model>,
    pub visits: Vec<visit::Model>,
}

/// What the past is told with.
pub struct Teller<'a> {
    pub random: &'a Arc<dyn Random>,
    pub dice: &'a Dice,
    pub calendar: Calendar,
    pub company: &'a Company,
    pub staff: &'a Staff,
    pub places: &'a HashMap<TeamId, PlaceId>,
    pub nps: &'a survey::Model,
    pub csat: &'a survey::Model,
}

/// An instant of one account, with a contact.
struct Scene<'a> {
    client: &'a Client,
    contact: &'a contact::Model,
    at: Time,
    /// How content they are, 0 to 100, before chance.
    mood: i64,
    /// Why they were not asked.
    suppressed: Option<Suppression>,
}

impl Teller<'_> {
    pub fn tell(&self, clients: &[Client]) -> History {
        let mut told = History { programs: vec![self.program(self.calendar.at(400, 8, 0))], ..History::default() };
        let mut waves = HashMap::new();
        for (at, client) in clients.iter().enumerate() {
            self.changes(&mut told, client);
            self.everyday(&mut told, client);
            let mood = 42 + self.dice.upto(40);
            for contact in &client.contacts {
                // Those in front must be due today: their last survey is a full round old.
                let rested = at == SPOTLIGHT || at == SECOND;
                let phase = if rested { ROUND + 1 } else { 1 + self.dice.upto(ROUND - 1) };
                self.surveys(&mut told, &mut waves, client, contact, (phase, mood));
            }
        }
        told
    }

    fn surveys(
        &self,
        told: &mut History,
        waves: &mut HashMap<(SurveyKind, i64), WaveId>,
        client: &Client,
        contact: &contact::Model,
        (phase, mood): (i64, i64),
    ) {
        let first = if phase > HALF { phase - HALF } else { phase + HALF };
        let rounds = |first: i64| (0..4).map(move |n| first + n * ROUND);
        let asked = rounds(phase).map(|days| (self.nps, days)).chain(rounds(first).map(|days| (self.csat, days)));
        for (survey, days) in asked {
            let at = self.calendar.working(days, self.dice);
            if at.0 < client.account.created_at.0 + TimeDelta::days(14) {
                continue;
            }
            // A wave lies before its invitations, also where a weekend pushed them back.
            let wave = *waves.entry((survey.kind, days / 7)).or_insert_with(|| {
                let program = told.programs.iter().find(|program| program.survey_id == survey.id);
                let row = self.wave(survey, program, self.calendar.at(days / 7 * 7 + 9, 6, 0));
                let id = row.id;
                told.waves.push(row);
                id
            });
            // A little better than a year ago.
            let suppressed = if contact.mail_state == MailState::Bounced {
                Some(Suppression::Bounced)
            } else {
                contact.opted_out_at.is_some_and(|since| since <= at).then_some(Suppression::OptedOut)
            };
            let scene = Scene { client, contact, at, mood: mood + 8 - days / 45, suppressed };
            self.ask(told, survey, wave, &scene);
        }
    }

    /// One invitation, the visit it rates, and perhaps its answer.
    fn ask(&self, told: &mut History, survey: &survey::Model, wave_id: WaveId, scene: &Scene<'_>) {
        let Some(mut invitation) = self.invitation(survey, wave_id, scene) else { return };
        if invitation.suppressed.is_some() {
            told.invitations.push(invitation);
            return;
        }
        let entry = |kind, direction, subject| Entry {
            kind,
            direction,
            channel: Channel::Survey,
            subject,
            body: None,
            seen: false,
        };
        if survey.kind == SurveyKind::Csat {
            let subject = self.dice.pick(&MEETINGS).unwrap_or_default();
            let visit = Entry {
                kind: InteractionType::Meeting,
                direction: Direction::Outbound,
                channel: if self.dice.percent(60) { Channel::Visit } else { Channel::Video },
                subject,
                body: None,
                seen: true,
            };
            told.interactions.push(self.entry(scene.client, Some(scene.contact), scene.at, visit));
        }
        let sent = entry(InteractionType::SurveySent, Direction::Outbound, "Survey sent");
        told.interactions.push(self.entry(scene.client, Some(scene.contact), invitation.queued_at, sent));
        // Some look, and answer another day, or never.
        let looked = self.dice.percent(20).then(|| Time::new(invitation.queued_at.0 + TimeDelta::minutes(31)));
        invitation.visited_at = looked.filter(|at| *at < self.calendar.now);
        if let Some(answer) = self.answer(survey, &invitation, scene) {
            let opened = Time::new(answer.answered_at.0 - TimeDelta::minutes(2));
            invitation.visited_at = Some(invitation.visited_at.unwrap_or(opened));
            let words = format!("{}: {}", survey.name, answer.score);
            let mut news = self.entry(
                scene.client,
                Some(scene.contact),
                answer.answered_at,
                entry(InteractionType::SurveyAnswered, Direction::Inbound, &words),
            );
            news.member_id = None;
            told.interactions.push(news);
            told.responses.push(answer);
        }
        self.visits(told, &mut invitation);
        told.invitations.push(invitation);
    }

    /// Who opened the link: a gateway now and then, and whoever is known to have looked.
    fn visits(&self, told: &mut History, row: &mut invitation::Model) {
        let visit = |at, machine: Option<Machine>, agent: &str| visit::Model {
            id: self.random.id(at).into(),
            invitation_id: row.id,
            account_id: row.account_id,
            at,
            machine,
            agent: Some(agent.to_owned()),
            picked: None,
        };
        if self.dice.percent(25) {
            let at = Time::new(row.queued_at.0 + TimeDelta::seconds(23));
            told.visits.push(visit(at, Some(Machine::TooSoon), "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"));
            row.visits += 1;
        }
        if let Some(at) = row.visited_at {
            told.visits.push(visit(at, None, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"));
            row.visits += 1;
        }
    }

    /// Asks each contact every quarter. It rests, so that nothing leaves while somebody looks around.
    fn program(&self, at: Time) -> program::Model {
        let days = i32::try_from(ROUND).unwrap_or(i32::MAX);
        let plan = Plan { every_days: days, ..Plan::usual(Trigger::Recurring) };
        program::Model {
            id: self.random.id(at).into(),
            name: "Relationship, every quarter".to_owned(),
            survey_id: self.nps.id,
            team_id: None,
            state: ProgramState::Paused,
            plan: plan.json().unwrap_or_default(),
            next_run_at: None,
            by_id: None,
            version: 3,
            created_at: at,
            updated_at: at,
        }
    }

    fn wave(&self, survey: &survey::Model, program: Option<&program::Model>, at: Time) -> wave::Model {
        wave::Model {
            id: self.random.id(at).into(),
            survey_id: survey.id,
            survey_version_id: survey.current_id.unwrap_or_else(|| self.random.id(at).into()),
            by_kind: ActorKind::System,
            by_id: None,
            created_at: at,
            program_id: program.map(|program| program.id),
            state: WaveState::Running,
            plan: program.map_or_else(|| serde_json::json!({}), |program| program.plan.clone()),
            after_id: None,
            made_at: Some(at),
            not_drawn: 0,
        }
    }

    /// Credited to the owner, the team and its place of that day.
    fn invitation(&self, survey: &survey::Model, wave_id: WaveId, scene: &Scene<'_>) -> Option<invitation::Model> {
        let (account, at) = (&scene.client.account, scene.at);
        let period = scene.client.owned_at(at);
        let team_id = scene.client.home_at(at);
        let queued = if survey.kind == SurveyKind::Csat { Time::new(at.0 + TimeDelta::hours(1)) } else { at };
        Some(invitation::Model {
            id: self.random.id(queued).into(),
            wave_id,
            survey_id: survey.id,
            survey_version_id: survey.current_id?,
            account_id: account.id,
            contact_id: Some(scene.contact.id),
            status: if scene.suppressed.is_some() { InvitationStatus::Suppressed } else { InvitationStatus::Sent },
            suppressed: scene.suppressed,
            language: scene.contact.language.clone().unwrap_or_else(|| self.company.language.clone()),
            // The links of the past are not told again.
            token_hash: None,
            unsubscribe_hash: None,
            generation: 1,
            anchor_at: at,
            owner_id: period.map(|p| p.member_id),
            manager_id: self.staff.desks.iter().find(|desk| desk.team_id == team_id).map(|desk| desk.lead),
            team_id,
            place_id: *self.places.get(&team_id)?,
            territory: account.territory.clone(),
            segment: account.segment.clone(),
            tier: account.tier,
            decision_maker: scene.contact.roles.has(ContactRole::DecisionMaker),
            inherited: period.is_some_and(|p| at.0 - p.from_at.0 < INHERITED),
            queued_at: queued,
            sent_at: scene.suppressed.is_none().then(|| Time::new(queued.0 + TimeDelta::seconds(20))),
            expires_at: Time::new(queued.0 + EXPIRES),
            visits: 0,
            step: i16::from(scene.suppressed.is_none()),
            due_at: None,
            reminded_at: None,
            bounced_at: None,
            visited_at: None,
            error: None,
            mode: SurveyMode::Identified,
        })
    }

    fn answer(&self, survey: &survey::Model, to: &invitation::Model, scene: &Scene<'_>) -> Option<response::Model> {
        let hours = TimeDelta::minutes(35 + self.dice.upto(60 * 90));
        let answered_at = Time::new(to.queued_at.0 + hours);
        let answers = self.dice.percent(ANSWER);
        let (score, comment) = self.words(survey.kind, to, scene.mood);
        if !answers || answered_at >= self.calendar.now {
            return None;
        }
        Some(response::Model {
            id: self.random.id(answered_at).into(),
            invitation_id: Some(to.id),
            account_id: to.account_id,
            contact_id: to.contact_id,
            survey_id: survey.id,
            kind: survey.kind,
            question: survey.question.clone(),
            score,
            comment,
            language: Some(to.language.clone()),
            answered_at,
            completed_at: Some(answered_at),
            amended_at: None,
            version: 1,
            month: self.company.month(answered_at),
            owner_id: to.owner_id,
            place_id: to.place_id,
            territory: to.territory.clone(),
            segment: to.segment.clone(),
            tier: to.tier,
            decision_maker: to.decision_maker,
            inherited: to.inherited,
            mode: 0,
            source: None,
            reference: None,
        })
    }

    /// Owners matter: some have a better hand than others, from −11 to 11.
    fn skill(&self, owner: MemberId) -> i64 {
        let seat = self.staff.members.iter().position(|row| row.id == owner).unwrap_or(0);
        i64::try_from(seat * 9 % 23).unwrap_or(0) - 11
    }

    /// Who nobody looks after is less content, and so is who has just got a new face.
    fn words(&self, kind: SurveyKind, to: &invitation::Model, mood: i64) -> (i16, Option<String>) {
        let mood = to.owner_id.map_or(mood - 28, |owner| mood + self.skill(owner));
        let mood = if to.inherited { mood - 14 } else { mood };
        let felt = mood + self.dice.upto(44) - 22;
        let steps: &[(i64, i16)] = match kind {
            SurveyKind::Nps => &[(84, 10), (66, 9), (54, 8), (44, 7), (35, 6), (27, 5), (20, 4), (12, 3), (6, 1)],
            _ => &[(66, 5), (45, 4), (30, 3), (15, 2)],
        };
        let lowest = i16::from(kind != SurveyKind::Nps);
        let score = steps.iter().find(|(from, _)| felt >= *from).map_or(lowest, |(_, score)| *score);
        let comment = match felt {
            66.. => self.dice.pick(&GLAD),
            44..66 => self.dice.pick(&FAIR),
            _ => self.dice.pick(&SORE),
        };
        // Their words are English.
        let speaks = self.dice.percent(38) && to.language == "en";
        (score, comment.filter(|_| speaks).map(str::to_owned))
    }
}
