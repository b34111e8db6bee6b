use crate::store::StoreError;
use model::AgentId;
use units::{Energy, Overflow};
use wire::WireError;

/// The most that a ledger holds: 1 TWh, 100,000 accelerators of a kilowatt and more for a year. The overhead of all of it at the highest PUE, 3,
/// and the grams at the highest intensity, 3 kg/kWh, stay in the range of `i64`, so that no sum in a report can leave it.
pub(super) const METERED_MAX: Energy = Energy::from_millijoules(3_600_000_000_000_000_000);

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
