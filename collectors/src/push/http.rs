use super::{Answer, Service};
use crate::spool::Sealed;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use ureq::Body;
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The certificates cannot be read.
    #[error("ca_file {path}: {cause}; give a PEM file with the certificates to trust")]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: io::Error,
    },
}

/// A Wattledger service behind an address.
#[derive(Clone)]
pub struct Http {
    client: ureq::Agent,
    address: String,
    /// Value of the header `Authorization`.
    authorization: String,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Http {
    /// A client of the service at `server` (`https://host:port`), which trusts the certificates in `ca_file`, or the public ones.
    ///
    /// # Errors
    ///
    /// [`HttpError::Certificates`].
    pub fn new(server: &str, token: &str, ca_file: Option<&Path>) -> Result<Self, HttpError> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = ca_file {
            tls = tls.root_certs(certificates(path)?);
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // A redirect would carry the token elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_connect(Some(Duration::from_secs(10)))
            .user_agent(concat!("wattledger-agent/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build();
        Ok(Self {
            client: config.new_agent(),
            address: format!("{}{}", server.trim_end_matches('/'), wire::PATH),
            authorization: format!("Bearer {token}"),
        })
    }
}

impl Service for Http {
    fn send(&mut self, sealed: &Sealed, limit: Duration) -> Result<Answer, String> {
        let request = self
            .client
            .post(&self.address)
            .config()
            .timeout_global(Some(limit))
            .build()
            .header("authorization", &self.authorization)
            .header("content-type", wire::MEDIA_TYPE)
            .header("content-encoding", "gzip");
        let response = request.send(&sealed.body).map_err(|error| format!("{}: {error}", self.address))?;
        Ok(read(response))
    }
}

fn read(mut response: Response<Body>) -> Answer {
    let header = response.headers().get("retry-after");
    let retry_after = header.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let status = response.status().as_u16();
    let most = u64::try_from(wire::ANSWER_BYTES_MAX).unwrap_or(u64::MAX);
    let mut body = Vec::new();
    let whole = response.body_mut().as_reader().take(most).read_to_end(&mut body).is_ok();
    Answer { status, retry_after, body, whole }
}

/// The certificates in the PEM file at `path`, to be trusted instead of the public ones.
///
/// # Errors
///
/// [`HttpError::Certificates`].
pub fn certificates(path: &Path) -> Result<RootCerts, HttpError> {
    let failed = |cause| HttpError::Certificates { path: path.to_owned(), cause };
    let pem = std::fs::read(path).map_err(failed)?;
    let mut found = Vec::new();
    for item in ureq::tls::parse_pem(&pem) {
        if let ureq::tls::PemItem::Certificate(certificate) = item.map_err(|error| failed(io::Error::other(error)))? {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(failed(io::Error::other("holds no certificate")));
    }
    Ok(RootCerts::Specific(Arc::new(found)))
}
