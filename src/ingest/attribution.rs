//! From windows to accounts: cut where the holders, the site or the posting period change, split among the holders.

use super::error::IngestError;
use super::held_idle::is_low;
use super::reach::whole;
use super::selection::{is_plausible, overlapped};
use super::stored::Stored;
use crate::store::{Assigned, Held, HeldTime, Key, Part, SetAside, Tx};
use account::attribute::{split, split_span};
use model::{BatchId, DeviceUuid, JobNumber, NodeNumber, Revision, SetAsideReason, SiteNumber};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use units::{Energy, Interval, Span, Timestamp};
use wire::{Batch, Device, Quality, Window};

/// Posting period of a node that no site claims.
const UNASSIGNED: Assigned =
    Assigned { since: Timestamp::from_nanoseconds(0), site: SiteNumber::UNASSIGNED, period: Span::from_seconds(3_600) };

/// What a batch's windows become.
#[derive(Debug)]
pub(crate) struct Attributed {
    /// The batch, with its windows at their true times.
    pub(crate) batch: Batch,
    /// What the windows add to each account.
    pub(crate) totals: BTreeMap<Key, Part>,
    /// The same, window by window: its place in the batch, account and part.
    pub(crate) pieces: Vec<(usize, Key, Part)>,
    /// The windows that are kept and not posted.
    pub(crate) aside: Vec<SetAside>,
    /// By job, how long it held accelerators.
    pub(crate) held: BTreeMap<JobNumber, HeldTime>,
}

/// What one device's windows are cut by.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings<'a> {
    /// The node that the device is in.
    pub(crate) node: NodeNumber,
    /// What the device is: `accelerator`, `host` or `platform`.
    pub(crate) component: &'static str,
    /// Who held it, as [`crate::store::HoldingStore::holders`] orders them.
    pub(crate) holders: &'a [Held],
    /// Where its node stood, oldest first.
    pub(crate) sites: &'a [Assigned],
}

/// What a batch's windows become, without the batch.
#[derive(Default)]
pub(super) struct Shares {
    pub(super) totals: BTreeMap<Key, Part>,
    pub(super) pieces: Vec<(usize, Key, Part)>,
    pub(super) aside: Vec<SetAside>,
    pub(super) held: BTreeMap<JobNumber, HeldTime>,
}

/// Attributes the windows of stored batch `number` as believed at `revision`.
pub(crate) fn attribute(tx: &Tx<'_>, number: BatchId, revision: Revision) -> Result<Attributed, IngestError> {
    let kept = tx.evidence().get(number)?;
    let said = Batch::parse(&kept.body)?;
    let stored = Stored::of(tx, number, kept.node, &said, revision)?;
    let Shares { totals, pieces, aside, held } = attribute_stored(tx, &stored, revision)?;
    let batch = match stored.batch {
        Cow::Owned(dated) => dated,
        Cow::Borrowed(_) => said,
    };
    Ok(Attributed { batch, totals, pieces, aside, held })
}

/// Attributes the windows of a batch as believed at `revision`.
pub(super) fn attribute_stored(tx: &Tx<'_>, stored: &Stored<'_>, revision: Revision) -> Result<Shares, IngestError> {
    let mut found = Shares::default();
    let Some(reach) = whole(&stored.reaches) else { return Ok(found) };
    let sites = tx.nodes().assignments(stored.node, revision)?;
    let holders = stored.clocks.holders(tx, stored.node, reach, revision)?;
    let mut own: BTreeMap<&DeviceUuid, Vec<(usize, &Window)>> = BTreeMap::new();
    for (place, window) in stored.batch.windows.iter().enumerate() {
        own.entry(&window.device).or_default().push((place, window));
    }
    for declared in stored.batch.devices.iter().filter(|device| device.counted_in.is_none()) {
        let uuid = &declared.uuid;
        let (Some(&device), Some(own)) = (stored.devices.get(uuid), own.get(uuid)) else { continue };
        let lost = overlapped(tx, stored, device, uuid, own, revision)?;
        let holders = holders.get(&device).map(Vec::as_slice).unwrap_or_default();
        let around = Surroundings { node: stored.node, component: declared.kind.name(), holders, sites: &sites };
        for (place, window) in own {
            match refusal(window, declared, lost.contains(place)) {
                Some(reason) => found.aside.push(SetAside {
                    batch: stored.number,
                    position: *place,
                    device,
                    start: window.start,
                    end: window.end,
                    energy: window.energy,
                    reason,
                }),
                None => found.take(*place, window, declared, &around)?,
            }
        }
    }
    for (_, key, part) in &found.pieces {
        match found.totals.get_mut(key) {
            Some(total) => *total = joined(*total, *part)?,
            None => drop(found.totals.insert(key.clone(), *part)),
        }
    }
    Ok(found)
}

impl Shares {
    /// Takes the pieces of a window.
    fn take(
        &mut self,
        place: usize,
        window: &Window,
        device: &Device,
        around: &Surroundings<'_>,
    ) -> Result<(), units::Overflow> {
        let (is_held, is_idle) = (device.kind == wire::DeviceKind::Accelerator, is_low(window, device));
        cut(window, around, |key, part| {
            if is_held && !key.job.is_idle() {
                self.held.entry(key.job).or_default().add(part.span, is_idle);
            }
            self.pieces.push((place, key, part));
        })
    }
}

fn refusal(window: &Window, device: &Device, overlapped: bool) -> Option<SetAsideReason> {
    if !is_plausible(window, device.limit) {
        return Some(SetAsideReason::Implausible);
    }
    overlapped.then_some(SetAsideReason::Overlap)
}

/// The sum of two parts of one account.
fn joined(a: Part, b: Part) -> Result<Part, units::Overflow> {
    Ok(Part {
        start: a.start.min(b.start),
        end: a.end.max(b.end),
        energy: a.energy.checked_add(b.energy)?,
        modelled: a.modelled.checked_add(b.modelled)?,
        covered: a.covered + b.covered,
        span: a.span + b.span,
    })
}

/// The parts of one window, a time and a holder each. They sum to the window, since both splits do.
pub(crate) fn cut(
    window: &Window,
    around: &Surroundings<'_>,
    mut part_of: impl FnMut(Key, Part),
) -> Result<(), units::Overflow> {
    let is_measured = matches!(window.quality, Quality::Counter | Quality::Integrated);
    let modelled = |energy: Energy| if is_measured { Energy::ZERO } else { energy };
    if let Some(job) = only_holder(window, around) {
        let (start, end, energy) = (window.start, window.end, window.energy);
        let span = end.since(start).unwrap_or(Span::ZERO);
        let (covered, span) = (window.covered.into(), span.into());
        part_of(key(around, job, start), Part { start, end, energy, modelled: modelled(energy), covered, span });
        return Ok(());
    }
    let edges = edges(window, around);
    let segments = edges.iter().zip(edges.iter().skip(1)).filter_map(|(start, end)| Interval::new(*start, *end));
    let segments: Vec<Interval> = segments.collect();
    let lengths: Vec<u64> = segments.iter().map(|segment| segment.span().nanoseconds()).collect();
    let energies = split(window.energy, &lengths)?;
    let covered = split_span(window.covered, &lengths)?;
    for (segment, (energy, covered)) in segments.into_iter().zip(energies.into_iter().zip(covered)) {
        let (start, end) = (segment.start(), segment.end());
        let holders = holders_at(around.holders, start);
        let weights: Vec<u64> = holders.iter().map(|(_, weight)| *weight).collect();
        let energies = split(energy, &weights)?;
        let (covered, spans) = (split_span(covered, &weights)?, split_span(segment.span(), &weights)?);
        for (position, (job, _)) in holders.iter().enumerate() {
            let energy = energies[position];
            let modelled = modelled(energy);
            let (covered, span) = (covered[position].into(), spans[position].into());
            part_of(key(around, *job, start), Part { start, end, energy, modelled, covered, span });
        }
    }
    Ok(())
}

/// The job (0: idle) that the whole window belongs to, where nothing divides it: what nearly every window is.
fn only_holder(window: &Window, around: &Surroundings<'_>) -> Option<JobNumber> {
    let divides = |at: Timestamp| window.start < at && at < window.end;
    let of_holder = |held: &Held| divides(held.start) || held.end.is_some_and(divides);
    if around.holders.iter().any(of_holder)
        || around.sites.iter().any(|assigned| divides(assigned.since))
        || divides(period(site_at(around.sites, window.start), window.start).end)
    {
        return None;
    }
    let mut holding = around.holders.iter().filter(|held| holds(held, window.start));
    match (holding.next(), holding.next()) {
        (None, _) => Some(JobNumber::IDLE),
        (Some(held), None) => Some(held.job),
        (Some(_), Some(_)) => None,
    }
}

fn holds(held: &Held, at: Timestamp) -> bool {
    held.start <= at && held.end.is_none_or(|end| at < end)
}

/// Jobs that hold the device at `at` with their weights, by identity; idle when there is none.
pub(crate) fn holders_at(holders: &[Held], at: Timestamp) -> Vec<(JobNumber, u64)> {
    let holding = holders.iter().filter(|held| holds(held, at));
    let mut found: Vec<(JobNumber, u64)> = Vec::new();
    for held in holding {
        // One job with two statements for one time holds once.
        match found.iter_mut().find(|(job, _)| *job == held.job) {
            Some((_, weight)) => *weight = (*weight).max(u64::from(held.weight)),
            None => found.push((held.job, u64::from(held.weight))),
        }
    }
    if found.is_empty() { vec![(JobNumber::IDLE, 1)] } else { found }
}

/// The window's ends and every moment inside at which the account may change.
fn edges(window: &Window, around: &Surroundings<'_>) -> BTreeSet<Timestamp> {
    let mut edges = BTreeSet::from([window.start, window.end]);
    edges.extend(around.holders.iter().map(|held| held.start));
    edges.extend(around.holders.iter().filter_map(|held| held.end));
    edges.extend(around.sites.iter().map(|assigned| assigned.since));
    edges.retain(|edge| (window.start..=window.end).contains(edge));
    let mut at = window.start;
    while at < window.end {
        let period_end = period(site_at(around.sites, at), at).end;
        let site_ends = around.sites.iter().map(|assigned| assigned.since).find(|since| *since > at);
        at = site_ends.map_or(period_end, |since| since.min(period_end)).min(window.end);
        edges.insert(at);
    }
    edges
}

/// Where a node stood at `at`.
pub(crate) fn site_at(sites: &[Assigned], at: Timestamp) -> Assigned {
    sites.iter().rev().find(|assigned| assigned.since <= at).copied().unwrap_or(UNASSIGNED)
}

/// The posting period of `site` that holds `at`.
fn period(site: Assigned, at: Timestamp) -> Range<Timestamp> {
    let period_ns = site.period.nanoseconds().cast_signed();
    let start = at.nanoseconds() - at.nanoseconds().rem_euclid(period_ns);
    Timestamp::from_nanoseconds(start)..Timestamp::from_nanoseconds(start.saturating_add(period_ns))
}

fn key(around: &Surroundings<'_>, job: JobNumber, at: Timestamp) -> Key {
    let site = site_at(around.sites, at);
    let Range { start: period_start, end: period_end } = period(site, at);
    Key { node: around.node, period_start, period_end, job, component: around.component.to_owned(), site: site.site }
}
