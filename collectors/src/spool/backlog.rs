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
    contents: Contents,
}

impl Backlog {
    /// Takes `more`. When there are too many windows because the disk stays full, they are merged to minutes, then to hours.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn add(&mut self, more: Contents) -> Result<(), Overflow> {
        let is_newer = |device: &wire::Device| more.devices.iter().any(|newer| newer.uuid == device.uuid);
        self.contents.devices.retain(|device| !is_newer(device));
        self.contents.devices.extend(more.devices);
        self.contents.windows.extend(more.windows);
        self.contents.holdings.extend(more.holdings);
        self.contents.jobs.extend(more.jobs);
        self.contents.gaps.extend(more.gaps);
        for length in [Span::from_seconds(60), Span::from_seconds(3_600)] {
            if self.contents.windows.len() > WINDOWS_MAX {
                let merged = merge(std::mem::take(&mut self.contents.windows), length)?;
                self.contents.windows = merged.windows.into_iter().map(|merged| merged.window).collect();
                self.contents.gaps.extend(merged.gaps);
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
        while !self.contents.is_empty() {
            let count = self.contents.windows.len().min(STEP);
            let part = Contents {
                devices: self.contents.devices.clone(),
                windows: self.contents.windows.get(..count).unwrap_or_default().to_vec(),
                holdings: self.contents.holdings.clone(),
                jobs: self.contents.jobs.clone(),
                gaps: self.contents.gaps.clone(),
            };
            spool.append(&part)?;
            self.contents.windows.drain(..count);
            self.contents.holdings.clear();
            self.contents.jobs.clear();
            self.contents.gaps.clear();
        }
        Ok(())
    }
}
