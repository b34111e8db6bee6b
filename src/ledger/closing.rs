//! What has ended is posted, after what was posted with less than is known now.

use super::factor::Chooser;
use super::improvement::follow;
use super::posting::{Chain, SLICE, noted};
use super::{Closed, LedgerError};
use crate::grid::Library;
use crate::store::{Head, Store, Tx};
use std::sync::Arc;
use units::{Span, Timestamp};

/// Posts again what factors that came since the last time are for, then every account whose period ended `grace` before `now`, and every account
/// of a job that has ended.
///
/// # Errors
///
/// A zone without factor, a sum that leaves its range, the store. What was posted before it failed stays posted.
pub fn close(store: &Store, library: &Arc<Library>, now: Timestamp, grace: Span) -> Result<Closed, LedgerError> {
    let ended_by = now.before(grace);
    let mut entries = follow(store, library, now)?.entries;
    loop {
        let library = Arc::clone(library);
        let (before, head, accounts) = store.write(move |tx| close_slice(tx, &library, ended_by, now))?;
        entries += noted(store, &before, &head)?.entries;
        if accounts < SLICE as usize {
            return Ok(Closed { entries });
        }
    }
}

/// Posts up to [`SLICE`] accounts; returns the head before and after, and how many they were.
fn close_slice(
    tx: &Tx<'_>,
    library: &Library,
    ended_by: Timestamp,
    now: Timestamp,
) -> Result<(Head, Head, usize), LedgerError> {
    let mut chooser = Chooser::new(tx, library)?;
    let before = tx.entries().head()?;
    let mut chain = Chain { tx, head: before.clone(), now };
    let closing = tx.postings().closing(ended_by, now, SLICE)?;
    for open in &closing {
        let rates = chooser.rates(&open.key)?;
        chain.post(open, &rates)?;
        tx.postings().close(&open.key)?;
    }
    Ok((before, chain.head, closing.len()))
}
