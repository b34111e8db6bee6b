//! `/estimates`: what a job is expected to use, and how good earlier estimates were.

use super::body::Json;
use super::name::{NAME_RULE, is_name};
use super::problem::Problem;
use super::state::State;
use super::text::{JOB_TEXT, expect_labels, expect_text};
use crate::access::Identity;
use crate::budget::{Demand, Impact, Office, StatedImpact};
use crate::moment;
use crate::store::StoreError;
use api::{AccuracyDocument, EstimateDocument, EstimateRequest, ImpactRequest, ProblemDocument, UsedDocument};
use axum::extract::State as Extract;
use model::ProjectName;
use serde_json::Number;
use units::{CarbonIntensity, CarbonMass, Energy};

/// The demand that `asked` describes.
pub(crate) fn demand(asked: EstimateRequest) -> Result<Demand, Problem> {
    expect_one(&asked)?;
    expect_texts(&asked)?;
    let start = asked.start.map(|text| moment::parse(&text)).transpose();
    let intensity = ratio("intensity", asked.intensity, 3, 0..=1_500_000, "carbon intensity is 0 to 1500 g/kWh")?;
    let utilisation_rule = "utilisation is above 0 and at most 1";
    let power_rule = "the mean power of one accelerator is above 0 W";
    Ok(Demand {
        project: asked.project.unwrap_or_default(),
        accelerator: asked.accelerator,
        count: Some(asked.count)
            .filter(|count| *count > 0)
            .ok_or_else(|| Problem::field("count", "a count is a whole number above 0"))?,
        nanohours: asked.hours.map_or(Ok(0), |hours| positive("hours", &hours, "hours are above 0"))?,
        nanowatts: asked.power_w.map(|power| positive("power_w", &power, power_rule)).transpose()?,
        utilisation_ppm: ratio("utilisation", asked.utilisation, 6, 1..=1_000_000, utilisation_rule)?,
        spread_ppm: ratio("p95_over_p50", asked.p95_over_p50, 6, 1_000_000..=10_000_000, "p95 / p50 is 1 to 10")?,
        pue_ppm: ratio("pue", asked.pue, 6, 1_000_000..=3_000_000, "PUE is 1.0 to 3.0")?,
        intensity: intensity.map(CarbonIntensity::from_milligrams_per_kwh),
        stated: asked.impact.map(stated).transpose()?,
        zone: asked.zone,
        region: asked.region,
        site: asked.site,
        start: start.map_err(|rule| Problem::field("start", rule))?,
        labels: asked.labels,
        user: asked.user,
        job_name: asked.name,
        job: asked.job,
    })
}

/// What is stated in place of an estimate.
fn stated(asked: ImpactRequest) -> Result<StatedImpact, Problem> {
    let ImpactRequest { energy_mj, co2e_ug, p95_energy_mj, p95_co2e_ug } = asked;
    if p95_energy_mj < energy_mj || p95_co2e_ug < co2e_ug {
        return Err(Problem::field("impact", "a p95 is at least the expected value"));
    }
    let of =
        |energy, co2e| Impact { energy: Energy::from_millijoules(energy), co2e: CarbonMass::from_micrograms(co2e) };
    Ok(StatedImpact { p50: of(energy_mj, co2e_ug), p95: of(p95_energy_mj, p95_co2e_ug) })
}

/// Refuses fields that contradict each other, and an id that is not a name.
fn expect_one(asked: &EstimateRequest) -> Result<(), Problem> {
    if asked.zone.is_some() && (asked.region.is_some() || asked.intensity.is_some())
        || asked.region.is_some() && asked.intensity.is_some()
    {
        return Err(Problem::field("zone", "give one of zone, region and intensity"));
    }
    if asked.power_w.is_some() && asked.utilisation.is_some() {
        return Err(Problem::field("utilisation", "give power_w or utilisation, not both"));
    }
    match &asked.job {
        Some(job) if !is_name(job.as_str()) => {
            Err(Problem::field("job", format!("{:?} is not a name: {NAME_RULE}", job.as_str())))
        }
        _ => Ok(()),
    }
}

/// Refuses texts that the record of an admission could not show.
fn expect_texts(asked: &EstimateRequest) -> Result<(), Problem> {
    let project = asked.project.as_ref().map(ProjectName::as_str).filter(|name| !name.is_empty());
    let texts = [("name", asked.name.as_deref()), ("user", asked.user.as_deref()), ("project", project)];
    for (field, text) in texts {
        text.map_or(Ok(()), |text| expect_text(field, text, JOB_TEXT))?;
    }
    expect_labels(&asked.labels)
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

/// A JSON number within `range`, as an exact count of 10^-`decimals`.
fn ratio(
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

/// Estimate the energy and CO2e of a job
///
/// The answer has the same amounts that an admission of the same job would hold at this moment.
#[utoipa::path(
    post, path = "/estimates", tag = "budgets", request_body = EstimateRequest,
    responses(
        (status = 200, description = "The estimate (p50 and p95) with its assumptions", body = EstimateDocument),
        (status = 404, description = "There is no such site", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The power of this hardware is not known", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn estimate(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<EstimateRequest>,
) -> Result<axum::Json<EstimateDocument>, Problem> {
    let mut demand = demand(asked)?;
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

/// Show how often jobs stayed within their p95
#[utoipa::path(get, path = "/estimates/accuracy", tag = "budgets", responses((status = 200, description = "The hit rate of p95 estimates", body = AccuracyDocument)))]
pub(crate) async fn accuracy(
    Extract(state): Extract<State>,
    who: Identity,
) -> Result<axum::Json<AccuracyDocument>, Problem> {
    let ((jobs, within_p95), used) = state
        .work(move |service| {
            let project = who.project.as_ref();
            Ok(service.store.read::<_, StoreError>(|tx| {
                Ok((tx.decisions().p95_hits(project)?, tx.decisions().used_of_p95(project)?))
            })?)
        })
        .await?;
    let hit_rate = (jobs > 0).then(|| within_p95 as f64 / jobs as f64);
    let used = used.into_iter().map(|(from_percent, jobs)| UsedDocument { from_percent, jobs }).collect();
    Ok(axum::Json(AccuracyDocument { jobs, within_p95, hit_rate, used }))
}
