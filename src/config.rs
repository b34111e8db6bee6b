//! Configuration of the service: what a file says, then what the program may rely on.
//!
//! [`ServiceConfig::parse`] reads TOML in which every key is optional and an unknown key is an error with its place, and checks each value's
//! range. `config/wattledger.toml` shows every key with its default.

use crate::hardware::find_accelerator;
use api::Outage;
use model::{ProjectName, SiteName};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing::level_filters::LevelFilter;
use units::Span;

/// A configuration whose values have all been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceConfig {
    /// The data directory: ledger, evidence, tokens and the copy for charts.
    pub data: PathBuf,
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Certificate and key, both PEM files, when TLS is on.
    pub tls: Option<Tls>,
    /// Level and format of the log.
    pub log: Log,
    /// Limits on what clients may send and open.
    pub limits: Limits,
    /// Interval between two rounds that close posting periods which have ended.
    pub close_every: Duration,
    /// How long a posting period stays open for late windows after its end.
    pub grace: Span,
    /// How long requests in flight may take at shutdown.
    pub shutdown_grace: Duration,
    /// Settings of the validating webhook for Kubernetes.
    pub kubernetes: Kubernetes,
    /// Settings of the run task for HCP Terraform.
    pub terraform: Terraform,
}

/// Settings of the run task for HCP Terraform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terraform {
    /// File with the HMAC key that requests are signed with; without one, the run task is off and its route answers 404.
    pub hmac_key_file: Option<PathBuf>,
    /// Hosts that plans may be fetched from and results sent to, each with its port unless that is 443.
    pub hosts: Vec<String>,
    /// Project of each workspace, keyed by `ORGANIZATION/WORKSPACE` or `WORKSPACE`; a workspace that is not listed is charged to the project of the same name.
    pub projects: BTreeMap<String, ProjectName>,
}

/// Settings of the validating webhook for Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kubernetes {
    /// The accelerator that is assumed for a GPU when neither the object nor its node selector names one.
    pub accelerator: String,
    /// The site of the cluster; without one, the only site of the service.
    pub site: Option<SiteName>,
    /// The answer when there is no decision within `answer_within`.
    pub outage: Outage,
    /// Time limit for the answer, 50 ms to 30 s.
    pub answer_within: Duration,
    /// Project of each namespace; a namespace that is not listed is charged to the project of the same name.
    pub projects: BTreeMap<String, ProjectName>,
}

/// Paths of a certificate chain and its private key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Certificate chain, with the server's own certificate first.
    pub certificate: PathBuf,
    /// Private key of that certificate.
    pub key: PathBuf,
}

/// Level and format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The least severe level that is written.
    pub level: LevelFilter,
    /// Whether each line is a JSON object; otherwise it is plain text.
    pub json: bool,
}

/// Limits on what clients may send and open at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of open connections, 1 to 65,536.
    pub connections: usize,
    /// How long a client may take for request line and headers, and how long a connection may be idle.
    pub header_timeout: Duration,
    /// How long a client may take to send a body.
    pub body_timeout: Duration,
    /// Minimum rate of a body, bytes per second averaged over ten seconds, 1 to 1,000,000.
    pub body_bytes_per_s: u32,
    /// Maximum size of a body after decompression, 1 KiB to 1 GiB.
    pub body_bytes: usize,
    /// Maximum size of all bodies in memory at once, twice [`Limits::body_bytes`] to 64 GiB.
    pub open_body_bytes: usize,
    /// Requests per token, batches not included.
    pub requests: Rate,
    /// Batches per token; many nodes may share one.
    pub batches: Rate,
    /// Requests per client address without a valid token.
    pub failures: Rate,
    /// Maximum number of open event streams, 1 to 65,536.
    pub event_streams: usize,
}

/// A sustained rate, and how far a burst may exceed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second, 1 to 1,000,000.
    pub per_s: u32,
    /// Requests that may arrive at once, 1 to 1,000,000.
    pub burst: u32,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ServiceConfigError {
    /// The file cannot be read.
    #[error("{path}: {cause}; give the path of a configuration with --config, or none to take the defaults")]
    Unreadable {
        /// Path of the file, as given.
        path: String,
        /// Error of the system.
        cause: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of another type; the message has line and column.
    #[error("{path}: {message}")]
    Malformed {
        /// Path of the file, as given.
        path: String,
        /// Line, column and reason.
        message: String,
    },
    /// A value outside its range.
    #[error("{key} = {value} cannot be used: {expected}")]
    OutOfRange {
        /// Name of the key with its table, such as `limits.connections`.
        key: &'static str,
        /// The value as given.
        value: String,
        /// The values that are accepted.
        expected: &'static str,
    },
    /// Only one of the two TLS keys is set.
    #[error("TLS needs both tls_certificate and tls_key: {missing} is not set")]
    HalfTls {
        /// Name of the key that is not set.
        missing: &'static str,
    },
    /// The service would listen on a network without TLS.
    #[error(
        "listen = {listen} is not loopback and TLS is off, so tokens would cross the network in the clear: set tls_certificate and tls_key, \
         or plain_http = true if a proxy in front terminates TLS"
    )]
    PlainHttp {
        /// The address as configured.
        listen: SocketAddr,
    },
}

/// Options of the command line that take precedence over the file.
#[derive(Debug, Clone, Default)]
pub struct ServiceOverrides {
    /// The data directory of `--data`.
    pub data: Option<PathBuf>,
    /// The address of `--listen`.
    pub listen: Option<SocketAddr>,
}

impl ServiceConfig {
    /// Reads the file at `path`, or takes the defaults without one; `overrides` come first.
    pub fn read(path: Option<&Path>, overrides: ServiceOverrides) -> Result<Self, ServiceConfigError> {
        let Some(path) = path else { return ServiceDocument::default().validate(overrides) };
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|cause| ServiceConfigError::Unreadable { path: shown.clone(), cause })?;
        Self::parse(&text, &shown, overrides)
    }

    /// Reads `text`; `path` is for messages.
    pub fn parse(text: &str, path: &str, overrides: ServiceOverrides) -> Result<Self, ServiceConfigError> {
        let document: ServiceDocument = toml::from_str(text)
            .map_err(|error| ServiceConfigError::Malformed { path: path.to_owned(), message: error.to_string() })?;
        document.validate(overrides)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ServiceDocument {
    data: PathBuf,
    listen: SocketAddr,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    plain_http: bool,
    log_level: String,
    log_format: LogFormat,
    limits: LimitsDocument,
    ledger: LedgerDocument,
    kubernetes: KubernetesDocument,
    terraform: TerraformDocument,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum LogFormat {
    Json,
    Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LimitsDocument {
    connections: u64,
    header_timeout_s: u64,
    body_timeout_s: u64,
    body_bytes_per_s: u64,
    body_bytes: u64,
    open_body_bytes: u64,
    requests_per_s: u64,
    request_burst: u64,
    batches_per_s: u64,
    batch_burst: u64,
    failures_per_s: u64,
    failure_burst: u64,
    event_streams: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LedgerDocument {
    close_every_s: u64,
    grace_s: u64,
    shutdown_grace_s: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KubernetesDocument {
    accelerator: String,
    site: Option<SiteName>,
    outage: Outage,
    answer_within_ms: u64,
    projects: BTreeMap<String, ProjectName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TerraformDocument {
    hmac_key_file: Option<PathBuf>,
    hosts: Vec<String>,
    projects: BTreeMap<String, ProjectName>,
}

impl Default for TerraformDocument {
    fn default() -> Self {
        let hosts = ["app.terraform.io", "archivist.terraform.io"].map(str::to_owned);
        Self { hmac_key_file: None, hosts: hosts.into(), projects: BTreeMap::new() }
    }
}

impl Default for ServiceDocument {
    fn default() -> Self {
        Self {
            data: PathBuf::from("wattledger-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8780)),
            tls_certificate: None,
            tls_key: None,
            plain_http: false,
            log_level: "info".to_owned(),
            log_format: LogFormat::Json,
            limits: LimitsDocument::default(),
            ledger: LedgerDocument::default(),
            kubernetes: KubernetesDocument::default(),
            terraform: TerraformDocument::default(),
        }
    }
}

impl Default for LimitsDocument {
    fn default() -> Self {
        Self {
            connections: 4096,
            header_timeout_s: 10,
            body_timeout_s: 30,
            body_bytes_per_s: 1024,
            body_bytes: 16 << 20,
            open_body_bytes: 128 << 20,
            requests_per_s: 200,
            request_burst: 1000,
            batches_per_s: 2000,
            batch_burst: 4000,
            failures_per_s: 20,
            failure_burst: 200,
            event_streams: 256,
        }
    }
}

impl Default for LedgerDocument {
    fn default() -> Self {
        Self { close_every_s: 5, grace_s: 600, shutdown_grace_s: 10 }
    }
}

impl Default for KubernetesDocument {
    fn default() -> Self {
        Self {
            accelerator: "H100".to_owned(),
            site: None,
            outage: Outage::Open,
            answer_within_ms: 1500,
            projects: BTreeMap::new(),
        }
    }
}

impl ServiceDocument {
    fn validate(self, overrides: ServiceOverrides) -> Result<ServiceConfig, ServiceConfigError> {
        let listen = overrides.listen.unwrap_or(self.listen);
        let tls = tls(self.tls_certificate, self.tls_key)?;
        if tls.is_none() && !self.plain_http && !listen.ip().is_loopback() {
            return Err(ServiceConfigError::PlainHttp { listen });
        }
        let level = self.log_level.parse().map_err(|_| ServiceConfigError::OutOfRange {
            key: "log_level",
            value: format!("{:?}", self.log_level),
            expected: "off, error, warn, info, debug or trace",
        })?;
        Ok(ServiceConfig {
            data: overrides.data.unwrap_or(self.data),
            listen,
            tls,
            log: Log { level, json: self.log_format == LogFormat::Json },
            limits: self.limits.validate()?,
            close_every: seconds("ledger.close_every_s", self.ledger.close_every_s)?,
            grace: grace(self.ledger.grace_s)?,
            shutdown_grace: seconds("ledger.shutdown_grace_s", self.ledger.shutdown_grace_s)?,
            kubernetes: self.kubernetes.validate()?,
            terraform: self.terraform.validate()?,
        })
    }
}

impl LimitsDocument {
    fn validate(&self) -> Result<Limits, ServiceConfigError> {
        Ok(Limits {
            connections: count("limits.connections", self.connections)?,
            header_timeout: seconds("limits.header_timeout_s", self.header_timeout_s)?,
            body_timeout: seconds("limits.body_timeout_s", self.body_timeout_s)?,
            body_bytes_per_s: rate("limits.body_bytes_per_s", self.body_bytes_per_s)?,
            body_bytes: body_bytes(self.body_bytes)?,
            open_body_bytes: open_body_bytes(self.open_body_bytes, self.body_bytes)?,
            requests: Rate {
                per_s: rate("limits.requests_per_s", self.requests_per_s)?,
                burst: rate("limits.request_burst", self.request_burst)?,
            },
            batches: Rate {
                per_s: rate("limits.batches_per_s", self.batches_per_s)?,
                burst: rate("limits.batch_burst", self.batch_burst)?,
            },
            failures: Rate {
                per_s: rate("limits.failures_per_s", self.failures_per_s)?,
                burst: rate("limits.failure_burst", self.failure_burst)?,
            },
            event_streams: count("limits.event_streams", self.event_streams)?,
        })
    }
}

impl KubernetesDocument {
    fn validate(self) -> Result<Kubernetes, ServiceConfigError> {
        if find_accelerator(&self.accelerator).is_err() {
            return Err(ServiceConfigError::OutOfRange {
                key: "kubernetes.accelerator",
                value: format!("{:?}", self.accelerator),
                expected: "an accelerator that `wattledger estimate --accelerator` takes",
            });
        }
        let answer_within = match self.answer_within_ms {
            milliseconds @ 50..=30_000 => Duration::from_millis(milliseconds),
            other => return Err(out_of_range("kubernetes.answer_within_ms", other, "50 to 30000 milliseconds")),
        };
        let Self { accelerator, site, outage, projects, .. } = self;
        Ok(Kubernetes { accelerator, site, outage, answer_within, projects })
    }
}

impl TerraformDocument {
    fn validate(self) -> Result<Terraform, ServiceConfigError> {
        let is_host = |host: &&String| !host.is_empty() && !host.contains(['/', '@', '*', ' ']);
        if let Some(host) = self.hosts.iter().find(|host| !is_host(host)) {
            return Err(ServiceConfigError::OutOfRange {
                key: "terraform.hosts",
                value: format!("{host:?}"),
                expected: "host names, with a port unless it is 443, without scheme and path",
            });
        }
        Ok(Terraform { hmac_key_file: self.hmac_key_file, hosts: self.hosts, projects: self.projects })
    }
}

fn tls(certificate: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<Tls>, ServiceConfigError> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(Tls { certificate, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(ServiceConfigError::HalfTls { missing: "tls_key" }),
        (None, Some(_)) => Err(ServiceConfigError::HalfTls { missing: "tls_certificate" }),
    }
}

fn out_of_range(key: &'static str, value: u64, expected: &'static str) -> ServiceConfigError {
    ServiceConfigError::OutOfRange { key, value: value.to_string(), expected }
}

fn seconds(key: &'static str, value: u64) -> Result<Duration, ServiceConfigError> {
    match value {
        1..=3600 => Ok(Duration::from_secs(value)),
        _ => Err(out_of_range(key, value, "1 to 3600 seconds")),
    }
}

fn grace(value: u64) -> Result<Span, ServiceConfigError> {
    match value {
        0..=604_800 => Ok(Span::from_seconds(value)),
        _ => Err(out_of_range("ledger.grace_s", value, "0 to 604800 seconds, a week")),
    }
}

fn count(key: &'static str, value: u64) -> Result<usize, ServiceConfigError> {
    match usize::try_from(value) {
        Ok(count @ 1..=65_536) => Ok(count),
        _ => Err(out_of_range(key, value, "1 to 65536")),
    }
}

fn body_bytes(value: u64) -> Result<usize, ServiceConfigError> {
    match usize::try_from(value) {
        Ok(bytes @ 1_024..=1_073_741_824) => Ok(bytes),
        _ => Err(out_of_range("limits.body_bytes", value, "1024 to 1073741824 bytes")),
    }
}

/// A compressed body is in memory beside its decompressed form, so the largest one needs twice its size.
fn open_body_bytes(value: u64, of_one: u64) -> Result<usize, ServiceConfigError> {
    match usize::try_from(value) {
        Ok(bytes) if value >= of_one.saturating_mul(2) && value <= 64 << 30 => Ok(bytes),
        _ => {
            Err(out_of_range("limits.open_body_bytes", value, "at least twice limits.body_bytes, at most 68719476736"))
        }
    }
}

fn rate(key: &'static str, value: u64) -> Result<u32, ServiceConfigError> {
    match u32::try_from(value) {
        Ok(rate @ 1..=1_000_000) => Ok(rate),
        _ => Err(out_of_range(key, value, "1 to 1000000")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ServiceConfig, String> {
        ServiceConfig::parse(text, "f.toml", ServiceOverrides::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_shipped_file_shows_every_key_with_its_default() {
        let shipped = include_str!("../config/wattledger.toml");
        assert_eq!(parse(shipped).unwrap(), parse("").unwrap());
        let with_tls = shipped.replace("# tls_", "tls_");
        let tls = parse(&with_tls).unwrap().tls.unwrap();
        assert_eq!(tls.key, Path::new("/etc/wattledger/tls/key.pem"));
        for key in include_str!("config.rs").lines().filter_map(|line| line.trim().strip_suffix(": u64,")) {
            assert!(shipped.contains(&format!("\n{key} = ")), "{key} is not in the file");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_place() {
        for (text, expected) in [
            ("lisen = \"127.0.0.1:1\"", "f.toml: TOML parse error at line 1, column 1"),
            ("[limits]\nconnections = -1", "line 2, column 15"),
            ("[limits]\nconnections = 0", "limits.connections = 0 cannot be used: 1 to 65536"),
            ("[limits]\nheader_timeout_s = 99999", "limits.header_timeout_s = 99999 cannot be used: 1 to 3600 seconds"),
            ("[limits]\nbody_bytes = 3", "limits.body_bytes = 3 cannot be used"),
            ("[kubernetes]\naccelerator = \"Q9\"", "kubernetes.accelerator = \"Q9\" cannot be used"),
            ("[kubernetes]\nanswer_within_ms = 1", "kubernetes.answer_within_ms = 1 cannot be used"),
            ("[terraform]\nhosts = [\"https://x\"]", "terraform.hosts = \"https://x\" cannot be used"),
            ("[kubernetes]\noutage = \"ajar\"", "line 2, column 10"),
            (
                "[limits]\nopen_body_bytes = 33554431",
                "limits.open_body_bytes = 33554431 cannot be used: at least twice",
            ),
            ("log_level = \"loud\"", "log_level = \"loud\" cannot be used: off, error, warn"),
            ("tls_key = \"k\"", "tls_certificate is not set"),
            ("listen = \"0.0.0.0:80\"", "listen = 0.0.0.0:80 is not loopback and TLS is off"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn another_address_than_loopback_needs_tls_or_a_word() {
        assert!(parse("listen = \"0.0.0.0:80\"\nplain_http = true").is_ok());
        assert!(parse("listen = \"0.0.0.0:80\"\ntls_certificate = \"c\"\ntls_key = \"k\"").is_ok());
    }
}
