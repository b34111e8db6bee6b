//! A job that the hooks told of, and what of it was stated.

use crate::clock::DateChange;
use crate::holder::ProcessHolder;
use model::{DeviceUuid, JobId};
use serde::{Deserialize, Serialize};
use units::{Span, Timestamp};
use wire::Holding;

/// A job that was stated, as it is noted in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StatedJob {
    /// The hook's file and when it was written.
    pub(super) file: String,
    pub(super) began: Timestamp,
    pub(super) job: JobId,
    /// Slurm's number, and the name of its cgroup.
    pub(super) number: u32,
    pub(super) sluid: Option<String>,
    pub(super) attempt: u32,
    /// Whether its processes were seen here, and the step that lasts as long as it.
    pub(super) was_seen: bool,
    pub(super) is_contained: bool,
    /// The last statement about each device.
    pub(super) holdings: Vec<Holding>,
    pub(super) is_ended: bool,
    /// When the file was last seen, which is not noted while it stays.
    #[serde(skip)]
    pub(super) seen: Option<Timestamp>,
    /// Since when none of its processes is seen, which is not noted.
    #[serde(skip)]
    pub(super) lifeless_since: Option<Timestamp>,
}

impl StatedJob {
    /// Whether the cgroups of `holder` are those of this job.
    pub(super) fn is_same(&self, holder: &ProcessHolder) -> bool {
        match holder {
            ProcessHolder::Slurm { job, .. } => *job == self.number,
            ProcessHolder::SlurmSluid { sluid, .. } => self.sluid.as_ref() == Some(sluid),
            _ => false,
        }
    }

    pub(super) fn devices(&self) -> Vec<DeviceUuid> {
        self.holdings.iter().map(|holding| holding.device.clone()).collect()
    }

    /// Ends what is still held at `end`, or right after its beginning.
    pub(super) fn end(&mut self, end: Timestamp) {
        for holding in self.holdings.iter_mut().filter(|holding| holding.end.is_none()) {
            holding.end = Some(after(holding.start, end));
        }
        self.is_ended = true;
    }
}

/// Ends the open ones of `holdings` that are of `devices` at the old date, and begins them at the new one; both statements about each.
pub(super) fn moved(holdings: &mut [Holding], devices: &[wire::Device], change: &DateChange) -> Vec<Holding> {
    let mut begun = Vec::new();
    for holding in holdings.iter_mut().filter(|holding| holding.end.is_none()) {
        if devices.iter().any(|device| device.uuid == holding.device) {
            let ended = Holding { end: Some(after(holding.start, change.before)), ..holding.clone() };
            holding.start = change.after;
            begun.extend([ended, holding.clone()]);
        }
    }
    begun
}

/// What is noted of it.
pub(super) fn written(stated: &impl Serialize) -> Option<String> {
    // Texts and numbers always become JSON.
    serde_json::to_string(stated).ok()
}

/// `end`, or the first moment after `start`: the wire has no empty interval, and the clock of files has steps of some ms.
pub(super) fn after(start: Timestamp, end: Timestamp) -> Timestamp {
    let first = start.after(Span::from_nanoseconds(1)).unwrap_or(start);
    end.max(first)
}
