//! Passwords.

use std::time::Instant;

use crate::secure::password;

#[test]
fn passwords_are_judged_by_length_and_rarity_only() {
    for good in
        ["four words and a dog", "abcdefghijklmno1", &"äß字😀z1".repeat(21).replacen('z', "y", 1), "000000000000001"]
    {
        assert_eq!(password::check(good), Ok(()), "{good:?}");
    }
    let long = "one two three ".repeat(10);
    for bad in [
        "",
        "fourteen chars",
        &long[..129],
        "aaaaaaaaaaaaaaa",
        "               ",
        "abcabcabcabcabcabc",
        "PasswordPassword",
        "password123456789",
        "123456789012345",
        "987654321098765",
        "abcdefghijklmnop",
        "Qwertyuiop Asdfgh",
        "administrator123",
        "mypasswordispassword",
        "thisismypassword",
        "qwertyuiop1234567890",
        "QazWsxEdcRfvTgb",
        "P@ssw0rd P@ssw0rd1",
        "WelcomeSummer2026!",
        "!L0v3Y0uForever26",
    ] {
        let refused = password::check(bad).unwrap_err();
        assert!(refused.contains("choose"), "{bad:?}: {refused}");
    }
}

#[test]
fn a_password_is_not_made_of_who_it_is_of() {
    let about = ["Acme Works", "Ana Berger", "ana.berger@acme.test"];
    for bad in ["AcmeWorksPassword1", "ana.berger.2026!", "Berger Ana Acme 1"] {
        assert!(password::check_of(bad, &about).unwrap_err().contains("own"), "{bad}");
    }
    for good in ["acme heron at dusk", "anaconda bergamot tea"] {
        assert_eq!(password::check_of(good, &about), Ok(()), "{good}");
    }
}

#[test]
fn a_password_is_counted_and_hashed_in_one_spelling() {
    let composed = "ä".repeat(14);
    let apart = "a\u{308}".repeat(14);
    assert!(password::check(&composed).unwrap_err().contains("14 characters"));
    assert!(password::check(&apart).unwrap_err().contains("14 characters"));
}

/// The hash was made with another implementation of Argon2id.
#[tokio::test]
async fn a_password_opens_its_own_hash_only() {
    let foreign = "$argon2id$v=19$m=19456,t=2,p=1$NtPA8Jp8Rr2OzB2GB0Bg1w$g8UjoEVarxlowfFDHjH/cNtgm+NIW7nUihzFAhBTkdA";
    let right = "naïve walrus über alles";
    assert!(password::verify(right, Some(foreign)).await.unwrap());
    assert!(password::verify("nai\u{308}ve walrus u\u{308}ber alles", Some(foreign)).await.unwrap());
    assert!(!password::verify("naive walrus uber alles", Some(foreign)).await.unwrap());
    assert!(!password::verify(right, None).await.unwrap());
    assert!(password::verify(right, Some("no hash at all")).await.is_err());

    let own = password::hash(right).await.unwrap();
    assert!(own.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{own}");
    assert!(password::verify(right, Some(&own)).await.unwrap());
    assert_ne!(own, password::hash(right).await.unwrap(), "every hash has its own salt");
}

#[tokio::test]
async fn an_unknown_member_costs_the_same_time() {
    let hash = password::hash("four words and a dog").await.unwrap();
    let mut known = vec![];
    let mut unknown = vec![];
    for _ in 0..15 {
        for (times, hash) in [(&mut known, Some(hash.as_str())), (&mut unknown, None)] {
            let start = Instant::now();
            password::verify("five words and a dog", hash).await.unwrap();
            times.push(start.elapsed());
        }
    }
    known.sort_unstable();
    unknown.sort_unstable();
    let ratio = unknown[3].as_secs_f64() / known[3].as_secs_f64();
    assert!((0.5..2.0).contains(&ratio), "unknown takes {ratio} of known");
}
