//! The HTTP API. `router.rs` shows it at a glance; a file per resource holds its handlers and documents.

mod auth;
mod body;
mod connection;
mod grid;
mod metrics;
mod operations;
mod page;
mod problem;
mod rate;
mod router;
mod tokens;

pub(crate) use connection::{TlsError, acceptor, serve};
pub(crate) use router::router;

use crate::config::Limits;
use crate::grid::Library;
use crate::store::{Store, StoreError};
use collectors::clock::Clock;
use metrics::Metrics;
use problem::Problem;
use rate::Buckets;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What every handler works with.
pub(crate) type State = Arc<Service>;

/// What [`is_name`] asks for, in words.
const NAME_RULE: &str = "1 to 128 of A-Z a-z 0-9 . _ : @ + -";

/// Store, clock and limits of one running service.
pub(crate) struct Service {
    store: Arc<Store>,
    library: Library,
    clock: Arc<dyn Clock>,
    limits: Limits,
    metrics: Metrics,
    requests_rate: Buckets,
    batches_rate: Buckets,
    is_stopping: AtomicBool,
}

impl Service {
    pub(crate) fn new(store: Arc<Store>, library: Library, clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self {
            store,
            library,
            clock,
            limits,
            metrics: Metrics::new(),
            requests_rate: Buckets::new(limits.requests),
            batches_rate: Buckets::new(limits.batches),
            is_stopping: AtomicBool::new(false),
        }
    }

    /// From now on `/readyz` says that nothing new should be sent here.
    pub(crate) fn stopping(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Runs one operation of the store where it may wait for the disk.
    async fn store<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || operation(&store)).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(failed(&error)),
            Err(error) => Err(failed(&error)),
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "an operation of the store failed");
    Problem::internal()
}

/// Whether `text` is a *name*, as in the wire format.
fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@+-".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(is_allowed)
}
