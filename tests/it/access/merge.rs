//! The table of duplicates: nobody merges what is not theirs, and no key merges anything.

use tests::app::TestApp;

use super::{Row, World};

/// As in [`super::GRAPHQL`].
pub static MERGING: [Row; 3] = [
    ("duplicates", "{duplicates{reason accounts{id} contacts{id}}}", "UUFFF...FF"),
    (
        "mergeAccounts",
        "mutation{mergeAccounts(input:{keepId:\"$one\",keepVersion:1,mergeId:\"$two\",mergeVersion:1}){id}}",
        "UUFFF.N.FF",
    ),
    (
        "mergeContacts",
        "mutation{mergeContacts(input:{keepId:\"$first\",keepVersion:1,mergeId:\"$second\",mergeVersion:1}){id}}",
        "UUFFF.N.FF",
    ),
];

/// Puts ids of two accounts, or of two contacts of one, into a text, made just now.
pub async fn fill(app: &TestApp, world: &World, mut text: String) -> String {
    if text.contains("$one") {
        for word in ["$one", "$two"] {
            let id = app.account("Twin", world.team, None).await;
            text = text.replace(word, &id.to_string());
        }
    }
    if text.contains("$first") {
        for word in ["$first", "$second"] {
            let id = app.contact(world.account, &format!("Twin {} {}", world.made, &word[1..])).await.id;
            text = text.replace(word, &id.to_string());
        }
    }
    text
}
