//! `/grid/best`: when a job meets the lowest carbon intensity.

use super::grid::grid_parts;
use super::page::Query;
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::grid::{FactorChoice, FactorRule, GreenerStart, greener_start};
use crate::moment::show;
use api::{GreenerDocument, GreenerQuery, ProblemDocument};
use axum::extract::State as Extract;
use model::Outlook;
use std::ops::RangeInclusive;
use units::{CarbonIntensity, Interval, Span, Timestamp};

const HOUR: Span = Span::from_seconds(3_600);
const HOURS: RangeInclusive<f64> = 0.1..=336.0;
const WITHIN_H: RangeInclusive<f64> = 1.0..=336.0;
const POWER_W: RangeInclusive<f64> = 0.001..=1e9;
const WITHIN_H_DEFAULT: f64 = 48.0;
const TYPICAL: &str = "some hours have no forecast: what is usual at that hour of the week in this month stands in, which in years that were held back \
    found 30 to 88 % of what the best start saves (METHOD 7.4)";
const UNKNOWN: &str =
    "nothing is known by which these hours differ: import hourly factors of the zone, or have a provider asked for it";

/// Find the start with the lowest carbon intensity for a job
#[utoipa::path(
    get, path = "/grid/best", operation_id = "find_greener_start", tag = "grid", params(GreenerQuery),
    responses(
        (status = 200, description = "The best start, what it saves, and how sure that is", body = GreenerDocument),
        (status = 404, description = "There is no such zone or site, or it has no factor", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn best(
    Extract(state): Extract<State>,
    Query(asked): Query<GreenerQuery>,
) -> Result<axum::Json<GreenerDocument>, Problem> {
    let within_h = asked.within_h.unwrap_or(WITHIN_H_DEFAULT);
    for (field, value, range) in [
        ("hours", Some(asked.hours), HOURS),
        ("within_h", Some(within_h), WITHIN_H),
        ("power_w", asked.power_w, POWER_W),
    ] {
        if let Some(value) = value.filter(|value| !range.contains(value)) {
            return Err(Problem::field(
                field,
                format!("{value} cannot be used: give {} to {}", range.start(), range.end()),
            ));
        }
    }
    let now = state.clock.wall();
    let document = state.work(move |service| found(service, &asked, within_h, now)).await?;
    Ok(axum::Json(document))
}

fn found(
    service: &ApiService,
    asked: &GreenerQuery,
    within_h: f64,
    now: Timestamp,
) -> Result<GreenerDocument, Problem> {
    let (length, within) = (span(asked.hours), span(within_h));
    let end = now.after(within.plus(length)).ok();
    let range = end
        .and_then(|end| Interval::new(now, end))
        .ok_or_else(|| Problem::field("hours", "the time is out of range"))?;
    service.store.read::<_, Problem>(|tx| {
        let rule = FactorRule::new(tx, &service.library);
        let (mut stretches, mut every) = (Vec::new(), HOUR);
        for part in grid_parts(tx, asked.zone.as_ref(), asked.site.as_ref(), range)? {
            stretches.extend(rule.stretches(&part.zone, &part.preference, part.interval)?);
            every = every.min(rule.grain(&part.zone, &part.preference)?);
        }
        let comparable = comparable(&stretches, length);
        let intensities: Vec<_> = comparable.iter().map(|(part, choice)| (*part, choice.factor.intensity)).collect();
        let best = greener_start(&intensities, length, every).ok_or_else(Problem::internal)?;
        document(asked, &stretches, best, length, now)
    })
}

/// The hours from now on that are known to differ: comparing ends where a value of a longer time, or of another type, begins to stand in. All of them if
/// the job does not fit before that.
fn comparable(stretches: &[(Interval, FactorChoice)], length: Span) -> &[(Interval, FactorChoice)] {
    let is_coarse = |choice: &FactorChoice| choice.fallback_step > 4 || choice.basis_changed;
    let end = stretches.iter().position(|(_, choice)| is_coarse(choice)).unwrap_or(stretches.len());
    let known = stretches.get(..end).unwrap_or(stretches);
    let time = known.iter().fold(Span::ZERO, |sum, (part, _)| sum.plus(part.span()));
    if time >= length { known } else { stretches }
}

fn document(
    asked: &GreenerQuery,
    stretches: &[(Interval, FactorChoice)],
    best: GreenerStart,
    length: Span,
    now: Timestamp,
) -> Result<GreenerDocument, Problem> {
    let confidence = outlook(stretches, best, length, now);
    // Where nothing tells hours apart, a year that ends in between is no reason to wait.
    let best = match confidence {
        Outlook::Unknown => GreenerStart { start: now, mean: best.mean_now, mean_of_starts: best.mean_now, ..best },
        _ => best,
    };
    let at_start = stretches.iter().find(|(part, _)| part.contains(best.start)).or(stretches.first());
    let (_, choice) = at_start.ok_or_else(Problem::internal)?;
    let kwh = asked.power_w.map(|watts| watts / 1e3 * asked.hours);
    let saved = |than: CarbonIntensity| grams(than) - grams(best.mean);
    let percent = |than: CarbonIntensity| if grams(than) > 0.0 { saved(than) / grams(than) * 100.0 } else { 0.0 };
    let mut notes = choice.notes.clone();
    notes.extend(match confidence {
        Outlook::Forecast => None,
        Outlook::Typical => Some(TYPICAL.to_owned()),
        Outlook::Unknown => Some(UNKNOWN.to_owned()),
    });
    let factor = &choice.factor;
    Ok(GreenerDocument {
        zone: choice.asked.as_str().into(),
        now: show(now),
        start: show(best.start),
        confidence,
        g_per_kwh: grams(best.mean),
        now_g_per_kwh: grams(best.mean_now),
        mean_g_per_kwh: grams(best.mean_of_starts),
        saving_to_now_percent: percent(best.mean_now),
        saving_to_mean_percent: percent(best.mean_of_starts),
        co2e_g: kwh.map(|kwh| kwh * grams(best.mean)),
        saving_to_now_g: kwh.map(|kwh| kwh * saved(best.mean_now)),
        saving_to_mean_g: kwh.map(|kwh| kwh * saved(best.mean_of_starts)),
        known_share: known_share(stretches),
        basis: factor.basis,
        gas: factor.gas,
        accounting: factor.accounting,
        publisher: factor.publisher.clone(),
        edition: factor.edition.clone(),
        notes,
    })
}

/// How sure it is that the best start is better than the present: as sure as the least certain hour of both.
fn outlook(stretches: &[(Interval, FactorChoice)], best: GreenerStart, length: Span, now: Timestamp) -> Outlook {
    let runs = [now, best.start].map(|start| Interval::new(start, start.after(length).unwrap_or(start)));
    let meets = |part: &Interval| runs.iter().flatten().any(|run| run.start() < part.end() && part.start() < run.end());
    let of_runs = || stretches.iter().filter(|(part, _)| meets(part)).map(|(_, choice)| choice);
    let is_mixed = of_runs().any(|choice| choice.basis_changed);
    match of_runs().map(|choice| choice.fallback_step).max() {
        Some(..=3) if !is_mixed => Outlook::Forecast,
        Some(4) if !is_mixed => Outlook::Typical,
        _ => Outlook::Unknown,
    }
}

/// Share of the time of which values or forecasts are known.
fn known_share(stretches: &[(Interval, FactorChoice)]) -> f64 {
    let time = |parts: &mut dyn Iterator<Item = &(Interval, FactorChoice)>| {
        parts.map(|(part, _)| part.span().nanoseconds() as f64).sum::<f64>()
    };
    let known = time(&mut stretches.iter().filter(|(_, choice)| choice.fallback_step <= 3));
    known / time(&mut stretches.iter()).max(1.0)
}

fn grams(intensity: CarbonIntensity) -> f64 {
    f64::from(intensity.milligrams_per_kwh()) / 1e3
}

/// Checked before to be less than a month.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
fn span(hours: f64) -> Span {
    Span::from_seconds((hours * 3_600.0).round() as u64)
}
