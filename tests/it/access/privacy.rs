//! The table of personal data: only admins erase, and no key does.

use tests::app::TestApp;

use super::{Row, World};

/// As in [`super::GRAPHQL`].
pub static PRIVACY: [Row; 1] =
    [("eraseContact", "mutation{eraseContact(input:{id:\"$doomed\",version:1,reason:\"asked\"}){id}}", "UUFFFFF.FF")];

/// Puts the id of a contact of the account into a text, made just now.
pub async fn fill(app: &TestApp, world: &World, text: String) -> String {
    if !text.contains("$doomed") {
        return text;
    }
    let id = app.contact(world.account, &format!("Doomed {}", world.made)).await.id;
    text.replace("$doomed", &id.to_string())
}
