//! Points as they are written, and windows and sums as they are read from them.

use super::super::columns::QUALITIES;
use super::super::store::{Holder, SeriesChange, SeriesDevice};
use super::super::window::{SeriesWindow, hour_of};
use super::holder_sums::{HolderSums, joined};
use super::line::{SeriesKey, TAGS};
use super::server::LineText;
use super::table::{Row, TableError};
use crate::store::{PostedAccount, Sums};
use model::{JobId, ProjectName, Revision, SiteName};
use std::collections::BTreeMap;
use units::{Energy, Power, Span, Timestamp};

/// One point per window and holder, at the start of the window.
pub(super) const ENERGY_WINDOW: &str = "energy_window";
/// One point per window whose energy another device contains.
pub(super) const CONTAINED_WINDOW: &str = "contained_window";
/// One point per device, holder and hour, at the start of the hour.
pub(super) const ENERGY_HOUR: &str = "energy_hour";
/// What an account of the ledger sums up to in a posting period, at its start.
pub(super) const CARBON_PERIOD: &str = "carbon_period";
/// Carbon intensity that the energy of a posting period was multiplied by, at its start.
pub(super) const CARBON_INTENSITY: &str = "carbon_intensity";
/// How far the copy is, at the end of the newest window.
const MIRROR: &str = "mirror";

/// About the bytes of a point; more cost nothing but room.
const POINT_BYTES: usize = 320;

/// Points to be sent.
#[derive(Debug, Default)]
pub(super) struct PointLines {
    text: String,
    count: usize,
}

impl PointLines {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The lines so far; none are left.
    pub(super) fn take(&mut self) -> LineText {
        LineText::new(std::mem::take(&mut self.text), std::mem::take(&mut self.count))
    }

    /// Makes room for this number of points.
    pub(super) fn reserve(&mut self, points: usize) {
        self.text.reserve(points * POINT_BYTES);
    }

    /// Adds the windows of a change: a point per holder, or one for each that another device contains. Calls `added` after each point.
    pub(super) fn windows<E>(
        &mut self,
        change: &SeriesChange,
        mut added: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let contained = change.windows.iter().filter(|window| window.is_contained);
        let contained_key = key(CONTAINED_WINDOW, &change.device, &Holder::default());
        for window in contained {
            let whole = Share { energy: window.energy, held: window.span(), covered: window.covered };
            self.share(&contained_key, window, &whole);
            added(self)?;
        }
        // A holder mostly has many windows in a row, and a key costs more to write than a point.
        for own in change.shares.chunk_by(|a, b| a.holder == b.holder) {
            let Some(first) = own.first() else { continue };
            let key = key(ENERGY_WINDOW, &change.device, &first.holder);
            for share in own {
                let Some(window) = change.windows.get(share.window).filter(|window| !window.is_contained) else {
                    continue;
                };
                let own = Share { energy: share.energy, held: share.held, covered: share.covered };
                self.share(&key, window, &own);
                added(self)?;
            }
        }
        Ok(())
    }

    fn share(&mut self, key: &SeriesKey, window: &SeriesWindow, share: &Share) {
        let quality = QUALITIES.iter().position(|quality| *quality == window.quality).unwrap_or_default();
        self.point(
            key,
            window.start,
            &[
                ("covered_ns", nanoseconds(share.covered)),
                ("energy_mj", share.energy.millijoules()),
                ("held_ns", nanoseconds(share.held)),
                ("is_low", i64::from(window.is_low)),
                ("power_max_mw", milliwatts(window.max)),
                ("power_min_mw", milliwatts(window.min)),
                ("quality", i64::try_from(quality).unwrap_or_default()),
                ("start_ns", window.start.nanoseconds()),
                ("window_ns", nanoseconds(window.span())),
            ],
        );
    }

    /// Adds what the windows of a device that begin in the hour at `start` sum up to for each holder.
    pub(super) fn hour(&mut self, start: Timestamp, device: &SeriesDevice, holders: &HolderSums) {
        for (holder, sums) in holders.iter() {
            self.point(
                &key(ENERGY_HOUR, device, holder),
                start,
                &[
                    ("covered_ns", nanoseconds(sums.covered)),
                    ("energy_mj", sums.energy.millijoules()),
                    ("first_ns", sums.first.nanoseconds()),
                    ("held_ns", nanoseconds(sums.span)),
                    ("last_ns", sums.last.nanoseconds()),
                    ("low_ns", nanoseconds(sums.low)),
                    ("modelled_mj", sums.modelled.millijoules()),
                    ("power_max_mw", milliwatts(sums.max)),
                    ("power_min_mw", milliwatts(sums.min)),
                ],
            );
        }
    }

    /// Adds what an account sums up to, and the carbon intensity that it was posted with.
    pub(super) fn account(&mut self, account: &PostedAccount) {
        let (job, project) =
            (account.job.as_ref().map(JobId::as_str), account.project.as_ref().map(ProjectName::as_str));
        let site = account.site.as_ref().map(SiteName::as_str);
        let tags = [Some(account.component.as_str()), None, job, Some(account.node.as_str()), project, site];
        self.point(
            &SeriesKey::of(CARBON_PERIOD, tags),
            account.start,
            &[
                ("co2e_ug", account.co2e.micrograms()),
                ("energy_mj", account.energy.millijoules()),
                ("overhead_co2e_ug", account.overhead_co2e.micrograms()),
                ("overhead_mj", account.overhead.millijoules()),
            ],
        );
        let intensity = i64::from(account.intensity.milligrams_per_kwh());
        let key = SeriesKey::with(CARBON_INTENSITY, "zone", account.zone.as_str());
        self.point(&key, account.start, &[("intensity_mg_per_kwh", intensity)]);
    }

    /// Adds how far the copy is.
    pub(super) fn mirror(&mut self, newest: Timestamp, revision: Revision, refused_points: u64) {
        let refused = i64::try_from(refused_points).unwrap_or(i64::MAX);
        let key = SeriesKey::of(MIRROR, [None; TAGS.len()]);
        self.point(&key, newest, &[("batch", revision.number()), ("refused_points", refused)]);
    }

    fn point(&mut self, key: &SeriesKey, at: Timestamp, fields: &[(&str, i64)]) {
        key.point(&mut self.text, at, fields);
        self.count += 1;
    }
}

/// The part of a window that one holder has.
struct Share {
    energy: Energy,
    held: Span,
    covered: Span,
}

fn key(measurement: &str, device: &SeriesDevice, holder: &Holder) -> SeriesKey {
    let job = holder.job.as_ref().map(|job| job.as_str());
    let project = holder.project.as_ref().map(|project| project.as_str());
    let site = holder.site.as_ref().map(|site| site.as_str());
    let tags = [Some(device.component), Some(device.uuid.as_str()), job, Some(device.node.as_str()), project, site];
    SeriesKey::of(measurement, tags)
}

fn nanoseconds(span: Span) -> i64 {
    i64::try_from(span.nanoseconds()).unwrap_or(i64::MAX)
}

fn milliwatts(power: Power) -> i64 {
    i64::try_from(power.milliwatts()).unwrap_or(i64::MAX)
}

/// Adds a holder's share of a window to what is known of that window.
pub(super) fn add_window(
    row: &Row<'_>,
    is_contained: bool,
    found: &mut BTreeMap<Timestamp, SeriesWindow>,
) -> Result<(), TableError> {
    let start = Timestamp::from_nanoseconds(row.integer("start_ns")?);
    let end = start.after(span(row, "window_ns")?).map_err(|_| odd("window_ns"))?;
    let (energy, covered) = (Energy::from_millijoules(row.integer("energy_mj")?), span(row, "covered_ns")?);
    let quality = usize::try_from(row.integer("quality")?).ok().and_then(|place| QUALITIES.get(place).copied());
    let own = SeriesWindow {
        start,
        end,
        energy,
        min: power(row, "power_min_mw")?,
        max: power(row, "power_max_mw")?,
        covered,
        quality: quality.ok_or_else(|| odd("quality"))?,
        is_contained,
        is_low: row.integer("is_low")? != 0,
    };
    match found.get_mut(&start) {
        Some(known) => {
            known.energy = known.energy.checked_add(energy).map_err(|_| odd("energy_mj"))?;
            known.covered = known.covered.plus(covered);
        }
        None => drop(found.insert(start, own)),
    }
    Ok(())
}

/// Adds a holder's sums of an hour to what is known of that hour.
pub(super) fn add_hour(row: &Row<'_>, found: &mut BTreeMap<i64, Sums>) -> Result<(), TableError> {
    let own = Sums {
        first: Timestamp::from_nanoseconds(row.integer("first_ns")?),
        last: Timestamp::from_nanoseconds(row.integer("last_ns")?),
        energy: Energy::from_millijoules(row.integer("energy_mj")?),
        modelled: Energy::from_millijoules(row.integer("modelled_mj")?),
        min: power(row, "power_min_mw")?,
        max: power(row, "power_max_mw")?,
        covered: span(row, "covered_ns")?,
        span: span(row, "held_ns")?,
        low: span(row, "low_ns")?,
    };
    match found.get_mut(&hour_of(own.first)) {
        Some(known) => *known = joined(known, &own).map_err(|_| odd("energy_mj"))?,
        None => drop(found.insert(hour_of(own.first), own)),
    }
    Ok(())
}

fn span(row: &Row<'_>, column: &str) -> Result<Span, TableError> {
    unsigned(row, column).map(Span::from_nanoseconds)
}

fn power(row: &Row<'_>, column: &str) -> Result<Power, TableError> {
    unsigned(row, column).map(Power::from_milliwatts)
}

fn unsigned(row: &Row<'_>, column: &str) -> Result<u64, TableError> {
    u64::try_from(row.integer(column)?).map_err(|_| odd(column))
}

fn odd(column: &str) -> TableError {
    TableError::Value { column: column.to_owned(), problem: "holds a value that was never written".to_owned() }
}
