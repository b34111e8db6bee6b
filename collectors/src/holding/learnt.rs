//! What becomes known of holders.

use crate::spool::Contents;
use model::DeviceUuid;
use units::Timestamp;

/// What became known, to be written to the spool, and where windows are to end.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// Holdings, jobs, and the notes about them.
    pub(crate) contents: Contents,
    /// Dates at which devices begin or cease to be held.
    pub(crate) edges: Vec<(Timestamp, Vec<DeviceUuid>)>,
}
