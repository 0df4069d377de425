//! Contacts at the REST door.

use axum::Json;
use entity::{AccountId, ContactId, ContactRole, MailState, MessageClass, Time};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Contact, ContactFilter, ContactSort, ListContacts, list};
use crate::{
    ctx::Ctx,
    web::{
        Listed, Paged, Problem, Query, Server, Signed,
        problems::{Broken, Forbidden},
    },
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(contacts))
}

/// Contacts as a list.
pub struct Contacts;

impl Listed for Contacts {
    type Filter = ContactFilter;
    type Sort = ContactSort;
    const SORTS: &'static [(&'static str, ContactSort)] = &[
        ("createdAt", ContactSort::CreatedAsc),
        ("-createdAt", ContactSort::CreatedDesc),
        ("updatedAt", ContactSort::UpdatedAsc),
        ("-updatedAt", ContactSort::UpdatedDesc),
    ];
    const SEARCH: Option<&'static str> = Some("Words of the name or the mail address.");
}

/// A person at an account. What is for staff is null for customers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Contact)]
struct Row {
    /// Their id, for good.
    id: ContactId,
    /// The company they work for.
    account_id: AccountId,
    /// The outside system they came from.
    #[schema(example = "crm")]
    source: Option<String>,
    /// That system's own id for them; unique for each source.
    #[schema(example = "C-204")]
    reference: Option<String>,
    /// Their full name.
    #[schema(example = "Carla Reyes")]
    name: String,
    /// Where mail reaches them.
    #[schema(example = "carla@globex.example")]
    email: Option<String>,
    /// Their job title.
    #[schema(example = "Head of Operations")]
    title: Option<String>,
    /// What they are to their company's dealings with us.
    #[schema(max_items = 6, example = json!(["DECISION_MAKER"]))]
    roles: Option<Vec<ContactRole>>,
    /// A language tag.
    #[schema(example = "en")]
    language: Option<String>,
    /// An IANA zone.
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// Whether survey mails reach them.
    #[schema(example = "OK")]
    mail_state: MailState,
    /// Classes of mail that they want none of.
    #[schema(max_items = 8, example = json!([]))]
    muted: Option<Vec<MessageClass>>,
    /// Since when they are archived: gone from lists, and asked no more.
    archived_at: Option<Time>,
    /// Counts the changes.
    #[schema(minimum = 1, example = 1)]
    version: i32,
    /// When they were entered.
    created_at: Time,
    /// When they were last changed.
    updated_at: Time,
}

impl Row {
    fn of(contact: Contact, ctx: &Ctx) -> Self {
        let row = Self {
            id: contact.id,
            account_id: contact.account_id,
            source: contact.source,
            reference: contact.reference,
            name: contact.name,
            email: contact.email,
            title: contact.title,
            roles: contact.roles,
            language: contact.language,
            time_zone: contact.time_zone,
            mail_state: contact.mail_state,
            muted: contact.muted,
            archived_at: contact.archived_at,
            version: contact.version,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
        };
        if ctx.viewer().scope.is_staff() {
            return row;
        }
        Self { source: None, reference: None, roles: None, muted: None, archived_at: None, ..row }
    }
}

/// List contacts
///
/// Those at the accounts you see, a page at a time; customers see themselves.
#[utoipa::path(
    get, path = "/api/v1/contacts", operation_id = "listContacts", tag = "contacts", security(("bearer" = [])),
    params(Query<Contacts>),
    responses(
        (status = 200, description = "A page", body = Paged<Row>),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn contacts(Signed(ctx): Signed, query: Query<Contacts>) -> Result<Json<Paged<Row>>, Problem> {
    let Query { which, sort, page, count } = query;
    let ask = ListContacts {
        account_id: None,
        filter: which.filter,
        search: which.search,
        sort,
        archived: which.archived,
        page,
    };
    let (page, total) = list(&ctx, &ask, count).await?;
    Ok(Json(Paged::of(page, total, |contact| Row::of(contact, &ctx))))
}
