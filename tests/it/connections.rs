//! A connection on which nothing comes is ended, and so many at once are not too many.

use std::time::{Duration, Instant};

use api::app::{Patience, listen};
use futures_util::{SinkExt, StreamExt};
use tests::{app::TestApp, both, engine::Database};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

const FIRST: Duration = Duration::from_millis(400);
const IDLE: Duration = Duration::from_millis(1_200);
const ASK: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: steward.test\r\n\r\n";

/// A server that loses its patience soon.
struct Hasty {
    address: String,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Hasty {
    async fn start(app: &TestApp, connections: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = watch::channel(false);
        let patience = Patience { connections, first: FIRST, idle: IDLE, stuck: IDLE };
        let task = tokio::spawn(listen(listener, app.app.router(), patience, stopped));
        Self { address, stop, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }
}

/// How long the other side keeps a connection after this was said; none where that is longer than 10 s.
async fn kept(stream: &mut TcpStream, said: &[u8]) -> Option<Duration> {
    stream.write_all(said).await.unwrap();
    let start = Instant::now();
    let mut rest = Vec::new();
    timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await.ok().map(|_| start.elapsed())
}

async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(ASK).await.unwrap();
    let mut answer = [0; 2_048];
    let read = timeout(Duration::from_secs(5), stream.read(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

/// Reads until the answer holds this.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut answer = String::new();
    while !answer.contains(end) {
        let mut piece = [0; 4_096];
        let read = timeout(Duration::from_secs(5), stream.read(&mut piece)).await.unwrap().unwrap();
        assert!(read > 0, "no {end} in {answer}");
        answer.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
    answer
}

both! {
    async fn who_is_refused_while_they_still_write_hears_why(database: Database) {
        let app = TestApp::with(database, &[("STEWARD_RATE_LIMIT", "5")]).await;
        let server = Hasty::start(&app, 100).await;
        let head = |length: usize| {
            format!("POST /graphql HTTP/1.1\r\nhost: s\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n")
        };
        let mut busy = server.connect().await;
        busy.write_all(format!("{}{{\"query\":\"{{ __typename }}\"}}", head(26)).as_bytes()).await.unwrap();
        until(&mut busy, "Query").await;
        // One too many: answered before its body has come. The rest is read, and the connection goes on.
        busy.write_all(head(300_000).as_bytes()).await.unwrap();
        let answer = until(&mut busy, "TOO_MANY_REQUESTS").await;
        assert!(answer.starts_with("HTTP/1.1 429") && !answer.contains("connection: close"), "{answer}");
        for _ in 0..30 {
            busy.write_all(&[b' '; 10_000]).await.unwrap();
            sleep(Duration::from_millis(2)).await;
        }
        assert!(ask(&mut busy).await.contains("HTTP/1.1 200"));
        // More than is read after an answer: the connection ends, and the answer says so.
        busy.write_all(head(50_000_000).as_bytes()).await.unwrap();
        let answer = until(&mut busy, "TOO_MANY_REQUESTS").await;
        assert!(answer.contains("HTTP/1.1 429") && answer.contains("connection: close"), "{answer}");
    }
}

both! {
    async fn a_connection_on_which_nothing_comes_is_ended(app: TestApp) {
        let server = Hasty::start(&app, 100).await;
        let starts: [&[u8]; 5] = [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nhost: steward.te", b"PRI * HTT", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"];
        for said in starts {
            let kept = kept(&mut server.connect().await, said).await.unwrap_or_else(|| panic!("{said:?} keeps it open"));
            assert!(kept >= FIRST / 2 && kept < FIRST + Duration::from_secs(3), "{said:?}: {kept:?}");
        }
        // One that was of use is kept for longer, and ended all the same; half a header does not help it.
        for said in [b"" as &[u8], b"GET /healthz HT"] {
            let mut used = server.connect().await;
            assert!(ask(&mut used).await.starts_with("HTTP/1.1 200"));
            sleep(FIRST * 3 / 2).await;
            assert!(ask(&mut used).await.starts_with("HTTP/1.1 200"));
            let kept = kept(&mut used, said).await.unwrap();
            assert!(kept >= FIRST && kept < IDLE * 2 + Duration::from_secs(3), "{kept:?}");
        }
    }

    async fn the_next_connections_wait_for_a_place(app: TestApp) {
        let server = Hasty::start(&app, 2).await;
        let (mut first, mut second) = (server.connect().await, server.connect().await);
        assert!(ask(&mut first).await.starts_with("HTTP/1.1 200") && ask(&mut second).await.starts_with("HTTP/1.1 200"));
        let mut third = server.connect().await;
        third.write_all(ASK).await.unwrap();
        assert!(timeout(FIRST / 2, third.read(&mut [0; 64])).await.is_err(), "there is no place yet");
        drop(first);
        let mut answer = [0; 12];
        timeout(Duration::from_secs(5), third.read_exact(&mut answer)).await.unwrap().unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }

    async fn sockets_outlive_it_and_a_stop_lets_requests_end(app: TestApp) {
        let server = Hasty::start(&app, 100).await;
        let mut ask = format!("ws://{}/graphql/ws", server.address).into_client_request().unwrap();
        ask.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let stream = server.connect().await;
        let (mut socket, _) = tokio_tungstenite::client_async(ask, stream).await.unwrap();
        let token = app.admin("Ada").await.token;
        let init = format!(r#"{{"type":"connection_init","payload":{{"authorization":"Bearer {token}"}}}}"#);
        socket.send(Message::text(init)).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap().to_text().unwrap().contains("connection_ack"));
        sleep(IDLE * 2).await;
        socket.send(Message::text(r#"{"type":"ping"}"#)).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap().to_text().unwrap().contains("pong"));
        // A request whose body is still to come is answered before the server goes.
        let mut slow = server.connect().await;
        slow.write_all(b"POST /graphql HTTP/1.1\r\nhost: s\r\ncontent-type: application/json\r\ncontent-length: 27\r\n\r\n").await.unwrap();
        let mut idle = server.connect().await;
        sleep(Duration::from_millis(100)).await;
        server.stop.send(true).unwrap();
        assert!(kept(&mut idle, b"").await.unwrap() < FIRST, "a connection of no use is ended at once");
        slow.write_all(br#"{"query":"{ __typename }" } "#.get(..27).unwrap()).await.unwrap();
        let mut answer = String::new();
        timeout(Duration::from_secs(5), slow.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        timeout(Duration::from_secs(5), server.task).await.unwrap().unwrap();
        assert!(TcpStream::connect(&server.address).await.is_err());
    }
}
