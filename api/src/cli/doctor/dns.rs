//! Questions to DNS; none takes longer than five seconds.

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    lookup::Lookup,
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RData, RecordType},
};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(5);

pub struct Dns(TokioResolver);

impl Dns {
    /// The system's resolver, or one server.
    pub fn of(server: Option<SocketAddr>) -> Result<Self, String> {
        let builder = match server {
            None => TokioResolver::builder_tokio().map_err(|error| error.to_string())?,
            Some(server) => {
                let mut udp = ConnectionConfig::udp();
                udp.port = server.port();
                let server = NameServerConfig::new(server.ip(), true, vec![udp]);
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        builder.build().map(Self).map_err(|error| error.to_string())
    }

    /// Every TXT record of a name, its pieces joined.
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, String> {
        let found = self.ask(name, RecordType::TXT).await?;
        let texts = found.iter().flat_map(Lookup::answers).filter_map(|record| match &record.data {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(texts.collect())
    }

    /// The hosts that take mail, the first choice first; an empty one says "none".
    pub async fn mx(&self, name: &str) -> Result<Vec<String>, String> {
        let found = self.ask(name, RecordType::MX).await?;
        let mut hosts: Vec<(u16, String)> = found
            .iter()
            .flat_map(Lookup::answers)
            .filter_map(|record| match &record.data {
                RData::MX(mx) => Some((mx.preference, mx.exchange.to_string().trim_end_matches('.').to_owned())),
                _ => None,
            })
            .collect();
        hosts.sort();
        Ok(hosts.into_iter().map(|(_, host)| host).collect())
    }

    pub async fn has_address(&self, name: &str) -> Result<bool, String> {
        Ok(self.ask(name, RecordType::A).await?.is_some() || self.ask(name, RecordType::AAAA).await?.is_some())
    }

    /// None where there is no such record.
    async fn ask(&self, name: &str, kind: RecordType) -> Result<Option<Lookup>, String> {
        // With a dot at its end a name is whole: nothing of the machine's own domain is added.
        let whole = Name::from_ascii(format!("{name}.")).map_err(|error| format!("{name}: {error}"))?;
        match timeout(PATIENCE, self.0.lookup(whole, kind)).await {
            Ok(Ok(found)) => Ok(Some(found)),
            Ok(Err(error)) if NetError::is_no_records_found(&error) => Ok(None),
            Ok(Err(error)) => Err(format!("no answer about {name} ({kind}): {error}")),
            Err(_) => Err(format!("no answer about {name} ({kind}) within {} s", PATIENCE.as_secs())),
        }
    }
}
