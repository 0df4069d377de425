//! Which keys of an outside issuer check what. The bad tokens are in the black-box tests.

use serde_json::{Value, json};

use super::ID;
use crate::secure::{
    Claims, Keyring, OutsideKeys, OutsideVerifier, Refused, SigningKey, Trust, outside::MOST_KEYS, outside::Named,
    to_base64url,
};

const NOW: i64 = 1_800_000_000;

fn parse(keys: &[Value]) -> OutsideKeys {
    OutsideKeys::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn is_used(key: Value) -> bool {
    let keys = parse(&[key]);
    assert_eq!(keys.count() + keys.left_out(), 1);
    keys.count() == 1
}

fn number(bits: usize) -> String {
    let mut bytes = vec![0xff; bits.div_ceil(8)];
    bytes[0] >>= bytes.len() * 8 - bits;
    to_base64url(bytes)
}

#[test]
fn rsa_keys_have_2048_to_8192_bits_and_a_sound_exponent() {
    let rsa = |n: &str, e: &str| is_used(json!({ "kty": "RSA", "kid": "a", "n": n, "e": e }));
    for (bits, used) in [(1_024, false), (2_047, false), (2_048, true), (4_096, true), (8_192, true), (8_193, false)] {
        assert_eq!(rsa(&number(bits), "AQAB"), used, "{bits}");
    }
    let zeros = to_base64url([vec![0], vec![0xff; 256]].concat());
    assert!(rsa(&zeros, "AQAB"), "zeros in front are no bits");
    for (e, used) in [("Aw", true), ("AQ", false), ("Ag", false), ("AQAA", false), ("", false), ("AAAA", false)] {
        assert_eq!(rsa(&number(2_048), e), used, "{e}");
    }
    assert!(rsa(&number(2_048), &number(32)) && !rsa(&number(2_048), &number(33)));
    assert!(!rsa(&format!("{}=", number(2_048)), "AQAB") && !rsa("", "AQAB"));
}

/// The keys are those of RFC 7517, appendix A, and of RFC 8037.
#[test]
fn keys_of_curves_are_points_of_them() {
    let (x, y) = ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
    let ec = |crv: &str, x: &str, y: &str| is_used(json!({ "kty": "EC", "kid": "a", "crv": crv, "x": x, "y": y }));
    assert!(ec("P-256", x, y));
    assert!(!ec("P-256", y, x), "a point beside the curve");
    for (crv, x, y) in [("P-384", x, y), ("P-521", x, y), ("secp256k1", x, y), ("P-256", &x[1..], y), ("P-256", x, "")]
    {
        assert!(!ec(crv, x, y), "{crv}");
    }
    let ed = |crv: &str, x: &str| is_used(json!({ "kty": "OKP", "kid": "a", "crv": crv, "x": x }));
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    assert!(ed("Ed25519", x) && !ed("X25519", x) && !ed("Ed448", x) && !ed("Ed25519", &x[1..]));
}

#[test]
fn a_key_is_for_what_it_is_shown_for() {
    let with = |name: &str, value: Value| {
        let mut key = json!({ "kty": "RSA", "kid": "a", "n": number(2_048), "e": "AQAB" });
        key[name] = value;
        is_used(key)
    };
    assert!(with("use", json!("sig")) && with("key_ops", json!(["verify"])) && with("alg", json!("PS512")));
    assert!(with("x5c", json!(["MIIB"])) && with("iat", json!(1)), "what nobody asked for is no matter");
    for (name, value) in [
        ("use", json!("enc")),
        ("use", json!("SIG")),
        ("use", json!(["sig"])),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!([])),
        ("alg", json!("ES256")),
        ("alg", json!("HS256")),
        ("alg", json!("RSA-OAEP")),
        ("alg", json!("none")),
        ("kid", Value::Null),
        ("kid", json!(7)),
        ("d", json!("AQAB")),
        ("kty", json!("oct")),
    ] {
        assert!(!with(name, value.clone()), "{name} {value}");
    }
    let doubled = format!(r#"{{"keys":[{{"kty":"oct","kty":"RSA","kid":"a","n":"{}","e":"AQAB"}}]}}"#, number(2_048));
    assert_eq!(OutsideKeys::parse(doubled.as_bytes()).unwrap().count(), 0);
}

#[test]
fn a_set_is_an_object_of_at_most_fifty_keys() {
    let of = |count: usize| OutsideKeys::parse(json!({ "keys": vec![json!({}); count] }).to_string().as_bytes());
    assert_eq!(of(MOST_KEYS).unwrap().left_out(), MOST_KEYS);
    assert!(of(MOST_KEYS + 1).unwrap_err().contains("51 keys"));
    for bad in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#, r#"{"keys":[]} {}"#] {
        assert!(OutsideKeys::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn a_remembered_token_ends_with_its_time_and_with_its_key() {
    let ring = Keyring::new(SigningKey::from_seed(&[1; 32]).unwrap(), vec![]);
    let claims = Claims {
        iss: "https://id.example".to_owned(),
        aud: "steward".to_owned(),
        sub: ID,
        sid: ID,
        role: "ADMIN".to_owned(),
        iat: NOW,
        nbf: None,
        exp: NOW + 900,
        jti: ID,
    };
    let token = ring.sign(&claims).unwrap();
    let trust = Trust { issuer: claims.iss, audience: claims.aud, named: Named::By("sub".to_owned()) };
    let verifier = OutsideVerifier::new(trust);
    assert!(verifier.is_meant(&token) && !verifier.is_meant("a.b.c"));
    assert!(!verifier.is_meant(&token.replacen('.', ".A", 1)), "claims that cannot be read");
    assert_eq!(verifier.verify(&token, NOW), Err(Refused::Key));
    let keys = |text: String| OutsideKeys::parse(text.as_bytes()).unwrap();
    let set = serde_json::to_string(&ring.jwks()).unwrap();
    verifier.replace(keys(set.clone()));
    assert!(verifier.verify(&token, NOW - 60).is_ok());
    assert_eq!(verifier.verify(&token, NOW - 61), Err(Refused::Early));
    assert!(verifier.verify(&token, NOW + 899).is_ok());
    assert_eq!(verifier.verify(&token, NOW + 900), Err(Refused::Expired));
    verifier.replace(keys(set.replace("\"EdDSA\"", "\"ES256\"")));
    assert_eq!(verifier.verify(&token, NOW), Err(Refused::Key), "no key is left");
    verifier.replace(keys(set));
    assert!(verifier.verify(&token, NOW).is_ok());
    verifier.replace(keys(r#"{"keys":[]}"#.to_owned()));
    assert_eq!(verifier.verify(&token, NOW), Err(Refused::Key));
}
