//! `/grid`: the factor library.

use super::State;
use super::auth::unbound;
use super::body::Csv;
use super::page::{Page, PageQuery, Query};
use super::problem::{Problem, ProblemDocument};
use crate::access::Identity;
use crate::grid::{
    self, Accounting, Basis, ChoiceDocument, FactorDocument, FactorStatus, Gas, Library, Set, ZoneError,
};
use crate::store::{FactorOrigin, IntervalFactor, StoreError};
use crate::{ledger, moment};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use units::{Interval, Span};

/// List zones and their factors
#[utoipa::path(
    get, path = "/grid/zones", tag = "grid", params(PageQuery),
    responses((status = 200, description = "By zone", body = Page<FactorDocument>))
)]
pub(crate) async fn zones(
    Extract(state): Extract<State>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<FactorDocument>>, Problem> {
    let limit = page.limit()?;
    let after = page.after().unwrap_or_default();
    let mut factors: Vec<_> = state.library.factors().iter().filter(|factor| *factor.zone > *after).collect();
    factors.sort_by_key(|factor| &factor.zone);
    let one_more = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    factors.truncate(one_more);
    let page = Page::of(factors, limit, |factor| factor.zone.clone());
    Ok(axum::Json(page.map(FactorDocument::from)))
}

/// Whose intensity is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IntensityQuery {
    /// Grid zone, such as DE or US-EGRID-CAMX; this or `region`.
    zone: Option<String>,
    /// Cloud region, such as aws/us-east-1; this or `zone`.
    region: Option<String>,
    /// Moment of use, RFC 3339 or a UTC date; the newest factor without it.
    at: Option<String>,
    /// `true`: the operating margin of the country, for a second opinion and never in a sum with the others, which are averages.
    #[serde(default)]
    marginal: bool,
}

/// Choose the factor of a zone or a cloud region, and say how it was chosen
#[utoipa::path(
    get, path = "/grid/intensity", tag = "grid", params(IntensityQuery),
    responses(
        (status = 200, description = "The factor with its full type", body = ChoiceDocument),
        (status = 404, description = "No such zone or region, or nothing is known of it", body = ProblemDocument, content_type = "application/problem+json")
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
        (Some(zone), None) => library.choose(zone, at),
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

/// What the intensities of a file are.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportQuery {
    /// Grid zone, such as DE.
    zone: String,
    /// Who published them.
    publisher: String,
    /// Which release; those of one edition are never changed, a newer edition comes before an older one.
    edition: String,
    /// Licence of the values.
    licence: String,
    /// `direct` or `lifecycle`.
    #[param(inline)]
    basis: Basis,
    /// `CO2` or `CO2e`.
    #[param(inline)]
    gas: Gas,
    /// `production`, `consumption`, `residual`, `supplier` or `unspecified`.
    #[param(inline)]
    accounting: Accounting,
    /// `measured`, `provisional`, `forecast` or `fallback`.
    #[param(inline)]
    status: FactorStatus,
    /// Length of each interval: 5, 15, 30 or 60; 60 without it.
    minutes: Option<u64>,
}

/// What was imported.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ImportDocument {
    /// Intervals in the file.
    rows: usize,
    /// Those that were not known of this edition.
    new: usize,
    /// Posted entries of that time that would have another factor now. They keep theirs until they are restated.
    outdated_entries: usize,
    /// The command that restates them; `null` where there are none.
    restate: Option<String>,
}

impl ImportDocument {
    /// After importing factors of `range`.
    fn of(service: &super::Service, (rows, new): (usize, usize), range: Option<Interval>) -> Result<Self, Problem> {
        let Some(range) = range else { return Ok(Self { rows, new, outdated_entries: 0, restate: None }) };
        let (from, to) = (range.start(), range.end());
        let outdated_entries = ledger::outdated(&service.store, &service.library, (from, to))?;
        let command = || {
            let (from, to) = (moment::show(from), moment::show(to));
            format!("wattledger restate --from {from} --to {to} --reason \"newer grid factors\"")
        };
        Ok(Self { rows, new, outdated_entries, restate: (outdated_entries > 0).then(command) })
    }
}

/// Import the intensities of a zone, hour by hour
///
/// CSV with the columns `datetime_utc` and `g_per_kwh`, or `direct_g` or `lifecycle_g`. All of it is taken or nothing. What is posted already
/// keeps its factor.
#[utoipa::path(
    post, path = "/grid/factors", tag = "grid", params(ImportQuery), request_body(content = String, content_type = "text/csv"),
    responses((status = 201, description = "Imported", body = ImportDocument))
)]
pub(crate) async fn import(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<ImportQuery>,
    Csv(text): Csv,
) -> Result<(StatusCode, axum::Json<ImportDocument>), Problem> {
    unbound(&who)?;
    if asked.accounting == Accounting::Marginal {
        return Err(Problem::field("accounting", "marginal factors do not enter the ledger, which counts averages"));
    }
    let minutes = asked.minutes.unwrap_or(60);
    if ![5, 15, 30, 60].contains(&minutes) {
        return Err(Problem::field("minutes", format!("{minutes} is none of 5, 15, 30, 60")));
    }
    let by = who.by(state.clock.wall());
    let zone = asked.zone.clone();
    let imported = state
        .work(move |service| {
            let known = service.library.choose(&asked.zone, None);
            let zone = known.map_err(|error| Problem::field("zone", error.to_string()))?.asked;
            let rows = grid::intensities(&text, asked.basis, Span::from_seconds(minutes * 60))
                .map_err(|error| Problem::body(error.to_string()))?;
            let origin = asked.origin();
            let factors: Vec<_> = rows
                .into_iter()
                .map(|(interval, intensity)| IntervalFactor {
                    zone: zone.clone(),
                    interval,
                    intensity,
                    origin: origin.clone(),
                })
                .collect();
            let intervals = || factors.iter().map(|factor| factor.interval);
            let ends = intervals().map(Interval::start).min().zip(intervals().map(Interval::end).max());
            let (rows, range) = (factors.len(), ends.and_then(|(start, end)| Interval::new(start, end)));
            let new = service.store.write::<_, StoreError>(move |tx| tx.factors().import(&factors, &by))?;
            ImportDocument::of(service, (rows, new), range)
        })
        .await?;
    state.events.tell("factors", zone, None);
    Ok((StatusCode::CREATED, axum::Json(imported)))
}

impl ImportQuery {
    fn origin(self) -> FactorOrigin {
        FactorOrigin {
            basis: self.basis,
            gas: self.gas,
            accounting: self.accounting,
            status: self.status,
            publisher: self.publisher,
            edition: self.edition,
            licence: self.licence,
        }
    }
}
