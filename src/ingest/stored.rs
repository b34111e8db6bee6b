//! A batch and what the store knows of it.

use super::error::IngestError;
use super::reach::{reaches, whole};
use crate::store::Tx;
use model::{BatchId, DeviceId, DeviceUuid, NodeNumber, Revision};
use std::collections::BTreeMap;
use units::Interval;
use wire::Batch;

/// A batch and what the store knows of it.
pub(super) struct Stored<'a> {
    pub(super) number: BatchId,
    pub(super) node: NodeNumber,
    pub(super) batch: &'a Batch,
    /// Numbers of its devices by their identity.
    pub(super) devices: BTreeMap<&'a DeviceUuid, DeviceId>,
    pub(super) reaches: BTreeMap<DeviceId, Interval>,
    /// Whether no other batch of the node may have windows at the same time.
    pub(super) is_alone: bool,
}

impl<'a> Stored<'a> {
    /// Batch `number` of `node`, among the batches that are known at revision `newest`.
    pub(super) fn of(
        tx: &Tx<'_>,
        number: BatchId,
        node: NodeNumber,
        batch: &'a Batch,
        newest: Revision,
    ) -> Result<Self, IngestError> {
        let devices = tx.devices().numbers(node, &batch.devices)?;
        let reaches = reaches(batch, &devices);
        let is_alone = match whole(&reaches) {
            Some(reach) => !tx.evidence().is_met(node, number, reach, newest)?,
            None => true,
        };
        Ok(Self { number, node, batch, devices, reaches, is_alone })
    }
}
