//! The guard as an executor, for doors that hand requests straight to one (the socket).

use std::sync::Arc;

use async_graphql::{
    Data, Executor, IntrospectionMode, Request, Response,
    futures_util::stream::{self, BoxStream, StreamExt},
};

use super::{Limits, Refusal, admit};

/// An executor that runs only what [`admit`] lets through.
#[derive(Clone)]
pub struct Guarded<E> {
    executor: E,
    limits: Limits,
    introspection: IntrospectionMode,
}

impl<E: Executor> Guarded<E> {
    /// Puts the guard before `executor`; `introspection` holds for every request of this door.
    pub fn new(executor: E, limits: Limits, introspection: IntrospectionMode) -> Self {
        Self { executor, limits, introspection }
    }

    fn admitted(&self, mut request: Request) -> Result<Request, Refusal> {
        if self.introspection != IntrospectionMode::Enabled {
            request.introspection_mode = self.introspection;
        }
        admit(&mut request, &self.limits)?;
        Ok(request)
    }
}

/// The answer to a request that is not run.
fn refused(refusal: Refusal) -> Response {
    Response::from_errors(vec![refusal.into()])
}

impl<E: Executor> Executor for Guarded<E> {
    async fn execute(&self, request: Request) -> Response {
        match self.admitted(request) {
            Ok(request) => self.executor.execute(request).await,
            Err(refusal) => refused(refusal),
        }
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        match self.admitted(request) {
            Ok(request) => self.executor.execute_stream(request, session),
            Err(refusal) => stream::once(std::future::ready(refused(refusal))).boxed(),
        }
    }
}
