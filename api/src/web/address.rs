//! Where a request comes from. What it says about that itself counts only if a proxy of ours passed it on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::HeaderMap,
};
use ipnet::IpNet;

/// The proxies whose word on where a request comes from is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads addresses and networks that stand apart by commas or spaces.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = text.split([',', ' ', '\t', '\n']).filter(|word| !word.is_empty());
        let net = |word: &str| word.parse().or_else(|_| word.parse::<IpAddr>().map(IpNet::from));
        let nets: Result<Vec<IpNet>, _> = words.map(net).collect();
        nets.map(Self).map_err(|_| "must be a list of addresses or networks like 10.0.0.0/8 or 192.0.2.7".to_owned())
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every address is one of them, so that anybody may say where they are.
    pub fn is_everybody(&self) -> bool {
        self.0.iter().any(|net| net.prefix_len() == 0)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }

    /// The nearest address on the way here that is no proxy of ours.
    pub fn origin(&self, request: &Request) -> IpAddr {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip().to_canonical());
        self.behind(peer, request.headers())
    }

    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut origin = peer;
        let lines: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
        for hop in lines.iter().flat_map(|line| line.split(',')).rev() {
            if !self.trusts(origin) {
                break;
            }
            let hop = hop.trim();
            let address = hop.parse::<IpAddr>().or_else(|_| hop.parse::<SocketAddr>().map(|with_port| with_port.ip()));
            let Ok(address) = address else { break };
            origin = address.to_canonical();
        }
        origin
    }
}

/// What one household holds of addresses: of IPv6 a network of 64 bits.
pub fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        Proxies::parse(proxies).unwrap().behind(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_forged_header_has_no_effect() {
        assert_eq!(seen("", "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.0/8", "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
    }

    #[test]
    fn the_nearest_address_before_our_proxies_counts() {
        assert_eq!(seen("10.0.0.0/8", "10.1.1.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.0/8", "10.1.1.1", &["198.51.100.4, 203.0.113.9", "10.2.2.2"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.0/8,::1", "::1", &["203.0.113.9:4711, 10.9.9.9"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.0/8", "10.1.1.1", &["203.0.113.9, unknown"]), "10.1.1.1");
        assert_eq!(seen("10.0.0.0/8", "10.1.1.1", &[]), "10.1.1.1");
    }

    #[test]
    fn one_network_of_ipv6_is_one_household() {
        let of = |text: &str| household(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }
}
