//! Telling a collector of OpenTelemetry (OTLP over HTTP), where `OTEL_EXPORTER_OTLP_ENDPOINT` names one.
//!
//! Other `OTEL_` variables mean what OpenTelemetry says they do. There is no TLS here: a collector stands beside the server.

#![expect(clippy::disallowed_methods, reason = "OpenTelemetry has variables of its own, for every program alike")]

use std::{env::var_os, time::Duration};

use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};

use crate::base::{Error, Result};

/// How long the last requests may take to be told, within the time that a stop has.
const LAST: Duration = Duration::from_secs(1);

/// Tells of requests from now on; by another thread, many at a time.
pub fn start() -> Result<Option<SdkTracerProvider>> {
    let is_set = |name: &str| var_os(name).is_some_and(|value| !value.is_empty());
    if !is_set("OTEL_EXPORTER_OTLP_ENDPOINT") {
        return Ok(None);
    }
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).build();
    let mut resource = Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    if !is_set("OTEL_SERVICE_NAME") {
        resource = resource.with_service_name("steward");
    }
    let told = SdkTracerProvider::builder().with_batch_exporter(exporter.map_err(Error::internal)?);
    let provider = told.with_resource(resource.build()).build();
    global::set_tracer_provider(provider.clone());
    Ok(Some(provider))
}

/// Tells what is left to tell.
pub async fn end(provider: Option<SdkTracerProvider>) {
    let Some(provider) = provider else { return };
    let ended = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(LAST)).await;
    if !matches!(ended, Ok(Ok(()))) {
        tracing::warn!("the collector has not been told of the last requests");
    }
}
