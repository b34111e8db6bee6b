//! Moves the log into the database beside the writer, so that no change waits while thousands of pages go to disk.
//!
//! SQLite would move it inside a commit, and would try again after a failure; but a second fsync can succeed without having written what the first
//! one lost. What was committed is safe in the log, so after a failure it is only what follows that is refused.

use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode};
use std::ffi::c_int;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

/// Pages of the log from which on it is moved: 16 MB, so that pages which many batches touch are written back once.
const PAGES: c_int = 4_000;

#[derive(Debug)]
pub(super) struct Mover {
    /// Pages of the log after the last commit.
    pages: Arc<AtomicI32>,
    asked: Option<Sender<()>>,
    moved: Receiver<()>,
    is_asked: bool,
    failure: Arc<OnceLock<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Mover {
    /// Moves what `writing` commits, on the connection `moving`; `failure` is set when the disk failed.
    pub(super) fn start(
        writing: &mut Connection,
        moving: Connection,
        failure: Arc<OnceLock<String>>,
    ) -> std::io::Result<Self> {
        let pages = Arc::new(AtomicI32::new(0));
        let counted = Arc::clone(&pages);
        let count = move |_: &mut Wal, pages| {
            counted.store(pages, Ordering::Relaxed);
            Ok(())
        };
        writing.wal_hook(Some(count)).map_err(std::io::Error::other)?;
        moving.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(std::io::Error::other)?;
        let ((asked, waiting), (done, moved)) = (channel(), channel());
        let failed = Arc::clone(&failure);
        let thread = std::thread::Builder::new().name("store-mover".to_owned()).spawn(move || {
            while waiting.recv().is_ok() {
                move_log(&moving, &failed);
                if done.send(()).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { pages, asked: Some(asked), moved, is_asked: false, failure, thread: Some(thread) })
    }

    /// Has a long log moved. What is written meanwhile is little: it is moved here, as a log begins anew only when all of it is.
    pub(super) fn after_commit(&mut self, writing: &Connection) {
        if self.pages.load(Ordering::Relaxed) < PAGES {
            return;
        }
        if !self.is_asked {
            self.is_asked = self.asked.as_ref().is_some_and(|asked| asked.send(()).is_ok());
        } else if self.moved.try_recv().is_ok() {
            self.is_asked = false;
            if self.failure.get().is_none() {
                move_log(writing, &self.failure);
            }
        }
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        self.asked = None;
        if let Some(thread) = self.thread.take() {
            // Whether it panicked or not, the log is whole.
            let _ = thread.join();
        }
    }
}

fn move_log(connection: &Connection, failure: &OnceLock<String>) {
    match connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(())) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => {
            let _ = failure.set(error.to_string());
        }
        // With readers or a backup in the way, or on a full disk, a later commit asks again.
        _ => {}
    }
}
