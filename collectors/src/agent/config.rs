//! The settings in `agent.toml`: parsed first, then checked into [`AgentConfig`], which holds only valid settings.

use crate::announcement::METERING_FILE;
use crate::delivery::run_spools_in;
use crate::holding::{HolderKind, KubernetesOnNode, NodeHolders, SlurmOnNode};
use crate::source::SourceSpec;
use crate::spool::{MEBIBYTES_MAX, MEBIBYTES_MIN};
use model::NodeName;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::{fs, io};
use units::Span;

/// The file of settings that is read unless another is named.
pub const CONFIG: &str = "/etc/wattledger/agent.toml";
/// The file that the token is read from unless the settings or the environment name one.
const TOKEN: &str = "/etc/wattledger/agent.token";

/// Valid settings of an agent.
#[derive(Clone, PartialEq, Eq)]
pub struct AgentConfig {
    /// Address of the service, `https://HOST[:PORT]`, without a path.
    pub server: String,
    /// Token for the service; never logged or shown.
    pub token: String,
    /// File that the token was read from; `None` where the environment held the token itself.
    pub token_file: Option<PathBuf>,
    /// PEM file with the certificates to trust instead of the public authorities; `None` for those.
    pub ca_file: Option<PathBuf>,
    /// Name of the node and of its agent; `None` for the host name.
    pub name: Option<NodeName>,
    /// The sources to read.
    pub sources: Vec<SourceSpec>,
    /// File of the spool.
    pub spool: PathBuf,
    /// Disk space that the spool may use, MiB.
    pub spool_mb_max: u32,
    /// How long batches are kept after the service acknowledged them.
    pub keep: Span,
    /// Length of a window.
    pub window: Span,
    /// Time between two deliveries of new windows.
    pub push_every: Span,
    /// Folder where `wattledger run` leaves what it could not deliver; `None` if the agent's user has no state directory.
    pub run_spools: Option<PathBuf>,
    /// File in which the agent announces what it meters.
    pub metering_file: PathBuf,
    /// Where the figures of the node are served to Prometheus; `None` for nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// How the holders of the devices are known.
    pub holders: NodeHolders,
    /// The least severe level that is logged.
    pub log: tracing::Level,
}

impl std::fmt::Debug for AgentConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("server", &self.server).field("spool", &self.spool).finish_non_exhaustive()
    }
}

/// What the environment says, for settings that neither the command line nor the file names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AgentEnvironment {
    /// Address of the service (`WATTLEDGER_SERVER`).
    pub server: Option<String>,
    /// Token for the service (`WATTLEDGER_TOKEN`).
    pub token: Option<String>,
    /// File with the token (`WATTLEDGER_TOKEN_FILE`).
    pub token_file: Option<PathBuf>,
    /// PEM file with the certificates to trust (`WATTLEDGER_CA_FILE`).
    pub ca_file: Option<PathBuf>,
    /// File in which the agent announces what it meters (`WATTLEDGER_METERING_FILE`).
    pub metering_file: Option<PathBuf>,
    /// Name of the node (`WATTLEDGER_NODE`).
    pub node: Option<String>,
    /// The user's state directory (`XDG_STATE_HOME`, else `.local/state` in `HOME`): without a file of settings the spool is in there.
    pub state: Option<PathBuf>,
}

impl std::fmt::Debug for AgentEnvironment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentEnvironment").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Settings of the command line, which take precedence over the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentOverrides {
    /// Address of the service; `None` for that of the file.
    pub server: Option<String>,
    /// The sources to read, as text; empty for those of the file.
    pub sources: Vec<String>,
    /// Where the figures of the node are served, as text; `None` for what the file says.
    pub metrics_listen: Option<String>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AgentConfigError {
    /// The file cannot be read.
    #[error("{path}: {cause}; create it (config/agent.toml is a template), or name another file with --config")]
    Unreadable {
        /// The file of settings.
        path: PathBuf,
        /// Error of the system.
        cause: io::Error,
    },
    /// The file is not TOML, has an unknown key, or a value has the wrong type. The message has line and column.
    #[error("{path}: {cause}")]
    Syntax {
        /// The file of settings.
        path: PathBuf,
        /// Error of the parser, with its place.
        cause: Box<toml::de::Error>,
    },
    /// A setting has a value that cannot be used.
    #[error("{place}{key}: {problem}")]
    Value {
        /// The file of settings and `: `; empty where there is none.
        place: String,
        /// Name of the setting.
        key: &'static str,
        /// What is wrong with it, and what to write instead.
        problem: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AgentFile {
    server: Option<String>,
    token_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    name: Option<String>,
    sources: Vec<String>,
    spool: PathBuf,
    spool_mb_max: u32,
    keep_hours: u32,
    window_ms: u64,
    push_every_s: u64,
    run_spools: Option<PathBuf>,
    metering_file: Option<PathBuf>,
    metrics_listen: Option<String>,
    slurm: SlurmFile,
    kubernetes: KubernetesFile,
    holders: HoldersFile,
    log: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KubernetesFile {
    socket: PathBuf,
    pod_logs: PathBuf,
    projects: BTreeMap<String, String>,
}

impl Default for KubernetesFile {
    fn default() -> Self {
        let KubernetesOnNode { socket, pod_logs, projects } = KubernetesOnNode::default();
        Self { socket, pod_logs, projects }
    }
}

impl KubernetesFile {
    fn check(self) -> Result<KubernetesOnNode, Problem> {
        let Self { socket, pod_logs, projects } = self;
        match projects.iter().find(|(_, project)| !wire::is_name(project)) {
            Some((namespace, project)) => Err((
                "kubernetes.projects",
                format!("`{project}`, for the namespace {namespace:?}, is not the name of a project"),
            )),
            None => Ok(KubernetesOnNode { socket, pod_logs, projects }),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HoldersFile {
    kinds: Vec<String>,
    proc: PathBuf,
}

impl Default for HoldersFile {
    fn default() -> Self {
        let NodeHolders { kinds, proc, .. } = NodeHolders::default();
        Self { kinds: kinds.into_iter().map(|kind| kind.name().to_owned()).collect(), proc }
    }
}

impl HoldersFile {
    fn check(self, slurm: SlurmOnNode, kubernetes: KubernetesOnNode) -> Result<NodeHolders, Problem> {
        let kind = |name: &String| {
            HolderKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
                let names = HolderKind::ALL.map(HolderKind::name).join(", ");
                ("holders.kinds", format!("`{name}` is no kind of holder; write some of {names}, or none"))
            })
        };
        let kinds = self.kinds.iter().map(kind).collect::<Result<BTreeSet<_>, _>>()?;
        Ok(NodeHolders { slurm, kubernetes, kinds, proc: self.proc })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SlurmFile {
    jobs: PathBuf,
    cluster: Option<String>,
    node: Option<String>,
    accounts: BTreeMap<String, String>,
}

impl Default for SlurmFile {
    fn default() -> Self {
        let SlurmOnNode { jobs, cluster, node, accounts } = SlurmOnNode::default();
        Self { jobs, cluster, node, accounts }
    }
}

impl SlurmFile {
    fn check(self) -> Result<SlurmOnNode, Problem> {
        if let Some(cluster) = self.cluster.as_ref().filter(|name| !wire::is_name(name)) {
            return Err((
                "slurm.cluster",
                format!("`{cluster}` is not a name; write 1 to 128 letters, digits or . _ : @ + -"),
            ));
        }
        if let Some((account, project)) = self.accounts.iter().find(|(_, project)| !wire::is_name(project)) {
            return Err((
                "slurm.accounts",
                format!("`{project}`, for the account {account:?}, is not the name of a project"),
            ));
        }
        let Self { jobs, cluster, node, accounts } = self;
        Ok(SlurmOnNode { jobs, cluster, node, accounts })
    }
}

impl Default for AgentFile {
    fn default() -> Self {
        Self {
            server: None,
            token_file: None,
            ca_file: None,
            name: None,
            sources: vec!["auto".to_owned()],
            spool: PathBuf::from("/var/lib/wattledger-agent/spool.sqlite"),
            spool_mb_max: 64,
            keep_hours: 24,
            window_ms: 10_000,
            push_every_s: 10,
            run_spools: None,
            metering_file: None,
            metrics_listen: None,
            slurm: SlurmFile::default(),
            kubernetes: KubernetesFile::default(),
            holders: HoldersFile::default(),
            log: "info".to_owned(),
        }
    }
}

impl AgentConfig {
    /// Reads the settings, with `overrides` in their place, and the token. What neither names is as `environment` says, else the default.
    ///
    /// The file is the one at `path` or, where that is `None`, [`CONFIG`], which need not exist: an address and a token are enough to begin.
    ///
    /// # Errors
    ///
    /// See [`AgentConfigError`].
    pub fn load(
        path: Option<&Path>,
        overrides: &AgentOverrides,
        environment: &AgentEnvironment,
    ) -> Result<Self, AgentConfigError> {
        let named = path.unwrap_or(Path::new(CONFIG));
        let mut file = match fs::read_to_string(named) {
            Ok(text) => toml::from_str(&text)
                .map_err(|cause| AgentConfigError::Syntax { path: named.to_owned(), cause: Box::new(cause) })?,
            Err(cause) if path.is_none() && cause.kind() == io::ErrorKind::NotFound => {
                return AgentFile::without_a_file(overrides, environment)
                    .and_then(|file| file.check(environment))
                    .map_err(|(key, problem)| AgentConfigError::Value { place: String::new(), key, problem });
            }
            Err(cause) => return Err(AgentConfigError::Unreadable { path: named.to_owned(), cause }),
        };
        AgentFile::apply(&mut file, overrides);
        file.check(environment).map_err(|(key, problem)| {
            let place = format!("{}: ", named.display());
            AgentConfigError::Value { place, key, problem }
        })
    }
}

/// Name of a setting, and what is wrong with it.
type Problem = (&'static str, String);

impl AgentFile {
    /// The settings of a node that has no file yet. The user's own state directory takes the spool: another may need rights that the user lacks.
    fn without_a_file(overrides: &AgentOverrides, environment: &AgentEnvironment) -> Result<Self, Problem> {
        let state = environment.state.as_ref().ok_or_else(|| {
            let problem = "there is no directory for it: set HOME or XDG_STATE_HOME, or name one in a file of settings";
            ("spool", format!("{problem} ({CONFIG}; config/agent.toml is a template)"))
        })?;
        let mut file = Self { spool: state.join("wattledger/agent/spool.sqlite"), ..Self::default() };
        file.apply(overrides);
        Ok(file)
    }

    fn apply(&mut self, overrides: &AgentOverrides) {
        self.server = overrides.server.clone().or(self.server.take());
        self.metrics_listen = overrides.metrics_listen.clone().or(self.metrics_listen.take());
        if !overrides.sources.is_empty() {
            self.sources.clone_from(&overrides.sources);
        }
    }

    fn check(self, environment: &AgentEnvironment) -> Result<AgentConfig, Problem> {
        let window = self.window_ms;
        if !(100..=60_000).contains(&window) || 60_000 % window != 0 {
            return Err((
                "window_ms",
                format!("{window} does not divide a minute; write a divisor of 60000 from 100 on, such as 10000"),
            ));
        }
        within("spool_mb_max", self.spool_mb_max, MEBIBYTES_MIN, MEBIBYTES_MAX)?;
        within("keep_hours", self.keep_hours, 0, 8_760)?;
        within("push_every_s", self.push_every_s, 1, 3_600)?;
        let name = self.name.or_else(|| environment.node.clone());
        if let Some(name) = &name {
            check_name(name)?;
        }
        let log = self
            .log
            .parse()
            .map_err(|_| ("log", format!("`{}` is not a level; write error, warn, info, debug or trace", self.log)))?;
        let server = address(self.server.or_else(|| environment.server.clone()).unwrap_or_default())?;
        let GivenToken { token, file: token_file } = token(self.token_file, environment)?;
        let metering_file = self.metering_file.or_else(|| environment.metering_file.clone());
        Ok(AgentConfig {
            server,
            token,
            token_file,
            ca_file: self.ca_file.or_else(|| environment.ca_file.clone()),
            name: name.map(NodeName::from),
            sources: sources(&self.sources)?,
            spool: self.spool,
            spool_mb_max: self.spool_mb_max,
            keep: Span::from_seconds(u64::from(self.keep_hours) * 3_600),
            window: Span::from_milliseconds(window),
            push_every: Span::from_seconds(self.push_every_s),
            run_spools: self.run_spools.or_else(|| environment.state.as_deref().map(run_spools_in)),
            metering_file: metering_file.unwrap_or_else(|| METERING_FILE.into()),
            metrics_listen: self.metrics_listen.as_deref().map(listening).transpose()?,
            holders: self.holders.check(self.slurm.check()?, self.kubernetes.check()?)?,
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
    Err(("name", format!("`{name}` is not a name; write 1 to 128 letters, digits or . _ : @ + -")))
}

/// Accepts `https://…`, several with commas between them, and `http://…` for this machine only: the token is never sent unencrypted over a network.
fn address(server: String) -> Result<String, Problem> {
    if server.is_empty() {
        return Err((
            "server",
            "is missing; write the address of the service, such as https://wattledger.example, or give it with --server".to_owned(),
        ));
    }
    for one in client::Servers::of(&server).all() {
        let uri = client::check_address(one, true).map_err(|error| ("server", error.to_string()))?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(("server", format!("`{one}` has a path; write only https://HOST[:PORT]")));
        }
    }
    Ok(server)
}

/// Accepts `IP:PORT`, or a port alone, which only this machine reaches.
fn listening(text: &str) -> Result<SocketAddr, Problem> {
    let on_loopback = text.parse().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    on_loopback.or_else(|_| text.parse()).map_err(|_| {
        let help = "write a port, which only this machine reaches, or IP:PORT, such as 127.0.0.1:8781";
        ("metrics_listen", format!("`{text}` is not an address; {help}"))
    })
}

/// A token, and the file that it is from; `None` where the environment held the token itself.
struct GivenToken {
    token: String,
    file: Option<PathBuf>,
}

/// The token of the file that the settings name, else that of the environment, else that of [`TOKEN`].
fn token(named: Option<PathBuf>, environment: &AgentEnvironment) -> Result<GivenToken, Problem> {
    let file = match (named, &environment.token) {
        (Some(file), _) => file,
        (None, Some(text)) => {
            let problem = || ("WATTLEDGER_TOKEN", "does not hold a token; `wattledger token` prints one".to_owned());
            let token = token_in(text).ok_or_else(problem)?;
            return Ok(GivenToken { token, file: None });
        }
        (None, None) => environment.token_file.clone().unwrap_or_else(|| TOKEN.into()),
    };
    let text = fs::read_to_string(&file).map_err(|cause| {
        let next =
            "write the token for the service into it, with mode 0600, or set WATTLEDGER_TOKEN or WATTLEDGER_TOKEN_FILE";
        ("token_file", format!("{}: {cause}; {next}", file.display()))
    })?;
    let token = token_in(&text).ok_or_else(|| {
        let next = "write into it the one line that `wattledger token` printed";
        ("token_file", format!("{} does not hold a token; {next}", file.display()))
    })?;
    Ok(GivenToken { token, file: Some(file) })
}

fn token_in(text: &str) -> Option<String> {
    let token = text.trim();
    (!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())).then(|| token.to_owned())
}

fn sources(texts: &[String]) -> Result<Vec<SourceSpec>, Problem> {
    if texts.is_empty() {
        return Err(("sources", "is empty; write [\"auto\"]".to_owned()));
    }
    texts.iter().map(|text| text.parse().map_err(|error| ("sources", format!("{error}")))).collect()
}
