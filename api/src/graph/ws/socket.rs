//! One socket from its first message to its last.

use std::{collections::HashMap, convert::Infallible, time::Duration};

use async_graphql::{ServerError, Value};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::{
    Sockets,
    client::Client,
    message::{self, Close, Said},
    operation::Operation,
};
use crate::{
    graph::{guard::Refusal, http::settle},
    store::Event,
};

/// How long a client may take to say who it is.
const INIT: Duration = Duration::from_secs(10);
/// How often the sign-in is looked at where no event does: it ends within five seconds.
const LOOK: Duration = Duration::from_secs(3);
/// How often a client is asked whether it is there.
const PING: Duration = Duration::from_secs(30);
/// How long a client may take to accept what is sent, and to close.
const SEND: Duration = Duration::from_secs(5);
const LINGER: Duration = Duration::from_secs(1);
/// Subscriptions of one socket, and the bytes of their messages.
const RUNNING: usize = 20;
const RUNNING_BYTES: usize = 64 * 1024;

/// Why a socket ends.
enum End {
    /// The client is gone, or wants to be.
    Gone,
    Closed(Close),
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Closed(close)
    }
}

type Step<T> = Result<T, End>;

/// Serves a socket until either side ends it.
pub(super) async fn run(sockets: Sockets, socket: WebSocket, header: Option<String>) {
    let mut stop = sockets.0.stop.subscribe();
    let mut talk = Talk { sockets, socket, running: HashMap::new(), heard: true };
    let stopped = async { drop(stop.wait_for(|stop| *stop).await) };
    let end = tokio::select! {
        Err(end) = talk.serve(header) => end,
        () = stopped => Close::GOING.into(),
    };
    talk.end(end).await;
}

struct Talk {
    sockets: Sockets,
    socket: WebSocket,
    running: HashMap<String, Operation>,
    /// Whether the client has said anything since it was last asked.
    heard: bool,
}

impl Talk {
    async fn serve(&mut self, header: Option<String>) -> Step<Infallible> {
        let greeted = timeout(INIT, self.greet(header)).await;
        let mut client = greeted.unwrap_or_else(|_| Err(Close::LATE.into()))?;
        let every = |period| {
            let mut ticks = interval_at(Instant::now() + period, period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let (mut look, mut ping) = (every(LOOK), every(PING));
        loop {
            tokio::select! {
                said = self.hear() => {
                    let (said, size) = said?;
                    self.obey(said, size, &client).await?;
                }
                event = client.events.next() => self.tell(event, &client).await?,
                _ = look.tick() => client.look().await?,
                _ = ping.tick() => self.ping().await?,
            }
        }
    }

    /// Waits until the client has said who it is.
    async fn greet(&mut self, header: Option<String>) -> Step<Client> {
        loop {
            match self.hear().await?.0 {
                Said::ConnectionInit { payload } => {
                    let client = Client::sign_in(self.sockets.clone(), payload, header).await?;
                    self.say(message::ack()).await?;
                    return Ok(client);
                }
                Said::Ping { payload } => self.say(message::pong(payload.as_ref())).await?,
                Said::Subscribe { .. } => return Err(Close::EARLY.into()),
                Said::Pong | Said::Complete { .. } => {}
            }
        }
    }

    async fn obey(&mut self, said: Said, size: usize, client: &Client) -> Step<()> {
        match said {
            Said::ConnectionInit { .. } => Err(Close::AGAIN.into()),
            Said::Ping { payload } => self.say(message::pong(payload.as_ref())).await,
            Said::Pong => Ok(()),
            Said::Complete { id } => {
                self.running.remove(&id);
                Ok(())
            }
            Said::Subscribe { id, .. } if self.running.contains_key(&id) => Err(Close::exists(&id).into()),
            Said::Subscribe { id, payload } => {
                let limits = self.sockets.0.limits;
                let taken = self.room(size).and_then(|()| Operation::read(payload, size, &limits));
                match taken {
                    Ok(operation) => self.start(id, operation, client).await,
                    Err(error) => self.say(message::error(&id, &[error])).await,
                }
            }
        }
    }

    /// Refuses more subscriptions than a socket may hold.
    fn room(&self, size: usize) -> Result<(), ServerError> {
        let bytes: usize = self.running.values().map(|operation| operation.size).sum();
        if self.running.len() < RUNNING && bytes + size <= RUNNING_BYTES {
            return Ok(());
        }
        let most = format!("{RUNNING} subscriptions and {} KiB of them", RUNNING_BYTES / 1024);
        Err(Refusal::too_many("in one socket", most, None).into())
    }

    /// Takes a subscription up if it could run at all.
    async fn start(&mut self, id: String, operation: Operation, client: &Client) -> Step<()> {
        let ctx = client.asker().await?;
        if let Some(mut answer) = operation.run(&self.sockets.0.schema, ctx, None).await.into_iter().next() {
            settle(&mut answer);
            return self.say(message::error(&id, &answer.errors)).await;
        }
        self.running.insert(id, operation);
        Ok(())
    }

    /// Tells of an event whoever subscribed and sees it now.
    async fn tell(&mut self, event: Option<Event>, client: &Client) -> Step<()> {
        let event = event.ok_or(Close::MISSED)?;
        if self.running.is_empty() {
            return Ok(());
        }
        let ctx = client.asker().await?;
        let mut news = Vec::new();
        for (id, operation) in &self.running {
            for answer in operation.run(&self.sockets.0.schema, ctx.clone(), Some(event)).await {
                news.push((id.clone(), answer));
            }
        }
        for (id, mut answer) in news {
            let failed = answer.data == Value::Null;
            settle(&mut answer);
            if failed {
                self.running.remove(&id);
                self.say(message::error(&id, &answer.errors)).await?;
            } else {
                self.say(message::next(&id, &answer)).await?;
            }
        }
        Ok(())
    }

    async fn ping(&mut self) -> Step<()> {
        if !std::mem::take(&mut self.heard) {
            return Err(End::Gone);
        }
        self.send(Message::Ping(Vec::new().into())).await
    }

    /// The next message and its size. Nothing is lost if this is dropped while it waits.
    async fn hear(&mut self) -> Step<(Said, usize)> {
        let most = self.sockets.0.limits.body_bytes;
        loop {
            let message = self.socket.recv().await.ok_or(End::Gone)?;
            self.heard = true;
            match message {
                Ok(Message::Text(text)) if text.len() > most => {
                    return Err(Close::invalid(format!("a message has at most {most} bytes")).into());
                }
                Ok(Message::Text(text)) => return Ok((Said::read(&text)?, text.len())),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Close(_)) => return Err(End::Gone),
                Ok(Message::Binary(_)) => return Err(Close::invalid("messages are text").into()),
                Err(error) => return Err(Close::invalid(error.to_string()).into()),
            }
        }
    }

    async fn say(&mut self, text: String) -> Step<()> {
        self.send(Message::Text(text.into())).await
    }

    /// A client that does not take what is sent is given up.
    async fn send(&mut self, message: Message) -> Step<()> {
        match timeout(SEND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    /// Closes, and waits for the client to do so: a connection dropped with something unread in it could
    /// take the reason along.
    async fn end(mut self, end: End) {
        if let End::Closed(Close { code, reason }) = end {
            tracing::debug!(code, %reason, "a socket is closed");
            let frame = CloseFrame { code, reason: reason.into_owned().into() };
            if self.send(Message::Close(Some(frame))).await.is_err() {
                return;
            }
        }
        let _ = timeout(LINGER, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
    }
}
