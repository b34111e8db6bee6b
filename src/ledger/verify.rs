//! The audit: chain, arithmetic, postings and evidence of everything, and that it adds up.

use super::checkpoint::Noted;
use super::{LedgerError, actions, chain, checkpoint, decisions, evidence, period};
use crate::store::{Entry, Head, Part, Store, StoreError, Tx};
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
    /// The note outside the database cannot be understood.
    #[error(
        "`{file}` beside the database names no head: it was emptied, cut off or changed; put back a copy of it, or move it away"
    )]
    Note {
        /// Its name.
        file: &'static str,
    },
    /// An action is not what was recorded.
    #[error("action {action} was changed: {what}")]
    Action {
        /// Its number.
        action: i64,
        /// What does not agree.
        what: &'static str,
    },
    /// What was administered is not as it was recorded.
    #[error("{kind} {subject:?} was changed: {what}, action {action}")]
    Administered {
        /// What kind of thing.
        kind: String,
        /// Which of them.
        subject: String,
        /// Number of the last action about it.
        action: i64,
        /// What does not agree.
        what: &'static str,
    },
    /// Something is there that nobody administered.
    #[error("{kind} {subject:?} was added: no action speaks of it")]
    Unrecorded {
        /// What kind of thing.
        kind: String,
        /// Which of them.
        subject: String,
    },
    /// A decision on a budget is not what was recorded.
    #[error("decision {decision} on a budget was changed: {what}")]
    Decision {
        /// Its number.
        decision: i64,
        /// What does not agree.
        what: &'static str,
    },
    /// What is kept of a budget's holds is not their sum.
    #[error("budget {budget:?} was changed: its holds do not sum to what is kept of them")]
    Holds {
        /// Its name.
        budget: String,
    },
    /// The time of a revision is not that of what made it.
    #[error("revision {revision} was changed: nothing that made it happened at its time")]
    Revision {
        /// Its number.
        revision: i64,
    },
    /// A device is not as it was last declared.
    #[error("device {uuid:?} of node {node:?} was changed: it is not as the batches declare it")]
    Device {
        /// Its node.
        node: String,
        /// Its identity.
        uuid: String,
    },
    /// What bounds the search for windows of a node is not what its batches say.
    #[error("node {node:?} was changed: the reach of its windows is not what its batches say")]
    Reach {
        /// Its name.
        node: String,
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
    let noted = |file| checkpoint::read(store.directory(), file);
    let noted = [noted(checkpoint::ENTRIES)?, noted(checkpoint::ACTIONS)?];
    store.read(|tx| {
        let mut found = Verified { entries: 0, batches: 0, metered_mj: 0, jobs_mj: 0, idle_mj: 0, fault: None };
        let outcome = audit(tx, &noted, &mut found);
        match outcome {
            Ok(()) => Ok(found),
            Err(Wrong::Fault(fault)) => Ok(Verified { fault: Some(fault), ..found }),
            Err(Wrong::Error(error)) => Err(error),
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

/// Whether both chains still have what the notes beside the database name; the note and the number that are wrong where they do not.
///
/// To be asked before anything is posted, since posting moves the notes on.
///
/// # Errors
///
/// The store; a note cannot be read.
pub fn lost_head(store: &Store) -> Result<Option<(&'static str, i64)>, LedgerError> {
    // A note that names nothing is a fault that `verify` names, and the next posting mends.
    for file in [checkpoint::ENTRIES, checkpoint::ACTIONS] {
        let Noted::Head(noted) = checkpoint::read(store.directory(), file)? else { continue };
        let number = noted.entries;
        let hash = store.read::<_, StoreError>(|tx| {
            Ok(match file {
                checkpoint::ENTRIES => tx.entries().get(number)?.map(|entry| entry.hash),
                _ => tx
                    .actions()
                    .newest(number.saturating_add(1), 1)?
                    .pop()
                    .filter(|found| found.action == number)
                    .map(|found| found.hash),
            })
        })?;
        if hash != Some(noted.hash) {
            return Ok(Some((file, number)));
        }
    }
    Ok(None)
}

pub(super) enum Wrong {
    Fault(Fault),
    Error(LedgerError),
}

impl<E: Into<LedgerError>> From<E> for Wrong {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

fn audit(tx: &Tx<'_>, [entries, administered]: &[Noted; 2], found: &mut Verified) -> Result<(), Wrong> {
    check_chain(tx, entries.head(), found)?;
    check_periods(tx)?;
    evidence::check(tx, found)?;
    check_open(tx, found)?;
    let posted_mj = found.jobs_mj.saturating_add(found.idle_mj);
    for metered_mj in [found.metered_mj, tx.postings().total()?, tx.postings().metered()?] {
        if posted_mj != metered_mj {
            return Err(Wrong::Fault(Fault::Conservation { posted_mj, metered_mj }));
        }
    }
    if let Some(job) = tx.jobs().first_not_summed()? {
        return Err(Wrong::Fault(Fault::Job { job }));
    }
    if let Some(job) = tx.jobs().first_not_as_stated()? {
        return Err(Wrong::Fault(Fault::Stated { job }));
    }
    actions::check(tx, administered.head())?;
    decisions::check(tx)?;
    for (file, noted) in [(checkpoint::ENTRIES, entries), (checkpoint::ACTIONS, administered)] {
        if *noted == Noted::Unreadable {
            return Err(Wrong::Fault(Fault::Note { file }));
        }
    }
    match tx.file_faults()?.into_iter().next() {
        Some(fault) => Err(Wrong::Fault(Fault::File(fault))),
        None => Ok(()),
    }
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

fn book(found: &mut Verified, job: i64, energy: Energy) {
    let account = if job == 0 { &mut found.idle_mj } else { &mut found.jobs_mj };
    *account = account.saturating_add(energy.millijoules());
}

fn check_chain(tx: &Tx<'_>, noted: Option<&Head>, found: &mut Verified) -> Result<(), Wrong> {
    let kept = tx.entries().head()?;
    let last = tx.entries().last()?;
    if let Some(entry) = tx.entries().first_outside_chain()? {
        return Err(Wrong::Fault(Fault::Changed { entry, what: "its number is none of the chain" }));
    }
    let mut head = Head { entries: 0, hash: chain::GENESIS.to_vec() };
    for id in 1..=last.max(kept.entries) {
        let entry = match tx.entries().get(id) {
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
        if noted.is_some_and(|noted| noted.entries == id && noted.hash != head.hash) {
            return Err(Wrong::Fault(Fault::Checkpoint { entry: id }));
        }
    }
    if kept != head {
        return Err(Wrong::Fault(Fault::Head { entries: kept.entries, last }));
    }
    match noted {
        Some(noted) if noted.entries > last => Err(Wrong::Fault(Fault::Checkpoint { entry: noted.entries })),
        _ => Ok(()),
    }
}

/// Each closed period ends with an entry of the chain, and is as it was sealed.
fn check_periods(tx: &Tx<'_>) -> Result<(), Wrong> {
    for row in tx.periods().list(None, 0, u32::MAX)? {
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
fn fault_of(tx: &Tx<'_>, entry: &Entry, head: &Head) -> Result<Option<&'static str>, LedgerError> {
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
    let overhead = entry.part.energy.overhead(entry.pue)?;
    let co2e = (entry.part.energy.carbon(entry.intensity)?, overhead.carbon(entry.intensity)?);
    if (overhead, co2e) != (entry.overhead, (entry.co2e, entry.overhead_co2e)) {
        return Ok(Some("its grams or its overhead do not follow from energy, intensity and PUE"));
    }
    let Some(sum) = tx.postings().sum(&entry.key, entry.first_posting, entry.last_posting)? else {
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
