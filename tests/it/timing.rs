//! Nobody finds out by the clock who is known: a door takes as long, and as many statements, for whom it does not know.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, token_after},
    both, engine,
};

const PASSWORD: &str = "seven quiet herons at dusk";
/// Pairs that are thrown away: the first ones fill what is kept in memory.
const COLD: usize = 3;

/// One way to be told apart.
struct Door {
    name: &'static str,
    path: &'static str,
    status: u16,
    /// What is sent for somebody known, and for nobody.
    bodies: [Value; 2],
}

/// How long a request took, and how many statements.
async fn measured(app: &TestApp, door: &Door, body: &Value) -> (Duration, u64) {
    let (before, start) = (app.statements(), Instant::now());
    let reply = app.rest("POST", door.path, None, Some(body.clone())).await;
    let took = start.elapsed();
    assert_eq!(reply.status.as_u16(), door.status, "{}: {}", door.name, reply.text);
    (took, app.statements() - before)
}

fn median(mut all: Vec<Duration>) -> f64 {
    all.sort_unstable();
    all[all.len() / 2].as_secs_f64()
}

/// The median for somebody known, by the one for nobody.
async fn ratio(app: &TestApp, door: &Door, pairs: usize) -> f64 {
    let mut took = [Vec::new(), Vec::new()];
    for pair in 0..pairs + COLD {
        // Tries are counted for each address; once they are forgotten, for both of them.
        if pair % 4 == 0 {
            app.forward(TimeDelta::hours(1));
        }
        let mut statements = [0; 2];
        for turn in 0..2 {
            // Neither is always the first.
            let which = (pair + turn) % 2;
            let (time, count) = measured(app, door, &door.bodies[which]).await;
            statements[which] = count;
            if pair >= COLD {
                took[which].push(time);
            }
        }
        assert_eq!(statements[0], statements[1], "{}: statements for known and unknown", door.name);
    }
    let [known, unknown] = took.map(median);
    let ratio = known / unknown;
    eprintln!(
        "{:?} {:8} known {:.2} ms, unknown {:.2} ms, ratio {ratio:.3}",
        app.database.engine(),
        door.name,
        known * 1e3,
        unknown * 1e3
    );
    ratio
}

/// The token of an invitation that was taken up.
async fn invited(app: &TestApp) -> String {
    let ada = app.admin("Ada").await.token;
    let made = "mutation{createMember(input:{name:\"Ida\",email:\"ida@acme.test\"}){id}}";
    let id = app.gql(Some(&ada), made, json!({})).await["data"]["createMember"]["id"].as_str().unwrap().to_owned();
    let told = app.gql(Some(&ada), &format!("mutation{{inviteMember(id:\"{id}\"){{name}}}}"), json!({})).await;
    assert!(told["errors"].is_null(), "{told}");
    app.run_jobs().await;
    let token = token_after(app.outbox().last().unwrap(), "/invite/");
    let taken = json!({ "token": token, "password": PASSWORD });
    assert_eq!(app.rest("POST", "/api/v1/auth/invite", None, Some(taken)).await.status, 204);
    token
}

both! {
    async fn no_door_takes_longer_for_who_is_known(app: TestApp) {
        app.newcomer("Ana", PASSWORD).await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        app.contact(account, "Carl").await;
        let token = invited(&app).await;
        let other: String = token.chars().map(|letter| if letter == 'a' { 'b' } else { 'a' }).collect();
        let email = |email: &str| json!({ "email": email });
        let sign_in = |email: &str| json!({ "grant": "password", "email": email, "password": "eight quiet herons at dusk" });
        let invite = |token: &str| json!({ "token": token, "password": PASSWORD });
        let doors = [
            Door { name: "sign-in", path: "/api/v1/auth/token", status: 401, bodies: [sign_in("ana@acme.test"), sign_in("eva@acme.test")] },
            Door { name: "reset", path: "/api/v1/auth/reset", status: 202, bodies: [email("ana@acme.test"), email("eva@acme.test")] },
            Door { name: "link", path: "/api/v1/auth/link", status: 202, bodies: [email("carl@client.test"), email("evan@client.test")] },
            Door { name: "invite", path: "/api/v1/auth/invite", status: 401, bodies: [invite(&token), invite(&other)] },
        ];
        // The long form looks closely, on a machine that does nothing else; the short one sees what is left out. Whatever
        // else runs comes between now and then, and a difference that is one shows each time.
        let (pairs, bounds, times) = if engine::long() { (300, 0.9..=1.1, 2) } else { (25, 0.5..=2.0, 5) };
        for door in &doors {
            let mut told = Vec::new();
            while told.len() < times && told.last().is_none_or(|last| !bounds.contains(last)) {
                told.push(ratio(&app, door, pairs).await);
            }
            assert!(told.last().is_some_and(|last| bounds.contains(last)), "{}: {told:?}", door.name);
        }
    }
}
