//! The audit: chain, arithmetic, postings and evidence of everything, and that it adds up.

use super::{LedgerError, chain, checkpoint, period};
use crate::ingest::{Attributed, attribute};
use crate::store::{Entry, Head, Part, Rank, Store, StoreError, Tx, statement_body};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use units::Energy;

/// What is wrong first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// SQLite finds its file damaged.
    #[error("the database file is damaged: {0}")]
    File(String),
    /// An entry is not there.
    #[error("entry {entry} is missing")]
    Missing {
        /// Its number.
        entry: i64,
    },
    /// An entry cannot be read.
    #[error("entry {entry} cannot be read: {reason}")]
    Unreadable {
        /// Its number.
        entry: i64,
        /// Why.
        reason: String,
    },
    /// An entry is not what was posted.
    #[error("entry {entry} was changed: {what}")]
    Changed {
        /// Its number.
        entry: i64,
        /// What does not agree.
        what: &'static str,
    },
    /// The noted head is not the end of the chain.
    #[error("the chain does not end where its head says: {entries} entries are noted, the last good one is {last}")]
    Head {
        /// Number of entries noted.
        entries: i64,
        /// Number of the last entry.
        last: i64,
    },
    /// The note outside the database names entries that the chain does not have.
    #[error("entry {entry} is not the one noted in `chain-head` beside the database")]
    Checkpoint {
        /// The number noted there.
        entry: i64,
    },
    /// Evidence is not what was received.
    #[error("batch {batch} was changed: {what}")]
    Batch {
        /// Its number.
        batch: i64,
        /// What does not agree.
        what: &'static str,
    },
    /// An open account is not the sum of its postings.
    #[error("an open account of node number {node} and job number {job} is not the sum of its postings")]
    Open {
        /// Number of its node.
        node: i64,
        /// Number of its job; 0 is idle.
        job: i64,
    },
    /// What is noted as posted to a job is not the sum of its entries.
    #[error("job {job:?} was changed: what is noted as posted to it is not the sum of its entries")]
    Job {
        /// Its identity; empty is idle.
        job: String,
    },
    /// Project, labels or times of a job are not what was stated.
    #[error("job {job:?} was changed: its project, labels or times are not what was stated about it")]
    Stated {
        /// Its identity.
        job: String,
    },
    /// A closed period is not what was closed.
    #[error("version {version} of period {period} was changed: {what}")]
    Period {
        /// Its number.
        period: i64,
        /// Which version.
        version: i64,
        /// What does not agree.
        what: &'static str,
    },
    /// Energy was lost or invented.
    #[error("{posted_mj} mJ are posted to jobs and idle, {metered_mj} mJ were metered")]
    Conservation {
        /// Entries and open postings.
        posted_mj: i64,
        /// Windows that count.
        metered_mj: i64,
    },
}

/// The result of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Number of entries.
    pub entries: i64,
    /// Number of batches.
    pub batches: usize,
    /// Energy of the windows that count, mJ; without a fault `jobs_mj` + `idle_mj`.
    pub metered_mj: i64,
    /// Posted to jobs, open included, mJ.
    pub jobs_mj: i64,
    /// Posted to idle, open included, mJ.
    pub idle_mj: i64,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
}

/// Recomputes the chain, the arithmetic of each entry, what its postings sum to, each batch's attribution from its evidence, and the conservation law.
///
/// # Errors
///
/// The store cannot be read at all. What is wrong *in* the ledger is a [`Fault`].
pub fn verify(store: &Store) -> Result<Verified, LedgerError> {
    let noted = checkpoint::read(store.directory())?;
    store.read(|tx| {
        let mut found = Verified { entries: 0, batches: 0, metered_mj: 0, jobs_mj: 0, idle_mj: 0, fault: None };
        let outcome = audit(tx, noted.as_deref(), &mut found);
        match outcome {
            Ok(()) => Ok(found),
            Err(Wrong::Fault(fault)) => Ok(Verified { fault: Some(fault), ..found }),
            Err(Wrong::Error(error)) => Err(error),
        }
    })
}

/// Writes the note beside the database that names the head of a chain that was verified.
///
/// # Errors
///
/// The store; the note cannot be written.
pub fn note_head(store: &Store) -> Result<(), LedgerError> {
    let head = store.read::<_, StoreError>(|tx| tx.head())?;
    if head.entries == 0 { Ok(()) } else { checkpoint::write(store.directory(), &head) }
}

/// Whether the chain still has the entry that the note beside the database names; that entry where it does not.
///
/// To be asked before anything is posted, since posting moves the note on.
///
/// # Errors
///
/// The store; the note cannot be read.
pub fn lost_head(store: &Store) -> Result<Option<i64>, LedgerError> {
    let Some(noted) = checkpoint::read(store.directory())? else { return Ok(None) };
    // A note that a crash left empty names nothing; `verify` says so.
    let Some(id) = checkpoint::entries(&noted) else { return Ok(None) };
    let entry = store.read::<_, StoreError>(|tx| tx.entry(id))?;
    let is_there = entry.is_some_and(|entry| checkpoint::is_of(&noted, &Head { entries: id, hash: entry.hash }));
    Ok((!is_there).then_some(id))
}

enum Wrong {
    Fault(Fault),
    Error(LedgerError),
}

impl<E: Into<LedgerError>> From<E> for Wrong {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

fn audit(tx: &Tx<'_>, noted: Option<&str>, found: &mut Verified) -> Result<(), Wrong> {
    check_chain(tx, noted, found)?;
    check_periods(tx)?;
    check_evidence(tx, found)?;
    check_open(tx, found)?;
    let posted_mj = found.jobs_mj.saturating_add(found.idle_mj);
    for metered_mj in [found.metered_mj, tx.postings_sum()?] {
        if posted_mj != metered_mj {
            return Err(Wrong::Fault(Fault::Conservation { posted_mj, metered_mj }));
        }
    }
    if let Some(job) = tx.job_not_summed()? {
        return Err(Wrong::Fault(Fault::Job { job }));
    }
    if let Some(job) = tx.job_not_as_stated()? {
        return Err(Wrong::Fault(Fault::Stated { job }));
    }
    match tx.file_faults()?.into_iter().next() {
        Some(fault) => Err(Wrong::Fault(Fault::File(fault))),
        None => Ok(()),
    }
}

/// Each open account holds the sum of its postings.
fn check_open(tx: &Tx<'_>, found: &mut Verified) -> Result<(), Wrong> {
    for open in tx.open_keys()? {
        if tx.sum_of(&open.key, open.first, open.last)? != Some(open.sum) {
            return Err(Wrong::Fault(Fault::Open { node: open.key.node, job: open.key.job }));
        }
        book(found, open.key.job, open.sum.energy);
    }
    Ok(())
}

fn book(found: &mut Verified, job: i64, energy: Energy) {
    let account = if job == 0 { &mut found.idle_mj } else { &mut found.jobs_mj };
    *account = account.saturating_add(energy.millijoules());
}

fn check_chain(tx: &Tx<'_>, noted: Option<&str>, found: &mut Verified) -> Result<(), Wrong> {
    let kept = tx.head()?;
    let last = tx.last_entry()?;
    if let Some(entry) = tx.entry_outside_chain()? {
        return Err(Wrong::Fault(Fault::Changed { entry, what: "its number is none of the chain" }));
    }
    let mut head = Head { entries: 0, hash: chain::GENESIS.to_vec() };
    for id in 1..=last.max(kept.entries) {
        let entry = match tx.entry(id) {
            Ok(Some(entry)) => entry,
            Ok(None) => return Err(Wrong::Fault(Fault::Missing { entry: id })),
            Err(error) => return Err(Wrong::Fault(Fault::Unreadable { entry: id, reason: error.to_string() })),
        };
        if let Some(what) = fault_of(tx, &entry, &head)? {
            return Err(Wrong::Fault(Fault::Changed { entry: id, what }));
        }
        book(found, entry.key.job, entry.part.energy);
        head = Head { entries: id, hash: entry.hash };
        found.entries = id;
        if let Some(noted) = noted
            && checkpoint::entries(noted) == Some(id)
            && !checkpoint::is_of(noted, &head)
        {
            return Err(Wrong::Fault(Fault::Checkpoint { entry: id }));
        }
    }
    if kept != head {
        return Err(Wrong::Fault(Fault::Head { entries: kept.entries, last }));
    }
    match noted.map(|noted| checkpoint::entries(noted).unwrap_or(i64::MAX)) {
        Some(entry) if entry > last => Err(Wrong::Fault(Fault::Checkpoint { entry })),
        _ => Ok(()),
    }
}

/// Each closed period ends with an entry of the chain, and is as it was sealed.
fn check_periods(tx: &Tx<'_>) -> Result<(), Wrong> {
    for row in tx.periods(0, u32::MAX)? {
        let versions = tx.period_versions(row.period)?;
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
fn fault_of(tx: &Tx<'_>, entry: &Entry, head: &Head) -> Result<Option<&'static str>, LedgerError> {
    if entry.hash != chain::hash(&head.hash, entry) {
        return Ok(Some("its hash does not follow from its content and the entry before"));
    }
    if let Some(reversed) = entry.reverses {
        let is_negative = match tx.entry(reversed)? {
            Some(reversed) => numbers(&reversed).map(|number| -number) == numbers(entry),
            None => false,
        };
        return Ok((!is_negative).then_some("it is not the negative of the entry that it reverses"));
    }
    let overhead = entry.part.energy.overhead(entry.pue)?;
    let co2e = (entry.part.energy.carbon(entry.intensity)?, overhead.carbon(entry.intensity)?);
    if (overhead, co2e) != (entry.overhead, (entry.co2e, entry.overhead_co2e)) {
        return Ok(Some("its grams or its overhead do not follow from energy, intensity and PUE"));
    }
    let Some(sum) = tx.sum_of(&entry.key, entry.first_posting, entry.last_posting)? else {
        return Ok(Some("its postings are missing"));
    };
    let sums = |part: &Part| (part.energy, part.modelled_mj, part.covered_ns, part.span_ns);
    Ok((sums(&sum) != sums(&entry.part)).then_some("its postings do not sum to it"))
}

fn numbers(entry: &Entry) -> [i64; 7] {
    let part = &entry.part;
    let energies = [part.energy.millijoules(), entry.overhead.millijoules(), part.modelled_mj];
    let [energy, overhead, modelled] = energies;
    let (co2e, overhead_co2e) = (entry.co2e.micrograms(), entry.overhead_co2e.micrograms());
    [energy, overhead, modelled, co2e, overhead_co2e, part.covered_ns, part.span_ns]
}

/// Each batch's bytes are those received, and what is kept and posted of it is what they say.
fn check_evidence(tx: &Tx<'_>, found: &mut Verified) -> Result<(), Wrong> {
    let (revision, numbers) = (tx.revision()?, tx.batch_numbers()?);
    let wrong = |batch, what| Wrong::Fault(Fault::Batch { batch, what });
    // All of them first, since attribution of one reads those that overlap it.
    for batch in &numbers {
        if let Some(what) = fault_of_bytes(tx, *batch)? {
            return Err(wrong(*batch, what));
        }
    }
    let mut said = HashSet::new();
    for batch in numbers {
        let attributed = attribute(tx, batch, revision)?;
        found.metered_mj = found.metered_mj.saturating_add(metered(&attributed));
        let rank = Rank::of(&attributed.batch);
        for job in &attributed.batch.jobs {
            said.insert(digest(&rank, &statement_body(job)?));
        }
        if let Some(what) = fault_of_records(tx, batch, attributed)? {
            return Err(wrong(batch, what));
        }
        found.batches += 1;
    }
    match tx.job_stated_by_nobody(|rank, body| said.contains(&digest(rank, body)))? {
        Some(job) => Err(Wrong::Fault(Fault::Stated { job })),
        None => Ok(()),
    }
}

/// Of a statement about a job, so that those of all batches are held at once.
fn digest(rank: &Rank, body: &str) -> [u8; 32] {
    let Rank { wall_ns, sequence, agent, boot } = rank;
    Sha256::digest(format!("{wall_ns} {sequence} {agent} {boot} {body}")).into()
}

fn fault_of_bytes(tx: &Tx<'_>, batch: i64) -> Result<Option<&'static str>, StoreError> {
    let stored = match tx.batch(batch) {
        Err(StoreError::Value { .. }) => return Ok(Some("it cannot be read")),
        stored => stored?,
    };
    let is_same = Sha256::digest(&stored.body).as_slice() == stored.sha256;
    Ok((!is_same).then_some("its bytes do not have the hash that was noted when they came"))
}

/// What of the tables beside a batch is not what its bytes say.
fn fault_of_records(
    tx: &Tx<'_>,
    number: i64,
    Attributed { batch, totals, mut aside, held, .. }: Attributed,
) -> Result<Option<&'static str>, StoreError> {
    aside.sort_by_key(|aside| aside.position);
    let noted = tx.held_time_of(number)?;
    Ok(if tx.posted_by(number)?.into_iter().collect::<BTreeMap<_, _>>() != totals {
        Some("its postings are not what its windows and the holdings say")
    } else if !tx.is_named(number, &batch)? {
        Some("its agent, boot, sequence, node or time is not that of its bytes")
    } else if tx.aside_of(number)? != aside {
        Some("the windows set aside are not those that do not count")
    } else if tx.gaps_of(number)? != batch.gaps {
        Some("its gaps are not those of its bytes")
    } else if !noted.is_empty() && noted != held {
        // None is noted of a batch from before this was kept.
        Some("the time in which jobs held its accelerators is not what its windows and the holdings say")
    } else {
        None
    })
}

/// Energy of the windows that count, mJ, from the evidence and not from what became of it.
fn metered(attributed: &Attributed) -> i64 {
    let batch = &attributed.batch;
    let is_root = |uuid: &str| batch.devices.iter().any(|device| device.uuid == uuid && device.counted_in.is_none());
    let counts = |place: usize| attributed.aside.iter().all(|aside| aside.position != place);
    let windows = batch.windows.iter().enumerate();
    let counted = windows.filter(|(place, window)| is_root(&window.device) && counts(*place));
    counted.fold(0, |sum, (_, window)| window.energy.millijoules().saturating_add(sum))
}
