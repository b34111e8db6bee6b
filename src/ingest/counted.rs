//! Which windows of a stored batch count, for whoever keeps a copy of them.

use super::IngestError;
use super::selection::{is_in_order, is_plausible, meeting, overlapped, spans};
use crate::store::Tx;
use std::collections::{BTreeMap, BTreeSet};
use units::Timestamp;
use wire::{Batch, Device, Window};

/// What a batch changes about the windows of one device that count.
#[derive(Debug)]
pub(crate) struct Counted<W> {
    /// Number of the device.
    pub(crate) device: i64,
    /// All that begin in here count no longer, unless they are among `windows`; `None`: nothing known before is touched.
    pub(crate) replaces: Option<(Timestamp, Timestamp)>,
    /// Those that count.
    pub(crate) windows: Vec<W>,
}

/// Device by device the windows that count once batches up to `number`, which is `batch` of `node`, are known; each as what `of` makes of it.
/// Devices that another contains are among them: they are metered, though never posted.
///
/// # Errors
///
/// Evidence cannot be read.
pub(crate) fn counted<W>(
    tx: &Tx<'_>,
    (number, node, batch): (i64, i64, &Batch),
    of: impl Fn(&Window, &Device) -> W,
) -> Result<Vec<Counted<W>>, IngestError> {
    let mut devices = BTreeMap::new();
    for device in &batch.devices {
        if let Some(known) = tx.device(node, &device.uuid)? {
            devices.insert(device.uuid.as_str(), known);
        }
    }
    let declared: BTreeMap<i64, &Device> =
        batch.devices.iter().filter_map(|device| Some((*devices.get(device.uuid.as_str())?, device))).collect();
    let mut found = Vec::new();
    for (device, start, end) in spans(batch, &devices) {
        let Some(&own) = declared.get(&device) else { continue };
        let met = meeting(tx, device, (start, end), number)?;
        let (mut windows, mut replaces) = (Vec::new(), None);
        if met.len() == 1 && is_in_order(batch, &own.uuid) {
            keep(batch, own, &BTreeSet::new(), &of, &mut windows);
        } else {
            replaces = Some(anew(tx, (device, &own.uuid), (met, number), &of, &mut windows)?);
        }
        found.push(Counted { device, replaces, windows });
    }
    Ok(found)
}

/// Decides among all windows of batches that overlap; returns the time in which they lie.
fn anew<W>(
    tx: &Tx<'_>,
    (device, uuid): (i64, &str),
    (met, newest): (BTreeSet<i64>, i64),
    of: &impl Fn(&Window, &Device) -> W,
    windows: &mut Vec<W>,
) -> Result<(Timestamp, Timestamp), IngestError> {
    let mut whole: Option<(Timestamp, Timestamp)> = None;
    for number in met {
        let batch = Batch::parse(&tx.batch(number)?.body)?;
        let reach = spans(&batch, &BTreeMap::from([(uuid, device)]));
        let (Some(&(_, start, end)), Some(own)) = (reach.first(), batch.devices.iter().find(|own| own.uuid == uuid))
        else {
            continue;
        };
        let lost = overlapped(tx, (number, &batch), (device, uuid), (start, end), newest)?;
        keep(&batch, own, &lost, of, windows);
        let (from, to) = whole.unwrap_or((start, end));
        whole = Some((from.min(start), to.max(end)));
    }
    Ok(whole.unwrap_or_default())
}

fn keep<W>(
    batch: &Batch,
    own: &Device,
    lost: &BTreeSet<usize>,
    of: &impl Fn(&Window, &Device) -> W,
    windows: &mut Vec<W>,
) {
    let counts = |(place, window): &(usize, &Window)| {
        window.device == own.uuid && is_plausible(window, own.limit) && !lost.contains(place)
    };
    windows.extend(batch.windows.iter().enumerate().filter(counts).map(|(_, window)| of(window, own)));
}
