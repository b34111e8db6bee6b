//! One thread writes. Changes that wait together share one transaction and one fsync; each is answered after the commit. What somebody waits for goes
//! before what agents deliver.

use super::StoreError;
use super::engine::Database;
use super::queue::{Lane, Queue};
use super::view::Tx;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

/// Answers the caller, after the commit or with the reason that there was none.
type Answer = Box<dyn FnOnce(Option<StoreError>) + Send>;
/// Runs on the connection of its group; without one there is no group, and it is only answered.
type Change = Box<dyn FnOnce(Option<Database<'_>>) -> Answer + Send>;

/// Where groups of changes are kept.
pub(super) trait Medium: Send + 'static {
    /// Runs `work` in one transaction and commits that. `work` is not called where none can be begun.
    ///
    /// # Errors
    ///
    /// Why nothing of it was kept.
    fn keep(&mut self, work: impl FnOnce(Database<'_>)) -> Result<(), CommitRefusal>;

    /// What is to be done when a group has been answered.
    fn after(&mut self);

    /// Why nothing can be kept any more; `None` as long as it can.
    fn failure(&self) -> Option<&str>;
}

/// Why a group was not stored.
#[derive(Clone)]
pub(super) enum CommitRefusal {
    /// Files are not where they were opened.
    Displaced(&'static str),
    /// What the database engine reported.
    Failed(String),
    /// The server could not be asked, or has taken the group back.
    Away(String),
    /// The server did not answer whether it has committed.
    Unanswered(String),
}

impl From<CommitRefusal> for StoreError {
    fn from(refusal: CommitRefusal) -> Self {
        match refusal {
            CommitRefusal::Displaced(what) => Self::Displaced { what },
            CommitRefusal::Failed(reason) => Self::NotStored { reason },
            CommitRefusal::Away(reason) => Self::Away { reason },
            CommitRefusal::Unanswered(reason) => Self::Unanswered { reason },
        }
    }
}

#[derive(Debug)]
pub(super) struct Writer {
    changes: Arc<Queue<Change>>,
    /// Why the thread has ended, once it has.
    failure: Arc<OnceLock<String>>,
    /// Why the last group was not stored; `None` once one was again.
    trouble: Arc<Mutex<Option<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Keeps changes in `medium`.
    pub(super) fn start(mut medium: impl Medium) -> std::io::Result<Self> {
        let changes = Arc::new(Queue::default());
        let waiting = Abandoned(Arc::clone(&changes));
        let failure = Arc::new(OnceLock::new());
        let trouble = Arc::new(Mutex::new(None));
        let (told, noted) = (Arc::clone(&failure), Arc::clone(&trouble));
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&mut medium, &waiting.0, &told, &noted))?;
        Ok(Self { changes, failure, trouble, thread: Some(thread) })
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
        self.submit(Lane::Prompt, change, move |outcome| drop(answer.send(outcome)))?;
        answered.recv().map_err(|_| self.stopped())?
    }

    pub(super) async fn deliver<T, E>(
        &self,
        change: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.submit(Lane::Delivered, change, move |outcome| drop(answer.send(outcome)))?;
        answered.await.map_err(|_| self.stopped())?
    }

    fn submit<T, E>(
        &self,
        lane: Lane,
        change: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        answer: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), StoreError>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let boxed: Change = Box::new(move |connection| {
            let outcome = connection.map(|connection| in_savepoint(connection, change));
            Box::new(move |failed: Option<StoreError>| match (failed, outcome) {
                (None, Some(outcome)) => answer(outcome),
                (Some(error), _) => answer(Err(error.into())),
                // Who asked sees that nobody answers.
                (None, None) => {}
            })
        });
        self.changes.push(boxed, lane).map_err(|_| self.stopped())
    }

    fn stopped(&self) -> StoreError {
        let reason = self.failure.get().cloned().unwrap_or_else(|| "a change made it panic".to_owned());
        StoreError::Stopped { reason }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.changes.close();
        if let Some(thread) = self.thread.take() {
            // A panicked writer has answered nobody wrongly: unanswered callers see a closed channel.
            let _ = thread.join();
        }
    }
}

/// The queue, as the thread holds it: when the thread ends, by a panic too, whoever waits is told.
struct Abandoned(Arc<Queue<Change>>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

fn run(medium: &mut impl Medium, waiting: &Queue<Change>, failure: &OnceLock<String>, trouble: &Mutex<Option<String>>) {
    while let Some(group) = waiting.group() {
        apply(medium, group, trouble);
        medium.after();
        if let Some(reason) = medium.failure() {
            // Ending here closes the queue, so that every later caller is told.
            let _ = failure.set(reason.to_owned());
            return;
        }
    }
}

/// Applies, commits and answers one group.
fn apply(medium: &mut impl Medium, mut group: impl Iterator<Item = Change>, trouble: &Mutex<Option<String>>) {
    let (mut answers, mut is_begun): (Vec<Answer>, bool) = (Vec::new(), false);
    let kept = medium.keep(|connection| {
        is_begun = true;
        answers.extend(group.by_ref().map(|change| change(Some(connection))));
    });
    let refusal = kept.err();
    *trouble.lock().unwrap_or_else(PoisonError::into_inner) = refusal.clone().and_then(|refusal| match refusal {
        // Whether it still is, is looked up whenever somebody asks.
        CommitRefusal::Displaced(_) => None,
        CommitRefusal::Failed(reason) | CommitRefusal::Away(reason) | CommitRefusal::Unanswered(reason) => Some(reason),
    });
    if !is_begun {
        answers.extend(group.map(|change| change(None)));
    }
    for answer in answers {
        answer(refusal.clone().map(StoreError::from));
    }
}

fn in_savepoint<T, E: From<StoreError>>(
    connection: Database<'_>,
    change: impl FnOnce(&Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    connection.begin_change().map_err(StoreError::from)?;
    let outcome = change(&Tx(connection));
    connection.end_change(outcome.is_ok()).map_err(StoreError::from)?;
    outcome
}
