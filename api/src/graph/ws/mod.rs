//! GraphQL over a socket: subscriptions by the protocol graphql-transport-ws.
//!
//! What always holds: a page of a foreign origin opens no socket; every operation passes
//! [`super::guard::admit`] before anything of it runs; an event is read with the rights of its moment, since
//! the operation is run anew for it, in a context of its own; a socket whose sign-in has ended is
//! closed within five seconds; whoever may have missed an event is told so by being closed.

mod client;
mod message;
mod operation;
mod socket;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::{FromRequestParts, Request, WebSocketUpgrade},
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, ORIGIN},
    },
    response::Response,
};
use tokio::sync::watch;

use super::{
    Schema,
    guard::Limits,
    http::{Failure, refuse},
};
use crate::{access::Actor, base::Origins, ctx::Env, session};

const PROTOCOL: &str = "graphql-transport-ws";
/// Sockets of one member, contact or key.
const SOCKETS: usize = 50;
/// What a socket keeps ready to read into; messages beyond it are read in parts.
const BUFFER: usize = 8 * 1024;

/// Every open socket, and what they need. Cheap to clone.
#[derive(Clone)]
pub struct Sockets(Arc<Inner>);

struct Inner {
    env: Arc<Env>,
    schema: Schema,
    limits: Limits,
    origins: Origins,
    /// How many sockets somebody has.
    open: Mutex<HashMap<Actor, usize>>,
    /// Whether the server stops; each socket holds a receiver for as long as it lives.
    stop: watch::Sender<bool>,
}

impl Sockets {
    pub fn new(env: Arc<Env>, schema: Schema, limits: Limits, origins: Origins) -> Self {
        let (open, stop) = (Mutex::default(), watch::Sender::new(false));
        Self(Arc::new(Inner { env, schema, limits, origins, open, stop }))
    }

    /// Answers a request for a socket.
    pub async fn open(&self, request: Request) -> Response {
        let (mut parts, _) = request.into_parts();
        if !self.is_allowed(&parts.headers) {
            let message =
                "Pages of this origin may not open a socket; the setting STEWARD_ALLOWED_ORIGINS names those that may.";
            return refuse(&parts.headers, Failure::Other(StatusCode::FORBIDDEN, "FORBIDDEN", message.to_owned()));
        }
        let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => upgrade.protocols([PROTOCOL]),
            Err(rejection) => {
                let message = format!("Subscriptions need a WebSocket: {}.", rejection.body_text());
                return refuse(&parts.headers, Failure::Other(rejection.status(), "BAD_REQUEST", message));
            }
        };
        if upgrade.selected_protocol().is_none() {
            return refuse(&parts.headers, Failure::BadRequest(format!("The subprotocol must be {PROTOCOL}.")));
        }
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| session::bearer(value.to_str().ok()?));
        let (sockets, header) = (self.clone(), header.map(str::to_owned));
        // Somewhat more than is taken, so that who says too much is told before the connection is cut.
        let most = 4 * self.0.limits.body_bytes;
        upgrade
            .read_buffer_size(BUFFER)
            .max_message_size(most)
            .max_frame_size(most)
            .on_upgrade(move |socket| Box::pin(socket::run(sockets, socket, header)))
    }

    /// Tells everybody that the server stops, and waits until all sockets are closed.
    pub async fn close(&self) {
        self.0.stop.send_replace(true);
        self.0.stop.closed().await;
    }

    /// Programs name no origin; pages name theirs, whether they want or not.
    fn is_allowed(&self, headers: &HeaderMap) -> bool {
        let mut named = headers.get_all(ORIGIN).iter();
        match (named.next(), named.next()) {
            (None, _) => true,
            (Some(origin), None) => origin.to_str().is_ok_and(|origin| self.0.origins.allow(origin)),
            (Some(_), Some(_)) => false,
        }
    }

    /// A place for one more socket of somebody; none where they have enough.
    fn seat(&self, actor: Actor) -> Option<Seat> {
        let mut open = self.counts();
        let count = open.entry(actor).or_default();
        if *count >= SOCKETS {
            return None;
        }
        *count += 1;
        Some(Seat(self.clone(), actor))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Actor, usize>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One socket's place among those of its holder.
struct Seat(Sockets, Actor);

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.0.counts();
        if let Some(count) = open.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.1);
            }
        }
    }
}
