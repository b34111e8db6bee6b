//! Limits on what clients may send and open at once: `[limits]`.

use super::error::ServiceConfigError;
use super::range::{count, out_of_range, rate, seconds};
use serde::Deserialize;
use std::time::Duration;

/// Limits on what clients may send and open at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of open connections, 1 to 65,536; one address may have a quarter of them.
    pub connections: usize,
    /// How long a client may take for request line and headers, and how long a connection may be idle.
    pub header_timeout: Duration,
    /// How long a client may take to send a body.
    pub body_timeout: Duration,
    /// Minimum rate of a body, bytes per second averaged over ten seconds, 1 to 1,000,000.
    pub body_bytes_per_s: u32,
    /// Maximum size of a body after decompression, 1 KiB to 1 GiB.
    pub body_bytes: usize,
    /// Maximum size of all bodies of agents, jobs and gates in memory at once, twice [`Limits::body_bytes`] to 64 GiB.
    pub open_body_bytes: usize,
    /// Minimum rate at which a client reads an answer that waits for it, bytes per second over ten seconds, 1 to 1,000,000.
    pub answer_bytes_per_s: u32,
    /// Maximum size of all large answers in memory at once, 1 MiB to 64 GiB; one token may have half of it.
    pub open_answer_bytes: usize,
    /// Requests per token, batches not included.
    pub requests: Rate,
    /// Batches per token; many nodes may share one.
    pub batches: Rate,
    /// Requests per client address without a valid token.
    pub failures: Rate,
    /// Maximum number of open event streams, 1 to 65,536; one token may have a quarter of them.
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsDocument {
    connections: u64,
    header_timeout_s: u64,
    body_timeout_s: u64,
    body_bytes_per_s: u64,
    body_bytes: u64,
    open_body_bytes: u64,
    answer_bytes_per_s: u64,
    open_answer_bytes: u64,
    requests_per_s: u64,
    request_burst: u64,
    batches_per_s: u64,
    batch_burst: u64,
    failures_per_s: u64,
    failure_burst: u64,
    event_streams: u64,
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
            answer_bytes_per_s: 1024,
            open_answer_bytes: 32 << 20,
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

impl LimitsDocument {
    pub(super) fn validate(&self) -> Result<Limits, ServiceConfigError> {
        Ok(Limits {
            connections: count("limits.connections", self.connections)?,
            header_timeout: seconds("limits.header_timeout_s", self.header_timeout_s)?,
            body_timeout: seconds("limits.body_timeout_s", self.body_timeout_s)?,
            body_bytes_per_s: rate("limits.body_bytes_per_s", self.body_bytes_per_s)?,
            body_bytes: body_bytes(self.body_bytes)?,
            open_body_bytes: open_body_bytes(self.open_body_bytes, self.body_bytes)?,
            answer_bytes_per_s: rate("limits.answer_bytes_per_s", self.answer_bytes_per_s)?,
            open_answer_bytes: open_answer_bytes(self.open_answer_bytes)?,
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

fn open_answer_bytes(value: u64) -> Result<usize, ServiceConfigError> {
    match usize::try_from(value) {
        Ok(bytes) if (1 << 20..=64 << 30).contains(&value) => Ok(bytes),
        _ => Err(out_of_range("limits.open_answer_bytes", value, "1048576 to 68719476736 bytes")),
    }
}
