//! A run told to a service while it goes on: a job, what it holds, and what its devices use.
//!
//! ```text
//! samplers → channel → writer thread: spool (fsync) → push thread: send, acknowledge
//!                                   ↘ thread: what runs before left behind
//! ```
//!
//! Everything goes through a spool of the run's own, `JOB.sqlite` in a folder that runs share, which is removed once the service
//! has all of it. With each write, the spool is told what to say if this process is killed ([`Will`]): that the job ended
//! at its last window. Whoever finds a spool that no process has open goes on for it: the next run, or the node's agent
//! ([`Leftovers`]).
//!
//! While the node's agent meters a device for the same service ([`Announcement`]), the run sends no windows of it, only that the
//! job holds it; no energy is sent twice. Nothing here delays the start of the command, and its end by a few seconds at most.

use crate::announcement::Announcement;
use crate::clock::{Clock, DateChange};
use crate::leftovers::{self, Leftovers, MEBIBYTES, spool_of};
use crate::push::sending::{self, Pace, Pushing};
use crate::push::{Http, Pusher, locked};
use crate::sampler::Metered;
use crate::source::Source;
use crate::spool::{Backlog, Contents, Sender as Speaker, Spool, SpoolError, Will};
use crate::{identity, random};
use client::Backoff;
use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, io, thread};
use units::{Overflow, Span, Timestamp};
use wire::{Boot, Device, Holding, Job, WireError};

/// Time between two deliveries of what is new.
const EVERY: Duration = Duration::from_secs(1);
/// Longest wait at the end of a run; what is not told by then is in the spool.
const END: Duration = Duration::from_secs(5);
/// How often a spool that another process looks at right now is tried again, and how long after.
const TRIES: u32 = 20;
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// What a run tells, and to whom.
#[derive(Debug)]
pub struct Settings {
    /// Address of the service, without a path.
    pub server: String,
    /// The same service.
    pub http: Http,
    /// Where spools of runs are.
    pub folder: PathBuf,
    /// Where the node's agent says what it meters.
    pub metering: PathBuf,
    /// The job: identity, project, name, labels.
    pub job: Job,
}

/// What became of the job's spool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The service has everything.
    Whole,
    /// The rest is in this file.
    Kept {
        /// The spool.
        spool: PathBuf,
        /// What the service said, or that it did not answer in time.
        reason: String,
    },
    /// Nothing could be kept, so nothing was sent.
    Lost {
        /// Why.
        reason: String,
    },
}

/// Where spools of runs are unless said otherwise: `wattledger/runs` in `XDG_STATE_HOME`, or in `.local/state` of `HOME`.
#[must_use]
pub fn default_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("wattledger/runs"))
}

/// An identity for a job that no other has: `run-` and 16 hexadecimal digits.
///
/// # Errors
///
/// The system has no random bits.
pub fn new_job_id() -> io::Result<String> {
    Ok(format!("run-{:016x}", random::seed()?))
}

/// Refuses what a service would refuse of a job.
///
/// # Errors
///
/// Which key of `jobs[0]`, and what to write.
pub fn check_job(job: &Job) -> Result<(), WireError> {
    let clock = wire::Clock { wall: Timestamp::default(), monotonic: Span::ZERO };
    let node = wire::Node { name: "node".to_owned(), software: "run".to_owned(), machine_id: None, host_boot: None };
    let (version, agent, boot) = (wire::VERSION, node.name.clone(), Boot::from_bits(0));
    let (devices, windows, holdings, gaps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let jobs = vec![job.clone()];
    let batch = wire::Batch { version, agent, boot, sequence: 1, node, clock, devices, windows, holdings, jobs, gaps };
    wire::Batch::parse(&batch.to_json()?).map(drop)
}

enum Told {
    Started(Timestamp, Vec<Device>),
    Metered(Metered),
    Ended(Timestamp, i32),
}

/// A running delivery.
pub struct Delivery {
    told: Sender<Told>,
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
        let (told, telling) = mpsc::channel();
        let (end, outcome) = mpsc::channel();
        thread::Builder::new().name("delivery".to_owned()).spawn(move || {
            let delivered = deliver(&settings, &clock, &telling);
            // A run that waits no longer has said that the rest is in the spool.
            drop(end.send(delivered.unwrap_or_else(|error| Delivered::Lost { reason: error.to_string() })));
        })?;
        Ok(Self { told, outcome, spool })
    }

    /// The job holds every device of `sources` from `at` on.
    pub fn started<'a>(&self, at: Timestamp, sources: impl Iterator<Item = &'a dyn Source>) {
        let devices = sources.flat_map(|source| identity::devices(source, |_| 0)).collect();
        // A delivery that failed says so at the end.
        drop(self.told.send(Told::Started(at, devices)));
    }

    /// Takes windows as they become complete.
    pub fn sink(&self) -> impl FnMut(Metered) + Send + use<> {
        let told = self.told.clone();
        move |metered| drop(told.send(Told::Metered(metered)))
    }

    /// The job ended at `at`; waits some seconds at most until the service knows.
    #[must_use]
    pub fn ended(self, at: Timestamp, exit_status: i32) -> Delivered {
        drop(self.told.send(Told::Ended(at, exit_status)));
        let late = || Delivered::Kept { spool: self.spool.clone(), reason: "no answer in time".to_owned() };
        self.outcome.recv_timeout(END).unwrap_or_else(|_| late())
    }
}

/// Why a run cannot be told.
#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error("this host has no usable name")]
    Nameless,
    #[error("the run ended without a word")]
    Unsaid,
    #[error(transparent)]
    Spool(#[from] SpoolError),
    #[error(transparent)]
    Overflow(#[from] Overflow),
    #[error("the system refuses what a delivery needs: {0}")]
    System(#[from] io::Error),
}

fn deliver(settings: &Settings, clock: &Arc<dyn Clock>, told: &Receiver<Told>) -> Result<Delivered, DeliveryError> {
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
    let pushing = writing.start(pusher, pace, clock, told)?;
    let leftovers = Leftovers::start(settings.folder.clone(), Some(path.clone()), settings.http.clone(), clock)?;
    let written = writing.until_ended(told);
    let pusher = pushing.finish();
    let Some(pusher) = pusher else {
        written?;
        return Ok(Delivered::Kept { spool: path, reason: "no answer in time".to_owned() });
    };
    if leftovers::remove_if_told(&locked(&spool), &path)? {
        leftovers.finish();
        return written.map(|()| Delivered::Whole);
    }
    written?;
    let reason = pusher.complaint().unwrap_or("not all was sent in time").to_owned();
    Ok(Delivered::Kept { spool: path, reason })
}

/// The spool of the run, under the name of the node as its agent says it.
fn open(settings: &Settings, path: &Path, clock: &dyn Clock) -> Result<(Spool, Will), DeliveryError> {
    let agents = Announcement::read(&settings.metering, &settings.server).map(|announced| announced.node);
    let name = agents.or_else(identity::host_name).ok_or(DeliveryError::Nameless)?;
    let node = identity::node(&name);
    let agent = speaker(&name);
    let will = Will { agent: agent.clone(), node: node.clone(), holdings: Vec::new(), jobs: Vec::new() };
    let boot = random::boot()?;
    for _ in 0..TRIES {
        drop(make(path));
        let speaker = Speaker { agent: agent.clone(), boot, node: node.clone() };
        let made = inode(path);
        match Spool::open(path, MEBIBYTES, speaker, clock.wall()) {
            // A deliverer looks at it and finds nothing.
            Err(SpoolError::InUse(_)) => thread::sleep(TRY_AGAIN),
            // It was removed before it was locked.
            Ok(_) if inode(path) != made => {}
            other => return Ok((other?.spool, will)),
        }
    }
    Err(SpoolError::InUse(path.to_owned()).into())
}

/// Makes the spool's file: for its user alone, or in a folder with the group bit set for the group, which the node's agent is in.
/// What cannot be made is told by who opens it.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let is_shared = fs::metadata(folder)?.mode() & 0o2000 != 0;
    let mode = if is_shared { 0o660 } else { 0o600 };
    fs::OpenOptions::new().append(true).create_new(true).open(path)?.set_permissions(fs::Permissions::from_mode(mode))
}

fn inode(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|file| file.ino())
}

/// Name of the agent in a run's batches: the node's with `-run`, cut so that it stays a *name*.
fn speaker(node: &str) -> String {
    let suffix = "-run";
    let kept = node.len().min(wire::NAME_BYTES_MAX - suffix.len());
    format!("{}{suffix}", node.get(..kept).unwrap_or_default())
}

/// What the writer thread knows.
struct Writing<'a> {
    settings: &'a Settings,
    spool: Arc<Mutex<Spool>>,
    will: Will,
    backlog: Backlog,
    /// The job's holdings that last.
    held: Vec<Holding>,
    /// The last change of the date.
    date_change: Option<DateChange>,
}

impl Writing<'_> {
    /// Starts to send once the start of the job is in the spool.
    fn start(
        &mut self,
        pusher: Pusher,
        pace: Pace,
        clock: &Arc<dyn Clock>,
        told: &Receiver<Told>,
    ) -> Result<Pushing, DeliveryError> {
        let Ok(Told::Started(at, devices)) = told.recv() else { return Err(DeliveryError::Unsaid) };
        self.begin(at, devices)?;
        let (http, spool) = (self.settings.http.clone(), Arc::clone(&self.spool));
        // A spool that fails here fails for the writer too, who says so.
        Ok(sending::start(pusher, http, spool, Arc::clone(clock), pace, drop)?)
    }

    fn until_ended(&mut self, told: &Receiver<Told>) -> Result<(), DeliveryError> {
        loop {
            match told.recv_timeout(Duration::MAX) {
                Ok(Told::Metered(metered)) => self.take(metered)?,
                Ok(Told::Ended(at, exit_status)) => return self.end(at, exit_status),
                Ok(Told::Started(..)) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(DeliveryError::Unsaid),
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
        let Metered { mut contents, date_change } = metered;
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
        let job =
            Job { id: self.settings.job.id.clone(), ended: Some(at), exit_status: Some(exit_status), ..Job::default() };
        spool.append(&Contents { holdings: until(&self.held, at), jobs: vec![job], ..Contents::default() })?;
        (self.will.holdings, self.will.jobs) = (Vec::new(), Vec::new());
        Ok(spool.bequeath(&self.will)?)
    }

    /// If this process is killed now, the job ended at `last`.
    fn bequeath(&mut self, last: Timestamp) -> Result<(), DeliveryError> {
        self.will.holdings = until(&self.held, last);
        self.will.jobs = vec![Job { id: self.settings.job.id.clone(), ended: Some(last), ..Job::default() }];
        kept_if_full(locked(&self.spool).bequeath(&self.will))
    }
}

/// The holdings ended at `end`, or as soon as they began.
fn until(held: &[Holding], end: Timestamp) -> Vec<Holding> {
    let least = |start: Timestamp| start.after(Span::from_nanoseconds(1)).unwrap_or(start);
    held.iter().map(|holding| Holding { end: Some(end.max(least(holding.start))), ..holding.clone() }).collect()
}

/// While the disk is full, what was metered waits in memory.
fn kept_if_full(written: Result<(), SpoolError>) -> Result<(), DeliveryError> {
    match written {
        Err(SpoolError::Full) => Ok(()),
        other => Ok(other?),
    }
}
