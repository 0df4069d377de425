//! Access tokens that must be refused, each forged from a good one by one mutation.
//!
//! Where a mutation keeps the signature honest (it is signed with the server's own key), only the
//! one check it is named after can refuse it. The table serves any door: hand each text to it and
//! expect a refusal.

mod forge;

use aws_lc_rs::{hmac, signature::KeyPair};
use serde_json::{Value, json};

use forge::{Forge, encode, stray_bits};

/// The bad tokens by name. `good` holds at `now` (seconds since 1970), `seed` is the private half
/// of the key that signed it.
///
/// # Panics
/// Where `good` is no access token or `seed` no key: the table would prove nothing.
pub fn bad_tokens(good: &str, seed: &[u8], now: i64) -> Vec<(&'static str, String)> {
    let forge = Forge::new(good, seed, now);
    assert_eq!(forge.signed(&forge.message_as_sent()), good, "the seed is not of the key that signed the token");
    [
        forge.algorithms(),
        forge.keys(),
        forge.headers(),
        forge.missing_claims(),
        forge.wrong_claims(),
        forge.times(),
        forge.spellings(),
        forge.sizes(),
    ]
    .concat()
}

type Table = Vec<(&'static str, String)>;

impl Forge {
    fn algorithms(&self) -> Table {
        let unsigned = |alg: &str| self.message(&self.header_with("alg", json!(alg)));
        let public = self.own.public_key().as_ref();
        let mac = |key: &[u8]| {
            let message = unsigned("HS256");
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
            format!("{message}.{}", encode(tag))
        };
        let named = |alg: &str| self.signed(&unsigned(alg));
        vec![
            ("alg none without a signature", format!("{}.", unsigned("none"))),
            ("alg NoNe without a signature", format!("{}.", unsigned("NoNe"))),
            ("alg none with an honest signature", named("none")),
            ("alg HS256 with the public key as the secret", mac(public)),
            ("alg HS256 with the text of the public key", mac(encode(public).as_bytes())),
            ("alg HS256 with an empty secret", mac(b"")),
            ("alg ES256 over an Ed25519 signature", named("ES256")),
            ("alg eddsa in small letters", named("eddsa")),
            ("alg missing", self.signed(&self.message(&self.header_without("alg")))),
        ]
    }

    fn keys(&self) -> Table {
        let by_stranger = |header: &Value| self.signed_by(&self.stranger, &self.message(header));
        let jwk = json!({
            "kty": "OKP", "crv": "Ed25519", "x": encode(self.stranger.public_key()),
        });
        let (message, _) = self.good.rsplit_once('.').expect("three parts");
        let other = self.message_of(&self.header, &self.claims_with("role", json!("admin")));
        let old = self.good.rsplit_once('.').expect("three parts").1;
        vec![
            ("signed by a stranger under our kid", self.signed_by(&self.stranger, message)),
            ("signed by a stranger under a kid of theirs", by_stranger(&self.header_with("kid", json!("stranger")))),
            ("kid missing", self.signed(&self.message(&self.header_without("kid")))),
            ("kid that is a path", self.signed(&self.message(&self.header_with("kid", json!("../../dev/null"))))),
            ("jwk of a stranger in the header", by_stranger(&self.header_with("jwk", jwk))),
            ("role raised under the old signature", format!("{other}.{old}")),
            ("one bit of the signature turned", self.with_signature(|bytes| bytes[0] ^= 1)),
            ("signature of zeros", self.with_signature(|bytes| bytes.fill(0))),
            ("signature cut by a byte", self.with_signature(|bytes| bytes.truncate(63))),
        ]
    }

    /// All honestly signed: only the look at the header refuses them.
    fn headers(&self) -> Table {
        let with = |name: &str, value: Value| self.signed(&self.message(&self.header_with(name, value)));
        let own = json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(self.own.public_key()) });
        let list = json!([self.header["alg"], self.header["typ"], self.header["kid"]]);
        let doubled = json!(self.header).to_string().replacen('{', r#"{"alg":"none","#, 1);
        let doubled = format!("{}.{}", encode(doubled), self.part(1));
        vec![
            ("jwk of our own key in the header", with("jwk", own)),
            ("jku in the header", with("jku", json!("https://attacker.example/jwks.json"))),
            ("x5u in the header", with("x5u", json!("https://attacker.example/key.pem"))),
            ("x5c in the header", with("x5c", json!(["MIIB"]))),
            ("crit with an unknown name", with("crit", json!(["http://example.com/x"]))),
            ("crit empty", with("crit", json!([]))),
            ("b64 false", with("b64", json!(false))),
            ("zip in the header", with("zip", json!("DEF"))),
            ("typ JWT", with("typ", json!("JWT"))),
            ("typ of an identity token", with("typ", json!("id+jwt"))),
            ("typ in capitals", with("typ", json!("AT+JWT"))),
            ("typ missing", self.signed(&self.message(&self.header_without("typ")))),
            ("header as a list in our order", self.signed(&self.message(&list))),
            ("alg twice in the header", self.signed(&doubled)),
        ]
    }

    fn missing_claims(&self) -> Table {
        let names = [
            ("iss missing", "iss"),
            ("aud missing", "aud"),
            ("sub missing", "sub"),
            ("sid missing", "sid"),
            ("iat missing", "iat"),
            ("exp missing", "exp"),
        ];
        let without = |(title, name): (&'static str, &str)| {
            let mut claims = self.claims.clone();
            claims.as_object_mut().expect("claims").remove(name);
            (title, self.claiming(&claims))
        };
        names.into_iter().map(without).collect()
    }

    fn wrong_claims(&self) -> Table {
        let with = |name: &str, value: Value| self.claiming(&self.claims_with(name, value));
        let doubled = |first: &str| {
            let claims = self.claims.to_string().replacen('{', &format!("{{{first},"), 1);
            self.signed(&format!("{}.{}", self.part(0), encode(claims)))
        };
        let aud = &self.claims["aud"];
        let iss = self.claims["iss"].as_str().expect("an issuer");
        let nbf = &self.claims["iat"];
        let list = ["iss", "aud", "sub", "sid", "role", "iat"].map(|name| &self.claims[name]);
        let list = [&list[..], &[nbf, &self.claims["exp"], &self.claims["jti"]]].concat();
        vec![
            ("iss of somebody else", with("iss", json!("https://attacker.example"))),
            ("iss with a slash more", with("iss", json!(format!("{iss}/")))),
            ("aud of another service", with("aud", json!("https://attacker.example"))),
            ("aud a list that holds ours", with("aud", json!([aud, "https://other.example"]))),
            ("aud a list of ours alone", with("aud", json!([aud]))),
            ("sub no id", with("sub", json!("admin"))),
            ("nbf null", with("nbf", Value::Null)),
            ("a claim we do not write", with("scope", json!("admin"))),
            ("sub null", with("sub", Value::Null)),
            ("exp as text", with("exp", json!("9999999999"))),
            ("exp with a fraction", with("exp", json!(self.now as f64 + 60.5))),
            ("exp beyond 64 bits", with("exp", json!(1e30))),
            ("sub twice", doubled(r#""sub":"00000000-0000-0000-0000-000000000000""#)),
            ("exp twice, the second spelled in escapes", doubled(r#""\u0065xp":9999999999"#)),
            ("claims as a list in our order", self.claiming(&json!(list))),
            ("claims as a text", self.claiming(&json!("claims"))),
            ("claims that are no JSON", self.signed(&format!("{}.{}", self.part(0), encode("{role: admin}")))),
        ]
    }

    fn times(&self) -> Table {
        let now = self.now;
        let during = |iat: i64, exp: i64| {
            let mut claims = self.claims_with("iat", json!(iat));
            claims["exp"] = json!(exp);
            claims.as_object_mut().expect("claims").remove("nbf");
            claims
        };
        let mut early = during(now, now + 900);
        early["nbf"] = json!(now + 45);
        let year = 365 * 24 * 60 * 60;
        vec![
            ("expired this second", self.claiming(&during(now - 900, now))),
            ("expired 59 seconds ago", self.claiming(&during(now - 900, now - 59))),
            ("nbf 45 seconds ahead", self.claiming(&early)),
            ("iat 50 seconds ahead", self.claiming(&during(now + 50, now + 950))),
            ("iat ten years ahead", self.claiming(&during(now + 10 * year, now + 10 * year + 900))),
            ("good for a year", self.claiming(&during(now, now + year))),
            ("exp at the end of time", self.claiming(&during(now, i64::MAX))),
            ("lifetime that overflows", self.claiming(&during(i64::MIN, now + 900))),
        ]
    }

    /// The good token in another spelling: the bytes signed or decoded are the same where possible.
    fn spellings(&self) -> Table {
        let good = &self.good;
        let (message, signature) = good.rsplit_once('.').expect("three parts");
        let [header, body] = [self.part(0), self.part(1)];
        let padded = format!("{}=.{}=", header, body);
        vec![
            ("empty", String::new()),
            ("no dot", good.replace('.', "")),
            ("padded signature", format!("{good}==")),
            ("padded parts, honestly signed", self.signed(&padded)),
            ("stray bits in the last letter", stray_bits(good)),
            ("letters of plain base64", self.plain_letters()),
            ("dot at the end", format!("{good}.")),
            ("dot at the start", format!(".{good}")),
            ("two dots in the middle", format!("{header}..{body}.{signature}")),
            ("four parts, honestly signed", self.signed(&format!("{message}.{body}"))),
            ("five parts, as if encrypted", format!("{header}.AA.AA.{body}.{signature}")),
            ("no signature", format!("{message}.")),
            ("no signature and no dot", message.to_owned()),
            ("no claims, honestly signed", self.signed(&format!("{header}."))),
            ("no header, honestly signed", self.signed(&format!(".{body}"))),
            ("space inside", format!("{header}. {body}.{signature}")),
            ("the good token twice", format!("{good},{good}")),
        ]
    }

    fn sizes(&self) -> Table {
        let role = |length: usize| self.claiming(&self.claims_with("role", json!("x".repeat(length))));
        vec![
            ("five KiB, honestly signed", role(3_800)),
            ("2 MB, honestly signed", role(1_500_000)),
            ("2 MB of dots", ".".repeat(2_000_000)),
        ]
    }
}
