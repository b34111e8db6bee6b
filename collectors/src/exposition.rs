//! Metrics as text, in the format that the reader asks for.

use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::registry::Registry;
use std::fmt;

/// Media type of the format that every reader knows.
pub const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Media type of OpenMetrics.
pub const OPEN_METRICS_TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Metrics as they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposition {
    /// [`PROMETHEUS_TEXT`] or [`OPEN_METRICS_TEXT`].
    pub media_type: &'static str,
    /// The metrics.
    pub text: String,
}

impl Exposition {
    /// The metrics of all `registries`: OpenMetrics if the header `accept` names it, as Prometheus does, else Prometheus text.
    ///
    /// # Errors
    ///
    /// A metric cannot be written.
    pub fn of(registries: &[&Registry], accept: &str) -> Result<Self, fmt::Error> {
        let mut text = String::new();
        let media_type = if accept.contains("application/openmetrics-text") {
            for registry in registries {
                text::encode_registry(&mut text, registry)?;
            }
            text::encode_eof(&mut text)?;
            OPEN_METRICS_TEXT
        } else {
            for registry in registries {
                prometheus_text::encode(&mut text, registry)?;
            }
            PROMETHEUS_TEXT
        };
        Ok(Self { media_type, text })
    }
}
