//! The last words of `cargo test`: what this machine had to leave out, and how to get it.

fn main() {
    let missing = tests::skip::missing();
    assert!(missing.is_empty() || !tests::skip::required(), "STEWARD_TEST_REQUIRE=all allows no skip: {missing:?}");
    for (what, cure) in missing {
        println!("LEFT OUT for lack of {what}.\n    {cure}");
    }
}
