//! Issuing and checking access tokens.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{AccessLinkId, ContactId, SessionId, Time, access_link, contact, member, session};
use sea_orm::{ColumnTrait, sea_query::Condition};

use super::{factor, keys::renew, outside, password::LONGEST, proof::is_password_of, refresh::until};
use crate::{
    access::{Actor, Role},
    base::{Error, Result, key},
    ctx::{Ctx, Env},
    secure::{Claims, RefreshToken, Refused},
    store::{Sought, Subject, Tx},
};

/// How long an access token works.
pub const ACCESS: TimeDelta = TimeDelta::minutes(15);
/// How long the demonstration's tokens work.
pub const DEMO: TimeDelta = TimeDelta::hours(12);
/// Letters of what a program calls itself that are kept.
const AGENT: usize = 200;
/// Whom tokens are for.
pub const AUDIENCE: &str = "steward";

const WRONG: Error = Error::Unauthenticated("this mail address and password do not match");

/// What is said of a link that works no more, or never did.
pub const LINK_OVER: Error = Error::Unauthenticated("this link does not work any more; ask for another one");

/// A fresh access token.
#[derive(Clone, Debug)]
pub struct Issued {
    pub access_token: String,
    pub expires_in: TimeDelta,
    /// What gives the next access token, and how long it does.
    pub refresh: Option<(String, TimeDelta)>,
    pub must_change_password: bool,
}

/// The token in `Bearer <token>`.
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_start())
}

/// Who a bearer token speaks for, as things stand now. One statement, and one more where a token names a key that this
/// process does not know.
pub async fn authenticate(env: &Arc<Env>, token: &str) -> Result<Ctx> {
    const REFUSED: Error = Error::Unauthenticated("this access token is not valid; sign in again");
    let now = env.db.clock().now();
    if let Some(issuer) = env.issuer.as_ref().filter(|issuer| issuer.is_meant(token)) {
        return outside::authenticate(env, issuer, token, now).await;
    }
    let second = now.0.timestamp();
    let mut claims = env.tokens.verify(token, second);
    if matches!(claims, Err(Refused::Key)) && env.tokens.may_look(second) {
        renew(env).await?;
        claims = env.tokens.verify(token, second);
    }
    let claims = claims.map_err(|why| {
        // Most likely of another issuer than the one that was named.
        if let (Some(issuer), Refused::Header | Refused::Key) = (&env.issuer, why) {
            issuer.tell("`iss` in the token is not STEWARD_OIDC_ISSUER, byte for byte; or it is one of Steward's own, whose key is gone".to_owned(), now);
        }
        REFUSED
    })?;
    let session = SessionId(claims.sid);
    let principal = env.db.principal(session).await?.ok_or(REFUSED)?;
    let viewer = principal.viewer(session, claims.sub, now)?;
    Ok(Ctx::new(Arc::clone(env), viewer))
}

/// Refuses who has other rights by now than at the start of a long answer. That a sign-in of `since` has run out
/// meanwhile by its age alone is no matter.
pub async fn still(ctx: &Ctx, since: Time) -> Result<()> {
    const ENDED: Error = Error::Unauthenticated("what you may has changed since this answer began");
    let before = ctx.viewer();
    let now = match (before.session, before.actor) {
        (Some(session), actor) => {
            let principal = ctx.env().db.principal(session).await?.ok_or(ENDED)?;
            principal.viewer(session, actor.id().ok_or(ENDED)?, since)?
        }
        // Signed in by an outside issuer.
        (None, Actor::Member(id)) if before.role != Role::System => {
            ctx.env().db.member(Sought::Id(id)).await?.ok_or(ENDED)?
        }
        _ => return Ok(()),
    };
    if now.may_as(before) { Ok(()) } else { Err(ENDED) }
}

/// What a member signs in with.
#[derive(Clone, Copy, Debug)]
pub struct ByPassword<'a> {
    pub email: &'a str,
    pub password: &'a str,
    /// Of the second factor, for those who have one.
    pub code: Option<&'a str>,
    /// What the program calls itself, for the list of sessions.
    pub agent: Option<&'a str>,
}

/// Signs a member in. Unknown, inactive and wrong take the same time and answer alike, and tries are counted.
/// [`Error::SecondFactor`] where the password is right and a code is missing.
pub async fn sign_in_by_password(ctx: &Ctx, by: ByPassword<'_>) -> Result<Issued> {
    let ByPassword { email, password: given, code, agent } = by;
    if given.len() > LONGEST || email.len() > LONGEST || email.contains('\0') {
        return Err(WRONG);
    }
    let (system, email) = (Ctx::system(Arc::clone(ctx.env())), key(email));
    let row = system.find::<member::Entity>().filter(member::Column::EmailKey.eq(email.as_str())).maybe().await?;
    let row = row.filter(|row| row.active);
    let right = is_password_of(&system, &email, row.as_deref(), given).await?;
    match row {
        Some(row) if right => {
            factor::ask(&system, row.id, code).await?;
            let proof = Proof::Password(row.password_hash.clone());
            Start { subject: Subject::Member(row.id), refreshed: true, agent, proof }.begin(&system, ACCESS).await
        }
        _ => Err(WRONG),
    }
}

/// What a contact signs in with.
#[derive(Clone, Copy, Debug)]
pub struct ByLink<'a> {
    pub contact: ContactId,
    /// A link that lets them in, as long as it works.
    pub link: AccessLinkId,
    /// Whether the session is refreshed.
    pub refreshed: bool,
    /// What the program calls itself, for the list of sessions.
    pub agent: Option<&'a str>,
}

/// Signs a contact in, and takes the link in the same transaction: of many at once one is served, and whatever ends
/// the link, such as another address, ends what began with it. [`LINK_OVER`] to all others.
pub async fn sign_in_by_link(system: &Ctx, by: ByLink<'_>) -> Result<Issued> {
    let ByLink { contact, link, refreshed, agent } = by;
    Start { subject: Subject::Contact(contact), refreshed, agent, proof: Proof::Link(link) }.begin(system, ACCESS).await
}

/// Starts a session that has one token, for somebody who has proved who they are.
pub async fn issue(system: &Ctx, subject: Subject, lives: TimeDelta) -> Result<Issued> {
    Start { subject, refreshed: false, agent: None, proof: Proof::None }.begin(system, lives).await
}

/// A session to be.
struct Start<'a> {
    subject: Subject,
    refreshed: bool,
    agent: Option<&'a str>,
    proof: Proof,
}

/// By what they have shown who they are, and what must be so still.
enum Proof {
    None,
    /// The hash of the password that a member has shown: none is begun once it is another.
    Password(Option<String>),
    /// The link that a contact has: it is taken.
    Link(AccessLinkId),
}

impl Proof {
    /// Refuses what does not hold any more.
    async fn holds(self, tx: &Tx, row: &session::Model) -> Result<()> {
        match self {
            Self::Password(hash) => {
                let find = tx.find::<member::Entity>().filter(member::Column::Id.is_in(row.member_id)).lock();
                let held = find.maybe().await?;
                let same = held.is_some_and(|held| held.active && held.password_hash == hash);
                if same { Ok(()) } else { Err(WRONG) }
            }
            Self::Link(id) => {
                // Held before the link, as by whoever ends both.
                let find = tx.find::<contact::Entity>().filter(contact::Column::Id.is_in(row.contact_id)).lock();
                if find.maybe().await?.is_none_or(|held| held.archived_at.is_some()) {
                    return Err(LINK_OVER);
                }
                let taken = tx.take_links(Condition::all().add(access_link::Column::Id.eq(id))).await?;
                if taken > 0 { Ok(()) } else { Err(LINK_OVER) }
            }
            Self::None => Ok(()),
        }
    }
}

impl Start<'_> {
    /// `lives`: how long it does where it is not refreshed.
    async fn begin(self, system: &Ctx, lives: TimeDelta) -> Result<Issued> {
        if system.viewer().role != Role::System {
            return Err(Error::internal("only the server itself issues tokens"));
        }
        let now = system.now();
        let agent = self.agent.map(|text| text.chars().filter(|letter| !letter.is_control()).take(AGENT).collect());
        let row = session::Model {
            id: system.env().db.random().id(now).into(),
            member_id: if let Subject::Member(id) = self.subject { Some(id) } else { None },
            contact_id: if let Subject::Contact(id) = self.subject { Some(id) } else { None },
            key_id: if let Subject::Key(id) = self.subject { Some(id) } else { None },
            created_at: now,
            expires_at: if self.refreshed { until(now, now) } else { Time::new(now.0 + lives) },
            revoked_at: None,
            generation: i16::from(self.refreshed),
            refreshed_at: None,
            agent,
        };
        let named = subject_of(system, &row).await?;
        let session = row.clone();
        let proof = self.proof;
        let insert = move |tx: Tx| async move {
            proof.holds(&tx, &row).await?;
            tx.insert::<session::Entity>(row).await.map(drop)
        };
        system.write(insert).await?;
        token(system, &session, &named)
    }
}

/// The next tokens of a session that stands.
pub(super) async fn token_for(system: &Ctx, session: session::Model) -> Result<Issued> {
    let named = subject_of(system, &session).await?;
    token(system, &session, &named)
}

/// An access token of a session, and what refreshes it.
fn token(system: &Ctx, session: &session::Model, subject: &Named) -> Result<Issued> {
    let now = system.now();
    let refreshed = session.generation > 0;
    let expires_in = if refreshed { ACCESS.min(session.expires_at.0 - now.0) } else { session.expires_at.0 - now.0 };
    let iat = now.0.timestamp();
    let claims = Claims {
        iss: system.company().public_url.clone(),
        aud: AUDIENCE.to_owned(),
        sub: subject.id,
        sid: session.id.0,
        role: subject.role.to_owned(),
        iat,
        nbf: None,
        exp: iat + expires_in.num_seconds(),
        jti: system.env().db.random().id(now),
    };
    let access_token = system.env().tokens.keyring().sign(&claims).map_err(Error::internal)?;
    let refresh = refreshed.then(|| {
        let token = RefreshToken { session: session.id.0, generation: session.generation };
        (token.text(&system.env().secret), session.expires_at.0 - now.0)
    });
    Ok(Issued { access_token, expires_in, refresh, must_change_password: subject.must_change_password })
}

/// Whom a session speaks for.
struct Named {
    id: uuid::Uuid,
    role: &'static str,
    must_change_password: bool,
}

async fn subject_of(system: &Ctx, session: &session::Model) -> Result<Named> {
    match (session.member_id, session.contact_id, session.key_id) {
        (Some(id), _, _) => {
            let row = system.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await?;
            if !row.active {
                return Err(Error::conflict("this member is not active"));
            }
            let (role, must_change_password) = (row.role.as_str(), row.password_must_change);
            Ok(Named { id: id.0, role, must_change_password })
        }
        (_, Some(id), _) => {
            let row = system.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).one("contact").await?;
            if row.archived_at.is_some() {
                return Err(Error::conflict("this contact is archived"));
            }
            Ok(Named { id: id.0, role: "CUSTOMER", must_change_password: false })
        }
        (_, _, Some(id)) => Ok(Named { id: id.0, role: "INTEGRATION", must_change_password: false }),
        _ => Err(Error::internal("a session of nobody")),
    }
}
