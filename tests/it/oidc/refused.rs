//! Tokens that must be refused, each by one mutation of a good one; all are answered alike.

use api::secure::Claims;
use aws_lc_rs::hmac;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, URL},
    both,
    engine::Database,
    issuer::{AUDIENCE, Issuer, Key, encode},
};

use super::{Single, alike};

type Table = Vec<(&'static str, String)>;

/// Signed in March 2026 by an RSA key of 1,024 bits, which is weak and good for nothing else.
const WEAK: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6IndlYWsifQ.eyJpc3MiOiJodHRwczovL2lkLmFjbWUudGVzdCIsImF1ZCI6InN0ZXdhcmQtYXBpIiwic3ViIjoicy0xIiwiaWF0IjoxNzcyNDQyMDAwLCJleHAiOjE3NzI0NDU2MDAsImVtYWlsIjoiYW5hQGFjbWUudGVzdCIsImVtYWlsX3ZlcmlmaWVkIjp0cnVlfQ.aZIanobcUJi6MSAsFrYatREK5Lyo5wFwcM2f0rKlbTpXWjz0iWkoCxOEjVUsBIjBjV8cXoEa6rIafBUKLKMkNN0iORIpvNPVR4qaeFY2OO9QfK5O7IwVmTUXXv3UX1VNsCvav_fUIs9ZyFeQph6JjshK5WP27Pj6DRfYBZDOrSk";
const WEAK_N: &str = "yCxNU12QiK9UntJjEfu54w0_GIZJfXBi3QrUEPePJEquptvlacN3__ygOSTouNAVdISaGBWfBkkLD4N2LwlOHPpbcQiKk2nT8uQGd5aWQolmWrYaUDdDea-sQDhVZn53jIRcZqxgrBzbYF7Pq5zY-hnNCf9ahQetTZ0yngztsq0";

fn header(key: &Key) -> Value {
    json!({ "alg": key.algorithm, "typ": "JWT", "kid": key.id })
}

fn part(value: &Value) -> String {
    encode(value.to_string())
}

impl Single {
    /// With one thing in the header changed; honestly signed.
    fn headed(&self, name: &str, value: Value) -> String {
        let key = self.key("rsa");
        let mut header = header(key);
        header[name] = value;
        key.token_of(&header, &self.claims("Ana"))
    }

    fn headless(&self, name: &str) -> String {
        let key = self.key("rsa");
        let mut header = header(key);
        header.as_object_mut().unwrap().remove(name);
        key.token_of(&header, &self.claims("Ana"))
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        self.key("rsa").token(&self.but(name, value))
    }

    fn without(&self, name: &str) -> String {
        let mut claims = self.claims("Ana");
        claims.as_object_mut().unwrap().remove(name);
        self.key("rsa").token(&claims)
    }

    fn algorithms(&self) -> Table {
        let key = self.key("rsa");
        let claims = part(&self.claims("Ana"));
        let under =
            |alg: &str, kid: &str| format!("{}.{claims}", part(&json!({ "alg": alg, "typ": "JWT", "kid": kid })));
        let mac = |secret: &[u8], kid: &str| {
            let message = under("HS256", kid);
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
            format!("{message}.{}", encode(tag))
        };
        let signed = |alg: &str, by: &str| {
            let message = under(alg, "rsa");
            format!("{message}.{}", encode(key.sign(by, &message)))
        };
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", encode(key.public_der()));
        vec![
            ("alg none without a signature", format!("{}.", under("none", "rsa"))),
            ("alg none with an honest signature", signed("none", "RS256")),
            ("alg NoNe", signed("NoNe", "RS256")),
            ("alg in small letters", signed("rs256", "RS256")),
            ("alg HS256 with the public key as the secret", mac(&key.public_der(), "rsa")),
            ("alg HS256 with the public key's text as the secret", mac(pem.as_bytes(), "rsa")),
            ("alg HS256 with the key as it is shown", mac(key.jwk().to_string().as_bytes(), "rsa")),
            ("alg HS256 with an empty secret", mac(b"", "rsa")),
            ("alg HS256 by a secret in the key set", mac(b"0123456789abcdef0123456789abcdef", "secret")),
            ("alg RS384 over an RS256 signature", signed("RS384", "RS256")),
            ("alg PS256 over an RS256 signature", signed("PS256", "RS256")),
            ("alg RS256 over a PS256 signature", signed("RS256", "PS256")),
            ("alg ES256 over an RSA signature", signed("ES256", "RS256")),
            ("alg EdDSA over an RSA signature", signed("EdDSA", "RS256")),
            ("alg missing", self.headless("alg")),
            ("alg null", self.headed("alg", Value::Null)),
        ]
    }

    fn keyed(&self) -> Table {
        let stranger = Key::rsa("rsa", 1);
        let named = |id: &'static str| self.key("rsa").called(id).token(&self.claims("Ana"));
        let own = Key::fresh("stranger", "ES256");
        let by_own = |name: &str, value: Value| {
            let mut header = header(&own);
            header[name] = value;
            own.token_of(&header, &self.claims("Ana"))
        };
        vec![
            ("signed by a stranger under a good kid", stranger.token(&self.claims("Ana"))),
            ("kid of another key", named("p256")),
            ("kid that nobody knows", named("nobody")),
            ("kid that is a path", named("../../dev/null")),
            ("kid in other letters", named("RSA")),
            ("kid missing", self.headless("kid")),
            ("kid a number", self.headed("kid", json!(1))),
            ("kid of a key for encryption", named("enc")),
            ("kid of a key that only signs", named("ops")),
            ("kid of a key for another algorithm", named("rs512")),
            ("kid of a key whose private half is shown", named("lost")),
            ("kid of a key of a wrong kind", named("kind")),
            ("jwk in the header", by_own("jwk", own.jwk())),
            ("jwk of the right key in the header", self.headed("jwk", self.key("rsa").jwk())),
            ("jku in the header", by_own("jku", json!(format!("{}/elsewhere", self.issuer.url)))),
            ("jku of the right keys in the header", self.headed("jku", json!(format!("{}/keys", self.issuer.url)))),
            ("x5u in the header", self.headed("x5u", json!("https://attacker.example/key.pem"))),
            ("x5c in the header", self.headed("x5c", json!(["MIIB"]))),
            ("crit with an unknown name", self.headed("crit", json!(["http://example.com/x"]))),
            ("crit empty", self.headed("crit", json!([]))),
            ("crit null", self.headed("crit", Value::Null)),
            ("b64 false", self.headed("b64", json!(false))),
            ("zip in the header", self.headed("zip", json!("DEF"))),
            ("cty of a token in a token", self.headed("cty", json!("JWT"))),
            ("typ of a logout token", self.headed("typ", json!("logout+jwt"))),
            ("typ null", self.headed("typ", Value::Null)),
        ]
    }

    fn claimed(&self) -> Table {
        let (now, iss) = (self.second(), self.issuer.url.as_str());
        let doubled = |first: &str| {
            let claims = self.claims("Ana").to_string().replacen('{', &format!("{{{first},"), 1);
            self.key("rsa").signed(&format!("{}.{}", part(&header(self.key("rsa"))), encode(claims)))
        };
        let early = |iat: i64| {
            let mut claims = self.but("iat", json!(iat));
            claims["exp"] = json!(iat + 300);
            self.key("rsa").token(&claims)
        };
        vec![
            ("iss with a slash more", self.with_claim("iss", json!(format!("{iss}/")))),
            ("iss of somebody else", self.with_claim("iss", json!("https://attacker.example"))),
            ("iss in capitals", self.with_claim("iss", json!(iss.to_uppercase()))),
            ("iss a list", self.with_claim("iss", json!([iss]))),
            ("iss missing", self.without("iss")),
            ("iss ours", self.with_claim("iss", json!(URL))),
            ("aud of another", self.with_claim("aud", json!("account"))),
            ("aud that begins like ours", self.with_claim("aud", json!(format!("{AUDIENCE}-2")))),
            ("aud of our own tokens", self.with_claim("aud", json!("steward"))),
            ("aud a list without ours", self.with_claim("aud", json!(["account", "other"]))),
            ("aud a list with a number", self.with_claim("aud", json!([AUDIENCE, 1]))),
            ("aud empty", self.with_claim("aud", json!([]))),
            ("aud missing", self.without("aud")),
            ("exp this second", self.with_claim("exp", json!(now))),
            ("exp 30 seconds ago", self.with_claim("exp", json!(now - 30))),
            ("exp missing", self.without("exp")),
            ("exp as text", self.with_claim("exp", json!((now + 300).to_string()))),
            ("exp with a fraction", self.with_claim("exp", json!(now as f64 + 300.5))),
            ("exp null", self.with_claim("exp", Value::Null)),
            ("iat missing", self.without("iat")),
            ("iat 61 seconds ahead", early(now + 61)),
            ("iat ten years ahead", early(now + 315_360_000)),
            ("iat after exp", self.with_claim("iat", json!(now + 400))),
            ("nbf 61 seconds ahead", self.with_claim("nbf", json!(now + 61))),
            ("nbf null", self.with_claim("nbf", Value::Null)),
            ("email_verified false", self.with_claim("email_verified", json!(false))),
            ("email_verified a text", self.with_claim("email_verified", json!("true"))),
            ("email_verified 1", self.with_claim("email_verified", json!(1))),
            ("email_verified missing", self.without("email_verified")),
            ("email missing", self.without("email")),
            ("email a list", self.with_claim("email", json!(["ana@acme.test"]))),
            ("email with a space", self.with_claim("email", json!(" ana@acme.test"))),
            ("email in wide letters", self.with_claim("email", json!("ａna@acme.test"))),
            ("email with a sign that folds to a letter", self.with_claim("email", json!("\u{212A}ate@acme.test"))),
            ("email of nobody", self.with_claim("email", json!("nobody@acme.test"))),
            ("exp twice", doubled(r#""exp":9999999999"#)),
            ("email twice", doubled(r#""email":"root@acme.test""#)),
            ("a claim that nobody reads twice", doubled(r#""nonce":"1""#)),
            ("claims as a list", self.key("rsa").token(&json!([self.claims("Ana")]))),
            ("claims as a text", self.key("rsa").token(&json!("claims"))),
        ]
    }

    fn spelled(&self) -> Table {
        let key = self.key("rsa");
        let good = key.token(&self.claims("Ana"));
        let (message, signature) = good.rsplit_once('.').unwrap();
        let (head, body) = message.split_once('.').unwrap();
        let twice = header(key).to_string().replacen('{', r#"{"kid":"p256","#, 1);
        let long = |bytes: usize| self.with_claim("padding", json!("x".repeat(bytes)));
        vec![
            ("padded", format!("{good}==")),
            ("a dot more", format!("{good}.")),
            ("four parts, honestly signed", key.signed(&format!("{message}.{body}"))),
            ("no signature", format!("{message}.")),
            ("signature of zeros", format!("{message}.{}", encode([0; 256]))),
            ("signature cut by a byte", format!("{message}.{}", &signature[..signature.len() - 2])),
            ("other claims under a good signature", format!("{head}.{}.{signature}", part(&self.claims("Root")))),
            ("a space inside", format!("{head}. {body}.{signature}")),
            ("kid twice", key.signed(&format!("{}.{body}", encode(twice)))),
            ("nine KiB", long(6_500)),
            ("two MB", long(1_500_000)),
        ]
    }
}

/// Keys that check nothing, though they are shown.
fn useless(good: &Key) -> Vec<Value> {
    let with = |id: &str, name: &str, value: Value| {
        let mut jwk = good.jwk();
        jwk["kid"] = json!(id);
        jwk[name] = value;
        jwk
    };
    vec![
        with("enc", "use", json!("enc")),
        with("ops", "key_ops", json!(["sign"])),
        with("rs512", "alg", json!("RS512")),
        with("lost", "d", json!("AQAB")),
        with("kind", "kty", json!("EC")),
        json!({ "kty": "oct", "kid": "secret", "k": encode("0123456789abcdef0123456789abcdef") }),
        json!({ "kty": "RSA", "kid": "weak", "use": "sig", "alg": "RS256", "n": WEAK_N, "e": "AQAB" }),
        json!("no key at all"),
    ]
}

both! {
    async fn every_bad_token_is_refused_and_told_alike(single: Single) {
        let app = &single.app;
        app.owner("Kate", single.team).await;
        let mut shown: Vec<Value> = single.keys.iter().map(Key::jwk).collect();
        shown.extend(useless(single.key("rsa")));
        single.issuer.show_raw(shown);
        let now = single.second();
        let claims = Claims {
            iss: single.issuer.url.clone(),
            aud: AUDIENCE.to_owned(),
            sub: single.ana.id.0,
            sid: single.ana.id.0,
            role: "OWNER".to_owned(),
            iat: now,
            nbf: None,
            exp: now + 300,
            jti: single.ana.id.0,
        };
        let ours = app.app.env.tokens.keyring().sign(&claims).unwrap();
        let mixed = vec![("our own token with their iss", ours), ("a weak key's token", WEAK.to_owned())];
        let good = single.key("rsa").token(&single.claims("Ana"));
        assert!(single.opens(&good).await);
        let told = alike(&single.knock("no token").await);
        let table = [single.algorithms(), single.keyed(), single.claimed(), single.spelled(), mixed].concat();
        assert!(table.len() >= 90, "{}", table.len());
        for (name, bad) in &table {
            let reply = single.knock(bad).await;
            assert_eq!(alike(&reply), told, "{name}");
            assert_eq!(reply.headers["www-authenticate"], "Bearer", "{name}");
            let answer = app.gql(Some(bad), "{me{__typename}}", json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{name}");
        }
        assert!(single.opens(&good).await);
        assert_eq!((single.issuer.followed(), single.issuer.asked()), (0, 2), "no header names a place, and all ids together one fetch");
    }

    async fn a_weak_key_checks_nothing(database: Database) {
        let issuer = Issuer::start(&[]).await;
        let keys = format!("{}/keys", issuer.url);
        let settings = [("STEWARD_OIDC_ISSUER", "https://id.acme.test"), ("STEWARD_OIDC_AUDIENCE", AUDIENCE), ("STEWARD_OIDC_JWKS_URL", keys.as_str())];
        let app = TestApp::with(database, &settings).await;
        let team = app.team("Sales", None).await;
        app.owner("Ana", team).await;
        issuer.show_raw(useless(&Key::rsa("rsa", 0)).into_iter().chain([Key::rsa("strong", 0).jwk()]).collect());
        let strong = Key::rsa("strong", 0);
        let mut claims = issuer.claims(app.now().0.timestamp(), "ana@acme.test");
        claims["iss"] = json!("https://id.acme.test");
        let status = async |token: &str| app.rest("GET", "/api/v1/accounts", Some(token), None).await.status;
        assert_eq!(status(&strong.token(&claims)).await, 200, "the same by a strong key");
        assert_eq!(status(WEAK).await, 401);
    }
}
