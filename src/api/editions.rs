//! `/grid/editions`: the editions of a zone's factors side by side.

use super::page::Query;
use super::problem::Problem;
use super::series::grid_of;
use super::state::{ApiService, State};
use crate::grid::{FactorPreference, SiteGrids, resolution};
use crate::moment::show;
use crate::series::{self, Edition, FactorGap, Grid, StandingInWords, ZoneEditions};
use api::{
    EditionDifference, EditionDocument, EditionsDocument, EditionsQuery, FactorGapDocument, ProblemDocument, RangeQuery,
};
use axum::extract::State as Extract;
use model::ZoneId;
use units::{Span, Timestamp};

/// Editions that an answer shows at most; the others are counted.
const EDITIONS_MAX: usize = 32;
/// Gaps that an answer shows at most; the earlier ones are counted.
const GAPS_MAX: usize = 200;

/// Show the editions of a zone's factors side by side
///
/// Every edition that is known of the zone: forecasts beside what they forecast, provisional values beside final ones, marginal ones beside averages,
/// and the yearly values of the library. Each says which part of the time it counts for, why or why not, and how far it lies from the values that
/// count. The hours for which no edition has a value are the gaps.
#[utoipa::path(
    get, path = "/grid/editions", operation_id = "list_editions", tag = "grid", params(EditionsQuery, RangeQuery),
    responses(
        (status = 200, description = "The editions, those that count for most of the time first", body = EditionsDocument),
        (status = 404, description = "There is no such zone or site, or the zone has no factor", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    Query(asked): Query<EditionsQuery>,
    Query(range): Query<RangeQuery>,
) -> Result<axum::Json<EditionsDocument>, Problem> {
    let now = state.clock.wall();
    let grid = grid_of(&range, None, now)?;
    state.work(move |service| found(service, &asked, grid, now)).await.map(axum::Json)
}

fn found(service: &ApiService, asked: &EditionsQuery, grid: Grid, now: Timestamp) -> Result<EditionsDocument, Problem> {
    let found = service.store.read::<_, Problem>(|tx| {
        let preference = match &asked.site {
            None => FactorPreference::default(),
            Some(name) => {
                let sites = tx.sites().list()?;
                let site =
                    sites.iter().find(|site| site.name == *name).ok_or_else(|| Problem::not_found("site", name))?;
                let zone = ZoneId::from(asked.zone.as_str().trim().to_uppercase());
                if site.zone != zone {
                    let rule = format!("{name} is in {}: give that zone, or another site", site.zone);
                    return Err(Problem::field("site", rule));
                }
                SiteGrids::read(tx)?.preference(site.site, now)
            }
        };
        Ok(series::editions(tx, &service.library, (&asked.zone, &preference), grid, now)?)
    })?;
    Ok(document(service, found))
}

fn document(service: &ApiService, found: ZoneEditions) -> EditionsDocument {
    let ZoneEditions { zone, grid, editions, gaps } = found;
    let gaps_left_out = gaps.len().saturating_sub(GAPS_MAX);
    EditionsDocument {
        name: service.library.zone_name(zone.as_str()),
        zone,
        from: show(grid.range.start()),
        to: show(grid.range.end()),
        bucket_s: grid.bucket_s(),
        start_ms: grid.numbers(grid.range).map(|number| grid.start_ms(number)).collect(),
        editions_left_out: editions.len().saturating_sub(EDITIONS_MAX),
        editions: editions.into_iter().take(EDITIONS_MAX).map(|edition| edition_document(edition, grid)).collect(),
        gaps: gaps.into_iter().skip(gaps_left_out).map(gap_document).collect(),
        gaps_left_out,
    }
}

fn edition_document((edition, standing): (Edition, StandingInWords), grid: Grid) -> EditionDocument {
    let whole = hours(grid.range.span());
    let Edition { kind, origin, extent, buckets, status, known, used, typical, difference, series: _ } = edition;
    EditionDocument {
        zone: kind.zone,
        publisher: kind.publisher,
        edition: kind.edition,
        licence: kind.licence,
        basis: kind.basis,
        gas: kind.gas,
        accounting: kind.accounting,
        resolution: resolution(kind.step),
        step_s: kind.step.nanoseconds() / 1_000_000_000,
        is_forecast: kind.is_forecast,
        status,
        source: origin.as_ref().map(|origin| origin.source),
        obtained: origin.as_ref().map(|origin| show(origin.obtained)),
        source_name: origin.map(|origin| origin.name),
        first: show(extent.start()),
        last: show(extent.end()),
        known_share: hours(known) / whole,
        used_share: hours(used) / whole,
        typical_share: hours(typical) / whole,
        standing: standing.word,
        reason: standing.reason,
        difference: difference.map(|off| EditionDifference {
            mean_mg_per_kwh: off.mean,
            absolute_mg_per_kwh: off.absolute,
            hours: hours(off.compared),
        }),
        intensity_mg_per_kwh: grid.numbers(grid.range).map(|number| buckets.get(&number).copied()).collect(),
    }
}

fn gap_document(gap: FactorGap) -> FactorGapDocument {
    let stand_in = gap.stand_in;
    FactorGapDocument {
        start: show(gap.interval.start()),
        end: show(gap.interval.end()),
        fallback_step: stand_in.fallback_step,
        fallback: stand_in.step_in_words().to_owned(),
        basis_changed: stand_in.basis_changed,
        publisher: stand_in.factor.publisher,
        edition: stand_in.factor.edition,
    }
}

fn hours(span: Span) -> f64 {
    span.nanoseconds() as f64 / 3.6e12
}
