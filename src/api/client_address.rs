//! Which address a request is counted by: that of the connection, or behind a configured proxy the one that its header names.

use super::peer::Peer;
use super::problem::Problem;
use super::state::State;
use crate::config::Proxies;
use axum::extract::{Request, State as Extract};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, SocketAddr};

/// What balancers ask on their own behalf, without a client.
const OF_PROXIES: [&str; 2] = ["/healthz", "/readyz"];

/// Gives the request the address of its client. A request that a configured proxy sends without naming its client is refused; what others name is
/// not looked at.
pub(crate) async fn name_client(
    Extract(state): Extract<State>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let peer = request.extensions().get::<Peer>().copied();
    if let Some(peer) = peer.filter(|_| !OF_PROXIES.contains(&request.uri().path())) {
        let client = client_of(&state.proxies, peer.address(), request.headers()).map_err(Problem::body)?;
        request.extensions_mut().insert(Peer::of(client));
    }
    Ok(next.run(request).await)
}

/// The client that a request with `headers` from `peer` comes from: `peer` itself unless it is a proxy, else the last address of the header that is not a
/// proxy's, or the first if all are. The error says what the proxy should do.
fn client_of(proxies: &Proxies, peer: IpAddr, headers: &HeaderMap) -> Result<IpAddr, String> {
    let mut client = peer.to_canonical();
    if !proxies.has(client) {
        return Ok(client);
    }
    let name = &*proxies.client_header;
    let lines: Vec<_> = headers.get_all(name).iter().collect();
    let mut hops = lines.iter().rev().flat_map(|line| line.to_str().unwrap_or("?").rsplit(',')).peekable();
    if hops.peek().is_none() {
        return Err(format!("the proxy {peer} does not name its client: let it set the header {name}"));
    }
    for hop in hops.map(str::trim) {
        let read = address(hop);
        client =
            read.ok_or_else(|| format!("the proxy {peer} has {hop:?} in the header {name}: let it write addresses"))?;
        if !proxies.has(client) {
            break;
        }
    }
    Ok(client)
}

/// `192.0.2.1`, `2001:db8::1`, or either with a port as some proxies add it.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || Some(text.parse::<SocketAddr>().ok()?.ip());
    text.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn client(peer: &str, lines: &[&str]) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        let networks = ["10.0.0.7/32", "10.0.1.0/24", "2001:db8::/64"].map(|text| text.parse().unwrap()).to_vec();
        let proxies = Proxies { networks, ..Proxies::default() };
        client_of(&proxies, peer.parse().unwrap(), &headers).map(|address| address.to_string())
    }

    #[test]
    fn only_a_configured_proxy_names_a_client_and_the_last_hop_that_is_none_counts() {
        for (peer, lines, expected) in [
            ("192.0.2.1", vec!["198.51.100.9"], "192.0.2.1"),
            ("10.0.0.8", vec!["198.51.100.9"], "10.0.0.8"),
            ("10.0.0.7", vec!["198.51.100.9"], "198.51.100.9"),
            ("10.0.0.7", vec!["203.0.113.66, 198.51.100.9"], "198.51.100.9"),
            ("10.0.0.7", vec!["203.0.113.66", "198.51.100.9, 10.0.1.3"], "198.51.100.9"),
            ("10.0.0.7", vec!["198.51.100.9:4711"], "198.51.100.9"),
            ("10.0.0.7", vec!["[2001:db8:1::5]:4711"], "2001:db8:1::5"),
            ("2001:db8::1", vec!["2001:db8:1::5"], "2001:db8:1::5"),
            ("::ffff:10.0.0.7", vec!["::ffff:198.51.100.9"], "198.51.100.9"),
            // A look of one of the proxies themselves.
            ("10.0.0.7", vec!["10.0.1.3, 10.0.1.4"], "10.0.1.3"),
        ] {
            assert_eq!(client(peer, &lines).as_deref(), Ok(expected), "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_proxy_that_names_nobody_is_refused() {
        for lines in [vec![], vec![""], vec!["unknown"], vec!["198.51.100.9, nonsense"], vec!["198.51.100.9,"]] {
            assert!(client("10.0.0.7", &lines).is_err(), "{lines:?}");
        }
    }
}
