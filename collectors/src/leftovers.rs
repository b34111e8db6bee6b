//! Spools that runs left behind: killed, or ended while the service was away.

use crate::clock::Clock;
use crate::push::{Http, Next, Pusher, locked};
use crate::random;
use crate::spool::{Sender as Speaker, Spool, SpoolError};
use client::Backoff;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, io, thread};
use units::Span;
use wire::Node;

/// Disk that a run's spool may use, MiB: days of eight devices at full resolution, weeks in minutes after that.
pub(crate) const MEBIBYTES: u32 = 256;
/// Ends the name of a spool that may have something to tell.
const EXTENSION: &str = "sqlite";
/// Time between two looks into the folder.
const EVERY: Duration = Duration::from_secs(30);
/// Longest wait for an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// How long the end of a run waits for what others left.
const END: Duration = Duration::from_secs(2);

/// Delivers what runs left in a folder, from time to time.
pub(crate) struct Leftovers {
    stop: Sender<()>,
    ended: Receiver<()>,
}

impl Leftovers {
    /// Starts with a look at once; never touches `own`, nor a spool that a process has open.
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

    /// Lets the look that is under way come to its end, but not for long.
    pub(crate) fn finish(self) {
        drop(self.stop);
        // Nothing is ever sent: this waits for the thread.
        self.ended.recv_timeout(END).ok();
    }
}

/// The spool of the run that is `job`.
pub(crate) fn spool_of(folder: &Path, job: &str) -> PathBuf {
    folder.join(format!("{job}.{EXTENSION}"))
}

/// Removes the spool at `path` if nothing of it is left to tell; whether that is so.
pub(crate) fn remove_if_told(spool: &Spool, path: &Path) -> Result<bool, SpoolError> {
    let held = spool.held()?;
    let is_told = held.records == 0 && held.sealed == 0 && held.quarantined == 0;
    if is_told {
        remove(path);
    }
    Ok(is_told)
}

/// Removes a spool that this process has locked, so that nobody else finds it; its log last, without which it would tell
/// old things as new.
fn remove(path: &Path) {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    // What cannot be removed is looked at again, and found to have nothing to tell.
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

/// What became of one spool.
enum Outcome {
    Done,
    /// The service does not take it now, and would not take another.
    NotNow,
}

impl Search {
    /// Whether there is a point in looking again.
    fn deliver_all(&mut self, stopped: &Receiver<()>) -> bool {
        for path in self.found() {
            if stopped.try_recv() == Err(mpsc::TryRecvError::Disconnected) {
                return false;
            }
            match self.deliver(&path) {
                Ok(Outcome::Done) => {}
                Ok(Outcome::NotNow) => return true,
                // Of a run that goes on, or of another user.
                Err(SpoolError::InUse(_) | SpoolError::Unwritable { .. }) => {}
                Err(error) => tracing::warn!("{}: not delivered: {error}", path.display()),
            }
        }
        true
    }

    /// Spools of other runs, in the order of their names.
    fn found(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let is_spool = |path: &PathBuf| path.extension().is_some_and(|found| found == EXTENSION);
        let mut found: Vec<PathBuf> =
            entries.filter(|path| is_spool(path) && Some(path) != self.own.as_ref()).collect();
        found.sort();
        found
    }

    fn deliver(&mut self, path: &Path) -> Result<Outcome, SpoolError> {
        let now = self.clock.wall();
        let boot = random::boot()?;
        let node = Node { name: String::new(), software: String::new(), machine_id: None, host_boot: None };
        // The names are those of the will.
        let mut spool = Spool::open(path, MEBIBYTES, Speaker { agent: String::new(), boot, node }, now)?.spool;
        if !spool.execute_will()? {
            // Another deliverer was faster, or a run is about to begin: that one makes it again.
            remove(path);
            return Ok(Outcome::Done);
        }
        let mut pusher = Pusher::new(&spool, Backoff::new(random::seed()?), Span::ZERO)?;
        let spool = Mutex::new(spool);
        loop {
            let refused = pusher.sent().quarantined;
            match pusher.turn(&spool, &mut self.http, &*self.clock, ANSWER)? {
                Next::Now => {}
                // A batch that was set aside does not stop the others.
                Next::Wait(_) if pusher.sent().quarantined > refused => {}
                Next::Wait(_) => return Ok(Outcome::NotNow),
                Next::Idle => break,
            }
        }
        if remove_if_told(&locked(&spool), path)? {
            tracing::info!("{}: what a run left behind is delivered", path.display());
        } else {
            drop(spool);
            let refused = path.with_extension("refused");
            tracing::error!("the service refuses parts of a run, which are kept in {}", refused.display());
            fs::rename(path, refused)?;
        }
        Ok(Outcome::Done)
    }
}
