//! Proxies in front of the service, which say for whom they ask: `[proxy]`.

use super::error::ServiceConfigError;
use ipnet::IpNet;
use serde::Deserialize;
use std::net::IpAddr;

/// The proxies that are believed when they name their clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxies {
    /// Their addresses.
    pub networks: Vec<IpNet>,
    /// The header in which they list the addresses that a request came by, each adding the one that it was asked from; in lower case.
    pub client_header: String,
}

impl Default for Proxies {
    fn default() -> Self {
        Self { networks: Vec::new(), client_header: "x-forwarded-for".to_owned() }
    }
}

impl Proxies {
    /// Whether `address` is that of a proxy.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address.to_canonical()))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProxySection {
    addresses: Vec<String>,
    client_header: String,
}

impl Default for ProxySection {
    fn default() -> Self {
        Self { addresses: Vec::new(), client_header: "X-Forwarded-For".to_owned() }
    }
}

impl ProxySection {
    pub(super) fn validate(&self) -> Result<Proxies, ServiceConfigError> {
        let networks = self.addresses.iter().map(|text| network(text)).collect::<Result<_, _>>()?;
        let client_header = self.client_header.to_ascii_lowercase();
        let is_name = client_header.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        // The header of RFC 7239 has pairs, not addresses.
        if !is_name || matches!(&*client_header, "" | "forwarded") {
            return Err(ServiceConfigError::OutOfRange {
                key: "proxy.client_header",
                value: format!("{:?}", self.client_header),
                expected: "the name of a header with a list of addresses, such as X-Forwarded-For",
            });
        }
        Ok(Proxies { networks, client_header })
    }
}

/// One address or a network; never all addresses.
fn network(text: &str) -> Result<IpNet, ServiceConfigError> {
    let one = text.parse::<IpAddr>().map(IpNet::from);
    let network = one.ok().or_else(|| text.parse().ok()).filter(|network: &IpNet| network.prefix_len() > 0);
    network.ok_or_else(|| ServiceConfigError::OutOfRange {
        key: "proxy.addresses",
        value: format!("{text:?}"),
        expected: "the address of a proxy, or a network of them, such as 10.0.0.7 or 10.0.1.0/24",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_header_are_checked() {
        for (address, name, is_good) in [
            ("10.0.0.1", "X-Real-IP", true),
            ("2001:db8::/64", "X-Forwarded-For", true),
            ("proxy.example", "X", false),
            ("10.0.0.0/33", "X", false),
            ("0.0.0.0/0", "X", false),
            ("10.0.0.1", "a b", false),
            ("10.0.0.1", "", false),
            ("10.0.0.1", "Forwarded", false),
        ] {
            let section = ProxySection { addresses: vec![address.to_owned()], client_header: name.to_owned() };
            assert_eq!(section.validate().is_ok(), is_good, "{address} {name}");
        }
    }
}
