//! The table of covers: managers make them in their teams, admins anywhere, nobody else knows of them.

use api::cover::CreateCover;
use chrono::TimeDelta;
use entity::Time;
use tests::app::TestApp;

use super::{Row, World};

/// As in [`super::GRAPHQL`]; a cover here is of the manager's team.
pub static COVERING: [Row; 3] = [
    ("covers", "{covers{id reason member{name} standIn{name} by{name}}}", "UUFFF...FF"),
    (
        "createCover",
        "mutation{createCover(input:{memberId:\"$owner\",standInId:\"$spare\",until:\"2026-03-09T09:00:00Z\",reason:\"Away\"}){id}}",
        "UUFFF.F.FF",
    ),
    ("endCover", "mutation{endCover(id:\"$cover\"){id}}", "UUFFF.N.FF"),
];

/// Puts the id of a cover into a text, made just now.
pub async fn fill(app: &TestApp, world: &World, text: String) -> String {
    if !text.contains("$cover") {
        return text;
    }
    let until = Time::new(app.now().0 + TimeDelta::days(1));
    let (member_id, stand_in_id) = (world.owner, world.spare);
    let input = CreateCover { member_id, stand_in_id, from: None, until, reason: "Ill".to_owned() };
    let id = api::cover::create(&app.system(), input).await.unwrap();
    text.replace("$cover", &id.to_string())
}
