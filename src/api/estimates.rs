//! `/estimates`: what a job is expected to cost, and how well that was foretold.

use super::State;
use super::body::Json;
use super::problem::{Problem, ProblemDocument};
use crate::access::Identity;
use crate::budget::{Demand, Office};
use crate::moment;
use crate::store::StoreError;
use api::EstimateDocument;
use axum::extract::State as Extract;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use std::collections::BTreeMap;
use units::CarbonIntensity;

/// A job to come.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EstimateRequest {
    /// The project, whose earlier jobs tell.
    #[serde(default)]
    project: Option<String>,
    /// Accelerator: key of the bundled table, NVML name, or family such as A100.
    accelerator: String,
    /// How many.
    #[schema(minimum = 1)]
    count: u64,
    /// Wall time, hours. An admission without takes the longest that a budget of it gives such jobs.
    #[schema(value_type = Option<f64>, exclusive_minimum = 0)]
    #[serde(default)]
    hours: Option<Number>,
    /// Mean power of one accelerator with its share of the host, W.
    #[schema(value_type = Option<f64>, exclusive_minimum = 0)]
    #[serde(default)]
    power_w: Option<Number>,
    /// Mean share of the TDP, above 0 to 1, in place of the accelerator's prior.
    #[schema(value_type = Option<f64>)]
    #[serde(default)]
    utilisation: Option<Number>,
    /// p95 / p50 of the power, 1 to 10, where who asks knows it better than the service.
    #[schema(value_type = Option<f64>)]
    #[serde(default)]
    p95_over_p50: Option<Number>,
    /// Facility energy / IT energy, 1 to 3; the site's without it.
    #[schema(value_type = Option<f64>)]
    #[serde(default)]
    pue: Option<Number>,
    /// Carbon intensity, 0 to 1500 g/kWh.
    #[schema(value_type = Option<f64>)]
    #[serde(default)]
    intensity: Option<Number>,
    /// Grid zone.
    #[serde(default)]
    zone: Option<String>,
    /// Cloud region, `provider/region`.
    #[serde(default)]
    region: Option<String>,
    /// Site of this service that it will run at; the only one there is without it.
    #[serde(default)]
    site: Option<String>,
    /// When it is to start, RFC 3339; now without it.
    #[serde(default)]
    start: Option<String>,
    /// Labels.
    #[serde(default)]
    labels: BTreeMap<String, String>,
    /// Who submits it.
    #[serde(default)]
    user: Option<String>,
    /// Name of the job, container image or script: jobs of one name are taken to be alike.
    #[serde(default)]
    name: Option<String>,
    /// Identity under which the ledger will know it; the submission key without it.
    #[serde(default)]
    job: Option<String>,
}

impl EstimateRequest {
    /// The demand that it is.
    pub(crate) fn demand(self) -> Result<Demand, Problem> {
        if self.zone.is_some() && (self.region.is_some() || self.intensity.is_some())
            || self.region.is_some() && self.intensity.is_some()
        {
            return Err(Problem::field("zone", "give one of zone, region and intensity"));
        }
        if self.power_w.is_some() && self.utilisation.is_some() {
            return Err(Problem::field("utilisation", "give power_w or utilisation, not both"));
        }
        if let Some(job) = self.job.as_deref().filter(|job| !super::is_name(job)) {
            return Err(Problem::field("job", format!("{job:?} is not a name: {}", super::NAME_RULE)));
        }
        let start = self.start.map(|text| moment::parse(&text)).transpose();
        let intensity = optional("intensity", self.intensity, 3, 0..=1_500_000, "carbon intensity is 0 to 1500 g/kWh")?;
        Ok(Demand {
            project: self.project.unwrap_or_default(),
            accelerator: self.accelerator,
            count: Some(self.count)
                .filter(|count| *count > 0)
                .ok_or_else(|| Problem::field("count", "a count is a whole number above 0"))?,
            nanohours: self.hours.map_or(Ok(0), |hours| positive("hours", &hours, "hours are above 0"))?,
            nanowatts: self
                .power_w
                .map(|power| positive("power_w", &power, "the mean power of one accelerator is above 0 W"))
                .transpose()?,
            utilisation_ppm: optional(
                "utilisation",
                self.utilisation,
                6,
                1..=1_000_000,
                "utilisation is above 0 and at most 1",
            )?,
            spread_ppm: optional("p95_over_p50", self.p95_over_p50, 6, 1_000_000..=10_000_000, "p95 / p50 is 1 to 10")?,
            pue_ppm: optional("pue", self.pue, 6, 1_000_000..=3_000_000, "PUE is 1.0 to 3.0")?,
            intensity: intensity.map(CarbonIntensity::from_milligrams_per_kwh),
            zone: self.zone,
            region: self.region,
            site: self.site,
            start: start.map_err(|rule| Problem::field("start", rule))?,
            labels: self.labels,
            user: self.user,
            job_name: self.name,
            job: self.job.map(model::JobId::new),
        })
    }
}

/// A JSON number as an exact count of 10^-`decimals`.
fn exact(field: &str, number: &Number, decimals: usize) -> Result<i128, Problem> {
    let text = number.to_string();
    // JSON may write a small or large number with an exponent.
    let text = if text.contains(['e', 'E']) { format!("{:.12}", number.as_f64().unwrap_or(f64::NAN)) } else { text };
    crate::decimal::parse(&text, decimals).map_err(|error| Problem::field(field, error.to_string()))
}

fn positive(field: &str, number: &Number, rule: &str) -> Result<u64, Problem> {
    let value = u64::try_from(exact(field, number, 9)?).ok().filter(|value| *value > 0);
    value.ok_or_else(|| Problem::field(field, rule))
}

fn optional(
    field: &str,
    number: Option<Number>,
    decimals: usize,
    range: std::ops::RangeInclusive<i128>,
    rule: &str,
) -> Result<Option<u32>, Problem> {
    let Some(number) = number else { return Ok(None) };
    let value = exact(field, &number, decimals)?;
    let fits = if range.contains(&value) { u32::try_from(value).ok() } else { None };
    fits.map(Some).ok_or_else(|| Problem::field(field, rule))
}

/// Estimate a job
///
/// Energy and CO2e before the job runs, with p95: the same numbers that an admission of the same options would hold at this moment.
#[utoipa::path(
    post, path = "/estimates", tag = "budgets", request_body = EstimateRequest,
    responses(
        (status = 200, description = "p50, p95 and what was assumed", body = EstimateDocument),
        (status = 404, description = "No such site", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "Nothing known says what this hardware draws", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn estimate(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<EstimateRequest>,
) -> Result<axum::Json<EstimateDocument>, Problem> {
    let mut demand = asked.demand()?;
    if demand.nanohours == 0 {
        return Err(Problem::field("hours", "state the wall time of the job, in hours above 0"));
    }
    if let Some(own) = who.project {
        // What others' jobs used is not told.
        demand.project = own;
    }
    let now = state.clock.wall();
    let found = state.work(move |service| {
        let office = Office { store: &service.store, library: &service.library, now, by: &who.token };
        Ok(office.estimate(&demand)?)
    });
    Ok(axum::Json(found.await?))
}

/// How often jobs stayed within the p95 that was held for them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AccuracyDocument {
    /// Admissions with known energy.
    jobs: i64,
    /// Those that stayed within their p95.
    within_p95: i64,
    /// The share; 0.95 is the aim, `null` without jobs.
    hit_rate: Option<f64>,
    /// How much of its p95 each of them used, in steps of 5 %, lowest first; steps without a job are left out.
    used: Vec<UsedDocument>,
}

/// Jobs that used a like part of what was held for them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UsedDocument {
    /// Used energy / p95, percent, of the least of them, a multiple of 5; 200 stands for all from there on.
    from_percent: i64,
    /// How many.
    jobs: i64,
}

/// Is p95 honest
#[utoipa::path(get, path = "/estimates/accuracy", tag = "budgets", responses((status = 200, description = "Hit rate of p95", body = AccuracyDocument)))]
pub(crate) async fn accuracy(
    Extract(state): Extract<State>,
    who: Identity,
) -> Result<axum::Json<AccuracyDocument>, Problem> {
    let ((jobs, within_p95), used) = state
        .work(move |service| {
            let project = who.project.as_deref();
            Ok(service.store.read::<_, StoreError>(|tx| {
                Ok((tx.decisions().p95_hits(project)?, tx.decisions().used_of_p95(project)?))
            })?)
        })
        .await?;
    let hit_rate = (jobs > 0).then(|| within_p95 as f64 / jobs as f64);
    let used = used.into_iter().map(|(from_percent, jobs)| UsedDocument { from_percent, jobs }).collect();
    Ok(axum::Json(AccuracyDocument { jobs, within_p95, hit_rate, used }))
}
