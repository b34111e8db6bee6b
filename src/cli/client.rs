//! A service, as commands talk to it.

use super::Failure;
use super::environment::variable;
pub(crate) use crate::escape::escaped;
use collectors::push::certificates;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use ureq::http::{Method, Request, Uri};
use ureq::tls::TlsConfig;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
const JSON: &str = "application/json";
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// Which service a command talks to.
#[derive(clap::Args)]
pub(crate) struct ServerArguments {
    /// Address of the service, such as https://wattledger.example; WATTLEDGER_SERVER without it
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Certificates to trust for it, PEM, instead of the public ones; WATTLEDGER_CA_FILE without it
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// A service with the token to show to it.
pub(crate) struct Client {
    agent: ureq::Agent,
    server: String,
    token: Option<String>,
}

impl ServerArguments {
    /// The address that the option or the environment names, if any.
    pub(crate) fn named(&self) -> Option<String> {
        self.server.clone().or_else(|| variable("WATTLEDGER_SERVER")).filter(|server| !server.is_empty())
    }

    /// The service that the option or the environment names, with the environment's token.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        self.client_within(ANSWER_TIMEOUT)
    }

    /// The same, where an answer that takes longer than `deadline` is none.
    pub(crate) fn client_within(&self, deadline: Duration) -> Result<Client, Failure> {
        let server = self.named().ok_or_else(|| {
            Failure::Usage("which service? name it with --server URL or WATTLEDGER_SERVER".to_owned())
        })?;
        let token = token()?;
        check(&server, token.is_some())?;
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT_TIMEOUT.min(deadline)))
            .timeout_global(Some(deadline))
            .http_status_as_error(false)
            .max_redirects(0)
            .tls_config(self.tls()?)
            .user_agent(concat!("wattledger/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Client { agent: config.into(), server: server.trim_end_matches('/').to_owned(), token })
    }

    fn tls(&self) -> Result<TlsConfig, Failure> {
        let path = self.ca_file.clone().or_else(|| variable("WATTLEDGER_CA_FILE").map(PathBuf::from));
        let Some(path) = path else { return Ok(TlsConfig::default()) };
        let trusted = certificates(&path).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(TlsConfig::builder().root_certs(trusted).build())
    }
}

pub(crate) fn token() -> Result<Option<String>, Failure> {
    if let Some(token) = variable("WATTLEDGER_TOKEN") {
        return Ok(Some(token.trim().to_owned()));
    }
    let Some(path) = variable("WATTLEDGER_TOKEN_FILE") else { return Ok(None) };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(cause) => Err(Failure::Usage(format!("WATTLEDGER_TOKEN_FILE={path}: {cause}"))),
    }
}

/// An address that can be used, and over which a token may go.
pub(crate) fn check(server: &str, has_token: bool) -> Result<(), Failure> {
    let unusable =
        || Failure::Usage(format!("{server:?} is no address of a service: write https://HOST or http://HOST:PORT"));
    let address: Uri = server.parse().map_err(|_| unusable())?;
    let host = address.host().ok_or_else(unusable)?;
    match address.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if !has_token || is_loopback(host) => Ok(()),
        Some("http") => Err(Failure::Usage(format!(
            "{server} would carry the token over the network in the clear: use https, or http on this machine only"
        ))),
        _ => Err(unusable()),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl Client {
    /// `GET /api/v1/PATH`; `path` begins after the version.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.json(&self.send(Method::GET, path, (JSON, Vec::new()))?)
    }

    /// Every item of a list, page by page; `path` has a query already.
    pub(crate) fn list(&self, path: &str) -> Result<Vec<serde_json::Value>, Failure> {
        #[derive(serde::Deserialize)]
        struct Page {
            items: Vec<serde_json::Value>,
            next_cursor: Option<String>,
        }
        let mut items = Vec::new();
        let mut next = path.to_owned();
        loop {
            let page: Page = self.get(&next)?;
            items.extend(page.items);
            let Some(cursor) = page.next_cursor else { return Ok(items) };
            next = format!("{path}&cursor={}", escaped(&cursor));
        }
    }

    /// `POST /api/v1/PATH` of a JSON document.
    pub(crate) fn post<T: DeserializeOwned>(&self, path: &str, document: &impl Serialize) -> Result<T, Failure> {
        let body = serde_json::to_vec(document).map_err(anyhow::Error::from)?;
        self.json(&self.send(Method::POST, path, (JSON, body))?)
    }

    /// `POST /api/v1/PATH` of a CSV file.
    pub(crate) fn post_csv<T: DeserializeOwned>(&self, path: &str, file: Vec<u8>) -> Result<T, Failure> {
        self.json(&self.send(Method::POST, path, ("text/csv", file))?)
    }

    /// `DELETE /api/v1/PATH`.
    pub(crate) fn delete(&self, path: &str) -> Result<(), Failure> {
        self.send(Method::DELETE, path, (JSON, Vec::new())).map(drop)
    }

    fn send(&self, method: Method, path: &str, (media_type, body): (&str, Vec<u8>)) -> Result<Vec<u8>, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/api/v1{path}", self.server))
            .header("Accept", "application/json");
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request.header("Content-Type", media_type);
        }
        let request = request
            .body(body)
            .map_err(|error| Failure::Usage(format!("the token or an id cannot be sent: {error}")))?;
        let mut answer = self.agent.run(request).map_err(|error| self.unreachable(&error))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let text = text.map_err(|error| self.unreachable(&error))?;
        if status < 400 { Ok(text) } else { Err(self.refused(status, &text)) }
    }

    fn json<T: DeserializeOwned>(&self, text: &[u8]) -> Result<T, Failure> {
        serde_json::from_slice(text).map_err(|error| {
            Failure::Unreachable(format!("{} does not answer as a Wattledger service does: {error}", self.server))
        })
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        Failure::Unreachable(format!("{} does not answer: {error}; is the service running there?", self.server))
    }

    /// The problem document in words.
    fn refused(&self, status: u16, text: &[u8]) -> Failure {
        #[derive(serde::Deserialize)]
        struct Problem {
            title: String,
            detail: String,
            field: Option<String>,
            blocks: Option<bool>,
        }
        let problem = serde_json::from_slice::<Problem>(text);
        let names_field = problem.as_ref().is_ok_and(|problem| problem.field.is_some());
        let blocks = problem.as_ref().is_ok_and(|problem| problem.blocks == Some(true));
        let words = match problem {
            Ok(Problem { title, detail, field: Some(field), .. }) => format!("{title}: {field}: {detail}"),
            Ok(Problem { title, detail, field: None, .. }) => format!("{title}: {detail}"),
            Err(_) => format!("{} answers with status {status}", self.server),
        };
        match status {
            _ if blocks => Failure::Blocked(words),
            401 => Failure::Usage(format!("{words}; WATTLEDGER_TOKEN or WATTLEDGER_TOKEN_FILE holds the token")),
            422 => Failure::CannotEstimate(words),
            404 if names_field => Failure::CannotEstimate(words),
            429 | 502..=504 => Failure::Unreachable(words),
            500.. => Failure::Internal(anyhow::Error::msg(words)),
            _ => Failure::Usage(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_https_or_stays_on_this_machine() {
        for (server, is_usable) in [
            ("https://wattledger.example", true),
            ("http://127.0.0.1:8780", true),
            ("http://localhost:8780/", true),
            ("http://[::1]:8780", true),
            ("http://wattledger.example", false),
            ("http://localhost.example", false),
            ("http://127.0.0.1.example", false),
            ("ftp://127.0.0.1", false),
            ("127.0.0.1:8780", false),
            ("", false),
        ] {
            assert_eq!(check(server, true).is_ok(), is_usable, "{server}");
        }
        assert!(check("http://wattledger.example", false).is_ok());
    }
}
