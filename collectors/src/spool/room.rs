//! Makes room in a full spool: first by forgetting what is safe elsewhere, then at the cost of resolution, and at last at the
//! cost of energy.

use super::codec::decode;
use super::rows::{self, BatchState, RecordKind};
use super::{Contents, Spool, SpoolError, merge};
use model::DeviceUuid;
use rusqlite::params;
use std::collections::BTreeMap;
use units::{Interval, Span};
use wire::{Gap, GapReason, Window};

/// How many windows are merged in one step.
const STEP: i64 = 2_000;
/// Pages of the file that one append may need.
const RESERVE: u64 = 128;
/// Lengths that windows are merged to, one after the other.
const LENGTHS: [Span; 2] = [Span::from_seconds(60), Span::from_seconds(3_600)];

impl Spool {
    /// Makes room for one append, as far as that is possible.
    pub(super) fn make_room(&mut self) -> Result<(), SpoolError> {
        while rows::pages_used(&self.connection)? + RESERVE > u64::from(self.pages_max) {
            let freed = self.forget_one()? || self.coarsen()? || self.drop_quarantined()?;
            if !freed {
                break;
            }
        }
        Ok(())
    }

    fn forget_one(&mut self) -> Result<bool, SpoolError> {
        let Some(key) = rows::oldest(&self.connection, BatchState::Acknowledged)? else { return Ok(false) };
        rows::delete_batch(&self.connection, key)?;
        Ok(true)
    }

    /// Merges the oldest windows of the finest resolution; returns whether there were any.
    fn coarsen(&mut self) -> Result<bool, SpoolError> {
        for (coarse, length) in (0..).zip(LENGTHS) {
            let (ids, windows) = self.oldest_windows(coarse)?;
            if ids.is_empty() {
                continue;
            }
            let merged = merge(windows, length).map_err(|error| SpoolError::Damaged(error.to_string()))?;
            let transaction = self.connection.transaction()?;
            rows::delete_records(&transaction, &ids)?;
            for merged in &merged.windows {
                let Some(id) = ids.get(merged.first) else { continue };
                rows::replace_window(&transaction, *id, coarse + 1, &merged.window)?;
            }
            rows::put_contents(&transaction, &Contents { gaps: merged.gaps, ..Contents::default() })?;
            transaction.commit()?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Ids and windows of the oldest records that were merged `coarse` times, at most [`STEP`].
    fn oldest_windows(&self, coarse: i64) -> Result<(Vec<i64>, Vec<Window>), SpoolError> {
        let sql = "SELECT id, kind, body, crc FROM records WHERE kind = ?1 AND coarse = ?2 ORDER BY id LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query(params![RecordKind::Window.number(), coarse, STEP])?;
        let (mut ids, mut windows) = (Vec::new(), Vec::new());
        while let Some(row) = found.next()? {
            let (_, body) = rows::record(row)?;
            ids.push(row.get(0)?);
            windows.push(serde_json::from_slice(&body).map_err(|error| SpoolError::Damaged(error.to_string()))?);
        }
        Ok((ids, windows))
    }

    fn drop_quarantined(&mut self) -> Result<bool, SpoolError> {
        let Some(key) = rows::oldest(&self.connection, BatchState::Quarantined)? else { return Ok(false) };
        let body = rows::body(&self.connection, key)?.unwrap_or_default();
        let mut lost: BTreeMap<DeviceUuid, Interval> = BTreeMap::new();
        for window in decode(&body)?.windows {
            let Some(own) = Interval::new(window.start, window.end) else { continue };
            lost.entry(window.device).and_modify(|lost| *lost = lost.hull(own)).or_insert(own);
        }
        let gaps = lost.into_iter().map(|(device, lost)| {
            let (start, end) = (lost.start(), lost.end());
            Gap { device, start, end, reason: GapReason::Dropped }
        });
        let transaction = self.connection.transaction()?;
        rows::delete_batch(&transaction, key)?;
        rows::put_contents(&transaction, &Contents { gaps: gaps.collect(), ..Contents::default() })?;
        transaction.commit()?;
        tracing::warn!(boot = %key.boot, sequence = key.sequence, "the spool is full: dropped a batch that the service had refused");
        Ok(true)
    }
}
