//! Where series are kept besides the data directory: `[series]`.

use super::error::ServiceConfigError;
use super::export::{OtlpDocument, RemoteWriteDocument};
use serde::Deserialize;
use std::path::PathBuf;

/// Where in InfluxDB 2 the series are copied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfluxSettings {
    /// Address of the server without a path: https, http on this machine, or any http where `plain_http` allows it.
    pub url: String,
    /// Name or id of the organisation.
    pub org: String,
    /// Name or id of the bucket, which holds nothing else.
    pub bucket: String,
    /// File with a token for the bucket, in one line.
    pub token_file: PathBuf,
    /// PEM file with the certificates to trust instead of the public authorities.
    pub ca_file: Option<PathBuf>,
    /// Whether the token may go over http to another machine.
    pub plain_http: bool,
    /// Whether charts are read from there. The data directory then keeps no series.
    pub read: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SeriesSection {
    pub(super) influx: InfluxDocument,
    pub(super) remote_write: RemoteWriteDocument,
    pub(super) otlp: OtlpDocument,
}

/// What a file or the environment says of the InfluxDB to copy series to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InfluxDocument {
    /// Address of the server.
    pub url: Option<String>,
    /// Name or id of the organisation.
    pub org: Option<String>,
    /// Name or id of the bucket.
    pub bucket: Option<String>,
    /// File with the token.
    pub token_file: Option<PathBuf>,
    /// PEM file with the certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// Whether the token may go over http to another machine; not unless it says so.
    pub plain_http: Option<bool>,
    /// Whether charts are read from there; not unless it says so.
    pub read: Option<bool>,
}

impl InfluxDocument {
    /// What `stronger` says, and this where that says nothing.
    pub(super) fn under(self, stronger: Self) -> Self {
        Self {
            url: stronger.url.or(self.url),
            org: stronger.org.or(self.org),
            bucket: stronger.bucket.or(self.bucket),
            token_file: stronger.token_file.or(self.token_file),
            ca_file: stronger.ca_file.or(self.ca_file),
            plain_http: stronger.plain_http.or(self.plain_http),
            read: stronger.read.or(self.read),
        }
    }

    pub(super) fn validate(self) -> Result<Option<InfluxSettings>, ServiceConfigError> {
        let Self { url, org, bucket, token_file, ca_file, plain_http, read } = self;
        let has_more = ca_file.is_some() || plain_http == Some(true) || read == Some(true);
        if url.is_none() && org.is_none() && bucket.is_none() && token_file.is_none() && !has_more {
            return Ok(None);
        }
        let missing = |missing| ServiceConfigError::HalfInflux { missing };
        Ok(Some(InfluxSettings {
            url: url.ok_or(missing("url"))?,
            org: org.ok_or(missing("org"))?,
            bucket: bucket.ok_or(missing("bucket"))?,
            token_file: token_file.ok_or(missing("token_file"))?,
            ca_file,
            plain_http: plain_http.unwrap_or(false),
            read: read.unwrap_or(false),
        }))
    }
}
