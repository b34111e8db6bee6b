//! The budgets of the service, as the sidecar asks for them over the HTTP API.

use crate::cli::Failure;
use crate::cli::client::{ServiceClient, escaped};
use crate::gate::slurm::{Admission, BudgetLine, BudgetService, Expected, JobOnGpus, Price};
use api::{Decision, EstimateDocument, Mode, Outage, ScopeKind, Unit};
use model::{AdmissionId, JobId};
use serde::Deserialize;
use serde_json::{Value, json};
use units::{CarbonMass, Energy};

impl BudgetService for ServiceClient {
    type Error = Failure;

    fn admit(&self, key: &str, job: &JobOnGpus<'_>) -> Result<Admission, Failure> {
        let mut asked = body(job);
        asked["key"] = json!(key);
        Ok(match self.post::<Decision>("/admissions", &asked) {
            Ok(decision) if decision.allowed => Admission::Held(admission(&decision)?),
            Ok(decision) => Admission::Denied(decision.reason),
            // It cannot be estimated, and a budget that blocks may cover it.
            Err(Failure::Blocked(reason)) => Admission::Denied(reason),
            Err(Failure::Usage(reason) | Failure::CannotEstimate(reason)) => Admission::Refused(reason),
            Err(failure) => return Err(failure),
        })
    }

    fn commit(&self, admission: AdmissionId, used: Energy) -> Result<(), Failure> {
        let used = json!({ "energy_mj": used.millijoules() });
        self.post::<Value>(&format!("/admissions/{admission}/commit"), &used).map(drop)
    }

    fn release(&self, admission: AdmissionId) -> Result<(), Failure> {
        self.delete(&format!("/admissions/{admission}"))
    }

    fn renew(&self, admission: AdmissionId) -> Result<(), Failure> {
        self.post::<Value>(&format!("/admissions/{admission}/renew"), &json!({})).map(drop)
    }

    fn used(&self, job: &JobId) -> Result<Option<Energy>, Failure> {
        let found: UsedByJob = match self.get(&format!("/jobs/{}", escaped(job.as_str()))) {
            Ok(found) => found,
            Err(Failure::Usage(_)) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let UsedFootprint { total, overhead } = found.footprint;
        let used = total.energy_mj.saturating_add(overhead.map_or(0, |overhead| overhead.energy_mj));
        Ok((used > 0).then(|| Energy::from_millijoules(used)))
    }

    fn estimate(&self, job: &JobOnGpus<'_>) -> Result<Expected, Failure> {
        Ok(match self.post::<EstimateDocument>("/estimates", &body(job)) {
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
        let listed = self.list("/budgets?limit=100")?;
        let budgets: Vec<ListedBudget> = serde_json::from_value(Value::Array(listed)).map_err(anyhow::Error::from)?;
        Ok(budgets.into_iter().filter(|budget| budget.retired.is_none()).map(BudgetLine::from).collect())
    }
}

fn body(job: &JobOnGpus<'_>) -> Value {
    let mut asked = json!({ "accelerator": job.accelerator, "count": job.count, "hours": job.minutes as f64 / 60.0 });
    for (field, value) in [("project", job.project), ("user", job.user)] {
        if let Some(value) = value {
            asked[field] = json!(value);
        }
    }
    asked
}

fn admission(decision: &Decision) -> Result<AdmissionId, Failure> {
    let id = decision.id.as_deref().unwrap_or_default();
    id.parse().map_err(|error| Failure::Internal(anyhow::Error::new(error)))
}

/// The part of a job that a settlement needs.
#[derive(Deserialize)]
struct UsedByJob {
    footprint: UsedFootprint,
}

#[derive(Deserialize)]
struct UsedFootprint {
    total: UsedEnergy,
    #[serde(default)]
    overhead: Option<UsedEnergy>,
}

#[derive(Deserialize)]
struct UsedEnergy {
    energy_mj: i64,
}

/// A budget of the list. One whose policy cannot be read has neither scope nor mode: it blocks everything.
#[derive(Deserialize)]
struct ListedBudget {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    retired: Option<String>,
    #[serde(default)]
    scope: Option<ScopeKind>,
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    site: Option<String>,
    #[serde(default)]
    unit: Option<Unit>,
    #[serde(default)]
    mode: Option<Mode>,
    #[serde(default)]
    outage: Option<Outage>,
    #[serde(default)]
    free_mj: Option<i64>,
    #[serde(default)]
    free_ug: Option<i64>,
}

impl From<ListedBudget> for BudgetLine {
    fn from(budget: ListedBudget) -> Self {
        let unit = budget.unit.unwrap_or(Unit::Energy);
        let free = if unit == Unit::Co2e { budget.free_ug } else { budget.free_mj };
        let scope = budget.scope.unwrap_or(ScopeKind::All);
        let value = match scope {
            ScopeKind::All => None,
            ScopeKind::Project => budget.project,
            ScopeKind::Label => budget.label,
            ScopeKind::User => budget.user,
            ScopeKind::Site => budget.site,
        };
        Self {
            id: budget.id,
            mode: budget.mode.unwrap_or(Mode::Block),
            unit,
            free: free.unwrap_or(0),
            outage: budget.outage.unwrap_or_default(),
            scope,
            value: value.unwrap_or_default(),
            name: budget.name,
        }
    }
}
