//! Merges windows into longer ones, which have less resolution and the same energy.

use model::DeviceUuid;
use std::collections::BTreeMap;
use units::{Energy, Interval, Overflow, Span, Timestamp};
use wire::{Gap, GapReason, Window};

/// The result of a merge.
pub(crate) struct MergedWindows {
    /// The merged windows, in the order of their first parts.
    pub(crate) windows: Vec<MergedWindow>,
    /// For each device that lost resolution, from when to when.
    pub(crate) gaps: Vec<Gap>,
}

/// A window that stands for one or several.
pub(crate) struct MergedWindow {
    /// Position of its first part among the windows that were merged.
    pub(crate) first: usize,
    /// The sum of its parts.
    pub(crate) window: Window,
}

/// Merges the windows of each device that start within the same `length`, aligned to UTC.
///
/// Energy, observed time and both uncertainties are exact sums. The result has the least certain quality of its parts, all
/// their flags, the extremes of power, and the method of the last part.
///
/// # Errors
///
/// [`Overflow`] of a sum.
pub(crate) fn merge(windows: Vec<Window>, length: Span) -> Result<MergedWindows, Overflow> {
    let mut groups: Vec<(usize, Vec<Window>)> = Vec::new();
    let mut position_of: BTreeMap<(DeviceUuid, Timestamp), usize> = BTreeMap::new();
    for (first, window) in windows.into_iter().enumerate() {
        let end = window.start.next_multiple(length)?;
        let position = *position_of.entry((window.device.clone(), end)).or_insert(groups.len());
        match groups.get_mut(position) {
            Some((_, group)) => group.push(window),
            None => groups.push((first, vec![window])),
        }
    }
    let mut lost: BTreeMap<DeviceUuid, Interval> = BTreeMap::new();
    let mut merged = Vec::with_capacity(groups.len());
    for (first, group) in groups {
        let several = group.len() > 1;
        let Some(window) = sum(group)? else { continue };
        if let (true, Some(own)) = (several, Interval::new(window.start, window.end)) {
            lost.entry(window.device.clone()).and_modify(|lost| *lost = lost.hull(own)).or_insert(own);
        }
        merged.push(MergedWindow { first, window });
    }
    let gaps = lost.into_iter().map(|(device, lost)| {
        let (start, end) = (lost.start(), lost.end());
        Gap { device, start, end, reason: GapReason::Merged }
    });
    Ok(MergedWindows { windows: merged, gaps: gaps.collect() })
}

/// One window for several of the same device; `None` if `windows` is empty.
fn sum(windows: Vec<Window>) -> Result<Option<Window>, Overflow> {
    let mut rest = windows.into_iter();
    let Some(mut sum) = rest.next() else { return Ok(None) };
    for window in rest {
        sum.start = sum.start.min(window.start);
        sum.end = sum.end.max(window.end);
        sum.energy = sum.energy.checked_add(window.energy)?;
        sum.covered = sum.covered.plus(window.covered);
        sum.method = window.method;
        sum.quality = sum.quality.max(window.quality);
        sum.flags.extend(window.flags);
        sum.power_min = sum.power_min.min(window.power_min);
        sum.power_peak = sum.power_peak.max(window.power_peak);
        sum.readings = sum.readings.saturating_add(window.readings);
        sum.integration_uncertainty = add(sum.integration_uncertainty, window.integration_uncertainty)?;
        sum.sensor_systematic = add(sum.sensor_systematic, window.sensor_systematic)?;
    }
    sum.flags.sort_unstable();
    sum.flags.dedup();
    Ok(Some(sum))
}

fn add(one: Energy, other: Energy) -> Result<Energy, Overflow> {
    one.checked_add(other)
}
