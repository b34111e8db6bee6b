//! One thread writes. Changes that wait together share one transaction and one fsync; each is answered after the commit.

use super::StoreError;
use super::mover::Mover;
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
    /// Writes on `connection`; the log that grows by it is moved into the database on the connection `moving`.
    pub(super) fn start(mut connection: Connection, moving: Connection) -> std::io::Result<Self> {
        let (changes, waiting) = channel();
        let failure = Arc::new(OnceLock::new());
        let told = Arc::clone(&failure);
        let mut mover = Mover::start(&mut connection, moving, Arc::clone(&failure))?;
        let trouble = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&trouble);
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
            run(&connection, &waiting, &mut mover, &told, &noted);
            drop(mover);
            if told.get().is_some() {
                // Closing would try the same file once more. A restart moves all of the log again, which is safe.
                // If it cannot be set, closing tries.
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

fn run(
    connection: &Connection,
    waiting: &Receiver<Change>,
    mover: &mut Mover,
    failure: &OnceLock<String>,
    trouble: &Mutex<Option<String>>,
) {
    while let Ok(first) = waiting.recv() {
        let group = std::iter::once(first).chain(waiting.try_iter().take(GROUP_MAX - 1));
        if let Err(reason) = apply(connection, group, trouble) {
            // After a failed fsync the pages that SQLite believes written may be lost: nothing may be acknowledged any
            // more. Ending here closes the channel, so that every later caller is told.
            let _ = failure.set(reason);
            return;
        }
        mover.after_commit(connection);
        if failure.get().is_some() {
            return;
        }
    }
}

/// Applies, commits and answers one group; fails when the disk did.
fn apply(
    connection: &Connection,
    group: impl Iterator<Item = Change>,
    trouble: &Mutex<Option<String>>,
) -> Result<(), String> {
    let mut answers: Vec<Answer> = Vec::new();
    let mut committed = connection.execute_batch("BEGIN IMMEDIATE");
    for change in group {
        answers.push(change(connection));
    }
    if committed.is_ok() {
        committed = connection.execute_batch("COMMIT");
    }
    let failed = committed.as_ref().err().map(ToString::to_string);
    if failed.is_some() && !connection.is_autocommit() {
        // An error here means that SQLite had rolled back already.
        let _ = connection.execute_batch("ROLLBACK");
    }
    trouble.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&failed);
    for answer in answers {
        answer(failed.clone().map(|reason| StoreError::NotStored { reason }));
    }
    match committed {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => Err(error.to_string()),
        _ => Ok(()),
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
