//! The agent of a node: meters its devices, keeps what it metered on disk, and sends it to the service.
//!
//! ```text
//! a sampler thread per source → bounded queue → main thread: spool (fsync) → push thread: send, acknowledge
//!                  what hooks of a batch system wrote ↗
//! ```
//!
//! Energy is safe once its window is in the spool. Stopping the agent closes the windows, writes them, tries once to send
//! them, and takes at most five seconds; the next start sends what is left.

mod command;
mod config;
mod error;
mod metrics;
mod serving;
mod writing;

pub use command::execute;
pub use config::{AgentConfig, AgentConfigError, AgentEnvironment, AgentOverrides, CONFIG};
pub use error::AgentError;

use crate::announcement::{Announced, Announcement};
use crate::clock::{Clock, Timeline};
use crate::holding::{DeviceNumbers, Holdings, NoticeThread};
use crate::kubelet::{Kubelet, KubeletThread};
use crate::leftovers::{LeftoverSettings, Leftovers, NodeFacts};
use crate::push::sending::{Pace, Sending};
use crate::push::{Http, Pusher, locked};
use crate::sampler::{Metered, Sampler, SamplerCall};
use crate::source::visible::Variables;
use crate::source::{Places, SourceChoice, SourceKind};
use crate::spool::{BatchSender, DamagedSpool, Spool};
use crate::{identity, random};
use client::Backoff;
use metrics::AgentMetrics;
use model::{DeviceUuid, NodeName};
use serving::Serving;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use writing::{AgentWriting, Message};

/// Messages that may wait for the spool: hours of windows, so that a disk that hangs does not stop the samplers at once.
const QUEUE: usize = 1_024;

/// Arguments of `wattledger-agent` and of `wattledger agent`.
///
/// An address and a token are enough to begin: without a file of settings the token is that of WATTLEDGER_TOKEN or of the file
/// WATTLEDGER_TOKEN_FILE, and what is not delivered yet is kept in the user's state directory.
#[derive(Debug, Clone, clap::Args)]
pub struct AgentArguments {
    /// File with the settings of the agent [default: /etc/wattledger/agent.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address of the service; replaces `server` in the settings, and WATTLEDGER_SERVER is used where neither is given
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Source to read; may be repeated, and replaces `sources` in the settings: auto, nvml, rapl, prometheus:URL, replay:FILE,
    /// synthetic:SPEC or modelled:SPEC
    #[arg(long = "source", value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// Serve the figures of this node to Prometheus on this address, at /metrics; replaces `metrics_listen` in the settings. A
    /// port alone is reached from this machine only
    #[arg(long, value_name = "[IP:]PORT")]
    pub metrics_listen: Option<String>,
    /// Send every batch that is still in the spool once more, after the service was restored from a backup or repaired
    #[arg(long)]
    pub resend: bool,
}

/// Stops a running agent, from any thread.
#[derive(Clone)]
pub struct Stopper(SyncSender<Message>);

impl Stopper {
    /// Makes [`Agent::run`] close the windows, write them, try once to send them, and return.
    pub fn stop(&self) {
        // An agent that has ended need not be stopped.
        drop(self.0.send(Message::Stop));
    }
}

/// An agent that is ready to run.
pub struct Agent {
    config: AgentConfig,
    clock: Arc<dyn Clock>,
    node: NodeName,
    spool: Arc<Mutex<Spool>>,
    samplers: Vec<Sampler>,
    timeline: Timeline,
    http: Http,
    messages: Receiver<Message>,
    sender: SyncSender<Message>,
}

impl Agent {
    /// Opens the sources, the spool and the HTTP client. With `resend`, batches that are kept in the spool are sent again.
    ///
    /// # Errors
    ///
    /// See [`AgentError`].
    pub fn open(config: AgentConfig, clock: Arc<dyn Clock>, resend: bool) -> Result<Self, AgentError> {
        let http = Http::new(&config.server, &config.token, config.ca_file.as_deref())?;
        let timeline = Timeline::open(&*clock);
        let samplers = open_sources(&config, &clock, timeline)?;
        let name = config.name.clone().or_else(identity::host_name).ok_or(AgentError::Nameless)?;
        let (node, agent) = (name.clone(), name.as_str().into());
        let sender = BatchSender { node: identity::node(&name), agent, boot: random::boot()? };
        let opened = Spool::open(&config.spool, config.spool_mb_max, sender, clock.wall())?;
        if let Some(DamagedSpool { moved_to, damage }) = opened.damaged {
            tracing::error!("{damage}; it was moved to {}, and a new one is begun", moved_to.display());
        }
        let mut spool = opened.spool;
        if resend {
            tracing::info!("sending {} kept batches again", spool.resend()?);
        }
        let (sender, messages) = mpsc::sync_channel(QUEUE);
        let spool = Arc::new(Mutex::new(spool));
        Ok(Self { config, clock, node, spool, samplers, timeline, http, messages, sender })
    }

    /// A handle that stops this agent.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.sender.clone())
    }

    /// Meters and sends until it is stopped. It goes on when the disk is full, the service is unreachable, or devices fail.
    ///
    /// # Errors
    ///
    /// A spool that cannot be used any more, and defects of the program.
    pub fn run(self) -> Result<(), AgentError> {
        let Self { config, clock, node, spool, samplers, timeline, http, messages, sender } = self;
        let seed = random::seed()?;
        let pusher = Pusher::new(&locked(&spool), Backoff::new(seed), config.keep)?;
        let set_aside = Arc::new(AtomicU64::new(0));
        let leftovers = leftovers(&config, NodeFacts::new(&node, described(&samplers)), &set_aside);
        let leftovers = leftovers.map(|settings| Leftovers::start(settings, http.clone(), &clock)).transpose()?;
        let failed = sender.clone();
        let delivered_ns = Arc::new(AtomicU64::new(clock.monotonic().nanoseconds()));
        let metrics = AgentMetrics::new(&samplers, &spool, &clock, &delivered_ns, set_aside);
        let serving = config.metrics_listen.and_then(|address| serve_metrics(address, metrics));
        let sending = Sending { pusher, http, spool: Arc::clone(&spool), clock: Arc::clone(&clock), delivered_ns };
        let pushing = sending.start(Pace::of_agent(config.push_every, seed), move |error| {
            drop(failed.send(Message::Failed(error.into())));
        })?;
        let announced = announce(&config, &node, &samplers);
        let (numbers, notes) = (DeviceNumbers::of(&samplers), locked(&spool).notes()?);
        let jobs = config.holders.slurm.jobs.clone();
        let kubelet = Kubelet::new(&config.holders.kubernetes.socket, &config.holders.kubernetes.pod_logs)?;
        let holdings = {
            let spool = locked(&spool);
            let metered_until = |device: &DeviceUuid| spool.metered_until(device);
            Holdings::new(config.holders, &node, numbers, &notes, (Arc::clone(&clock), timeline), metered_until)
        };
        let SamplerThreads { calls, threads } = start_samplers(samplers, &sender)?;
        let pods = sender.clone();
        let asking = KubeletThread::start(kubelet, move |listed| pods.send(Message::Pods(listed)).is_ok())?;
        let noticing = NoticeThread::start(jobs, move || sender.send(Message::Look).is_ok())?;
        let mut writing = AgentWriting::new(&spool, holdings, calls, &clock);
        writing.until_stopped(&messages)?;
        drop((noticing, asking));
        writing.until_ended(&messages, &threads)?;
        drop((announced, serving));
        pushing.finish();
        if let Some(leftovers) = leftovers {
            leftovers.finish();
        }
        Ok(())
    }
}

/// What runs left behind, if there is a folder for it. Copies of it are kept beside the agent's own spool.
fn leftovers(config: &AgentConfig, facts: NodeFacts, set_aside: &Arc<AtomicU64>) -> Option<LeftoverSettings> {
    Some(LeftoverSettings {
        folder: config.run_spools.clone()?,
        copies: Some(config.spool.with_file_name("runs")),
        own: None,
        facts: Some(facts),
        set_aside: Arc::clone(set_aside),
    })
}

fn described(samplers: &[Sampler]) -> impl Iterator<Item = wire::Device> {
    samplers.iter().flat_map(Sampler::described)
}

/// Serves the metrics. A port that is taken is no reason to lose energy: the agent says so and meters without serving.
fn serve_metrics(address: SocketAddr, metrics: AgentMetrics) -> Option<Serving> {
    match Serving::start(address, metrics) {
        Ok(serving) => {
            tracing::info!("metrics are served at http://{}/metrics", serving.address());
            Some(serving)
        }
        Err(cause) => {
            tracing::error!(
                "metrics_listen {address}: {cause}; the agent meters without serving metrics: free the port or name another, and restart"
            );
            None
        }
    }
}

/// Announces to runs on this node what is metered here, so that they do not send the same energy.
fn announce(config: &AgentConfig, node: &NodeName, samplers: &[Sampler]) -> Option<Announced> {
    let devices = samplers.iter().flat_map(Sampler::devices).map(|device| device.uuid.as_str().into()).collect();
    let announced =
        Announcement::of_this_process(node.clone(), &config.server, devices).announce(&config.metering_file);
    if let Err(cause) = &announced {
        let path = config.metering_file.display();
        tracing::warn!(
            "metering_file {path}: {cause}; `wattledger run --server` on this node cannot see what the agent meters and sends it too, of which the service counts each joule once: name a file that the agent may write (`metering_file`, or WATTLEDGER_METERING_FILE for both)"
        );
    }
    announced.ok()
}

fn open_sources(config: &AgentConfig, clock: &Arc<dyn Clock>, timeline: Timeline) -> Result<Vec<Sampler>, AgentError> {
    let choice = SourceChoice::open(&config.sources, &Places::default(), &Variables::default())?;
    for warning in &choice.warnings {
        tracing::warn!("{warning}");
    }
    for left in &choice.left {
        match left.source {
            // Whoever names an exporter counts on it; another sensor is simply not there.
            SourceKind::Exporter => {
                tracing::error!(
                    "source {} is not read: {}; restart the agent when it answers",
                    left.source,
                    left.reason
                );
            }
            _ => tracing::info!("source {} is not read: {}", left.source, left.reason),
        }
    }
    if choice.sources.is_empty() {
        let reasons: Vec<String> = choice.left.iter().map(|left| format!("{}: {}", left.source, left.reason)).collect();
        return Err(AgentError::NoSource(reasons.join("; ")));
    }
    let sampler =
        |source| Sampler::new(source, Arc::clone(clock), timeline).with_windows(config.window).with_processes();
    Ok(choice.sources.into_iter().map(sampler).collect())
}

/// The threads of the samplers.
#[derive(Default)]
struct SamplerThreads {
    /// What calls the threads; dropping all of these stops them.
    calls: Vec<mpsc::Sender<SamplerCall>>,
    threads: Vec<JoinHandle<()>>,
}

/// Starts a thread for each sampler.
fn start_samplers(samplers: Vec<Sampler>, messages: &SyncSender<Message>) -> Result<SamplerThreads, AgentError> {
    let SamplerThreads { mut calls, mut threads } = SamplerThreads::default();
    for sampler in samplers {
        let (call, called) = mpsc::channel();
        let messages = messages.clone();
        threads.push(thread::Builder::new().name("sampler".to_owned()).spawn(move || {
            // The queue is closed only after the agent has failed.
            let mut sink = |metered: Metered| match messages.send(Message::Metered(metered)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            };
            if let Err(overflow) = sampler.run(&called, &mut sink) {
                drop(messages.send(Message::Failed(overflow.into())));
            }
        })?);
        calls.push(call);
    }
    Ok(SamplerThreads { calls, threads })
}

/// Runs an agent until the process gets SIGTERM or SIGINT.
///
/// # Errors
///
/// See [`AgentError`].
pub fn run(config: AgentConfig, clock: Arc<dyn Clock>, resend: bool) -> Result<(), AgentError> {
    let agent = Agent::open(config, clock, resend)?;
    let stopper = agent.stopper();
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT])?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if signals.forever().next().is_some() {
            stopper.stop();
        }
    })?;
    agent.run()
}
