//! Which windows of a device count: of windows that overlap in time only one.

use super::stored::Stored;
use crate::store::{StoreError, Tx};
use model::{AgentId, BatchId, DeviceId, DeviceUuid, Revision};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use units::{Interval, Power, Timestamp};
use wire::{Batch, Window};

/// Orders windows by receipt, then by place in their batch; of two that overlap the lower one counts. No clock of a sender decides: whose windows
/// are received at all is decided by who speaks for the node.
type Precedence = (Receipt, usize);

/// The order of batches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Receipt {
    /// From before the order of receipt was the one that counts: by the sender's clock, agent, boot and sequence.
    Stated(Timestamp, AgentId, u128, u64),
    /// By number.
    Numbered(BatchId),
}

impl Receipt {
    fn of(number: BatchId, batch: &Batch, numbered_after: BatchId) -> Self {
        if number > numbered_after {
            return Self::Numbered(number);
        }
        Self::Stated(batch.clock.wall, batch.agent.clone(), batch.boot.bits(), batch.sequence)
    }
}

/// The batches known at revision `newest` whose windows of `device` may decide about a window in `reach`: those whose spans meet it, and those
/// whose spans meet theirs; and from when to when these reach.
pub(super) fn meeting(
    tx: &Tx<'_>,
    device: DeviceId,
    mut reach: Interval,
    newest: Revision,
) -> Result<(BTreeSet<BatchId>, Interval), StoreError> {
    loop {
        let met = tx.evidence().reaches_of_device(device, reach, newest)?;
        let wider = met.iter().fold(reach, |reach, (_, other)| reach.hull(*other));
        if wider == reach {
            return Ok((met.into_iter().map(|(batch, _)| batch).collect(), reach));
        }
        reach = wider;
    }
}

/// Places of the windows of `uuid` in batch `number` that another window is preferred to, as believed at `revision`.
pub(super) fn overlapped(
    tx: &Tx<'_>,
    stored: &Stored<'_>,
    device: DeviceId,
    uuid: &DeviceUuid,
    own: &[(usize, &Window)],
    revision: Revision,
) -> Result<BTreeSet<usize>, super::error::IngestError> {
    let (number, batch) = (stored.number, &*stored.batch);
    let met = match stored.reaches.get(&device) {
        Some(reach) if !stored.is_alone => meeting(tx, device, *reach, revision)?.0,
        _ => BTreeSet::from([number]),
    };
    if met.len() == 1 && is_in_order(own) {
        return Ok(BTreeSet::new());
    }
    let numbered_after = tx.evidence().received_in_order_after()?;
    let mut windows: Vec<(Precedence, bool, Timestamp, Timestamp)> = Vec::new();
    for other in met {
        if other == number {
            windows.extend(ranked(&Receipt::of(number, batch, numbered_after), batch, uuid, true));
        } else {
            let said = Batch::parse(&tx.evidence().get(other)?.body)?;
            let devices = tx.devices().numbers(stored.node, &said.devices)?;
            let batch = stored.clocks.dated(tx, other, Cow::Borrowed(&said), &devices)?;
            windows.extend(ranked(&Receipt::of(other, &batch, numbered_after), &batch, uuid, false));
        }
    }
    windows.sort();
    let mut taken: BTreeMap<Timestamp, Timestamp> = BTreeMap::new();
    let mut lost = BTreeSet::new();
    for (rank, own, start, end) in windows {
        // The taken ones do not overlap, so that only the last that begins before `end` can reach past `start`.
        if taken.range(..end).next_back().is_none_or(|(_, until)| *until <= start) {
            taken.insert(start, end);
        } else if own {
            lost.insert(rank.1);
        }
    }
    Ok(lost)
}

/// Whether each window of the device begins when the one before it has ended, so that none overlap.
pub(super) fn is_in_order(own: &[(usize, &Window)]) -> bool {
    own.iter().zip(own.iter().skip(1)).all(|((_, earlier), (_, later))| earlier.end <= later.start)
}

fn ranked(
    receipt: &Receipt,
    batch: &Batch,
    uuid: &DeviceUuid,
    own: bool,
) -> Vec<(Precedence, bool, Timestamp, Timestamp)> {
    let limit = batch.devices.iter().find(|device| device.uuid == *uuid).map(|device| device.limit);
    let of_device = batch.windows.iter().enumerate().filter(|(_, window)| window.device == *uuid);
    let plausible = of_device.filter(|(_, window)| limit.is_some_and(|limit| is_plausible(window, limit)));
    plausible.map(|(place, window)| ((receipt.clone(), place), own, window.start, window.end)).collect()
}

/// 1 MW: more than any one device draws, a rack counted as one included. Without it a node that declares no limit could drive sums out of their range.
const LIMIT_MAX: Power = Power::from_milliwatts(1_000_000_000);

/// Whether the energy is at most limit × time × 1.2, the bound of METHOD.md for what a sensor may say above the limit.
pub(super) fn is_plausible(window: &Window, limit: Power) -> bool {
    let limit = limit.min(LIMIT_MAX);
    let Some(interval) = Interval::new(window.start, window.end) else { return false };
    let bound = limit.times(interval.span()).scaled(12, 10);
    units::ExactEnergy::from_millijoules(i128::from(window.energy.millijoules())) <= bound
}
