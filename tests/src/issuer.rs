//! A tiny OpenID provider on the loopback: it shows keys, signs what it is told to, and misbehaves on demand.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
        RsaEncoding, RsaPublicKeyComponents,
    },
};
use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::served::Served;

/// Whom the tokens are for.
pub const AUDIENCE: &str = "steward-api";

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key of the issuer, by its id.
#[derive(Clone)]
pub struct Key {
    pub id: &'static str,
    /// The algorithm that it signs with where nothing else is said.
    pub algorithm: &'static str,
    pair: Arc<Pair>,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Key {
    /// One of two RSA keys, which take a while to make and are the same in all tests.
    ///
    /// # Panics
    /// Where none can be made.
    pub fn rsa(id: &'static str, which: usize) -> Self {
        static PAIRS: [OnceLock<Arc<Pair>>; 2] = [const { OnceLock::new() }; 2];
        let pair = PAIRS[which].get_or_init(|| Arc::new(Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())));
        Self { id, algorithm: "RS256", pair: pair.clone() }
    }

    /// A fresh key of the curve that goes with ES256, ES384 or EdDSA.
    ///
    /// # Panics
    /// Where none can be made.
    pub fn fresh(id: &'static str, algorithm: &'static str) -> Self {
        let pair = match algorithm {
            "ES256" => Pair::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()),
            "ES384" => Pair::Ec(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap()),
            "EdDSA" => Pair::Ed(Ed25519KeyPair::generate().unwrap()),
            other => panic!("no key for {other}"),
        };
        Self { id, algorithm, pair: Arc::new(pair) }
    }

    /// The same key by another id.
    #[must_use]
    pub fn called(&self, id: &'static str) -> Self {
        Self { id, ..self.clone() }
    }

    /// As it is shown; without `alg`, so that its kind alone says what it is able to.
    pub fn jwk(&self) -> Value {
        match &*self.pair {
            Pair::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({ "kty": "RSA", "kid": self.id, "use": "sig", "n": encode(public.n), "e": encode(public.e) })
            }
            Pair::Ec(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({ "kty": "EC", "kid": self.id, "crv": curve, "x": encode(x), "y": encode(y) })
            }
            Pair::Ed(pair) => {
                json!({ "kty": "OKP", "kid": self.id, "crv": "Ed25519", "x": encode(pair.public_key()), "key_ops": ["verify"] })
            }
        }
    }

    /// The public half as others might take it for a secret.
    ///
    /// # Panics
    /// Where it has no such form.
    pub fn public_der(&self) -> Vec<u8> {
        let Pair::Rsa(pair) = &*self.pair else { panic!("an RSA key") };
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        der.as_ref().to_vec()
    }

    /// A signature in this way, whatever a header says.
    ///
    /// # Panics
    /// Where the key is not able to.
    pub fn sign(&self, algorithm: &str, message: &str) -> Vec<u8> {
        match &*self.pair {
            Pair::Rsa(pair) => {
                let by: &'static dyn RsaEncoding = match algorithm {
                    "RS256" => &signature::RSA_PKCS1_SHA256,
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    "PS512" => &signature::RSA_PSS_SHA512,
                    other => panic!("RSA does not sign by {other}"),
                };
                let mut bytes = vec![0; pair.public_modulus_len()];
                pair.sign(by, &SystemRandom::new(), message.as_bytes(), &mut bytes).unwrap();
                bytes
            }
            Pair::Ec(pair) => pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
        }
    }

    /// A token with this header and these claims, signed as the key usually does.
    pub fn token_of(&self, header: &Value, claims: &Value) -> String {
        self.signed(&format!("{}.{}", encode(header.to_string()), encode(claims.to_string())))
    }

    /// A token of a message as it is.
    pub fn signed(&self, message: &str) -> String {
        format!("{message}.{}", encode(self.sign(self.algorithm, message)))
    }

    /// A token with these claims, by this algorithm.
    pub fn token_by(&self, algorithm: &'static str, claims: &Value) -> String {
        Self { algorithm, ..self.clone() }.token(claims)
    }

    /// A token with these claims.
    pub fn token(&self, claims: &Value) -> String {
        self.token_of(&json!({ "alg": self.algorithm, "typ": "JWT", "kid": self.id, "x5t": "no matter" }), claims)
    }
}

/// How the issuer answers when it is asked for its keys.
#[derive(Clone, Debug)]
pub enum Mood {
    Good,
    /// After a while.
    Slow(Duration),
    /// By 500.
    Broken,
    /// Takes the question, and never answers.
    Hung,
    /// Sends elsewhere, where good keys are.
    Elsewhere,
    /// Begins an answer that does not end.
    Endless,
    /// Answers this, whatever it is.
    Says(String),
}

struct Inner {
    keys: Mutex<Vec<Value>>,
    mood: Mutex<Mood>,
    cache: Mutex<Option<&'static str>>,
    /// What it says that it is called; its address where nothing is said.
    name: Mutex<Option<String>>,
    url: OnceLock<String>,
    asked: AtomicUsize,
    elsewhere: AtomicUsize,
    sent: AtomicUsize,
}

/// The issuer. It stops when dropped.
pub struct Issuer {
    /// Its address, and what it is called.
    pub url: String,
    inner: Arc<Inner>,
    _served: Served,
}

impl Issuer {
    /// One that shows these keys.
    ///
    /// # Panics
    /// Where no port can be had.
    pub async fn start(keys: &[Key]) -> Self {
        let inner = Arc::new(Inner {
            keys: Mutex::default(),
            mood: Mutex::new(Mood::Good),
            cache: Mutex::default(),
            name: Mutex::default(),
            url: OnceLock::new(),
            asked: AtomicUsize::new(0),
            elsewhere: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(description))
            .route("/keys", get(keys_of))
            .route("/elsewhere", get(elsewhere))
            .with_state(inner.clone());
        let served = Served::start(router).await;
        let url = served.url.clone();
        inner.url.set(url.clone()).unwrap();
        let issuer = Self { url, inner, _served: served };
        issuer.show(keys);
        issuer
    }

    /// What makes a server take its tokens.
    pub fn settings(&self) -> [(&'static str, &str); 2] {
        [("STEWARD_OIDC_ISSUER", &self.url), ("STEWARD_OIDC_AUDIENCE", AUDIENCE)]
    }

    /// Shows these keys from now on.
    pub fn show(&self, keys: &[Key]) {
        self.show_raw(keys.iter().map(Key::jwk).collect());
    }

    /// Shows these, whatever they are.
    ///
    /// # Panics
    /// Never.
    pub fn show_raw(&self, keys: Vec<Value>) {
        *self.inner.keys.lock().unwrap() = keys;
    }

    /// # Panics
    /// Never.
    pub fn be(&self, mood: Mood) {
        *self.inner.mood.lock().unwrap() = mood;
    }

    /// Says how long its keys may be kept.
    ///
    /// # Panics
    /// Never.
    pub fn cache(&self, control: &'static str) {
        *self.inner.cache.lock().unwrap() = Some(control);
    }

    /// Calls itself something else.
    ///
    /// # Panics
    /// Never.
    pub fn call(&self, name: &str) {
        *self.inner.name.lock().unwrap() = Some(name.to_owned());
    }

    /// How often its keys were asked for.
    pub fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::SeqCst)
    }

    /// How often somebody followed it elsewhere.
    pub fn followed(&self) -> usize {
        self.inner.elsewhere.load(Ordering::SeqCst)
    }

    /// Bytes of endless answers that were taken.
    pub fn sent(&self) -> usize {
        self.inner.sent.load(Ordering::SeqCst)
    }

    /// The claims of a good token for five minutes.
    pub fn claims(&self, now: i64, email: &str) -> Value {
        json!({
            "iss": self.url, "aud": AUDIENCE, "sub": format!("sub of {email}"), "iat": now, "exp": now + 300,
            "email": email, "email_verified": true, "nonce": "n-0S6", "roles": ["ADMIN"], "scope": "everything",
        })
    }
}

async fn description(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let url = inner.url.get().unwrap();
    let name = inner.name.lock().unwrap().clone().unwrap_or_else(|| url.clone());
    Json(
        json!({ "issuer": name, "jwks_uri": format!("{url}/keys"), "id_token_signing_alg_values_supported": ["RS256"] }),
    )
}

async fn keys_of(State(inner): State<Arc<Inner>>) -> Response {
    inner.asked.fetch_add(1, Ordering::SeqCst);
    let mood = inner.mood.lock().unwrap().clone();
    match mood {
        Mood::Good => shown(&inner),
        Mood::Slow(time) => {
            tokio::time::sleep(time).await;
            shown(&inner)
        }
        Mood::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::Hung => std::future::pending().await,
        Mood::Elsewhere => (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response(),
        Mood::Endless => {
            let piece = move |inner: Arc<Inner>| async move {
                inner.sent.fetch_add(64 * 1024, Ordering::SeqCst);
                Some((Ok::<_, Infallible>(vec![b' '; 64 * 1024]), inner))
            };
            Body::from_stream(futures_util::stream::unfold(inner, piece)).into_response()
        }
        Mood::Says(text) => text.into_response(),
    }
}

async fn elsewhere(State(inner): State<Arc<Inner>>) -> Response {
    inner.elsewhere.fetch_add(1, Ordering::SeqCst);
    shown(&inner)
}

fn shown(inner: &Inner) -> Response {
    let set = Json(json!({ "keys": *inner.keys.lock().unwrap() }));
    match *inner.cache.lock().unwrap() {
        Some(control) => ([(header::CACHE_CONTROL, control)], set).into_response(),
        None => set.into_response(),
    }
}
