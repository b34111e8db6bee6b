//! What the services on one ledger say to each other, through the server that holds it. Nothing of it is kept.

use super::super::StoreError;
use super::super::engine::{Database, ServerSession};
use super::{LedgerServer, connect};
use std::time::Duration;

/// Longest text that the server passes on, in bytes.
const TEXT_BYTES_MAX: usize = 7_900;

/// One service's place among those that speak to each other.
#[derive(Debug)]
pub struct Signals {
    server: LedgerServer,
    /// Tells what this service said from what others did.
    own: String,
    session: Option<ServerSession>,
    /// Whether there was a connection before.
    was_connected: bool,
}

/// What others said.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct HeardSignals {
    /// Their texts, in the order in which they were said.
    pub texts: Vec<String>,
    /// Whether something may have been missed before.
    pub is_after_gap: bool,
}

impl Signals {
    /// Longest text that can be said, in bytes.
    pub const TEXT_BYTES_MAX: usize = TEXT_BYTES_MAX;

    pub(in crate::store) const fn new(server: LedgerServer, own: String) -> Self {
        Self { server, own, session: None, was_connected: false }
    }

    /// Says `said` to all others, and hears for at most `wait` what they say.
    ///
    /// # Errors
    ///
    /// The server cannot be asked; whether `said` was heard is not known then.
    pub fn exchange(&mut self, said: &[String], wait: Duration) -> Result<HeardSignals, StoreError> {
        let mut heard = HeardSignals::default();
        let session = match self.session.take().filter(|session| !session.is_closed()) {
            Some(session) => session,
            None => {
                let session = connect(&self.server)?;
                session.run("LISTEN wattledger")?;
                heard.is_after_gap = std::mem::replace(&mut self.was_connected, true);
                session
            }
        };
        for text in said {
            let text = format!("{} {text}", self.own);
            Database::from(&session).query_row(
                "SELECT 1 FROM (SELECT pg_notify('wattledger', ?1)) AS said",
                [text],
                |_| Ok(()),
            )?;
        }
        if said.is_empty() && wait.is_zero() {
            // Without this a connection that is cut on the way would be waited on for ever.
            session.run("SELECT 1")?;
        }
        let others = session.notified(wait)?.into_iter().filter_map(|text| {
            let (who, text) = text.split_once(' ')?;
            (who != self.own).then(|| text.to_owned())
        });
        heard.texts.extend(others);
        self.session = Some(session);
        Ok(heard)
    }
}
