//! The audit: chain, arithmetic, postings and evidence of everything, and that it adds up.

use super::checkpoint::{HashChain, Noted};
use super::factor::{Rates, Weighed};
use super::factor_audit::{self, FactorAudit};
use super::fault::{Fault, Verified, Wrong};
use super::{LedgerError, actions, chain, checkpoint, decisions, evidence, period};
use crate::store::{Entry, Head, Part, Store, StoreError, Tx};
use model::{EntryId, EntryKind, JobNumber, PeriodId};
use units::{DeviceTime, Energy};

/// Recomputes the chain, the arithmetic of each entry, what its postings sum to, each batch's attribution from its evidence, and the conservation law.
///
/// # Errors
///
/// The store cannot be read at all. What is wrong *in* the ledger is a [`Fault`].
pub fn verify(store: &Store) -> Result<Verified, LedgerError> {
    let read = |chain| Ok((chain, checkpoint::read(store.directory(), chain)?));
    let noted = HashChain::ALL.into_iter().map(read).collect::<Result<Vec<_>, LedgerError>>()?;
    store.read(|tx| {
        let mut found = Verified {
            entries: 0,
            batches: 0,
            metered: Energy::ZERO,
            jobs: Energy::ZERO,
            idle: Energy::ZERO,
            fault: None,
        };
        let outcome = audit(tx, &noted, &mut found);
        match outcome {
            Ok(()) => Ok(found),
            Err(Wrong::Fault(fault)) => Ok(Verified { fault: Some(fault), ..found }),
            // What cannot be read at all may be named by what holds between rows.
            Err(Wrong::Error(error)) => match tx.soundness().first_broken() {
                Ok(Some(fault)) => Ok(Verified { fault: Some(Fault::Row(fault)), ..found }),
                _ => Err(error),
            },
        }
    })
}

/// Writes the note beside the database that names the heads of the chains, where there are any.
///
/// # Errors
///
/// The store; the note cannot be written.
pub fn note_head(store: &Store) -> Result<(), LedgerError> {
    checkpoint::write(store)
}

/// Whether all chains still have what the notes beside the database name; the chain and the number that are wrong where they do not.
///
/// To be asked before anything is posted, since posting moves the notes on.
///
/// # Errors
///
/// The store; a note cannot be read.
pub fn lost_head(store: &Store) -> Result<Option<(HashChain, i64)>, LedgerError> {
    // A note that names nothing is a fault that `verify` names, and the next posting mends.
    for chain in HashChain::ALL {
        let Noted::Head(noted) = checkpoint::read(store.directory(), chain)? else { continue };
        if !store.read::<_, StoreError>(|tx| chain.contains(tx, &noted))? {
            return Ok(Some((chain, noted.entries)));
        }
    }
    Ok(None)
}

fn audit(tx: &Tx<'_>, noted: &[(HashChain, Noted)], found: &mut Verified) -> Result<(), Wrong> {
    let head_of =
        |chain: HashChain| noted.iter().find(|(known, _)| *known == chain).and_then(|(_, noted)| noted.head());
    check_chain(tx, head_of(HashChain::Entries), found)?;
    check_periods(tx)?;
    evidence::check(tx, found)?;
    check_open(tx, found)?;
    let posted = found.jobs.saturating_add(found.idle);
    for metered in [found.metered, tx.postings().total()?, tx.postings().metered()?] {
        if posted != metered {
            return Err(Wrong::Fault(Fault::Conservation { posted, metered }));
        }
    }
    if let Some(job) = tx.jobs().first_not_summed()? {
        return Err(Wrong::Fault(Fault::Job { job }));
    }
    if let Some(site) = tx.ledger_sums().first_not_summed()? {
        return Err(Wrong::Fault(Fault::Site { site }));
    }
    if let Some(job) = tx.jobs().first_not_as_stated()? {
        return Err(Wrong::Fault(Fault::Stated { job }));
    }
    actions::check(tx, head_of(HashChain::Actions))?;
    factor_audit::check(tx)?;
    decisions::check(tx)?;
    Wrong::of_row(tx.revisions().first_unchained()?)?;
    Wrong::of_row(tx.seals().first_changed()?)?;
    check_noted(tx, noted)?;
    Wrong::of_row(tx.soundness().first_broken()?)?;
    match tx.file_faults()?.into_iter().next() {
        Some(fault) => Err(Wrong::Fault(Fault::File(fault))),
        None => Ok(()),
    }
}

/// Each chain has what is noted of it outside the database.
fn check_noted(tx: &Tx<'_>, noted: &[(HashChain, Noted)]) -> Result<(), Wrong> {
    for (chain, noted) in noted {
        let (file, link) = (chain.file(), chain.link());
        match noted {
            Noted::Nothing => (),
            Noted::Unreadable => return Err(Wrong::Fault(Fault::Note { file })),
            Noted::Head(head) if chain.contains(tx, head)? => (),
            Noted::Head(head) => {
                return Err(Wrong::Fault(Fault::Lost { file, link, number: head.entries }));
            }
        }
    }
    Ok(())
}

/// Each open account holds the sum of its postings.
fn check_open(tx: &Tx<'_>, found: &mut Verified) -> Result<(), Wrong> {
    for open in tx.postings().open()? {
        if tx.postings().sum(&open.key, open.first, open.last)? != Some(open.sum) {
            return Err(Wrong::Fault(Fault::Open { node: open.key.node, job: open.key.job }));
        }
        book(found, open.key.job, open.sum.energy);
    }
    Ok(())
}

fn book(found: &mut Verified, job: JobNumber, energy: Energy) {
    let account = if job.is_idle() { &mut found.idle } else { &mut found.jobs };
    *account = account.saturating_add(energy);
}

fn check_chain(tx: &Tx<'_>, noted: Option<&Head>, found: &mut Verified) -> Result<(), Wrong> {
    let kept = tx.entries().head()?;
    let last = tx.entries().last()?;
    if let Some(entry) = tx.entries().first_outside_chain()? {
        return Err(Wrong::Fault(Fault::Changed { entry, what: "its number is none of the chain" }));
    }
    let (mut head, mut factors) = (Head { entries: 0, hash: chain::GENESIS.to_vec() }, FactorAudit::default());
    for number in 1..=last.number().max(kept.entries) {
        let id = EntryId::new(number);
        let entry = match tx.entries().get(id) {
            Ok(Some(entry)) => entry,
            Ok(None) => return Err(Wrong::Fault(Fault::Missing { entry: id })),
            Err(error) => return Err(Wrong::Fault(Fault::Unreadable { entry: id, reason: error.to_string() })),
        };
        if let Some(what) = fault_of(tx, &entry, &head, &mut factors)? {
            return Err(Wrong::Fault(Fault::Changed { entry: id, what }));
        }
        book(found, entry.key.job, entry.part.energy);
        head = Head { entries: number, hash: entry.hash };
        found.entries = number;
        if noted.is_some_and(|noted| noted.entries == number && noted.hash != head.hash) {
            return Err(Wrong::Fault(Fault::Checkpoint { entry: id }));
        }
    }
    if kept != head {
        return Err(Wrong::Fault(Fault::Head { entries: kept.entries, last }));
    }
    match noted {
        Some(noted) if noted.entries > last.number() => {
            Err(Wrong::Fault(Fault::Checkpoint { entry: EntryId::new(noted.entries) }))
        }
        _ => Ok(()),
    }
}

/// Each closed period ends with an entry of the chain, and is as it was sealed.
fn check_periods(tx: &Tx<'_>) -> Result<(), Wrong> {
    for row in tx.periods().list(None, PeriodId::new(0), u32::MAX)? {
        let versions = tx.periods().versions(row.period)?;
        if versions.is_empty() {
            return Err(Wrong::Fault(Fault::Period { period: row.period, version: 1, what: "it is missing" }));
        }
        for version in versions {
            if let Some(what) = period::fault_of(tx, &row, &version)? {
                return Err(Wrong::Fault(Fault::Period { period: row.period, version: version.version, what }));
            }
        }
    }
    Ok(())
}

/// What of an entry does not agree with the chain, with its own numbers, or with its postings.
fn fault_of(
    tx: &Tx<'_>,
    entry: &Entry,
    head: &Head,
    factors: &mut FactorAudit,
) -> Result<Option<&'static str>, LedgerError> {
    if entry.hash != chain::hash(&head.hash, entry) {
        return Ok(Some("its hash does not follow from its content and the entry before"));
    }
    if let Some(reversed) = entry.reverses {
        let is_negative = match tx.entries().get(reversed)? {
            Some(reversed) => numbers(&reversed).map(|number| -number) == numbers(entry),
            None => false,
        };
        return Ok((!is_negative).then_some("it is not the negative of the entry that it reverses"));
    }
    if !is_weighed(tx, entry)? {
        return Ok(Some("its grams or its overhead do not follow from energy, intensity and PUE"));
    }
    if let Some(what) = factors.fault_of(tx, entry)? {
        return Ok(Some(what));
    }
    let Some(sum) = tx.postings().sum(&entry.key, entry.first_posting, entry.last_posting)? else {
        return Ok(Some("its postings are missing"));
    };
    let sums = |part: &Part| (part.energy, part.modelled, part.covered, part.span);
    Ok((sums(&sum) != sums(&entry.part)).then_some("its postings do not sum to it"))
}

/// Whether grams and overhead follow from energy, intensity and PUE: by themselves, or, of a supplement, as what completes those before it. A
/// supplement from before that was done was weighed by itself.
fn is_weighed(tx: &Tx<'_>, entry: &Entry) -> Result<bool, LedgerError> {
    let rates = Rates::posted(entry);
    let is = |weighed: &Weighed| {
        (weighed.overhead, weighed.co2e, weighed.overhead_co2e) == (entry.overhead, entry.co2e, entry.overhead_co2e)
    };
    if is(&Weighed::of(entry.part.energy, &rates)?) {
        return Ok(true);
    }
    if entry.kind != EntryKind::Supplement {
        return Ok(false);
    }
    let live = tx.entries().live_before(&entry.key, entry.id)?;
    Ok(is(&Weighed::completing(&live, entry.part.energy, &rates)?))
}

fn numbers(entry: &Entry) -> [i64; 7] {
    let part = &entry.part;
    let energies = [part.energy.millijoules(), entry.overhead.millijoules(), part.modelled.millijoules()];
    let [energy, overhead, modelled] = energies;
    let (co2e, overhead_co2e) = (entry.co2e.micrograms(), entry.overhead_co2e.micrograms());
    let [covered, span] = [part.covered, part.span].map(DeviceTime::saturating_nanoseconds);
    [energy, overhead, modelled, co2e, overhead_co2e, covered, span]
}
