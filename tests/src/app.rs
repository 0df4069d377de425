//! A whole server on a fresh database, spoken to through its doors; clock, chance and mail in the test's hand.

use std::sync::Arc;

use api::{
    access::KeyScope,
    account::CreateAccount,
    app::{App, Ports},
    base::{Clock, FixedClock, SeededRandom},
    config::{MailTo, Settings, Source},
    contact::CreateContact,
    ctx::Ctx,
    mail::{Letter, Memory, Transport},
    member::CreateMember,
    ownership::{AddCollaborator, AssignOwner},
    secure::ApiKey,
    session,
    store::{Owned, Subject, Visible},
    team::{CreateTeam, UpdateTeam},
    timeline::LogInteraction,
};
use async_graphql::MaybeUndefined;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
    response::Response,
};
use chrono::TimeDelta;
use entity::{
    AccountId, ContactId, InteractionType, JobState, MemberId, SurveyId, SurveyKind, TeamId, Time, api_key, escalation,
    job,
};
use sea_orm::{ColumnTrait, FromQueryResult};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::engine::{Database, World};

/// Where links in mails point.
pub const URL: &str = "http://steward.test";
/// The secret of every test server.
pub const SECRET: &str = "a secret of at least thirty-two bytes";

/// The server under test.
pub struct TestApp {
    pub app: App,
    router: Router,
    clock: Arc<FixedClock>,
    mail: Arc<Memory>,
    pub database: Database,
}

impl World for TestApp {
    async fn on(database: Database) -> Self {
        Self::with(database, &[]).await
    }
}

impl TestApp {
    /// A server with settings of its own beside the database. Mail is kept in memory, unless a
    /// setting names a mail server.
    ///
    /// # Panics
    /// Where the server cannot be built.
    pub async fn with(database: Database, settings: &[(&str, &str)]) -> Self {
        Self::seeded(database, settings, 7).await
    }

    /// The same with chance of its own: no id of it is one of another server's.
    ///
    /// # Panics
    /// Where the server cannot be built.
    pub async fn seeded(database: Database, settings: &[(&str, &str)], seed: u64) -> Self {
        // What the server logs as an error stands beside the failure it caused.
        let shown = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::ERROR);
        let _ = shown.with_test_writer().try_init();
        let clock = Arc::new(FixedClock::new(Time::parse("2026-03-02T09:00:00Z").unwrap()));
        let mail = Arc::new(Memory::default());
        // Time stands still here, so no bucket would ever fill again.
        let own = [
            ("STEWARD_DATABASE_URL", database.url()),
            ("STEWARD_SECRET", SECRET),
            ("STEWARD_COMPANY", "Acme Works"),
            ("STEWARD_RATE_LIMIT", "off"),
        ];
        let all = own.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = Settings::read(Source::of(all)).unwrap();
        let memory: Arc<dyn Transport> = mail.clone();
        let memory = matches!(settings.mail, MailTo::Folder(_)).then_some(memory);
        let ports = Ports { clock: clock.clone(), random: Arc::new(SeededRandom::new(seed)), mail: memory };
        let app = App::build(&settings, ports, URL.to_owned()).await.unwrap();
        let router = app.router();
        Self { app, router, clock, mail, database }
    }

    /// Stops the server, and leaves its database.
    pub fn stop(self) -> Database {
        self.database
    }

    pub fn clock(&self) -> &Arc<FixedClock> {
        &self.clock
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Plays time on.
    pub fn forward(&self, by: TimeDelta) {
        self.clock.forward(by);
    }

    /// The server's own context, to make what a story starts with.
    pub fn system(&self) -> Ctx {
        self.app.system()
    }

    /// SQL statements run since the server was built.
    pub fn statements(&self) -> u64 {
        self.app.env.db.statements()
    }

    /// Runs every due job.
    pub async fn run_jobs(&self) {
        let worker = self.app.env.db.random().id(self.now());
        while api::work::run_due(&self.app.env, worker, TimeDelta::seconds(60), 4).await.unwrap() > 0 {}
    }

    /// Jobs that wait, without the reminders of the days to come.
    pub async fn jobs_left(&self) -> i64 {
        let (system, soon) = (self.system(), Time::new(self.now().0 + TimeDelta::days(3)));
        let ready = system.find::<job::Entity>().filter(job::Column::State.eq(JobState::Ready));
        ready.filter(job::Column::RunAt.lt(soon)).count().await.unwrap()
    }

    /// Every letter that has left.
    pub fn outbox(&self) -> Vec<Letter> {
        self.mail.letters()
    }

    /// One HTTP request, its answer still to be read.
    ///
    /// # Panics
    /// Never: every request has an answer.
    pub async fn answer_to(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// One HTTP request.
    pub async fn call(&self, request: Request<Body>) -> Reply {
        let response = self.answer_to(request).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Reply { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// One request with an optional token and an optional JSON body.
    pub async fn rest(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Reply {
        self.call(request(method, path, token, body)).await
    }

    /// One GraphQL operation; gives the whole answer.
    pub async fn gql(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        self.rest("POST", "/graphql", token, Some(body)).await.json()
    }

    /// An access token for somebody; it lasts for twelve hours of the story.
    pub async fn token(&self, subject: Subject) -> String {
        session::issue(&self.system(), subject, session::DEMO).await.unwrap().access_token
    }

    /// The ready-made survey of a kind.
    pub async fn survey(&self, kind: SurveyKind) -> SurveyId {
        let all = api::survey::list(&self.system(), false).await.unwrap();
        all.into_iter().find(|survey| survey.kind == kind && survey.number.is_some()).unwrap().id
    }

    /// A team below another, or at the top.
    pub async fn team(&self, name: &str, parent: Option<TeamId>) -> TeamId {
        let input = CreateTeam { name: name.to_owned(), parent_id: parent, lead_id: None, deputy_ids: Vec::new() };
        api::team::create(&self.system(), input).await.unwrap()
    }

    async fn member(&self, name: &str, admin: bool, team: Option<TeamId>) -> MemberId {
        let email = format!("{}@acme.test", name.replace(' ', "."));
        let input = CreateMember { name: name.to_owned(), email, admin, team_id: team, password: None };
        api::member::create(&self.system(), input).await.unwrap()
    }

    /// A member who owns accounts.
    pub async fn owner(&self, name: &str, team: TeamId) -> Person {
        self.person(self.member(name, false, Some(team)).await).await
    }

    /// A member of a team of their own, with a first password and the address `NAME@acme.test`.
    ///
    /// # Panics
    /// Where the password is refused.
    pub async fn newcomer(&self, name: &str, password: &str) -> MemberId {
        let (email, team_id) = (format!("{name}@acme.test"), Some(self.team(name, None).await));
        let password = Some(password.to_owned());
        let input = CreateMember { name: name.to_owned(), email, admin: false, team_id, password };
        api::member::create(&self.system(), input).await.unwrap()
    }

    /// A member who leads a team.
    pub async fn manager(&self, name: &str, team: TeamId) -> Person {
        let id = self.member(name, false, Some(team)).await;
        let version = self
            .system()
            .find::<entity::team::Entity>()
            .filter(entity::team::Column::Id.eq(team))
            .one("team")
            .await
            .unwrap()
            .version;
        let input = UpdateTeam {
            id: team,
            version,
            name: None,
            parent_id: MaybeUndefined::Undefined,
            lead_id: MaybeUndefined::Value(id),
            deputy_ids: None,
        };
        api::team::update(&self.system(), input).await.unwrap();
        self.person(id).await
    }

    /// A member who may do everything.
    pub async fn admin(&self, name: &str) -> Person {
        self.person(self.member(name, true, None).await).await
    }

    async fn person(&self, id: MemberId) -> Person {
        Person { id, token: self.token(Subject::Member(id)).await }
    }

    /// An account that waits in a team, or has an owner.
    pub async fn account(&self, name: &str, team: TeamId, owner: Option<MemberId>) -> AccountId {
        let input = CreateAccount {
            name: name.to_owned(),
            domain: None,
            parent_id: None,
            territory: Some("North".to_owned()),
            industry: None,
            segment: Some("Enterprise".to_owned()),
            tier: entity::Tier::Standard,
            lifecycle: entity::Lifecycle::Active,
            annual_value: None,
            renewal_on: None,
            owner_id: owner,
            team_id: Some(team),
        };
        api::account::create(&self.system(), input).await.unwrap()
    }

    /// Gives an account to a member.
    pub async fn assign(&self, account_id: AccountId, member_id: MemberId) {
        api::ownership::assign(&self.system(), AssignOwner { account_id, member_id, reason: None }).await.unwrap();
    }

    /// A contact with a mail address.
    pub async fn contact(&self, account: AccountId, name: &str) -> Customer {
        let input = CreateContact {
            account_id: account,
            name: name.to_owned(),
            email: Some(format!("{}@client.test", name.replace(' ', "."))),
            title: None,
            roles: Vec::new(),
            language: None,
            time_zone: None,
        };
        let id = api::contact::create(&self.system(), input).await.unwrap();
        Customer { id, token: self.token(Subject::Contact(id)).await }
    }

    /// Puts a member on an account team.
    pub async fn collaborate(&self, account_id: AccountId, member_id: MemberId) {
        let input = AddCollaborator { account_id, member_id, role: entity::TeamRole::Support };
        api::ownership::add_collaborator(&self.system(), input).await.unwrap();
    }

    /// A note on the timeline.
    pub async fn note(&self, account_id: AccountId, subject: &str, customer_visible: bool) {
        let input = LogInteraction {
            account_id,
            kind: InteractionType::Note,
            channel: None,
            direction: None,
            occurred_at: None,
            contact_id: None,
            subject: subject.to_owned(),
            body: None,
            customer_visible,
            external_id: None,
        };
        api::timeline::log(&self.system(), input).await.unwrap();
    }

    /// Something raised at an account now, open or settled at once.
    pub async fn raise(&self, account_id: AccountId, title: &str, settled: bool) {
        let (system, now) = (self.system(), self.now());
        let row = escalation::Model {
            id: system.env().db.random().id(now).into(),
            account_id,
            severity: 2,
            title: title.to_owned(),
            opened_at: now,
            closed_at: settled.then_some(now),
            opened_by_id: None,
            source: None,
            reference: None,
            created_at: now,
        };
        let write = system.write(move |tx| async move {
            let account = tx.account(account_id).await?;
            tx.insert_under::<escalation::Entity>(&account, row).await.map(drop)
        });
        write.await.unwrap();
    }

    /// An integration's token: its key allows `scopes`, on all accounts or on those of one team.
    pub async fn integration(&self, scopes: &[KeyScope], team_id: Option<TeamId>) -> String {
        let system = self.system();
        let mut bytes = [0; 32];
        system.env().db.random().fill(&mut bytes);
        let key = ApiKey::new(bytes);
        let row = api_key::Model {
            id: system.env().db.random().id(self.now()).into(),
            name: "Outside".to_owned(),
            prefix: key.prefix().to_owned(),
            secret_hash: key.digest(),
            scopes: scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            team_id,
            source: "outside".to_owned(),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            created_at: self.now(),
        };
        let id = row.id;
        system.write(move |tx| async move { tx.insert::<api_key::Entity>(row).await.map(drop) }).await.unwrap();
        self.token(Subject::Key(id)).await
    }

    /// Every row of a table, whoever may see it.
    pub async fn rows<E>(&self) -> Vec<E::Model>
    where
        E: Owned,
        E::Model: FromQueryResult,
    {
        self.system().find::<E>().all().await.unwrap().into_iter().map(Visible::into_inner).collect()
    }

    /// Sends a survey to contacts, without reminders, and runs the mails; gives the tokens of the links, in order of the contacts.
    pub async fn invite(&self, kind: SurveyKind, contacts: &[ContactId]) -> Vec<String> {
        let before = self.mail.count();
        let survey = self.survey(kind).await;
        let input = api::program::SendSurvey {
            contact_ids: Some(contacts.to_vec()),
            reminders: Some(Vec::new()),
            ..Default::default()
        };
        api::program::send(&self.system(), survey, input).await.unwrap();
        self.run_jobs().await;
        // Letters about answers may leave meanwhile.
        let letters = self.mail.since(before);
        let which = entity::contact::Column::Id.is_in(contacts.iter().copied());
        let known = self.system().find::<entity::contact::Entity>().filter(which).all().await.unwrap();
        let place = |letter: &Letter| {
            let is_to =
                |id: &ContactId| known.iter().any(|row| row.id == *id && row.email.as_ref() == Some(&letter.to));
            contacts.iter().position(is_to)
        };
        let mut asked: Vec<_> = letters.iter().filter(|letter| letter.unsubscribe.is_some()).collect();
        asked.sort_by_key(|letter| place(letter));
        asked.into_iter().map(link_token).collect()
    }

    /// Answers a link at the JSON door.
    pub async fn answer(&self, token: &str, score: i64) -> Reply {
        self.rest("PUT", &format!("/api/v1/invitations/{token}/response"), None, Some(json!({ "score": score }))).await
    }

    /// Changes the answer of a link, on the version read before.
    pub async fn amend(&self, token: &str, score: i64, version: i32) -> Reply {
        let path = format!("/api/v1/invitations/{token}/response");
        let mut request = request("PUT", &path, None, Some(json!({ "score": score })));
        request.headers_mut().insert(header::IF_MATCH, format!("\"{version}\"").parse().unwrap());
        self.call(request).await
    }
}

/// A member and their access token.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: MemberId,
    pub token: String,
}

/// A contact and their access token.
#[derive(Clone, Debug)]
pub struct Customer {
    pub id: ContactId,
    pub token: String,
}

/// An answer over HTTP.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Panics
    /// Where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text))
    }
}

/// A request with an optional token and an optional JSON body.
///
/// # Panics
/// Where method or path are none.
pub fn request(method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    match body {
        Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    }
    .unwrap()
}

/// The secret part of the survey link in a letter.
///
/// # Panics
/// Where there is no link.
pub fn link_token(letter: &Letter) -> String {
    token_after(letter, "/s/")
}

/// The secret part of the first link in a letter whose path begins so.
///
/// # Panics
/// Where there is no such link.
pub fn token_after(letter: &Letter, path: &str) -> String {
    let start = letter.text.find(path).unwrap_or_else(|| panic!("no {path} in {}", letter.text)) + path.len();
    letter.text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}
