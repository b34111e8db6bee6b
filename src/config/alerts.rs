//! Where the service tells what needs attention: `[alerts]`.

use super::error::ServiceConfigError;
use super::range::out_of_range;
use client::{check_address, is_loopback};
use model::{AttentionKind, ProjectName};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Each endpoint has a thread of its own.
const WEBHOOKS_MAX: usize = 32;

/// Where the service tells what needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerts {
    /// Interval between two looks at what needs attention, 1 s to 5 min.
    pub every: Duration,
    /// Address of the web app for links, without a slash at its end.
    pub public_url: Option<String>,
    /// The endpoints, in the order of the file.
    pub webhooks: Vec<Webhook>,
}

/// An endpoint that is told what needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Where it is posted to.
    pub url: WebhookUrl,
    /// What it understands.
    pub format: AlertFormat,
    /// File with the HMAC key that requests are signed with; always there for [`AlertFormat::Json`].
    pub hmac_key_file: Option<PathBuf>,
    /// PEM file with the certificates to trust instead of the public authorities.
    pub ca_file: Option<PathBuf>,
    /// Kinds that it is told of, at least one.
    pub kinds: BTreeSet<AttentionKind>,
    /// Projects that it is told of; empty for everything, the fleet included.
    pub projects: BTreeSet<ProjectName>,
    /// Whether its host may have an address that is not public.
    pub allow_private: bool,
}

/// What an endpoint understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertFormat {
    /// Wattledger's own document.
    Json,
    /// An incoming webhook of Slack.
    Slack,
    /// Alerts as version 2 of the API of Alertmanager takes them.
    Alertmanager,
}

/// The address of a webhook. It is a secret, as for many services whoever knows it may post; it shows as its host alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebhookUrl(String);

impl WebhookUrl {
    /// The whole address; for the request alone, never for a log.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = self.0.parse::<client::Uri>().ok();
        f.write_str(uri.as_ref().and_then(client::Uri::host).unwrap_or("?"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AlertsDocument {
    every_s: u64,
    public_url: Option<String>,
    webhook: Vec<WebhookDocument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookDocument {
    url: String,
    format: AlertFormat,
    hmac_key_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    kinds: Option<BTreeSet<AttentionKind>>,
    #[serde(default)]
    projects: BTreeSet<ProjectName>,
    #[serde(default)]
    allow_private: bool,
}

impl Default for AlertsDocument {
    fn default() -> Self {
        Self { every_s: 60, public_url: None, webhook: Vec::new() }
    }
}

impl AlertsDocument {
    pub(super) fn validate(self) -> Result<Alerts, ServiceConfigError> {
        // Alertmanager takes for ended what it is not told of for a while.
        let every = match self.every_s {
            seconds @ 1..=300 => Duration::from_secs(seconds),
            other => return Err(out_of_range("alerts.every_s", other, "1 to 300 seconds")),
        };
        if let Some(url) = self.public_url.as_ref().filter(|url| check_address(url, false).is_err()) {
            return Err(ServiceConfigError::OutOfRange {
                key: "alerts.public_url",
                value: format!("{url:?}"),
                expected: "the address of the web app, https://HOST",
            });
        }
        let public_url = self.public_url.map(|url| url.trim_end_matches('/').to_owned());
        let refused = |place, reason| ServiceConfigError::Webhook { place, reason };
        let mut webhooks = Vec::new();
        let mut known = BTreeSet::new();
        for (place, webhook) in (1..).zip(self.webhook) {
            let webhook = webhook.validate().map_err(|reason| refused(place, reason))?;
            if place > WEBHOOKS_MAX {
                return Err(refused(place, "there are more than 32 of them"));
            }
            if !known.insert((webhook.url.clone(), webhook.format)) {
                return Err(refused(place, "another one has the same url and format"));
            }
            webhooks.push(webhook);
        }
        Ok(Alerts { every, public_url, webhooks })
    }
}

impl WebhookDocument {
    fn validate(self) -> Result<Webhook, &'static str> {
        let Self { url, format, hmac_key_file, ca_file, kinds, projects, allow_private } = self;
        // No reason repeats the address, which may hold a secret.
        let uri = check_address(&url, false).map_err(|_| "url is not an address, write https://HOST/PATH")?;
        let is_http_here = allow_private && uri.host().is_some_and(is_loopback);
        if uri.scheme_str() != Some("https") && !is_http_here {
            return Err("url is not https; http goes to this machine alone, with allow_private = true");
        }
        if format == AlertFormat::Json && hmac_key_file.is_none() {
            return Err("hmac_key_file is not set, which the format json needs");
        }
        let kinds = kinds.unwrap_or_else(|| AttentionKind::ALL.iter().copied().collect());
        if kinds.is_empty() {
            return Err("kinds is empty; leave it out for all of them");
        }
        Ok(Webhook { url: WebhookUrl(url), format, hmac_key_file, ca_file, kinds, projects, allow_private })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Alerts, String> {
        let document: AlertsDocument = toml::from_str(text).map_err(|error| error.to_string())?;
        document.validate().map_err(|error| error.to_string())
    }

    fn webhook(lines: &str) -> Result<Alerts, String> {
        parse(&format!("[[webhook]]\n{lines}"))
    }

    #[test]
    fn a_webhook_says_where_and_how_and_everything_else_has_a_default() {
        let alerts = webhook("url = \"https://hooks.example/T0/secret\"\nformat = \"slack\"").unwrap();
        let [found] = alerts.webhooks.as_slice() else { panic!("{alerts:?}") };
        assert_eq!(found.kinds.len(), AttentionKind::ALL.len());
        assert!(found.projects.is_empty() && !found.allow_private && found.hmac_key_file.is_none());
        assert_eq!(found.url.reveal(), "https://hooks.example/T0/secret");
        assert!(!format!("{alerts:?}").contains("secret"), "{alerts:?}");
        let alerts =
            webhook("url = \"https://x.example\"\nformat = \"slack\"\nkinds = [\"agent_late\"]\nprojects = [\"p\"]");
        let found = &alerts.unwrap().webhooks[0];
        assert_eq!((found.kinds.len(), found.projects.len()), (1, 1));
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_showing_the_address() {
        let slack = |url: &str, more: &str| webhook(&format!("url = \"{url}\"\nformat = \"slack\"\n{more}"));
        for (found, expected) in [
            (slack("http://x.example/secret", ""), "url is not https"),
            (slack("http://x.example/secret", "allow_private = true"), "url is not https"),
            (slack("http://127.0.0.1:9/secret", ""), "url is not https"),
            (slack("ftp://x.example/secret", ""), "url is not an address"),
            (slack("secret", ""), "url is not an address"),
            (slack("https://x.example/secret", "kinds = []"), "kinds is empty"),
            (slack("https://x.example", "kinds = [\"agent_tired\"]"), "agent_tired"),
            (slack("https://x.example", "knds = []"), "unknown field `knds`"),
            (webhook("url = \"https://x.example/secret\"\nformat = \"json\""), "hmac_key_file is not set"),
            (webhook("url = \"https://x.example\"\nformat = \"xml\""), "unknown variant `xml`"),
            (parse("public_url = \"wattledger\""), "alerts.public_url = \"wattledger\" cannot be used"),
            (parse("every_s = 0"), "alerts.every_s = 0 cannot be used: 1 to 300 seconds"),
        ] {
            let message = found.unwrap_err();
            assert!(message.contains(expected) && !message.contains("secret"), "{expected}: {message}");
        }
        let two = "[[webhook]]\nurl = \"https://x.example/secret\"\nformat = \"slack\"\n".repeat(2);
        assert_eq!(parse(&two).unwrap_err(), "alerts.webhook number 2: another one has the same url and format");
        assert!(slack("http://localhost:9093", "allow_private = true").is_ok());
    }
}
