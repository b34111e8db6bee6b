//! `wattledger kubernetes`: the reader of a cluster.

use super::client::ServerArguments;
use super::failure::Failure;
use crate::gate::kubernetes::{ApiServer, read_cluster};
use ::client::{Call, CallLimits, Client, Method, SendError};
use api::KubernetesLook;
use clap::{Args, Subcommand};
use collectors::clock::{Clock, SystemClock};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for one page of an API server.
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);
/// One page of a list.
const PAGE_BYTES_MAX: u64 = 64 << 20;
/// How long to wait for the service: it takes in everything in one change.
const SERVICE_TIMEOUT: Duration = Duration::from_secs(60);

/// Budgets in Kubernetes; deploy/kubernetes/README.md says how to set them up
#[derive(Args)]
pub(crate) struct KubernetesArguments {
    #[command(subcommand)]
    command: KubernetesCommand,
}

#[derive(Subcommand)]
enum KubernetesCommand {
    /// Tell the service which objects a cluster has: it counts what the webhook did not see, and ends what is gone
    Watch(WatchArguments),
}

#[derive(Args)]
struct WatchArguments {
    /// Address of the API server
    #[arg(long, value_name = "URL", default_value = "https://kubernetes.default.svc")]
    api_server: String,
    /// File with the token for the API server; read again for each round
    #[arg(long, value_name = "FILE", default_value = "/var/run/secrets/kubernetes.io/serviceaccount/token")]
    api_token_file: PathBuf,
    /// PEM file with the certificates of the API server to trust
    #[arg(long, value_name = "FILE", default_value = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt")]
    api_ca_file: PathBuf,
    /// Seconds between two rounds
    #[arg(long, value_name = "S", default_value_t = 60)]
    every_s: u64,
    /// Run one round and exit
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    server: ServerArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: &KubernetesArguments) -> Result<(), Failure> {
    let KubernetesCommand::Watch(arguments) = &arguments.command;
    let service = arguments.server.client_within(SERVICE_TIMEOUT)?;
    let user_agent = concat!("wattledger/", env!("CARGO_PKG_VERSION"));
    let ca_file = Some(arguments.api_ca_file.as_path()).filter(|path| path.exists());
    let client = Client::new(user_agent, ca_file).map_err(|error| Failure::Usage(error.to_string()))?;
    let clock = SystemClock::new();
    loop {
        let done = (|| {
            let token = token(&arguments.api_token_file)?;
            let begin = clock.monotonic();
            let cluster =
                ClusterServer { client: &client, address: arguments.api_server.trim_end_matches('/'), token: &token };
            let mut listing = read_cluster(&cluster);
            listing.age_ms = clock.monotonic().nanoseconds().saturating_sub(begin.nanoseconds()) / 1_000_000;
            if listing.kinds.is_empty() {
                return Err(Failure::Unreachable(listing.problem.unwrap_or_default()));
            }
            service.post::<KubernetesLook>("/admission/kubernetes/objects", &listing)
        })();
        match done {
            Ok(KubernetesLook { changed: 0, unreadable: 0 }) => {}
            Ok(KubernetesLook { changed, unreadable }) => {
                log(&format!("{changed} holds changed, {unreadable} objects cannot be read"));
            }
            Err(failure) if arguments.once => return Err(failure),
            Err(failure) => log(&format!("{failure}; the next round tries again")),
        }
        if arguments.once {
            return Ok(());
        }
        std::thread::sleep(Duration::from_secs(arguments.every_s.max(1)));
    }
}

fn log(text: &str) {
    #[expect(clippy::print_stderr, reason = "the reader's log is its standard error")]
    {
        eprintln!("wattledger kubernetes: {text}");
    }
}

fn token(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path);
    text.map(|text| text.trim().to_owned())
        .map_err(|cause| Failure::Usage(format!("--api-token-file {}: {cause}", path.display())))
}

/// An API server, as one round asks it.
struct ClusterServer<'a> {
    client: &'a Client,
    address: &'a str,
    token: &'a str,
}

/// Why an API server does not say what it has.
#[derive(Debug, thiserror::Error)]
enum ClusterError {
    #[error("the API server does not answer: {0}")]
    Silent(#[from] SendError),
    #[error("the API server answered with status {status}: {}", .message.as_deref().unwrap_or("without a reason"))]
    Refused { status: u16, message: Option<String> },
    #[error("the answer of the API server cannot be read: {0}")]
    Form(String),
}

impl ApiServer for ClusterServer<'_> {
    type Error = ClusterError;

    fn get(&self, path: &str) -> Result<Option<serde_json::Value>, ClusterError> {
        let url = format!("{}{path}", self.address);
        let limits = CallLimits { time: PAGE_TIMEOUT, answer_bytes: PAGE_BYTES_MAX };
        let headers = [("Accept", "application/json")];
        let call =
            Call { method: Method::GET, url: &url, token: Some(self.token), headers: &headers, content: None, limits };
        let answer = self.client.send(&call)?;
        if let Some(reason) = answer.incomplete {
            return Err(ClusterError::Form(reason));
        }
        let document = serde_json::from_slice::<serde_json::Value>(&answer.body);
        match answer.status {
            404 => Ok(None),
            200..300 => document.map(Some).map_err(|error| ClusterError::Form(error.to_string())),
            status => {
                let message = document.ok().and_then(|document| Some(document["message"].as_str()?.to_owned()));
                Err(ClusterError::Refused { status, message })
            }
        }
    }
}
