//! One provider, and one round of questions to it.

use super::courier::{Courier, CourierError};
use super::error::FeedError;
use super::halt::Halt;
use super::note::{self, FeedNote, FeedTrouble, ZoneNote};
use crate::config::ProviderSettings;
use crate::grid::provider::{FactorProvider, Inquiry, ProviderZone, provider};
use crate::grid::{FactorReading, FactorSeries, FactorStatus, RefusedValue};
use crate::store::{By, FactorEvidence, KeptFactors, Store, StoreError};
use client::Backoff;
use collectors::clock::Clock;
use model::{FactorSource, ProviderName, ZoneId};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use units::{Interval, Span, Timestamp};

const HOUR: Span = Span::from_seconds(3_600);
/// Refused values that a report names.
const REFUSED_MAX: usize = 20;

/// One provider that the service asks.
pub struct Feed {
    settings: ProviderSettings,
    provider: Box<dyn FactorProvider>,
    /// Held over a round, so that there is one at a time.
    courier: Mutex<Courier>,
    backoff: Mutex<Backoff>,
    /// What was known of it when the ledger was asked last.
    known: Mutex<FeedNote>,
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
}

/// A round in progress.
struct OpenRound<'a> {
    /// Where what comes is kept.
    store: &'a Store,
    now: Timestamp,
    courier: &'a mut Courier,
    note: &'a mut FeedNote,
    report: &'a mut FeedReport,
}

/// What a round brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedReport {
    /// Values of a time that had none.
    pub new: usize,
    /// Values that were known already.
    pub unchanged: usize,
    /// Values that replace an older one.
    pub revised: usize,
    /// Number of values that were not taken.
    pub refused: usize,
    /// The first of them, with their reasons.
    pub refusals: Vec<RefusedValue>,
    /// Zones with a new or revised value.
    pub changed: BTreeSet<ZoneId>,
    /// What failed, one sentence each; what came beside it was kept.
    pub troubles: Vec<String>,
    /// What did not come and is not counted as failing: forecasts that the plan does not include.
    pub missing: Vec<String>,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").field("name", &self.settings.name).finish_non_exhaustive()
    }
}

impl Feed {
    /// The provider of `settings`, with its notes in `store`.
    pub(super) fn open(
        settings: ProviderSettings,
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        halt: Arc<Halt>,
        seed: u64,
    ) -> Result<Self, CourierError> {
        let provider = provider(settings.name, settings.choice);
        let courier = Mutex::new(Courier::open(&settings, provider.as_ref(), Arc::clone(&clock), halt)?);
        let every = provider.pace().every;
        let backoff = Mutex::new(Backoff::between(Duration::from_secs(30).min(every), every, seed));
        Ok(Self { settings, provider, courier, backoff, known: Mutex::default(), store, clock })
    }

    /// Which provider it is.
    #[must_use]
    pub const fn name(&self) -> ProviderName {
        self.settings.name
    }

    /// The zones that it is asked for.
    #[must_use]
    pub fn zones(&self) -> &[ProviderZone] {
        &self.settings.zones
    }

    /// Host and port that are asked.
    #[must_use]
    pub fn host(&self) -> &str {
        let base = self.settings.base_url.as_deref().unwrap_or(self.provider.base_url());
        let authority = base.split_once("://").map_or(base, |(_, rest)| rest);
        authority.split_once('/').map_or(authority, |(host, _)| host)
    }

    /// What is known of it, whichever service on the ledger asked it; what was known last while the ledger cannot be read.
    #[must_use]
    pub fn note(&self) -> FeedNote {
        let mut known = lock(&self.known);
        match note::note(&self.store, self.settings.name) {
            Ok(note) => *known = note,
            Err(error) => {
                tracing::warn!(name = %self.settings.name, %error, "what is known of a provider cannot be read")
            }
        }
        known.zones.retain(|zone, _| self.settings.zones.iter().any(|own| own.zone == *zone));
        known.stale_after = self.provider.pace().stale;
        known.clone()
    }

    /// How long to wait for the next round after one that brought `report`.
    pub(super) fn pause(&self, report: &Result<FeedReport, FeedError>) -> Duration {
        let note = self.note();
        let now = self.clock.wall();
        let asked =
            note.not_before.and_then(|then| then.since(now)).map(|span| Duration::from_nanos(span.nanoseconds()));
        match report {
            Ok(report) if report.troubles.is_empty() => {
                lock(&self.backoff).reset();
                self.provider.pace().every
            }
            _ => lock(&self.backoff).wait(asked),
        }
    }

    /// How long after its last round, of another service or in an earlier run, the first one is due.
    pub(super) fn first_pause(&self) -> Duration {
        let Some(last) = self.note().last_attempt else { return Duration::ZERO };
        let passed = self.clock.wall().since(last).unwrap_or(Span::ZERO);
        self.provider.pace().every.saturating_sub(Duration::from_nanos(passed.nanoseconds()))
    }

    /// Asks for every zone and keeps what comes. What fails is in the report, and beside it what did not.
    ///
    /// # Errors
    ///
    /// The provider asked for a pause that is not over.
    pub fn sync(&self) -> Result<FeedReport, FeedError> {
        self.round(&self.store)
    }

    /// The same, kept in `store`, which may be that of a term of duty.
    pub(super) fn round(&self, store: &Store) -> Result<FeedReport, FeedError> {
        let mut courier = lock(&self.courier);
        let now = self.clock.wall();
        let mut note = self.note();
        if let Some(then) = note.not_before.filter(|then| *then > now) {
            return Err(FeedError::TooEarly(then));
        }
        let mut report = FeedReport::default();
        let mut wait = None;
        for zone in &self.settings.zones {
            let mut round = OpenRound { store, now, courier: &mut courier, note: &mut note, report: &mut report };
            if let Err(error) = self.sync_zone(zone, &mut round) {
                report.troubles.push(courier.without_key(&format!("{}: {error}", zone.zone)));
                if let FeedError::Fetch(fetch) = &error {
                    wait = fetch.wait();
                }
                if error.ends_round() {
                    break;
                }
            }
        }
        self.end_round(store, note, now, wait, &report);
        Ok(report)
    }

    /// Notes what the round brought.
    fn end_round(
        &self,
        store: &Store,
        mut note: FeedNote,
        now: Timestamp,
        wait: Option<Duration>,
        report: &FeedReport,
    ) {
        note.last_attempt = Some(now);
        let wait = wait.map(|wait| Span::from_nanoseconds(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX)));
        note.not_before = wait.and_then(|wait| now.after(wait).ok());
        let name = self.settings.name;
        let before = note.failing().cloned();
        match report.troubles.first() {
            None => {
                note.last_success = Some(now);
                if let Some(trouble) = &mut note.trouble {
                    trouble.is_over = true;
                }
                if before.is_some() {
                    tracing::info!(%name, "the provider answers again");
                }
            }
            Some(reason) => {
                if before.as_ref().is_none_or(|before| before.reason != *reason) {
                    tracing::warn!(%name, reason, "a provider of grid factors fails; the values that are known stay in use");
                }
                let since = before.map_or(now, |before| before.since);
                note.trouble = Some(FeedTrouble { since, last: now, reason: reason.clone(), is_over: false });
            }
        }
        if let Err(error) = note::keep(store, name, &note) {
            tracing::warn!(%name, %error, "what is known of a provider is not noted, and is asked anew");
        }
    }

    fn sync_zone(&self, zone: &ProviderZone, round: &mut OpenRound<'_>) -> Result<(), FeedError> {
        let parts = self.parts(zone, round.note, round.now);
        let last = parts.len().saturating_sub(1);
        let mut trouble = Ok(());
        for (number, part) in parts.into_iter().enumerate() {
            for inquiry in self.provider.inquiries(zone, part) {
                // What is to come is asked for once.
                if inquiry.is_forecast && number != last {
                    continue;
                }
                match self.ask(&inquiry, round) {
                    Ok(()) => {}
                    Err(error) if inquiry.is_forecast && !error.ends_round() => {
                        let said = round.courier.without_key(&format!("{}: no forecast: {error}", zone.zone));
                        round.report.missing.push(said);
                    }
                    Err(error) if error.ends_round() => return Err(error),
                    // What is newer is asked for all the same.
                    Err(error) => trouble = Err(error),
                }
            }
        }
        trouble
    }

    /// The times to ask for: from a while before the newest value until now, each as long as one question may be.
    fn parts(&self, zone: &ProviderZone, note: &FeedNote, now: Timestamp) -> Vec<Interval> {
        let pace = self.provider.pace();
        let newest = note.zones.get(&zone.zone).map(|newest| newest.end.min(now));
        let from = newest.map_or(now.before(pace.first), |newest| newest.before(pace.overlap));
        let mut start = from.before(HOUR).next_multiple(HOUR).unwrap_or(from);
        let mut parts = Vec::new();
        while let Some(part) = start.after(pace.longest).ok().and_then(|end| Interval::new(start, end.min(now))) {
            parts.push(part);
            start = part.end();
        }
        parts
    }

    fn ask(&self, inquiry: &Inquiry, round: &mut OpenRound<'_>) -> Result<(), FeedError> {
        let OpenRound { store, now, courier, note, report } = round;
        let now = *now;
        let mut pages = vec![courier.fetch(&inquiry.path)?];
        while let Some(path) = self.provider.next_page(inquiry, &pages)? {
            pages.push(courier.fetch(&path)?);
        }
        let reading = self.provider.read(inquiry, &pages, now)?;
        let FactorReading { series, refused } = reading;
        report.refused += refused.len();
        report.refusals.extend(refused.into_iter().take(REFUSED_MAX.saturating_sub(report.refusals.len())));
        if series.is_empty() {
            return Ok(());
        }
        let newest = newest(&series);
        let evidence = FactorEvidence {
            source: FactorSource::Provider,
            name: self.settings.name.to_string(),
            obtained: now,
            bytes: pages.join(&b"\n"[..]),
        };
        let by = By::service(now);
        let kept = store.write::<_, StoreError>(move |tx| tx.factors().keep(&series, &evidence, &by))?;
        self.count(kept, report);
        if let Some(newest) = newest {
            let known = note.zones.entry(inquiry.zone.zone.clone()).or_insert(newest);
            if newest.end >= known.end {
                *known = newest;
            }
        }
        Ok(())
    }

    fn count(&self, kept: KeptFactors, report: &mut FeedReport) {
        report.new += kept.new;
        report.unchanged += kept.unchanged;
        report.revised += kept.revised;
        report.changed.extend(kept.changed.into_keys());
        report.refused += kept.refused.len();
        for refused in kept.refused {
            if report.refusals.len() < REFUSED_MAX {
                let place = crate::moment::show(refused.interval.start());
                report.refusals.push(RefusedValue { place, reason: refused.reason });
            }
        }
    }
}

/// The newest value that is no forecast.
fn newest(series: &[FactorSeries]) -> Option<ZoneNote> {
    let values = series.iter().flat_map(|series| &series.values).filter(|value| value.status != FactorStatus::Forecast);
    values.max_by_key(|value| value.interval.end()).map(|value| ZoneNote {
        start: value.interval.start(),
        end: value.interval.end(),
        intensity_mg_per_kwh: value.intensity.milligrams_per_kwh(),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
