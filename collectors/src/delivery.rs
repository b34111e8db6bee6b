//! Reports a metered run to a service while it goes on: the job, the devices that it holds, and their energy.
//!
//! ```text
//! samplers → channel → writer thread: spool (fsync) → push thread: send, acknowledge
//!                                   ↘ leftovers thread: spools that earlier runs left behind
//! ```
//!
//! Everything goes through a spool of the run's own, `JOB.sqlite` in a folder that all runs of a user share. The spool is
//! removed once the service has everything. With each write, the spool also gets a [`Will`]: what to report if this process
//! is killed, namely that the job ended at its last window. The user's next run, or the node's agent, finds a spool that no
//! process has open and delivers it.
//!
//! While the node's agent meters a device for the same service ([`Announcement`]), the run sends no windows of that device,
//! only that the job holds it, so that no energy is sent twice. The start of the command is never delayed, and its end by a
//! few seconds at most.

use crate::announcement::Announcement;
use crate::clock::{Clock, DateChange};
use crate::leftovers::{self, LeftoverSettings, Leftovers, MEBIBYTES, spool_of};
use crate::push::sending::{Pace, Pushing, Sending};
use crate::push::{Http, Pusher, locked};
use crate::sampler::Metered;
use crate::source::Source;
use crate::spool::{Backlog, BatchSender, Contents, Spool, SpoolError, Will};
use crate::{identity, random};
use client::Backoff;
use model::{AgentId, JobId};
use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, io, thread};
use units::{Overflow, Span, Timestamp};
use wire::{Boot, Device, Holding, Job, WireError};

/// Time between two deliveries of new windows.
const EVERY: Duration = Duration::from_secs(1);
/// Longest wait at the end of a run; what is not delivered by then stays in the spool.
const END: Duration = Duration::from_secs(5);
/// How many times to try to open a spool that another process is looking at.
const TRIES: u32 = 20;
/// Time between two of these tries.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// What a run reports, and where.
#[derive(Debug)]
pub struct Settings {
    /// Address of the service, `https://HOST[:PORT]`, without a path.
    pub server: String,
    /// Client of the same service.
    pub http: Http,
    /// Folder of the spools of runs.
    pub folder: PathBuf,
    /// File in which the node's agent announces what it meters.
    pub metering: PathBuf,
    /// The job: its identity, project, name and labels.
    pub job: Job,
}

/// What a delivery achieved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The service has everything.
    Whole,
    /// The service does not have everything; the rest is kept.
    Kept {
        /// The spool that holds the rest.
        spool: PathBuf,
        /// Answer of the service, or that it did not answer in time.
        reason: String,
    },
    /// The run could not be kept on disk, so that it was not sent either.
    Lost {
        /// Why it could not be kept.
        reason: String,
    },
}

/// The user's state directory: `XDG_STATE_HOME`, else `.local/state` in `HOME`; `None` if neither is set.
#[must_use]
pub fn state_directory(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")))
}

/// The folder of the spools of runs in the state directory `state`, unless another is named.
#[must_use]
pub fn run_spools_in(state: &Path) -> PathBuf {
    state.join("wattledger/runs")
}

/// A new identity for a job, `run-` and 16 random hexadecimal digits.
///
/// # Errors
///
/// The system has no random bits.
pub fn new_job_id() -> io::Result<JobId> {
    Ok(format!("run-{:016x}", random::seed()?).into())
}

/// Checks a job by the rules that a service applies to it.
///
/// # Errors
///
/// Which key of `jobs[0]` is wrong, and what to write instead.
pub fn check_job(job: &Job) -> Result<(), WireError> {
    let clock = wire::ClockEvidence { wall: Timestamp::default(), monotonic: Span::ZERO };
    let node = wire::Node {
        name: "node".into(),
        software: "run".to_owned(),
        machine_id: None,
        host_boot: None,
        unclear: Vec::new(),
    };
    let (version, agent, boot) = (wire::VERSION, AgentId::from("node"), Boot::from_bits(0));
    let (devices, windows, holdings, gaps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let jobs = vec![job.clone()];
    let batch = wire::Batch { version, agent, boot, sequence: 1, node, clock, devices, windows, holdings, jobs, gaps };
    wire::Batch::parse(&batch.to_json()?).map(drop)
}

/// What happens to a run, in this order.
enum RunEvent {
    Started(Timestamp, Vec<Device>),
    Metered(Box<Metered>),
    Ended(Timestamp, i32),
}

/// A delivery that is under way.
pub struct Delivery {
    events: Sender<RunEvent>,
    outcome: Receiver<Delivered>,
    spool: PathBuf,
}

impl Delivery {
    /// Starts the threads; returns at once.
    ///
    /// # Errors
    ///
    /// No thread can be started.
    pub fn start(settings: Settings, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let spool = spool_of(&settings.folder, &settings.job.id);
        let (events, received) = mpsc::channel();
        let (end, outcome) = mpsc::channel();
        thread::Builder::new().name("delivery".to_owned()).spawn(move || {
            let delivered = deliver(&settings, &clock, &received);
            // A run that no longer waits has reported that the rest is in the spool.
            drop(end.send(delivered.unwrap_or_else(|error| Delivered::Lost { reason: error.to_string() })));
        })?;
        Ok(Self { events, outcome, spool })
    }

    /// Reports that the job holds every device of `sources` from `at` on.
    pub fn started<'a>(&self, at: Timestamp, sources: impl Iterator<Item = &'a dyn Source>) {
        let devices = sources.flat_map(|source| identity::devices(source, |_| 0)).collect();
        // A delivery that failed returns its error at the end.
        drop(self.events.send(RunEvent::Started(at, devices)));
    }

    /// A sink for windows as they become complete.
    pub fn sink(&self) -> impl FnMut(Metered) + Send + use<> {
        let events = self.events.clone();
        move |metered| drop(events.send(RunEvent::Metered(Box::new(metered))))
    }

    /// Reports that the job ended at `at`, and waits a few seconds at most until the service has everything.
    #[must_use]
    pub fn ended(self, at: Timestamp, exit_status: i32) -> Delivered {
        drop(self.events.send(RunEvent::Ended(at, exit_status)));
        let late = || Delivered::Kept { spool: self.spool.clone(), reason: "no answer in time".to_owned() };
        self.outcome.recv_timeout(END).unwrap_or_else(|_| late())
    }
}

/// Why a run cannot be reported.
#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error("the host name cannot be used as the node's name")]
    Nameless,
    #[error("the run ended without reporting its end")]
    Unreported,
    #[error(transparent)]
    Spool(#[from] SpoolError),
    #[error(transparent)]
    Overflow(#[from] Overflow),
    #[error("the system refused a thread, random bits or a change of the spool's file: {0}")]
    System(#[from] io::Error),
}

fn deliver(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    events: &Receiver<RunEvent>,
) -> Result<Delivered, DeliveryError> {
    let path = spool_of(&settings.folder, &settings.job.id);
    let (spool, will) = open(settings, &path, &**clock)?;
    let spool = Arc::new(Mutex::new(spool));
    let pusher = Pusher::new(&locked(&spool), Backoff::new(random::seed()?), Span::ZERO)?;
    let pace = Pace { every: EVERY, first: Duration::ZERO };
    let mut writing = Writing {
        settings,
        spool: Arc::clone(&spool),
        will,
        backlog: Backlog::default(),
        held: Vec::new(),
        date_change: None,
    };
    let pushing = writing.start(pusher, pace, clock, events)?;
    let leftovers = Leftovers::start(leftovers_beside(settings, &path), settings.http.clone(), clock)?;
    let written = writing.until_ended(events);
    let pusher = pushing.finish();
    let Some(pusher) = pusher else {
        written?;
        return Ok(Delivered::Kept { spool: path, reason: "no answer in time".to_owned() });
    };
    if leftovers::remove_if_delivered(&locked(&spool), &path)? {
        leftovers.finish();
        return written.map(|()| Delivered::Whole);
    }
    written?;
    let reason = pusher.complaint().unwrap_or("not everything was sent in time").to_owned();
    Ok(Delivered::Kept { spool: path, reason })
}

/// What earlier runs of the same user left in a folder of that user. From a shared folder the node's agent takes it.
fn leftovers_beside(settings: &Settings, own: &Path) -> LeftoverSettings {
    LeftoverSettings {
        folder: settings.folder.clone(),
        copies: None,
        own: Some(own.to_owned()),
        facts: None,
        set_aside: Arc::default(),
    }
}

/// Opens the spool of the run, under the name that the node's agent announces for the node, else the host name.
fn open(settings: &Settings, path: &Path, clock: &dyn Clock) -> Result<(Spool, Will), DeliveryError> {
    let agents = Announcement::read(&settings.metering, &settings.server).map(|announced| announced.node);
    let name = agents.or_else(identity::host_name).ok_or(DeliveryError::Nameless)?;
    let node = identity::node(&name);
    let agent = identity::run_agent(&name, rustix::process::geteuid().as_raw());
    let will = Will { agent: agent.clone(), node: node.clone(), holdings: Vec::new(), jobs: Vec::new() };
    let boot = random::boot()?;
    for _ in 0..TRIES {
        drop(make(path));
        let sender = BatchSender { agent: agent.clone(), boot, node: node.clone() };
        let made = inode(path);
        match Spool::open(path, MEBIBYTES, sender, clock.wall()) {
            // Another process is looking for leftovers in it and will find none.
            Err(SpoolError::InUse(_)) => thread::sleep(TRY_AGAIN),
            // Such a process removed the file before it was locked here.
            Ok(_) if inode(path) != made => {}
            other => return Ok((other?.spool, will)),
        }
    }
    Err(SpoolError::InUse(path.to_owned()).into())
}

/// Creates the spool's file, for its user only, or in a folder with the set-group-id bit to be read by its group too, which the
/// node's agent belongs to. Opening a file that could not be created reports why.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let is_shared = fs::metadata(folder)?.mode() & 0o2000 != 0;
    let mode = if is_shared { 0o640 } else { 0o600 };
    fs::OpenOptions::new().append(true).create_new(true).open(path)?.set_permissions(fs::Permissions::from_mode(mode))
}

fn inode(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|file| file.ino())
}

/// State of the writer thread.
struct Writing<'a> {
    settings: &'a Settings,
    spool: Arc<Mutex<Spool>>,
    will: Will,
    backlog: Backlog,
    /// Holdings of the job that have not ended.
    held: Vec<Holding>,
    /// The last change of the date.
    date_change: Option<DateChange>,
}

impl Writing<'_> {
    /// Starts to send as soon as the start of the job is in the spool.
    fn start(
        &mut self,
        pusher: Pusher,
        pace: Pace,
        clock: &Arc<dyn Clock>,
        events: &Receiver<RunEvent>,
    ) -> Result<Pushing, DeliveryError> {
        let Ok(RunEvent::Started(at, devices)) = events.recv() else { return Err(DeliveryError::Unreported) };
        self.begin(at, devices)?;
        let (http, spool) = (self.settings.http.clone(), Arc::clone(&self.spool));
        // A spool that fails for the push thread fails for the writer too, which returns the error.
        let (clock, delivered_ns) = (Arc::clone(clock), Arc::default());
        Ok(Sending { pusher, http, spool, clock, delivered_ns }.start(pace, drop)?)
    }

    fn until_ended(&mut self, events: &Receiver<RunEvent>) -> Result<(), DeliveryError> {
        loop {
            match events.recv_timeout(Duration::MAX) {
                Ok(RunEvent::Metered(metered)) => self.take(*metered)?,
                Ok(RunEvent::Ended(at, exit_status)) => return self.end(at, exit_status),
                Ok(RunEvent::Started(..)) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(DeliveryError::Unreported),
            }
        }
    }

    fn begin(&mut self, at: Timestamp, devices: Vec<Device>) -> Result<(), DeliveryError> {
        let hold = |device: &Device| Holding {
            device: device.uuid.clone(),
            job: self.settings.job.id.clone(),
            weight: 1,
            start: at,
            end: None,
        };
        self.held = devices.iter().filter(|device| device.counted_in.is_none()).map(hold).collect();
        let job = Job { started: Some(at), ..self.settings.job.clone() };
        let contents = Contents { devices, holdings: self.held.clone(), jobs: vec![job], ..Contents::default() };
        self.bequeath(at)?;
        Ok(locked(&self.spool).append(&contents)?)
    }

    fn take(&mut self, metered: Metered) -> Result<(), DeliveryError> {
        let Metered { mut contents, date_change, .. } = metered;
        let mut last = contents.windows.iter().map(|window| window.end).max();
        if let Some(change) = date_change {
            contents.holdings = self.hold_on_new_date(&contents.devices, change);
            last = Some(change.after);
        }
        if let Some(last) = last {
            self.bequeath(last)?;
        }
        if let Some(agent) = Announcement::read(&self.settings.metering, &self.settings.server) {
            contents.windows.retain(|window| !agent.devices.contains(&window.device));
        }
        self.backlog.add(contents)?;
        kept_if_full(self.backlog.flush(&mut locked(&self.spool)))
    }

    /// Ends the job's holdings of `devices` at the old date and begins them at the new one, as their windows do.
    fn hold_on_new_date(&mut self, devices: &[Device], change: DateChange) -> Vec<Holding> {
        self.date_change = Some(change);
        let moves = |holding: &Holding| devices.iter().any(|device| device.uuid == holding.device);
        let (moved, kept): (Vec<Holding>, Vec<Holding>) = std::mem::take(&mut self.held).into_iter().partition(moves);
        let mut holdings = until(&moved, change.before);
        let begun: Vec<_> = moved.into_iter().map(|holding| Holding { start: change.after, ..holding }).collect();
        holdings.extend(begun.iter().cloned());
        self.held = kept.into_iter().chain(begun).collect();
        holdings
    }

    fn end(&mut self, at: Timestamp, exit_status: i32) -> Result<(), DeliveryError> {
        let at = self.date_change.map_or(at, |change| change.date_of(at));
        let mut spool = locked(&self.spool);
        self.backlog.flush(&mut spool)?;
        let id = self.settings.job.id.clone();
        let job = Job { id, ended: Some(at), exit_status: Some(exit_status), ..Job::default() };
        spool.append(&Contents { holdings: until(&self.held, at), jobs: vec![job], ..Contents::default() })?;
        (self.will.holdings, self.will.jobs) = (Vec::new(), Vec::new());
        Ok(spool.bequeath(&self.will)?)
    }

    /// Records in the will that the job ended at `last`, in case this process is killed.
    fn bequeath(&mut self, last: Timestamp) -> Result<(), DeliveryError> {
        self.will.holdings = until(&self.held, last);
        self.will.jobs = vec![Job { id: self.settings.job.id.clone(), ended: Some(last), ..Job::default() }];
        kept_if_full(locked(&self.spool).bequeath(&self.will))
    }
}

/// The holdings, ended at `end`, or right after they began if that is later.
fn until(held: &[Holding], end: Timestamp) -> Vec<Holding> {
    let least = |start: Timestamp| start.after(Span::from_nanoseconds(1)).unwrap_or(start);
    held.iter().map(|holding| Holding { end: Some(end.max(least(holding.start))), ..holding.clone() }).collect()
}

/// Ignores a full disk: windows stay in memory until there is room.
fn kept_if_full(written: Result<(), SpoolError>) -> Result<(), DeliveryError> {
    match written {
        Err(SpoolError::Full) => Ok(()),
        other => Ok(other?),
    }
}
