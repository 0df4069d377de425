//! The table of bad tokens against the keys themselves, without a door in between.

use api::secure::{Claims, Keyring, PublicKey, Purpose, Secret, SigningKey, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::Jwk, jwk::ThumbprintHash};
use tests::bad_tokens::bad_tokens;
use uuid::Uuid;

const SEED: [u8; 32] = [1; 32];
const NOW: i64 = 1_800_000_000;
const US: &str = "https://steward.example";

fn key(seed: [u8; 32]) -> SigningKey {
    SigningKey::from_seed(&seed).unwrap()
}

fn claims() -> Claims {
    Claims {
        iss: US.to_owned(),
        aud: US.to_owned(),
        sub: Uuid::from_u128(1),
        sid: Uuid::from_u128(2),
        role: "owner".to_owned(),
        iat: NOW,
        nbf: Some(NOW),
        exp: NOW + 900,
        jti: Uuid::from_u128(3),
    }
}

#[test]
fn every_bad_token_is_refused() {
    let ring = Keyring::new(key(SEED), vec![]);
    let good = ring.sign(&claims()).unwrap();
    let verifier = Verifier::new(ring.clone(), US.to_owned(), US.to_owned());
    verifier.verify(&good, NOW).expect("the token they are made from is good");
    let table = bad_tokens(&good, &SEED, NOW);
    assert!(table.len() >= 25, "the table shrank to {}", table.len());
    let mut passed = vec![];
    for (name, bad) in &table {
        assert_ne!(*bad, good, "{name} is the good token");
        if ring.verify(bad, US, US, NOW).is_ok() || verifier.verify(bad, NOW).is_ok() {
            passed.push(name);
        }
    }
    assert!(passed.is_empty(), "these passed: {passed:?}");
}

/// Each reason refuses something: a table whose tokens all fail at the first check proves little.
#[test]
fn the_table_reaches_every_check() {
    let ring = Keyring::new(key(SEED), vec![]);
    let table = bad_tokens(&ring.sign(&claims()).unwrap(), &SEED, NOW);
    let mut reasons: Vec<String> = table
        .iter()
        .filter_map(|(_, bad)| ring.verify(bad, US, US, NOW).err())
        .map(|refused| format!("{refused:?}"))
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    let all = [
        "Audience",
        "Claims",
        "Early",
        "Expired",
        "Form",
        "Header",
        "Issuer",
        "Key",
        "Lifetime",
        "Signature",
        "TooLong",
    ];
    assert_eq!(reasons, all);
}

#[test]
fn tokens_of_other_flows_are_no_access_tokens() {
    let ring = Keyring::new(key(SEED), vec![]);
    let secret = Secret::parse([9; 32]).unwrap();
    for purpose in [Purpose::Survey, Purpose::Unsubscribe, Purpose::SignIn, Purpose::Invite, Purpose::Reset] {
        let token = secret.token(purpose, Uuid::from_u128(1), 1);
        assert!(ring.verify(&token, US, US, NOW).is_err(), "{purpose:?}");
    }
    let api_key = api::secure::ApiKey::new([9; 32]);
    assert!(ring.verify(api_key.text(), US, US, NOW).is_err());
}

#[test]
fn a_fresh_token_is_taken() {
    let ring = Keyring::new(key(SEED), vec![]);
    assert_eq!(ring.verify(&ring.sign(&claims()).unwrap(), US, US, NOW), Ok(claims()));
    let plain = Claims { nbf: None, ..claims() };
    assert_eq!(ring.verify(&ring.sign(&plain).unwrap(), US, US, NOW), Ok(plain));
}

#[test]
fn a_token_of_the_old_key_is_taken_during_a_rotation() {
    let token = Keyring::new(key(SEED), vec![]).sign(&claims()).unwrap();
    let old = PublicKey::parse(key(SEED).public().x()).unwrap();
    let overlap = Keyring::new(key([2; 32]), vec![old]);
    assert!(overlap.verify(&token, US, US, NOW).is_ok());
    assert!(overlap.verify(&overlap.sign(&claims()).unwrap(), US, US, NOW).is_ok());
    assert!(Keyring::new(key([2; 32]), vec![]).verify(&token, US, US, NOW).is_err());
}

#[test]
fn a_token_is_taken_until_the_second_before_it_expires() {
    let ring = Keyring::new(key(SEED), vec![]);
    let token = ring.sign(&claims()).unwrap();
    assert!(ring.verify(&token, US, US, NOW + 899).is_ok());
    assert!(ring.verify(&token, US, US, NOW + 900).is_err());
    let long = Claims { exp: NOW + 12 * 3600, ..claims() };
    assert!(ring.verify(&ring.sign(&long).unwrap(), US, US, NOW).is_ok());
    let longer = Claims { exp: NOW + 12 * 3600 + 1, ..claims() };
    assert!(ring.verify(&ring.sign(&longer).unwrap(), US, US, NOW).is_err());
}

/// Our key set and our tokens, read by an implementation that is not ours.
#[test]
fn another_library_takes_our_tokens_with_our_key_set() {
    let ring = Keyring::new(key(SEED), vec![]);
    let token = ring.sign(&claims()).unwrap();
    let jwk: Jwk = serde_json::from_value(serde_json::to_value(&ring.jwks().keys[0]).unwrap()).unwrap();
    let id = jwk.thumbprint(ThumbprintHash::SHA256).unwrap();
    assert_eq!(jwk.common.key_id.as_ref(), Some(&id));
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(header.kid, Some(id));
    let mut strict = Validation::new(Algorithm::EdDSA);
    strict.set_audience(&[US]);
    strict.set_issuer(&[US]);
    strict.validate_exp = false;
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    let read = jsonwebtoken::decode::<Claims>(&token, &key, &strict).unwrap();
    assert_eq!(read.claims, claims());
}
