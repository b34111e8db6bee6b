//! Where samples are sent as they come: `[series.remote_write]` and `[series.otlp]`.

use super::error::ServiceConfigError;
use client::{check_address, is_loopback};
use model::RemoteWriteVersion;
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;

/// A receiver of Prometheus' remote write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteWriteSettings {
    /// Where samples are posted to.
    pub url: ExportUrl,
    /// Who sends, if the receiver wants to know.
    pub credentials: Option<ExportCredentials>,
    /// PEM file with the certificates to trust instead of the public authorities.
    pub ca_file: Option<PathBuf>,
    /// The version that is sent first.
    pub version: RemoteWriteVersion,
}

/// A receiver of OTLP over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpSettings {
    /// Where metrics are posted to.
    pub url: ExportUrl,
    /// File with further headers, such as what shows who sends.
    pub headers_file: Option<PathBuf>,
    /// PEM file with the certificates to trust instead of the public authorities.
    pub ca_file: Option<PathBuf>,
}

/// What shows who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportCredentials {
    /// File with a bearer token, in one line.
    Token(PathBuf),
    /// Name, and file with the password in one line.
    Basic(String, PathBuf),
}

/// The address of a receiver. It may hold a secret, and shows as its host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct ExportUrl(String);

impl ExportUrl {
    /// The whole address.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ExportUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = check_address(&self.0, false).ok();
        f.write_str(uri.as_ref().and_then(client::Uri::host).unwrap_or("unknown"))
    }
}

/// `[series.remote_write]` as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RemoteWriteDocument {
    url: Option<String>,
    token_file: Option<PathBuf>,
    username: Option<String>,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    plain_http: bool,
    version: Option<RemoteWriteVersion>,
}

impl RemoteWriteDocument {
    pub(super) fn validate(self) -> Result<Option<RemoteWriteSettings>, ServiceConfigError> {
        let Self { url, token_file, username, password_file, ca_file, plain_http, version } = self;
        let has_more = token_file.is_some() || username.is_some() || password_file.is_some() || ca_file.is_some();
        let Some(url) = url else {
            let is_empty = !has_more && !plain_http && version.is_none();
            return if is_empty { Ok(None) } else { Err(unusable("url is not set")) };
        };
        let credentials = match (token_file, username, password_file) {
            (None, None, None) => None,
            (Some(token), None, None) => Some(ExportCredentials::Token(token)),
            (None, Some(name), Some(password)) if !name.is_empty() && !name.contains(':') => {
                Some(ExportCredentials::Basic(name, password))
            }
            (None, Some(_), Some(_)) => return Err(unusable("username is empty or has a colon")),
            _ => return Err(unusable("give token_file, or username and password_file, or none of them")),
        };
        let url = receiver(url, plain_http).map_err(unusable)?;
        let version = version.unwrap_or(RemoteWriteVersion::V2);
        Ok(Some(RemoteWriteSettings { url, credentials, ca_file, version }))
    }
}

/// `[series.otlp]` as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OtlpDocument {
    url: Option<String>,
    headers_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    plain_http: bool,
}

impl OtlpDocument {
    pub(super) fn validate(self) -> Result<Option<OtlpSettings>, ServiceConfigError> {
        let Self { url, headers_file, ca_file, plain_http } = self;
        let unusable = |reason| ServiceConfigError::Receiver { table: "series.otlp", reason };
        match url {
            Some(url) => {
                let url = receiver(url, plain_http).map_err(unusable)?;
                Ok(Some(OtlpSettings { url, headers_file, ca_file }))
            }
            None if headers_file.is_none() && ca_file.is_none() && !plain_http => Ok(None),
            None => Err(unusable("url is not set")),
        }
    }
}

fn unusable(reason: &'static str) -> ServiceConfigError {
    ServiceConfigError::Receiver { table: "series.remote_write", reason }
}

/// The address of a receiver: https, http to this machine, or any http where that is allowed.
fn receiver(url: String, plain_http: bool) -> Result<ExportUrl, &'static str> {
    let uri = check_address(&url, false).map_err(|_| "url is not an address: write https://HOST/PATH")?;
    let is_local = uri.host().is_some_and(is_loopback);
    if uri.scheme_str() == Some("http") && !is_local && !plain_http {
        return Err(
            "url is not https, so everything would cross the network in the clear: set plain_http = true if that is meant",
        );
    }
    Ok(ExportUrl(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Option<RemoteWriteSettings>, String> {
        let document: RemoteWriteDocument = toml::from_str(text).map_err(|error| error.to_string())?;
        document.validate().map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_is_enough_and_says_its_host_alone() {
        assert_eq!(parse("").unwrap(), None);
        let found = parse("url = \"https://u:secret@p.example/api/v1/write?key=secret\"").unwrap().unwrap();
        assert_eq!((found.version, &found.credentials), (RemoteWriteVersion::V2, &None));
        assert!(!format!("{found:?}").contains("secret"), "{found:?}");
        let text =
            "url = \"http://127.0.0.1:9090/api/v1/write\"\nusername = \"u\"\npassword_file = \"p\"\nversion = \"1.0\"";
        let found = parse(text).unwrap().unwrap();
        assert_eq!(found.credentials, Some(ExportCredentials::Basic("u".to_owned(), "p".into())));
        assert_eq!(found.version, RemoteWriteVersion::V1);
        assert!(parse("url = \"http://p.example:9090/api/v1/write\"\nplain_http = true").is_ok());
    }

    #[test]
    fn a_receiver_of_otlp_needs_its_address_alone() {
        let parse = |text: &str| {
            let document: OtlpDocument = toml::from_str(text).map_err(|error| error.to_string())?;
            document.validate().map_err(|error| error.to_string())
        };
        assert_eq!(parse("").unwrap(), None);
        assert_eq!(parse("url = \"https://c.example/v1/metrics\"").unwrap().unwrap().headers_file, None);
        assert_eq!(parse("headers_file = \"h\"").unwrap_err(), "series.otlp: url is not set");
        let message = parse("url = \"http://c.example/secret\"").unwrap_err();
        assert!(message.contains("set plain_http = true") && !message.contains("secret"), "{message}");
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_showing_the_address() {
        for (text, expected) in [
            ("token_file = \"t\"", "series.remote_write: url is not set"),
            ("plain_http = true", "url is not set"),
            ("url = \"secret\"", "url is not an address"),
            ("url = \"http://p.example/secret\"", "set plain_http = true"),
            ("url = \"https://p.example/secret\"\nusername = \"u\"", "or username and password_file"),
            (
                "url = \"https://p.example/secret\"\ntoken_file = \"t\"\nusername = \"u\"\npassword_file = \"p\"",
                "give token_file, or",
            ),
            ("url = \"https://p.example/secret\"\nusername = \"u:v\"\npassword_file = \"p\"", "has a colon"),
            ("url = \"https://p.example/secret\"\nversion = \"3.0\"", "unknown variant `3.0`"),
            ("token = \"secret\"", "unknown field"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
            assert!(
                !message.contains("secret") || expected == "unknown field" || expected.starts_with("unknown variant"),
                "{message}"
            );
        }
    }
}
