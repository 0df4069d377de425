//! For whoever runs the server: is it up, is it ready, what does it do.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Keyed, NO_STORE, Problem, Server, problems::Forbidden};
use crate::{
    access::Action,
    base::{METRICS_TYPE, Result},
};

/// A queue whose oldest due job has waited longer is late, in seconds.
const LATE: f64 = 300.0;

/// The server's word that it is well.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// The server's word that it can do its work.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// `ok`, or `late` where a job has been due for more than five minutes. Requests are answered all the same.
    #[schema(example = "ok")]
    queue: &'static str,
}

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(metrics))
}

/// The same for an address that only operators reach, where no key is asked for.
pub fn private() -> axum::Router<Server> {
    axum::Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(|State(server): State<Server>| async move { told(&server).await }))
}

/// Is the process up?
///
/// Asks no database.
#[utoipa::path(
    get, path = "/healthz", operation_id = "healthz", tag = "operation", security(()),
    responses((status = 200, description = "The process answers", body = Health)),
)]
async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Is the server ready for requests?
///
/// It is where the database answers, has the tables of this version, and the server is not being stopped; else the
/// problem's `detail` says what is wrong. Looked at once in two seconds, however many ask.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "operation", security(()),
    responses((status = 200, description = "Ready", body = Readiness)),
)]
async fn readyz(State(server): State<Server>) -> Result<Json<Readiness>, Problem> {
    let unready = |why: &str| {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", format!("not ready: {why}"));
        Problem { retry_after: Some(1), ..problem }
    };
    if server.pulse.is_stopping() {
        return Err(unready("the server is being stopped"));
    }
    let look = server.pulse.look(&server.env.db).await;
    if !look.faults.is_empty() {
        return Err(unready(&look.faults.join("; ")));
    }
    let late = look.oldest_due > LATE;
    Ok(Json(Readiness { status: "ok", queue: if late { "late" } else { "ok" } }))
}

/// What this process has done, and how the queue stands.
///
/// In Prometheus' text format. For admins, and for keys with `metrics:read`; here a key may be sent itself, in place of
/// an access token.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "operation", security(("bearer" = [])),
    responses(
        (status = 200, description = "The figures", body = String, content_type = "text/plain",
            example = json!("steward_http_requests_total{route=\"/graphql\",method=\"POST\",status=\"2xx\"} 17\n")),
        (status = 403, response = Forbidden),
    ),
)]
async fn metrics(State(server): State<Server>, Keyed(ctx): Keyed) -> Result<Response, Problem> {
    ctx.may(Action::ReadMetrics)?;
    Ok(told(&server).await)
}

async fn told(server: &Server) -> Response {
    let queue = server.pulse.queue(&server.env.db).await;
    ([NO_STORE, (header::CONTENT_TYPE, header::HeaderValue::from_static(METRICS_TYPE))], server.env.metrics.text(queue))
        .into_response()
}
