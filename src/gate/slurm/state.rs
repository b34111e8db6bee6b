//! What the sidecar must remember over a restart.

use super::holds::Holds;
use std::collections::BTreeMap;

/// What must survive a restart: one file, replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SyncState {
    /// Number of the journal that the plugin appends to.
    pub(super) current: u64,
    /// Bytes that were read of each journal, by its number.
    pub(super) taken: BTreeMap<u64, u64>,
    /// Every hold that is not resolved.
    pub(super) holds: Holds,
}
