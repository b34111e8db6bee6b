//! A batch and what the store knows of it.

use super::clocks::Clocks;
use super::error::IngestError;
use super::reach::{reaches, whole};
use crate::store::Tx;
use model::{BatchId, DeviceId, DeviceUuid, NodeNumber, Revision};
use std::borrow::Cow;
use std::collections::BTreeMap;
use units::Interval;
use wire::Batch;

/// A batch and what the store knows of it.
pub(super) struct Stored<'a> {
    pub(super) number: BatchId,
    pub(super) node: NodeNumber,
    /// As it was sent, and with its windows at their true times.
    pub(super) said: &'a Batch,
    pub(super) batch: Cow<'a, Batch>,
    pub(super) clocks: Clocks,
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
        said: &'a Batch,
        newest: Revision,
    ) -> Result<Self, IngestError> {
        let devices = tx.devices().numbers(node, &said.devices)?;
        let mut stored = Self::new(tx, number, node, said, devices, newest)?;
        stored.is_alone = match whole(&stored.reaches) {
            Some(reach) => !tx.evidence().is_met(node, number, reach, newest)?,
            None => true,
        };
        Ok(stored)
    }

    /// The same without a look at other batches, as if it met some.
    pub(super) fn new(
        tx: &Tx<'_>,
        number: BatchId,
        node: NodeNumber,
        said: &'a Batch,
        devices: BTreeMap<&'a DeviceUuid, DeviceId>,
        newest: Revision,
    ) -> Result<Self, IngestError> {
        let clocks = Clocks::of(tx, node, newest)?;
        let batch = clocks.dated(tx, number, Cow::Borrowed(said), &devices)?;
        let reaches = reaches(&batch, &devices);
        Ok(Self { number, node, said, batch, clocks, devices, reaches, is_alone: false })
    }
}
