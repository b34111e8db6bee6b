//! What was metered and is not on disk yet.

use super::{Contents, Spool, SpoolError, merge};
use units::{Overflow, Span};

/// How many windows are kept in memory while the disk is full, before they are merged.
const WINDOWS_MAX: usize = 5_000;
/// How many windows are written in one transaction.
const STEP: usize = 500;

/// A queue in memory that may lose resolution but never energy.
#[derive(Debug, Default)]
pub struct Backlog {
    /// From one setting of the clock to the next, oldest first.
    parts: Vec<Contents>,
}

impl Backlog {
    /// Takes `more`. When there are too many windows because the disk stays full, they are merged to minutes, then to hours.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn add(&mut self, more: Contents) -> Result<(), Overflow> {
        if self.parts.last().is_none_or(|last| last.clock_set.is_some()) {
            self.parts.push(Contents::default());
        }
        let Some(contents) = self.parts.last_mut() else { return Ok(()) };
        let is_newer = |device: &wire::Device| more.devices.iter().any(|newer| newer.uuid == device.uuid);
        contents.devices.retain(|device| !is_newer(device));
        contents.devices.extend(more.devices);
        contents.windows.extend(more.windows);
        contents.holdings.extend(more.holdings);
        contents.jobs.extend(more.jobs);
        contents.gaps.extend(more.gaps);
        contents.notes.extend(more.notes);
        contents.clock_set = more.clock_set;
        for length in [Span::from_seconds(60), Span::from_seconds(3_600)] {
            if contents.windows.len() > WINDOWS_MAX {
                let merged = merge(std::mem::take(&mut contents.windows), length)?;
                contents.windows = merged.windows.into_iter().map(|merged| merged.window).collect();
                contents.gaps.extend(merged.gaps);
            }
        }
        Ok(())
    }

    /// Writes everything to `spool`; what could not be written stays here.
    ///
    /// # Errors
    ///
    /// Those of [`Spool::append`].
    pub fn flush(&mut self, spool: &mut Spool) -> Result<(), SpoolError> {
        while let Some(first) = self.parts.first_mut() {
            while !first.is_empty() {
                let count = first.windows.len().min(STEP);
                let is_last = count == first.windows.len();
                let part = Contents {
                    devices: first.devices.clone(),
                    windows: first.windows.get(..count).unwrap_or_default().to_vec(),
                    holdings: first.holdings.clone(),
                    jobs: first.jobs.clone(),
                    gaps: if is_last { first.gaps.clone() } else { Vec::new() },
                    // With the holdings that they are about.
                    notes: first.notes.clone(),
                    clock_set: first.clock_set.filter(|_| is_last),
                };
                spool.append(&part)?;
                first.windows.drain(..count);
                first.holdings.clear();
                first.jobs.clear();
                first.notes.clear();
                if is_last {
                    first.gaps.clear();
                }
            }
            self.parts.remove(0);
        }
        Ok(())
    }
}
