//! The table of sign-ins: everybody sees and ends their own, admins those of every member, keys none.

use api::{session, store::Subject};
use entity::session as table;
use tests::app::TestApp;

use super::{Row, World};

/// As in [`super::GRAPHQL`].
pub static ENTRANCE: [Row; 9] = [
    ("sessions", "{sessions{id}}", "UU......FF"),
    ("sessions", "{sessions(memberId:\"$spare\"){id}}", "UUNNNNN.FF"),
    ("revokeSession", "mutation{revokeSession(id:\"$session\")}", "UUNNNNN.FF"),
    ("inviteMember", "mutation{inviteMember(id:\"$spare\"){id}}", "UUFFFFF.FF"),
    ("startSecondFactor", "mutation{startSecondFactor(password:\"x\"){uri}}", "UUFIIIIIFF"),
    ("confirmSecondFactor", "mutation{confirmSecondFactor(code:\"x\")}", "UUFIIIIIFF"),
    ("renewRecoveryCodes", "mutation{renewRecoveryCodes(code:\"x\")}", "UUFIIIIIFF"),
    ("stopSecondFactor", "mutation{stopSecondFactor(code:\"x\")}", "UUFIIIIIFF"),
    ("resetSecondFactor", "mutation{resetSecondFactor(memberId:\"$spare\")}", "UUFFFFF.FF"),
];

/// Puts the id of a sign-in of somebody else into a text, made just now.
pub async fn fill(app: &TestApp, world: &World, text: String) -> String {
    if !text.contains("$session") {
        return text;
    }
    session::issue(&app.system(), Subject::Member(world.spare), session::ACCESS).await.unwrap();
    let theirs = app.rows::<table::Entity>().await.into_iter().filter(|row| row.member_id == Some(world.spare));
    let id = theirs.filter(|row| row.revoked_at.is_none()).map(|row| row.id).next().unwrap();
    text.replace("$session", &id.to_string())
}
