//! What similar jobs used before: quantiles from the ledger.

use super::{AcceleratorPower, BudgetError, Demand};
use crate::hardware::find_accelerator;
use crate::store::{PastJob, Tx};
use api::{Assumption, EstimateBasis};

/// At most so many jobs of the same project and name are looked at, the newest.
const OWN_MAX: u32 = 100;
/// Fewer jobs say nothing about a spread.
const OWN_MIN: usize = 3;
/// At most so many jobs of the whole fleet on the accelerator are looked at, the newest.
const FLEET_MAX: u32 = 200;
const FLEET_MIN: usize = 20;
/// The highest of a few samples is not a p95: then the spread is at least that of measured means between systems of one accelerator.
const SPREAD_MIN_PPM: u64 = 1_180_950;
/// With so many samples or more, their own p95 counts alone.
const ENOUGH: usize = 20;

/// What past jobs say about a future one.
#[derive(Debug, Clone)]
pub(super) struct Likeness {
    /// Whether they have the project and name of the demand.
    pub(super) is_own: bool,
    /// Number of jobs.
    pub(super) jobs: usize,
    /// Median power of one accelerator with its share of the host, nW.
    pub(super) nanowatts: u64,
    /// p95 / p50 of that power, parts per million.
    pub(super) spread_ppm: u32,
    /// Their median wall time, 10⁻⁹ h; `None` of jobs of the whole fleet.
    pub(super) expected_nanohours: Option<u64>,
}

/// What jobs like `demand` used: those of its project and name on its accelerator, else all jobs on that accelerator.
pub(super) fn learn(tx: &Tx<'_>, demand: &Demand) -> Result<Option<Likeness>, BudgetError> {
    let names = accelerator_names(tx, &demand.accelerator)?;
    if names.is_empty() {
        return Ok(None);
    }
    if let Some(name) = &demand.job_name {
        let own = tx.jobs().past(Some((&demand.project, name)), &names, OWN_MAX)?;
        if own.len() >= OWN_MIN {
            return Ok(summed(&own, true));
        }
    }
    let fleet = tx.jobs().past(None, &names, FLEET_MAX)?;
    Ok(if fleet.len() >= FLEET_MIN { summed(&fleet, false) } else { None })
}

/// Product names of metered accelerators that `asked` stands for.
fn accelerator_names(tx: &Tx<'_>, asked: &str) -> Result<Vec<String>, BudgetError> {
    let covered = find_accelerator(asked).map(|found| found.covers).unwrap_or_default();
    let mut names = tx.devices().accelerator_names()?;
    names.retain(|name| {
        name.eq_ignore_ascii_case(asked.trim())
            || find_accelerator(name).is_ok_and(|found| covered.contains(&found.accelerator.key))
    });
    Ok(names)
}

fn summed(jobs: &[PastJob], is_own: bool) -> Option<Likeness> {
    let mut powers: Vec<u64> = jobs.iter().filter_map(PastJob::nanowatts).collect();
    let mut hours: Vec<u64> = jobs.iter().filter_map(PastJob::nanohours).collect();
    powers.sort_unstable();
    hours.sort_unstable();
    let (p50, p95) = (quantile(&powers, 50)?, quantile(&powers, 95)?);
    let own_ppm = p95.saturating_mul(1_000_000).checked_div(p50)?;
    let spread = if powers.len() < ENOUGH { own_ppm.max(SPREAD_MIN_PPM) } else { own_ppm };
    Some(Likeness {
        is_own,
        jobs: powers.len(),
        nanowatts: p50,
        spread_ppm: u32::try_from(spread).unwrap_or(u32::MAX),
        expected_nanohours: quantile(&hours, 50).filter(|_| is_own),
    })
}

/// The smallest value that at least `percent` of all do not exceed.
fn quantile(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

impl Likeness {
    /// What a mean power from these jobs is based on.
    pub(super) const fn basis(&self) -> EstimateBasis {
        if self.is_own { EstimateBasis::Alike } else { EstimateBasis::Fleet }
    }

    /// The power that follows for `demand`.
    pub(super) fn power(&self, demand: &Demand) -> Result<AcceleratorPower, BudgetError> {
        let whose = match &demand.job_name {
            Some(name) if self.is_own => format!("the last {} jobs {name:?} of {} on it", self.jobs, demand.project),
            _ => format!("the last {} jobs of the fleet on it", self.jobs),
        };
        // What is reckoned with is exact; a tenth of a watt is what a reader takes from a median.
        let watts = crate::decimal::format((self.nanowatts / 100_000_000).into(), 1);
        let mut assumptions = vec![
            Assumption::new("accelerator", demand.accelerator.as_str(), "as metered here"),
            Assumption::new("power", format!("{watts} W"), format!("median of {whose}, with its share of the host")),
            Assumption::new(
                "p95 / p50",
                crate::decimal::format(self.spread_ppm.into(), 6),
                "of the same jobs, 1.18 or more below 20 of them",
            ),
        ];
        if let Some(hours) = self.expected_nanohours {
            assumptions.push(Assumption::new(
                "expected wall time",
                format!("{} h", crate::decimal::format(hours.into(), 9)),
                "median of the same jobs; what is asked for is held",
            ));
        }
        Ok(AcceleratorPower {
            accelerators: demand.count,
            nanowatts: self.nanowatts,
            spread_ppm: self.spread_ppm,
            assumptions,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        let values: Vec<u64> = (1..=20).collect();
        assert_eq!(
            [quantile(&values, 50), quantile(&values, 95), quantile(&values, 100)],
            [Some(10), Some(19), Some(20)]
        );
        assert_eq!(quantile(&[7], 95), Some(7));
        assert_eq!(quantile(&[], 50), None);
    }
}
