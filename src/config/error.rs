//! Why a configuration cannot be used.

use model::ProviderName;
use std::net::SocketAddr;

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
    /// Some of what says where the InfluxDB is, and not all.
    #[error("a copy in InfluxDB needs url, org, bucket and token_file in [series.influx]: {missing} is not set")]
    HalfInflux {
        /// Name of the key that is not set.
        missing: &'static str,
    },
    /// A receiver of samples cannot be used.
    #[error("{table}: {reason}")]
    Receiver {
        /// Its table.
        table: &'static str,
        /// What is wrong. It never has the address, which may hold a secret.
        reason: &'static str,
    },
    /// An endpoint for alerts cannot be used.
    #[error("alerts.webhook number {place}: {reason}")]
    Webhook {
        /// Its place among the endpoints, from 1.
        place: usize,
        /// What is wrong. It never has the address, which may hold a secret.
        reason: &'static str,
    },
    /// A provider of grid factors cannot be used.
    #[error("[grid.providers.{name}]: {reason}")]
    Provider {
        /// Which one.
        name: ProviderName,
        /// What is wrong, and what to write.
        reason: String,
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
