//! Members whom an outside issuer vouches for. It says who they are; what they may is read here, as for a session.

use std::sync::Arc;

use entity::Time;

use crate::{
    base::{Error, Result},
    ctx::{Ctx, Env},
    issuer::{Issuer, Untaken},
    secure::Who,
    store::Sought,
};

/// Who a token of the outside issuer speaks for, as things stand now. One statement. Whatever is wrong with it, and
/// whether there is such a member, is answered alike.
pub(super) async fn authenticate(env: &Arc<Env>, issuer: &Arc<Issuer>, token: &str, now: Time) -> Result<Ctx> {
    const REFUSED: Error = Error::Unauthenticated("this access token is not valid; sign in again");
    let claims = match issuer.verify(token, now).await {
        Ok(claims) => claims,
        Err(Untaken::Away) => return Err(Error::Unavailable),
        Err(Untaken::Refused(why)) => {
            issuer.tell(why.to_string(), now);
            return Err(REFUSED);
        }
    };
    let sought = match &claims.who {
        Who::Email(key) => Sought::Email(key),
        Who::Reference(text) => Sought::Reference(text),
    };
    let Some(viewer) = env.db.member(sought).await? else {
        let by = if matches!(claims.who, Who::Email(_)) { "mail address" } else { "reference" };
        issuer.tell(format!("no active member has the {by} that the token names"), now);
        return Err(REFUSED);
    };
    Ok(Ctx::new(Arc::clone(env), viewer))
}
