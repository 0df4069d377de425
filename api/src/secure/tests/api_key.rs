//! Keys of integrations.

use crate::secure::{ApiKey, digest};

#[test]
fn an_integration_key_is_known_by_its_digest() {
    let key = ApiKey::new([9; 32]);
    assert_eq!(key.text(), "stw_CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk");
    assert_eq!(key.prefix(), "CQkJCQkJ");
    assert_eq!(key.digest(), digest(key.text()));
    assert_eq!(ApiKey::parse(key.text()), Some(key.clone()));
    assert_eq!(format!("{key:?}"), "ApiKey(CQkJCQkJ…)");
}

#[test]
fn what_is_no_integration_key_is_not_looked_up() {
    let good = ApiKey::new([9; 32]).text().to_owned();
    for bad in [
        "",
        "stw_",
        &good[4..],
        &good[..46],
        &format!("{good}="),
        &format!(" {good}"),
        &good.replace("stw_", "STW_"),
        &format!("{}l", &good[..46]),
    ] {
        assert_eq!(ApiKey::parse(bad), None, "{bad:?}");
    }
}
