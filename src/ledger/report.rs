//! Totals of a time by group: posted entries and what is still open.

use super::LedgerError;
use super::factor::Chooser;
use super::posting::Weighed;
use crate::grid::Library;
use crate::store::{GroupBy, OpenKey, Store, SumRow, Tx};
use serde::Serialize;
use std::collections::BTreeMap;
use units::{Overflow, Timestamp};

/// Energy and its location-based CO2e; the floats are derived from the integers beside them.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, utoipa::ToSchema)]
pub struct Amount {
    /// mJ.
    pub energy_mj: i64,
    /// MWh.
    pub energy_mwh: f64,
    /// µg.
    pub co2e_ug_location: i64,
    /// t.
    pub co2e_t_location: f64,
}

/// Shares of the energy, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReportQuality {
    /// Read from a sensor.
    pub measured_share: f64,
    /// Modelled or bridged.
    pub modelled_share: f64,
    /// Observed device time over device time.
    pub coverage: f64,
    /// With a factor that may be revised or stands in for a finer one.
    pub provisional_share: f64,
}

/// One group's jobs.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReportRow {
    /// Name; `null` where a job has no such project or label.
    pub group: Option<String>,
    /// IT energy.
    #[serde(flatten)]
    pub amount: Amount,
    /// Facility overhead on top.
    pub overhead: Amount,
    /// How good it is.
    pub quality: ReportQuality,
}

/// The document of `report` and `GET /reports/emissions`.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// Jobs by group, idle never among them.
    pub rows: Vec<ReportRow>,
    /// Sum of the rows.
    pub total: Amount,
    /// Held by nobody.
    pub idle: Amount,
    /// Facility overhead of both.
    pub overhead: Amount,
    /// `total` + `idle`.
    pub metered: Amount,
    /// Part of `metered` that is not posted yet, at the best factors known.
    pub open: Amount,
    /// How good `metered` is.
    pub quality: ReportQuality,
    /// Whose hours, days and months the groups are, an IANA name.
    pub timezone: &'static str,
    /// Edition of the time zone database.
    pub tzdb: &'static str,
}

/// Totals of what starts in `[from, to)`: entries and open accounts belong to the range in which their first attributed moment lies, so that
/// neighbouring ranges add up. With `project` only that project's jobs, and no idle.
///
/// # Errors
///
/// A zone without factor, a sum that leaves its range, the store.
pub fn report(
    store: &Store,
    library: &Library,
    range: (Timestamp, Timestamp),
    by: &GroupBy,
    project: Option<&str>,
) -> Result<Report, LedgerError> {
    store.read(|tx| {
        let mut groups: BTreeMap<(bool, Option<String>), SumRow> = BTreeMap::new();
        for row in tx.sums(range, by, project)? {
            add(&mut groups, row)?;
        }
        let mut open = SumRow::default();
        for row in open_rows(tx, library, range, by, project)? {
            sum_into(&mut open, &row)?;
            add(&mut groups, row)?;
        }
        let mut found = document(groups.into_values().filter(|row| row.span_ns != 0 || row.energy_mj != 0), &open)?;
        if let GroupBy::Calendar(_, zone) = by {
            found.timezone = zone.name();
        }
        Ok(found)
    })
}

fn open_rows(
    tx: &Tx<'_>,
    library: &Library,
    range: (Timestamp, Timestamp),
    by: &GroupBy,
    project: Option<&str>,
) -> Result<Vec<SumRow>, LedgerError> {
    let mut chooser = Chooser::new(tx, library)?;
    let mut rows = Vec::new();
    for open in tx.open_keys_between(range)? {
        let (key, part) = (&open.key, open.sum);
        let (group, owner) = tx.group_of(by, (key.job, key.node, key.site), part.start)?;
        if project.is_some() && project != owner.as_deref() {
            continue;
        }
        rows.push(weighed_row(&mut chooser, &open, group)?);
    }
    Ok(rows)
}

/// An open account at the best factor known.
pub(super) fn weighed_row(
    chooser: &mut Chooser<'_>,
    open: &OpenKey,
    group: Option<String>,
) -> Result<SumRow, LedgerError> {
    let (key, part) = (&open.key, open.sum);
    let rates = chooser.rates(key)?;
    let weighed = Weighed::of(part.energy, &rates)?;
    Ok(SumRow {
        group,
        is_idle: key.job == 0,
        energy_mj: part.energy.millijoules(),
        co2e_ug: weighed.co2e.micrograms(),
        overhead_mj: weighed.overhead.millijoules(),
        overhead_co2e_ug: weighed.overhead_co2e.micrograms(),
        modelled_mj: part.modelled_mj,
        provisional_mj: if rates.provisional { part.energy.millijoules() } else { 0 },
        covered_ns: part.covered_ns,
        span_ns: part.span_ns,
    })
}

/// Totals of one job by its number, over all time, posted and open.
///
/// # Errors
///
/// As [`report`].
pub fn job_report(store: &Store, library: &Library, job: i64) -> Result<Report, LedgerError> {
    store.read(|tx| {
        let mut chooser = Chooser::new(tx, library)?;
        let (mut sum, mut open) = (tx.job_sum(job)?, SumRow::default());
        for account in tx.open_keys_of(job)? {
            sum_into(&mut open, &weighed_row(&mut chooser, &account, None)?)?;
        }
        sum_into(&mut sum, &open)?;
        Ok(document(std::iter::once(sum), &open)?)
    })
}

fn add(groups: &mut BTreeMap<(bool, Option<String>), SumRow>, row: SumRow) -> Result<(), Overflow> {
    let known = groups.entry((row.is_idle, row.group.clone())).or_insert_with(|| SumRow {
        group: row.group.clone(),
        is_idle: row.is_idle,
        ..SumRow::default()
    });
    sum_into(known, &row)
}

fn sum_into(sum: &mut SumRow, row: &SumRow) -> Result<(), Overflow> {
    let pairs = [
        (&mut sum.energy_mj, row.energy_mj),
        (&mut sum.co2e_ug, row.co2e_ug),
        (&mut sum.overhead_mj, row.overhead_mj),
        (&mut sum.overhead_co2e_ug, row.overhead_co2e_ug),
        (&mut sum.modelled_mj, row.modelled_mj),
        (&mut sum.provisional_mj, row.provisional_mj),
        (&mut sum.covered_ns, row.covered_ns),
        (&mut sum.span_ns, row.span_ns),
    ];
    for (sum, value) in pairs {
        *sum = sum.checked_add(value).ok_or(Overflow { quantity: "total of a report" })?;
    }
    Ok(())
}

fn document(rows: impl Iterator<Item = SumRow>, open: &SumRow) -> Result<Report, Overflow> {
    let (mut total, mut idle, mut found) = (SumRow::default(), SumRow::default(), Vec::new());
    for row in rows {
        if row.is_idle {
            sum_into(&mut idle, &row)?;
            continue;
        }
        sum_into(&mut total, &row)?;
        let overhead = amount(row.overhead_mj, row.overhead_co2e_ug);
        let (amount, quality) = (it(&row), quality(&row));
        found.push(ReportRow { group: row.group, amount, overhead, quality });
    }
    let mut metered = total.clone();
    sum_into(&mut metered, &idle)?;
    Ok(Report {
        rows: found,
        total: it(&total),
        idle: it(&idle),
        overhead: amount(metered.overhead_mj, metered.overhead_co2e_ug),
        metered: it(&metered),
        open: it(open),
        quality: quality(&metered),
        timezone: chrono_tz::UTC.name(),
        tzdb: chrono_tz::IANA_TZDB_VERSION,
    })
}

fn it(row: &SumRow) -> Amount {
    amount(row.energy_mj, row.co2e_ug)
}

fn amount(energy_mj: i64, co2e_ug: i64) -> Amount {
    Amount {
        energy_mj,
        energy_mwh: energy_mj as f64 / 3.6e12,
        co2e_ug_location: co2e_ug,
        co2e_t_location: co2e_ug as f64 / 1e12,
    }
}

fn quality(row: &SumRow) -> ReportQuality {
    let share = |part: i64, whole: i64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    ReportQuality {
        measured_share: share(row.energy_mj - row.modelled_mj, row.energy_mj),
        modelled_share: share(row.modelled_mj, row.energy_mj),
        coverage: share(row.covered_ns, row.span_ns),
        provisional_share: share(row.provisional_mj, row.energy_mj),
    }
}
