//! A small DNS server on the loopback: answers from a list, over UDP.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{
        Name, RData, Record,
        rdata::{MX, TXT},
    },
};
use tokio::net::UdpSocket;

/// Gone when dropped.
#[derive(Debug)]
pub struct Dns {
    address: SocketAddr,
    records: Arc<Mutex<Vec<(String, RData)>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Dns {
    /// Starts on a free port, knowing nothing.
    ///
    /// # Panics
    /// When the loopback cannot be listened on.
    pub async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("listen on the loopback");
        let address = socket.local_addr().expect("an address");
        let records: Arc<Mutex<Vec<(String, RData)>>> = Arc::default();
        let known = Arc::clone(&records);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 1_500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let Ok(asked) = Message::from_vec(&buffer[..length]) else { continue };
                let answer = answer(asked, &known.lock().expect("no holder of the lock panics"));
                let _ = socket.send_to(&answer.to_vec().expect("an answer"), from).await;
            }
        });
        Self { address, records, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Knows a text, in pieces as long as DNS allows.
    ///
    /// # Panics
    /// Where the text is none of letters of one byte.
    pub fn txt(&self, name: &str, text: &str) {
        let pieces = text.as_bytes().chunks(255).map(|piece| String::from_utf8(piece.to_vec()).unwrap()).collect();
        self.know(name, RData::TXT(TXT::new(pieces)));
    }

    /// Knows who takes mail for a domain.
    ///
    /// # Panics
    /// Where the host is no name.
    pub fn mx(&self, name: &str, host: &str) {
        self.know(name, RData::MX(MX::new(10, Name::from_ascii(host).expect("a name"))));
    }

    fn know(&self, name: &str, data: RData) {
        self.records.lock().expect("no holder of the lock panics").push((format!("{name}."), data));
    }

    /// Knows nothing of this name any more.
    ///
    /// # Panics
    /// Where the server has panicked.
    pub fn forget(&self, name: &str) {
        self.records.lock().expect("no holder of the lock panics").retain(|(own, _)| *own != format!("{name}."));
    }
}

fn answer(asked: Message, known: &[(String, RData)]) -> Message {
    let query = asked.queries.first().cloned();
    let mut answer = asked.into_response();
    let Some(query) = query else { return answer };
    let name = query.name().to_ascii();
    let mut named = known.iter().filter(|(own, _)| own.eq_ignore_ascii_case(&name)).peekable();
    if named.peek().is_none() {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    for (_, data) in named.filter(|(_, data)| data.record_type() == query.query_type()) {
        answer.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
    }
    answer
}
