//! Live providers of grid factors: what their answers become, and what is refused.

mod hostile;
mod samples;

use crate::skip::skip;
use model::ProviderName;
use units::{Interval, Span, Timestamp};
use wattledger::grid::FactorReading;
use wattledger::grid::provider::{Inquiry, ProviderChoice, ProviderZone, ReplyError, provider};

/// A file of the folder that `WATTLEDGER_GRID_SAMPLES` names: real answers of providers and series of theirs, whose licences keep them out of this
/// repository. Without it the test that asks is skipped.
pub(crate) fn recorded(path: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("WATTLEDGER_GRID_SAMPLES") else {
        skip("WATTLEDGER_GRID_SAMPLES names no folder of real answers and series; invented ones are read elsewhere");
        return None;
    };
    Some(std::fs::read(std::path::Path::new(&folder).join(path)).unwrap())
}

fn time(text: &str) -> Timestamp {
    let moment = chrono::DateTime::parse_from_rfc3339(text).unwrap();
    Timestamp::from_nanoseconds(moment.timestamp_nanos_opt().unwrap())
}

/// What `name` is asked about `zone` for the day before `now`.
fn inquiries(name: ProviderName, choice: ProviderChoice, zone: &str, now: Timestamp) -> Vec<Inquiry> {
    let provider = provider(name, choice);
    let code = provider.code(&zone.into()).unwrap_or_else(|| zone.to_owned());
    let zone = ProviderZone { zone: zone.into(), code };
    let day = Interval::new(now.before(Span::from_seconds(86_400)), now).unwrap();
    provider.inquiries(&zone, day)
}

/// What `name` makes of `pages`, the answer to its question about the past, obtained at `now`.
fn read(name: ProviderName, zone: &str, pages: &[&[u8]], now: &str) -> Result<FactorReading, ReplyError> {
    read_with(name, ProviderChoice::default(), zone, pages, now)
}

fn read_with(
    name: ProviderName,
    choice: ProviderChoice,
    zone: &str,
    pages: &[&[u8]],
    now: &str,
) -> Result<FactorReading, ReplyError> {
    let inquiry = inquiries(name, choice, zone, time(now)).remove(0);
    let pages: Vec<Vec<u8>> = pages.iter().map(|page| page.to_vec()).collect();
    provider(name, choice).read(&inquiry, &pages, time(now))
}

/// Start and mg/kWh of all values.
fn values(reading: &FactorReading) -> Vec<(String, u32)> {
    let values = reading.series.iter().flat_map(|series| &series.values);
    let shown =
        |at: Timestamp| chrono::DateTime::from_timestamp_nanos(at.nanoseconds()).format("%Y-%m-%dT%H:%M").to_string();
    values.map(|value| (shown(value.interval.start()), value.intensity.milligrams_per_kwh())).collect()
}
