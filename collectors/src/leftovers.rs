//! Spools that runs left behind because they were killed, or ended while the service was unreachable.

use crate::clock::Clock;
use crate::push::{Http, Next, Pusher, locked};
use crate::random;
use crate::spool::{BatchSender, Spool, SpoolError};
use client::Backoff;
use model::{AgentId, JobId, NodeName};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, io, thread};
use units::Span;
use wire::Node;

/// Disk that a run's spool may use, MiB: days of eight devices at full resolution, weeks in minutes after that.
pub(crate) const MEBIBYTES: u32 = 256;
/// File name extension of a spool that may hold something to deliver.
const EXTENSION: &str = "sqlite";
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

impl Leftovers {
    /// Starts the thread, which looks into `folder` at once. It never touches the spool `own`, nor one that a process has open.
    ///
    /// # Errors
    ///
    /// No thread can be started.
    pub(crate) fn start(folder: PathBuf, own: Option<PathBuf>, http: Http, clock: &Arc<dyn Clock>) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let clock = Arc::clone(clock);
        thread::Builder::new().name("leftovers".to_owned()).spawn(move || {
            let mut search = Search { folder, own, http, clock };
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

struct Search {
    folder: PathBuf,
    own: Option<PathBuf>,
    http: Http,
    clock: Arc<dyn Clock>,
}

/// How the delivery of one spool ended.
enum LeftoverOutcome {
    /// With nothing left to deliver.
    Done,
    /// The service does not accept batches now, so that other spools need not be tried.
    NotNow,
}

impl Search {
    /// Delivers every spool in the folder; returns `false` if the thread is to stop.
    fn deliver_all(&mut self, stopped: &Receiver<()>) -> bool {
        for path in self.found() {
            if stopped.try_recv() == Err(mpsc::TryRecvError::Disconnected) {
                return false;
            }
            match self.deliver(&path) {
                Ok(LeftoverOutcome::Done) => {}
                Ok(LeftoverOutcome::NotNow) => return true,
                // The spool belongs to a run that goes on, or to another user.
                Err(SpoolError::InUse(_) | SpoolError::Unwritable { .. }) => {}
                Err(error) => tracing::warn!("{}: not delivered: {error}", path.display()),
            }
        }
        true
    }

    /// The spools of other runs, in the order of their names.
    fn found(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let is_spool = |path: &PathBuf| path.extension().is_some_and(|found| found == EXTENSION);
        let mut found: Vec<PathBuf> =
            entries.filter(|path| is_spool(path) && Some(path) != self.own.as_ref()).collect();
        found.sort();
        found
    }

    fn deliver(&mut self, path: &Path) -> Result<LeftoverOutcome, SpoolError> {
        let now = self.clock.wall();
        let boot = random::boot()?;
        let node = Node { name: NodeName::new(""), software: String::new(), machine_id: None, host_boot: None };
        // The will in the spool has the names of its agent and node.
        let mut spool = Spool::open(path, MEBIBYTES, BatchSender { agent: AgentId::new(""), boot, node }, now)?.spool;
        if !spool.execute_will()? {
            // Another process delivered it, or a run is about to begin, which creates it again.
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
