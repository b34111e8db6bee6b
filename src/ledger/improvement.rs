//! Factors that came after posting. Entries of a fallback, an estimate or a forecast, and entries of a value that its own series revised, are
//! reversed and posted again with the reason. What is final is left to [`restate`](super::restate), and so is every closed period.

use super::factor::{Chooser, FactorRecord, Rates};
use super::posting::{Chain, SLICE, noted};
use super::{Closed, LedgerError};
use crate::grid::{FactorSeries, Library};
use crate::ingest::{IngestError, attribute_deferred, fit_periods};
use crate::store::{By, Entry, FactorEvidence, FactorMonth, Head, KeptFactors, Key, PeriodRow, Store, StoreError, Tx};
use model::{PeriodId, ZoneId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use units::{Interval, Timestamp};

/// How many years a month is typical of the same month before and after it.
const TYPICAL_YEARS: i32 = 3;

/// What came of factors that were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenFactors {
    /// What was kept of them.
    pub kept: KeptFactors,
    /// How many entries were posted because of them, reversals included.
    pub entries: i64,
}

/// Keeps what is new of `series` with its evidence, and posts again what was posted with less.
///
/// # Errors
///
/// A zone without factor, a sum that leaves its range, the store. What was done before it failed stays done, and the rest is done with the next
/// posting.
pub fn take_factors(
    store: &Store,
    library: &Arc<Library>,
    series: Vec<FactorSeries>,
    evidence: FactorEvidence,
    by: By,
) -> Result<TakenFactors, LedgerError> {
    let now = by.at;
    let kept = store.write::<_, StoreError>(move |tx| tx.factors().keep(&series, &evidence, &by))?;
    let entries = follow(store, library, now)?.entries;
    Ok(TakenFactors { kept, entries })
}

/// Follows the factors that were kept since the last time: shortens posting periods where they are finer, and posts again what better or revised
/// ones are for.
///
/// # Errors
///
/// As [`take_factors`].
pub(super) fn follow(store: &Store, library: &Arc<Library>, now: Timestamp) -> Result<Closed, LedgerError> {
    let (changed, newest) = store.read::<_, StoreError>(|tx| tx.factors().not_followed())?;
    let zones: Vec<ZoneId> = changed.keys().cloned().collect();
    if !zones.is_empty() {
        store.write::<_, IngestError>(move |tx| fit_periods(tx, &zones, &By::service(now)))?;
    }
    attribute_deferred(store)?;
    if changed.is_empty() {
        return Ok(Closed { entries: 0 });
    }
    let accounts = store.read(|tx| accounts(tx, &changed))?;
    let mut entries = 0;
    for slice in accounts.chunks(SLICE as usize) {
        let (library, slice) = (Arc::clone(library), slice.to_vec());
        let (before, head) = store.write(move |tx| improve_slice(tx, &library, &slice, now))?;
        if head != before {
            entries += noted(store, &before, &head)?.entries;
        }
    }
    store.write::<_, StoreError>(move |tx| tx.factors().set_followed(newest))?;
    Ok(Closed { entries })
}

/// Accounts whose factor may be another now.
fn accounts(tx: &Tx<'_>, changed: &BTreeMap<ZoneId, Interval>) -> Result<Vec<Key>, StoreError> {
    let mut found = BTreeSet::new();
    for (zone, range) in changed {
        let mut add = |range, is_provisional| -> Result<(), StoreError> {
            found.extend(tx.entries().accounts_in(zone, range, is_provisional)?);
            Ok(())
        };
        add(*range, false)?;
        for month in typical_months(*range) {
            add(month, true)?;
        }
    }
    Ok(found.into_iter().collect())
}

/// The months that a value of `range` is typical of.
fn typical_months(range: Interval) -> Vec<Interval> {
    let (first, last) = (FactorMonth::of(range.start()).number(), FactorMonth::of(range.last()).number());
    let years = |month: i32| (-TYPICAL_YEARS..=TYPICAL_YEARS).map(move |years| month + 12 * years);
    let months: BTreeSet<i32> = (first..=last.min(first + 11)).flat_map(years).chain(first..=last).collect();
    months.into_iter().filter_map(|month| FactorMonth::from_number(month).interval()).collect()
}

fn improve_slice(
    tx: &Tx<'_>,
    library: &Library,
    accounts: &[Key],
    now: Timestamp,
) -> Result<(Head, Head), LedgerError> {
    let closed = tx.periods().list(None, PeriodId::new(0), u32::MAX)?;
    let mut chooser = Chooser::new(tx, library)?;
    let before = tx.entries().head()?;
    let mut chain = Chain { tx, head: before.clone(), now };
    for key in accounts {
        let live = tx.entries().live(key)?;
        // What is about to be taken back is posted again with that, at the rates of then.
        if live.iter().any(|entry| is_closed(&closed, entry)) || tx.postings().is_taken_back(key)? {
            continue;
        }
        let rates = chooser.rates(key)?;
        if let Some(reason) = live.iter().find_map(|entry| improvement(entry, &rates)) {
            chain.replace(&live, None, &reason, &rates)?;
        }
    }
    Ok((before, chain.head))
}

fn is_closed(closed: &[PeriodRow], entry: &Entry) -> bool {
    closed.iter().any(|period| (period.from..period.to).contains(&entry.part.start))
}

/// Why an entry is to be posted at other rates; `None` if it is not, or not without being told to.
fn improvement(entry: &Entry, rates: &Rates) -> Option<String> {
    if rates.are_of(entry) || entry.pue != rates.pue {
        return None;
    }
    let [old, new] = [&entry.factor, &rates.factor].map(|text| FactorRecord::stored(text));
    let (old, new) = (old.ok()?, new.ok()?);
    // A site that was moved to another zone is restated by hand.
    if old.asked != new.asked {
        return None;
    }
    let is_same_series = old.is_of_series(&new);
    if !entry.provisional && !is_same_series {
        return None;
    }
    Some(if is_same_series && old.fallback_step == new.fallback_step && old.status == new.status {
        format!("{} was revised", described(&new))
    } else {
        format!("{} in place of {}", described(&new), described(&old))
    })
}

fn described(record: &FactorRecord) -> String {
    let what = match record.fallback_step {
        1 => "measured intensity",
        2 => match record.status {
            crate::grid::FactorStatus::Estimated => "estimated intensity",
            crate::grid::FactorStatus::Forecast => "forecast intensity",
            _ => "provisional intensity",
        },
        3 => "intensity computed from the generation mix",
        4 => "typical intensity of that hour",
        5 => "sub-national mean",
        _ => "national mean",
    };
    format!("{what} ({})", record.publisher)
}
