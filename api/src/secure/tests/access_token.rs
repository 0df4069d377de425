//! Keys, and the memory of verified tokens. The bad tokens are in the black-box tests.

use uuid::Uuid;

use super::{ID, nonce, secret};
use crate::secure::remembered::REMEMBERED;
use crate::secure::{Claims, Keyring, PublicKey, Refused, SigningKey, Verifier, from_base64url};

const NOW: i64 = 1_800_000_000;

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

/// By the machine's clock the first token has long expired and the second is not valid yet.
#[test]
fn only_the_time_passed_in_counts() {
    let ring = Keyring::new(key(1), vec![]);
    for now in [1_000_000_000, 4_000_000_000] {
        let then = Claims { iat: now, nbf: Some(now), exp: now + 900, ..claims() };
        let token = ring.sign(&then).unwrap();
        let read = ring.verify(&token, &then.iss, &then.aud, now);
        assert_eq!(read, Ok(then));
    }
}

/// The key and thumbprint of RFC 8037, appendix A.
#[test]
fn a_key_is_named_by_its_thumbprint() {
    let seed = from_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let key = SigningKey::from_seed(&seed.try_into().unwrap()).unwrap();
    assert_eq!(key.public().x(), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(key.public().id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert!(!format!("{key:?}").contains("nWGx"));
}

#[test]
fn a_signing_key_survives_the_database() {
    let sealed = key(1).seal(&secret(), &nonce).unwrap();
    assert_eq!(sealed.len(), 60);
    let id = key(1).public().id().to_owned();
    let again = SigningKey::unseal(&secret(), &sealed, &id).unwrap();
    let token = Keyring::new(again, vec![]).sign(&claims()).unwrap();
    assert!(verifier(Keyring::new(key(1), vec![])).verify(&token, NOW).is_ok());
    assert!(SigningKey::unseal(&secret(), &sealed, key(2).public().id()).is_none());
}

#[test]
fn the_key_set_shows_public_halves_only() {
    let ring = Keyring::new(key(1), vec![key(2).public().clone()]);
    let set = serde_json::to_value(ring.jwks()).unwrap();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0]["kid"], key(1).public().id());
    for key in keys {
        let mut fields: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
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
    let token = ring.sign(&claims()).unwrap();
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
    let token = ring.sign(&claims()).unwrap();
    let verifier = verifier(ring);
    assert_eq!(verifier.verify(&token[..token.len() - 1], NOW), Err(Refused::Form));
    assert_eq!(verifier.verify(&token, NOW + 900), Err(Refused::Expired));
    assert_eq!(verifier.remembered(), 0);
}

#[test]
fn new_keys_forget_the_tokens_of_old_ones() {
    let token = Keyring::new(key(1), vec![]).sign(&claims()).unwrap();
    let verifier = verifier(Keyring::new(key(1), vec![]));
    assert!(verifier.verify(&token, NOW).is_ok());
    verifier.replace(Keyring::new(key(2), vec![key(1).public().clone()]));
    assert!(verifier.verify(&token, NOW).is_ok(), "the old key still verifies");
    verifier.replace(Keyring::new(key(2), vec![]));
    assert_eq!(verifier.verify(&token, NOW), Err(Refused::Key));
}

#[test]
fn the_memory_of_tokens_is_bounded_and_keeps_those_in_use() {
    let verifier = verifier(Keyring::new(key(1), vec![]));
    let ring = verifier.keyring();
    let sign = |n: u128| ring.sign(&Claims { jti: Uuid::from_u128(n), ..claims() }).unwrap();
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
    assert_eq!(verifier.remembered(), before, "the token in use was remembered");
}
