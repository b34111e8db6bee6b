use std::net::IpAddr;
use ureq::http::Uri;

/// Why an address cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It has no host, or another scheme than `http` and `https`.
    #[error("{address:?} is not a service address: write https://HOST or http://HOST:PORT")]
    Unusable {
        /// As it was given.
        address: String,
    },
    /// A token would go unencrypted over a network.
    #[error("{address} would send the token unencrypted: use https, or http to this machine only")]
    Cleartext {
        /// As it was given.
        address: String,
    },
}

/// The address, if it can be called: `https`, or `http` where no token is shown or the host is this machine.
///
/// # Errors
///
/// [`AddressError`].
pub fn check_address(address: &str, has_token: bool) -> Result<Uri, AddressError> {
    let unusable = || AddressError::Unusable { address: address.to_owned() };
    let uri: Uri = address.parse().map_err(|_| unusable())?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(unusable)?;
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if !has_token || is_loopback(host) => Ok(uri),
        Some("http") => Err(AddressError::Cleartext { address: address.to_owned() }),
        _ => Err(unusable()),
    }
}

/// Whether `host`, as addresses write it, is this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_https_or_stays_on_this_machine() {
        for (address, is_usable) in [
            ("https://wattledger.example", true),
            ("http://127.0.0.1:8780", true),
            ("http://localhost:8780/", true),
            ("http://LOCALHOST:8780/", true),
            ("http://[::1]:8780", true),
            ("http://wattledger.example", false),
            ("http://localhost.example", false),
            ("http://127.0.0.1.example", false),
            ("ftp://127.0.0.1", false),
            ("127.0.0.1:8780", false),
            ("", false),
        ] {
            assert_eq!(check_address(address, true).is_ok(), is_usable, "{address}");
        }
        assert!(check_address("http://wattledger.example", false).is_ok());
    }
}
