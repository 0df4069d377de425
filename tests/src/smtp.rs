//! A mail server on the loopback that keeps what it gets and fails as told.
//!
//! It speaks plain SMTP: EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, QUIT. What a client was told and
//! what was really kept are recorded apart, since that is where mails get lost or doubled.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};

/// A mail as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope that were accepted.
    pub to: Vec<String>,
    /// The message with CRLF line ends, dots unstuffed.
    pub raw: Vec<u8>,
    /// Whether the client was told that it is kept.
    pub acknowledged: bool,
}

/// Which mails a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// Mails to this address; a refusal answers RCPT.
    To(String),
    /// The mail of this number, counted from 1 at the end of DATA over all connections; of `Silent` the connection.
    Nth(usize),
    /// One mail in so many, counted so.
    Every(usize),
    /// Mails to addresses that end so; a refusal answers RCPT.
    Ending(&'static str),
    Always,
}

impl When {
    /// Whether it strikes by this address.
    fn names(&self, address: &str) -> bool {
        match self {
            Self::To(struck) => struck.eq_ignore_ascii_case(address),
            Self::Ending(end) => address.ends_with(end),
            _ => false,
        }
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refuses with this code, as 451 or 550; nothing is kept.
    Reply(u16),
    /// Refuses in these words, as `550 5.7.1 blocked`; nothing is kept.
    Words(&'static str),
    /// Takes the message and never answers; nothing is kept.
    Hang,
    /// Takes the connection and never says a word.
    Silent,
    /// Keeps the message, then cuts the connection without answering.
    CutBeforeReply,
    /// Keeps the message, answers, then cuts the connection.
    CutAfterReply,
}

impl Fault {
    fn refusal(self) -> Option<String> {
        match self {
            Self::Reply(code) => Some(format!("{code} told to refuse")),
            Self::Words(words) => Some(words.to_owned()),
            _ => None,
        }
    }
}

#[derive(Debug, Default)]
struct State {
    /// Connections so far.
    connections: usize,
    mails: Vec<Received>,
    faults: Vec<(When, Fault)>,
    /// Mails that reached the end of DATA, refused ones included.
    seen: usize,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    arrived: Notify,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }
}

/// The server; it stops, and drops its connections, when this is dropped.
#[derive(Debug)]
pub struct Smtp {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Smtp {
    /// Starts on a free port.
    ///
    /// # Panics
    /// When the loopback cannot be listened on.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen on the loopback");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    /// `smtp://127.0.0.1:PORT`, as in `STEWARD_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, until [`Self::heal`]. The first fault that fits counts.
    pub fn fault(&self, when: When, fault: Fault) {
        self.shared.state().faults.push((when, fault));
    }

    /// No faults any more. A client that hangs goes on hanging.
    pub fn heal(&self) {
        self.shared.state().faults.clear();
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// How many mails were kept.
    pub fn kept(&self) -> usize {
        self.shared.state().mails.len()
    }

    /// All that was kept, in the order of arrival.
    pub fn mails(&self) -> Vec<Received> {
        self.shared.state().mails.clone()
    }

    /// Waits until this many mails were kept, and gives all of them.
    ///
    /// # Panics
    /// When they do not arrive within ten seconds.
    pub async fn wait(&self, count: usize) -> Vec<Received> {
        let enough = async {
            loop {
                let arrived = self.shared.arrived.notified();
                let mails = self.mails();
                if mails.len() >= count {
                    return mails;
                }
                arrived.await;
            }
        };
        let mails = tokio::time::timeout(Duration::from_secs(10), enough).await;
        mails.unwrap_or_else(|_| panic!("{} mails of {count} after ten seconds", self.mails().len()))
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and the connections with it.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let silent = {
            let mut state = shared.state();
            state.connections += 1;
            let number = state.connections;
            let strikes = |when: &When| *when == When::Always || *when == When::Nth(number);
            state.faults.iter().any(|(when, fault)| *fault == Fault::Silent && strikes(when))
        };
        if silent {
            connections.spawn(async move {
                let _held = stream;
                std::future::pending().await
            });
            continue;
        }
        let client = Client { stream: BufReader::new(stream), shared: Arc::clone(&shared) };
        connections.spawn(client.serve());
        while connections.try_join_next().is_some() {}
    }
}

struct Client {
    stream: BufReader<TcpStream>,
    shared: Arc<Shared>,
}

impl Client {
    /// Until the client leaves or a fault cuts it off.
    async fn serve(mut self) -> io::Result<()> {
        self.say("220 sink ready").await?;
        let (mut from, mut to) = (None, Vec::new());
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            let reply = match verb.as_str() {
                "EHLO" => "250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
                "HELO" | "NOOP" => "250 ok".to_owned(),
                "MAIL" => {
                    (from, to) = (Some(path(&line)), Vec::new());
                    "250 ok".to_owned()
                }
                "RCPT" if from.is_none() => "503 MAIL first".to_owned(),
                "RCPT" => self.recipient(&line, &mut to),
                "DATA" if to.is_empty() => "503 RCPT first".to_owned(),
                "DATA" => {
                    self.say("354 go ahead").await?;
                    let from = from.take().unwrap_or_default();
                    let Some(reply) = self.message(from, std::mem::take(&mut to)).await? else {
                        return Ok(());
                    };
                    reply
                }
                "RSET" => {
                    (from, to) = (None, Vec::new());
                    "250 ok".to_owned()
                }
                "QUIT" => return self.say("221 bye").await,
                _ => "502 unknown command".to_owned(),
            };
            self.say(&reply).await?;
        }
        Ok(())
    }

    fn recipient(&self, line: &str, to: &mut Vec<String>) -> String {
        let address = path(line);
        let fits = |when: &When| when.names(&address);
        let faults = &self.shared.state().faults;
        match faults.iter().find(|(when, fault)| fits(when) && fault.refusal().is_some()) {
            Some((_, fault)) => fault.refusal().unwrap_or_default(),
            None => {
                to.push(address);
                "250 ok".to_owned()
            }
        }
    }

    /// Takes a message and gives the reply, or nothing when the connection is to be cut.
    async fn message(&mut self, from: String, to: Vec<String>) -> io::Result<Option<String>> {
        let Some(raw) = self.data().await? else { return Ok(None) };
        let fault = self.strike(&to);
        let acknowledged = !matches!(fault, Some(Fault::CutBeforeReply));
        match fault {
            Some(fault @ (Fault::Reply(_) | Fault::Words(_))) => return Ok(fault.refusal()),
            Some(Fault::Hang) => std::future::pending().await,
            _ => self.shared.state().mails.push(Received { from, to, raw, acknowledged }),
        }
        self.shared.arrived.notify_waiters();
        if fault == Some(Fault::CutAfterReply) {
            self.say("250 kept").await?;
        }
        Ok(fault.is_none().then(|| "250 kept".to_owned()))
    }

    /// Counts the message and finds the fault that strikes it.
    fn strike(&self, to: &[String]) -> Option<Fault> {
        let mut state = self.shared.state();
        state.seen += 1;
        let fits = |when: &When| match when {
            When::To(_) | When::Ending(_) => to.iter().any(|one| when.names(one)),
            When::Nth(number) => *number == state.seen,
            When::Every(number) => state.seen.is_multiple_of(*number),
            When::Always => true,
        };
        state.faults.iter().find(|(when, fault)| *fault != Fault::Silent && fits(when)).map(|(_, fault)| *fault)
    }

    /// Up to the lone dot; nothing when the client left before it.
    async fn data(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        while let Some(line) = self.line().await? {
            if line == b".\r\n" {
                return Ok(Some(raw));
            }
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        Ok(None)
    }

    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).await?;
        Ok((read > 0).then_some(line))
    }

    async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).await
    }
}

/// The address between the angle brackets of MAIL and RCPT.
fn path(line: &str) -> String {
    let address = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    address.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
