//! What the secret, passwords and keys promise. The bad access tokens are in the black-box tests.

use std::time::Instant;

use uuid::{Uuid, uuid};

use super::access_token::REMEMBERED;
use super::*;

const ID: Uuid = uuid!("0192f0c1-2a3b-7c4d-8e5f-60718293a4b5");
const NOW: i64 = 1_800_000_000;

fn secret() -> Secret {
    Secret::parse("a secret of at least thirty-two bytes").unwrap()
}

fn nonce(to: &mut [u8]) {
    to.fill(7);
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32]).unwrap()
}

fn claims() -> Claims {
    Claims {
        iss: "https://steward.example".to_owned(),
        aud: "https://steward.example".to_owned(),
        sub: ID,
        sid: ID,
        role: "owner".to_owned(),
        iat: NOW,
        nbf: None,
        exp: NOW + 900,
        jti: ID,
    }
}

fn verifier(keyring: Keyring) -> Verifier {
    Verifier::new(keyring, claims().iss, claims().aud)
}

#[test]
fn a_secret_of_31_bytes_is_refused_with_advice_and_never_shown() {
    let refused = Secret::parse([b'x'; 31]).unwrap_err();
    assert!(
        refused.contains("31 bytes") && refused.contains("at least 32"),
        "{refused}"
    );
    assert!(Secret::parse([b'x'; 32]).is_ok());
    assert_eq!(format!("{:?}", secret()), "Secret(hidden)");
}

/// The values were computed with another implementation of HKDF and HMAC: they must never change,
/// or links already mailed would die.
#[test]
fn a_link_token_is_the_same_for_ever() {
    let token = |purpose| secret().token(purpose, ID, 1);
    assert_eq!(token(Purpose::Survey), "DyvImSzVPW3BSoZUsICWeDJTLlE");
    assert_eq!(token(Purpose::Unsubscribe), "gVVOIJysI1OeRmF2jM8j-OphYgI");
    assert_eq!(token(Purpose::SignIn), "8ciHkZuvqWiMkxHmO2DeiGpu3-E");
    assert_eq!(token(Purpose::Invite), "6rZWoM_Uj26Oxjev_Y6pTBjRzmA");
    assert_eq!(token(Purpose::Reset), "e6tKe5OpmoI1auB6GEB3KM-30l4");
}

#[test]
fn link_tokens_differ_by_id_generation_and_secret() {
    let token = secret().token(Purpose::Survey, ID, 1);
    assert_eq!(token.len(), secret::TOKEN_LETTERS);
    let other = Secret::parse("another secret of thirty-two bytes!").unwrap();
    for stranger in [
        secret().token(Purpose::Survey, ID, 2),
        secret().token(Purpose::Survey, ID, -1),
        secret().token(Purpose::Survey, Uuid::nil(), 1),
        other.token(Purpose::Survey, ID, 1),
    ] {
        assert_ne!(token, stranger);
    }
}

/// 256 letters appear equally often within what chance allows, and neighbours have nothing in
/// common: ids that follow each other give tokens that do not.
#[test]
fn tokens_of_neighbouring_ids_share_nothing() {
    let secret = secret();
    let tokens: Vec<Vec<u8>> = (0..10_000u128)
        .map(|step| secret.token(Purpose::Survey, Uuid::from_u128(ID.as_u128() + step), 1))
        .map(|token| from_base64url(&token).unwrap())
        .collect();
    let bits =
        |a: &[u8], b: &[u8]| -> u32 { a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum() };
    let changed: u32 = tokens.windows(2).map(|two| bits(&two[0], &two[1])).sum();
    let mean = f64::from(changed) / 9_999.0;
    assert!(
        (79.5..80.5).contains(&mean),
        "{mean} of 160 bits change, 80 are due"
    );
    assert!(tokens.is_sorted().eq(&false));
}

#[test]
fn what_is_sealed_opens_under_the_same_secret_only() {
    let sealed = secret().seal(b"a private half", &nonce).unwrap();
    assert_eq!(sealed.len(), 14 + 28);
    assert_eq!(secret().unseal(&sealed).unwrap(), b"a private half");
    let other = Secret::parse("another secret of thirty-two bytes!").unwrap();
    assert_eq!(other.unseal(&sealed), None);
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert_eq!(secret().unseal(&altered), None, "byte {at} altered");
        assert_eq!(secret().unseal(&sealed[..at]), None, "cut at {at}");
    }
}

/// The key and thumbprint of RFC 8037, appendix A.
#[test]
fn a_key_is_named_by_its_thumbprint() {
    let seed = from_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let key = SigningKey::from_seed(&seed.try_into().unwrap()).unwrap();
    assert_eq!(
        key.public().x(),
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    );
    assert_eq!(
        key.public().id(),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
    assert!(!format!("{key:?}").contains("nWGx"));
}

#[test]
fn a_signing_key_survives_the_database() {
    let sealed = key(1).seal(&secret(), &nonce).unwrap();
    assert_eq!(sealed.len(), 60);
    let id = key(1).public().id().to_owned();
    let again = SigningKey::unseal(&secret(), &sealed, &id).unwrap();
    let token = Keyring::new(again, vec![]).sign(&claims());
    assert!(
        verifier(Keyring::new(key(1), vec![]))
            .verify(&token, NOW)
            .is_ok()
    );
    assert!(SigningKey::unseal(&secret(), &sealed, key(2).public().id()).is_none());
}

#[test]
fn the_key_set_shows_public_halves_only() {
    let ring = Keyring::new(key(1), vec![key(2).public().clone()]);
    let set = ring.jwks();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0]["kid"], key(1).public().id());
    for key in keys {
        let mut fields: Vec<_> = key
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        fields.sort_unstable();
        assert_eq!(fields, ["alg", "crv", "kid", "kty", "use", "x"]);
    }
}

#[test]
fn public_keys_of_another_length_or_spelling_are_refused() {
    let x = key(1).public().x().to_owned();
    assert!(PublicKey::parse(&x).is_ok());
    for bad in ["", "AAAA", &format!("{x}="), &x[1..], &format!("{x}AAAA")] {
        assert!(PublicKey::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_remembered_token_still_expires_on_the_second() {
    let ring = Keyring::new(key(1), vec![]);
    let token = ring.sign(&claims());
    let verifier = verifier(ring);
    assert_eq!(*verifier.verify(&token, NOW).unwrap(), claims());
    assert_eq!(verifier.remembered(), 1);
    assert!(verifier.verify(&token, NOW + 899).is_ok());
    assert_eq!(verifier.verify(&token, NOW + 900), Err(Refused::Expired));
    assert_eq!(verifier.verify(&token, NOW - 6), Err(Refused::Early));
    assert!(verifier.verify(&token, NOW - 5).is_ok());
}

#[test]
fn a_refused_token_is_not_remembered() {
    let ring = Keyring::new(key(1), vec![]);
    let token = ring.sign(&claims());
    let verifier = verifier(ring);
    assert_eq!(
        verifier.verify(&token[..token.len() - 1], NOW),
        Err(Refused::Form)
    );
    assert_eq!(verifier.verify(&token, NOW + 900), Err(Refused::Expired));
    assert_eq!(verifier.remembered(), 0);
}

#[test]
fn new_keys_forget_the_tokens_of_old_ones() {
    let token = Keyring::new(key(1), vec![]).sign(&claims());
    let verifier = verifier(Keyring::new(key(1), vec![]));
    assert!(verifier.verify(&token, NOW).is_ok());
    verifier.replace(Keyring::new(key(2), vec![key(1).public().clone()]));
    assert!(
        verifier.verify(&token, NOW).is_ok(),
        "the old key still verifies"
    );
    verifier.replace(Keyring::new(key(2), vec![]));
    assert_eq!(verifier.verify(&token, NOW), Err(Refused::Key));
}

#[test]
fn the_memory_of_tokens_is_bounded_and_keeps_those_in_use() {
    let verifier = verifier(Keyring::new(key(1), vec![]));
    let ring = verifier.keyring();
    let sign = |n: u128| {
        ring.sign(&Claims {
            jti: Uuid::from_u128(n),
            ..claims()
        })
    };
    let used = sign(0);
    for n in 1..=12_000 {
        verifier.verify(&sign(n), NOW).unwrap();
        if n % 1_000 == 0 {
            verifier.verify(&used, NOW).unwrap();
        }
        assert!(verifier.remembered() <= REMEMBERED);
    }
    let before = verifier.remembered();
    verifier.verify(&used, NOW).unwrap();
    assert_eq!(
        verifier.remembered(),
        before,
        "the token in use was remembered"
    );
}

#[test]
fn passwords_are_judged_by_length_and_rarity_only() {
    for good in [
        "four words and a dog",
        "abcdefghijklmno1",
        &"äß字😀z1".repeat(21).replacen('z', "y", 1),
        "000000000000001",
    ] {
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
    ] {
        let refused = password::check(bad).unwrap_err();
        assert!(refused.contains("choose"), "{bad:?}: {refused}");
    }
}

#[test]
fn a_password_is_counted_and_hashed_in_one_spelling() {
    let composed = "ä".repeat(14);
    let apart = "a\u{308}".repeat(14);
    assert!(
        password::check(&composed)
            .unwrap_err()
            .contains("14 characters")
    );
    assert!(
        password::check(&apart)
            .unwrap_err()
            .contains("14 characters")
    );
}

/// The hash was made with another implementation of Argon2id.
#[tokio::test]
async fn a_password_opens_its_own_hash_only() {
    let foreign = "$argon2id$v=19$m=19456,t=2,p=1$NtPA8Jp8Rr2OzB2GB0Bg1w$g8UjoEVarxlowfFDHjH/cNtgm+NIW7nUihzFAhBTkdA";
    let right = "naïve walrus über alles";
    assert!(password::verify(right, Some(foreign)).await.unwrap());
    assert!(
        password::verify("nai\u{308}ve walrus u\u{308}ber alles", Some(foreign))
            .await
            .unwrap()
    );
    assert!(
        !password::verify("naive walrus uber alles", Some(foreign))
            .await
            .unwrap()
    );
    assert!(!password::verify(right, None).await.unwrap());
    assert!(
        password::verify(right, Some("no hash at all"))
            .await
            .is_err()
    );

    let own = password::hash(right).await.unwrap();
    assert!(own.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{own}");
    assert!(password::verify(right, Some(&own)).await.unwrap());
    assert_ne!(
        own,
        password::hash(right).await.unwrap(),
        "every hash has its own salt"
    );
}

#[tokio::test]
async fn an_unknown_member_costs_the_same_time() {
    let hash = password::hash("four words and a dog").await.unwrap();
    let mut known = vec![];
    let mut unknown = vec![];
    for _ in 0..15 {
        for (times, hash) in [(&mut known, Some(hash.as_str())), (&mut unknown, None)] {
            let start = Instant::now();
            password::verify("five words and a dog", hash)
                .await
                .unwrap();
            times.push(start.elapsed());
        }
    }
    known.sort_unstable();
    unknown.sort_unstable();
    let ratio = unknown[3].as_secs_f64() / known[3].as_secs_f64();
    assert!(
        (0.5..2.0).contains(&ratio),
        "unknown takes {ratio} of known"
    );
}

#[test]
fn an_integration_key_is_known_by_its_digest() {
    let key = ApiKey::new([9; 32]);
    assert_eq!(
        key.text(),
        "stw_CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk"
    );
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
