//! Whether a contact may be asked, and if not, why not.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use entity::{
    AccountId, ContactId, InvitationStatus, MailState, Muted, Suppression, SurveyKind, Time, WaveId, contact,
    exclusion, invitation, member, survey,
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Query, SimpleExpr},
};
use serde::Deserialize;

use crate::{
    base::Result,
    contact::refused,
    store::{Tx, among},
};

/// Days between two NPS surveys to one person.
pub const QUARANTINE_NPS: TimeDelta = TimeDelta::days(90);
/// Days between two CSAT, or two CES, surveys to one person.
pub const QUARANTINE_CSAT: TimeDelta = TimeDelta::days(30);
/// Days between any two surveys to one person.
pub const QUARANTINE_ANY: TimeDelta = TimeDelta::days(7);

/// Between two surveys of one kind to one person.
pub(super) const fn quarantine(kind: SurveyKind) -> TimeDelta {
    match kind {
        SurveyKind::Nps | SurveyKind::Relationship | SurveyKind::SelfAssessment => QUARANTINE_NPS,
        SurveyKind::Csat | SurveyKind::Ces => QUARANTINE_CSAT,
    }
}

/// When a person was asked last, at whichever account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastAsked {
    pub any: Option<Time>,
    /// By the same kind of survey.
    pub kind: Option<Time>,
}

/// What is known about the people behind some addresses, at all accounts, in view or not. It is
/// used to judge and never shown.
#[derive(Debug, Default)]
pub struct Facts {
    staff: HashSet<String>,
    bounced: HashSet<String>,
    opted_out: HashSet<String>,
    /// Whole accounts, and single contacts, that are kept out for now.
    excluded: HashSet<(AccountId, Option<ContactId>)>,
    asked: HashMap<String, LastAsked>,
}

/// Against what else somebody is judged.
#[derive(Clone, Copy)]
pub enum Against<'a> {
    /// Everything but this wave, which is being made.
    Others(WaveId),
    /// What has been sent and what was queued before this invitation, so that of two who raced one goes.
    Before(&'a invitation::Model),
    /// As above for a reminder: it is part of what was asked already, and nobody needs rest from it.
    Reminder,
}

#[derive(Deserialize)]
struct Asked {
    email_key: Option<String>,
    kind: Option<SurveyKind>,
    queued_at: Time,
}

impl Facts {
    /// Five statements, whatever the number of contacts.
    pub async fn gather(
        tx: &Tx,
        contacts: &[impl std::ops::Deref<Target = contact::Model>],
        kind: SurveyKind,
        against: Against<'_>,
    ) -> Result<Self> {
        let mut facts = Self::default();
        if contacts.is_empty() {
            return Ok(facts);
        }
        facts.exclusions(tx, contacts).await?;
        let keys: HashSet<String> = contacts.iter().filter_map(|row| row.email_key.clone()).collect();
        if keys.is_empty() {
            return Ok(facts);
        }
        let keys = || keys.iter().cloned();
        for row in tx.everywhere::<member::Entity>().filter(member::Column::EmailKey.is_in(keys())).all().await? {
            facts.staff.insert(row.email_key.clone());
        }
        let unreachable = Condition::any()
            .add(contact::Column::Muted.ne(Muted::default()))
            .add(contact::Column::MailState.ne(MailState::Ok));
        let contacts =
            tx.everywhere::<contact::Entity>().filter(contact::Column::EmailKey.is_in(keys())).filter(unreachable);
        for row in contacts.all().await? {
            let Some(key) = row.email_key.clone() else { continue };
            if row.muted.has(kind.class()) || row.mail_state == MailState::Unsubscribed {
                facts.opted_out.insert(key.clone());
            }
            if row.mail_state == MailState::Bounced {
                facts.bounced.insert(key);
            }
        }
        for (key, muted) in refused(tx, &keys().collect::<Vec<_>>()).await? {
            if muted.has(kind.class()) {
                facts.opted_out.insert(key);
            }
        }
        facts.rests(tx, &keys().collect::<Vec<_>>(), kind, against).await?;
        Ok(facts)
    }

    /// Who is kept out for now.
    async fn exclusions(&mut self, tx: &Tx, contacts: &[impl std::ops::Deref<Target = contact::Model>]) -> Result<()> {
        let mut accounts: Vec<AccountId> = contacts.iter().map(|row| row.account_id).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let in_force = tx
            .everywhere::<exclusion::Entity>()
            .filter(among::<exclusion::Entity, _>(exclusion::Column::AccountId, &accounts))
            .filter(exclusion::Column::UntilAt.gt(tx.now()))
            .filter(exclusion::Column::LiftedAt.is_null());
        self.excluded = in_force.all().await?.iter().map(|row| (row.account_id, row.contact_id)).collect();
        Ok(())
    }

    /// When each was asked last.
    async fn rests(&mut self, tx: &Tx, keys: &[String], kind: SurveyKind, against: Against<'_>) -> Result<()> {
        if matches!(against, Against::Reminder) {
            return Ok(());
        }
        let keys = || keys.iter().cloned();
        let since = Time::new(tx.now().0 - QUARANTINE_NPS);
        let people = Query::select()
            .column((contact::Entity, contact::Column::Id))
            .from(contact::Entity)
            .and_where(contact::Column::EmailKey.is_in(keys()))
            .take();
        let mut asked = tx
            .everywhere::<invitation::Entity>()
            .filter(invitation::Column::ContactId.in_subquery(people))
            .filter(invitation::Column::QueuedAt.gt(since))
            .filter(
                Condition::any()
                    .add(invitation::Column::SentAt.is_not_null())
                    .add(invitation::Column::Status.eq(InvitationStatus::Queued)),
            );
        if let Against::Others(wave) = against {
            asked = asked.filter(invitation::Column::WaveId.ne(wave));
        }
        if let Against::Before(own) = against {
            let first = Condition::any()
                .add(invitation::Column::SentAt.is_not_null())
                .add(invitation::Column::QueuedAt.lt(own.queued_at))
                .add(invitation::Column::QueuedAt.eq(own.queued_at).and(invitation::Column::Id.lt(own.id)));
            asked = asked.filter(first).filter(invitation::Column::Id.ne(own.id));
        }
        let rows: Vec<Asked> = asked
            .pick(
                named::<contact::Entity>(contact::Column::EmailKey, contact::Column::Id, invitation::Column::ContactId),
                "email_key",
            )
            .pick(
                named::<survey::Entity>(survey::Column::Kind, survey::Column::Id, invitation::Column::SurveyId),
                "kind",
            )
            .pick_column(invitation::Column::QueuedAt, "queued_at")
            .rows()
            .await?;
        for row in rows {
            let Some(key) = row.email_key else { continue };
            let last = self.asked.entry(key).or_default();
            last.any = Ord::max(last.any, Some(row.queued_at));
            if row.kind == Some(kind) {
                last.kind = Ord::max(last.kind, Some(row.queued_at));
            }
        }
        Ok(())
    }

    /// The first reason against asking this person now, if there is one.
    pub fn against(&self, contact: &contact::Model, kind: SurveyKind, now: Time) -> Option<Suppression> {
        if contact.archived_at.is_some() {
            return Some(Suppression::NoAddress);
        }
        let Some(key) = contact.email_key.as_deref() else { return Some(Suppression::NoAddress) };
        if self.staff.contains(key) {
            return Some(Suppression::StaffAddress);
        }
        if self.bounced.contains(key) {
            return Some(Suppression::Bounced);
        }
        if self.opted_out.contains(key) {
            return Some(Suppression::OptedOut);
        }
        if [None, Some(contact.id)].into_iter().any(|who| self.excluded.contains(&(contact.account_id, who))) {
            return Some(Suppression::Excluded);
        }
        let last = self.asked.get(key).copied().unwrap_or_default();
        last.too_recent(kind, now).then_some(Suppression::Quarantine)
    }
}

impl LastAsked {
    fn too_recent(self, kind: SurveyKind, now: Time) -> bool {
        let same = quarantine(kind);
        let within = |at: Option<Time>, days: TimeDelta| at.is_some_and(|at| now.0 - at.0 < days);
        within(self.any, QUARANTINE_ANY) || within(self.kind, same)
    }
}

/// A column of the row that another column names.
fn named<E: sea_orm::EntityTrait>(value: E::Column, id: E::Column, by: invitation::Column) -> SimpleExpr {
    let select = Query::select()
        .column((E::default(), value))
        .from(E::default())
        .and_where(Expr::col((E::default(), id)).equals((invitation::Entity, by)))
        .take();
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i64) -> Time {
        Time::new(Time::NEVER.0 + TimeDelta::days(n))
    }

    #[test]
    fn a_person_rests_between_surveys() {
        let asked = |any, kind| LastAsked { any: Some(day(any)), kind: Some(day(kind)) };
        assert!(asked(100, 100).too_recent(SurveyKind::Nps, day(189)));
        assert!(!asked(100, 100).too_recent(SurveyKind::Nps, day(190)));
        assert!(asked(100, 100).too_recent(SurveyKind::Csat, day(129)));
        assert!(!asked(100, 100).too_recent(SurveyKind::Csat, day(130)));
        assert!(asked(194, 50).too_recent(SurveyKind::Nps, day(200)), "any other survey, six days ago");
        assert!(!asked(193, 50).too_recent(SurveyKind::Nps, day(200)));
        assert!(!LastAsked::default().too_recent(SurveyKind::Nps, day(0)));
    }

    fn somebody(email: Option<&str>) -> contact::Model {
        let id = uuid::Uuid::from_u128(7);
        contact::Model {
            id: id.into(),
            account_id: id.into(),
            name: "Carl".to_owned(),
            name_key: "carl".to_owned(),
            email: email.map(str::to_owned),
            email_key: email.map(str::to_owned),
            title: None,
            roles: entity::ContactRoles::default(),
            language: None,
            time_zone: None,
            mail_state: MailState::Ok,
            opted_out_at: None,
            source: None,
            reference: None,
            archived_at: None,
            version: 1,
            created_at: day(0),
            updated_at: day(0),
            muted: Muted::default(),
            merged_into_id: None,
        }
    }

    #[test]
    fn the_first_reason_counts() {
        let set = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<HashSet<_>>();
        let all = somebody(None);
        let mut facts = Facts {
            staff: set(&["a"]),
            bounced: set(&["a"]),
            opted_out: set(&["b"]),
            excluded: HashSet::from([(all.account_id, Some(all.id))]),
            asked: HashMap::new(),
        };
        let judged = |facts: &Facts, email| facts.against(&somebody(email), SurveyKind::Nps, day(0));
        assert_eq!(judged(&facts, None), Some(Suppression::NoAddress));
        assert_eq!(judged(&facts, Some("a")), Some(Suppression::StaffAddress));
        assert_eq!(judged(&facts, Some("b")), Some(Suppression::OptedOut));
        assert_eq!(judged(&facts, Some("c")), Some(Suppression::Excluded));
        facts.excluded.clear();
        assert_eq!(judged(&facts, Some("c")), None);
    }
}
