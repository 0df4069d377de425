//! An account as both doors show it.

use std::sync::Arc;

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use entity::{AccountId, Day, Lifecycle, MemberId, TeamId, Tier, Time, account};

use crate::{
    access::Action,
    base::Long,
    contact::Contact,
    ctx::{May, StaffOnly},
    escalation::{Escalation, EscalationArgs},
    invitation::Invitation,
    member::Member,
    ownership::{Collaborator, Ownership},
    response::{Response, ScoreRow},
    store::{
        Cursor, Page,
        filter::{
            DateFilter, DateTimeFilter, IdFilter, IntFilter, LifecycleFilter, LongFilter, TextFilter, TierFilter,
            filters,
        },
    },
    team::Team,
    timeline::{Interaction, TimelineArgs},
};

/// A client company.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct Account {
    /// Its id, for good.
    pub id: AccountId,
    /// What the company is called.
    pub name: String,
    /// The domain of its mail and web addresses, in lower case.
    pub domain: Option<String>,
    /// Where it belongs by region.
    pub territory: Option<String>,
    /// What it does.
    pub industry: Option<String>,
    /// The group it is counted in.
    #[graphql(guard = "StaffOnly")]
    pub segment: Option<String>,
    /// How important it is to us.
    #[graphql(guard = "StaffOnly")]
    pub tier: Option<Tier>,
    /// Where it stands in its life with us.
    #[graphql(guard = "StaffOnly")]
    pub lifecycle: Option<Lifecycle>,
    /// When its contract is to be renewed.
    pub renewal_on: Option<Day>,
    /// 0 (worst) to 100; null while unknown.
    #[graphql(guard = "StaffOnly")]
    pub health_score: Option<i32>,
    /// Since when nobody owns it.
    #[graphql(guard = "StaffOnly")]
    pub unowned_since: Option<Time>,
    /// The last call, meeting, video call or visit.
    #[graphql(guard = "StaffOnly")]
    pub last_live_at: Option<Time>,
    /// The last time the customer turned to us.
    #[graphql(guard = "StaffOnly")]
    pub last_inbound_at: Option<Time>,
    /// The last time we turned to the customer.
    #[graphql(guard = "StaffOnly")]
    pub last_outbound_at: Option<Time>,
    /// The outside system it came from.
    #[graphql(guard = "StaffOnly")]
    pub source: Option<String>,
    /// That system's own id for it; unique for each source.
    #[graphql(guard = "StaffOnly")]
    pub reference: Option<String>,
    /// Since when it is out of lists and surveys.
    #[graphql(guard = "StaffOnly")]
    pub archived_at: Option<Time>,
    /// Counts the changes; an update names the one it was made on.
    pub version: i32,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// The newest NPS answer.
    #[graphql(guard = "StaffOnly.and(May(Action::ReadResponses))")]
    pub latest_nps: Option<i16>,
    #[graphql(skip)]
    pub merged_into: Option<AccountId>,
    #[graphql(skip)]
    pub value: Option<i64>,
    #[graphql(skip)]
    pub team_id: TeamId,
    #[graphql(skip)]
    pub related: Box<Related>,
}

/// A page, each row with its cursor.
pub type Listed<T> = Page<(Cursor, Arc<T>)>;

/// What came along with the account's own columns: only what was asked for.
#[derive(Clone, Debug, Default)]
pub struct Related {
    pub owner: Option<Member>,
    pub backup: Option<Member>,
    pub team: Option<Team>,
    pub parent: Option<ParentAccount>,
    pub ownerships: Vec<Ownership>,
    pub collaborators: Vec<Collaborator>,
    pub contacts: Vec<Contact>,
    pub timelines: Vec<(TimelineArgs, Listed<Interaction>)>,
    pub invitations: Vec<Invitation>,
    pub responses: Vec<Response>,
    pub scores: Vec<ScoreRow>,
    pub escalations: Vec<(EscalationArgs, Listed<Escalation>)>,
    pub open_escalations: Option<i32>,
}

/// The account another one belongs to.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct ParentAccount {
    /// Its id.
    pub id: AccountId,
    /// What it is called.
    pub name: String,
}

impl From<account::Model> for Account {
    fn from(row: account::Model) -> Self {
        Self::of(row, Related::default())
    }
}

impl Account {
    pub fn of(row: account::Model, related: Related) -> Self {
        Self {
            id: row.id,
            name: row.name,
            domain: row.domain,
            territory: row.territory,
            industry: row.industry,
            segment: row.segment,
            tier: Some(row.tier),
            lifecycle: Some(row.lifecycle),
            renewal_on: row.renewal_on.known(),
            health_score: (row.health >= 0).then_some(row.health.into()),
            unowned_since: row.unowned_since,
            last_live_at: row.last_live_at.known(),
            last_inbound_at: row.last_inbound_at.known(),
            last_outbound_at: row.last_outbound_at.known(),
            source: row.source,
            reference: row.reference,
            archived_at: row.archived_at,
            merged_into: row.merged_into_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            latest_nps: row.latest_nps,
            value: row.annual_value,
            team_id: row.team_id,
            related: Box::new(related),
        }
    }
}

type Table = account::Entity;
use account::Column as C;

filters! {
    /// Which accounts. Conditions in one object must all hold.
    AccountFilter {
        /// By id.
        id: IdFilter => |f, _| f.on::<Table>(C::Id),
        /// By who owns it now.
        #[internal]
        owner_id: IdFilter => |f, _| f.on::<Table>(C::OwnerId),
        /// By home team.
        #[internal]
        team_id: IdFilter => |f, _| f.on::<Table>(C::TeamId),
        /// By the account it belongs to; one that you do not see counts as none.
        #[internal]
        parent_id: IdFilter => |f, sight| f.on_seen::<Table, Table>(C::ParentId, C::Id, sight),
        /// By the outside system it came from.
        #[internal]
        source: TextFilter => |f, _| f.on::<Table>(C::Source),
        /// By that system's own id for it.
        #[internal]
        reference: TextFilter => |f, _| f.on::<Table>(C::Reference),
        /// By domain.
        domain: TextFilter => |f, _| f.on::<Table>(C::Domain),
        /// By territory.
        territory: TextFilter => |f, _| f.on::<Table>(C::Territory),
        /// By industry.
        industry: TextFilter => |f, _| f.on::<Table>(C::Industry),
        /// By segment.
        #[internal]
        segment: TextFilter => |f, _| f.on::<Table>(C::Segment),
        /// By tier.
        #[internal]
        tier: TierFilter => |f, _| f.on::<Table>(C::Tier),
        /// By stage of life.
        #[internal]
        lifecycle: LifecycleFilter => |f, _| f.on::<Table>(C::Lifecycle),
        /// Minor units of the company's currency.
        #[internal]
        annual_value: LongFilter => |f, _| f.on::<Table>(C::AnnualValue),
        /// By the day of renewal.
        renewal_on: DateFilter => |f, _| f.on::<Table>(C::RenewalOn),
        /// By health, 0 to 100.
        #[internal]
        health_score: IntFilter => |f, _| f.on::<Table>(C::Health),
        /// By the last call, meeting, video call or visit.
        #[internal]
        last_live_at: DateTimeFilter => |f, _| f.on::<Table>(C::LastLiveAt),
        /// By the last change.
        updated_at: DateTimeFilter => |f, _| f.on::<Table>(C::UpdatedAt),
    }
}

/// By what accounts are sorted; ties by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum AccountSort {
    /// By name.
    #[default]
    NameAsc,
    /// By name, from the end.
    NameDesc,
    /// The worst first.
    HealthAsc,
    /// The best first.
    HealthDesc,
    /// The next to renew first.
    RenewalAsc,
    /// The last to renew first.
    RenewalDesc,
    /// The longest silent first.
    LastLiveAsc,
    /// The latest met first.
    LastLiveDesc,
    /// The oldest first; without regard to names.
    CreatedAsc,
    /// The newest first; without regard to names.
    CreatedDesc,
    /// The longest unchanged first; without regard to names.
    UpdatedAsc,
    /// The last changed first; without regard to names.
    UpdatedDesc,
}

/// A new account. It waits in a team until it has an owner.
#[derive(Clone, Debug, InputObject)]
pub struct CreateAccount {
    /// 1 to 200 characters.
    pub name: String,
    /// Such as `example.com`.
    pub domain: Option<String>,
    /// The account it belongs to.
    pub parent_id: Option<AccountId>,
    /// At most 200 characters.
    pub territory: Option<String>,
    /// At most 200 characters.
    pub industry: Option<String>,
    /// At most 200 characters.
    pub segment: Option<String>,
    /// How important it is to us.
    #[graphql(default_with = "Tier::Standard")]
    pub tier: Tier,
    /// Where it stands in its life with us.
    #[graphql(default_with = "Lifecycle::Active")]
    pub lifecycle: Lifecycle,
    /// Minor units of the company's currency.
    pub annual_value: Option<Long>,
    /// When its contract is to be renewed.
    pub renewal_on: Option<Day>,
    /// The owner, from now on; their team becomes the account's.
    pub owner_id: Option<MemberId>,
    /// Where it waits without an owner; the actor's team where absent.
    pub team_id: Option<TeamId>,
}

/// What to change; what is absent stays, null clears.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateAccount {
    /// The account to change.
    pub id: AccountId,
    /// The version this change was made on.
    pub version: i32,
    /// 1 to 200 characters.
    pub name: Option<String>,
    /// Such as `example.com`.
    pub domain: MaybeUndefined<String>,
    /// The account it belongs to.
    pub parent_id: MaybeUndefined<AccountId>,
    /// At most 200 characters.
    pub territory: MaybeUndefined<String>,
    /// At most 200 characters.
    pub industry: MaybeUndefined<String>,
    /// At most 200 characters.
    pub segment: MaybeUndefined<String>,
    /// How important it is to us.
    pub tier: Option<Tier>,
    /// Where it stands in its life with us.
    pub lifecycle: Option<Lifecycle>,
    /// Minor units of the company's currency.
    pub annual_value: MaybeUndefined<Long>,
    /// When its contract is to be renewed.
    pub renewal_on: MaybeUndefined<Day>,
    /// True keeps it out of lists and surveys; false takes it back.
    pub archived: Option<bool>,
}
