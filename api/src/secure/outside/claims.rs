//! What an outside token says, and when it holds.

use serde_json::Value;

use super::{Members, Trust};
use crate::secure::access_token::Refused;

/// Seconds by which the issuer's clock may be ahead of ours. After `exp` there are none.
pub const LEEWAY: i64 = 60;

/// Bytes of a mail address, and of another name, at most.
const LONGEST_EMAIL: usize = 254;
const LONGEST_NAME: usize = 200;

/// Which claim names the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// `email`, if `email_verified` is true: the member's mail address.
    Email,
    /// The claim of this name: the member's reference.
    By(String),
}

/// The member that a token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By a mail address, in small letters.
    Email(String),
    /// By a reference.
    Reference(String),
}

/// What is kept of a token. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideClaims {
    pub who: Who,
    iat: i64,
    nbf: Option<i64>,
    exp: i64,
}

impl OutsideClaims {
    pub(super) fn read(claims: &Members, trust: &Trust) -> Result<Self, Refused> {
        if claims.text("iss") != Some(&trust.issuer) {
            return Err(Refused::Issuer);
        }
        if !claims.get("aud").is_some_and(|aud| holds(aud, &trust.audience)) {
            return Err(Refused::Audience);
        }
        let second = |name: &str| claims.get(name).map(|value| value.as_i64().ok_or(Refused::Claims)).transpose();
        let (iat, nbf, exp) = (second("iat")?, second("nbf")?, second("exp")?);
        let (Some(iat), Some(exp)) = (iat, exp) else { return Err(Refused::Claims) };
        let who = who(claims, &trust.named).ok_or(Refused::Nobody)?;
        if exp <= iat { Err(Refused::Lifetime) } else { Ok(Self { who, iat, nbf, exp }) }
    }

    /// Whether the token holds at this second.
    pub(super) fn timely(&self, now: i64) -> Result<(), Refused> {
        if self.exp <= now {
            return Err(Refused::Expired);
        }
        let soon = now.saturating_add(LEEWAY);
        if self.iat > soon || self.nbf.is_some_and(|from| from > soon) { Err(Refused::Early) } else { Ok(()) }
    }
}

/// Whether `aud`, a text or a list of texts, is or holds exactly this.
fn holds(aud: &Value, audience: &str) -> bool {
    match aud {
        Value::String(one) => one == audience,
        Value::Array(all) => all.iter().all(Value::is_string) && all.iter().any(|one| one == audience),
        _ => false,
    }
}

fn who(claims: &Members, named: &Named) -> Option<Who> {
    match named {
        // Members' addresses are ASCII: folding others could make one of a stranger's.
        Named::Email => {
            let is_verified = claims.get("email_verified") == Some(&Value::Bool(true));
            let plain = |text: &&str| text.len() <= LONGEST_EMAIL && text.bytes().all(|byte| byte.is_ascii_graphic());
            let email = claims.text("email").filter(plain).filter(|text| text.contains('@'));
            email.filter(|_| is_verified).map(|text| Who::Email(text.to_ascii_lowercase()))
        }
        Named::By(name) => {
            let fits = |text: &&str| (1..=LONGEST_NAME).contains(&text.len()) && !text.contains('\0');
            claims.text(name).filter(fits).map(|text| Who::Reference(text.to_owned()))
        }
    }
}
