//! An account as both doors show it.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use entity::{AccountId, Day, Lifecycle, MemberId, TeamId, Tier, Time, account, contact, member, team};
use sea_orm::sea_query::Condition;
use serde::Deserialize;

use crate::{
    access::Action,
    base::{Long, Result},
    ctx::{May, StaffOnly},
    invitation::InvitationRow,
    ownership::{CollaboratorRow, OwnershipRow},
    response::{ResponseRow, ScoreRow},
    store::filter::{
        self, DateFilter, DateTimeFilter, Filter, IdFilter, IntFilter, LifecycleFilter, LongFilter, TextFilter,
        TierFilter,
    },
    timeline::{InteractionRow, TimelineArgs},
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
    pub value: Option<i64>,
    #[graphql(skip)]
    pub related: Related,
}

/// What came along with the account's own columns: only what was asked for.
#[derive(Clone, Debug, Default)]
pub struct Related {
    pub owner: Option<member::Model>,
    pub team: Option<team::Model>,
    pub parent: Option<account::Model>,
    pub ownerships: Vec<OwnershipRow>,
    pub collaborators: Vec<CollaboratorRow>,
    pub contacts: Vec<(contact::Model,)>,
    pub timelines: Vec<(TimelineArgs, Vec<InteractionRow>)>,
    pub invitations: Vec<InvitationRow>,
    pub responses: Vec<ResponseRow>,
    pub scores: Vec<ScoreRow>,
}

impl From<account::Model> for Account {
    fn from(row: account::Model) -> Self {
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
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            latest_nps: row.latest_nps,
            value: row.annual_value,
            related: Related::default(),
        }
    }
}

/// Which accounts. Conditions in one object must all hold.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountFilter {
    /// All of these.
    pub and: Option<Vec<AccountFilter>>,
    /// At least one of these; none of an empty list.
    pub or: Option<Vec<AccountFilter>>,
    /// Not this.
    pub not: Option<Box<AccountFilter>>,
    /// By id.
    pub id: Option<IdFilter>,
    /// By who owns it now.
    pub owner_id: Option<IdFilter>,
    /// By home team.
    pub team_id: Option<IdFilter>,
    /// By the account it belongs to.
    pub parent_id: Option<IdFilter>,
    /// By domain.
    pub domain: Option<TextFilter>,
    /// By territory.
    pub territory: Option<TextFilter>,
    /// By industry.
    pub industry: Option<TextFilter>,
    /// By segment.
    pub segment: Option<TextFilter>,
    /// By tier.
    pub tier: Option<TierFilter>,
    /// By stage of life.
    pub lifecycle: Option<LifecycleFilter>,
    /// Minor units of the company's currency.
    pub annual_value: Option<LongFilter>,
    /// By the day of renewal.
    pub renewal_on: Option<DateFilter>,
    /// By health, 0 to 100.
    pub health_score: Option<IntFilter>,
    /// By the last call, meeting, video call or visit.
    pub last_live_at: Option<DateTimeFilter>,
    /// By the last change.
    pub updated_at: Option<DateTimeFilter>,
}

impl AccountFilter {
    /// The first field used that a customer may not know of.
    pub fn internal(&self) -> Option<&'static str> {
        let own = [
            ("segment", self.segment.is_some()),
            ("tier", self.tier.is_some()),
            ("lifecycle", self.lifecycle.is_some()),
            ("annualValue", self.annual_value.is_some()),
            ("healthScore", self.health_score.is_some()),
            ("lastLiveAt", self.last_live_at.is_some()),
            ("ownerId", self.owner_id.is_some()),
            ("teamId", self.team_id.is_some()),
            ("parentId", self.parent_id.is_some()),
        ];
        let own = own.into_iter().find_map(|(name, used)| used.then_some(name));
        own.or_else(|| self.inner().find_map(Self::internal))
    }

    fn inner(&self) -> impl Iterator<Item = &Self> {
        self.and.iter().flatten().chain(self.or.iter().flatten()).chain(self.not.as_deref())
    }
}

impl Filter for AccountFilter {
    fn condition(&self) -> Result<Condition> {
        type Table = account::Entity;
        use account::Column as C;
        let mut all = filter::nested(self.and.as_deref(), self.or.as_deref(), self.not.as_deref())?;
        let fields = [
            self.id.as_ref().map(|f| f.on::<Table>(C::Id)),
            self.owner_id.as_ref().map(|f| f.on::<Table>(C::OwnerId)),
            self.team_id.as_ref().map(|f| f.on::<Table>(C::TeamId)),
            self.parent_id.as_ref().map(|f| f.on::<Table>(C::ParentId)),
            self.domain.as_ref().map(|f| f.on::<Table>(C::Domain)),
            self.territory.as_ref().map(|f| f.on::<Table>(C::Territory)),
            self.industry.as_ref().map(|f| f.on::<Table>(C::Industry)),
            self.segment.as_ref().map(|f| f.on::<Table>(C::Segment)),
            self.tier.as_ref().map(|f| f.on::<Table>(C::Tier)),
            self.lifecycle.as_ref().map(|f| f.on::<Table>(C::Lifecycle)),
            self.annual_value.as_ref().map(|f| f.on::<Table>(C::AnnualValue)),
            self.renewal_on.as_ref().map(|f| f.on::<Table>(C::RenewalOn)),
            self.health_score.as_ref().map(|f| f.on::<Table>(C::Health)),
            self.last_live_at.as_ref().map(|f| f.on::<Table>(C::LastLiveAt)),
            self.updated_at.as_ref().map(|f| f.on::<Table>(C::UpdatedAt)),
        ];
        for field in fields.into_iter().flatten() {
            all = all.add(field?);
        }
        Ok(all)
    }

    fn weight(&self) -> usize {
        1 + self.inner().map(filter::Filter::weight).sum::<usize>()
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
