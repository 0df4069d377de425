//! Putting the story into the database: one transaction, a few statements a table.

use std::{collections::HashMap, sync::Arc};

use entity::{
    AccountId, Direction, GrantKind, SurveyKind, TeamRole, Time, account, account_grant, contact, interaction,
    invitation, member, ownership, program, response, survey, team, team_member, team_place, visit, wave,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Expr},
};

use super::{
    ADMIN, Cast, Person,
    clients::{Client, SECOND, SPOTLIGHT, clients},
    dice::{Calendar, Dice},
    history::{History, Teller},
    staff::Staff,
};
use crate::{
    base::{Error, Random, Result},
    ctx::{Company, Ctx},
    response::latest_nps,
    satisfaction::{Credited, count},
    store::Tx,
    team::insert_tree,
};

/// The story's seed: another one tells another story.
const SEED: u64 = 20_170_401;
/// When the company began to keep records, in days before now.
const BEGAN: i64 = 940;

/// Plays the past into an empty installation; gives who stands in front.
pub async fn play(system: &Ctx) -> Result<Cast> {
    let random = Arc::clone(system.env().db.random());
    let company = system.company().clone();
    system.write(move |tx| async move { staged(&tx, &random, &company).await }).await
}

async fn staged(tx: &Tx, random: &Arc<dyn Random>, company: &Company) -> Result<Cast> {
    let (dice, calendar) = (Dice::new(SEED), Calendar { now: tx.now() });
    let began = calendar.at(BEGAN, 8, 0);
    let admin = admin(tx, began).await?;
    let top = tx.find::<team::Entity>().filter(team::Column::ParentId.is_null()).one("team").await?;
    let staff = Staff::hire(random, top.id, began, admin.password_hash.as_deref());
    tx.insert_all::<team::Entity>(staff.teams.clone()).await?;
    tx.insert_all::<member::Entity>(staff.members.clone()).await?;
    tx.insert_all::<team_member::Entity>(staff.spells.clone()).await?;
    let above = HashMap::from([(top.id, vec![top.id])]);
    let places = insert_tree(tx, &staff.nodes, &above, began).await?;
    let mut clients = clients(random, &dice, calendar, &staff);
    let (nps, csat) = (survey_of(tx, SurveyKind::Nps).await?, survey_of(tx, SurveyKind::Csat).await?);
    let teller =
        Teller { random, dice: &dice, calendar, company, staff: &staff, places: &places, nps: &nps, csat: &csat };
    let told = teller.tell(&clients);
    for client in &mut clients {
        remember(client, &told, calendar);
    }
    let cast = cast(&admin, &staff, &clients)?;
    let grants = grants(random, calendar, &staff, &clients);
    write(tx, clients, grants, told).await?;
    Ok(cast)
}

/// The first admin gets a name; the company at the top has stood there from the beginning.
async fn admin(tx: &Tx, began: Time) -> Result<member::Model> {
    let row = tx.find::<member::Entity>().filter(member::Column::EmailKey.eq(ADMIN)).one("member").await?;
    let row = tx
        .update::<member::Entity>(row, |row| {
            row.name = Set("Ada Lindqvist".to_owned());
            row.name_key = Set("ada lindqvist".to_owned());
        })
        .await?;
    tx.set::<team_place::Entity>(Condition::all(), vec![(team_place::Column::FromAt, Expr::val(began))]).await?;
    tx.set::<team_member::Entity>(Condition::all(), vec![(team_member::Column::FromAt, Expr::val(began))]).await?;
    Ok(row.into_inner())
}

async fn survey_of(tx: &Tx, kind: SurveyKind) -> Result<survey::Model> {
    let row = tx.find::<survey::Entity>().filter(survey::Column::Kind.eq(kind)).limit(1).one("survey").await?;
    Ok(row.into_inner())
}

async fn write(tx: &Tx, clients: Vec<Client>, grants: Vec<account_grant::Model>, told: History) -> Result<()> {
    let (mut accounts, mut contacts, mut periods) = (Vec::new(), Vec::new(), Vec::new());
    for client in clients {
        accounts.push(client.account);
        contacts.extend(client.contacts);
        periods.extend(client.periods);
    }
    tx.insert_all::<account::Entity>(accounts).await?;
    let seen = tx.find::<account::Entity>().all().await?;
    tx.insert_each::<contact::Entity>(&seen, contacts).await?;
    tx.insert_each::<ownership::Entity>(&seen, periods).await?;
    tx.insert_each::<account_grant::Entity>(&seen, grants).await?;
    tx.insert_each::<interaction::Entity>(&seen, told.interactions).await?;
    tx.insert_all::<program::Entity>(told.programs).await?;
    tx.insert_all::<wave::Entity>(told.waves).await?;
    tx.insert_each::<invitation::Entity>(&seen, told.invitations).await?;
    tx.insert_each::<visit::Entity>(&seen, told.visits).await?;
    let counted: Vec<_> = told.responses.iter().map(|row| (Credited::of(row), row.score, 1)).collect();
    tx.insert_each::<response::Entity>(&seen, told.responses).await?;
    tx.set::<account::Entity>(Condition::all(), vec![latest_nps()]).await?;
    count(tx, &counted).await
}

/// What an account keeps of its past: when it was last in contact, and how it is.
fn remember(client: &mut Client, told: &History, calendar: Calendar) {
    let row = &mut client.account;
    for entry in told.interactions.iter().filter(|entry| entry.account_id == row.id) {
        let at = entry.occurred_at;
        row.last_live_at = if entry.channel.is_live() { row.last_live_at.max(at) } else { row.last_live_at };
        match entry.direction {
            Direction::Inbound => row.last_inbound_at = row.last_inbound_at.max(at),
            Direction::Outbound => row.last_outbound_at = row.last_outbound_at.max(at),
            Direction::Internal => {}
        }
    }
    row.updated_at = row.last_inbound_at.max(row.last_outbound_at).max(row.created_at);
    row.health = health(row.id, told, calendar, row.owner_id.is_some());
}

/// The mean of half a year's NPS answers on a scale of 100, less 15 while nobody owns the account.
fn health(id: AccountId, told: &History, calendar: Calendar, owned: bool) -> i16 {
    let recent = calendar.at(180, 0, 0);
    let scores: Vec<i16> = told
        .responses
        .iter()
        .filter(|row| row.account_id == id && row.kind == SurveyKind::Nps && row.answered_at >= recent)
        .map(|row| row.score)
        .collect();
    let Ok(n @ 1..) = i16::try_from(scores.len()) else { return -1 };
    let mean = scores.iter().sum::<i16>() * 10 / n;
    if owned { mean } else { (mean - 15).max(0) }
}

/// Account teams: colleagues who see an account they do not own.
fn grants(
    random: &Arc<dyn Random>,
    calendar: Calendar,
    staff: &Staff,
    clients: &[Client],
) -> Vec<account_grant::Model> {
    // Account, desk and seat of the collaborator, what they do there.
    let plan = [
        (SPOTLIGHT, 1, 1, TeamRole::Backup),
        (SPOTLIGHT, 3, 0, TeamRole::Support),
        (2, 1, 0, TeamRole::Training),
        (12, 5, 0, TeamRole::Support),
        (20, 0, 1, TeamRole::Finance),
    ];
    let from = calendar.at(60, 9, 0);
    plan.into_iter()
        .filter_map(|(at, desk, seat, role)| {
            Some(account_grant::Model {
                id: random.id(from).into(),
                account_id: clients.get(at)?.account.id,
                member_id: *staff.desks.get(desk)?.owners.get(seat)?,
                kind: GrantKind::Collaborator,
                role: Some(role),
                from_at: from,
                until_at: None,
            })
        })
        .collect()
}

fn cast(admin: &member::Model, staff: &Staff, clients: &[Client]) -> Result<Cast> {
    const EMPTY: &str = "the story has nobody in front";
    let client = clients.get(SPOTLIGHT).ok_or_else(|| Error::internal(EMPTY))?;
    let second = clients.get(SECOND).ok_or_else(|| Error::internal(EMPTY))?;
    let member = |id| staff.named(id).ok_or_else(|| Error::internal(EMPTY));
    let person = |row: &member::Model| Person { id: row.id, name: row.name.clone(), email: row.email.clone() };
    let desk = staff.desks.iter().find(|desk| desk.team_id == client.account.team_id);
    let owner = client.account.owner_id.ok_or_else(|| Error::internal(EMPTY))?;
    let customer = client.contacts.first().ok_or_else(|| Error::internal(EMPTY))?;
    Ok(Cast {
        admin: person(admin),
        manager: person(member(desk.ok_or_else(|| Error::internal(EMPTY))?.lead)?),
        owner: person(member(owner)?),
        customer: Person {
            id: customer.id,
            name: customer.name.clone(),
            email: customer.email.clone().unwrap_or_default(),
        },
        account: client.account.id,
        account_name: client.account.name.clone(),
        team: client.account.team_id,
        second: second.account.id,
    })
}
