use super::{FIRST, first, is_first, read, write};
use crate::budget::{Demand, Impact, StatedImpact};
use crate::store::StoreError;
use model::{JobId, ProjectName, SiteName, ZoneId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{CarbonIntensity, CarbonMass, Energy, Timestamp};

const WHAT: &str = "the demand of an admission";

/// A demand, as its admission keeps it.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredDemand {
    #[serde(default = "first", skip_serializing_if = "is_first")]
    version: u32,
    project: ProjectName,
    accelerator: String,
    count: u64,
    nanohours: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nanowatts: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    utilisation_ppm: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spread_ppm: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pue_ppm: Option<u32>,
    /// mg/kWh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intensity: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stated: Option<StoredImpact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<ZoneId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<SiteName>,
    /// ns since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    job_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    job: Option<JobId>,
}

/// What a demand states in place of an estimate.
#[derive(Serialize, Deserialize)]
struct StoredImpact {
    energy_mj: i64,
    co2e_ug: i64,
    p95_energy_mj: i64,
    p95_co2e_ug: i64,
}

impl From<StatedImpact> for StoredImpact {
    fn from(StatedImpact { p50, p95 }: StatedImpact) -> Self {
        Self {
            energy_mj: p50.energy.millijoules(),
            co2e_ug: p50.co2e.micrograms(),
            p95_energy_mj: p95.energy.millijoules(),
            p95_co2e_ug: p95.co2e.micrograms(),
        }
    }
}

impl From<StoredImpact> for StatedImpact {
    fn from(stored: StoredImpact) -> Self {
        let of =
            |energy, co2e| Impact { energy: Energy::from_millijoules(energy), co2e: CarbonMass::from_micrograms(co2e) };
        Self { p50: of(stored.energy_mj, stored.co2e_ug), p95: of(stored.p95_energy_mj, stored.p95_co2e_ug) }
    }
}

/// The text that is stored of a demand.
pub(in crate::budget) fn demand(demand: &Demand) -> Result<String, StoreError> {
    write(WHAT, &StoredDemand::from(demand))
}

/// The demand in the text that an admission keeps of it.
///
/// # Errors
///
/// The text is not a demand, or one of a later version.
pub fn of_demand(text: &str) -> Result<Demand, StoreError> {
    let stored: StoredDemand = read(WHAT, text).map_err(|problem| StoreError::Value { what: WHAT, value: problem })?;
    Ok(stored.into())
}

impl From<&Demand> for StoredDemand {
    fn from(demand: &Demand) -> Self {
        let demand = demand.clone();
        Self {
            version: FIRST,
            project: demand.project,
            accelerator: demand.accelerator,
            count: demand.count,
            nanohours: demand.nanohours,
            nanowatts: demand.nanowatts,
            utilisation_ppm: demand.utilisation_ppm,
            spread_ppm: demand.spread_ppm,
            pue_ppm: demand.pue_ppm,
            intensity: demand.intensity.map(CarbonIntensity::milligrams_per_kwh),
            stated: demand.stated.map(StoredImpact::from),
            zone: demand.zone,
            region: demand.region,
            site: demand.site,
            start: demand.start.map(Timestamp::nanoseconds),
            labels: demand.labels,
            user: demand.user,
            job_name: demand.job_name,
            job: demand.job,
        }
    }
}

impl From<StoredDemand> for Demand {
    fn from(stored: StoredDemand) -> Self {
        Self {
            project: stored.project,
            accelerator: stored.accelerator,
            count: stored.count,
            nanohours: stored.nanohours,
            nanowatts: stored.nanowatts,
            utilisation_ppm: stored.utilisation_ppm,
            spread_ppm: stored.spread_ppm,
            pue_ppm: stored.pue_ppm,
            intensity: stored.intensity.map(CarbonIntensity::from_milligrams_per_kwh),
            stated: stored.stated.map(StatedImpact::from),
            zone: stored.zone,
            region: stored.region,
            site: stored.site,
            start: stored.start.map(Timestamp::from_nanoseconds),
            labels: stored.labels,
            user: stored.user,
            job_name: stored.job_name,
            job: stored.job,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As rows have them from before documents had a version.
    const ROWS: [&str; 3] = [
        r#"{"project":"p","accelerator":"a100-sxm4-80","count":1,"nanohours":1000000000}"#,
        r#"{"project":"","accelerator":"NVIDIA H100","count":8,"nanohours":24000000000,"nanowatts":700000000000,"utilisation_ppm":900000,"spread_ppm":1180950,"pue_ppm":1200000,"intensity":400000,"zone":"DE","region":"aws/eu-central-1","site":"frankfurt","start":1794268800000000000,"labels":{"kind":"Job","namespace":"team-a"},"user":"ana","job_name":"train","job":"7d2f"}"#,
        r#"{"project":"p","accelerator":"Terraform plan","count":1,"nanohours":730000000000,"nanowatts":0,"stated":{"energy_mj":-1,"co2e_ug":2,"p95_energy_mj":-1,"p95_co2e_ug":3}}"#,
    ];

    #[test]
    fn rows_of_earlier_versions_are_read_and_written_alike() {
        for row in ROWS {
            assert_eq!(demand(&of_demand(row).unwrap()).unwrap(), row);
        }
        let whole = of_demand(ROWS[1]).unwrap();
        assert_eq!((whole.labels.len(), whole.job, whole.pue_ppm), (2, Some("7d2f".into()), Some(1_200_000)));
    }

    #[test]
    fn a_later_version_is_refused_by_its_number() {
        let refused = of_demand(r#"{"version":2,"project":"p"}"#).unwrap_err().to_string();
        assert!(refused.contains("version 2"), "{refused}");
    }
}
