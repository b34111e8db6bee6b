//! Fetches answers of one provider: its address, its key, and the pause between two requests.

use super::error::FetchError;
use super::halt::Halt;
use crate::config::ProviderSettings;
use crate::escape::escaped;
use crate::grid::provider::{FactorProvider, ProviderAccess};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use client::{Answer, Call, CallLimits, Client, ClientError, Method, SendError};
use collectors::clock::Clock;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use units::Span;

const LIMITS: CallLimits = CallLimits { time: Duration::from_secs(60), answer_bytes: 32 << 20 };
/// A key is one line of this many characters at most.
const KEY_LENGTH_MAX: usize = 1_024;
const USER_AGENT: &str = concat!("wattledger/", env!("CARGO_PKG_VERSION"));

/// Why a provider cannot be asked at all.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    /// The key cannot be read.
    #[error("key_file {path}: {cause}; give a file with the key in one line")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: io::Error,
    },
    /// The certificates cannot be used.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The system refuses a folder, a thread or random bits.
    #[error(transparent)]
    System(#[from] io::Error),
}

/// Fetches answers of one provider.
pub(super) struct Courier {
    client: Client,
    base: String,
    access: ProviderAccess,
    key: String,
    /// What the key was exchanged for.
    token: Option<String>,
    gap: Duration,
    /// When the last request was made, on the monotonic clock.
    last: Option<Span>,
    clock: Arc<dyn Clock>,
    halt: Arc<Halt>,
}

impl Courier {
    /// One that calls the provider's own host, or that of `base_url`, and no other. Hosts whose address is not public are called where the
    /// configuration says so alone.
    pub(super) fn open(
        settings: &ProviderSettings,
        provider: &dyn FactorProvider,
        clock: Arc<dyn Clock>,
        halt: Arc<Halt>,
    ) -> Result<Self, CourierError> {
        let base = settings.base_url.clone().unwrap_or_else(|| provider.base_url().to_owned());
        let is_here = base.parse::<client::Uri>().is_ok_and(|uri| uri.host().is_some_and(client::is_loopback));
        let ca_file = settings.ca_file.as_deref();
        let client = if settings.base_url.is_some() && (is_here || settings.allow_private) {
            Client::new(USER_AGENT, ca_file)?
        } else {
            Client::to_public_hosts(USER_AGENT, ca_file)?
        };
        let key = settings.key_file.clone().map(read_key).transpose()?.unwrap_or_default();
        // A server on this machine has no limit to keep below.
        let gap = if is_here { Duration::ZERO } else { provider.pace().gap };
        let access = provider.access();
        Ok(Self { client, base, access, key, token: None, gap, last: None, clock, halt })
    }

    /// The answer to `path`, whole.
    pub(super) fn fetch(&mut self, path: &str) -> Result<Vec<u8>, FetchError> {
        let had_token = self.token.is_some();
        match self.ask(path) {
            // A token ends after a while: the key is exchanged for another, once.
            Err(FetchError::Key(401)) if had_token => {
                self.token = None;
                self.ask(path)
            }
            other => other,
        }
    }

    fn ask(&mut self, path: &str) -> Result<Vec<u8>, FetchError> {
        let answer = match self.access {
            ProviderAccess::Open => self.get(path, None, &[]),
            ProviderAccess::Header(name) => self.get(path, None, &[(name, &self.key.clone())]),
            ProviderAccess::Query(name) => {
                let separator = if path.contains('?') { '&' } else { '?' };
                let with_key = format!("{path}{separator}{name}={}", escaped(&self.key));
                self.get(&with_key, None, &[])
            }
            ProviderAccess::Bearer => self.get(path, Some(&self.key.clone()), &[]),
            ProviderAccess::Login(login) => {
                let token = match self.token.clone() {
                    Some(token) => token,
                    None => self.log_in(login)?,
                };
                self.get(path, Some(&token), &[])
            }
        };
        self.usable(answer?)
    }

    /// Exchanges the key for a token.
    fn log_in(&mut self, path: &str) -> Result<String, FetchError> {
        let basic = format!("Basic {}", STANDARD.encode(&self.key));
        let answer = self.get(path, None, &[("Authorization", &basic)])?;
        let body = self.usable(answer)?;
        let document: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
        let token = document.as_ref().and_then(|document| document.get("token")?.as_str());
        let is_token = |token: &&str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        let token = token
            .filter(is_token)
            .ok_or_else(|| FetchError::Refused("the answer to the login holds no token".to_owned()))?;
        self.token = Some(token.to_owned());
        Ok(token.to_owned())
    }

    fn get(&mut self, path: &str, token: Option<&str>, headers: &[(&str, &str)]) -> Result<Answer, FetchError> {
        self.pause()?;
        let url = format!("{}{path}", self.base);
        let call = Call { method: Method::GET, url: &url, token, headers, content: None, limits: LIMITS };
        let answer = self.client.send(&call).map_err(|error| {
            let reason = match error {
                // These may show the address, which may hold the key.
                SendError::Address(_) | SendError::Request(_) => {
                    "the address cannot be called: check base_url and key_file".to_owned()
                }
                SendError::Late(_) | SendError::Certificate(_) | SendError::Unreached(_) | SendError::Connection(_) => {
                    self.without_key(&error.to_string())
                }
            };
            FetchError::Failed { reason, wait: None }
        });
        self.last = Some(self.clock.monotonic());
        answer
    }

    /// Keeps below the provider's limit.
    fn pause(&self) -> Result<(), FetchError> {
        let Some(last) = self.last else { return Ok(()) };
        let passed = Duration::from_nanos(self.clock.monotonic().minus(last).nanoseconds());
        if self.halt.wait(self.gap.saturating_sub(passed)) {
            return Ok(());
        }
        Err(FetchError::Failed { reason: "the service is ending".to_owned(), wait: None })
    }

    /// The body of an answer that is one.
    fn usable(&self, answer: Answer) -> Result<Vec<u8>, FetchError> {
        let wait = answer.retry_after(self.clock.wall());
        let said = self.without_key(&answer.to_string());
        match answer.status {
            200 => match answer.incomplete {
                None => Ok(answer.body),
                Some(reason) => Err(FetchError::Failed { reason: format!("the answer is not whole: {reason}"), wait }),
            },
            status @ (401 | 403) => Err(FetchError::Key(status)),
            300..=399 => Err(FetchError::Refused(format!(
                "it redirects to another address (status {}), which is not followed: set base_url if the provider has moved",
                answer.status
            ))),
            408 | 429 | 500.. => Err(FetchError::Failed { reason: said, wait }),
            _ => Err(FetchError::Refused(said)),
        }
    }

    /// `text` without the key and the token, which a provider may repeat in what it says.
    pub(super) fn without_key(&self, text: &str) -> String {
        let encoded = escaped(&self.key).to_string();
        let secrets = [Some(self.key.as_str()), Some(encoded.as_str()), self.token.as_deref()];
        let mut shown = text.to_owned();
        for secret in secrets.into_iter().flatten().filter(|secret| !secret.is_empty()) {
            shown = shown.replace(secret, "[key]");
        }
        shown
    }
}

fn read_key(path: PathBuf) -> Result<String, CourierError> {
    let text = std::fs::read_to_string(&path);
    let key = text.map(|text| text.trim().to_owned()).and_then(|key| {
        if key.is_empty() || key.len() > KEY_LENGTH_MAX || !key.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return Err(io::Error::other("it does not hold one line of printable characters"));
        }
        Ok(key)
    });
    key.map_err(|cause| CourierError::Key { path, cause })
}
