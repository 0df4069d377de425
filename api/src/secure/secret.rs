//! The installation's secret, and what is derived from it: the tokens in links, those that refresh a session, and the
//! seal on signing keys.
//!
//! Every use has a key of its own (HKDF-SHA256 with its own label), so a token made for one purpose
//! never passes for another. Tokens are derived, not stored: a mail job makes the same link again.

use std::sync::Arc;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest::SHA256,
    hkdf::{HKDF_SHA256, Prk, Salt},
    hmac,
};
use entity::Digest;
use uuid::Uuid;

use super::{from_base64url, to_base64url};

/// Letters of a token in a link.
pub const TOKEN_LETTERS: usize = 27;

/// Bytes a secret has at least.
const SHORTEST: usize = 32;
/// Bytes of the HMAC that make a token: 160 bits.
const TOKEN_BYTES: usize = 20;

/// What a token is good for; all but the last stand in links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Answer one invitation.
    Survey,
    /// Take a contact off the list.
    Unsubscribe,
    /// Sign a contact in.
    SignIn,
    /// Take up a member's place.
    Invite,
    /// Choose a new password.
    Reset,
    /// Go on with a session.
    Refresh,
    /// Nothing: it marks an invitation as answered, and only the secret ties the two.
    Answered,
}

impl Purpose {
    /// Changing a label ends every token of that purpose already given.
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Survey => b"steward link survey 1",
            Self::Unsubscribe => b"steward link unsubscribe 1",
            Self::SignIn => b"steward link sign-in 1",
            Self::Invite => b"steward link invite 1",
            Self::Reset => b"steward link reset 1",
            Self::Refresh => b"steward refresh 1",
            Self::Answered => b"steward answered 1",
        }
    }
}

/// The installation's secret, and the one before it where it was changed: what was sealed or signed under that still
/// works. Held as the keys derived from them; the secrets themselves are not kept.
#[derive(Clone)]
pub struct Secret {
    keys: Arc<Keys>,
    previous: Option<Arc<Keys>>,
}

/// What is derived from one secret.
struct Keys {
    survey: hmac::Key,
    unsubscribe: hmac::Key,
    sign_in: hmac::Key,
    invite: hmac::Key,
    reset: hmac::Key,
    refresh: hmac::Key,
    code: hmac::Key,
    answered: hmac::Key,
    seal: LessSafeKey,
}

impl Secret {
    /// Takes at least 32 bytes, text or not. The error says what to do.
    pub fn parse(secret: impl AsRef<[u8]>) -> Result<Self, String> {
        let secret = secret.as_ref();
        if secret.len() < SHORTEST {
            return Err(format!(
                "has {} bytes and needs at least {SHORTEST}; make one with `openssl rand -base64 32`",
                secret.len()
            ));
        }
        Ok(Self { keys: Arc::new(Keys::derive(secret)?), previous: None })
    }

    /// The same after another, which is parsed alike.
    pub fn after(self, previous: impl AsRef<[u8]>) -> Result<Self, String> {
        Ok(Self { previous: Some(Self::parse(previous)?.keys), ..self })
    }

    /// The token of a link: 27 letters of base64url, always the same for the same three. Raise the
    /// generation to make every earlier token of that id worthless.
    pub fn token(&self, purpose: Purpose, id: Uuid, generation: i16) -> String {
        self.keys.token(purpose, id, generation)
    }

    /// The token that was made once for these three, by what is kept of it: under this secret or the one before. One
    /// made under neither is lost, and the one of this secret in its place.
    pub fn token_of(&self, (purpose, id, generation): (Purpose, Uuid, i16), kept: Option<&Digest>) -> String {
        let token = self.token(purpose, id, generation);
        let earlier = self.previous.as_ref().map(|keys| keys.token(purpose, id, generation));
        earlier.filter(|earlier| kept == Some(&digest(earlier))).unwrap_or(token)
    }

    /// Every token that is good for these three.
    pub fn tokens(&self, purpose: Purpose, id: Uuid, generation: i16) -> impl Iterator<Item = String> {
        [Some(&*self.keys), self.previous.as_deref()]
            .into_iter()
            .flatten()
            .map(move |keys| keys.token(purpose, id, generation))
    }

    /// A number for something that is not to be told as it is: the same for every process with this secret, and nobody
    /// else makes it.
    pub fn code(&self, what: &[u8]) -> u128 {
        let tag = hmac::sign(&self.keys.code, what);
        let start: [u8; 16] = std::array::from_fn(|at| tag.as_ref().get(at).copied().unwrap_or_default());
        u128::from_be_bytes(start)
    }

    /// Encrypts and signs (AES-256-GCM): nonce, text, tag; 28 bytes longer than what goes in.
    /// `fill` gives the nonce and must be random: a nonce used twice gives the key away.
    pub fn seal(&self, open: &[u8], fill: &dyn Fn(&mut [u8])) -> Result<Vec<u8>, String> {
        self.keys.seal(open, fill)
    }

    /// Seals a text, as base64url.
    pub fn seal_text(&self, open: &str, fill: &dyn Fn(&mut [u8])) -> Result<String, String> {
        self.seal(open.as_bytes(), fill).map(to_base64url)
    }

    /// The text that was sealed, or nothing where it was altered or sealed under another secret.
    pub fn unseal_text(&self, sealed: &str) -> Option<String> {
        String::from_utf8(self.unseal(&from_base64url(sealed)?)?).ok()
    }

    /// What was sealed, or nothing where it was altered or sealed under another secret.
    pub fn unseal(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.keys.unseal(sealed).or_else(|| self.previous.as_ref()?.unseal(sealed))
    }

    /// Whether this was sealed under the secret of today.
    pub fn is_of_today(&self, sealed: &[u8]) -> bool {
        self.keys.unseal(sealed).is_some()
    }
}

impl Keys {
    fn derive(secret: &[u8]) -> Result<Self, String> {
        let root = Salt::new(HKDF_SHA256, b"").extract(secret);
        Ok(Self {
            survey: link_key(&root, Purpose::Survey)?,
            unsubscribe: link_key(&root, Purpose::Unsubscribe)?,
            sign_in: link_key(&root, Purpose::SignIn)?,
            invite: link_key(&root, Purpose::Invite)?,
            reset: link_key(&root, Purpose::Reset)?,
            refresh: link_key(&root, Purpose::Refresh)?,
            code: derived(&root, b"steward code of a caller 1")?,
            answered: link_key(&root, Purpose::Answered)?,
            seal: LessSafeKey::new(UnboundKey::from(
                root.expand(&[b"steward seal signing key 1"], &AES_256_GCM).map_err(underivable)?,
            )),
        })
    }

    fn token(&self, purpose: Purpose, id: Uuid, generation: i16) -> String {
        let mut message = hmac::Context::with_key(match purpose {
            Purpose::Survey => &self.survey,
            Purpose::Unsubscribe => &self.unsubscribe,
            Purpose::SignIn => &self.sign_in,
            Purpose::Invite => &self.invite,
            Purpose::Reset => &self.reset,
            Purpose::Refresh => &self.refresh,
            Purpose::Answered => &self.answered,
        });
        message.update(id.as_bytes());
        message.update(&generation.to_be_bytes());
        let tag = message.sign();
        to_base64url(&tag.as_ref()[..TOKEN_BYTES])
    }

    fn seal(&self, open: &[u8], fill: &dyn Fn(&mut [u8])) -> Result<Vec<u8>, String> {
        let mut nonce = [0; NONCE_LEN];
        fill(&mut nonce);
        let mut sealed = nonce.to_vec();
        let mut body = open.to_vec();
        self.seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut body)
            .map_err(|_| "is too long to be sealed".to_owned())?;
        sealed.append(&mut body);
        Ok(sealed)
    }

    fn unseal(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let open = self.seal.open_in_place(nonce, Aad::empty(), &mut body).ok()?.len();
        body.truncate(open);
        Some(body)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// SHA-256 of a token's text: what the database holds of it. Also of whatever else is only to be recognised.
pub fn digest(token: impl AsRef<[u8]>) -> Digest {
    Digest(aws_lc_rs::digest::digest(&SHA256, token.as_ref()).as_ref().to_vec())
}

fn link_key(root: &Prk, purpose: Purpose) -> Result<hmac::Key, String> {
    derived(root, purpose.label())
}

fn derived(root: &Prk, label: &[u8]) -> Result<hmac::Key, String> {
    let label = [label];
    let key = root.expand(&label, hmac::HMAC_SHA256).map_err(underivable)?;
    Ok(hmac::Key::from(key))
}

fn underivable(_: aws_lc_rs::error::Unspecified) -> String {
    "gives no keys; the cryptographic library refused it".to_owned()
}
