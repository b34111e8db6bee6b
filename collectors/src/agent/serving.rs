//! Serves the metrics over HTTP/1.1, one request per connection. Nothing else is served, and nothing can be changed.
//!
//! Prometheus asks every few seconds for a few kilobytes, so that a thread per request is enough, without a runtime. What a
//! client can take from the agent is bounded: [`OPEN_MAX`] threads, for [`TIME`] each.

use super::metrics::AgentMetrics;
use crate::clock::Clock;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use units::Span;

/// Requests that are answered at once; a connection beyond them is closed.
const OPEN_MAX: usize = 4;
/// Time from the connection to the last byte of its answer.
const TIME: Span = Span::from_seconds(5);
/// Bytes and lines that the head of a request may have.
const HEAD_BYTES: usize = 8_192;
const HEADERS: usize = 64;

/// A listener that is served until this is dropped.
pub(super) struct Serving {
    address: SocketAddr,
    is_stopping: Arc<AtomicBool>,
}

/// An answer, ready to send.
struct Reply {
    status: &'static str,
    media_type: &'static str,
    body: String,
}

impl Serving {
    /// Listens on `address` and serves `metrics` there.
    pub(super) fn start(address: SocketAddr, metrics: AgentMetrics) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let is_stopping = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_stopping);
        let accept = move || accept(&listener, &Arc::new(metrics), &told);
        thread::Builder::new().name("metrics".to_owned()).spawn(accept)?;
        Ok(Self { address, is_stopping })
    }

    /// Where it listens.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        // The thread waits for a connection, and this is one.
        let ip = match self.address {
            SocketAddr::V4(address) if address.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(address) if address.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            address => address.ip(),
        };
        drop(TcpStream::connect_timeout(&(ip, self.address.port()).into(), Duration::from_millis(100)));
    }
}

fn accept(listener: &TcpListener, metrics: &Arc<AgentMetrics>, is_stopping: &AtomicBool) {
    // As many owners as there are open requests, and this one.
    let open = Arc::new(());
    loop {
        let accepted = listener.accept();
        if is_stopping.load(Ordering::Relaxed) {
            return;
        }
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely.
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        if Arc::strong_count(&open) > OPEN_MAX {
            continue;
        }
        let (metrics, slot) = (Arc::clone(metrics), Arc::clone(&open));
        let answer = move || {
            // A client that goes away is the end of its request alone.
            drop(converse(stream, &metrics));
            drop(slot);
        };
        if let Err(cause) = thread::Builder::new().name("metrics".to_owned()).spawn(answer) {
            tracing::warn!("a request for metrics was not answered: {cause}");
        }
    }
}

fn converse(mut stream: TcpStream, metrics: &AgentMetrics) -> io::Result<()> {
    let end = metrics.clock().monotonic().plus(TIME);
    let mut head = Vec::new();
    let reply = loop {
        if let Some(reply) = reply(&head, metrics) {
            break reply;
        }
        let mut more = [0; 1_024];
        stream.set_read_timeout(Some(left(metrics.clock(), end)?))?;
        match stream.read(&mut more)? {
            0 => return Ok(()),
            count => head.extend_from_slice(more.get(..count).unwrap_or_default()),
        }
    };
    let Reply { status, media_type, body } = reply;
    let length = body.len();
    let mut text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    );
    if !head.starts_with(b"HEAD ") {
        text.push_str(&body);
    }
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        stream.set_write_timeout(Some(left(metrics.clock(), end)?))?;
        match stream.write(rest)? {
            0 => return Ok(()),
            count => rest = rest.get(count..).unwrap_or_default(),
        }
    }
    // To close before everything is read would take the answer back.
    stream.shutdown(Shutdown::Write)?;
    loop {
        stream.set_read_timeout(Some(left(metrics.clock(), end)?))?;
        if stream.read(&mut [0; 1_024])? == 0 {
            return Ok(());
        }
    }
}

/// The time until `end`, which is not zero.
fn left(clock: &dyn Clock, end: Span) -> io::Result<Duration> {
    match end.minus(clock.monotonic()).nanoseconds() {
        0 => Err(io::ErrorKind::TimedOut.into()),
        nanoseconds => Ok(Duration::from_nanos(nanoseconds)),
    }
}

/// The answer to a request with this head; `None` while more of it is to come.
fn reply(head: &[u8], metrics: &AgentMetrics) -> Option<Reply> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) if head.len() < HEAD_BYTES => return None,
        _ => return Some(Reply::of("400 Bad Request", "The request is not HTTP/1.1, or too long.")),
    }
    let path = request.path.unwrap_or_default().split('?').next().unwrap_or_default();
    Some(match (request.method.unwrap_or_default(), path) {
        ("GET" | "HEAD", "/metrics") => {
            let accept = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("accept"));
            let accept = accept.and_then(|header| std::str::from_utf8(header.value).ok()).unwrap_or_default();
            match metrics.exposition(accept) {
                Ok(found) => Reply { status: "200 OK", media_type: found.media_type, body: found.text },
                Err(_) => Reply::of("500 Internal Server Error", "The metrics cannot be written."),
            }
        }
        ("GET" | "HEAD", _) => Reply::of("404 Not Found", "The metrics are at /metrics."),
        _ => Reply::of("405 Method Not Allowed", "Only GET and HEAD are served."),
    })
}

impl Reply {
    fn of(status: &'static str, words: &str) -> Self {
        Self { status, media_type: "text/plain; charset=utf-8", body: format!("{words}\n") }
    }
}
