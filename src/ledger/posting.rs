//! Open postings become entries.

use super::factor::{Chooser, Rates, Weighed};
use super::{LedgerError, chain, checkpoint};
use crate::grid::Library;
use crate::store::{By, Entry, Head, Key, OpenKey, Part, Store, Tx};
use model::{ActionKind, EntryId, EntryKind, PostingId};
use std::collections::BTreeMap;
use std::sync::Arc;
use units::{CarbonMass, DeviceTime, Energy, Interval, Timestamp};

const PERIOD_ENDED: &str = "period or job ended";
const LATE: &str = "windows came after posting";
const MOVED: &str = "attribution changed after posting";

/// How much was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// Number of new entries, reversals included.
    pub entries: i64,
}

/// Accounts that are posted in one transaction, so that a batch waits for no more than these. Of more, each entry costs more: SQLite walks what a
/// savepoint may have to take back with every statement that fires a trigger.
pub(super) const SLICE: u32 = 150;

/// Reverses and posts again, with `reason`, every account with an entry that starts in `range` and whose factor or PUE would be another now.
///
/// # Errors
///
/// As [`close`](super::close).
pub fn restate(
    store: &Store,
    library: &Arc<Library>,
    range: Interval,
    reason: String,
    by: By,
) -> Result<Closed, LedgerError> {
    let library = Arc::clone(library);
    let (before, head) = store.write(move |tx| {
        let mut chooser = Chooser::new(tx, &library)?;
        let before = tx.entries().head()?;
        let mut chain = Chain { tx, head: before.clone(), now: by.at };
        for (live, rates) in changed(tx, &mut chooser, range)? {
            chain.replace(&live, None, &reason, &rates)?;
        }
        if chain.head != before {
            let entries = [before.entries + 1, chain.head.entries];
            let [from, to] = [range.start(), range.end()].map(Timestamp::nanoseconds);
            let body = serde_json::json!({ "from_ns": from, "to_ns": to, "reason": reason, "entries": entries });
            tx.actions().record(
                &by,
                ActionKind::Restatement,
                &format!("{}-{}", entries[0], entries[1]),
                Some(&body.to_string()),
            )?;
        }
        Ok::<_, LedgerError>((before, chain.head))
    })?;
    noted(store, &before, &head)
}

/// How many entries that start in `range` have another factor or PUE than would be chosen now; [`restate`] reverses so many.
///
/// # Errors
///
/// A zone without factor, the store.
pub fn outdated(store: &Store, library: &Library, range: Interval) -> Result<usize, LedgerError> {
    store.read(|tx| {
        let accounts = changed(tx, &mut Chooser::new(tx, library)?, range)?;
        Ok(accounts.iter().map(|(live, _)| live.len()).sum())
    })
}

/// The entries of each account with an entry that starts in `range` and whose rates would be others now, with those rates.
fn changed(tx: &Tx<'_>, chooser: &mut Chooser<'_>, range: Interval) -> Result<Vec<(Vec<Entry>, Rates)>, LedgerError> {
    let mut accounts: BTreeMap<Key, Vec<Entry>> = BTreeMap::new();
    for entry in tx.entries().live_between(range)? {
        if !accounts.contains_key(&entry.key) {
            accounts.insert(entry.key.clone(), tx.entries().live(&entry.key)?);
        }
    }
    let mut found = Vec::new();
    for (key, live) in accounts {
        let rates = chooser.rates(&key)?;
        if !live.iter().all(|entry| rates.are_of(entry)) {
            found.push((live, rates));
        }
    }
    Ok(found)
}

pub(super) fn noted(store: &Store, before: &Head, head: &Head) -> Result<Closed, LedgerError> {
    checkpoint::write(store)?;
    Ok(Closed { entries: head.entries - before.entries })
}

/// The end of the chain, as entries are added to it.
pub(super) struct Chain<'a> {
    pub(super) tx: &'a Tx<'a>,
    pub(super) head: Head,
    pub(super) now: Timestamp,
}

/// The postings of an account that become one entry: those from `first` to `last`.
struct Postings<'a> {
    key: &'a Key,
    sum: Part,
    first: PostingId,
    last: PostingId,
}

impl Chain<'_> {
    /// Posts the open postings of one account.
    pub(super) fn post(&mut self, open: &OpenKey, rates: &Rates) -> Result<(), LedgerError> {
        let live = self.tx.entries().live(&open.key)?;
        if !live.is_empty() && open.takes_back {
            return self.replace(&live, Some(open), MOVED, rates);
        }
        let is_first = live.is_empty() && !self.tx.entries().is_posted(&open.key)?;
        let (kind, reason) = if is_first { (EntryKind::Original, PERIOD_ENDED) } else { (EntryKind::Supplement, LATE) };
        let postings = Postings { key: &open.key, sum: open.sum, first: open.first, last: open.last };
        let weighed = Weighed::completing(&live, postings.sum.energy, rates)?;
        self.append(kind, reason, &postings, rates, weighed)
    }

    /// Reverses the entries of an account and posts their sum again, with the open postings if there are any.
    pub(super) fn replace(
        &mut self,
        live: &[Entry],
        open: Option<&OpenKey>,
        reason: &str,
        rates: &Rates,
    ) -> Result<(), LedgerError> {
        let mut first = PostingId::new(i64::MAX);
        let mut last = open.map_or(PostingId::new(0), |open| open.last);
        for entry in live {
            self.reverse(entry, reason)?;
            (first, last) = (first.min(entry.first_posting), last.max(entry.last_posting));
        }
        let Some(entry) = live.first() else { return Ok(()) };
        let Some(sum) = self.tx.postings().sum(&entry.key, first, last)? else { return Ok(()) };
        if sum.span == DeviceTime::ZERO && sum.energy == Energy::ZERO {
            return Ok(());
        }
        let weighed = Weighed::of(sum.energy, rates)?;
        // Since it was posted first, its period may have become shorter.
        let key = open.map_or(&entry.key, |open| &open.key);
        self.append(EntryKind::Repost, reason, &Postings { key, sum, first, last }, rates, weighed)
    }

    /// Negates the posted numbers; recomputing them would round the other way.
    fn reverse(&mut self, entry: &Entry, reason: &str) -> Result<(), LedgerError> {
        self.link(Entry {
            kind: EntryKind::Reversal,
            reverses: Some(entry.id),
            reason: reason.to_owned(),
            part: entry.part.negative(),
            overhead: Energy::from_millijoules(-entry.overhead.millijoules()),
            co2e: CarbonMass::from_micrograms(-entry.co2e.micrograms()),
            overhead_co2e: CarbonMass::from_micrograms(-entry.overhead_co2e.micrograms()),
            ..entry.clone()
        })
    }

    fn append(
        &mut self,
        kind: EntryKind,
        reason: &str,
        postings: &Postings<'_>,
        rates: &Rates,
        weighed: Weighed,
    ) -> Result<(), LedgerError> {
        self.link(Entry {
            id: EntryId::new(0),
            kind,
            reverses: None,
            reason: reason.to_owned(),
            key: postings.key.clone(),
            part: postings.sum,
            overhead: weighed.overhead,
            pue: rates.pue,
            intensity: rates.intensity,
            co2e: weighed.co2e,
            overhead_co2e: weighed.overhead_co2e,
            factor: rates.factor.clone(),
            provisional: rates.provisional,
            first_posting: postings.first,
            last_posting: postings.last,
            posted: self.now,
            hash: Vec::new(),
        })
    }

    /// Numbers and hashes `entry` as the next of the chain.
    fn link(&mut self, entry: Entry) -> Result<(), LedgerError> {
        let mut entry = Entry { id: EntryId::new(self.head.entries + 1), posted: self.now, ..entry };
        entry.hash = chain::hash(&self.head.hash, &entry);
        self.tx.entries().append(&entry)?;
        self.head = Head { entries: entry.id.number(), hash: entry.hash };
        Ok(())
    }
}
