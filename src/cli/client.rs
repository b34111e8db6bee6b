//! The service, as commands talk to it.

use super::environment::variable;
use super::failure::Failure;
pub(crate) use crate::escape::escaped;
use ::client::{Call, CallLimits, Client, Content, Method, Repeated, SendError, Servers};
use api::{Page, ProblemDocument};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::time::Duration;

const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
const JSON: &str = "application/json";
const ANSWER_BYTES_MAX: u64 = 256 << 20;
/// Items that a page of a list is asked for.
const PAGE_ITEMS: u32 = 1_000;

/// An answer as the service gave it, for `--json`, which thereby shows fields that this version does not know.
pub(crate) type Verbatim = serde_json::Value;

/// Which service a command talks to.
#[derive(clap::Args)]
pub(crate) struct ServerArguments {
    /// Address of the service, such as https://wattledger.example, or of each of its replicas, with commas between them; WATTLEDGER_SERVER by
    /// default
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// PEM file with the certificates to trust instead of the public authorities; WATTLEDGER_CA_FILE by default
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// A service with the token to show to it.
pub(crate) struct ServiceClient {
    client: Client,
    servers: Servers,
    token: Option<String>,
    limits: CallLimits,
}

impl ServerArguments {
    /// The address that the option or the environment names, if any.
    pub(crate) fn named(&self) -> Option<String> {
        self.server.clone().or_else(|| variable("WATTLEDGER_SERVER")).filter(|server| !server.is_empty())
    }

    /// The certificates to trust that the option or the environment names, if any.
    pub(crate) fn ca_file(&self) -> Option<PathBuf> {
        self.ca_file
            .clone()
            .or_else(|| variable("WATTLEDGER_CA_FILE").filter(|path| !path.is_empty()).map(PathBuf::from))
    }

    /// The service that the option or the environment names, with the environment's token.
    pub(crate) fn client(&self) -> Result<ServiceClient, Failure> {
        self.client_within(ANSWER_TIMEOUT)
    }

    /// The same, for a service that must answer within `deadline`.
    pub(crate) fn client_within(&self, deadline: Duration) -> Result<ServiceClient, Failure> {
        let server = self
            .named()
            .ok_or_else(|| Failure::Usage("no service given: use --server URL or set WATTLEDGER_SERVER".to_owned()))?;
        let token = token()?;
        check(&server, token.is_some())?;
        let client = Client::new(concat!("wattledger/", env!("CARGO_PKG_VERSION")), self.ca_file().as_deref());
        Ok(ServiceClient {
            client: client.map_err(|error| Failure::Usage(error.to_string()))?,
            servers: Servers::of(&server),
            token,
            limits: CallLimits { time: deadline, answer_bytes: ANSWER_BYTES_MAX },
        })
    }
}

/// The token that the environment holds or names a file of, if any.
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

/// Refuses an address that cannot be called, or over which the token would go unencrypted.
pub(crate) fn check(server: &str, has_token: bool) -> Result<(), Failure> {
    Servers::of(server).check(has_token).map_err(|error| Failure::Usage(error.to_string()))
}

impl ServiceClient {
    /// `GET /api/v1/PATH`; `path` begins after the version.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.json(&self.send(Method::GET, path, None)?)
    }

    /// Every item of the list at `path`, read page by page.
    pub(crate) fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Failure> {
        let path = format!("{path}{}limit={PAGE_ITEMS}", if path.contains('?') { '&' } else { '?' });
        let mut items = Vec::new();
        let mut next = path.clone();
        loop {
            let page: Page<T> = self.get(&next)?;
            items.extend(page.items);
            let Some(cursor) = page.next_cursor else { return Ok(items) };
            next = format!("{path}&cursor={}", escaped(&cursor));
        }
    }

    /// `POST /api/v1/PATH` of a JSON document.
    pub(crate) fn post<T: DeserializeOwned>(&self, path: &str, document: &impl Serialize) -> Result<T, Failure> {
        let body = serde_json::to_vec(document).map_err(anyhow::Error::from)?;
        self.json(&self.send(Method::POST, path, Some(Content { media_type: JSON, encoding: None, bytes: &body }))?)
    }

    /// `POST /api/v1/PATH` of a JSON document, which is answered without one.
    pub(crate) fn call(&self, path: &str, document: &impl Serialize) -> Result<(), Failure> {
        let body = serde_json::to_vec(document).map_err(anyhow::Error::from)?;
        let content = Content { media_type: JSON, encoding: None, bytes: &body };
        self.send(Method::POST, path, Some(content)).map(drop)
    }

    /// `POST /api/v1/PATH` that needs no document, such as a renewal.
    pub(crate) fn post_empty<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let content = Content { media_type: JSON, encoding: None, bytes: b"{}" };
        self.json(&self.send(Method::POST, path, Some(content))?)
    }

    /// `POST /api/v1/PATH` of a CSV file.
    pub(crate) fn post_csv<T: DeserializeOwned>(&self, path: &str, file: &[u8]) -> Result<T, Failure> {
        self.json(&self.send(
            Method::POST,
            path,
            Some(Content { media_type: "text/csv", encoding: None, bytes: file }),
        )?)
    }

    /// `DELETE /api/v1/PATH`.
    pub(crate) fn delete(&self, path: &str) -> Result<(), Failure> {
        self.send(Method::DELETE, path, None).map(drop)
    }

    fn send(&self, method: Method, path: &str, content: Option<Content<'_>>) -> Result<Vec<u8>, Failure> {
        // An admission has a key, or holds nothing.
        let counts_once = method == Method::GET || path == "/admissions";
        let repeated = if counts_once { Repeated::CountsOnce } else { Repeated::CountsTwice };
        let answer = self.servers.call(repeated, self.limits, |server, limits| {
            let url = format!("{server}/api/v1{path}");
            let (method, token) = (method.clone(), self.token.as_deref());
            self.client.send(&Call { method, url: &url, token, headers: &[], content, limits })
        });
        let answer = answer.map_err(|error| match error {
            SendError::Address(_) | SendError::Request(_) => Failure::Usage(error.to_string()),
            SendError::Certificate(_) => Failure::Unreachable(format!("{}: {error}", self.servers)),
            SendError::Late(_) | SendError::Unreached(_) | SendError::Connection(_) => {
                self.unreachable(&error.to_string())
            }
        })?;
        match (answer.status, answer.incomplete) {
            (_, Some(reason)) => Err(self.unreachable(&format!("the answer is incomplete: {reason}"))),
            (..400, None) => Ok(answer.body),
            (status, None) => Err(self.refused(status, &answer.body)),
        }
    }

    fn json<T: DeserializeOwned>(&self, text: &[u8]) -> Result<T, Failure> {
        serde_json::from_slice(text).map_err(|error| {
            Failure::Unreachable(format!("the answer of {} is not from Wattledger: {error}", self.servers.current()))
        })
    }

    fn unreachable(&self, error: &str) -> Failure {
        Failure::Unreachable(format!("cannot reach {}: {error}; is the service running there?", self.servers))
    }

    /// What a service says of headers, in the terms of the command line.
    fn unauthenticated(&self) -> String {
        if self.token.is_none() {
            return "no token given: set WATTLEDGER_TOKEN, or WATTLEDGER_TOKEN_FILE to the file that holds one; `wattledger serve` prints the first, and `wattledger token create` makes others".to_owned();
        }
        format!(
            "{} does not accept the token: it is mistyped, revoked or expired; set WATTLEDGER_TOKEN or WATTLEDGER_TOKEN_FILE to one that is valid",
            self.servers.current()
        )
    }

    /// The problem document in words.
    fn refused(&self, status: u16, text: &[u8]) -> Failure {
        let problem = serde_json::from_slice::<ProblemDocument>(text).ok();
        let names_field = problem.as_ref().is_some_and(|problem| problem.field.is_some());
        let blocks = problem.as_ref().and_then(|problem| problem.blocks);
        let words = match problem {
            Some(ProblemDocument { title, detail, field: Some(field), .. }) => format!("{title}: {field}: {detail}"),
            Some(ProblemDocument { title, detail, field: None, .. }) => format!("{title}: {detail}"),
            None => format!("{} answered with status {status}", self.servers.current()),
        };
        match status {
            _ if blocks == Some(true) => Failure::Blocked(words),
            403 if blocks == Some(false) => Failure::Unasked(words),
            401 => Failure::Usage(self.unauthenticated()),
            422 => Failure::CannotEstimate(words),
            404 if names_field => Failure::CannotEstimate(words),
            429 | 502..=504 => Failure::Unreachable(words),
            500.. => Failure::Internal(anyhow::Error::msg(words)),
            _ => Failure::Usage(words),
        }
    }
}

/// `path` with the fields of `query` that are set.
pub(crate) fn with_query(path: &str, query: &impl Serialize) -> Result<String, Failure> {
    let query = serde_urlencoded::to_string(query).map_err(anyhow::Error::from)?;
    Ok(format!("{path}{}{query}", if query.is_empty() { "" } else { "?" }))
}
