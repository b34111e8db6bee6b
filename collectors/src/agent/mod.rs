//! The agent of a node: meters its devices, keeps what was metered on disk, and sends it.
//!
//! ```text
//! thread per source: read, meter → bounded queue → main thread: spool (fsync) → push thread: send, acknowledge
//! ```
//!
//! A sample counts as taken when its window is in the spool. Stopping closes the windows, writes them, tries to
//! send once, and ends within five seconds; what was not sent is sent by the next start.

mod command;
mod config;

pub use command::execute;
pub use config::{CONFIG, Config, ConfigError, Overrides};

use crate::announcement::{Announced, Announcement};
use crate::clock::{Clock, Timeline};
use crate::leftovers::Leftovers;
use crate::push::sending::{self, Pace};
use crate::push::{Http, Pusher, locked};
use crate::sampler::{Metered, Sampler};
use crate::source::visible::Variables;
use crate::source::{Choice, ChoiceError, Places};
use crate::spool::{Backlog, Contents, Sender, Spool, SpoolError};
use crate::{identity, random};
use client::{Backoff, ClientError};
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use units::{Overflow, Span};

/// Messages between samplers and spool: hours of windows, so that a disk that hangs does not stop the reading at once.
const QUEUE: usize = 1_024;
/// How long windows are collected for one write: those of all sources become complete together.
const COLLECT: Span = Span::from_milliseconds(200);
/// How often a full disk is tried again.
const RETRY: Duration = Duration::from_secs(10);

/// `wattledger-agent` on the command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Settings
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    pub config: PathBuf,
    /// Address of the service, instead of `server` in the settings
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// What to read, instead of `sources` in the settings: auto, nvml, rapl, replay:FILE, synthetic:SPEC, modelled:SPEC
    #[arg(long = "source", value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// Send again every batch that is kept, once: after the service was restored from a backup, or repaired
    #[arg(long)]
    pub resend: bool,
}

/// Why the agent does not run, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something named is not there.
    #[error(transparent)]
    Source(#[from] ChoiceError),
    /// Nothing can be read.
    #[error("nothing to meter: {0}; see `wattledger doctor`")]
    NoSource(String),
    /// No name for the node.
    #[error("this host has no usable name; write `name` into the settings")]
    Nameless,
    /// The queue on disk.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The client.
    #[error(transparent)]
    Http(#[from] ClientError),
    /// A number left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// No thread, signal or random bits.
    #[error("the system refuses what an agent needs: {0}")]
    System(#[from] io::Error),
    /// A thread is gone; a defect of this program.
    #[error("a part of the agent ended early; please report this")]
    Lost,
}

/// What the main thread waits for.
enum Message {
    Metered(Contents),
    Stop,
    Failed(AgentError),
}

/// Asks a running agent to end; may be used from any thread.
#[derive(Clone)]
pub struct Stopper(SyncSender<Message>);

impl Stopper {
    /// The agent closes its windows, writes them, tries to send once, and returns.
    pub fn stop(&self) {
        // An agent that is gone needs no stopping.
        drop(self.0.send(Message::Stop));
    }
}

/// An agent whose parts are ready to run.
pub struct Agent {
    config: Config,
    clock: Arc<dyn Clock>,
    node: String,
    spool: Arc<Mutex<Spool>>,
    samplers: Vec<Sampler>,
    http: Http,
    messages: Receiver<Message>,
    sender: SyncSender<Message>,
}

impl Agent {
    /// Opens sources, spool and client. With `resend`, batches that are kept are sent again.
    ///
    /// # Errors
    ///
    /// See [`AgentError`].
    pub fn open(config: Config, clock: Arc<dyn Clock>, resend: bool) -> Result<Self, AgentError> {
        let http = Http::new(&config.server, &config.token, config.ca_file.as_deref())?;
        let samplers = open_sources(&config, &clock)?;
        let name = config.name.clone().or_else(identity::host_name).ok_or(AgentError::Nameless)?;
        let node = name.clone();
        let sender = Sender { node: identity::node(&name), agent: name, boot: random::boot()? };
        let opened = Spool::open(&config.spool, config.spool_mb_max, sender, clock.wall())?;
        if let Some((aside, damage)) = opened.moved_aside {
            tracing::error!("{damage}; it was moved to {} and a fresh one is begun", aside.display());
        }
        let mut spool = opened.spool;
        if resend {
            tracing::info!("{} kept batches are sent again", spool.resend()?);
        }
        let (sender, messages) = mpsc::sync_channel(QUEUE);
        Ok(Self { config, clock, node, spool: Arc::new(Mutex::new(spool)), samplers, http, messages, sender })
    }

    /// What ends it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.sender.clone())
    }

    /// Meters and sends until it is stopped.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`] and defects; a full disk, a service that is away and devices that fail are no errors.
    pub fn run(self) -> Result<(), AgentError> {
        let Self { config, clock, node, spool, samplers, http, messages, sender } = self;
        let seed = random::seed()?;
        let pusher = Pusher::new(&locked(&spool), Backoff::new(seed), config.keep)?;
        let leftovers = config.run_spools.clone().map(|folder| Leftovers::start(folder, None, http.clone(), &clock));
        let leftovers = leftovers.transpose()?;
        let failed = sender.clone();
        let pushing = sending::start(
            pusher,
            http,
            Arc::clone(&spool),
            Arc::clone(&clock),
            Pace::of_agent(config.push_every, seed),
            move |error| drop(failed.send(Message::Failed(error.into()))),
        )?;
        let announced = announce(&config, &node, &samplers);
        let (stops, threads) = start_samplers(samplers, &sender)?;
        drop(sender);
        let mut backlog = Backlog::default();
        let ended = write_until_stopped(&messages, &spool, &mut backlog, &*clock);
        drop(stops);
        ended?;
        // Each sampler's last windows are in the queue once its thread has ended, unless the queue is full and it waits for us.
        while let Some(message) = next_of_ending(&messages, &threads) {
            if let Message::Metered(contents) = message {
                backlog.add(contents)?;
            }
        }
        match backlog.flush(&mut locked(&spool)) {
            Err(SpoolError::Full) => tracing::error!("{}; the last windows are lost", SpoolError::Full),
            other => other?,
        }
        drop(announced);
        pushing.finish();
        if let Some(leftovers) = leftovers {
            leftovers.finish();
        }
        Ok(())
    }
}

/// Tells runs on this node what is metered here, so that they do not send the same energy.
fn announce(config: &Config, node: &str, samplers: &[Sampler]) -> Option<Announced> {
    let devices = samplers.iter().flat_map(Sampler::devices).map(|device| device.uuid.clone()).collect();
    let announced =
        Announcement::of_this_process(node.to_owned(), &config.server, devices).announce(&config.metering_file);
    if let Err(cause) = &announced {
        let path = config.metering_file.display();
        tracing::warn!(
            "metering_file {path}: {cause}; `wattledger run --server` cannot see what is metered here and sends it too"
        );
    }
    announced.ok()
}

fn open_sources(config: &Config, clock: &Arc<dyn Clock>) -> Result<Vec<Sampler>, AgentError> {
    let choice = Choice::open(&config.sources, &Places::default(), &Variables::default())?;
    for left in &choice.left {
        tracing::info!("{} is not read: {}", left.source, left.reason);
    }
    if choice.sources.is_empty() {
        let reasons: Vec<String> = choice.left.iter().map(|left| format!("{}: {}", left.source, left.reason)).collect();
        return Err(AgentError::NoSource(reasons.join("; ")));
    }
    let timeline = Timeline::open(&**clock);
    let sampler = |source| Sampler::new(source, Arc::clone(clock), timeline).with_windows(config.window);
    Ok(choice.sources.into_iter().map(sampler).collect())
}

type Samplers = (Vec<mpsc::Sender<()>>, Vec<JoinHandle<()>>);

/// Starts a thread for each sampler; dropping the senders stops them.
fn start_samplers(samplers: Vec<Sampler>, messages: &SyncSender<Message>) -> Result<Samplers, AgentError> {
    let (mut stops, mut threads) = (Vec::new(), Vec::new());
    for sampler in samplers {
        let (stop, stopped) = mpsc::channel();
        let messages = messages.clone();
        threads.push(thread::Builder::new().name("sampler".to_owned()).spawn(move || {
            // Nobody listens any more only when the agent has failed already.
            let mut sink = |metered: Metered| match messages.send(Message::Metered(metered.contents)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            };
            if let Err(overflow) = sampler.run(&stopped, &mut sink) {
                drop(messages.send(Message::Failed(overflow.into())));
            }
        })?);
        stops.push(stop);
    }
    Ok((stops, threads))
}

/// Writes windows to the spool as they come. A full disk is no error: windows wait in memory.
fn write_until_stopped(
    messages: &Receiver<Message>,
    spool: &Mutex<Spool>,
    backlog: &mut Backlog,
    clock: &dyn Clock,
) -> Result<(), AgentError> {
    let mut full = false;
    loop {
        let mut message = match messages.recv_timeout(if full { RETRY } else { Duration::MAX }) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Err(AgentError::Lost),
        };
        let first = clock.monotonic();
        while let Some(received) = message {
            match received {
                Message::Metered(contents) => backlog.add(contents)?,
                Message::Stop => return Ok(()),
                Message::Failed(error) => return Err(error),
            }
            let left = COLLECT.minus(clock.monotonic().minus(first));
            message = messages.recv_timeout(Duration::from_nanos(left.nanoseconds())).ok();
        }
        match backlog.flush(&mut locked(spool)) {
            Err(SpoolError::Full) if full => {}
            Err(SpoolError::Full) => {
                tracing::error!("{}; windows wait in memory and are merged to minutes", SpoolError::Full);
                full = true;
            }
            other => {
                other?;
                full = false;
            }
        }
    }
}

/// The next message while samplers end; `None` once they have and the queue is empty.
fn next_of_ending(messages: &Receiver<Message>, threads: &[JoinHandle<()>]) -> Option<Message> {
    loop {
        let ended = threads.iter().all(JoinHandle::is_finished);
        match messages.recv_timeout(Duration::from_millis(if ended { 0 } else { 10 })) {
            Ok(message) => return Some(message),
            Err(_) if ended => return None,
            Err(_) => {}
        }
    }
}

/// Runs an agent as a process: until SIGTERM or SIGINT.
///
/// # Errors
///
/// See [`AgentError`].
pub fn run(config: Config, clock: Arc<dyn Clock>, resend: bool) -> Result<(), AgentError> {
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
