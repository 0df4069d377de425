//! A client of the subscriptions, frame by frame.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

/// What an answer needs at most to come through.
const LIMIT: Duration = Duration::from_secs(20);

/// What comes out of a socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Said(Value),
    Closed(u16),
    /// Gone without a word.
    Gone,
}

/// One socket.
#[derive(Debug)]
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Asks for a socket with these headers beside those that every client sends.
    ///
    /// # Errors
    /// The status of a refusal.
    ///
    /// # Panics
    /// Where nobody answers.
    pub async fn ask(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, StatusCode> {
        let address = format!("{}/graphql/ws", url.replacen("http", "ws", 1));
        let mut request = address.into_client_request().expect("an address");
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::from_str(value).expect("a header"));
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Self(stream)),
            Err(Error::Http(reply)) => Err(reply.status()),
            Err(error) => panic!("{error}"),
        }
    }

    /// A socket as a program opens it, without a word said yet.
    ///
    /// # Panics
    /// Where it is refused.
    pub async fn open(url: &str) -> Self {
        Self::ask(url, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.expect("a socket")
    }

    /// A socket of somebody who has signed in.
    ///
    /// # Panics
    /// Where they are not let in.
    pub async fn of(url: &str, token: &str) -> Self {
        let mut socket = Self::open(url).await;
        socket.greet(&format!("Bearer {token}")).await;
        assert_eq!(socket.hear().await, Heard::Said(json!({ "type": "connection_ack" })));
        socket
    }

    /// Says who asks.
    pub async fn greet(&mut self, authorization: &str) {
        self.say(json!({ "type": "connection_init", "payload": { "authorization": authorization } })).await;
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        // A socket that was closed meanwhile tells why when it is listened to.
        let _ = self.0.send(message).await;
    }

    /// What comes next; pings of the connection itself are not shown.
    ///
    /// # Panics
    /// Where nothing comes.
    pub async fn hear(&mut self) -> Heard {
        self.within(LIMIT).await.expect("something within twenty seconds")
    }

    /// The next message as it was written.
    ///
    /// # Panics
    /// Where none comes.
    pub async fn text(&mut self) -> String {
        loop {
            match timeout(LIMIT, self.0.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => return text.to_string(),
                Ok(Some(Ok(Message::Ping(_)))) => {}
                other => panic!("no message but {other:?}"),
            }
        }
    }

    /// What comes within a time, if anything does.
    pub async fn within(&mut self, limit: Duration) -> Option<Heard> {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => {
                        return Heard::Said(serde_json::from_str(&text).expect("JSON"));
                    }
                    Some(Ok(Message::Close(frame))) => return Heard::Closed(frame.map_or(1005, |f| f.code.into())),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Heard::Gone,
                }
            }
        };
        timeout(limit, next).await.ok()
    }

    /// Subscribes, and waits until the server listens for us.
    ///
    /// # Panics
    /// Where the subscription is refused.
    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
        self.fence().await;
    }

    /// Waits until everything said so far is done.
    ///
    /// # Panics
    /// Where anything comes but the reply to this.
    pub async fn fence(&mut self) {
        self.say(json!({ "type": "ping" })).await;
        assert_eq!(self.hear().await, Heard::Said(json!({ "type": "pong" })));
    }

    /// The payload of the next event of a subscription.
    ///
    /// # Panics
    /// Where something else comes.
    pub async fn event(&mut self, id: &str) -> Value {
        match self.hear().await {
            Heard::Said(said) if said["type"] == "next" && said["id"] == id => said["payload"].clone(),
            other => panic!("no event of {id} but {other:?}"),
        }
    }

    /// The code of the refusal of a subscription.
    ///
    /// # Panics
    /// Where something else comes.
    pub async fn refusal(&mut self, id: &str, query: &str) -> String {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
        match self.hear().await {
            Heard::Said(said) if said["type"] == "error" && said["id"] == id => {
                said["payload"][0]["extensions"]["code"].as_str().expect("a code").to_owned()
            }
            other => panic!("{query}: no refusal but {other:?}"),
        }
    }
}
