//! An account as both doors show it.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use entity::{AccountId, Day, Lifecycle, MemberId, TeamId, Tier, Time, account, contact, member, team};
use sea_orm::sea_query::Condition;
use serde::Deserialize;

use crate::{
    base::{Long, Result},
    ctx::StaffOnly,
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
#[graphql(complex)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub domain: Option<String>,
    pub territory: Option<String>,
    pub industry: Option<String>,
    #[graphql(guard = "StaffOnly")]
    pub segment: Option<String>,
    #[graphql(guard = "StaffOnly")]
    pub tier: Option<Tier>,
    #[graphql(guard = "StaffOnly")]
    pub lifecycle: Option<Lifecycle>,
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
    #[graphql(guard = "StaffOnly")]
    pub source: Option<String>,
    #[graphql(guard = "StaffOnly")]
    pub reference: Option<String>,
    #[graphql(guard = "StaffOnly")]
    pub archived_at: Option<Time>,
    /// Counts the changes; an update names the one it was made on.
    pub version: i32,
    pub created_at: Time,
    pub updated_at: Time,
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
    pub latest_nps: Option<i16>,
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
            value: row.annual_value,
            related: Related::default(),
        }
    }
}

/// Which accounts. Conditions in one object must all hold.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountFilter {
    pub and: Option<Vec<AccountFilter>>,
    pub or: Option<Vec<AccountFilter>>,
    pub not: Option<Box<AccountFilter>>,
    pub id: Option<IdFilter>,
    pub owner_id: Option<IdFilter>,
    pub team_id: Option<IdFilter>,
    pub parent_id: Option<IdFilter>,
    pub domain: Option<TextFilter>,
    pub territory: Option<TextFilter>,
    pub industry: Option<TextFilter>,
    pub segment: Option<TextFilter>,
    pub tier: Option<TierFilter>,
    pub lifecycle: Option<LifecycleFilter>,
    /// Minor units of the company's currency.
    pub annual_value: Option<LongFilter>,
    pub renewal_on: Option<DateFilter>,
    pub health_score: Option<IntFilter>,
    pub last_live_at: Option<DateTimeFilter>,
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
    #[default]
    NameAsc,
    NameDesc,
    /// The worst first.
    HealthAsc,
    HealthDesc,
    /// The next to renew first.
    RenewalAsc,
    RenewalDesc,
    /// The longest silent first.
    LastLiveAsc,
    LastLiveDesc,
}

/// A new account. It waits in a team until it has an owner.
#[derive(Clone, Debug, InputObject)]
pub struct CreateAccount {
    pub name: String,
    pub domain: Option<String>,
    pub parent_id: Option<AccountId>,
    pub territory: Option<String>,
    pub industry: Option<String>,
    pub segment: Option<String>,
    #[graphql(default_with = "Tier::Standard")]
    pub tier: Tier,
    #[graphql(default_with = "Lifecycle::Active")]
    pub lifecycle: Lifecycle,
    /// Minor units of the company's currency.
    pub annual_value: Option<Long>,
    pub renewal_on: Option<Day>,
    /// The owner, from now on; their team becomes the account's.
    pub owner_id: Option<MemberId>,
    /// Where it waits without an owner; the actor's team where absent.
    pub team_id: Option<TeamId>,
}

/// What to change; what is absent stays, null clears.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateAccount {
    pub id: AccountId,
    /// The version this change was made on.
    pub version: i32,
    pub name: Option<String>,
    pub domain: MaybeUndefined<String>,
    pub parent_id: MaybeUndefined<AccountId>,
    pub territory: MaybeUndefined<String>,
    pub industry: MaybeUndefined<String>,
    pub segment: MaybeUndefined<String>,
    pub tier: Option<Tier>,
    pub lifecycle: Option<Lifecycle>,
    pub annual_value: MaybeUndefined<Long>,
    pub renewal_on: MaybeUndefined<Day>,
    /// True keeps it out of lists and surveys; false takes it back.
    pub archived: Option<bool>,
}
