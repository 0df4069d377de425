//! The list of REST slices, and the document that describes them.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderMap, StatusCode, Uri},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

use super::{
    Anyone, Introspection, Problem, Server,
    cors::{across, cors},
    headers, operation, problems, rate, shape, trace,
};
use crate::{
    access::Role,
    account,
    base::Error,
    contact, entrance, export,
    graph::{self, explorer},
    intake, invitation, privacy, program, response, session, survey, upsert,
};

/// Bytes of a REST body.
const BODY: usize = 1024 * 1024;
/// The longest a request may take.
const TIME: Duration = Duration::from_secs(30);
/// The longest a file may take to come.
const FILE_TIME: Duration = Duration::from_mins(15);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Steward",
        description = "Client ownership, made explicit and measurable: the REST door for integrations and survey links.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "This installation")),
    modifiers(&Bearer),
    components(schemas(super::ProblemBody, entity::Category)),
    tags(
        (name = "sign-in", description = "Access tokens and the keys that sign them."),
        (name = "accounts", description = "Client companies."),
        (name = "contacts", description = "The people there."),
        (name = "interactions", description = "What happened with an account."),
        (name = "surveys", description = "Surveys, and sending them."),
        (name = "responses", description = "What was answered."),
        (name = "imports", description = "Files of other systems, as jobs."),
        (name = "exports", description = "What you see, as files that spreadsheets and the importer read."),
        (name = "invitations", description = "The survey behind a link: for front ends of your own."),
        (name = "operation", description = "Whether the server is up, and what it does."),
    ),
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        if let Some(components) = document.components.as_mut() {
            components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        }
    }
}

fn described() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(session::routes())
        .merge(entrance::routes())
        .merge(account::routes())
        .merge(contact::routes())
        .merge(privacy::routes())
        .merge(upsert::routes())
        .merge(survey::routes())
        .merge(program::routes())
        .merge(response::routes())
        .merge(export::routes())
        .merge(intake::routes())
        .merge(invitation::routes())
        .merge(operation::routes())
}

/// The OpenAPI document, without a database.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = described().split_for_parts().1;
    problems::describe(&mut document);
    shape::finish(&mut document);
    document
}

/// Every route of the server.
pub fn router(server: Server) -> Router {
    let rest = described().split_for_parts().0;
    let document = document();
    // Pages of other origins may call the doors; a survey's page is called by nobody.
    let doors = rest.route("/graphql", get(explore).post(graphql)).route("/graphql/ws", get(live));
    let doors = doors
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(cors(server.origins.clone()), across));
    let mut app = doors.merge(invitation::pages()).merge(entrance::pages());
    if server.explorers {
        app = app.merge(utoipa_swagger_ui::SwaggerUi::new("/docs").url("/openapi.json", document));
    } else {
        app = app.route("/openapi.json", get(move || async move { Json(document) }));
    }
    app.fallback(missing)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(|_| Error::internal("a request panicked").into_response()))
        .layer(middleware::from_fn(in_time))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(server.clone(), rate::limit))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(server.clone(), trace::trace))
        .with_state(server)
}

/// What operators ask, at an address of their own.
pub fn operators(server: Server) -> Router {
    operation::private()
        .fallback(missing)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(|_| Error::internal("a request panicked").into_response()))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(server.clone(), trace::trace))
        .with_state(server)
}

/// Ends a request that takes too long with an answer that says so.
async fn in_time(request: Request, next: middleware::Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let time = if path == "/api/v1/imports/{id}/file" { FILE_TIME } else { TIME };
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::from(Error::Unavailable).into_response(),
    }
}

async fn missing() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "there is nothing at this address; GraphQL is at /graphql, and /openapi.json describes REST",
    )
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "this address does not take this method")
}

async fn explore(State(server): State<Server>, uri: Uri, headers: HeaderMap) -> Response {
    if server.explorers { explorer::show(uri, headers).await } else { missing().await.into_response() }
}

/// `GET /graphql/ws`: a socket for subscriptions.
async fn live(State(server): State<Server>, request: Request) -> Response {
    server.sockets.open(request).await
}

/// `POST /graphql`: one operation in the viewer's name.
async fn graphql(State(server): State<Server>, asker: Result<Anyone, Error>, request: Request) -> Response {
    let ctx = match asker {
        Ok(Anyone(ctx)) => ctx,
        Err(error) => {
            let problem = Problem::from(error);
            let failure = graph::http::Failure::Other(problem.status, problem.code, problem.detail);
            return graph::http::refuse(request.headers(), failure);
        }
    };
    let may_read_schema = match server.introspection {
        Introspection::Off => false,
        Introspection::Anyone => true,
        Introspection::SignedIn => ctx.viewer().role != Role::Nobody,
    };
    graph::http::answer(&server.schema, &server.limits, request, |query| {
        let query = graph::with_ctx(query, ctx);
        if may_read_schema { query } else { query.disable_introspection() }
    })
    .await
}
