//! Handing letters to a mail server.
//!
//! Step by step rather than by the library's own transport, which does not tell a refused recipient from
//! a refused letter, and drops the connection at each refusal.

use std::{
    collections::HashSet,
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use lettre::transport::smtp::{
    Error,
    client::AsyncSmtpConnection,
    commands::{Data, Mail, Rcpt},
    extension::{Extension, MailParameter},
};
use tokio::time::timeout;
use uuid::Uuid;

use super::{Dkim, Letter, MailServer, Pace, Refusal, Transport, letter::Written, refusal::Step};

/// How long the server may take for one letter.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long an idle connection may take to say that it is still there.
const BRIEF: Duration = Duration::from_secs(5);

/// A mail server. Connections are kept: as many as letters were ever sent at once, which is as many as
/// jobs run at once.
pub struct Smtp {
    server: MailServer,
    dkim: Option<Dkim>,
    pace: Pace,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl Smtp {
    pub fn new(server: MailServer, dkim: Option<Dkim>, pace: Pace) -> Self {
        Self { server, dkim, pace, idle: Mutex::default() }
    }

    async fn hand_over(&self, letter: &Letter) -> Result<(), Refusal> {
        let written = letter.written(self.dkim.as_ref()).map_err(Refusal::Never)?;
        self.pace.pass(&letter.to).map_err(Refusal::TooFast)?;
        let late = || Refusal::NotNow(format!("no answer within {} s", PATIENCE.as_secs()));
        let connection = timeout(PATIENCE, self.connection()).await.map_err(|_| late())?;
        let mut connection = connection.map_err(|error| Refusal::of(Step::Hello, &error))?;
        if written.is_wide() && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Refusal::Never("the mail server takes no address with letters beyond ASCII".to_owned()));
        }
        let outcome = timeout(PATIENCE, deliver(&mut connection, &written)).await.map_err(|_| late())?;
        let usable = match &outcome {
            Ok(()) => true,
            // A server that has only refused goes on with the next letter.
            Err((_, error)) if error.status().is_some() => {
                timeout(BRIEF, connection.command("RSET\r\n")).await.is_ok_and(|reset| reset.is_ok())
            }
            Err(_) => false,
        };
        if usable {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        outcome.map_err(|(step, error)| Refusal::of(step, &error))
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, Error> {
        loop {
            let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut kept) = kept else { return self.server.open().await };
            if timeout(BRIEF, kept.test_connected()).await == Ok(true) {
                return Ok(kept);
            }
        }
    }
}

#[async_trait]
impl Transport for Smtp {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        self.hand_over(letter).await.map_err(|refusal| refusal.unnamed(letter))
    }

    fn forget(&self, _: &HashSet<Uuid>) -> io::Result<()> {
        Ok(())
    }
}

async fn deliver(server: &mut AsyncSmtpConnection, letter: &Written) -> Result<(), (Step, Error)> {
    let envelope = &letter.envelope;
    let wide = letter.is_wide().then_some(MailParameter::SmtpUtfEight);
    let sender = Mail::new(envelope.from().cloned(), wide.into_iter().collect());
    server.command(sender).await.map_err(|error| (Step::Letter, error))?;
    for to in envelope.to() {
        server.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(|error| (Step::Recipient, error))?;
    }
    server.command(Data).await.map_err(|error| (Step::Letter, error))?;
    server.message(&letter.bytes).await.map(drop).map_err(|error| (Step::Letter, error))
}
