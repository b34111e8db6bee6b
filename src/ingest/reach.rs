//! From when to when the windows of a batch reach, device by device.

use crate::store::{StoreError, Tx};
use model::{DeviceId, DeviceUuid, NodeNumber};
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

/// The devices that share a reach.
pub(super) fn shared(reaches: &BTreeMap<DeviceId, Interval>) -> BTreeMap<Interval, Vec<DeviceId>> {
    let mut shared: BTreeMap<Interval, Vec<DeviceId>> = BTreeMap::new();
    for (device, reach) in reaches {
        shared.entry(*reach).or_default().push(*device);
    }
    shared
}

/// What [`crate::store::EvidenceStore::reaches_of_batch`] must hold of a batch: the devices of each reach.
pub(crate) fn reaches_of(
    tx: &Tx<'_>,
    node: NodeNumber,
    batch: &Batch,
) -> Result<BTreeMap<Interval, BTreeSet<DeviceId>>, StoreError> {
    let shared = shared(&reaches(batch, &tx.devices().numbers(node, &batch.devices)?));
    Ok(shared.into_iter().map(|(reach, devices)| (reach, devices.into_iter().collect())).collect())
}
