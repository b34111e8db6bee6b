//! Spools that runs left behind because they were killed, or ended while the service was unreachable.
//!
//! ```text
//! the runs' folder: a file of its owner alone → a copy of this process's user, looked through → the original goes → delivered
//! ```
//!
//! What is not fit to be delivered stays where it is, is logged once and counted, and is not looked at again until it changes.

mod claims;
mod copies;
mod folder;

pub(crate) use claims::NodeFacts;
pub(crate) use folder::MEBIBYTES;

use crate::clock::Clock;
use crate::push::{Http, Next, Pusher, locked};
use crate::random;
use crate::spool::{BatchSender, ForeignSpoolError, Spool, SpoolError, SpoolStatement};
use claims::Claim;
use client::Backoff;
use copies::{Copies, CopyError};
use folder::{EXTENSION, FileState, FoundSpool, RunSpool, RunsFolder, Unfit};
use model::{AgentId, JobId, NodeName};
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, io, thread};
use units::Span;
use wire::Node;

/// Folder of copies in a folder of runs that only its user writes to.
const TAKEN: &str = "taken";
/// Copies that one user may have, with those that the service refused.
const COPIES_OF_ONE_USER_MAX: usize = 4;
/// Spools that one round sets aside with a line in the log for each.
const LOGGED_MAX: usize = 100;
/// Time between two looks into the folder.
const EVERY: Duration = Duration::from_secs(30);
/// Longest wait for an answer of the service.
const ANSWER: Duration = Duration::from_secs(10);
/// How long the end of a run waits for the delivery of leftovers.
const END: Duration = Duration::from_secs(2);

/// A thread that delivers what runs left in a folder, every half minute.
pub(crate) struct Leftovers {
    stop: Sender<()>,
    ended: Receiver<()>,
}

/// Where leftovers are, and what is believed of them.
pub(crate) struct LeftoverSettings {
    /// The folder of the spools of runs.
    pub(crate) folder: PathBuf,
    /// Where copies are kept if others than this process's user may write to the folder; `None` to take nothing from such a folder.
    pub(crate) copies: Option<PathBuf>,
    /// The spool of this run itself, which is left alone.
    pub(crate) own: Option<PathBuf>,
    /// What spools of other users are held against; `None` to take those of this process's user only.
    pub(crate) facts: Option<NodeFacts>,
    /// How many spools are set aside at present.
    pub(crate) set_aside: Arc<AtomicU64>,
}

impl Leftovers {
    /// Starts the thread, which looks into the folder at once. It leaves alone what a process has open.
    ///
    /// # Errors
    ///
    /// No thread can be started.
    pub(crate) fn start(settings: LeftoverSettings, http: Http, clock: &Arc<dyn Clock>) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let clock = Arc::clone(clock);
        thread::Builder::new().name("leftovers".to_owned()).spawn(move || {
            let mut search = Search { settings, http, clock, set_aside: BTreeSet::new() };
            while search.deliver_all(&stopped) && stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {}
            drop(end);
        })?;
        Ok(Self { stop, ended })
    }

    /// Stops the thread, and waits for the delivery that is under way, but not for long.
    pub(crate) fn finish(self) {
        drop(self.stop);
        // Nothing is ever sent on this channel: it closes when the thread ends.
        self.ended.recv_timeout(END).ok();
    }
}

/// Path of the spool of the run with the identity `job`.
pub(crate) fn spool_of(folder: &Path, job: &JobId) -> PathBuf {
    folder.join(format!("{job}.{EXTENSION}"))
}

/// Removes the spool at `path` if nothing in it is left to deliver, and returns whether that is so.
pub(crate) fn remove_if_delivered(spool: &Spool, path: &Path) -> Result<bool, SpoolError> {
    let usage = spool.usage()?;
    let is_delivered = usage.records == 0 && usage.sealed == 0 && usage.quarantined == 0;
    if is_delivered {
        remove(path);
    }
    Ok(is_delivered)
}

/// Removes a spool that this process has locked, so that no other process finds it. Its write-ahead log goes last: without
/// the log, the spool would deliver old records again.
fn remove(path: &Path) {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    // A file that cannot be removed is looked at again, and found to hold nothing.
    if fs::remove_file(path).is_ok() {
        drop(fs::remove_file(log));
    }
}

/// Whether only the user of this process can put something into `folder`.
fn is_private(folder: &Path) -> io::Result<bool> {
    let found = fs::metadata(folder)?;
    Ok(found.uid() == own_user() && found.mode() & 0o022 == 0)
}

fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

struct Search {
    settings: LeftoverSettings,
    http: Http,
    clock: Arc<dyn Clock>,
    /// What was looked at and not taken.
    set_aside: BTreeSet<FileState>,
}

/// How the delivery of one spool ended.
enum LeftoverOutcome {
    /// With nothing left to deliver.
    Done,
    /// The service does not take this one now, as its token or its address is wrong; it may take others.
    Denied,
    /// The service does not accept batches now, so that other spools need not be tried.
    NotNow,
}

/// Why a spool was not taken.
#[derive(Debug, thiserror::Error)]
enum LeftBehind {
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error("{0}")]
    Refused(String),
    #[error("the original cannot be removed ({0}); make the agent's user the owner of the folder")]
    Unremovable(io::Error),
    /// It is not the fault of the spool.
    #[error(transparent)]
    Here(SpoolError),
}

impl From<CopyError> for LeftBehind {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Unfit(reason) => Self::Unfit(reason),
            CopyError::Here(error) => Self::Here(error.into()),
        }
    }
}

impl From<ForeignSpoolError> for LeftBehind {
    fn from(error: ForeignSpoolError) -> Self {
        match error {
            ForeignSpoolError::Refused(reason) => Self::Refused(reason),
            ForeignSpoolError::Spool(error) => Self::Here(error),
        }
    }
}

impl Search {
    /// Delivers every spool in the folder; returns `false` if the thread is to stop.
    fn deliver_all(&mut self, stopped: &Receiver<()>) -> bool {
        let Ok(folder) = RunsFolder::open(&self.settings.folder) else { return true };
        match self.copies().and_then(|place| place.map_or(Ok(None), |place| Copies::open(&place))) {
            Ok(Some(copies)) => self.deliver_each(&folder, &copies, stopped),
            Ok(None) => true,
            Err(error) => {
                tracing::warn!("{}: nothing is delivered from here: {error}", self.settings.folder.display());
                true
            }
        }
    }

    fn copies(&self) -> io::Result<Option<PathBuf>> {
        let folder = &self.settings.folder;
        Ok(if is_private(folder)? { Some(folder.join(TAKEN)) } else { self.settings.copies.clone() })
    }

    fn deliver_each(&mut self, folder: &RunsFolder, copies: &Copies, stopped: &Receiver<()>) -> bool {
        let is_over = || stopped.try_recv() == Err(mpsc::TryRecvError::Disconnected);
        let own = self.settings.own.as_ref().and_then(|own| own.file_name()?.to_str()).map(str::to_owned);
        let found = folder.spools(own.as_deref()).unwrap_or_default();
        // The end of this process may have come between the copy and the removal.
        for copied in found.iter().filter(|found| copies.has(found)) {
            drop(folder.remove(copied));
        }
        for path in copies.waiting() {
            if is_over() {
                return false;
            }
            if self.is_to_wait(&path) {
                return true;
            }
        }
        self.set_aside.retain(|state| found.iter().any(|found| found.state == *state));
        let before = self.set_aside.len();
        for spool in &found {
            if is_over() {
                return false;
            }
            match self.take(folder, copies, spool) {
                Ok(Some(path)) if self.is_to_wait(&path) => break,
                Ok(_) | Err(LeftBehind::Unfit(Unfit::InUse | Unfit::Gone)) => {}
                Err(LeftBehind::Here(error)) => {
                    tracing::warn!("spools of runs are not taken over for now: {error}");
                    break;
                }
                Err(reason) => self.set_aside(spool, &reason, before),
            }
        }
        self.settings.set_aside.store(u64::try_from(self.set_aside.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        true
    }

    /// Delivers the copy at `path`; returns whether the service takes nothing now.
    fn is_to_wait(&mut self, path: &Path) -> bool {
        match self.deliver(path) {
            Ok(LeftoverOutcome::NotNow) => true,
            Ok(LeftoverOutcome::Done | LeftoverOutcome::Denied) => false,
            Err(error) => {
                tracing::warn!("{}: not delivered: {error}", path.display());
                false
            }
        }
    }

    /// Notes that `spool` is not taken, and says so in the log, for a few of each round.
    fn set_aside(&mut self, spool: &FoundSpool, reason: &LeftBehind, before: usize) {
        self.set_aside.insert(spool.state);
        let folder = self.settings.folder.display();
        match self.set_aside.len().saturating_sub(before) {
            0..=LOGGED_MAX => {
                tracing::warn!("{folder}: {:?} of user {} is set aside: {reason}", spool.name, spool.owner);
            }
            count if count == LOGGED_MAX + 1 => tracing::warn!("{folder}: further spools are set aside"),
            _ => {}
        }
    }

    /// Takes over `found`: the place of a copy whose original is gone; `None` if there is nothing to take now.
    fn take(&self, folder: &RunsFolder, copies: &Copies, found: &FoundSpool) -> Result<Option<PathBuf>, LeftBehind> {
        let is_own = found.owner == own_user();
        let has_rights = is_own || self.settings.facts.is_some();
        if !has_rights || self.set_aside.contains(&found.state) || copies.of(found.owner) >= COPIES_OF_ONE_USER_MAX {
            return Ok(None);
        }
        let spool = folder.open_spool(found)?;
        if spool.is_empty().map_err(Unfit::from)? {
            // A run is killed before it wrote, or about to begin, which creates it again.
            folder.remove(found).map_err(LeftBehind::Unremovable)?;
            return Ok(None);
        }
        let taken = self.copy(copies, found, &spool);
        if taken.as_ref().is_ok_and(|states_something| *states_something) {
            return copies.complete(found, folder).map(Some).map_err(LeftBehind::Unremovable);
        }
        copies.abandon(found);
        if taken? {
            return Ok(None);
        }
        folder.remove(found).map_err(LeftBehind::Unremovable)?;
        Ok(None)
    }

    /// Copies `spool` and looks through the copy; returns whether it states anything.
    fn copy(&self, copies: &Copies, found: &FoundSpool, spool: &RunSpool) -> Result<bool, LeftBehind> {
        let facts = self.settings.facts.as_ref().filter(|_| found.owner != own_user());
        let claim = match facts {
            Some(facts) => {
                Some(Claim::new(facts, found.owner, found.stem(), spool.lived()?).map_err(LeftBehind::Refused)?)
            }
            None => None,
        };
        let copy = copies.begin(found, spool)?;
        let mut look = |stated: &SpoolStatement| claim.as_ref().map_or(Ok(()), |claim| claim.check(stated));
        Ok(Spool::look_through(&copy, MEBIBYTES, &mut look)?)
    }

    fn deliver(&mut self, path: &Path) -> Result<LeftoverOutcome, SpoolError> {
        let now = self.clock.wall();
        let boot = random::boot()?;
        let node = Node {
            name: NodeName::new(""),
            software: String::new(),
            machine_id: None,
            host_boot: None,
            unclear: Vec::new(),
        };
        // The will in the spool has the names of its agent and node.
        let mut spool = Spool::open(path, MEBIBYTES, BatchSender { agent: AgentId::new(""), boot, node }, now)?.spool;
        if !spool.execute_will()? {
            remove(path);
            return Ok(LeftoverOutcome::Done);
        }
        let mut pusher = Pusher::new(&spool, Backoff::new(random::seed()?), Span::ZERO)?;
        let spool = Mutex::new(spool);
        loop {
            let refused = pusher.sent().quarantined;
            match pusher.turn(&spool, &mut self.http, &*self.clock, ANSWER)? {
                Next::Now => {}
                // One batch that was refused does not stop the others.
                Next::Wait(_) if pusher.sent().quarantined > refused => {}
                Next::Wait(_) if pusher.is_denied() => return Ok(LeftoverOutcome::Denied),
                Next::Wait(_) => return Ok(LeftoverOutcome::NotNow),
                Next::Idle => break,
            }
        }
        if remove_if_delivered(&locked(&spool), path)? {
            tracing::info!("{}: delivered what a run had left behind", path.display());
        } else {
            drop(spool);
            let refused = path.with_extension("refused");
            tracing::error!("the service refused batches of a run, which are kept in {}", refused.display());
            fs::rename(path, refused)?;
        }
        Ok(LeftoverOutcome::Done)
    }
}
