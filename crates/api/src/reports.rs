//! Reports: totals by group, and what a total is the sum of.

use crate::BudgetOverride;
use model::{Accounting, Basis, FactorStatus, Gas, PeriodId, ProjectName, ZoneId};
use serde::{Deserialize, Serialize};
use units::{CarbonMass, Energy};
use utoipa::{IntoParams, ToSchema};

/// What part of an amount of energy costs, in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cost {
    /// ISO 4217 code of the currency.
    pub currency: String,
    /// Cost in millionths of the currency's unit.
    pub amount_micro: i64,
    /// Cost in the currency's unit, derived from `amount_micro`.
    pub amount: f64,
    /// Energy that has a price in this currency, mJ; the rest of the amount is not included.
    pub energy_mj: i64,
}

/// An amount of energy with its location-based CO2e.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Amount {
    /// Energy of the sum, mJ.
    pub energy_mj: i64,
    /// Energy in MWh, derived from `energy_mj`.
    pub energy_mwh: f64,
    /// Location-based CO2e of that energy, µg.
    pub co2e_ug_location: i64,
    /// CO2e in tonnes, derived from `co2e_ug_location`.
    pub co2e_t_location: f64,
    /// What the energy costs, one line per currency; absent if no site has a price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub energy_cost: Vec<Cost>,
}

impl Amount {
    /// Energy and its CO2e with the derived floats, without a cost.
    #[must_use]
    pub const fn new(energy: Energy, co2e: CarbonMass) -> Self {
        let (energy_mj, co2e_ug_location) = (energy.millijoules(), co2e.micrograms());
        Self {
            energy_mj,
            energy_mwh: energy_mj as f64 / 3.6e12,
            co2e_ug_location,
            co2e_t_location: co2e_ug_location as f64 / 1e12,
            energy_cost: Vec::new(),
        }
    }
}

/// How good a sum is, as shares from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportQuality {
    /// Share of the energy that a sensor measured.
    pub measured_share: f64,
    /// Share of the energy that was modelled or bridged.
    pub modelled_share: f64,
    /// Share of the device time that was observed.
    pub coverage: f64,
    /// Share of the energy with a factor that may still be revised, or replaces a finer one that is not available.
    pub provisional_share: f64,
}

/// A sum, how good it is, and where to see what it is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Aggregate {
    /// Energy of the sum, mJ.
    pub energy_mj: i64,
    /// Energy in MWh, derived from `energy_mj`.
    pub energy_mwh: f64,
    /// Location-based CO2e of that energy, µg.
    pub co2e_ug_location: i64,
    /// CO2e in tonnes, derived from `co2e_ug_location`.
    pub co2e_t_location: f64,
    /// What the energy costs, one line per currency; absent if no site has a price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub energy_cost: Vec<Cost>,
    /// How good the sum is.
    pub quality: ReportQuality,
    /// Path of the breakdown of the sum into final, provisional and open, with its factors and entries.
    pub explain: String,
}

/// The jobs of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportRow {
    /// Name of the group; `null` for jobs that have no such project or label.
    pub group: Option<String>,
    /// IT energy of the group.
    #[serde(flatten)]
    pub amount: Aggregate,
    /// Facility overhead of that energy, not included in it.
    pub overhead: Amount,
}

/// The closed period that a report reproduces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportedPeriod {
    /// Number of the period.
    pub id: PeriodId,
    /// Version of the period's figures, from 1.
    pub version: i64,
}

/// Energy and location-based CO2e of a time, by group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// The closed period that the report reproduces; absent if it is the ledger as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<ReportedPeriod>,
    /// Jobs by group; unallocated idle energy is in none of them.
    pub rows: Vec<ReportRow>,
    /// Sum of the rows: IT energy of jobs.
    pub total: Aggregate,
    /// Unallocated idle IT energy.
    pub idle: Aggregate,
    /// Facility overhead of `total` and `idle`, included in neither; its quality is that of the energy that it belongs to.
    pub overhead: Aggregate,
    /// `total` + `idle`: all metered IT energy.
    pub metered: Aggregate,
    /// Part of `metered` that is not posted yet, at the best factors known.
    pub open: Amount,
    /// How good `metered` is.
    pub quality: ReportQuality,
    /// IANA time zone in which hours, days and months are grouped.
    pub timezone: String,
    /// Edition of the time zone database.
    pub tzdb: String,
}

/// What a report covers and how it is grouped.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// First moment of the report, a date or RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// First moment after the report, a date or RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// A closed reporting period as it was closed, in place of `from` and `to`: ID, or ID.VERSION for an earlier version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// `project`, `job`, `node`, `site`, `month`, `day`, `hour` or `label:KEY`; `project` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
    /// Only jobs of this project.
    #[param(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// IANA time zone of the dates, and in which hours, days and months are grouped, such as Europe/Berlin; UTC if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// A report with the budget overrides that were granted in its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EmissionsDocument {
    /// The rows of the report with their totals.
    #[serde(flatten)]
    pub report: Report,
    /// Overrides of budgets that were granted in the time of the report, newest first.
    pub overrides: Vec<BudgetOverride>,
}

/// A sum and its parts; `final` + `provisional` + `open` is `total`, as integers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Breakdown {
    /// The sum that is broken down.
    pub total: Slice,
    /// Part that was posted with final factors.
    #[serde(rename = "final")]
    pub settled: PostedSlice,
    /// Part that was posted with factors that may still be revised, or replace finer ones that are not available.
    pub provisional: PostedSlice,
    /// Part that is not posted yet, at the best factors known.
    pub open: OpenSlice,
    /// The factors behind the sum, the largest energy first; their energies sum to the total.
    pub factors: Vec<FactorShare>,
    /// The sum by step of carbon intensity, the lowest first; steps without energy are left out. They sum to the total.
    pub intensities: Vec<IntensityShare>,
    /// What was posted again after it had been posted, oldest first, with the reason: better or revised factors, windows that moved, restatements.
    #[serde(default)]
    pub corrections: Vec<Correction>,
    /// The command that shows the same breakdown.
    pub command: String,
}

/// What was posted again on one day for one reason: by how much a figure changed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Correction {
    /// The day on which it was posted again, UTC, such as 2026-03-01.
    pub day: String,
    /// Why, in words.
    pub reason: String,
    /// Number of entries that were replaced.
    pub entries: i64,
    /// Change of the location-based CO2e of the IT energy, µg.
    pub co2e_ug: i64,
    /// Change of the location-based CO2e of the facility overhead, µg.
    pub overhead_co2e_ug: i64,
}

/// A part of a sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Slice {
    /// IT energy of this part.
    #[serde(flatten)]
    pub amount: Amount,
    /// Facility overhead of that energy, not included in it.
    pub overhead: Amount,
    /// How good this part is.
    pub quality: ReportQuality,
}

/// The part of a sum that is posted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PostedSlice {
    /// Energy and CO2e of this part of the sum.
    #[serde(flatten)]
    pub part: Slice,
    /// Number of entries that sum to it, including reversals.
    pub entries: i64,
    /// Path of the list of those entries.
    pub link: String,
}

/// The part of a sum that is not posted yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OpenSlice {
    /// Energy and CO2e of this part of the sum.
    #[serde(flatten)]
    pub part: Slice,
    /// Number of hours by job, node and kind of device that are not posted yet.
    pub accounts: usize,
}

/// The carbon intensity factor of an entry, with its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FactorUsed {
    /// Grid zone that the factor describes.
    pub zone: ZoneId,
    /// Grid zone of the site, for which a factor was looked up.
    pub asked: ZoneId,
    /// Time that the factor describes, as an ISO 8601 interval.
    pub period: String,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the factor describes.
    pub accounting: Accounting,
    /// How far the value can be relied on.
    pub status: FactorStatus,
    /// Publisher of the value.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
    /// Licence of the value.
    pub licence: String,
    /// Step of the fallback order that led to the factor, 1 to 6.
    pub fallback_step: u8,
    /// What a reader has to know about the value, such as which zone it replaces.
    pub notes: Vec<String>,
    /// Whether basis, gas or accounting are others than those wanted; absent if they are those.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub basis_changed: bool,
    /// How the source made the value, in its own word, such as `TIME_SLICER_AVERAGE`; absent if it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

/// A factor and what was computed with it. Factors that differ only in their time are joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FactorShare {
    /// The factor; its `period` runs from the first to the last, and its `notes` are those of all.
    #[serde(flatten)]
    pub factor: FactorUsed,
    /// Lowest carbon intensity among them, mg CO2e/kWh.
    pub intensity_min_mg_per_kwh: u32,
    /// Highest carbon intensity among them, mg CO2e/kWh.
    pub intensity_max_mg_per_kwh: u32,
    /// IT energy of this share, mJ.
    pub energy_mj: i64,
    /// Location-based CO2e of the IT energy, µg.
    pub co2e_ug: i64,
    /// Location-based CO2e of the facility overhead, µg.
    pub overhead_co2e_ug: i64,
    /// Number of entries that count: neither reversed nor reversals.
    pub entries: i64,
}

/// What was used while the grid's carbon intensity was within one step of a fixed scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntensityShare {
    /// Lowest intensity of the step, g CO2e/kWh.
    pub from_g_per_kwh: u32,
    /// First intensity above the step, g CO2e/kWh; `null` for the last step.
    pub below_g_per_kwh: Option<u32>,
    /// IT energy of this share, mJ.
    pub energy_mj: i64,
    /// Location-based CO2e of the IT energy, µg.
    pub co2e_ug: i64,
}
