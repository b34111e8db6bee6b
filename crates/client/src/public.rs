//! Which addresses are on the public internet, and a resolver that gives no other.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// IPv4 networks that are not public, as address and length of the prefix.
const RESERVED_V4: [(Ipv4Addr, u32); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Carrier-grade NAT. 100.100.100.200 in it is the metadata service of Alibaba Cloud.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Public by its number, and yet the metadata service of Azure.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    // Link-local. 169.254.169.254 in it is the metadata service of most clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // 192.0.0.192 in it is the metadata service of Oracle Cloud.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::new(255, 255, 255, 255), 32),
];
/// Everything public in IPv6 is in 2000::/3. These networks in it are not: those for protocols (Teredo among them), for documentation, 6to4.
const RESERVED_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// Addresses here stand for the IPv4 address in their last four bytes (NAT64).
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Whether `address` is on the public internet: not loopback, link-local, private, unique-local, multicast, unspecified, reserved, or that of a
/// cloud's metadata service. An IPv4 address inside an IPv6 address counts as what it is.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !RESERVED_V4.iter().any(|(network, bits)| {
            let shift = u32::BITS - bits;
            address.to_bits() >> shift == network.to_bits() >> shift
        }),
        IpAddr::V6(address) => {
            let is_in = |(network, bits): &(Ipv6Addr, u32)| {
                let shift = u128::BITS - bits;
                address.to_bits() >> shift == network.to_bits() >> shift
            };
            let [.., a, b, c, d] = address.octets();
            if is_in(&NAT64) {
                return is_public(IpAddr::V4(Ipv4Addr::new(a, b, c, d)));
            }
            is_in(&GLOBAL_V6) && !RESERVED_V6.iter().any(is_in)
        }
    }
}

/// Resolves hosts whose addresses are all public. The client connects to what this gives and asks no second time, so that a name cannot mean one
/// address when it is checked and another when it is called.
#[derive(Debug, Default)]
pub(crate) struct PublicResolver(DefaultResolver);

/// A host that the client does not call.
#[derive(Debug, thiserror::Error)]
#[error("the host has the address {0}, which is not public")]
struct NotPublic(IpAddr);

impl Resolver for PublicResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        match found.iter().map(std::net::SocketAddr::ip).find(|address| !is_public(*address)) {
            Some(address) => Err(ureq::Error::Other(Box::new(NotPublic(address)))),
            None => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_the_internet_is_public() {
        for address in
            ["1.1.1.1", "100.63.255.255", "172.32.0.1", "169.253.255.255", "168.63.129.17", "223.255.255.254"]
        {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["2606:4700::1", "2001:4860:4860::8888", "::ffff:1.1.1.1", "64:ff9b::101:101"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.9.9.9",
            "168.63.129.16",
            "169.254.169.254",
            "169.254.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.19.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "100::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }
}
