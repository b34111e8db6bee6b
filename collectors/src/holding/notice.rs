//! Notices at once when a hook has written a file.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// How long one wait for a change is; then the end of the agent is noticed too.
const WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
/// After so many waits without a change the folder is looked at all the same: it may be a new one, or have lost a file.
const LOOK_AFTER: u32 = 25;

/// A thread that tells of changes in a folder until this is dropped.
pub(crate) struct NoticeThread(Arc<AtomicBool>);

impl NoticeThread {
    /// Calls `look` when a file in `folder` was written or removed, and every few seconds; it ends when that returns `false`.
    ///
    /// # Errors
    ///
    /// No thread can be started.
    pub(crate) fn start(folder: PathBuf, mut look: impl FnMut() -> bool + Send + 'static) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        thread::Builder::new().name("holdings".to_owned()).spawn(move || {
            let mut watched = None;
            let mut waits = 0;
            while !ends.load(Ordering::Relaxed) {
                // A folder that was removed and made anew has to be watched anew.
                if waits == 0 && !folder.exists() {
                    watched = None;
                }
                if watched.is_none() {
                    watched = watch(&folder).ok();
                }
                let is_change = wait(watched.as_ref());
                waits = if is_change { 0 } else { (waits + 1) % LOOK_AFTER };
                if (is_change || waits == 0) && !look() {
                    break;
                }
            }
        })?;
        Ok(Self(is_over))
    }
}

impl Drop for NoticeThread {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn watch(folder: &Path) -> rustix::io::Result<OwnedFd> {
    let events = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
    add_watch(
        &events,
        folder,
        WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::DELETE | WatchFlags::ONLYDIR,
    )?;
    Ok(events)
}

/// Waits for a change at most for [`WAIT`]; whether there was one.
fn wait(watched: Option<&OwnedFd>) -> bool {
    let mut polled: Vec<PollFd<'_>> = watched.iter().map(|events| PollFd::new(*events, PollFlags::IN)).collect();
    let is_change = poll(&mut polled, Some(&WAIT)).is_ok_and(|ready| ready > 0);
    if let Some(events) = watched.filter(|_| is_change) {
        // What changed is seen by looking; only that something did counts.
        let mut discarded = [0; 4_096];
        while rustix::io::read(events, &mut discarded).is_ok_and(|bytes| bytes > 0) {}
    }
    is_change
}
