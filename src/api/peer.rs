//! Who is at the other end, as far as requests are counted by it.

use std::net::IpAddr;

/// The address that a request comes from: that at the other end of the connection, or the client of a configured proxy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(IpAddr);

impl Peer {
    pub(super) const fn of(address: IpAddr) -> Self {
        Self(address)
    }

    pub(super) const fn address(self) -> IpAddr {
        self.0
    }

    /// What requests are counted by: an IPv4 address, or the /64 network of an IPv6 address, within which one machine may use any number of
    /// addresses.
    pub(crate) fn counted_as(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{:x}/64", address.to_bits() >> 64),
        }
    }
}
