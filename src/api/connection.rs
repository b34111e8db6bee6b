//! The accept loop: connections up to a cap, TLS if it is configured, a time limit for headers, and a shutdown that lets requests finish.
//!
//! `axum::serve` has neither cap nor time limit. axum-server has the time limit, but takes a connection before a cap could hold it back; here what is
//! over the cap waits in the kernel's backlog, and costs neither a file descriptor nor a TLS handshake.

use crate::config::{Limits, Tls};
use axum::Router;
use axum::http::Request;
use collectors::secrecy::warn_if_public;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tower::ServiceExt;

const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 16 << 10;

/// The address at the other end of the connection, whatever a header says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(IpAddr);

impl Peer {
    /// What requests are counted by: an IPv4 address, or the /64 network of an IPv6 address, within which one machine may use any number of
    /// addresses.
    pub(crate) fn counted_as(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{:x}/64", address.to_bits() >> 64),
        }
    }
}

/// Ends the connection of a request, also where its client reads nothing of the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hangup(Arc<Notify>);

/// What is written already may still be read for this long.
const HANGUP_DELAY: Duration = Duration::from_secs(1);

impl Hangup {
    pub(crate) fn hang_up(&self) {
        self.0.notify_one();
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

/// Serves `router` on `listener` until `stop` resolves, then lets requests in flight finish for at most `grace`.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: Limits,
    grace: Duration,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some(accepted) = accepted else { continue };
        let speaker = Speaker {
            peer: accepted.peer,
            router: router.clone(),
            header_timeout: limits.header_timeout,
            watcher: graceful.watcher(),
        };
        let tls = tls.clone();
        tokio::spawn(async move {
            connection(accepted.stream, tls, speaker).await;
            drop(accepted.place);
        });
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!(grace_s = grace.as_secs(), "requests were still open after the grace time and were cut off");
    }
}

/// A connection with its place under the cap.
struct Accepted {
    stream: TcpStream,
    peer: Peer,
    place: OwnedSemaphorePermit,
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => Some(Accepted { stream, peer: Peer(address.ip()), place }),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// What a connection is served with.
struct Speaker {
    peer: Peer,
    router: Router,
    header_timeout: Duration,
    watcher: Watcher,
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, speaker: Speaker) {
    // Answers are small and whole: waiting to fill a packet would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let Some(tls) = tls else { return speaker.speak(stream).await };
    match tokio::time::timeout(speaker.header_timeout, tls.accept(stream)).await {
        Ok(Ok(stream)) => speaker.speak(stream).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

impl Speaker {
    /// Answers requests until the connection or the service ends.
    async fn speak(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let (peer, hangup) = (self.peer, Hangup::default());
        let handed = hangup.clone();
        let routes = self.router.map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(handed.clone());
            request
        });
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_headers(HEADERS_MAX)
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
