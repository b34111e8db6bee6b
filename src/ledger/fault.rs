//! What an audit finds.

use super::LedgerError;
use crate::store::RowFault;
use model::{
    ActionId, BatchId, DeviceUuid, EntryId, JobId, JobNumber, NodeName, NodeNumber, PeriodId, Revision, SiteName,
};
use units::Energy;

/// The first thing that an audit finds wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// SQLite finds its file damaged.
    #[error("the database file is damaged: {0}")]
    File(String),
    /// An entry is not there.
    #[error("entry {entry} is missing")]
    Missing {
        /// Number of the entry.
        entry: EntryId,
    },
    /// An entry cannot be read.
    #[error("entry {entry} cannot be read: {reason}")]
    Unreadable {
        /// Number of the entry.
        entry: EntryId,
        /// What the store reported.
        reason: String,
    },
    /// An entry is not what was posted.
    #[error("entry {entry} was changed: {what}")]
    Changed {
        /// Number of the entry.
        entry: EntryId,
        /// What does not agree, as a whole sentence.
        what: &'static str,
    },
    /// The noted head is not the end of the chain.
    #[error("the chain does not end where its head says: {entries} entries are noted, the last good one is {last}")]
    Head {
        /// Number of entries that the head of the chain names.
        entries: i64,
        /// Number of the last entry that follows from the one before.
        last: EntryId,
    },
    /// The note outside the database names entries that the chain does not have.
    #[error("entry {entry} is not the one noted in `chain-head` beside the database")]
    Checkpoint {
        /// Number of the entry that the file names.
        entry: EntryId,
    },
    /// The note outside the database cannot be understood.
    #[error(
        "`{file}` beside the database names no head: it was emptied, cut off or changed; put back a copy of it, or move it away"
    )]
    Note {
        /// Name of the file.
        file: &'static str,
    },
    /// An action is not what was recorded.
    #[error("action {action} was changed: {what}")]
    Action {
        /// Number of the action.
        action: ActionId,
        /// What does not agree, as a whole sentence.
        what: &'static str,
    },
    /// What was administered is not as it was recorded.
    #[error("{kind} {subject:?} was changed: {what}, action {action}")]
    Administered {
        /// Kind of the thing that was changed, such as `site`.
        kind: String,
        /// Which thing of that kind.
        subject: String,
        /// Number of the last action about it.
        action: ActionId,
        /// What does not agree, as a whole sentence.
        what: &'static str,
    },
    /// Something is there that nobody administered.
    #[error("{kind} {subject:?} was added: no action speaks of it")]
    Unrecorded {
        /// Kind of the thing that was added, such as `token`.
        kind: String,
        /// Which thing of that kind.
        subject: String,
    },
    /// A decision on a budget is not what was recorded.
    #[error("decision {decision} on a budget was changed: {what}")]
    Decision {
        /// Number of the decision.
        decision: i64,
        /// What does not agree, as a whole sentence.
        what: &'static str,
    },
    /// A row is not as the program left it.
    #[error("{}", named(.0))]
    Row(RowFault),
    /// A chain does not have what is noted outside the database.
    #[error(
        "`{file}` beside the database names {link} {number}, which is missing or another: the log was cut, or an older database was put back"
    )]
    Lost {
        /// Name of the file.
        file: &'static str,
        /// A link of the chain, such as `decision`.
        link: &'static str,
        /// The number that the file names.
        number: i64,
    },
    /// What is kept of the entries of a site is not their sum.
    #[error("site {site:?} was changed: its entries do not sum to what is kept of them")]
    Site {
        /// Name of the site.
        site: SiteName,
    },
    /// The time of a revision is not that of what made it.
    #[error("revision {revision} was changed: nothing that made it happened at its time")]
    Revision {
        /// Number of the revision.
        revision: Revision,
    },
    /// A device is not as it was last declared.
    #[error("device {uuid:?} of node {node:?} was changed: it is not as the batches declare it")]
    Device {
        /// Name of the node that the device is in.
        node: NodeName,
        /// Identity of the device within the node.
        uuid: DeviceUuid,
    },
    /// What bounds the search for windows of a node is not what its batches say.
    #[error("node {node:?} was changed: the reach of its windows is not what its batches say")]
    Reach {
        /// Name of the node.
        node: NodeName,
    },
    /// Which agents have spoken for a node is not what its batches say.
    #[error("node {node:?} was changed: the agents noted for it are not those of its batches")]
    Agent {
        /// Name of the node.
        node: NodeName,
    },
    /// Evidence is not what was received.
    #[error("batch {batch} was changed: {what}")]
    Batch {
        /// Number of the batch.
        batch: BatchId,
        /// What does not agree, as a whole sentence.
        what: &'static str,
    },
    /// An open account is not the sum of its postings.
    #[error("an open account of node number {node} and job number {job} is not the sum of its postings")]
    Open {
        /// The node of the account.
        node: NodeNumber,
        /// The job of the account; 0 is unallocated idle.
        job: JobNumber,
    },
    /// What is noted as posted to a job is not the sum of its entries.
    #[error("job {job:?} was changed: what is noted as posted to it is not the sum of its entries")]
    Job {
        /// Identity of the job; empty for unallocated idle.
        job: JobId,
    },
    /// Project, labels or times of a job are not what was stated.
    #[error("job {job:?} was changed: its project, labels or times are not what was stated about it")]
    Stated {
        /// Identity of the job.
        job: JobId,
    },
    /// A closed period is not what was closed.
    #[error("version {version} of period {period} was changed: {what}")]
    Period {
        /// Number of the period.
        period: PeriodId,
        /// Which version of its numbers.
        version: i64,
        /// What does not agree, as a whole sentence.
        what: &'static str,
    },
    /// Kept factors are not what was obtained.
    #[error("factors that file or reply {evidence} brought were changed: {what}")]
    Factors {
        /// Number of the file or reply.
        evidence: i64,
        /// What does not agree, as a whole sentence.
        what: &'static str,
    },
    /// Energy was lost or invented.
    #[error("{posted} are posted to jobs and idle, {metered} were metered")]
    Conservation {
        /// Energy of entries and open postings.
        posted: Energy,
        /// Energy of the windows that count.
        metered: Energy,
    },
}

fn named(fault: &RowFault) -> String {
    let RowFault { table, row, column, what } = fault;
    let column = column.as_ref().map(|column| format!(" ({column})")).unwrap_or_default();
    format!("row {row:?} of table {table}{column} was changed: {what}")
}

/// The result of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries were checked.
    pub entries: i64,
    /// How many batches were checked.
    pub batches: usize,
    /// Energy of the windows that count; without a fault `jobs` + `idle`.
    pub metered: Energy,
    /// Posted to jobs, open included.
    pub jobs: Energy,
    /// Posted to idle, open included.
    pub idle: Energy,
    /// The first thing that is wrong; `None` of a sound ledger.
    pub fault: Option<Fault>,
}

/// What ends an audit: the first fault, or a store that cannot be read.
pub(super) enum Wrong {
    Fault(Fault),
    Error(LedgerError),
}

impl Wrong {
    /// The first row that is wrong, if one is.
    pub(super) fn of_row(found: Option<RowFault>) -> Result<(), Self> {
        found.map_or(Ok(()), |fault| Err(Self::Fault(Fault::Row(fault))))
    }
}

impl<E: Into<LedgerError>> From<E> for Wrong {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}
