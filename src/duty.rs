//! Duty: what one of the services on a ledger does for all of them. That is to close periods and settle holds, to ask providers of grid data, to send
//! alerts, and to copy windows to other databases.
//!
//! On a file there is one service, which is always on duty. On a server the one that holds the lease of the ledger is; the others ask for it every
//! second. Whoever gets it begins a *term* and writes in it: what is written in a term that is over is refused by the store, so that a service that
//! slept through the loss of the lease changes nothing. What is said to others outside cannot be taken back; before it is said, it is looked whether
//! the lease can still be held.

use crate::store::{Lease, Store, StoreError};
use collectors::clock::Clock;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use units::Span;

/// How often a task that is done on duty looks whether its service is.
pub const OFF_DUTY_PAUSE: Duration = Duration::from_secs(1);

/// Whether this service is on duty; a clone says the same.
#[derive(Clone)]
pub struct Duty(DutyKind);

#[derive(Clone)]
enum DutyKind {
    /// No other service can have the ledger open.
    Alone(Term),
    /// Whoever holds the lease is on duty.
    Shared(Arc<Post>),
}

/// The time from taking up the duty to losing it.
#[derive(Debug, Clone)]
pub struct Term {
    /// The ledger as it is written in this term.
    pub store: Arc<Store>,
    /// Its number; 0 where there is one service.
    number: i64,
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Duty {
    /// Of the only service on `store`.
    #[must_use]
    pub fn alone(store: &Arc<Store>) -> Self {
        Self(DutyKind::Alone(Term { store: Arc::clone(store), number: 0 }))
    }

    /// The term that this service is in; `None` while another service is on duty, or nobody is.
    #[must_use]
    pub fn term(&self) -> Option<Term> {
        match &self.0 {
            DutyKind::Alone(term) => Some(term.clone()),
            DutyKind::Shared(post) => post.term(),
        }
    }

    /// Whether this service is on duty in `term`.
    #[must_use]
    pub fn is_in(&self, term: &Term) -> bool {
        self.term().as_ref() == Some(term)
    }
}

/// What the thread that holds the lease notes.
struct Post {
    clock: Arc<dyn Clock>,
    /// The term, and until when the lease cannot be lost, in monotonic time.
    held: Mutex<Option<(Term, Span)>>,
}

impl Post {
    fn lock(&self) -> MutexGuard<'_, Option<(Term, Span)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn term(&self) -> Option<Term> {
        let held = self.lock();
        let (term, _) = held.as_ref().filter(|(_, until)| self.clock.monotonic() < *until)?;
        Some(term.clone())
    }
}

/// The service as one that can be on duty. When dropped it gives the lease back, which another takes within a second or two.
pub struct Candidacy {
    duty: Duty,
    /// Ends the thread when dropped.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Candidacy {
    /// Begins to ask for the duty on `store`. A service that is alone, or the first one, has it when this returns.
    ///
    /// # Errors
    ///
    /// The system refuses a thread.
    pub fn begin(store: &Arc<Store>, clock: &Arc<dyn Clock>) -> io::Result<Self> {
        let Some(lease) = store.lease() else {
            return Ok(Self { duty: Duty::alone(store), stop: None, thread: None });
        };
        let post = Arc::new(Post { clock: Arc::clone(clock), held: Mutex::default() });
        let mut seeker = LeaseSeeker { lease, store: Arc::clone(store), post: Arc::clone(&post), is_failing: false };
        seeker.turn();
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new().name("duty".to_owned()).spawn(move || {
            while stopped.recv_timeout(Lease::RENEWED_EVERY) == Err(RecvTimeoutError::Timeout) {
                seeker.turn();
            }
            *seeker.post.lock() = None;
        })?;
        Ok(Self { duty: Duty(DutyKind::Shared(post)), stop: Some(stop), thread: Some(thread) })
    }

    /// Whether this service is on duty.
    #[must_use]
    pub fn duty(&self) -> Duty {
        self.duty.clone()
    }
}

impl Drop for Candidacy {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panicked thread holds nothing: its connection ended with it.
            let _ = thread.join();
        }
    }
}

/// The thread that asks for the lease.
struct LeaseSeeker {
    lease: Lease,
    store: Arc<Store>,
    post: Arc<Post>,
    is_failing: bool,
}

impl LeaseSeeker {
    /// Asks for the lease or renews it, and notes what became of it.
    fn turn(&mut self) {
        let own = self.post.lock().as_ref().map(|(term, _)| term.clone());
        let held = self.hold(own.as_ref());
        if let (Ok(None) | Err(_), Some(own)) = (&held, &own) {
            tracing::warn!(term = own.number, "this service is no longer on duty");
        }
        if let Err(error) = &held
            && !self.is_failing
        {
            tracing::warn!(%error, "which service is on duty cannot be asked; it is asked again every second");
        }
        self.is_failing = held.is_err();
        *self.post.lock() = held.unwrap_or_default();
    }

    /// The term and until when it is sure; `None` while another service has the lease.
    fn hold(&mut self, own: Option<&Term>) -> Result<Option<(Term, Span)>, StoreError> {
        let asked = self.post.clock.monotonic();
        let Some(newest) = self.lease.hold()? else { return Ok(None) };
        match own {
            Some(own) if own.number == newest => Ok(Some((own.clone(), sure_until(asked)))),
            _ => self.begin_term(),
        }
    }

    /// Begins a term, and keeps the lease while the changes before it are written.
    fn begin_term(&mut self) -> Result<Option<(Term, Span)>, StoreError> {
        let (answer, answered) = channel();
        let store = Arc::clone(&self.store);
        let begin = move || {
            // Nobody waits where the lease was lost meanwhile; whoever holds it then begins another term.
            let _ = answer.send(store.write::<_, StoreError>(|tx| tx.duty().begin_term()));
        };
        if let Err(error) = std::thread::Builder::new().name("duty-term".to_owned()).spawn(begin) {
            return Err(StoreError::Away { reason: error.to_string() });
        }
        loop {
            let begun = answered.recv_timeout(Lease::RENEWED_EVERY);
            let asked = self.post.clock.monotonic();
            if self.lease.hold()?.is_none() {
                return Ok(None);
            }
            match begun {
                Ok(begun) => {
                    let number = begun?;
                    tracing::info!(term = number, "this service is on duty");
                    let store = Arc::new(self.store.in_term(number));
                    return Ok(Some((Term { store, number }, sure_until(asked))));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }
}

/// Until when nobody else can have a lease that was renewed by a request sent at `asked`.
fn sure_until(asked: Span) -> Span {
    asked.plus(Span::from_milliseconds(u64::try_from(Lease::HELD_FOR.as_millis()).unwrap_or(u64::MAX)))
}
