//! The accept loop: connections up to a cap, TLS if it is configured, a time limit for headers, and a shutdown that lets requests finish.
//!
//! `axum::serve` has neither cap nor time limit. axum-server has the time limit, but takes a connection before a cap could hold it back; here what is
//! over the cap waits in the kernel's backlog, and costs neither a file descriptor nor a TLS handshake.

use super::crowd::{Crowd, Member, Membership};
use super::paced::{Paced, ReaderPace};
use super::peer::Peer;
use crate::config::{Limits, Proxies, Tls};
use axum::Router;
use axum::http::Request;
use collectors::clock::Clock;
use collectors::secrecy::warn_if_public;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tower::ServiceExt;

const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 16 << 10;
/// What is kept of requests that wait for their turn, and of answers that wait to be read.
const BUFFER_BYTES_MAX: usize = 32 << 10;
/// One address may have this part of all connections.
const OF_ONE_ADDRESS: usize = 4;

/// Ends the connection of a request, also where its client reads nothing of the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hangup(Arc<Notify>);

/// What is written already may still be read for this long.
const HANGUP_DELAY: Duration = Duration::from_secs(1);

impl Hangup {
    pub(crate) fn hang_up(&self) {
        self.0.notify_one();
    }

    /// Whether it was hung up, which is asked once.
    #[cfg(test)]
    pub(crate) async fn was_asked(&self) -> bool {
        tokio::time::timeout(Duration::ZERO, self.0.notified()).await.is_ok()
    }

    async fn is_due(&self) {
        self.0.notified().await;
        tokio::time::sleep(HANGUP_DELAY).await;
    }
}

/// Pause after a failed accept, for example without a free file descriptor, so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why the service cannot speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate or the key cannot be read, or is not PEM.
    #[error("{path} cannot be used for TLS: {message}")]
    File {
        /// The file, as configured.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// Certificate and key do not belong together, or are of a kind that is not supported.
    #[error("the TLS certificate and key cannot be used together: {0}")]
    Pair(#[from] tokio_rustls::rustls::Error),
}

/// Reads certificate and key, for TLS 1.2 and 1.3.
pub(crate) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, TlsError> {
    let chain = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| file_error(&tls.certificate, &error))?;
    if chain.is_empty() {
        return Err(file_error(&tls.certificate, &"it holds no certificate in PEM"));
    }
    warn_if_public("tls.key", &tls.key);
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|error| file_error(&tls.key, &error))?;
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn file_error(path: &Path, error: &impl std::fmt::Display) -> TlsError {
    TlsError::File { path: path.display().to_string(), message: error.to_string() }
}

/// Bytes that the system keeps for a client that does not read, doubled by it: enough for 2 MB/s over a round trip of 50 ms.
const SEND_BUFFER_BYTES: u32 = 64 << 10;
/// Connections that wait in the kernel to be accepted.
const BACKLOG: u32 = 1_024;

/// Listens on `address`, with small buffers for answers that nobody reads.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    // Accepted connections have the same.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// What connections are served with.
pub(crate) struct HttpServing {
    /// TLS, if it is configured.
    pub(crate) tls: Option<TlsAcceptor>,
    /// Answers the requests.
    pub(crate) router: Router,
    /// How many connections there may be, and how slow.
    pub(crate) limits: Limits,
    /// Addresses that may have all connections.
    pub(crate) proxies: Arc<Proxies>,
    /// Tells how long a connection has moved nothing.
    pub(crate) clock: Arc<dyn Clock>,
    /// How long requests may take to finish at the end.
    pub(crate) grace: Duration,
}

/// Serves on `listener` until `stop` resolves, then lets requests in flight finish for at most the grace time.
pub(crate) async fn serve(listener: TcpListener, serving: HttpServing, stop: impl Future<Output = ()>) {
    let HttpServing { tls, router, limits, proxies, clock, grace } = serving;
    let places = Arc::new(Semaphore::new(limits.connections));
    let crowd = Crowd::new((limits.connections / OF_ONE_ADDRESS).max(1), proxies, clock);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places, &crowd) => accepted,
        };
        let Some(Accepted { stream, peer, place, membership }) = accepted else { continue };
        let member = Arc::clone(&membership.member);
        let speaker = Speaker { peer, member, router: router.clone(), limits, watcher: graceful.watcher() };
        let tls = tls.clone();
        tokio::spawn(async move {
            connection(stream, tls, speaker).await;
            drop((membership, place));
        });
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!(grace_s = grace.as_secs(), "requests were still open after the grace time and were cut off");
    }
}

/// A connection with its place under the cap, and among those of its address.
struct Accepted {
    stream: TcpStream,
    peer: Peer,
    place: OwnedSemaphorePermit,
    membership: Membership,
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>, crowd: &Arc<Crowd>) -> Option<Accepted> {
    let place = place(places, crowd).await?;
    match listener.accept().await {
        Ok((stream, address)) => {
            let peer = Peer::of(address.ip());
            let membership = crowd.enter(peer);
            if membership.is_none() {
                tracing::debug!(address = %address.ip(), "an address has all the connections that it may have");
            }
            Some(Accepted { stream, peer, place, membership: membership? })
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// A place under the cap; where there is none, an idle connection makes room.
async fn place(places: &Arc<Semaphore>, crowd: &Crowd) -> Option<OwnedSemaphorePermit> {
    loop {
        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
            return Some(place);
        }
        crowd.make_room();
        if let Ok(place) = tokio::time::timeout(ACCEPT_PAUSE, Arc::clone(places).acquire_owned()).await {
            return place.ok();
        }
    }
}

/// What a connection is served with.
struct Speaker {
    peer: Peer,
    member: Arc<Member>,
    router: Router,
    limits: Limits,
    watcher: Watcher,
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, speaker: Speaker) {
    // Answers are small and whole: waiting to fill a packet would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let member = Arc::clone(&speaker.member);
    let stream = Paced::new(stream, Arc::clone(&member), ReaderPace::of(speaker.limits.answer_bytes_per_s));
    let spoken = async {
        let Some(tls) = tls else { return speaker.speak(stream).await };
        match tokio::time::timeout(speaker.limits.header_timeout, tls.accept(stream)).await {
            Ok(Ok(stream)) => speaker.speak(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    };
    tokio::select! {
        () = spoken => {}
        () = member.is_cut() => tracing::debug!("an idle connection made room for another"),
    }
}

impl Speaker {
    /// Answers requests until the connection or the service ends.
    async fn speak(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let (peer, member, hangup) = (self.peer, self.member, Hangup::default());
        let handed = hangup.clone();
        let routes = self.router.map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(handed.clone());
            request
        });
        let routes = routes.map_future(move |answering| {
            let asking = member.asks();
            async move {
                let answered = answering.await;
                drop(asking);
                answered
            }
        });
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_timeout)
            .max_headers(HEADERS_MAX)
            .max_buf_size(BUFFER_BYTES_MAX)
            .max_header_size(HEADER_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
        tokio::select! {
            served = self.watcher.watch(served) => {
                if let Err(error) = served {
                    tracing::debug!(%error, "a connection ended early");
                }
            }
            () = hangup.is_due() => tracing::debug!("a connection whose stream had ended was closed"),
        }
    }
}
