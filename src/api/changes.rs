//! What changed, for everyone who follows it: a channel to all open event streams, and to those of other services on the ledger.

use super::problem::Problem;
use api::ChangeEvent;
use model::{ChangeKind, ProjectName, SessionId, TokenId, ZoneId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

/// Changes that a slow reader may fall behind before it is told to load everything again.
const BACKLOG: usize = 1024;

/// Where changes are told and heard.
#[derive(Debug)]
pub(crate) struct Events {
    pub(super) told: broadcast::Sender<Told>,
    /// Where it goes to other services.
    outgoing: OnceLock<Outgoing>,
    places: Arc<Semaphore>,
    /// The most that one token may have.
    of_one_max: usize,
    /// Open streams by token.
    taken: Arc<Mutex<HashMap<TokenId, usize>>>,
}

/// The place of an open stream, given back when dropped.
#[derive(Debug)]
pub(super) struct StreamPlace {
    token: TokenId,
    taken: Arc<Mutex<HashMap<TokenId, usize>>>,
    _place: OwnedSemaphorePermit,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.token) {
            Some(count) if *count > 1 => *count -= 1,
            _ => _ = taken.remove(&self.token),
        }
    }
}

/// What the streams hear.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    /// Something changed.
    Change(ChangeEvent),
    /// A token was revoked: its streams end.
    Revoked(TokenId),
    /// A session has ended: its streams end.
    SignedOut(SessionId),
    /// Another service changed something that was not heard.
    Missed,
    /// The service stops: every stream ends.
    #[serde(skip)]
    End,
}

/// Where what is told here goes out to the others.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) sender: SyncSender<Told>,
    /// Whether something found no room.
    pub(super) is_lossy: Arc<AtomicBool>,
}

impl Outgoing {
    /// Passes it on, without waiting. What does not fit is lost, and the others are told that something is.
    fn pass(&self, told: &Told) {
        if let Err(TrySendError::Full(_)) = self.sender.try_send(told.clone()) {
            self.is_lossy.store(true, Ordering::Relaxed);
        }
    }
}

impl Events {
    pub(crate) fn new(streams_max: usize) -> Self {
        Self {
            told: broadcast::Sender::new(BACKLOG),
            outgoing: OnceLock::new(),
            places: Arc::new(Semaphore::new(streams_max)),
            of_one_max: (streams_max / 4).max(1),
            taken: Arc::default(),
        }
    }

    /// A place for a stream of `token`.
    pub(super) fn place(&self, token: &TokenId) -> Result<StreamPlace, Problem> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.get(token).copied().unwrap_or(0);
        if count >= self.of_one_max {
            let detail = format!(
                "this token has {count} event streams open, a quarter of all: close some, or use another token"
            );
            return Err(Problem::too_many(detail, 10));
        }
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            Problem::unavailable("all event streams are in use: try again later, or raise limits.event_streams", 10)
        })?;
        taken.insert(token.clone(), count + 1);
        Ok(StreamPlace { token: token.clone(), taken: Arc::clone(&self.taken), _place: place })
    }

    /// Tells everyone who listens.
    pub(crate) fn tell(&self, what: ChangeKind, id: impl Into<String>, project: Option<&ProjectName>) {
        self.send(Told::Change(ChangeEvent { what, id: id.into(), project: project.cloned() }));
    }

    /// Tells that the factors of `zones` have changed.
    pub(crate) fn tell_factors<'a>(&self, zones: impl IntoIterator<Item = &'a ZoneId>) {
        for zone in zones {
            self.tell(ChangeKind::Factors, zone.as_str(), None);
        }
    }

    /// Ends the streams of a token.
    pub(crate) fn end_of(&self, token: &TokenId) {
        self.send(Told::Revoked(token.clone()));
    }

    /// Ends the streams of a session.
    pub(crate) fn end_of_session(&self, session: &SessionId) {
        self.send(Told::SignedOut(session.clone()));
    }

    /// Ends every stream, now and from now on.
    pub(crate) fn close(&self) {
        // No new stream begins; those that run read the end after everything told before.
        self.places.close();
        self.hear(Told::End);
    }

    /// Calls `heard` after each change to a request for an exception or to a budget, until the streams end.
    pub(crate) async fn each_request(&self, heard: impl Fn() + Send) {
        let mut told = self.told.subscribe();
        loop {
            match told.recv().await {
                Ok(Told::Change(change)) if !matches!(change.what, ChangeKind::Request | ChangeKind::Budget) => {}
                Ok(Told::Change(_) | Told::Missed) | Err(broadcast::error::RecvError::Lagged(_)) => heard(),
                Ok(Told::Revoked(_) | Told::SignedOut(_)) => {}
                Ok(Told::End) | Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    /// Tells other services, too, from now on.
    pub(super) fn share(&self, outgoing: Outgoing) {
        // A service begins this once.
        let _ = self.outgoing.set(outgoing);
    }

    fn send(&self, told: Told) {
        if let Some(outgoing) = self.outgoing.get() {
            outgoing.pass(&told);
        }
        self.hear(told);
    }

    /// Tells those who listen here.
    pub(super) fn hear(&self, told: Told) {
        // No listener is no error.
        let _ = self.told.send(told);
    }
}
