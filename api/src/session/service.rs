//! Issuing and checking access tokens.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{Digest, SessionId, Time, api_key, contact, member, session, signing_key};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, Order},
};

use crate::{
    access::{Role, Viewer},
    base::{Error, Result, key},
    ctx::{Ctx, Env},
    secure::{ApiKey, Claims, Keyring, PublicKey, Secret, SigningKey, password},
    store::{Db, Subject},
};

/// How long an access token works.
pub const ACCESS: TimeDelta = TimeDelta::minutes(15);
/// How long the demonstration's tokens work.
pub const DEMO: TimeDelta = TimeDelta::hours(12);
/// How long a session lives without being refreshed.
const SESSION: TimeDelta = TimeDelta::days(30);
/// Whom tokens are for.
pub const AUDIENCE: &str = "steward";

const WRONG: Error = Error::Unauthenticated("this mail address and password do not match");

/// A fresh access token.
#[derive(Clone, Debug)]
pub struct Issued {
    pub access_token: String,
    pub expires_in: TimeDelta,
    pub must_change_password: bool,
}

/// The token in `Bearer <token>`.
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_start())
}

/// Who a bearer token speaks for, as things stand now. One statement.
pub async fn authenticate(env: &Arc<Env>, token: &str) -> Result<Ctx> {
    const REFUSED: Error = Error::Unauthenticated("this access token is not valid; sign in again");
    let now = env.db.clock().now();
    let claims = env.tokens.verify(token, now.0.timestamp()).map_err(|_| REFUSED)?;
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
    let (Some(session), Some(subject)) = (before.session, before.actor.id()) else { return Ok(()) };
    let principal = ctx.env().db.principal(session).await?.ok_or(ENDED)?;
    let now = principal.viewer(session, subject, since)?;
    if now.may_as(before) { Ok(()) } else { Err(ENDED) }
}

/// Signs a member in. Unknown, inactive and wrong take the same time and answer alike.
pub async fn sign_in_by_password(ctx: &Ctx, email: &str, given: &str) -> Result<Issued> {
    if given.len() > 1_024 || email.len() > 1_024 || email.contains('\0') {
        return Err(WRONG);
    }
    let system = Ctx::system(Arc::clone(ctx.env()));
    let row = system.find::<member::Entity>().filter(member::Column::EmailKey.eq(key(email))).maybe().await?;
    let row = row.filter(|row| row.active);
    let hash = row.as_ref().and_then(|row| row.password_hash.as_deref());
    let right = password::verify(given, hash).await.map_err(Error::internal)?;
    match row {
        Some(row) if right => {
            let mut issued = issue(&system, Subject::Member(row.id), ACCESS).await?;
            issued.must_change_password = row.password_must_change;
            Ok(issued)
        }
        _ => Err(WRONG),
    }
}

/// Signs an integration in.
pub async fn sign_in_by_key(ctx: &Ctx, text: &str) -> Result<Issued> {
    const UNKNOWN: Error = Error::Unauthenticated("this key is not valid");
    let given = ApiKey::parse(text).ok_or(UNKNOWN)?;
    let system = Ctx::system(Arc::clone(ctx.env()));
    let found = system.find::<api_key::Entity>().filter(api_key::Column::SecretHash.eq(given.digest())).maybe().await?;
    let now = system.now();
    let live = found.filter(|row| row.revoked_at.is_none() && row.expires_at.is_none_or(|at| at > now));
    let id = live.ok_or(UNKNOWN)?.id;
    let issued = issue(&system, Subject::Key(id), ACCESS).await?;
    // The session just made is in the audit; that its key was used follows from it.
    let noted = system.write(move |tx| async move {
        let used = vec![(api_key::Column::LastUsedAt, Expr::val(now))];
        tx.set::<api_key::Entity>(Condition::all().add(api_key::Column::Id.eq(id)), used).await.map(drop)
    });
    noted.await?;
    Ok(issued)
}

/// Starts a session for somebody who has proved who they are, and gives its first token.
pub async fn issue(system: &Ctx, subject: Subject, lives: TimeDelta) -> Result<Issued> {
    if system.viewer().role != Role::System {
        return Err(Error::internal("only the server itself issues tokens"));
    }
    let (id, role) = subject_of(system, subject).await?;
    let now = system.now();
    let row = session::Model {
        id: system.env().db.random().id(now).into(),
        member_id: if let Subject::Member(id) = subject { Some(id) } else { None },
        contact_id: if let Subject::Contact(id) = subject { Some(id) } else { None },
        key_id: if let Subject::Key(id) = subject { Some(id) } else { None },
        created_at: now,
        expires_at: Time::new(now.0 + SESSION.max(lives)),
        revoked_at: None,
    };
    let sid = row.id.0;
    system.write(move |tx| async move { tx.insert::<session::Entity>(row).await.map(drop) }).await?;
    let iat = now.0.timestamp();
    let claims = Claims {
        iss: system.company().public_url.clone(),
        aud: AUDIENCE.to_owned(),
        sub: id,
        sid,
        role: role.to_owned(),
        iat,
        nbf: None,
        exp: iat + lives.num_seconds(),
        jti: system.env().db.random().id(now),
    };
    let access_token = system.env().tokens.keyring().sign(&claims).map_err(Error::internal)?;
    Ok(Issued { access_token, expires_in: lives, must_change_password: false })
}

async fn subject_of(system: &Ctx, subject: Subject) -> Result<(uuid::Uuid, &'static str)> {
    match subject {
        Subject::Member(id) => {
            let row = system.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await?;
            if !row.active {
                return Err(Error::conflict("this member is not active"));
            }
            Ok((id.0, row.role.as_str()))
        }
        Subject::Contact(id) => {
            system.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).one("contact").await?;
            Ok((id.0, "CUSTOMER"))
        }
        Subject::Key(id) => Ok((id.0, "INTEGRATION")),
    }
}

/// The keys that sign and check tokens; the first one is made where there is none.
pub async fn keyring(db: &Db, secret: &Secret) -> Result<Keyring> {
    let store = db.store(Arc::new(Viewer::system()));
    let mut rows = keys(&store).await?;
    if !rows.iter().any(|row| row.retired_at.is_none()) {
        let mut seed = [0; 32];
        db.random().fill(&mut seed);
        let fresh = SigningKey::from_seed(&seed).map_err(Error::internal)?;
        let fill = |bytes: &mut [u8]| db.random().fill(bytes);
        let row = signing_key::Model {
            id: fresh.public().id().to_owned(),
            public_key: fresh.public().x().to_owned(),
            sealed: Digest(fresh.seal(secret, &fill).map_err(Error::internal)?),
            created_at: db.clock().now(),
            retired_at: None,
        };
        store.write(move |tx| async move { tx.insert::<signing_key::Entity>(row).await.map(drop) }).await?;
        rows = keys(&store).await?;
    }
    let current = rows.iter().find(|row| row.retired_at.is_none()).ok_or_else(|| Error::internal("no signing key"))?;
    let signing = SigningKey::unseal(secret, &current.sealed.0, &current.id).ok_or_else(|| {
        Error::internal("the signing key cannot be opened: STEWARD_SECRET is not the one this database was made with")
    })?;
    let others = rows
        .iter()
        .filter(|row| row.id != current.id)
        .map(|row| PublicKey::parse(&row.public_key).map_err(Error::internal));
    Ok(Keyring::new(signing, others.collect::<Result<_>>()?))
}

async fn keys(store: &crate::store::Store) -> Result<Vec<signing_key::Model>> {
    let rows =
        store.find::<signing_key::Entity>().order(signing_key::Column::CreatedAt, Order::Desc).limit(10).all().await?;
    Ok(rows.into_iter().map(crate::store::Visible::into_inner).collect())
}
