//! A bill as a document: what a plan adds in a month, resource by resource.

use super::HOURS_PER_MONTH;
use super::bill::{BillItem, Co2eEstimate, PlanBill};
use super::plan::PlanAction;
use crate::budget::Estimate;
use api::{Assumption, Decision};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use units::{CarbonIntensity, Energy, Overflow};

/// Why a plan has no CO2e, and what to do.
pub const NO_REGION: &str = "where something of the plan runs is not constant in it: add --region CLOUD/REGION, --region ALIAS=REGION \
                             for one provider, --zone or --intensity";

/// What a plan adds in a month, less what it takes away.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanReport {
    /// Hours of the month that is reckoned with.
    pub hours_per_month: u64,
    /// Expected facility energy in MWh, derived from `energy_mj`.
    pub energy_mwh: f64,
    /// Expected facility energy, mJ.
    pub energy_mj: i64,
    /// Expected CO2e in tonnes, derived from `co2e_ug`; `null` with `co2e_reason`.
    pub co2e_t: Option<f64>,
    /// Expected CO2e, µg; `null` with `co2e_reason`.
    pub co2e_ug: Option<i64>,
    /// Why there is no CO2e.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub co2e_reason: Option<&'static str>,
    /// The amount that one plan in twenty exceeds.
    pub p95: PlanUpper,
    /// Data quality tier; always `E`, an estimate.
    pub tier: &'static str,
    /// Number of accelerators by name: added, less those that go.
    pub accelerators: BTreeMap<String, i64>,
    /// Resources that run machines.
    pub resources: Vec<PlanReportRow>,
    /// Number of resources of types that run no machines.
    pub other_resources: usize,
    /// Types that Wattledger does not know and whose names say nothing of machines, each with the number of its resources. They are not counted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unlisted_types: BTreeMap<String, usize>,
    /// Resources that cannot be estimated. They are not in the sums.
    pub unknown: Vec<UnknownResource>,
    /// Every input of the estimate with its source.
    pub assumptions: Vec<Assumption>,
    /// The budgets' answer, where a project was given and everything is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// The amount that one plan in twenty exceeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanUpper {
    /// Facility energy in MWh, derived from `energy_mj`.
    pub energy_mwh: f64,
    /// Facility energy, mJ.
    pub energy_mj: i64,
    /// CO2e in tonnes, derived from `co2e_ug`; `null` where a region is not known.
    pub co2e_t: Option<f64>,
    /// CO2e, µg; `null` where a region is not known.
    pub co2e_ug: Option<i64>,
}

/// What a resource adds in a month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanReportRow {
    /// Address of the resource.
    pub address: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the plan does with it.
    #[serde(serialize_with = "action_name")]
    pub action: PlanAction,
    /// Its machines before, such as `2 x aws/p4d.24xlarge`.
    pub machines_before: Vec<String>,
    /// Its machines after.
    pub machines: Vec<String>,
    /// Number of its accelerators after, by name.
    pub accelerators: BTreeMap<String, u64>,
    /// Expected facility energy in MWh, derived from `energy_mj`.
    pub energy_mwh: f64,
    /// Expected facility energy, mJ.
    pub energy_mj: i64,
    /// Expected CO2e in tonnes; `null` where the region is not known.
    pub co2e_t: Option<f64>,
    /// Its cloud region before, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_before: Option<String>,
    /// Its cloud region after, as `provider/region`; `null` where neither plan nor user say.
    pub region: Option<String>,
    /// Carbon intensity of the region, mg CO2e/kWh; `null` where it is not known.
    pub intensity_mg_per_kwh: Option<u32>,
    /// Facility energy in MWh of what it may grow to by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_mwh_at_most: Option<f64>,
    /// Why it cannot be estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// A resource that cannot be estimated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownResource {
    /// Address of the resource.
    pub address: String,
    /// Why it cannot be estimated.
    pub reason: String,
}

impl PlanReport {
    /// The document of a bill, without a decision.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn of(bill: &PlanBill) -> Result<Self, Overflow> {
        let Estimate { p50, p95 } = bill.added()?;
        let co2e = bill.added_co2e()?;
        let [p50_ug, p95_ug] =
            [co2e.map(|co2e| co2e.p50), co2e.map(|co2e| co2e.p95)].map(|co2e| co2e.map(units::CarbonMass::micrograms));
        let unknown = |(address, reason): (&str, &str)| UnknownResource {
            address: address.to_owned(),
            reason: reason.to_owned(),
        };
        Ok(Self {
            hours_per_month: HOURS_PER_MONTH,
            energy_mwh: mwh(p50),
            energy_mj: p50.millijoules(),
            co2e_t: p50_ug.map(tonnes),
            co2e_ug: p50_ug,
            co2e_reason: co2e.is_none().then_some(NO_REGION),
            p95: PlanUpper {
                energy_mwh: mwh(p95),
                energy_mj: p95.millijoules(),
                co2e_t: p95_ug.map(tonnes),
                co2e_ug: p95_ug,
            },
            tier: "E",
            accelerators: bill.added_accelerators(),
            resources: bill.items.iter().map(PlanReportRow::of).collect::<Result<_, _>>()?,
            other_resources: bill.others,
            unlisted_types: bill.unlisted.clone(),
            unknown: bill.unknown().map(unknown).collect(),
            assumptions: bill.assumptions.clone(),
            decision: None,
        })
    }
}

impl PlanReportRow {
    fn of(item: &BillItem) -> Result<Self, Overflow> {
        let Estimate { p50, .. } = item.added()?;
        Ok(Self {
            address: item.address.clone(),
            kind: item.kind.clone(),
            action: item.action,
            machines_before: item.before.machines.clone(),
            machines: item.after.machines.clone(),
            accelerators: item.after.accelerators.clone(),
            energy_mwh: mwh(p50),
            energy_mj: p50.millijoules(),
            co2e_t: item.added_co2e()?.map(|Co2eEstimate { p50, .. }| tonnes(p50.micrograms())),
            region_before: item.region_before.clone().filter(|before| Some(before) != item.region.as_ref()),
            region: item.region.clone(),
            intensity_mg_per_kwh: item.intensity.map(CarbonIntensity::milligrams_per_kwh),
            energy_mwh_at_most: item.at_most.map(mwh),
            unknown: item.unknown.clone(),
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn action_name<S: Serializer>(action: &PlanAction, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(action.name())
}

fn mwh(energy: Energy) -> f64 {
    energy.millijoules() as f64 / 3.6e12
}

fn tonnes(micrograms: i64) -> f64 {
    micrograms as f64 / 1e12
}
