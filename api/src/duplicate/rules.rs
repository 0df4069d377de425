//! What becomes of two rows: pure arithmetic.

use entity::{ContactRoles, Day, MailState, Muted, Time, account, contact, ownership};

/// Two contacts as one. Gives the row that stays, and the one that goes.
///
/// Whoever said no in either guise has said no. A bounce belongs to its address.
pub fn unite(keep: &contact::Model, gone: &contact::Model, now: Time) -> (contact::Model, contact::Model) {
    let takes = keep.email_key.is_none();
    let same = takes || keep.email_key == gone.email_key;
    let refuses = [keep, gone].iter().any(|row| row.mail_state == MailState::Unsubscribed);
    let bounced = keep.mail_state == MailState::Bounced || (same && gone.mail_state == MailState::Bounced);
    let muted = if refuses { Muted::ALL } else { Muted(keep.muted.0 | gone.muted.0) };
    let said_no = [keep.opted_out_at, gone.opted_out_at].into_iter().flatten().min();
    let mail_state = match (bounced, refuses) {
        (true, _) => MailState::Bounced,
        (false, true) => MailState::Unsubscribed,
        (false, false) => MailState::Ok,
    };
    let one = contact::Model {
        email: if takes { gone.email.clone() } else { keep.email.clone() },
        email_key: if takes { gone.email_key.clone() } else { keep.email_key.clone() },
        title: keep.title.clone().or_else(|| gone.title.clone()),
        roles: ContactRoles(keep.roles.0 | gone.roles.0),
        language: keep.language.clone().or_else(|| gone.language.clone()),
        time_zone: keep.time_zone.clone().or_else(|| gone.time_zone.clone()),
        mail_state,
        opted_out_at: said_no.or_else(|| (muted == Muted::ALL).then_some(now)),
        muted,
        version: keep.version + 1,
        updated_at: now,
        ..keep.clone()
    };
    let other = contact::Model {
        email: if takes { None } else { gone.email.clone() },
        email_key: if takes { None } else { gone.email_key.clone() },
        archived_at: gone.archived_at.or(Some(now)),
        merged_into_id: Some(keep.id),
        version: gone.version + 1,
        updated_at: now,
        ..gone.clone()
    };
    (one, other)
}

/// What the account that stays takes over of itself: what it lacks, and the later of what is kept of both.
pub fn fill(keep: &account::Model, gone: &account::Model) -> account::Model {
    let or = |mine: &Option<String>, theirs: &Option<String>| mine.clone().or_else(|| theirs.clone());
    account::Model {
        domain: or(&keep.domain, &gone.domain),
        territory: or(&keep.territory, &gone.territory),
        industry: or(&keep.industry, &gone.industry),
        segment: or(&keep.segment, &gone.segment),
        annual_value: keep.annual_value.or(gone.annual_value),
        renewal_on: if keep.renewal_on == Day::NONE { gone.renewal_on } else { keep.renewal_on },
        last_live_at: keep.last_live_at.max(gone.last_live_at),
        last_inbound_at: keep.last_inbound_at.max(gone.last_inbound_at),
        last_outbound_at: keep.last_outbound_at.max(gone.last_outbound_at),
        ..keep.clone()
    }
}

/// Whether two half-open periods share an instant.
pub fn overlap(one: &ownership::Model, other: &ownership::Model) -> bool {
    let begins_within = |a: &ownership::Model, b: &ownership::Model| b.until_at.is_none_or(|until| a.from_at < until);
    begins_within(one, other) && begins_within(other, one)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use entity::OwnershipSource;

    use super::*;

    fn day(n: i64) -> Time {
        Time::new(Time::NEVER.0 + TimeDelta::days(n))
    }

    fn somebody(id: u128, email: Option<&str>) -> contact::Model {
        contact::Model {
            id: uuid::Uuid::from_u128(id).into(),
            account_id: uuid::Uuid::from_u128(9).into(),
            name: "Carl".to_owned(),
            name_key: "carl".to_owned(),
            email: email.map(str::to_owned),
            email_key: email.map(str::to_owned),
            title: None,
            roles: ContactRoles::default(),
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
    fn a_no_in_either_guise_is_a_no() {
        let keep = contact::Model { muted: Muted(1), ..somebody(1, Some("a")) };
        let gone = contact::Model { muted: Muted(2), ..somebody(2, Some("b")) };
        let (one, other) = unite(&keep, &gone, day(5));
        assert_eq!((one.muted, one.opted_out_at, one.mail_state), (Muted::ALL, Some(day(5)), MailState::Ok));
        assert_eq!((one.email.as_deref(), other.email.as_deref()), (Some("a"), Some("b")), "each keeps its address");
        assert_eq!((other.archived_at, other.merged_into_id), (Some(day(5)), Some(keep.id)));
        let earlier = contact::Model { muted: Muted::ALL, opted_out_at: Some(day(2)), ..gone };
        assert_eq!(unite(&keep, &earlier, day(5)).0.opted_out_at, Some(day(2)));
        let said = contact::Model { mail_state: MailState::Unsubscribed, ..somebody(2, Some("b")) };
        let one = unite(&keep, &said, day(5)).0;
        assert_eq!((one.muted, one.mail_state), (Muted::ALL, MailState::Unsubscribed));
    }

    #[test]
    fn a_bounce_belongs_to_its_address() {
        let bounced = |email| contact::Model { mail_state: MailState::Bounced, ..somebody(2, email) };
        let state = |keep, gone| unite(&somebody(1, keep), &bounced(gone), day(5)).0.mail_state;
        assert_eq!(state(Some("a"), Some("a")), MailState::Bounced);
        assert_eq!(state(Some("a"), Some("b")), MailState::Ok);
        assert_eq!(state(None, Some("b")), MailState::Bounced, "taken over with the address");
        let (one, other) = unite(&somebody(1, None), &bounced(Some("b")), day(5));
        assert_eq!((one.email_key.as_deref(), other.email_key), (Some("b"), None));
    }

    #[test]
    fn periods_that_touch_do_not_overlap() {
        let period = |from, until: Option<i64>| ownership::Model {
            id: uuid::Uuid::from_u128(1).into(),
            account_id: uuid::Uuid::from_u128(1).into(),
            member_id: uuid::Uuid::from_u128(1).into(),
            team_id: uuid::Uuid::from_u128(1).into(),
            from_at: day(from),
            until_at: until.map(day),
            source: OwnershipSource::Manual,
            reason: None,
            by_id: None,
        };
        assert!(!overlap(&period(1, Some(3)), &period(3, None)));
        assert!(!overlap(&period(3, None), &period(1, Some(3))));
        assert!(overlap(&period(1, Some(4)), &period(3, None)));
        assert!(overlap(&period(1, None), &period(3, Some(4))) && overlap(&period(1, Some(9)), &period(3, Some(4))));
    }
}
