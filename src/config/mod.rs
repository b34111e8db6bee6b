//! Configuration of the service: what a file says, then what the program may rely on.
//!
//! [`ServiceConfig::parse`] reads TOML in which every key is optional and an unknown key is an error with its place, and checks each value's
//! range. `config/wattledger.toml` shows every key with its default.

mod alerts;
mod error;
mod export;
mod gates;
mod key;
mod ledger;
mod limits;
mod providers;
mod proxy;
mod range;
mod series;

pub use alerts::{AlertFormat, Alerts, Webhook, WebhookUrl};
pub use error::ServiceConfigError;
pub use export::{ExportCredentials, ExportUrl, OtlpSettings, RemoteWriteSettings};
pub use gates::{Kubernetes, ResourceMeaning, Terraform};
pub use key::{KeyError, read_headers, read_hmac_key, read_secret};
pub use ledger::{LedgerSettings, LedgerSettingsError};
pub use limits::{Limits, Rate};
pub use providers::ProviderSettings;
pub use proxy::Proxies;
pub use series::{InfluxDocument, InfluxSettings};

use alerts::AlertsDocument;
use gates::{KubernetesDocument, TerraformDocument};
use limits::LimitsDocument;
use providers::GridSection;
use proxy::ProxySection;
use range::{out_of_range, seconds};
use serde::Deserialize;
use series::SeriesSection;
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
    /// The server that holds ledger, evidence and tokens in place of the data directory.
    pub ledger: Option<LedgerSettings>,
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Certificate and key, both PEM files, when TLS is on.
    pub tls: Option<Tls>,
    /// Level and format of the log.
    pub log: Log,
    /// Limits on what clients may send and open.
    pub limits: Limits,
    /// What stands in front of the service.
    pub proxies: Proxies,
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
    /// The InfluxDB to which the series are copied; without one, they are in the data directory alone.
    pub influx: Option<InfluxSettings>,
    /// Where samples are sent by Prometheus' remote write.
    pub remote_write: Option<RemoteWriteSettings>,
    /// Where metrics are sent by OTLP over HTTP.
    pub otlp: Option<OtlpSettings>,
    /// Where what needs attention is told.
    pub alerts: Alerts,
    /// The providers that are asked for grid factors.
    pub providers: Vec<ProviderSettings>,
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

/// Options of the command line that take precedence over the file.
#[derive(Debug, Clone, Default)]
pub struct ServiceOverrides {
    /// The data directory of `--data`.
    pub data: Option<PathBuf>,
    /// The server of `--ledger`.
    pub ledger: Option<String>,
    /// The file with passwords of several servers that the environment names.
    pub passwords_file: Option<PathBuf>,
    /// The address of `--listen`.
    pub listen: Option<SocketAddr>,
    /// What the environment says of the InfluxDB.
    pub influx: InfluxDocument,
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
            .map_err(|error| ServiceConfigError::Malformed { path: path.to_owned(), message: shown(&error) })?;
        document.validate(overrides)
    }
}

/// Place and reason of `error`, and the line where it is, unless that has an address, which may be a secret.
fn shown(error: &toml::de::Error) -> String {
    let whole = error.to_string();
    match whole.lines().next() {
        Some(place) if whole.contains("://") => format!("{place}: {}", error.message()),
        _ => whole,
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
    proxy: ProxySection,
    ledger: LedgerDocument,
    kubernetes: KubernetesDocument,
    terraform: TerraformDocument,
    series: SeriesSection,
    alerts: AlertsDocument,
    grid: GridSection,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum LogFormat {
    Json,
    Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LedgerDocument {
    close_every_s: u64,
    grace_s: u64,
    shutdown_grace_s: u64,
    server: Option<String>,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
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
            proxy: ProxySection::default(),
            ledger: LedgerDocument::default(),
            kubernetes: KubernetesDocument::default(),
            terraform: TerraformDocument::default(),
            series: SeriesSection::default(),
            alerts: AlertsDocument::default(),
            grid: GridSection::default(),
        }
    }
}

impl Default for LedgerDocument {
    fn default() -> Self {
        Self { close_every_s: 5, grace_s: 600, shutdown_grace_s: 10, server: None, password_file: None, ca_file: None }
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
        let ledger = overrides.ledger.or(self.ledger.server).map(|url| LedgerSettings {
            url,
            password_file: self.ledger.password_file,
            passwords_file: overrides.passwords_file,
            ca_file: self.ledger.ca_file,
        });
        Ok(ServiceConfig {
            data: overrides.data.unwrap_or(self.data),
            ledger,
            listen,
            tls,
            log: Log { level, json: self.log_format == LogFormat::Json },
            limits: self.limits.validate()?,
            proxies: self.proxy.validate()?,
            close_every: seconds("ledger.close_every_s", self.ledger.close_every_s)?,
            grace: grace(self.ledger.grace_s)?,
            shutdown_grace: seconds("ledger.shutdown_grace_s", self.ledger.shutdown_grace_s)?,
            kubernetes: self.kubernetes.validate()?,
            terraform: self.terraform.validate()?,
            influx: self.series.influx.under(overrides.influx).validate()?,
            remote_write: self.series.remote_write.validate()?,
            otlp: self.series.otlp.validate()?,
            alerts: self.alerts.validate()?,
            providers: self.grid.validate()?,
        })
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

fn grace(value: u64) -> Result<Span, ServiceConfigError> {
    match value {
        0..=604_800 => Ok(Span::from_seconds(value)),
        _ => Err(out_of_range("ledger.grace_s", value, "0 to 604800 seconds, a week")),
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
        let shipped = include_str!("../../config/wattledger.toml");
        assert_eq!(parse(shipped).unwrap(), parse("").unwrap());
        let with_tls = shipped.replace("# tls_", "tls_");
        let tls = parse(&with_tls).unwrap().tls.unwrap();
        assert_eq!(tls.key, Path::new("/etc/wattledger/tls/key.pem"));
        let with_webhook: String = shipped[shipped.find("# [[alerts.webhook]]").unwrap()..]
            .lines()
            .filter_map(|line| Some(line.strip_prefix("# ")?.to_owned() + "\n"))
            .filter(|line| line.starts_with("[[") || line.contains(" = "))
            .collect();
        let [webhook] = &parse(&with_webhook).unwrap().alerts.webhooks[..] else { panic!("{with_webhook}") };
        assert!(!webhook.projects.is_empty() && webhook.kinds.len() == 2 && webhook.ca_file.is_some());
        let sources =
            [include_str!("mod.rs"), include_str!("limits.rs"), include_str!("gates.rs"), include_str!("alerts.rs")]
                .concat();
        // Fields of structs alone: those of variants are further in.
        let fields = sources.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix(": u64,"));
        for key in fields.filter(|key| !key.starts_with(' ')) {
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
            (
                "[proxy]\naddresses = [\"proxy.example\"]",
                "proxy.addresses = \"proxy.example\" cannot be used: the address",
            ),
            ("[limits]\nbody_bytes = 3", "limits.body_bytes = 3 cannot be used"),
            ("[kubernetes]\naccelerator = \"Q9\"", "kubernetes.accelerator = \"Q9\" cannot be used"),
            ("[kubernetes]\nanswer_within_ms = 1", "kubernetes.answer_within_ms = 1 cannot be used"),
            ("[terraform]\nhosts = [\"https://x\"]", "terraform.hosts = \"https://x\" cannot be used"),
            (
                "[terraform.regions]\ntraining = [\"eu-north-1\"]",
                "terraform.regions = \"eu-north-1\" cannot be used: CLOUD/REGION",
            ),
            ("[terraform.regions]\ntraining = [\"west=aws/mars-1\"]", "terraform.regions = \"west=aws/mars-1\" cannot"),
            ("[kubernetes]\noutage = \"ajar\"", "line 2, column 10"),
            (
                "[limits]\nopen_body_bytes = 33554431",
                "limits.open_body_bytes = 33554431 cannot be used: at least twice",
            ),
            ("log_level = \"loud\"", "log_level = \"loud\" cannot be used: off, error, warn"),
            ("tls_key = \"k\"", "tls_certificate is not set"),
            (
                "[series.influx]\nurl = \"https://x\"",
                "needs url, org, bucket and token_file in [series.influx]: org is not set",
            ),
            ("[series.influx]\nread = true", "url is not set"),
            ("[series.influx]\ntoken = \"secret\"", "line 2, column 1"),
            ("listen = \"0.0.0.0:80\"", "listen = 0.0.0.0:80 is not loopback and TLS is off"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn a_line_with_an_address_is_not_shown() {
        for text in [
            "[[alerts.webhook]]\nurl = \"https://x.example/secret\" oops",
            "[[alerts.webhook]]\nurl2 = \"https://x.example/secret\"",
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains("error at line 2, column ") && !message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn another_address_than_loopback_needs_tls_or_a_word() {
        assert!(parse("listen = \"0.0.0.0:80\"\nplain_http = true").is_ok());
        assert!(parse("listen = \"0.0.0.0:80\"\ntls_certificate = \"c\"\ntls_key = \"k\"").is_ok());
    }
}
