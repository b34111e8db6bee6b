use crate::store::StoreError;
use model::{AgentId, JobId, NodeName, ProjectName};
use units::{Energy, Overflow};
use wire::WireError;

/// The most that a ledger holds: 1 TWh, 100,000 accelerators of a kilowatt and more for a year. The overhead of all of it at the highest PUE, 3,
/// and the grams at the highest intensity, 3 kg/kWh, stay in the range of `i64`, so that no sum in a report can leave it.
pub(super) const METERED_MAX: Energy = Energy::from_millijoules(3_600_000_000_000_000_000);

/// The highest weight of a holding that is taken: that of a control group in Linux (`cpu.weight` is 1 to 10,000), the finest share that a scheduler
/// states. The wire format allows more, and older batches may have it.
pub(super) const HELD_WEIGHT_MAX: u32 = 10_000;

/// Why a batch was not taken.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// It breaks a rule of the wire format.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Agent, boot and sequence were used before, for other bytes.
    #[error(
        "agent {agent}, boot {boot}, sequence {sequence} was used for other bytes: never change a batch once it was sent"
    )]
    Conflict {
        /// The agent that sent it.
        agent: AgentId,
        /// Which start of the agent.
        boot: String,
        /// Number of the batch within that start.
        sequence: u64,
    },
    /// A holding would take more of a device than a share of it can be.
    #[error("{weight} is not the weight of a holding: write 1 to {HELD_WEIGHT_MAX}")]
    Weight {
        /// Its place among the holdings of the batch, from 0.
        position: usize,
        /// The weight that is stated.
        weight: u32,
    },
    /// A job is claimed for another project than the token's.
    #[error("the token is bound to project {project:?}, and this job is of another: leave the project out")]
    ForeignJob {
        /// Its place among the jobs of the batch, from 0.
        position: usize,
        /// The project of the token.
        project: ProjectName,
    },
    /// The token may not say this.
    #[error(transparent)]
    Refused(#[from] SpeakerRefusal),
    /// With this batch the energy in the ledger would exceed what its sums can hold.
    #[error(
        "with these windows the ledger would hold more than {} GWh, and its sums would leave their range: check the energies and the limits of the devices, or begin another data directory",
        METERED_MAX.millijoules() / 3_600_000_000_000_000
    )]
    Full,
    /// A sum left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a speaker is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpeakerRefusal {
    /// Another token speaks for the node.
    #[error(
        "another token speaks for node {node:?}: if this is another machine of that name, give it a name of its own (`name` in agent.toml); else use the token that told of the node first or one that succeeds it, let the agent of the node deliver (for a run: WATTLEDGER_SPOOL and `run_spools`), or have an administrator move the node with `wattledger token bind`"
    )]
    Node {
        /// The node, as it is stored.
        node: NodeName,
    },
    /// The agent speaks for a node of another token.
    #[error("another token speaks for agent {agent:?}: give this agent another name (`name` in agent.toml)")]
    Agent {
        /// The agent.
        agent: AgentId,
    },
    /// The token was made for other nodes.
    #[error(
        "this token does not speak for {what}: it was made for the nodes that `wattledger token list` shows; make one for this node with `wattledger enroll`"
    )]
    Unnamed {
        /// What it spoke for.
        what: String,
    },
    /// The token only says who holds devices.
    #[error("this token only says who holds devices: deliver batches with a token of the node (`wattledger enroll`)")]
    HoldersOnly,
    /// The operator told of the job, and a project's token would speak of it.
    #[error("the operator told of job {job:?}: the agents of its nodes say when it ends, or an administrator")]
    OperatorsJob {
        /// The job.
        job: JobId,
    },
    /// Who held a device in the past is for administrators to state.
    #[error(
        "who held devices before now is for an administrator to state: leave out {field:?}, and the job holds them from now on"
    )]
    Backdated {
        /// The field that lies in the past.
        field: &'static str,
    },
}
