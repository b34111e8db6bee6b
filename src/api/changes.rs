//! What changed, for everyone who follows it: a channel to all open event streams.

use api::ChangeEvent;
use model::{ChangeKind, ProjectName, SessionId, TokenId};
use std::sync::Arc;
use tokio::sync::{Semaphore, broadcast};

/// Changes that a slow reader may fall behind before it is told to load everything again.
const BACKLOG: usize = 1024;

/// Where changes are told and heard.
#[derive(Debug)]
pub(crate) struct Events {
    pub(super) told: broadcast::Sender<Told>,
    pub(super) places: Arc<Semaphore>,
}

/// What the streams hear.
#[derive(Debug, Clone)]
pub(super) enum Told {
    /// Something changed.
    Change(ChangeEvent),
    /// A token was revoked: its streams end.
    Revoked(TokenId),
    /// A session has ended: its streams end.
    SignedOut(SessionId),
    /// The service stops: every stream ends.
    End,
}

impl Events {
    pub(crate) fn new(streams_max: usize) -> Self {
        Self { told: broadcast::Sender::new(BACKLOG), places: Arc::new(Semaphore::new(streams_max)) }
    }

    /// Tells everyone who listens.
    pub(crate) fn tell(&self, what: ChangeKind, id: impl Into<String>, project: Option<&ProjectName>) {
        self.send(Told::Change(ChangeEvent { what, id: id.into(), project: project.cloned() }));
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
        self.send(Told::End);
    }

    /// Calls `heard` after each change to a request for an exception or to a budget, until the streams end.
    pub(crate) async fn each_request(&self, heard: impl Fn() + Send) {
        let mut told = self.told.subscribe();
        loop {
            match told.recv().await {
                Ok(Told::Change(change)) if !matches!(change.what, ChangeKind::Request | ChangeKind::Budget) => {}
                Ok(Told::Change(_)) | Err(broadcast::error::RecvError::Lagged(_)) => heard(),
                Ok(Told::Revoked(_) | Told::SignedOut(_)) => {}
                Ok(Told::End) | Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    fn send(&self, told: Told) {
        // No listener is no error.
        let _ = self.told.send(told);
    }
}
