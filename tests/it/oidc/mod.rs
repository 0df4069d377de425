//! Members whom an outside issuer vouches for: at every door, with the rights they have here, and nobody else.

mod keys;
mod refused;
mod settings;

use chrono::TimeDelta;
use entity::{MemberId, Time, member};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};
use serde_json::{Value, json};
use tests::{
    app::{Person, Reply, TestApp, request},
    both,
    engine::{Database, World},
    issuer::{AUDIENCE, Issuer, Key},
    live::{Heard, Socket},
    served::Served,
};

use crate::tokens::update;

const ALGORITHMS: [(&str, &str); 9] = [
    ("rsa", "RS256"),
    ("rsa", "RS384"),
    ("rsa", "RS512"),
    ("rsa", "PS256"),
    ("rsa", "PS384"),
    ("rsa", "PS512"),
    ("p256", "ES256"),
    ("p384", "ES384"),
    ("ed", "EdDSA"),
];

/// A server that takes the tokens of an issuer with four keys, and Ana, who owns Globex.
pub struct Single {
    pub app: TestApp,
    pub issuer: Issuer,
    pub keys: Vec<Key>,
    pub ana: Person,
    pub team: entity::TeamId,
}

impl World for Single {
    async fn on(database: Database) -> Self {
        Self::with(database, &[]).await
    }
}

impl Single {
    /// With settings of its own beside those of the issuer.
    pub async fn with(database: Database, more: &[(&str, &str)]) -> Self {
        let keys = vec![
            Key::rsa("rsa", 0),
            Key::fresh("p256", "ES256"),
            Key::fresh("p384", "ES384"),
            Key::fresh("ed", "EdDSA"),
        ];
        let issuer = Issuer::start(&keys).await;
        let app = TestApp::with(database, &[&issuer.settings(), more].concat()).await;
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        app.account("Globex", team, Some(ana.id)).await;
        Self { app, issuer, keys, ana, team }
    }

    pub fn key(&self, id: &str) -> &Key {
        self.keys.iter().find(|key| key.id == id).unwrap()
    }

    pub fn second(&self) -> i64 {
        self.app.now().0.timestamp()
    }

    /// Good claims of a member called so.
    pub fn claims(&self, name: &str) -> Value {
        self.issuer.claims(self.second(), &format!("{name}@acme.test"))
    }

    /// The same with one of them changed.
    pub fn but(&self, claim: &str, value: Value) -> Value {
        let mut claims = self.claims("Ana");
        claims[claim] = value;
        claims
    }

    /// A good token of a member called so.
    pub fn token(&self, name: &str) -> String {
        self.key("ed").token(&self.claims(name))
    }

    /// One that works for so long.
    pub fn lasting(&self, name: &str, time: TimeDelta) -> String {
        let mut claims = self.claims(name);
        claims["exp"] = json!(self.second() + time.num_seconds());
        self.key("ed").token(&claims)
    }

    /// What somebody with a token is told at the REST door.
    pub async fn knock(&self, token: &str) -> Reply {
        self.app.rest("GET", "/api/v1/accounts", Some(token), None).await
    }

    pub async fn opens(&self, token: &str) -> bool {
        let status = self.knock(token).await.status;
        assert!(status == 200 || status == 401, "{status}");
        status == 200
    }

    /// The name of whoever asks at the GraphQL door.
    async fn name(&self, token: &str) -> Value {
        let answer = self.app.gql(Some(token), "{me{member{name} mustChangePassword}}", json!({})).await;
        answer["data"]["me"]["member"]["name"].clone()
    }

    async fn leave(&self, id: MemberId) {
        let values = vec![(member::Column::Active, Expr::val(false))];
        let which = Condition::all().add(member::Column::Id.eq(id));
        self.app.system().write(move |tx| async move { tx.set::<member::Entity>(which, values).await }).await.unwrap();
    }
}

/// An answer's body without what is of the request alone.
pub fn alike(reply: &Reply) -> (u16, Value) {
    let mut body = reply.json();
    body["instance"].take();
    (reply.status.as_u16(), body)
}

both! {
    async fn good_tokens_of_each_algorithm_open_all_three_doors(single: Single) {
        let served = Served::start(single.app.app.router()).await;
        for (key, algorithm) in ALGORITHMS {
            let token = single.key(key).token_by(algorithm, &single.claims("Ana"));
            assert_eq!(single.name(&token).await, "Ana", "{algorithm}");
            assert_eq!(single.knock(&token).await.json()["data"][0]["name"], "Globex", "{algorithm}");
            let mut socket = Socket::of(&served.url, &token).await;
            socket.subscribe("a", "subscription{responseReceived{score}}").await;
        }
        assert_eq!(single.issuer.asked(), 1, "the keys are fetched once");
        let now = single.second();
        let good = [
            single.but("aud", json!([AUDIENCE])),
            single.but("aud", json!(["account", AUDIENCE])),
            single.but("email", json!("ANA@Acme.Test")),
            single.but("iat", json!(now + 60)),
            single.but("nbf", json!(now + 60)),
            single.but("exp", json!(now + 1)),
            single.but("exp", json!(i64::MAX)),
            single.but("sub", Value::Null),
        ];
        for claims in good {
            assert!(single.opens(&single.key("rsa").token(&claims)).await, "{claims}");
        }
        for header in [
            json!({ "alg": "ES256", "kid": "p256" }),
            json!({ "alg": "ES256", "kid": "p256", "typ": "at+jwt" }),
            json!({ "alg": "ES256", "kid": "p256", "typ": "jwt", "nonce": "abc", "x5t#S256": "abc" }),
        ] {
            assert!(single.opens(&single.key("p256").token_of(&header, &single.claims("Ana"))).await, "{header}");
        }
    }

    async fn rights_are_those_of_the_same_member_signed_in_by_password(single: Single) {
        let app = &single.app;
        let south = app.team("South", None).await;
        let (root, mia, zoe) = (app.admin("Root").await, app.manager("Mia", single.team).await, app.owner("Zoe", south).await);
        app.account("Initech", south, Some(zoe.id)).await;
        let granted = app.account("Umbrella", south, None).await;
        app.collaborate(granted, mia.id).await;
        let cover = json!({ "input": { "memberId": zoe.id, "standInId": single.ana.id, "until": Time::new(app.now().0 + TimeDelta::hours(2)), "reason": "On leave" } });
        let made = app.gql(Some(&root.token), "mutation($input:CreateCover!){createCover(input:$input){id}}", cover).await;
        assert!(made["errors"].is_null(), "{made}");
        let questions = [
            "{me{role member{name} contact{name} scopes}}",
            "{accounts(sort:NAME_ASC){totalCount nodes{name owner{name} healthScore}}}",
            "{satisfaction{label figures{question n}}}",
            "{integrationKeys{id}}",
            "{audit{nodes{id}}}",
            "{covers{reason}}",
            "mutation{createTeam(input:{name:\"\"}){id}}",
        ];
        let mut seen = Vec::new();
        for (name, person) in [("Root", &root), ("Mia", &mia), ("Ana", &single.ana), ("Zoe", &zoe)] {
            let outside = single.token(name);
            for query in questions {
                let ours = app.gql(Some(&person.token), query, json!({})).await;
                assert_eq!(app.gql(Some(&outside), query, json!({})).await, ours, "{name}: {query}");
            }
            let list = single.knock(&outside).await;
            assert_eq!(list.text, single.knock(&person.token).await.text);
            seen.push(list.json()["data"].as_array().unwrap().len());
        }
        assert_eq!(seen, [3, 2, 2, 1], "by role, by cover and by collaborating");
        for token in [&single.ana.token, &single.token("Ana")] {
            let before = app.statements();
            assert!(app.gql(Some(token), "{me{role member{name}}}", json!({})).await["errors"].is_null());
            assert_eq!(app.statements() - before, 2, "one statement says who asks");
        }
        let token = single.token("Ana");
        app.forward(TimeDelta::hours(2));
        let token_later = single.token("Ana");
        assert!(!single.opens(&token).await, "it has run out");
        assert_eq!(single.knock(&token_later).await.json()["data"].as_array().unwrap().len(), 1, "the cover is over");
    }

    async fn nobody_but_active_members_is_let_in_and_all_others_are_told_alike(single: Single) {
        let app = &single.app;
        let account = app.account("Initech", single.team, None).await;
        let carl = app.contact(account, "Carl").await;
        let ben = app.owner("Ben", single.team).await;
        let (bens, anas) = (single.token("Ben"), single.token("Ana"));
        assert!(single.opens(&bens).await && single.opens(&anas).await);
        update(app, ben.id, |input| input.active = Some(false)).await;
        let carls = single.key("ed").token(&single.issuer.claims(single.second(), "Carl@client.test"));
        assert!(app.gql(Some(&carl.token), "{me{role}}", json!({})).await["errors"].is_null(), "a contact who is known");
        let unknown = alike(&single.knock(&single.token("Nobody")).await);
        assert_eq!((unknown.0, &unknown.1["code"]), (401, &json!("UNAUTHENTICATED")));
        let mut expired = single.claims("Ana");
        expired["exp"] = json!(single.second());
        for (who, token) in [("inactive", bens), ("a contact", carls), ("expired", single.key("ed").token(&expired)), ("no token", "abc".to_owned())] {
            assert_eq!(alike(&single.knock(&token).await), unknown, "{who}");
            let answer = app.gql(Some(&token), "{me{role}}", json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{who}");
        }
        let moved = json!({ "input": { "id": single.ana.id, "version": 1, "email": "ana.new@acme.test" } });
        let root = app.admin("Root").await;
        let answer = app.gql(Some(&root.token), "mutation($input:UpdateMember!){updateMember(input:$input){id}}", moved).await;
        assert!(answer["errors"].is_null(), "{answer}");
        assert!(!single.opens(&anas).await, "the address is nobody's now");
        assert!(single.opens(&single.token("ana.new")).await);
    }

    async fn what_is_for_passwords_and_sessions_is_left_alone(single: Single) {
        let app = &single.app;
        app.newcomer("Nina", "seven quiet herons at dusk").await;
        let by_password = json!({ "grant": "password", "email": "nina@acme.test", "password": "seven quiet herons at dusk" });
        let ours = app.rest("POST", "/api/v1/auth/token", None, Some(by_password)).await.json();
        let ours = ours["accessToken"].as_str().unwrap();
        assert_eq!(single.knock(ours).await.status, 403, "her first password is to be replaced");
        let token = single.token("Nina");
        assert_eq!(single.knock(&token).await.status, 200, "the issuer asks for none");
        let list = "{sessions{id current} me{mustChangePassword}}";
        let answer = app.gql(Some(&token), list, json!({})).await;
        assert_eq!(answer["data"]["sessions"].as_array().unwrap().len(), 1, "the sign-in by password alone: {answer}");
        assert_eq!((&answer["data"]["sessions"][0]["current"], &answer["data"]["me"]["mustChangePassword"]), (&json!(false), &json!(false)));
        for all in [false, true] {
            let refused = app.rest("POST", "/api/v1/auth/logout", Some(&token), Some(json!({ "all": all }))).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("CONFLICT")));
            assert!(refused.json()["detail"].as_str().unwrap().contains("sign out where the token was issued"), "{}", refused.text);
        }
        assert_eq!(single.knock(ours).await.status, 403, "nothing was ended");
        let id = &answer["data"]["sessions"][0]["id"];
        let ended = app.gql(Some(&token), "mutation($id:UUID!){revokeSession(id:$id)}", json!({ "id": id })).await;
        assert_eq!(&ended["data"]["revokeSession"], id, "{ended}");
        assert_eq!(single.knock(ours).await.status, 401);
        assert!(single.opens(&token).await);
        assert_eq!(app.rows::<entity::session::Entity>().await.iter().filter(|row| row.generation > 0).count(), 1, "it makes none");
    }

    async fn sockets_and_exports_end_with_what_let_them_begin(single: Single) {
        let app = &single.app;
        for at in 0..1_100 {
            app.account(&format!("Company {at}"), single.team, Some(single.ana.id)).await;
        }
        let served = Served::start(app.app.router()).await;
        let token = single.lasting("Ana", TimeDelta::hours(3));
        let mut short = Socket::of(&served.url, &single.token("Ana")).await;
        let mut long = Socket::of(&served.url, &token).await;
        app.forward(TimeDelta::minutes(5));
        assert_eq!(short.hear().await, Heard::Closed(4401), "its token has run out");
        long.fence().await;
        use futures_util::StreamExt as _;
        let begun = async || app.answer_to(request("GET", "/api/v1/exports/accounts.csv", Some(&token), None)).await.into_body().into_data_stream();
        let (mut whole, mut cut) = (begun().await, begun().await);
        assert!(cut.next().await.unwrap().is_ok());
        while let Some(piece) = whole.next().await {
            assert!(piece.is_ok(), "{piece:?}");
        }
        single.leave(single.ana.id).await;
        assert!(cut.next().await.unwrap().is_err(), "she is no longer active");
        assert_eq!(long.hear().await, Heard::Closed(4401));
    }
}
