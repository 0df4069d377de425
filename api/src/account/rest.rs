//! Accounts at the REST door.

use axum::Json;
use entity::{AccountId, Day, Lifecycle, TeamId, Tier, Time};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Account, AccountFilter, AccountSort, ListAccounts, Want, list};
use crate::{
    base::{Long, Money},
    ctx::Ctx,
    member::Person,
    web::{
        Listed, Paged, Problem, Query, Server, Signed,
        problems::{Broken, Forbidden},
    },
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(accounts))
}

/// Accounts as a list.
pub struct Accounts;

impl Listed for Accounts {
    type Filter = AccountFilter;
    type Sort = AccountSort;
    const SORTS: &'static [(&'static str, AccountSort)] = &[
        ("name", AccountSort::NameAsc),
        ("-name", AccountSort::NameDesc),
        ("createdAt", AccountSort::CreatedAsc),
        ("-createdAt", AccountSort::CreatedDesc),
        ("updatedAt", AccountSort::UpdatedAsc),
        ("-updatedAt", AccountSort::UpdatedDesc),
        ("healthScore", AccountSort::HealthAsc),
        ("-healthScore", AccountSort::HealthDesc),
        ("renewalOn", AccountSort::RenewalAsc),
        ("-renewalOn", AccountSort::RenewalDesc),
        ("lastLiveAt", AccountSort::LastLiveAsc),
        ("-lastLiveAt", AccountSort::LastLiveDesc),
    ];
    const SEARCH: Option<&'static str> = Some("Words of the name or the domain.");
}

/// A client company. What is for staff is null for customers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Account)]
struct Row {
    /// Its id, for good.
    id: AccountId,
    /// The outside system it came from.
    #[schema(example = "crm")]
    source: Option<String>,
    /// That system's own id for it; unique for each source.
    #[schema(example = "17")]
    reference: Option<String>,
    /// What the company is called.
    #[schema(example = "Globex")]
    name: String,
    /// The domain of its mail and web addresses, in lower case.
    #[schema(example = "globex.example")]
    domain: Option<String>,
    /// The account it belongs to, where you see that one too.
    parent_id: Option<AccountId>,
    /// Where it belongs by region.
    #[schema(example = "North")]
    territory: Option<String>,
    /// What it does.
    #[schema(example = "Manufacturing")]
    industry: Option<String>,
    /// The group it is counted in.
    #[schema(example = "Mid-market")]
    segment: Option<String>,
    /// How important it is to us.
    #[schema(example = "KEY")]
    tier: Option<Tier>,
    /// Where it stands in its life with us.
    #[schema(example = "ACTIVE")]
    lifecycle: Option<Lifecycle>,
    /// What it is worth a year.
    annual_value: Option<Money>,
    /// When its contract is to be renewed.
    renewal_on: Option<Day>,
    /// 0 (worst) to 100; null while unknown.
    #[schema(minimum = 0, maximum = 100, example = 72)]
    health_score: Option<i32>,
    /// Who owns it now.
    owner: Option<Person>,
    /// Its home team: the owner's, or the one it waits in.
    team_id: Option<TeamId>,
    /// Since when nobody owns it.
    unowned_since: Option<Time>,
    /// The last call, meeting, video call or visit.
    last_live_at: Option<Time>,
    /// The last time the customer turned to us.
    last_inbound_at: Option<Time>,
    /// The last time we turned to the customer.
    last_outbound_at: Option<Time>,
    /// Since when it is out of lists and surveys.
    archived_at: Option<Time>,
    /// Counts the changes.
    #[schema(minimum = 1, example = 1)]
    version: i32,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

impl Row {
    fn of(account: Account, ctx: &Ctx) -> Self {
        let currency = &ctx.company().currency;
        let value = account.value.map(|value| Money { amount_minor: Long(value), currency: currency.clone() });
        let mut row = Self {
            id: account.id,
            source: account.source,
            reference: account.reference,
            name: account.name,
            domain: account.domain,
            parent_id: account.related.parent.map(|parent| parent.id),
            territory: account.territory,
            industry: account.industry,
            segment: account.segment,
            tier: account.tier,
            lifecycle: account.lifecycle,
            annual_value: value,
            renewal_on: account.renewal_on,
            health_score: account.health_score,
            owner: account.related.owner.map(Into::into),
            team_id: Some(account.team_id),
            unowned_since: account.unowned_since,
            last_live_at: account.last_live_at,
            last_inbound_at: account.last_inbound_at,
            last_outbound_at: account.last_outbound_at,
            archived_at: account.archived_at,
            version: account.version,
            created_at: account.created_at,
            updated_at: account.updated_at,
        };
        if !ctx.viewer().scope.is_staff() {
            row = Self {
                source: None,
                reference: None,
                segment: None,
                tier: None,
                lifecycle: None,
                annual_value: None,
                health_score: None,
                team_id: None,
                unowned_since: None,
                last_live_at: None,
                last_inbound_at: None,
                last_outbound_at: None,
                archived_at: None,
                ..row
            };
        }
        row
    }
}

/// List accounts
///
/// Those you see, a page at a time. Each operator of each field is a parameter: `tier=KEY`, `annual_value_gte=100000`. Ask with
/// `sort=updatedAt` and `updated_since` for what has changed since you last asked.
#[utoipa::path(
    get, path = "/api/v1/accounts", operation_id = "listAccounts", tag = "accounts", security(("bearer" = [])),
    params(Query<Accounts>),
    responses(
        (status = 200, description = "A page", body = Paged<Row>),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn accounts(Signed(ctx): Signed, query: Query<Accounts>) -> Result<Json<Paged<Row>>, Problem> {
    let Query { which, sort, page, count } = query;
    let ask = ListAccounts { filter: which.filter, search: which.search, sort, archived: which.archived, page };
    let (page, total) = list(&ctx, &ask, &Want::flat(), count).await?;
    Ok(Json(Paged::of(page, total, |account| Row::of(account, &ctx))))
}
