//! What changed, for everyone who follows it: a channel to all open event streams.

use api::ChangeEvent;
use model::{ProjectName, SessionId, TokenId};
use std::sync::Arc;
use tokio::sync::{Semaphore, broadcast};

/// Changes that a slow reader may fall behind before it is told to load everything again.
const BACKLOG: usize = 1024;

/// Where changes are told and heard.
#[derive(Debug)]
pub(crate) struct Events {
    pub(super) changes: broadcast::Sender<ChangeEvent>,
    pub(super) places: Arc<Semaphore>,
}

impl Events {
    pub(crate) fn new(streams_max: usize) -> Self {
        Self { changes: broadcast::Sender::new(BACKLOG), places: Arc::new(Semaphore::new(streams_max)) }
    }

    /// Tells everyone who listens.
    pub(crate) fn tell(&self, what: &'static str, id: impl Into<String>, project: Option<&ProjectName>) {
        // No listener is no error.
        let _ = self.changes.send(ChangeEvent { what: what.to_owned(), id: id.into(), project: project.cloned() });
    }

    /// Ends the streams of a token.
    pub(crate) fn end_of(&self, token: &TokenId) {
        self.tell(REVOKED, token.as_str(), None);
    }

    /// Ends the streams of a session.
    pub(crate) fn end_of_session(&self, session: &SessionId) {
        self.tell(SIGNED_OUT, session.as_str(), None);
    }

    /// Ends every stream, now and from now on.
    pub(crate) fn close(&self) {
        // No new stream begins; those that run read the end after everything told before.
        self.places.close();
        self.tell(END, "", None);
    }
}

pub(super) const END: &str = "end";
pub(super) const REVOKED: &str = "revoked";
pub(super) const SIGNED_OUT: &str = "signed out";
