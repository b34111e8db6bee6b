//! The service: configuration, store, routes and background work put together, and taken apart in order.
//!
//! Shutdown, on SIGTERM or SIGINT:
//! 1. `/readyz` answers 503, event streams end and no connection is accepted any more;
//! 2. requests in flight finish, for at most `ledger.shutdown_grace_s`;
//! 3. the closing of periods ends after the one that runs, and alerts that are being sent and providers that are being asked get two seconds;
//! 4. the copy for charts ends after the batches that it is taking, and the store is closed. What was acknowledged was on disk before, so that a kill at any moment loses nothing either.

use crate::access::Token;
use crate::alerts::{AlertSource, AlertsError, Messenger};
use crate::api::{self, ApiService, Gates, HttpServing, ServiceParts, SharedEvents, SignIn, TlsError};
use crate::config::{
    ExportCredentials, InfluxSettings, KeyError, LedgerSettingsError, Log, OtlpSettings, RemoteWriteSettings,
    ServiceConfig, read_headers, read_secret,
};
use crate::duty::{Candidacy, Duty};
use crate::feed::{Feeds, FeedsError};
use crate::grid::{DataError, Library};
use crate::ledger::{self, LedgerError};
use crate::series::{
    Embedded, ExportCounts, ExportError, ExportReceiver, ExportSource, Exporter, Follower, Handover, Influx,
    InfluxServer, SeriesError, SeriesStore,
};
use crate::session::{self, SessionError};
use crate::store::{Store, StoreError, TokenRecord, Voice};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use collectors::clock::Clock;
use collectors::log::PlainStderr;
use collectors::secrecy::warn_if_public;
use model::{Scope, TokenId};
use rustix::process::{Resource, getrlimit, setrlimit};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use units::Span;

/// Time between two looks for memory that can be given back: a storm's is gone within a minute.
const GIVE_BACK_EVERY: Duration = Duration::from_secs(20);

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A chain ends before what was noted of it outside, or has another link there.
    #[error(
        "{}: the ledger does not have {} {number}, which `{file}` beside it notes: it was cut off, emptied or exchanged. Restore a backup that verifies; to go on with what is there, move `{file}` away",
        directory.display(), chain.link(), file = chain.file()
    )]
    LostHead {
        /// Path of the data directory.
        directory: PathBuf,
        /// The chain that it is missing from.
        chain: ledger::HashChain,
        /// Its number, as the file beside the database names it.
        number: i64,
    },
    /// The note of the last entry cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}; give another address with --listen (port 0 takes a free one)")]
    Listen {
        /// Address that was configured.
        address: SocketAddr,
        /// What the operating system reported.
        cause: io::Error,
    },
    /// The series cannot be kept where they should be.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// Samples cannot be sent.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// TLS cannot be turned on.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server of the ledger cannot be asked as it is configured.
    #[error(transparent)]
    Ledgers(#[from] LedgerSettingsError),
    /// The file with a secret cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Alerts cannot be sent.
    #[error(transparent)]
    Alerts(#[from] AlertsError),
    /// A provider of grid factors cannot be asked.
    #[error(transparent)]
    Feeds(#[from] FeedsError),
    /// A bundled table is broken.
    #[error(transparent)]
    Data(#[from] DataError),
    /// No token can be made.
    #[error(transparent)]
    Token(#[from] crate::access::NoRandomness),
    /// No sign-in link can be made.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The system refuses threads or signals.
    #[error("the system refuses what a service needs: {0}")]
    System(#[from] io::Error),
}

impl ServeError {
    /// Whether other options would help.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Store(error) => !matches!(error, StoreError::Database(_)),
            Self::Alerts(error) => !matches!(error, AlertsError::System(_)),
            Self::Feeds(error) => error.is_usage(),
            Self::Series(SeriesError::Unavailable { .. }) | Self::Export(ExportError::Client { .. }) => true,
            Self::Series(_) | Self::Export(_) => false,
            Self::Listen { .. } | Self::Tls(_) | Self::Key(_) | Self::Ledgers(_) | Self::LostHead { .. } => true,
            Self::Ledger(_) | Self::Data(_) | Self::Token(_) | Self::Session(_) | Self::System(_) => false,
        }
    }
}

/// Runs the service until SIGTERM or SIGINT. `say` prints a line each for the first admin token of a fresh data
/// directory with a link that signs in once, and the address.
pub fn run(config: &ServiceConfig, clock: Arc<dyn Clock>, say: impl Fn(&str)) -> Result<(), ServeError> {
    let store = match &config.ledger {
        Some(settings) => Store::open_on(&settings.server()?, &config.data)?,
        None => Store::open(&config.data)?,
    };
    let store = Arc::new(store);
    run_on(config, &store, clock, say)
}

/// As [`run`], on a store that is open already.
pub fn run_on(
    config: &ServiceConfig,
    store: &Arc<Store>,
    clock: Arc<dyn Clock>,
    say: impl Fn(&str),
) -> Result<(), ServeError> {
    log_to_stderr(config.log);
    warn_if_public("the data directory", &config.data);
    raise_open_files();
    if let Some((chain, number)) = ledger::lost_head(store)? {
        return Err(ServeError::LostHead { directory: config.data.clone(), chain, number });
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let candidacy = Candidacy::begin(store, &clock)?;
    let duty = candidacy.duty();
    let charts = Charts::open(config, store, &duty, &clock)?;
    runtime.block_on(serve(config, store, &duty, &charts, clock, say))?;
    // Ends what was cut off and the following; then only the caller holds the store.
    drop(runtime);
    drop(charts);
    drop((duty, candidacy));
    tracing::info!("the service has stopped");
    Ok(())
}

/// Where charts are read from, and what keeps that up to date.
struct Charts {
    series: Arc<dyn SeriesStore>,
    influx: Option<Arc<Influx>>,
    follower: Follower,
    handover: Arc<Handover>,
    /// Keeps a copy that nothing here is read from.
    _mirror: Option<Follower>,
    /// What became of samples that were sent.
    exported: ExportCounts,
    /// Send samples as they come.
    _exporters: Vec<Exporter>,
}

impl Charts {
    fn open(
        config: &ServiceConfig,
        store: &Arc<Store>,
        duty: &Duty,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, ServeError> {
        let mut handover = Handover::default();
        // A copy that takes windows divided is one for all services.
        let mut follow = |series: Arc<dyn SeriesStore>| {
            let (store, clock, handed) = (Arc::clone(store), Arc::clone(clock), handover.to_copy());
            match series.divides() {
                true => Follower::start_on_duty(duty.clone(), store, series, clock, handed),
                false => Follower::start(store, series, clock, handed),
            }
        };
        let is_read = config.influx.as_ref().is_some_and(|settings| settings.read);
        let influx = config.influx.as_ref().map(|settings| influx(settings, &config.data)).transpose()?;
        let influx = influx.map(Arc::new);
        let (series, mirrored): (Arc<dyn SeriesStore>, _) = match influx.clone() {
            Some(influx) if is_read => (influx, None),
            other => (Arc::new(Embedded::open(&config.data)?), other),
        };
        let mirror = mirrored.map(|influx| follow(influx)).transpose()?;
        let exported = ExportCounts::default();
        let (store, clock) = (Arc::clone(store), Arc::clone(clock));
        let source = ExportSource { store, duty: duty.clone(), clock, counts: exported.clone() };
        let follower = follow(Arc::clone(&series))?;
        let exporters = exporters(config, &source, &mut handover)?;
        let handover = Arc::new(handover);
        Ok(Self { follower, handover, series, influx, _mirror: mirror, exported, _exporters: exporters })
    }
}

/// Starts to send samples to every receiver that is configured.
fn exporters(
    config: &ServiceConfig,
    source: &ExportSource,
    handover: &mut Handover,
) -> Result<Vec<Exporter>, ServeError> {
    let mut started = Vec::new();
    if let Some(RemoteWriteSettings { url, credentials, ca_file, version }) = &config.remote_write {
        let headers = credentials.as_ref().map(authorization).transpose()?.into_iter().collect();
        let receiver = ExportReceiver { url: url.reveal().to_owned(), headers, ca_file: ca_file.clone() };
        started.push(Exporter::remote_write(receiver, *version, source.clone(), handover.to_copy())?);
    }
    if let Some(OtlpSettings { url, headers_file, ca_file }) = &config.otlp {
        let headers = headers_file.as_ref().map(|path| read_headers("series.otlp.headers_file", path)).transpose()?;
        let (url, headers, ca_file) = (url.reveal().to_owned(), headers.unwrap_or_default(), ca_file.clone());
        started.push(Exporter::otlp(ExportReceiver { url, headers, ca_file }, source.clone(), handover.to_copy())?);
    }
    Ok(started)
}

/// The header that shows who sends.
fn authorization(credentials: &ExportCredentials) -> Result<(String, String), KeyError> {
    let shown = match credentials {
        ExportCredentials::Token(path) => format!("Bearer {}", read_secret("series.remote_write.token_file", path)?),
        ExportCredentials::Basic(name, path) => {
            let password = read_secret("series.remote_write.password_file", path)?;
            format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")))
        }
    };
    Ok(("Authorization".to_owned(), shown))
}

/// Opens the InfluxDB that `settings` describe, with its notes in `directory`. Nothing is sent yet.
///
/// # Errors
///
/// The file with the token, the address or the directory cannot be used.
pub fn influx(settings: &InfluxSettings, directory: &Path) -> Result<Influx, ServeError> {
    let InfluxSettings { url, org, bucket, token_file, ca_file, plain_http, read: _ } = settings.clone();
    let token = read_secret("series.influx.token_file", &token_file)?;
    Ok(Influx::open(InfluxServer { url, org, bucket, token, ca_file, plain_http }, directory)?)
}

async fn serve(
    config: &ServiceConfig,
    store: &Arc<Store>,
    duty: &Duty,
    charts: &Charts,
    clock: Arc<dyn Clock>,
    say: impl Fn(&str),
) -> Result<(), ServeError> {
    let tls = config.tls.as_ref().map(api::acceptor).transpose()?;
    let (listener, address) = listen(config.listen)?;
    let stop = StopSignals::new()?;
    let library = Arc::new(Library::bundled()?);
    let gates = Gates::open(config)?;
    let source = AlertSource { duty: duty.clone(), library: Arc::clone(&library), clock: Arc::clone(&clock) };
    let messenger = Messenger::start(&config.alerts, source)?;
    let feeds = Arc::new(Feeds::open(&config.providers, store, &clock)?);
    let (sign_in, scheme) = if tls.is_some() { (SignIn::Tls, "https") } else { (SignIn::Plain, "http") };
    if offer_first_token(store, clock.as_ref(), &say)? {
        say_sign_in_link(store, clock.as_ref(), &format!("{scheme}://{}", reachable(address)), &say)?;
    }
    let proxies = Arc::new(config.proxies.clone());
    let service = ApiService::new(ServiceParts {
        store: Arc::clone(store),
        duty: duty.clone(),
        library,
        series: Arc::clone(&charts.series),
        influx: charts.influx.clone(),
        exported: charts.exported.clone(),
        handover: Arc::clone(&charts.handover),
        power: charts.follower.power(),
        clock: Arc::clone(&clock),
        limits: config.limits,
        proxies: Arc::clone(&proxies),
        sign_in,
        gates,
        alerts: messenger.counts(),
        feeds: Arc::clone(&feeds),
    })?;
    let service = Arc::new(service);
    let events = service.events();
    let shared = SharedEvents::begin(store, &events)?;
    feeds.begin(duty, move |report| events.tell_factors(&report.changed))?;
    let router = api::router(&service);
    say(&format!("listening on {scheme}://{address}"));
    tracing::info!(%address, data = %config.data.display(), "the service is ready");
    let closing = tokio::spawn(close_periods(Arc::clone(&service), config.close_every, config.grace));
    let tidying = tokio::spawn(give_back_memory());
    let bell = messenger.bell();
    let hearing = tokio::spawn(Arc::clone(&service).each_request(move || bell.ring()));
    let stopping = async {
        stop.received().await;
        tracing::info!("shutdown begins");
        messenger.stop();
        feeds.stop();
        service.stopping();
    };
    let (limits, grace) = (config.limits, config.shutdown_grace);
    api::serve(listener, HttpServing { tls, router, limits, proxies, clock, grace }, stopping).await;
    drop(shared);
    closing.abort();
    tidying.abort();
    hearing.abort();
    Ok(())
}

/// Listens on `address`, and says where that is.
fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let refused = |cause| ServeError::Listen { address, cause };
    let listener = api::listen(address).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

/// Posts what has ended, again and again. Each closing looks at the store alone, so that one that was missed is no loss.
async fn close_periods(service: Arc<ApiService>, every: Duration, grace: Span) {
    loop {
        let closing = Arc::clone(&service);
        if let Err(error) = tokio::task::spawn_blocking(move || closing.close(grace)).await {
            tracing::error!(%error, "a closing met a defect");
        }
        tokio::time::sleep(every).await;
    }
}

/// Gives back what requests left free, again and again.
async fn give_back_memory() {
    loop {
        tokio::time::sleep(GIVE_BACK_EVERY).await;
        // It holds up whoever allocates meanwhile, but not the other tasks of this thread.
        let _ = tokio::task::spawn_blocking(crate::heap::give_back).await;
    }
}

/// Makes the first admin token of a fresh store, and tells whether it did. It is said before it is stored: after a kill in between, one that was shown and does
/// not work is followed by another, while one that works and nobody saw would lock everybody out.
fn offer_first_token(store: &Store, clock: &dyn Clock, say: impl Fn(&str)) -> Result<bool, ServeError> {
    if store.read::<_, StoreError>(|tx| tx.tokens().any())? {
        return Ok(false);
    }
    let record = TokenRecord {
        id: TokenId::SERVICE,
        name: "first admin".to_owned(),
        scopes: vec![Scope::Admin],
        project: None,
        created: clock.wall(),
        expires: None,
        last_used: None,
        revoked: None,
        voice: Voice::default(),
    };
    let (token, stored) = Token::issue(record)?;
    say(&format!("admin token: {}", token.reveal()));
    store.write::<_, StoreError>(move |tx| tx.tokens().add(&stored, &TokenId::SERVICE))?;
    Ok(true)
}

/// Says a link under `server` (`https://HOST`) that signs in once as an administrator; nothing where no token may administer everything.
pub(crate) fn say_sign_in_link(
    store: &Store,
    clock: &dyn Clock,
    server: &str,
    say: impl Fn(&str),
) -> Result<(), ServeError> {
    if let Some(code) = session::administrator_link(store, clock.wall())? {
        say(&format!("sign in: {server}/sign-in/{}", code.reveal()));
    }
    Ok(())
}

/// Where a browser on this machine finds what listens on `address`.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => (Ipv4Addr::LOCALHOST, address.port()).into(),
        IpAddr::V6(ip) if ip.is_unspecified() => (Ipv6Addr::LOCALHOST, address.port()).into(),
        _ => address,
    }
}

struct StopSignals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl StopSignals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Lets the process have as many open files as the system allows: one per connection.
fn raise_open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// Standard error is the log; control characters are escaped in both forms.
fn log_to_stderr(log: Log) {
    let lines = tracing_subscriber::fmt().with_max_level(log.level).with_writer(PlainStderr).with_ansi(false);
    // A second service in one process logs where the first does.
    let _ = if log.json { lines.json().flatten_event(true).try_init() } else { lines.try_init() };
}
