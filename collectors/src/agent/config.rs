//! `agent.toml`: read, then checked into another type, so that the agent never sees a setting that cannot be.

use crate::announcement::METERING_FILE;
use crate::source::Spec;
use crate::spool::{MEBIBYTES_MAX, MEBIBYTES_MIN};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::{fs, io};
use units::Span;

/// Where the agent looks for its settings when none are named.
pub const CONFIG: &str = "/etc/wattledger/agent.toml";

/// Checked settings.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// Address of the service, without a path.
    pub server: String,
    /// The service's token; never shown.
    pub token: String,
    /// Certificates to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
    /// Name of the agent and node; the host name if `None`.
    pub name: Option<String>,
    /// What is read.
    pub sources: Vec<Spec>,
    /// The spool's file.
    pub spool: PathBuf,
    /// Disk that the spool may use, MiB.
    pub spool_mb_max: u32,
    /// How long acknowledged batches are kept.
    pub keep: Span,
    /// Length of a window.
    pub window: Span,
    /// Time between two pushes of what is new.
    pub push_every: Span,
    /// Where runs leave what they could not deliver; `None` where this user has no such place.
    pub run_spools: Option<PathBuf>,
    /// Where runs see what is metered.
    pub metering_file: PathBuf,
    /// What is logged.
    pub log: tracing::Level,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("server", &self.server).field("spool", &self.spool).finish_non_exhaustive()
    }
}

/// What the command line says instead of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Address of the service.
    pub server: Option<String>,
    /// What is read.
    pub sources: Vec<String>,
    /// Where runs leave what they could not deliver, unless the file says.
    pub run_spools: Option<PathBuf>,
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {cause}; write it (config/agent.toml is one to start from), or name another with --config")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Not TOML, an unknown key, or a value of another type: line and column are in the message.
    #[error("{path}: {cause}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// With place.
        cause: Box<toml::de::Error>,
    },
    /// A value that cannot be.
    #[error("{path}: {key}: {problem}")]
    Value {
        /// The file.
        path: PathBuf,
        /// Which setting.
        key: &'static str,
        /// What, and what to write.
        problem: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    server: String,
    token_file: PathBuf,
    ca_file: Option<PathBuf>,
    name: Option<String>,
    sources: Vec<String>,
    spool: PathBuf,
    spool_mb_max: u32,
    keep_hours: u32,
    window_ms: u64,
    push_every_s: u64,
    run_spools: Option<PathBuf>,
    metering_file: PathBuf,
    log: String,
}

impl Default for File {
    fn default() -> Self {
        Self {
            server: String::new(),
            token_file: PathBuf::from("/etc/wattledger/agent.token"),
            ca_file: None,
            name: None,
            sources: vec!["auto".to_owned()],
            spool: PathBuf::from("/var/lib/wattledger-agent/spool.sqlite"),
            spool_mb_max: 64,
            keep_hours: 24,
            window_ms: 10_000,
            push_every_s: 10,
            run_spools: None,
            metering_file: PathBuf::from(METERING_FILE),
            log: "info".to_owned(),
        }
    }
}

impl Config {
    /// Reads the settings at `path`, with `overrides` in their place, and the token.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn load(path: &Path, overrides: &Overrides) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable { path: path.to_owned(), cause })?;
        let mut file: File = toml::from_str(&text)
            .map_err(|cause| ConfigError::Syntax { path: path.to_owned(), cause: Box::new(cause) })?;
        if let Some(server) = &overrides.server {
            file.server.clone_from(server);
        }
        file.run_spools = file.run_spools.or_else(|| overrides.run_spools.clone());
        if !overrides.sources.is_empty() {
            file.sources.clone_from(&overrides.sources);
        }
        file.check().map_err(|(key, problem)| ConfigError::Value { path: path.to_owned(), key, problem })
    }
}

type Problem = (&'static str, String);

impl File {
    fn check(self) -> Result<Config, Problem> {
        let window = self.window_ms;
        if !(100..=60_000).contains(&window) || 60_000 % window != 0 {
            return Err(("window_ms", format!("{window} does not divide a minute; write 100 to 60000, as 10000")));
        }
        within("spool_mb_max", self.spool_mb_max, MEBIBYTES_MIN, MEBIBYTES_MAX)?;
        within("keep_hours", self.keep_hours, 0, 8_760)?;
        within("push_every_s", self.push_every_s, 1, 3_600)?;
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        let log = self
            .log
            .parse()
            .map_err(|_| ("log", format!("`{}` is not a level; write error, warn, info, debug or trace", self.log)))?;
        Ok(Config {
            server: address(self.server)?,
            token: token(&self.token_file)?,
            ca_file: self.ca_file,
            name: self.name,
            sources: sources(&self.sources)?,
            spool: self.spool,
            spool_mb_max: self.spool_mb_max,
            keep: Span::from_seconds(u64::from(self.keep_hours) * 3_600),
            window: Span::from_milliseconds(window),
            push_every: Span::from_seconds(self.push_every_s),
            run_spools: self.run_spools,
            metering_file: self.metering_file,
            log,
        })
    }
}

fn within<T: PartialOrd + std::fmt::Display>(key: &'static str, value: T, least: T, most: T) -> Result<(), Problem> {
    if value < least || value > most {
        return Err((key, format!("{value} is out of range; write {least} to {most}")));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Problem> {
    if wire::is_name(name) {
        return Ok(());
    }
    Err(("name", format!("`{name}` is not a name; write 1 to 128 of A-Z a-z 0-9 . _ : @ + -")))
}

/// `https://…`, or `http://…` on this machine: a token is never sent in the clear.
fn address(server: String) -> Result<String, Problem> {
    if server.is_empty() {
        return Err((
            "server",
            "is missing; write the address of the service, as https://wattledger.example".to_owned(),
        ));
    }
    let uri = client::check_address(&server, true).map_err(|error| ("server", error.to_string()))?;
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(("server", format!("`{server}` has a path; write https://HOST[:PORT] alone")));
    }
    Ok(server)
}

fn token(file: &Path) -> Result<String, Problem> {
    let text = fs::read_to_string(file).map_err(|cause| {
        ("token_file", format!("{}: {cause}; write the token of the service into it, mode 0600", file.display()))
    })?;
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err((
            "token_file",
            format!("{} holds no token; write the one line that the service gave", file.display()),
        ));
    }
    Ok(token.to_owned())
}

fn sources(texts: &[String]) -> Result<Vec<Spec>, Problem> {
    if texts.is_empty() {
        return Err(("sources", "names none; write [\"auto\"]".to_owned()));
    }
    texts.iter().map(|text| text.parse().map_err(|error| ("sources", format!("{error}")))).collect()
}
