//! What agents say at its true time where their clock was set back.
//!
//! Within a boot the monotonic clock tells what was metered when, and a batch's number whether it was made before or after a setting. What the date
//! showed on either side of a setting back overlaps, and one of the two is wrong by its length: the service's own clock, in the times of receipt, says
//! which. Windows and holdings are moved alike.

use super::error::IngestError;
use crate::store::{ClockSetting, Held, Rank, StoreError, Tx};
use model::{BatchId, DeviceId, DeviceUuid, NodeNumber, Revision};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use units::{Interval, Span, Timestamp};
use wire::{Batch, GapReason};

/// How many batches on either side of a setting are moved at most: more than a day's, and few enough to be attributed anew within minutes.
const BATCHES_MOVED_MAX: u64 = 20_000;
/// An agent follows its wall clock when that is further away, nanoseconds: the two that a batch shows may differ by it.
const FOLLOWED_NS: i64 = 10_000_000_000;

/// When the clocks of the agents of a node were set; nearly always never.
#[derive(Debug)]
pub(crate) struct Clocks {
    /// By device, then by number within the boot.
    settings: Vec<ClockSetting>,
}

impl Clocks {
    /// As known at `revision`.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub(crate) fn of(tx: &Tx<'_>, node: NodeNumber, revision: Revision) -> Result<Self, StoreError> {
        Ok(Self { settings: tx.gaps().clock_settings(node, revision)? })
    }

    /// Whether none was ever set.
    pub(crate) const fn is_empty(&self) -> bool {
        self.settings.is_empty()
    }

    /// A batch with its windows at their true times. `devices` are the numbers of its devices.
    pub(super) fn dated<'a>(
        &self,
        tx: &Tx<'_>,
        number: BatchId,
        said: Cow<'a, Batch>,
        devices: &BTreeMap<&DeviceUuid, DeviceId>,
    ) -> Result<Cow<'a, Batch>, StoreError> {
        if self.settings.is_empty() {
            return Ok(said);
        }
        let rank = Rank { agent: tx.evidence().names_of(number)?.agent, ..Rank::of(&said) };
        let mut moves: BTreeMap<DeviceUuid, i64> = BTreeMap::new();
        for (uuid, device) in devices {
            moves.insert((*uuid).clone(), self.moved_ns(tx, *device, &rank)?);
        }
        moves.retain(|_, by_ns| *by_ns != 0);
        Ok(if moves.is_empty() { said } else { moved(said, &moves) })
    }

    /// Batch `number` as it was dated at any time, at first as it says itself and last as it is now.
    pub(super) fn through_time<'a>(
        &self,
        tx: &Tx<'_>,
        number: BatchId,
        said: &'a Batch,
        devices: &BTreeMap<&DeviceUuid, DeviceId>,
    ) -> Result<Vec<Cow<'a, Batch>>, StoreError> {
        let mut found = vec![Cow::Borrowed(said)];
        let steps: BTreeSet<BatchId> = self.settings.iter().map(|setting| setting.batch).collect();
        for step in steps {
            let known = self.settings.iter().filter(|setting| setting.batch <= step).cloned().collect();
            let dated = Self { settings: known }.dated(tx, number, Cow::Borrowed(said), devices)?;
            if found.last() != Some(&dated) {
                found.push(dated);
            }
        }
        Ok(found)
    }

    /// Who held the devices of `node` in an interval: by device, ordered by job identity and start.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub(crate) fn holders(
        &self,
        tx: &Tx<'_>,
        node: NodeNumber,
        during: Interval,
        revision: Revision,
    ) -> Result<HashMap<DeviceId, Vec<Held>>, StoreError> {
        if self.settings.is_empty() {
            return tx.holdings().holders(node, during, revision);
        }
        let furthest =
            self.settings.iter().fold(0_u64, |sum, setting| sum.saturating_add(setting.by_ns.unsigned_abs()));
        let wide = during.widened(Span::from_nanoseconds(furthest));
        let mut found: HashMap<DeviceId, Vec<Held>> = HashMap::new();
        for (device, mut held, rank) in tx.holdings().ranked_holders(node, wide, revision)? {
            let by_ns = self.moved_ns(tx, device, &rank)?;
            held.start = after(held.start, by_ns);
            held.end = held.end.map(|end| after(end, by_ns));
            if held.start < during.end() && held.end.is_none_or(|end| end > during.start()) {
                found.entry(device).or_default().push(held);
            }
        }
        for held in found.values_mut() {
            held.sort_by(|a, b| (&a.job_id, a.start).cmp(&(&b.job_id, b.start)));
        }
        Ok(found)
    }

    /// By how much what `rank` says of a device is moved, ns.
    pub(super) fn moved_ns(&self, tx: &Tx<'_>, device: DeviceId, rank: &Rank) -> Result<i64, StoreError> {
        let of_boot = |setting: &&ClockSetting| {
            setting.device == device && setting.agent == rank.agent && setting.boot == rank.boot
        };
        let of_boot: Vec<&ClockSetting> = self.settings.iter().filter(of_boot).collect();
        let last_before = of_boot.iter().rposition(|setting| setting.sequence <= rank.sequence);
        let mut moved_ns = 0_i64;
        for (place, setting) in of_boot.iter().enumerate().filter(|(_, setting)| setting.by_ns < 0) {
            let distance = setting.sequence - rank.sequence;
            let is_before = distance > 0 && distance.unsigned_abs() <= BATCHES_MOVED_MAX;
            if !is_before && last_before != Some(place) {
                continue;
            }
            match (is_before, is_correction(tx, setting, &of_boot)?) {
                (true, true) => moved_ns = moved_ns.saturating_add(setting.by_ns),
                (false, false) => moved_ns = moved_ns.saturating_sub(setting.by_ns),
                _ => {}
            }
        }
        Ok(moved_ns)
    }
}

/// Whether a setting back was a correction. It was a mistake if the service received what was metered before at about the time that its date says.
fn is_correction(tx: &Tx<'_>, setting: &ClockSetting, of_boot: &[&ClockSetting]) -> Result<bool, StoreError> {
    let before = of_boot.iter().filter(|other| other.sequence < setting.sequence && other.batch < setting.batch);
    let after = before.map(|other| other.sequence).max().unwrap_or(0);
    let ahead_ns = tx.gaps().ahead_before(setting, after)?;
    Ok(ahead_ns.is_none_or(|ahead_ns| ahead_ns.saturating_abs() >= setting.by_ns.saturating_abs() / 2))
}

/// Moves the windows of the batch's own boot: what was metered before it began was dated by another.
fn moved<'a>(said: Cow<'a, Batch>, moves: &BTreeMap<DeviceUuid, i64>) -> Cow<'a, Batch> {
    let began = said.clock.wall.before(said.clock.monotonic).nanoseconds().saturating_sub(FOLLOWED_NS);
    let mut batch = said;
    for window in &mut batch.to_mut().windows {
        let Some(by_ns) = moves.get(&window.device).filter(|_| window.start.nanoseconds() >= began) else { continue };
        (window.start, window.end) = (after(window.start, *by_ns), after(window.end, *by_ns));
    }
    batch
}

/// The batches of the boot that batch `number` may move, if it says that a clock was set back; ascending. The newest batch is delivered first, so
/// that what was metered after the setting may have come before it.
pub(super) fn moved_by(
    tx: &Tx<'_>,
    number: BatchId,
    batch: &Batch,
    revision: Revision,
) -> Result<Vec<BatchId>, StoreError> {
    if batch.gaps.iter().all(|gap| gap.reason != GapReason::SetBack) {
        return Ok(Vec::new());
    }
    tx.gaps().others_of_boot(number, BATCHES_MOVED_MAX, revision)
}

/// Stored batch `number` as it was dated before, where a clock was set since: at first as it says itself.
///
/// # Errors
///
/// The evidence of the batch cannot be read.
pub(crate) fn dated_before(tx: &Tx<'_>, number: BatchId, revision: Revision) -> Result<Vec<Batch>, IngestError> {
    let node = tx.evidence().node_of(number)?;
    let clocks = Clocks::of(tx, node, revision)?;
    if clocks.settings.is_empty() {
        return Ok(Vec::new());
    }
    let said = Batch::parse(&tx.evidence().get(number)?.body)?;
    let devices = tx.devices().numbers(node, &said.devices)?;
    let mut dated = clocks.through_time(tx, number, &said, &devices)?;
    dated.pop();
    Ok(dated.into_iter().map(Cow::into_owned).collect())
}

/// `at` moved by so many nanoseconds.
pub(super) const fn after(at: Timestamp, by_ns: i64) -> Timestamp {
    Timestamp::from_nanoseconds(at.nanoseconds().saturating_add(by_ns))
}
