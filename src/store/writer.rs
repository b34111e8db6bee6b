//! One thread writes. Changes that wait together share one transaction and one fsync; each is answered after the commit.

use super::StoreError;
use super::mover::Mover;
use super::place::OpenedFiles;
use super::view::Tx;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

/// Most changes that share one fsync.
const GROUP_MAX: usize = 512;

/// Answers the caller, after the commit or with the reason that there was none.
type Answer = Box<dyn FnOnce(Option<StoreError>) + Send>;
type Change = Box<dyn FnOnce(&Connection) -> Answer + Send>;

#[derive(Debug)]
pub(super) struct Writer {
    changes: Option<Sender<Change>>,
    /// Why the thread has ended, once it has.
    failure: Arc<OnceLock<String>>,
    /// Why the last group was not stored; `None` once one was again.
    trouble: Arc<Mutex<Option<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Writes on `connection` as long as its files are in `place`; the log that grows by it is moved into the database on the connection `moving`.
    pub(super) fn start(mut connection: Connection, moving: Connection, place: OpenedFiles) -> std::io::Result<Self> {
        let (changes, waiting) = channel();
        let failure = Arc::new(OnceLock::new());
        let told = Arc::clone(&failure);
        let mut mover = Mover::start(&mut connection, moving, Arc::clone(&failure))?;
        let trouble = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&trouble);
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
            run(&mut Disk { connection: &connection, place: &place, mover: &mut mover }, &waiting, &told, &noted);
            drop(mover);
            if told.get().is_some() || place.displaced().is_some() {
                // Closing would try the same file once more, or delete the log of a database that is here instead. A restart moves all of
                // the log again, which is safe. If it cannot be set, closing tries.
                let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
            }
        })?;
        Ok(Self { changes: Some(changes), failure, trouble, thread: Some(thread) })
    }

    /// Why the last changes were not stored; `None` while all is well.
    pub(super) fn trouble(&self) -> Option<String> {
        self.failure.get().cloned().or_else(|| self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    pub(super) fn write<T, E>(&self, change: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = channel();
        // A caller that no longer waits needs no answer.
        self.submit(change, move |outcome| drop(answer.send(outcome)))?;
        answered.recv().map_err(|_| self.stopped())?
    }

    pub(super) async fn write_later<T, E>(
        &self,
        change: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.submit(change, move |outcome| drop(answer.send(outcome)))?;
        answered.await.map_err(|_| self.stopped())?
    }

    fn submit<T, E>(
        &self,
        change: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        answer: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), StoreError>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let boxed: Change = Box::new(move |connection| {
            let outcome = in_savepoint(connection, change);
            Box::new(move |failed| answer(failed.map_or(outcome, |error| Err(error.into()))))
        });
        let changes = self.changes.as_ref().ok_or_else(|| self.stopped())?;
        changes.send(boxed).map_err(|_| self.stopped())
    }

    fn stopped(&self) -> StoreError {
        let reason = self.failure.get().cloned().unwrap_or_else(|| "a change made it panic".to_owned());
        StoreError::Stopped { reason }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            // A panicked writer has answered nobody wrongly: unanswered callers see a closed channel.
            let _ = thread.join();
        }
    }
}

/// What the thread writes with.
struct Disk<'a> {
    connection: &'a Connection,
    place: &'a OpenedFiles,
    mover: &'a mut Mover,
}

/// Why a group was not stored.
#[derive(Clone)]
enum CommitRefusal {
    /// Files are not where they were opened.
    Displaced(&'static str),
    /// What the database engine reported.
    Failed(String),
}

impl From<CommitRefusal> for StoreError {
    fn from(refusal: CommitRefusal) -> Self {
        match refusal {
            CommitRefusal::Displaced(what) => Self::Displaced { what },
            CommitRefusal::Failed(reason) => Self::NotStored { reason },
        }
    }
}

fn run(disk: &mut Disk<'_>, waiting: &Receiver<Change>, failure: &OnceLock<String>, trouble: &Mutex<Option<String>>) {
    while let Ok(first) = waiting.recv() {
        let group = std::iter::once(first).chain(waiting.try_iter().take(GROUP_MAX - 1));
        if let Err(reason) = disk.apply(group, trouble) {
            // After a failed fsync the pages that SQLite believes written may be lost: nothing may be acknowledged any
            // more. Ending here closes the channel, so that every later caller is told.
            let _ = failure.set(reason);
            return;
        }
        disk.mover.after_commit(disk.connection);
        if failure.get().is_some() {
            return;
        }
    }
}

impl Disk<'_> {
    /// Applies, commits and answers one group; fails when the disk did.
    fn apply(&self, group: impl Iterator<Item = Change>, trouble: &Mutex<Option<String>>) -> Result<(), String> {
        let mut answers: Vec<Answer> = Vec::new();
        let mut committed = self.connection.execute_batch("BEGIN IMMEDIATE");
        for change in group {
            answers.push(change(self.connection));
        }
        let mut displaced = self.place.displaced();
        if committed.is_ok() && displaced.is_none() {
            committed = self.connection.execute_batch("COMMIT");
            // What was committed while the files went is not acknowledged either.
            displaced = self.place.displaced();
        }
        if !self.connection.is_autocommit() {
            // An error here means that SQLite had rolled back already.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        let failed = committed.as_ref().err().map(|error| CommitRefusal::Failed(error.to_string()));
        let refusal = displaced.map(CommitRefusal::Displaced).or(failed);
        *trouble.lock().unwrap_or_else(PoisonError::into_inner) = refusal.clone().and_then(|refusal| match refusal {
            // Whether it still is, is looked up whenever somebody asks.
            CommitRefusal::Displaced(_) => None,
            CommitRefusal::Failed(reason) => Some(reason),
        });
        for answer in answers {
            answer(refusal.clone().map(StoreError::from));
        }
        match committed {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => Err(error.to_string()),
            _ => Ok(()),
        }
    }
}

fn in_savepoint<T, E: From<StoreError>>(
    connection: &Connection,
    change: impl FnOnce(&Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    run_statement(connection, "SAVEPOINT change")?;
    let outcome = change(&Tx(connection));
    // When SQLite has given up the whole transaction there is no savepoint; the commit then tells everybody.
    if !connection.is_autocommit() {
        if outcome.is_err() {
            run_statement(connection, "ROLLBACK TO change")?;
        }
        run_statement(connection, "RELEASE change")?;
    }
    outcome
}

fn run_statement(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute(())?;
    Ok(())
}
