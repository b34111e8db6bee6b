//! What a job asks for.

use super::{Impact, Owner};
use model::{JobId, ProjectName, SiteName, ZoneId};
use std::collections::BTreeMap;
use units::{CarbonIntensity, Timestamp};

/// What a job asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    /// The project that it is charged to; empty where it is charged to none.
    pub project: ProjectName,
    /// Name of the accelerator: a key of the table, an NVML name, or a family.
    pub accelerator: String,
    /// Number of accelerators.
    pub count: u64,
    /// Requested wall time, 10⁻⁹ h; 0 where none is stated.
    pub nanohours: u64,
    /// Mean power of one accelerator with its share of the host, nW; estimated where it is not stated.
    pub nanowatts: Option<u64>,
    /// Mean share of the TDP, parts per million; the prior's where it is not stated.
    pub utilisation_ppm: Option<u32>,
    /// p95 / p50 of the power, parts per million; the prior's where it is not stated.
    pub spread_ppm: Option<u32>,
    /// PUE, parts per million; the site's where it is not stated.
    pub pue_ppm: Option<u32>,
    /// Carbon intensity; the grid's where it is not stated.
    pub intensity: Option<CarbonIntensity>,
    /// What it costs, where the one who asks has summed it: then nothing is estimated.
    pub stated: Option<StatedImpact>,
    /// Grid zone that the job runs in.
    pub zone: Option<ZoneId>,
    /// Cloud region that the job runs in.
    pub region: Option<String>,
    /// Site of this service that the job runs at.
    pub site: Option<SiteName>,
    /// When the job is to start; now where that is not stated.
    pub start: Option<Timestamp>,
    /// Labels of the job.
    pub labels: BTreeMap<String, String>,
    /// User who submits it.
    pub user: Option<String>,
    /// Name of the job, container image or script: jobs of one name are taken to be alike.
    pub job_name: Option<String>,
    /// The job whose energy will settle it in the ledger; the submission key where it is not stated.
    pub job: Option<JobId>,
}

/// What a demand costs as it is stated; either part may be negative, of what takes away more than it adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedImpact {
    /// Expected facility energy and CO2e.
    pub p50: Impact,
    /// The amount that one case in twenty exceeds; at least `p50` in both.
    pub p95: Impact,
}

impl Demand {
    /// The same with the texts of another system made [plain](model::plain): what it calls its jobs and users is not for a gate to refuse.
    #[must_use]
    pub fn made_plain(self) -> Self {
        let plain = |text: String| model::plain(&text).into_owned();
        Self {
            labels: self.labels.into_iter().map(|(key, value)| (plain(key), plain(value))).collect(),
            user: self.user.map(plain),
            job_name: self.job_name.map(plain),
            ..self
        }
    }

    /// Whose it is, at `site`.
    pub(super) fn owner<'a>(&'a self, site: Option<&'a SiteName>) -> Owner<'a> {
        Owner { project: Some(&self.project), labels: &self.labels, user: self.user.as_deref(), site }
    }
}
