//! A member's new password.

use entity::{access_link, member, session};
use sea_orm::{ActiveValue::Set, ColumnTrait, sea_query::Condition};

use super::proof::is_password_of;
use crate::{
    access::Action,
    base::{Check, Error, Result},
    ctx::Ctx,
    secure::password,
    store::{Tx, Visible},
};

/// Longest text that is looked at as a password.
pub(super) const LONGEST: usize = 1_024;

const WRONG: &str = "is not your password";

/// Changes the asker's password, and ends all their other sign-ins.
pub async fn change(ctx: &Ctx, current: &str, new: &str) -> Result<()> {
    ctx.may(Action::ChangePassword)?;
    let Some(id) = ctx.viewer().member() else {
        return Err(Error::Forbidden("only members have a password".to_owned()));
    };
    let system = ctx.server_for(ctx.viewer().actor);
    let row = system.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await?;
    let mut check = Check::default();
    if chosen(&system, &mut check, &row, new) && new == current {
        check.fault("password", "is the one you have; choose another");
    }
    check.done()?;
    if current.len() > LONGEST || !is_password_of(&system, &row.email_key, Some(&row), current).await? {
        return Err(Error::invalid("/current", WRONG));
    }
    let hash = password::hash(new).await.map_err(Error::internal)?;
    let here = ctx.viewer().session;
    system
        .write(move |tx| async move {
            let held = tx.find::<member::Entity>().filter(member::Column::Id.eq(id)).lock().one("member").await?;
            // Another change was faster: what was given is not the password any more.
            if held.password_hash != row.password_hash {
                return Err(Error::invalid("/current", WRONG));
            }
            tx.take_links(Condition::all().add(access_link::Column::MemberId.eq(id))).await?;
            let others = Condition::all().add(session::Column::MemberId.eq(id));
            tx.end_sessions(others.add_option(here.map(|here| session::Column::Id.ne(here)))).await?;
            replace_password(&tx, held, hash).await
        })
        .await
}

/// Whether a member may choose this password; notes why not.
pub fn chosen(system: &Ctx, check: &mut Check, member: &member::Model, new: &str) -> bool {
    let about = [system.company().name.as_str(), member.name.as_str(), member.email.as_str()];
    let verdict = password::check_of(new, &about);
    let may = verdict.is_ok();
    if let Err(rule) = verdict {
        check.fault("password", rule);
    }
    may
}

/// Gives a member the password of this hash, by their own choice.
pub async fn replace_password(tx: &Tx, member: Visible<member::Model>, hash: String) -> Result<()> {
    let (version, now) = (member.version + 1, tx.now());
    let changed = tx.update::<member::Entity>(member, |row| {
        row.password_hash = Set(Some(hash));
        row.password_must_change = Set(false);
        row.version = Set(version);
        row.updated_at = Set(now);
    });
    changed.await.map(drop)
}
