//! The mail server that letters are handed to: its address, and how a connection to it is kept private.

use std::time::Duration;

use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, TlsParameters},
    extension::ClientId,
};
use percent_encoding::percent_decode_str;
use url::Url;

/// How long a server may take to be reached.
const REACH: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    /// Taken where the server offers it, whoever it is: who could pretend to be the server could as well hide the offer.
    Offered,
    /// By STARTTLS, with a certificate of the server's name, or nothing is said.
    Required,
    /// From the first byte, with a certificate of the server's name.
    Always,
}

/// A mail server, as `STEWARD_SMTP_URL` names it. Never prints the password.
#[derive(Clone, Debug)]
pub struct MailServer {
    host: String,
    port: u16,
    tls: Tls,
    login: Option<Credentials>,
}

impl MailServer {
    /// `smtp://HOST`, `smtp://USER:PASSWORD@HOST:PORT?tls=required` or `smtps://…`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "must be smtp://USER:PASSWORD@HOST:PORT?tls=required or smtps://…".to_owned();
        let url = Url::parse(text).map_err(|_| form())?;
        let (tls, port) = match (url.scheme(), url.query()) {
            ("smtp", None | Some("tls=opportunistic")) => (Tls::Offered, 25),
            ("smtp", Some("tls=required")) => (Tls::Required, 587),
            ("smtps", None | Some("tls=required")) => (Tls::Always, 465),
            _ => return Err(form()),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(form)?;
        let decode = |text| percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| form());
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err("must hold both a user and a password, or neither".to_owned()),
            (user, Some(password)) => Some(Credentials::new(decode(user)?, decode(password)?)),
        };
        if !["", "/"].contains(&url.path()) || url.fragment().is_some() {
            return Err(form());
        }
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let server = Self { host, port: url.port().unwrap_or(port), tls, login };
        if server.login.is_some() && server.tls == Tls::Offered && !server.is_local() {
            return Err("must end in ?tls=required, or be smtps://…, where it holds a password: \
                else the password could be read on its way"
                .to_owned());
        }
        Ok(server)
    }

    /// On this machine.
    pub fn is_local(&self) -> bool {
        self.host == "localhost" || self.host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    }

    /// `host:port`.
    pub fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether one signs in.
    pub fn signs_in(&self) -> bool {
        self.login.is_some()
    }

    /// A connection, private as far as asked for, and signed in.
    pub async fn open(&self) -> Result<AsyncSmtpConnection, Error> {
        let own = ClientId::default();
        let tls = match self.tls {
            Tls::Offered => TlsParameters::builder(self.host.clone())
                .dangerous_accept_invalid_certs(true)
                .dangerous_accept_invalid_hostnames(true)
                .build_rustls()?,
            Tls::Required | Tls::Always => TlsParameters::new_rustls(self.host.clone())?,
        };
        let (wrapped, offered) = if self.tls == Tls::Always { (Some(tls), None) } else { (None, Some(tls)) };
        let address = (self.host.as_str(), self.port);
        let mut server = AsyncSmtpConnection::connect_tokio1(address, Some(REACH), &own, wrapped, None).await?;
        if let Some(tls) = offered
            && (self.tls == Tls::Required || server.can_starttls())
        {
            server.starttls(tls, &own).await?;
        }
        if let Some(login) = &self.login {
            server.auth(DEFAULT_MECHANISMS, login).await?;
        }
        Ok(server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_how_private_the_way_is() {
        for (text, wanted) in [
            ("smtp://relay", Some(("relay", 25, Tls::Offered, false))),
            ("smtp://relay:2525?tls=opportunistic", Some(("relay", 2525, Tls::Offered, false))),
            ("smtp://u%40x:p%2Fw@relay?tls=required", Some(("relay", 587, Tls::Required, true))),
            ("smtps://u:p@relay/", Some(("relay", 465, Tls::Always, true))),
            ("smtp://u:p@[::1]:25", Some(("::1", 25, Tls::Offered, true))),
            ("smtp://u:p@127.0.0.1", Some(("127.0.0.1", 25, Tls::Offered, true))),
            ("smtp://u:p@127.0.0.1.evil.example", None),
            ("smtp://u:p@localhost.evil.example", None),
            ("smtp://u:p@relay", None),
            ("smtp://u@relay?tls=required", None),
            ("smtp://relay?tls=none", None),
            ("smtp://relay/name", None),
            ("http://relay", None),
            ("smtp://", None),
        ] {
            let read = MailServer::parse(text);
            let seen = read.as_ref().ok().map(|one| (one.host.as_str(), one.port, one.tls, one.signs_in()));
            assert_eq!(seen, wanted, "{text}: {:?}", read.as_ref().err());
        }
        let printed = format!("{:?}", MailServer::parse("smtps://user:hunter2@relay").unwrap());
        assert!(!printed.contains("hunter2") && !printed.contains("user"), "{printed}");
    }
}
