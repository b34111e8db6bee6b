use super::Recipient;
use crate::spool::Sealed;
use client::{Answer, Call, CallLimits, Client, ClientError, Content, Method, Repeated, Servers};
use std::path::Path;
use std::time::Duration;

/// The Wattledger service at an address, or at several.
#[derive(Clone)]
pub struct Http {
    client: Client,
    servers: Servers,
    token: String,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("servers", &self.servers).finish_non_exhaustive()
    }
}

impl Http {
    /// The service at `server` (`https://host:port`, several with commas between them), shown `token`. The certificates in `ca_file` are trusted instead of the public
    /// authorities.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub fn new(server: &str, token: &str, ca_file: Option<&Path>) -> Result<Self, ClientError> {
        Ok(Self {
            client: Client::new(concat!("wattledger-agent/", env!("CARGO_PKG_VERSION")), ca_file)?,
            servers: Servers::of(server),
            token: token.to_owned(),
        })
    }
}

impl Recipient for Http {
    fn send(&mut self, sealed: &Sealed, limit: Duration) -> Result<Answer, String> {
        let content = Content { media_type: wire::MEDIA_TYPE, encoding: Some("gzip"), bytes: &sealed.body };
        let limits =
            CallLimits { time: limit, answer_bytes: u64::try_from(wire::ANSWER_BYTES_MAX).unwrap_or(u64::MAX) };
        let answer = self.servers.call(Repeated::CountsOnce, limits, |server, limits| {
            let (url, token) = (format!("{server}{}", wire::PATH), Some(self.token.as_str()));
            self.client.send(&Call {
                method: Method::POST,
                url: &url,
                token,
                headers: &[],
                content: Some(content),
                limits,
            })
        });
        answer.map_err(|error| format!("{}{}: {error}", self.servers, wire::PATH))
    }
}
