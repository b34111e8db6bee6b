//! Whose each window of a batch is, for whoever keeps a copy of the windows.

use super::attribution::attribute_stored;
use super::error::IngestError;
use super::speaker::as_stored;
use super::stored::Stored;
use crate::store::{Key, Part, Tx};
use model::{BatchId, DeviceId, DeviceUuid, JobNumber, Revision, SiteNumber};
use std::collections::BTreeMap;
use units::{DeviceTime, Energy};
use wire::Batch;

/// Whose the windows of a batch are, as the ledger divides them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Numbers of the devices that the batch declares, by their identity.
    pub(crate) devices: BTreeMap<DeviceUuid, DeviceId>,
    /// What each holder has of each window. Those of a device stand together, in the order of its windows.
    pub(crate) pieces: Vec<Piece>,
}

/// What one holder has of one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Place of the window in its batch.
    pub(crate) place: usize,
    /// The holder; [`JobNumber::IDLE`] where nobody held the device.
    pub(crate) job: JobNumber,
    /// The site that the node stood at.
    pub(crate) site: SiteNumber,
    /// The holder's energy.
    pub(crate) energy: Energy,
    /// The holder's part of the window's length.
    pub(crate) held: DeviceTime,
    /// The holder's part of the time that was observed.
    pub(crate) covered: DeviceTime,
}

impl Division {
    pub(super) fn of(devices: &BTreeMap<&DeviceUuid, DeviceId>, pieces: &[(usize, Key, Part)]) -> Self {
        let devices = devices.iter().map(|(uuid, device)| ((*uuid).clone(), *device)).collect();
        let piece = |(place, key, part): &(usize, Key, Part)| {
            let Part { energy, span, covered, .. } = *part;
            Piece { place: *place, job: key.job, site: key.site, energy, held: span, covered }
        };
        Self { devices, pieces: pieces.iter().map(piece).collect() }
    }
}

/// Stored batch `number` under the names that it has in the store, and how its windows are divided as believed at `revision`.
pub(crate) fn divide(tx: &Tx<'_>, number: BatchId, revision: Revision) -> Result<(Batch, Division), IngestError> {
    let kept = tx.evidence().get(number)?;
    let batch = as_stored(tx, number, Batch::parse(&kept.body)?)?;
    let stored = Stored::of(tx, number, kept.node, &batch, revision)?;
    let division = Division::of(&stored.devices, &attribute_stored(tx, &stored, revision)?.pieces);
    Ok((batch, division))
}
