//! From when to when the windows of a batch reach, device by device.

use super::clocks::Clocks;
use crate::store::{StoreError, Tx};
use model::{BatchId, DeviceId, DeviceUuid, NodeNumber};
use std::collections::{BTreeMap, BTreeSet};
use units::Interval;
use wire::Batch;

/// From when to when the batch's windows of each device reach.
pub(super) fn reaches(batch: &Batch, devices: &BTreeMap<&DeviceUuid, DeviceId>) -> BTreeMap<DeviceId, Interval> {
    let mut reaches: BTreeMap<DeviceId, Interval> = BTreeMap::new();
    for window in &batch.windows {
        let (device, own) = (devices.get(&window.device), Interval::new(window.start, window.end));
        let (Some(&device), Some(own)) = (device, own) else { continue };
        reaches.entry(device).and_modify(|known| *known = known.hull(own)).or_insert(own);
    }
    reaches
}

/// From the first moment of them to the last; `None` without any.
pub(super) fn whole(reaches: &BTreeMap<DeviceId, Interval>) -> Option<Interval> {
    reaches.values().copied().reduce(Interval::hull)
}

/// What [`crate::store::EvidenceStore::reaches_of_batch`] must hold of batch `number`, which says `said`: the devices of each reach, at every time that its
/// windows were dated to.
pub(crate) fn reaches_of(
    tx: &Tx<'_>,
    clocks: &Clocks,
    number: BatchId,
    node: NodeNumber,
    said: &Batch,
) -> Result<BTreeMap<Interval, BTreeSet<DeviceId>>, StoreError> {
    let devices = tx.devices().numbers(node, &said.devices)?;
    let mut found: BTreeMap<Interval, BTreeSet<DeviceId>> = BTreeMap::new();
    for batch in clocks.through_time(tx, number, said, &devices)? {
        for (device, reach) in reaches(&batch, &devices) {
            found.entry(reach).or_default().insert(device);
        }
    }
    Ok(found)
}

/// Notes from when to when the windows of a batch reach, and returns it.
pub(super) fn note(
    tx: &Tx<'_>,
    clocks: &Clocks,
    number: BatchId,
    node: NodeNumber,
    said: &Batch,
) -> Result<BTreeMap<Interval, BTreeSet<DeviceId>>, StoreError> {
    let reaches = reaches_of(tx, clocks, number, node, said)?;
    for (reach, devices) in &reaches {
        tx.evidence().add_reach(node, number, *reach, &devices.iter().copied().collect::<Vec<_>>())?;
    }
    Ok(reaches)
}
