//! `POST /grid/factors`: a file of factors, read, judged and kept.

use super::auth::unbound;
use super::body::FactorFile;
use super::page::Query;
use super::problem::Problem;
use super::state::{ApiService, State};
use super::text::{ORIGIN_TEXT, expect_text};
use crate::access::Identity;
use crate::grid::{FactorSeries, FileReading, ImportTerms, RefusedValue, read_factors, refuse_wrong_scale};
use crate::ledger::{self, TakenFactors};
use crate::moment;
use crate::store::{By, FactorEvidence};
use api::{ImportDocument, ImportQuery, ImportedSeries, RefusalDocument};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{FactorSource, ZoneId};
use std::collections::BTreeSet;
use units::{Interval, Timestamp};

/// Refusals that an answer shows at most; the others are counted.
const REFUSALS_MAX: usize = 200;

/// Import a file of carbon intensities
///
/// The body says what it is, plain or gzipped. CSV by its header: `datetime_utc` with `g_per_kwh`, `direct_g` or `lifecycle_g`, or with the generation
/// by fuel of form EIA-930; an hourly file of Electricity Maps; a yearly table as it is bundled, the mix of Canada's provinces or the operating
/// margins of countries among them. XML is document A75 of ENTSO-E, JSON an answer of EIA. What cannot be right is refused, with place and reason; the
/// rest is kept, beside what is there. Provisional entries that better values are for are posted again; final ones keep their factors.
#[utoipa::path(
    post, path = "/grid/factors", tag = "grid", params(ImportQuery), request_body(content = String, content_type = "text/csv"),
    responses((status = 201, description = "What was taken, what was refused, and what changed", body = ImportDocument))
)]
pub(crate) async fn import(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<ImportQuery>,
    FactorFile(bytes): FactorFile,
) -> Result<(StatusCode, axum::Json<ImportDocument>), Problem> {
    unbound(&who)?;
    let texts = [
        ("name", &asked.name),
        ("publisher", &asked.publisher),
        ("edition", &asked.edition),
        ("licence", &asked.licence),
    ];
    for (field, text) in texts.into_iter().filter_map(|(field, text)| Some((field, text.as_ref()?))) {
        expect_text(field, text, ORIGIN_TEXT)?;
    }
    let by = who.by(state.clock.wall());
    let document = state.work(move |service| taken(service, asked, &bytes, by)).await?;
    let zones: BTreeSet<&ZoneId> = document.series.iter().map(|series| &series.zone).collect();
    state.events.tell_factors(zones.into_iter().filter(|_| document.new + document.revised > 0));
    state.tell_entries(document.entries);
    Ok((StatusCode::CREATED, axum::Json(document)))
}

fn taken(service: &ApiService, asked: ImportQuery, bytes: &[u8], by: By) -> Result<ImportDocument, Problem> {
    let name = asked.name.clone().unwrap_or_else(|| "file".to_owned());
    let terms = terms(service, asked, by.at)?;
    let mut read = read_factors(bytes, &terms).map_err(|error| Problem::body(error.to_string()))?;
    for series in &read.reading.series {
        service
            .library
            .choose(series.zone.as_str(), None)
            .map_err(|error| Problem::field("zone", error.to_string()))?;
    }
    service.store.read(|tx| refuse_wrong_scale(tx, &service.library, &mut read))?;
    let series = read.reading.series.clone();
    let evidence = FactorEvidence { source: FactorSource::File, name, obtained: by.at, bytes: bytes.to_vec() };
    let taken = ledger::take_factors(&service.store, &service.library, series, evidence, by)?;
    document(service, read, &taken)
}

fn terms(service: &ApiService, asked: ImportQuery, now: Timestamp) -> Result<ImportTerms, Problem> {
    let zone = asked.zone.map(|zone| {
        let known = service.library.choose(zone.as_str(), None);
        known.map(|choice| ZoneId::from(choice.asked)).map_err(|error| Problem::field("zone", error.to_string()))
    });
    Ok(ImportTerms {
        zone: zone.transpose()?,
        publisher: asked.publisher,
        edition: asked.edition,
        licence: asked.licence,
        basis: asked.basis,
        gas: asked.gas,
        accounting: asked.accounting,
        status: asked.status,
        minutes: asked.minutes,
        unit: asked.unit,
        year: asked.year,
        obtained: Some(now),
    })
}

fn document(service: &ApiService, read: FileReading, taken: &TakenFactors) -> Result<ImportDocument, Problem> {
    let FileReading { mut reading, lines, gaps, other_zones } = read;
    let kept = &taken.kept;
    let mut rows: BTreeSet<(&ZoneId, Timestamp)> = BTreeSet::new();
    for (place, series) in reading.series.iter().enumerate() {
        let refused: BTreeSet<Interval> =
            kept.refused.iter().filter(|refusal| refusal.series == place).map(|refusal| refusal.interval).collect();
        let values = series.values.iter().map(|value| value.interval).filter(|interval| !refused.contains(interval));
        rows.extend(values.map(|interval| (&series.zone, interval.start())));
    }
    for refusal in &kept.refused {
        let zone = reading.series.get(refusal.series).map(|series| series.zone.clone()).unwrap_or_default();
        let start = refusal.interval.start();
        let place = lines.get(&(zone, start)).map_or_else(|| moment::show(start), |line| format!("line {line}"));
        reading.refused.push(RefusedValue { place, reason: refusal.reason.clone() });
    }
    let taken_rows = rows.len();
    let refused: BTreeSet<&str> = reading.refused.iter().map(|refused| refused.place.as_str()).collect();
    let (refused, refusals) = (refused.len(), refusals(&reading.refused));
    let range = kept.changed.values().copied().reduce(Interval::hull);
    let outdated_entries = match range {
        Some(range) => ledger::outdated(&service.store, &service.library, range)?,
        None => 0,
    };
    let command = |range: Interval| {
        let [from, to] = [range.start(), range.end()].map(moment::show);
        format!("wattledger restate --from {from} --to {to} --reason \"newer grid factors\"")
    };
    Ok(ImportDocument {
        taken: taken_rows,
        refused,
        refusals,
        gaps,
        other_zones,
        new: kept.new,
        unchanged: kept.unchanged,
        revised: kept.revised,
        series: reading.series.into_iter().map(described).collect(),
        entries: taken.entries,
        outdated_entries,
        restate: range.filter(|_| outdated_entries > 0).map(command),
    })
}

/// Neighbouring lines with one reason as one; after them what is in no line.
fn refusals(refused: &[RefusedValue]) -> Vec<RefusalDocument> {
    let line = |place: &str| place.strip_prefix("line ").and_then(|line| line.parse::<u64>().ok());
    let (mut lines, mut others) = (Vec::new(), Vec::new());
    for RefusedValue { place, reason } in refused {
        match line(place) {
            Some(line) => lines.push((line, reason.as_str())),
            None => others.push((place.as_str(), reason.as_str())),
        }
    }
    lines.sort_unstable();
    lines.dedup();
    let mut found: Vec<(u64, u64, &str)> = Vec::new();
    for (line, reason) in lines {
        match found.last_mut().filter(|(_, last, before)| *before == reason && *last + 1 >= line) {
            Some((_, last, _)) => *last = line,
            None => found.push((line, line, reason)),
        }
    }
    let place =
        |first: u64, last: u64| if first == last { format!("line {first}") } else { format!("lines {first}-{last}") };
    let lines = found.into_iter().map(|(first, last, reason)| (place(first, last), reason));
    let others = others.into_iter().map(|(place, reason)| (place.to_owned(), reason));
    let shown = lines.chain(others).take(REFUSALS_MAX);
    shown.map(|(place, reason)| RefusalDocument { place, reason: reason.to_owned() }).collect()
}

fn described(series: FactorSeries) -> ImportedSeries {
    ImportedSeries {
        values: series.values.len(),
        zone: series.zone,
        basis: series.basis,
        gas: series.gas,
        accounting: series.accounting,
        publisher: series.publisher,
        edition: series.edition,
        licence: series.licence,
    }
}
