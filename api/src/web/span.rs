//! A request as OpenTelemetry tells it: by its route, never by a path that may hold a token.

use std::time::SystemTime;

use opentelemetry::{
    Context, KeyValue, global,
    trace::{
        Span as _, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
    },
};

use super::parent::Parent;
use crate::base::Answered;

/// Tells the collector of a request that has been answered at `end`; gives the id under which, if it is told.
pub fn tell(answered: Answered<'_>, parent: Option<&Parent>, end: SystemTime) -> Option<u64> {
    let Answered { route, method, status, took, statements } = answered;
    let tracer = global::tracer("steward");
    let begun = tracer.span_builder(format!("{method} {route}")).with_kind(SpanKind::Server);
    let begun = begun.with_start_time(end.checked_sub(took).unwrap_or(end)).with_attributes([
        KeyValue::new("http.request.method", method),
        KeyValue::new("http.route", route.to_owned()),
        KeyValue::new("http.response.status_code", i64::from(status)),
        KeyValue::new("steward.statements", i64::from(statements)),
    ]);
    let context = parent.and_then(remote).map(|remote| Context::new().with_remote_span_context(remote));
    let mut span = begun.start_with_context(&tracer, &context.unwrap_or_default());
    if status >= 500 {
        span.set_status(Status::error(""));
    }
    let own = span.span_context().is_valid().then(|| u64::from_be_bytes(span.span_context().span_id().to_bytes()));
    span.end_with_timestamp(end);
    own
}

/// The span of whoever asks.
fn remote(parent: &Parent) -> Option<SpanContext> {
    let trace = TraceId::from_hex(&parent.trace).ok()?;
    let flags = if parent.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    Some(SpanContext::new(trace, SpanId::from(parent.span), flags, true, TraceState::default()))
}
