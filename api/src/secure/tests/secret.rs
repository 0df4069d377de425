//! The secret and what is derived from it.

use uuid::Uuid;

use super::{ID, nonce, secret};
use crate::secure::{Purpose, Secret, from_base64url, secret::TOKEN_LETTERS};

#[test]
fn a_secret_of_31_bytes_is_refused_with_advice_and_never_shown() {
    let refused = Secret::parse([b'x'; 31]).unwrap_err();
    assert!(refused.contains("31 bytes") && refused.contains("at least 32"), "{refused}");
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
    assert_eq!(token(Purpose::Answered), "xg0vpS7MM3WJ0vWCtyE98pcVtzE");
}

#[test]
fn link_tokens_differ_by_id_generation_and_secret() {
    let token = secret().token(Purpose::Survey, ID, 1);
    assert_eq!(token.len(), TOKEN_LETTERS);
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
    let bits = |a: &[u8], b: &[u8]| -> u32 { a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum() };
    let changed: u32 = tokens.windows(2).map(|two| bits(&two[0], &two[1])).sum();
    let mean = f64::from(changed) / 9_999.0;
    assert!((79.5..80.5).contains(&mean), "{mean} of 160 bits change, 80 are due");
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
