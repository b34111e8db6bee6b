//! `/grid`: the library of carbon intensity factors.

use super::auth::unbound;
use super::body::Csv;
use super::page::{Paging, Query};
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::access::Identity;
use crate::grid::{self, Accounting, FactorSeries, FactorValue, Library, Set, ZoneError};
use crate::store::{FactorEvidence, StoreError};
use crate::{ledger, moment};
use api::{
    ChoiceDocument, FactorDocument, ImportDocument, ImportQuery, IntensityQuery, Page, PageQuery, ProblemDocument,
};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{ChangeKind, FactorSource, ZoneId};
use units::{Interval, Span};

/// List grid zones and their factors
#[utoipa::path(
    get, path = "/grid/zones", tag = "grid", params(PageQuery),
    responses((status = 200, description = "One page of factors, by zone", body = Page<FactorDocument>))
)]
pub(crate) async fn zones(
    Extract(state): Extract<State>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<FactorDocument>>, Problem> {
    let limit = page.limit()?;
    let after = page.after().unwrap_or_default();
    let mut factors: Vec<_> = state.library.factors().iter().filter(|factor| factor.zone.as_str() > after).collect();
    factors.sort_by_key(|factor| &factor.zone);
    let one_more = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    factors.truncate(one_more);
    let page = Page::of(factors, limit, |factor| factor.zone.to_string());
    Ok(axum::Json(page.map(FactorDocument::from)))
}

/// Look up the carbon intensity factor of a grid zone or cloud region
#[utoipa::path(
    get, path = "/grid/intensity", tag = "grid", params(IntensityQuery),
    responses(
        (status = 200, description = "The factor with its full type, and how it was chosen", body = ChoiceDocument),
        (status = 404, description = "There is no such zone or region, or it has no factor", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn intensity(
    Extract(state): Extract<State>,
    Query(asked): Query<IntensityQuery>,
) -> Result<axum::Json<ChoiceDocument>, Problem> {
    let at = asked.at.as_deref().map(moment::parse).transpose().map_err(|rule| Problem::field("at", rule))?;
    let marginal = asked.marginal.then(|| Library::open(Set::IfiMarginal)).transpose();
    let marginal = marginal.map_err(|defect| {
        tracing::error!(%defect, "a bundled table cannot be read");
        Problem::internal()
    })?;
    let library = marginal.as_ref().unwrap_or(&state.library);
    let choice = match (&asked.zone, &asked.region) {
        (Some(zone), None) => library.choose(zone.as_str(), at),
        (None, Some(region)) => library.choose_region(region, at),
        _ => return Err(Problem::field("zone", "give either zone or region")),
    };
    match choice {
        Ok(choice) => Ok(axum::Json(ChoiceDocument::from(&choice))),
        Err(ZoneError::Data(defect)) => {
            tracing::error!(%defect, "a bundled table cannot be read");
            Err(Problem::internal())
        }
        Err(unknown) => Err(Problem::missing(unknown.to_string())),
    }
}

/// What importing `rows` factors of `range` has changed, `new` of which were not known.
fn imported(service: &ApiService, rows: usize, new: usize, range: Option<Interval>) -> Result<ImportDocument, Problem> {
    let Some(range) = range else { return Ok(ImportDocument { rows, new, outdated_entries: 0, restate: None }) };
    let outdated_entries = ledger::outdated(&service.store, &service.library, range)?;
    let command = || {
        let [from, to] = [range.start(), range.end()].map(moment::show);
        format!("wattledger restate --from {from} --to {to} --reason \"newer grid factors\"")
    };
    Ok(ImportDocument { rows, new, outdated_entries, restate: (outdated_entries > 0).then(command) })
}

/// Import carbon intensities of a grid zone
///
/// The body is CSV with the columns `datetime_utc` and `g_per_kwh`, or `direct_g` or `lifecycle_g`. Either all of it is imported or nothing. Posted
/// entries keep their factors.
#[utoipa::path(
    post, path = "/grid/factors", tag = "grid", params(ImportQuery), request_body(content = String, content_type = "text/csv"),
    responses((status = 201, description = "What the import has changed", body = ImportDocument))
)]
pub(crate) async fn import(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<ImportQuery>,
    Csv(text): Csv,
) -> Result<(StatusCode, axum::Json<ImportDocument>), Problem> {
    unbound(&who)?;
    if asked.accounting == Accounting::Marginal {
        return Err(Problem::field("accounting", "marginal factors cannot be imported: the ledger counts averages"));
    }
    let minutes = asked.minutes.unwrap_or(60);
    if ![5, 15, 30, 60].contains(&minutes) {
        return Err(Problem::field("minutes", format!("{minutes} is not a length of interval: give 5, 15, 30 or 60")));
    }
    let by = who.by(state.clock.wall());
    let zone = asked.zone.to_string();
    let document = state
        .work(move |service| {
            let known = service.library.choose(asked.zone.as_str(), None);
            let zone = ZoneId::from(known.map_err(|error| Problem::field("zone", error.to_string()))?.asked);
            let rows = grid::intensities(&text, asked.basis, Span::from_seconds(minutes * 60))
                .map_err(|error| Problem::body(error.to_string()))?;
            let status = asked.status;
            let values: Vec<_> = rows
                .into_iter()
                .map(|(interval, intensity)| FactorValue { interval, intensity, status, method: None })
                .collect();
            let (rows, range) = (values.len(), values.iter().map(|value| value.interval).reduce(Interval::hull));
            let evidence = FactorEvidence {
                source: FactorSource::File,
                name: "CSV".to_owned(),
                obtained: by.at,
                bytes: text.to_vec(),
            };
            let series = FactorSeries { zone, ..series(asked, values) };
            let kept = service.store.write::<_, StoreError>(move |tx| tx.factors().keep(&[series], &evidence, &by))?;
            if let Some(refused) = kept.refused.first() {
                return Err(Problem::body(format!("{}: {}", moment::show(refused.interval.start()), refused.reason)));
            }
            imported(service, rows, kept.new, range)
        })
        .await?;
    state.events.tell(ChangeKind::Factors, zone, None);
    Ok((StatusCode::CREATED, axum::Json(document)))
}

fn series(asked: ImportQuery, values: Vec<FactorValue>) -> FactorSeries {
    FactorSeries {
        zone: asked.zone,
        basis: asked.basis,
        gas: asked.gas,
        accounting: asked.accounting,
        publisher: asked.publisher,
        edition: asked.edition,
        licence: asked.licence,
        values,
    }
}
