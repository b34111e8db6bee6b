//! The budgets of the service, as the sidecar asks for them over the HTTP API.

use crate::cli::client::{ServiceClient, escaped};
use crate::cli::failure::Failure;
use crate::gate::slurm::{Admission, BudgetLine, BudgetService, Expected, JobOnGpus, Price};
use api::{
    AdmissionDocument, AdmissionJobRequest, AdmissionRequest, BudgetDocument, CommitRequest, Decision,
    EstimateDocument, EstimateRequest, JobFootprint, Mode, Outage, ScopeKind, StandingDocument, Unit,
};
use model::{AdmissionId, JobId, ProjectName, SiteName};
use serde_json::Number;
use units::{CarbonMass, Energy};

impl BudgetService for ServiceClient {
    type Error = Failure;

    fn admit(&self, key: &str, job: &JobOnGpus<'_>) -> Result<Admission, Failure> {
        let request = AdmissionRequest { key: Some(key.to_owned()), dry_run: false, reserve: true, job: request(job) };
        Ok(match self.post::<Decision>("/admissions", &request) {
            Ok(decision) if decision.allowed => Admission::Held(admission(&decision)?),
            Ok(decision) => Admission::Denied(decision.reason),
            // It cannot be estimated, and a budget that blocks may cover it.
            Err(Failure::Blocked(reason)) => Admission::Denied(reason),
            Err(Failure::Usage(reason) | Failure::Unasked(reason) | Failure::CannotEstimate(reason)) => {
                Admission::Refused(reason)
            }
            Err(failure) => return Err(failure),
        })
    }

    fn name_job(&self, admission: AdmissionId, job: &JobId) -> Result<(), Failure> {
        let request = AdmissionJobRequest { job: job.clone() };
        self.post::<AdmissionDocument>(&format!("/admissions/{admission}/job"), &request).map(drop)
    }

    fn commit(&self, admission: AdmissionId, used: Option<Energy>) -> Result<(), Failure> {
        let used = CommitRequest { energy_mj: used.map(Energy::millijoules), co2e_ug: None };
        self.post::<AdmissionDocument>(&format!("/admissions/{admission}/commit"), &used).map(drop)
    }

    fn release(&self, admission: AdmissionId) -> Result<(), Failure> {
        self.delete(&format!("/admissions/{admission}"))
    }

    fn renew(&self, admission: AdmissionId) -> Result<(), Failure> {
        self.post_empty::<AdmissionDocument>(&format!("/admissions/{admission}/renew")).map(drop)
    }

    fn used(&self, job: &JobId) -> Result<Option<Energy>, Failure> {
        let found: JobFootprint = match self.get(&format!("/jobs/{}", escaped(job.as_str()))) {
            Ok(found) => found,
            Err(Failure::Usage(_)) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let footprint = found.footprint;
        let used = footprint.total.energy_mj.saturating_add(footprint.overhead.energy_mj);
        Ok(Some(Energy::from_millijoules(used)))
    }

    fn estimate(&self, job: &JobOnGpus<'_>) -> Result<Expected, Failure> {
        Ok(match self.post::<EstimateDocument>("/estimates", &request(job)) {
            Ok(estimate) => Expected::Known {
                energy: Energy::from_millijoules(estimate.energy_mj),
                p95: Price {
                    energy: Energy::from_millijoules(estimate.p95.energy_mj),
                    co2e: CarbonMass::from_micrograms(estimate.p95.co2e_ug),
                },
            },
            Err(Failure::Usage(reason) | Failure::CannotEstimate(reason) | Failure::Blocked(reason)) => {
                Expected::Unknown(reason)
            }
            Err(failure) => return Err(failure),
        })
    }

    fn budgets(&self) -> Result<Vec<BudgetLine>, Failure> {
        let budgets: Vec<BudgetDocument> = self.list("/budgets")?;
        Ok(budgets.into_iter().filter(|budget| budget.retired.is_none()).map(BudgetLine::from).collect())
    }
}

fn request(job: &JobOnGpus<'_>) -> EstimateRequest {
    EstimateRequest {
        project: job.project.map(Into::into),
        accelerator: job.accelerator.to_owned(),
        count: job.count,
        hours: Number::from_f64(job.minutes as f64 / 60.0),
        user: job.user.map(str::to_owned),
        ..EstimateRequest::default()
    }
}

fn admission(decision: &Decision) -> Result<AdmissionId, Failure> {
    decision.id.ok_or_else(|| Failure::Internal(anyhow::anyhow!("the service names no admission in its answer")))
}

impl From<BudgetDocument> for BudgetLine {
    /// A budget whose policy cannot be read blocks everything.
    fn from(budget: BudgetDocument) -> Self {
        let free = match budget.standing {
            StandingDocument::Energy { free_mj, .. } => free_mj,
            StandingDocument::Co2e { free_ug, .. } => free_ug,
            StandingDocument::None {} => 0,
        };
        let line = Self {
            id: budget.id.to_string(),
            mode: Mode::Block,
            unit: Unit::Energy,
            free,
            outage: Outage::default(),
            scope: ScopeKind::All,
            value: String::new(),
            name: String::new(),
        };
        let Some(policy) = budget.policy else { return line };
        let value = match policy.scope {
            ScopeKind::All => None,
            ScopeKind::Project => policy.project.map(ProjectName::into_string),
            ScopeKind::Label => policy.label,
            ScopeKind::User => policy.user,
            ScopeKind::Site => policy.site.map(SiteName::into_string),
        };
        Self {
            mode: policy.mode,
            unit: policy.unit,
            outage: policy.outage,
            scope: policy.scope,
            value: value.unwrap_or_default(),
            name: policy.name,
            ..line
        }
    }
}
