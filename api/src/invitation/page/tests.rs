//! tests
#[test]
fn every_sample_is_written_for_looking_at() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/samples"));
    std::fs::create_dir_all(folder).expect("a folder for samples");
    let mails = crate::invitation::samples::invites()
        .into_iter()
        .map(|(name, invite)| (name.to_owned(), invite.render().html));
    for (name, html) in crate::invitation::samples::pages().into_iter().chain(mails) {
        std::fs::write(folder.join(format!("{name}.html")), html).expect("a sample written");
    }
}
