//! Which windows of a stored batch count, for whoever keeps a copy of them.

use super::clocks;
use super::error::IngestError;
use super::selection::{is_in_order, is_plausible, meeting, overlapped};
use super::stored::Stored;
use crate::store::Tx;
use model::{BatchId, DeviceId, DeviceUuid, NodeNumber, Revision};
use std::collections::BTreeSet;
use units::Interval;
use wire::{Batch, Device, Window};

/// What a batch changes about the windows of one device that count.
#[derive(Debug)]
pub(crate) struct Counted<W> {
    /// The device whose windows these are.
    pub(crate) device: DeviceId,
    /// All that begin in here count no longer, unless they are among `windows`; `None`: nothing known before is touched.
    pub(crate) replaces: Option<Interval>,
    /// The windows that count, each as the caller made it.
    pub(crate) windows: Vec<W>,
}

/// Device by device the windows that count once batches up to `number`, which is `batch` of `node`, are known; each as what `of` makes of it.
/// Devices that another contains are among them: they are metered, though never posted.
///
/// # Errors
///
/// The evidence of a batch cannot be read.
pub(crate) fn counted<W>(
    tx: &Tx<'_>,
    number: BatchId,
    node: NodeNumber,
    batch: &Batch,
    of: impl Fn(&Window, &Device) -> W,
) -> Result<Vec<Counted<W>>, IngestError> {
    let newest = number.revision();
    let stored = Stored::of(tx, number, node, batch, newest)?;
    let moved = clocks::moved_by(tx, number, batch, newest)?;
    let mut found = Vec::new();
    for own in &batch.devices {
        let Some(&device) = stored.devices.get(&own.uuid) else { continue };
        let own_reach = stored.reaches.get(&device).copied();
        let moved = tx.evidence().reach_of_batches(device, &moved)?;
        let Some(reach) = own_reach.into_iter().chain(moved).reduce(Interval::hull) else { continue };
        let is_alone = stored.is_alone && moved.is_none();
        let (met, whole) =
            if is_alone { (BTreeSet::from([number]), reach) } else { meeting(tx, device, reach, newest)? };
        let (mut windows, mut replaces) = (Vec::new(), None);
        if moved.is_none() && met.len() == 1 && is_in_order(&windows_of(&stored.batch, own)) {
            keep(&stored.batch, own, &BTreeSet::new(), &of, &mut windows);
        } else {
            anew(tx, device, &own.uuid, (met, whole), newest, &of, &mut windows)?;
            replaces = Some(whole);
        }
        found.push(Counted { device, replaces, windows });
    }
    Ok(found)
}

/// Decides among all windows of batches that overlap within a time.
fn anew<W>(
    tx: &Tx<'_>,
    device: DeviceId,
    uuid: &DeviceUuid,
    (met, whole): (BTreeSet<BatchId>, Interval),
    newest: Revision,
    of: &impl Fn(&Window, &Device) -> W,
    windows: &mut Vec<W>,
) -> Result<(), IngestError> {
    for number in met {
        let kept = tx.evidence().get(number)?;
        let said = Batch::parse(&kept.body)?;
        let stored = Stored::of(tx, number, kept.node, &said, newest)?;
        let batch = &*stored.batch;
        let Some(own) = batch.devices.iter().find(|own| own.uuid == *uuid) else { continue };
        // One that was moved away has reached there once.
        if stored.reaches.get(&device).and_then(|reach| reach.overlap(whole)).is_none() {
            continue;
        }
        let lost = overlapped(tx, &stored, device, uuid, &windows_of(batch, own), newest)?;
        keep(batch, own, &lost, of, windows);
    }
    Ok(())
}

/// The device's windows with their places in the batch.
fn windows_of<'a>(batch: &'a Batch, own: &Device) -> Vec<(usize, &'a Window)> {
    batch.windows.iter().enumerate().filter(|(_, window)| window.device == own.uuid).collect()
}

fn keep<W>(
    batch: &Batch,
    own: &Device,
    lost: &BTreeSet<usize>,
    of: &impl Fn(&Window, &Device) -> W,
    windows: &mut Vec<W>,
) {
    let counts = |(place, window): &(usize, &Window)| is_plausible(window, own.limit) && !lost.contains(place);
    windows.extend(windows_of(batch, own).into_iter().filter(counts).map(|(_, window)| of(window, own)));
}
