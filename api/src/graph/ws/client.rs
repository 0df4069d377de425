//! A client that has said who it is, for as long as its sign-in lasts.

use serde_json::{Map, Value};

use super::{Seat, Sockets, message::Close};
use crate::{base::Error, ctx::Ctx, session, store::Events};

pub(super) struct Client {
    sockets: Sockets,
    token: String,
    pub(super) events: Events,
    _seat: Seat,
}

impl Client {
    /// By the token in the payload of `connection_init`, or else in the header that the socket was asked for with.
    pub(super) async fn sign_in(
        sockets: Sockets,
        payload: Option<Map<String, Value>>,
        header: Option<String>,
    ) -> Result<Self, Close> {
        let named = payload.into_iter().flatten().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        let token = match named {
            Some((_, value)) => value.as_str().and_then(session::bearer).map(str::to_owned),
            None => header,
        };
        let token = token.ok_or(Close::FORBIDDEN)?;
        let ctx = asker(&sockets, &token, Close::FORBIDDEN).await?;
        let seat = sockets.seat(ctx.viewer().actor).ok_or(Close::CROWD)?;
        let events = sockets.0.env.db.events().await.map_err(|_| Close::AWAY)?;
        Ok(Self { sockets, token, events, _seat: seat })
    }

    /// Who asks, as things stand now.
    pub(super) async fn asker(&self) -> Result<Ctx, Close> {
        asker(&self.sockets, &self.token, Close::ENDED).await
    }

    /// Whether the sign-in has ended. A database that is away says nothing about that.
    pub(super) async fn look(&self) -> Result<(), Close> {
        match self.asker().await {
            Err(close) if close.code == Close::ENDED.code => Err(close),
            _ => Ok(()),
        }
    }
}

async fn asker(sockets: &Sockets, token: &str, ended: Close) -> Result<Ctx, Close> {
    session::authenticate(&sockets.0.env, token).await.map_err(|error| match error {
        Error::Unauthenticated(_) => ended,
        _ => Close::AWAY,
    })
}
