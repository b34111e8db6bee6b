//! From when to when the windows of a batch reach, device by device.

use crate::store::{StoreError, Tx};
use model::{DeviceId, NodeNumber};
use std::collections::{BTreeMap, BTreeSet};
use units::Timestamp;
use wire::Batch;

/// First and last moment.
pub(super) type Reach = (Timestamp, Timestamp);

/// From when to when the batch's windows of each device reach.
pub(super) fn reaches(batch: &Batch, devices: &BTreeMap<&str, DeviceId>) -> BTreeMap<DeviceId, Reach> {
    let mut reaches: BTreeMap<DeviceId, Reach> = BTreeMap::new();
    for window in &batch.windows {
        let Some(&device) = devices.get(window.device.as_str()) else { continue };
        let known = reaches.entry(device).or_insert((window.start, window.end));
        *known = (known.0.min(window.start), known.1.max(window.end));
    }
    reaches
}

/// From the first moment of them to the last; `None` without any.
pub(super) fn whole(reaches: &BTreeMap<DeviceId, Reach>) -> Option<Reach> {
    reaches.values().copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// The devices that share a reach.
pub(super) fn shared(reaches: &BTreeMap<DeviceId, Reach>) -> BTreeMap<Reach, Vec<DeviceId>> {
    let mut shared: BTreeMap<Reach, Vec<DeviceId>> = BTreeMap::new();
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
) -> Result<BTreeMap<(Timestamp, Timestamp), BTreeSet<DeviceId>>, StoreError> {
    let shared = shared(&reaches(batch, &tx.devices().numbers(node, &batch.devices)?));
    Ok(shared.into_iter().map(|(reach, devices)| (reach, devices.into_iter().collect())).collect())
}
