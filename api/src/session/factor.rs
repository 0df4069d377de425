//! The second factor of a member: an app's one-time code, or a code on paper. It is asked for after a right password
//! alone, so that nobody learns who has one.
//!
//! A code works once, and of many at once one is taken; wrong ones are counted apart from passwords, since a right
//! password would forgive them.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{Digest, MemberId, member, recovery_code, second_factor};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Expr},
};

use super::proof::is_password_of;
use crate::{
    access::{Action, Role},
    base::{Error, Result},
    ctx::Ctx,
    secure::{digest, totp},
    store::{Tx, Visible},
};

/// Wrong codes of one member, at most,
const TRIES: i32 = 10;
/// in this time; then none is looked at until it is over.
const SPAN: TimeDelta = TimeDelta::minutes(15);
/// Codes on paper.
const RECOVERY_CODES: usize = 10;

const WRONG: Error = Error::Unauthenticated("this code does not match; each works once, and for a short time");

/// A secret for an app, shown once.
#[derive(Clone, Debug, async_graphql::SimpleObject)]
#[graphql(serial)]
pub struct SharedSecret {
    /// To be typed into an app: base32.
    pub secret: String,
    /// To be shown as a QR code to an app.
    pub uri: String,
}

type Row = Visible<second_factor::Model>;

/// Refuses a sign-in whose member has a second factor, unless this is its code.
pub(super) async fn ask(system: &Ctx, id: MemberId, code: Option<&str>) -> Result<()> {
    let Some(row) = of(system, id).await?.filter(|row| row.confirmed_at.is_some()) else { return Ok(()) };
    let code = code.ok_or(Error::SecondFactor)?;
    if prove(system, &row, code).await? { Ok(()) } else { Err(WRONG) }
}

async fn of(system: &Ctx, id: MemberId) -> Result<Option<Row>> {
    system.find::<second_factor::Entity>().filter(second_factor::Column::MemberId.eq(id)).maybe().await
}

async fn in_use(system: &Ctx, id: MemberId) -> Result<Row> {
    let row = of(system, id).await?.filter(|row| row.confirmed_at.is_some());
    row.ok_or_else(|| Error::conflict("you have no second factor"))
}

/// Whether this is a code that was not used before; it is used by that.
async fn prove(system: &Ctx, row: &second_factor::Model, code: &str) -> Result<bool> {
    let (id, second) = (row.member_id, system.now().0.timestamp());
    let shared = system.secret().unseal(&row.sealed.0).ok_or_else(|| {
        Error::internal("a second factor cannot be opened: STEWARD_SECRET is not the one it was made with")
    })?;
    let (step, paper) = (totp::step_of(&shared, code, second), totp::as_recovery(code).map(|code| kept(id, &code)));
    let counter = digest(format!("code\0{id}"));
    let verdict = system.write(move |tx| async move {
        let (tries, since) = tx.count_try(counter.clone(), SPAN).await?;
        if tries > TRIES {
            let wait = since.0 + SPAN - tx.now().0;
            return Ok(Err(Error::TooMany(wait.to_std().unwrap_or_default())));
        }
        let right = match (step, paper) {
            (Some(step), _) => take_step(&tx, id, step).await?,
            (None, Some(hash)) => take_paper(&tx, id, hash).await?,
            (None, None) => false,
        };
        if right {
            tx.forget_tries(counter).await?;
        }
        Ok(Ok(right))
    });
    verdict.await?
}

/// Takes the code of a step, unless that of it or of a later one was taken before.
async fn take_step(tx: &Tx, id: MemberId, step: i64) -> Result<bool> {
    let before = Condition::any().add(second_factor::Column::Step.is_null()).add(second_factor::Column::Step.lt(step));
    let which = Condition::all().add(second_factor::Column::MemberId.eq(id)).add(before);
    let taken = vec![(second_factor::Column::Step, Expr::val(step))];
    Ok(tx.set::<second_factor::Entity>(which, taken).await? > 0)
}

async fn take_paper(tx: &Tx, id: MemberId, hash: Digest) -> Result<bool> {
    let which = Condition::all()
        .add(recovery_code::Column::Hash.eq(hash))
        .add(recovery_code::Column::MemberId.eq(id))
        .add(recovery_code::Column::UsedAt.is_null());
    let used = vec![(recovery_code::Column::UsedAt, Expr::val(tx.now()))];
    Ok(tx.set::<recovery_code::Entity>(which, used).await? > 0)
}

/// What is kept of a code on paper.
fn kept(id: MemberId, code: &str) -> Digest {
    digest(format!("recovery\0{id}\0{code}"))
}

/// The asker, who must be a member, and the server's own context in their name.
fn own(ctx: &Ctx) -> Result<(Ctx, MemberId)> {
    ctx.may(Action::ChangePassword)?;
    let id = ctx.viewer().member().ok_or_else(|| Error::Forbidden("only members have a second factor".to_owned()))?;
    Ok((ctx.server_for(ctx.viewer().actor), id))
}

/// Makes a secret for the asker's app. It is asked for at sign-in once a first code has confirmed it; until then another
/// can be made.
pub async fn start(ctx: &Ctx, given: &str) -> Result<SharedSecret> {
    let (system, id) = own(ctx)?;
    let row = system.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await?;
    if given.len() > super::password::LONGEST || !is_password_of(&system, &row.email_key, Some(&row), given).await? {
        return Err(Error::invalid("/password", "is not your password"));
    }
    let mut shared = [0; totp::SHARED_BYTES];
    let fill = |bytes: &mut [u8]| system.env().db.random().fill(bytes);
    fill(&mut shared);
    let sealed = Digest(system.secret().seal(&shared, &fill).map_err(Error::internal)?);
    system
        .write(move |tx| async move {
            let find = tx.find::<second_factor::Entity>().filter(second_factor::Column::MemberId.eq(id)).lock();
            match find.maybe().await? {
                Some(row) if row.confirmed_at.is_some() => {
                    Err(Error::conflict("you have a second factor; stop it first: stopSecondFactor"))
                }
                Some(row) => tx.update::<second_factor::Entity>(row, |row| row.sealed = Set(sealed)).await.map(drop),
                None => {
                    let created_at = tx.now();
                    let row =
                        second_factor::Model { member_id: id, sealed, created_at, confirmed_at: None, step: None };
                    tx.insert::<second_factor::Entity>(row).await.map(drop)
                }
            }
        })
        .await?;
    let (secret, company) = (totp::typed(&shared), plain(&system.company().name));
    let uri = format!("otpauth://totp/{company}:{}?secret={secret}&issuer={company}", plain(&row.email));
    Ok(SharedSecret { secret, uri })
}

/// Text as a part of an address.
fn plain(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            all.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}

/// Takes the app into use by its first code, and ends the asker's other sign-ins. Gives codes to be kept on paper.
pub async fn confirm(ctx: &Ctx, code: &str) -> Result<Vec<String>> {
    let (system, id) = own(ctx)?;
    let row = of(&system, id).await?.filter(|row| !row.sealed.0.is_empty());
    let row = row.ok_or_else(|| Error::conflict("there is none to confirm: startSecondFactor"))?;
    if row.confirmed_at.is_some() {
        return Err(Error::conflict("your second factor is in use already"));
    }
    right(&system, &row, code).await?;
    let here = ctx.viewer().session;
    let (codes, hashes) = fresh(&system, id);
    system
        .write(move |tx| async move {
            let find = tx.find::<second_factor::Entity>().filter(second_factor::Column::MemberId.eq(id)).lock();
            let row = find.one("second factor").await?;
            let now = tx.now();
            tx.update::<second_factor::Entity>(row, |row| row.confirmed_at = Set(Some(now))).await?;
            let others = Condition::all().add(entity::session::Column::MemberId.eq(id));
            tx.end_sessions(others.add_option(here.map(|here| entity::session::Column::Id.ne(here)))).await?;
            papers(&tx, id, hashes).await
        })
        .await?;
    Ok(codes)
}

/// Gives new codes on paper in place of the old.
pub async fn renew_codes(ctx: &Ctx, code: &str) -> Result<Vec<String>> {
    let (system, id) = own(ctx)?;
    let row = in_use(&system, id).await?;
    right(&system, &row, code).await?;
    let (codes, hashes) = fresh(&system, id);
    system.write(move |tx| async move { papers(&tx, id, hashes).await }).await?;
    Ok(codes)
}

/// Ends the asker's second factor.
pub async fn stop(ctx: &Ctx, code: &str) -> Result<()> {
    let (system, id) = own(ctx)?;
    let row = in_use(&system, id).await?;
    right(&system, &row, code).await?;
    system.write(move |tx| async move { end(&tx, id).await }).await
}

/// Ends the second factor of a member who has lost phone and paper, and all their sign-ins. For admins.
pub async fn reset(ctx: &Ctx, id: MemberId) -> Result<MemberId> {
    ctx.may(Action::ChangeMembers)?;
    if ctx.viewer().role != Role::System && ctx.viewer().member() == Some(id) {
        return Err(Error::Forbidden("one's own is stopped with a code: stopSecondFactor".to_owned()));
    }
    ctx.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await?;
    let system = ctx.server_for(ctx.viewer().actor);
    system
        .write(move |tx| async move {
            tx.shut_out_members(&[id]).await?;
            end(&tx, id).await
        })
        .await?;
    Ok(id)
}

/// Seals those secrets anew that the installation's secret before this one has sealed, so that it can be forgotten.
pub async fn reseal(system: &Ctx) -> Result<()> {
    let rows = system.find::<second_factor::Entity>().all().await?;
    if rows.iter().all(|row| row.sealed.0.is_empty() || system.secret().is_of_today(&row.sealed.0)) {
        return Ok(());
    }
    let (secret, random) = (system.secret().clone(), Arc::clone(system.env().db.random()));
    let change = move |tx: Tx| async move {
        for row in tx.find::<second_factor::Entity>().lock().all().await? {
            let theirs = (!secret.is_of_today(&row.sealed.0)).then(|| secret.unseal(&row.sealed.0)).flatten();
            let Some(shared) = theirs else { continue };
            let sealed = Digest(secret.seal(&shared, &|bytes| random.fill(bytes)).map_err(Error::internal)?);
            tx.update::<second_factor::Entity>(row, |row| row.sealed = Set(sealed)).await?;
        }
        Ok(())
    };
    system.write(change).await
}

async fn right(system: &Ctx, row: &second_factor::Model, code: &str) -> Result<()> {
    if prove(system, row, code).await? {
        return Ok(());
    }
    Err(Error::invalid("/code", "does not match; each works once, and for a short time"))
}

/// Codes as they are shown, and as they are kept.
fn fresh(system: &Ctx, id: MemberId) -> (Vec<String>, Vec<Digest>) {
    let codes = (0..RECOVERY_CODES).map(|_| {
        let mut bytes = [0; totp::RECOVERY_BYTES];
        system.env().db.random().fill(&mut bytes);
        totp::recovery(&bytes)
    });
    let codes: Vec<String> = codes.collect();
    let hashes = codes.iter().map(|code| kept(id, code)).collect();
    (codes, hashes)
}

async fn papers(tx: &Tx, id: MemberId, hashes: Vec<Digest>) -> Result<()> {
    tx.remove::<recovery_code::Entity>(Condition::all().add(recovery_code::Column::MemberId.eq(id))).await?;
    let rows = hashes.into_iter().map(|hash| recovery_code::Model { hash, member_id: id, used_at: None });
    tx.insert_all::<recovery_code::Entity>(rows.collect()).await
}

/// Out of use, and its secret forgotten; that it was in use stays in the audit.
async fn end(tx: &Tx, id: MemberId) -> Result<()> {
    tx.remove::<recovery_code::Entity>(Condition::all().add(recovery_code::Column::MemberId.eq(id))).await?;
    let find = tx.find::<second_factor::Entity>().filter(second_factor::Column::MemberId.eq(id)).lock();
    let Some(row) = find.maybe().await? else { return Ok(()) };
    let gone = |row: &mut second_factor::ActiveModel| {
        row.confirmed_at = Set(None);
        row.sealed = Set(Digest(Vec::new()));
    };
    tx.update::<second_factor::Entity>(row, gone).await.map(drop)
}
