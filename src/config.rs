//! Configuration of the service: what a file says, then what the program may rely on.
//!
//! [`Config::parse`] reads TOML in which every key is optional and an unknown key is an error with its place, and checks each value's
//! range. `config/wattledger.toml` shows every key with its default.

use crate::hardware::find_accelerator;
use api::Outage;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing::level_filters::LevelFilter;
use units::Span;

/// A valid configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The data directory.
    pub data: PathBuf,
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Certificate and key, both PEM files, when TLS is on.
    pub tls: Option<Tls>,
    /// What is logged.
    pub log: Log,
    /// What a client may ask of the service.
    pub limits: Limits,
    /// How often ended posting periods are closed.
    pub close_every: Duration,
    /// How long after the end of a period late windows are waited for.
    pub grace: Span,
    /// How long requests in flight may take at shutdown.
    pub shutdown_grace: Duration,
    /// The webhook of Kubernetes.
    pub kubernetes: Kubernetes,
    /// The run task of HCP Terraform.
    pub terraform: Terraform,
}

/// The run task of HCP Terraform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terraform {
    /// File with the key that requests are signed with; without it none is answered.
    pub hmac_key_file: Option<PathBuf>,
    /// Hosts that plans are fetched from and answers go to, with the port where it is not the usual one.
    pub hosts: Vec<String>,
    /// Project of each workspace, named `ORGANIZATION/WORKSPACE` or `WORKSPACE`; a workspace without one is charged to the project of its name.
    pub projects: BTreeMap<String, String>,
}

/// What the webhook of Kubernetes takes for granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kubernetes {
    /// The accelerator that a GPU is of which neither object nor node selection says more.
    pub accelerator: String,
    /// The site of the cluster; the only one there is without it.
    pub site: Option<String>,
    /// What is answered when no decision comes in time.
    pub outage: Outage,
    /// In time.
    pub answer_within: Duration,
    /// Project of each namespace; a namespace without one is charged to the project of its name.
    pub projects: BTreeMap<String, String>,
}

/// Paths of a certificate chain and its key, PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Certificate chain, the server's first.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// Level and form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// Least important level that is written.
    pub level: LevelFilter,
    /// One JSON object per line, or text.
    pub json: bool,
}

/// Limits on clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Open connections, 1 to 65,536.
    pub connections: usize,
    /// Time for request line and headers, also the longest idle time.
    pub header_timeout: Duration,
    /// Time for a whole body.
    pub body_timeout: Duration,
    /// Least bytes per second of a body, over ten seconds, 1 to 1,000,000.
    pub body_bytes_per_s: u32,
    /// Bytes of a body after decompression, 1 KiB to 1 GiB.
    pub body_bytes: usize,
    /// Bytes of all bodies that are held at once, twice [`Limits::body_bytes`] to 64 GiB.
    pub open_body_bytes: usize,
    /// Of one token, batches aside.
    pub requests: Rate,
    /// Of one token.
    pub batches: Rate,
    /// Requests of one address without a valid token.
    pub failures: Rate,
    /// Open event streams, 1 to 65,536.
    pub event_streams: usize,
}

/// A sustained rate and how much may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second, 1 to 1,000,000.
    pub per_s: u32,
    /// Requests at once, 1 to 1,000,000.
    pub burst: u32,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {cause}; give the path of a configuration with --config, or none to take the defaults")]
    Unreadable {
        /// As given.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of another type; the message has line and column.
    #[error("{path}: {message}")]
    Malformed {
        /// As given.
        path: String,
        /// Place and reason.
        message: String,
    },
    /// A value outside its range.
    #[error("{key} = {value} cannot be used: {expected}")]
    OutOfRange {
        /// Name of the key with its table.
        key: &'static str,
        /// As given.
        value: String,
        /// What is accepted.
        expected: &'static str,
    },
    /// One of the two TLS lines is missing.
    #[error("TLS needs both tls_certificate and tls_key: {missing} is not set")]
    HalfTls {
        /// The missing key.
        missing: &'static str,
    },
    /// Tokens would cross a network in the clear.
    #[error(
        "listen = {listen} is not loopback and TLS is off, so tokens would cross the network in the clear: set tls_certificate and tls_key, \
         or plain_http = true where something in front ends TLS"
    )]
    PlainHttp {
        /// The address.
        listen: SocketAddr,
    },
}

/// What the command line says in place of the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
}

impl Config {
    /// Reads the file at `path`, or takes the defaults without one; `overrides` come first.
    pub fn read(path: Option<&Path>, overrides: Overrides) -> Result<Self, ConfigError> {
        let Some(path) = path else { return Document::default().validate(overrides) };
        let shown = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable { path: shown.clone(), cause })?;
        Self::parse(&text, &shown, overrides)
    }

    /// Reads `text`; `path` is for messages.
    pub fn parse(text: &str, path: &str, overrides: Overrides) -> Result<Self, ConfigError> {
        let document: Document = toml::from_str(text)
            .map_err(|error| ConfigError::Malformed { path: path.to_owned(), message: error.to_string() })?;
        document.validate(overrides)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Document {
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
    site: Option<String>,
    outage: Outage,
    answer_within_ms: u64,
    projects: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TerraformDocument {
    hmac_key_file: Option<PathBuf>,
    hosts: Vec<String>,
    projects: BTreeMap<String, String>,
}

impl Default for TerraformDocument {
    fn default() -> Self {
        let hosts = ["app.terraform.io", "archivist.terraform.io"].map(str::to_owned);
        Self { hmac_key_file: None, hosts: hosts.into(), projects: BTreeMap::new() }
    }
}

impl Default for Document {
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

impl Document {
    fn validate(self, overrides: Overrides) -> Result<Config, ConfigError> {
        let listen = overrides.listen.unwrap_or(self.listen);
        let tls = tls(self.tls_certificate, self.tls_key)?;
        if tls.is_none() && !self.plain_http && !listen.ip().is_loopback() {
            return Err(ConfigError::PlainHttp { listen });
        }
        let level = self.log_level.parse().map_err(|_| ConfigError::OutOfRange {
            key: "log_level",
            value: format!("{:?}", self.log_level),
            expected: "off, error, warn, info, debug or trace",
        })?;
        Ok(Config {
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
    fn validate(&self) -> Result<Limits, ConfigError> {
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
    fn validate(self) -> Result<Kubernetes, ConfigError> {
        if find_accelerator(&self.accelerator).is_err() {
            return Err(ConfigError::OutOfRange {
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
    fn validate(self) -> Result<Terraform, ConfigError> {
        let is_host = |host: &&String| !host.is_empty() && !host.contains(['/', '@', '*', ' ']);
        if let Some(host) = self.hosts.iter().find(|host| !is_host(host)) {
            return Err(ConfigError::OutOfRange {
                key: "terraform.hosts",
                value: format!("{host:?}"),
                expected: "names of hosts, with a port where it is not the usual one, without scheme and path",
            });
        }
        Ok(Terraform { hmac_key_file: self.hmac_key_file, hosts: self.hosts, projects: self.projects })
    }
}

fn tls(certificate: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<Tls>, ConfigError> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(Tls { certificate, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(ConfigError::HalfTls { missing: "tls_key" }),
        (None, Some(_)) => Err(ConfigError::HalfTls { missing: "tls_certificate" }),
    }
}

fn out_of_range(key: &'static str, value: u64, expected: &'static str) -> ConfigError {
    ConfigError::OutOfRange { key, value: value.to_string(), expected }
}

fn seconds(key: &'static str, value: u64) -> Result<Duration, ConfigError> {
    match value {
        1..=3600 => Ok(Duration::from_secs(value)),
        _ => Err(out_of_range(key, value, "1 to 3600 seconds")),
    }
}

fn grace(value: u64) -> Result<Span, ConfigError> {
    match value {
        0..=604_800 => Ok(Span::from_seconds(value)),
        _ => Err(out_of_range("ledger.grace_s", value, "0 to 604800 seconds, a week")),
    }
}

fn count(key: &'static str, value: u64) -> Result<usize, ConfigError> {
    match usize::try_from(value) {
        Ok(count @ 1..=65_536) => Ok(count),
        _ => Err(out_of_range(key, value, "1 to 65536")),
    }
}

fn body_bytes(value: u64) -> Result<usize, ConfigError> {
    match usize::try_from(value) {
        Ok(bytes @ 1_024..=1_073_741_824) => Ok(bytes),
        _ => Err(out_of_range("limits.body_bytes", value, "1024 to 1073741824 bytes")),
    }
}

/// A compressed body is held beside what it decompresses to, so one of the largest needs twice its size.
fn open_body_bytes(value: u64, of_one: u64) -> Result<usize, ConfigError> {
    match usize::try_from(value) {
        Ok(bytes) if value >= of_one.saturating_mul(2) && value <= 64 << 30 => Ok(bytes),
        _ => {
            Err(out_of_range("limits.open_body_bytes", value, "at least twice limits.body_bytes, at most 68719476736"))
        }
    }
}

fn rate(key: &'static str, value: u64) -> Result<u32, ConfigError> {
    match u32::try_from(value) {
        Ok(rate @ 1..=1_000_000) => Ok(rate),
        _ => Err(out_of_range(key, value, "1 to 1000000")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, "f.toml", Overrides::default()).map_err(|error| error.to_string())
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
