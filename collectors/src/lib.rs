//! What runs on a node: reading sensors and recorded logs, metering them, and delivering the energy to a service.

pub mod agent;
pub mod announcement;
pub mod clock;
pub mod command_line;
pub mod delivery;
pub mod exposition;
pub mod figures;
pub mod holder;
pub mod holding;
mod identity;
pub mod kubelet;
mod leftovers;
pub mod log;
pub mod metered_log;
pub mod powerlog;
pub mod process_lists;
pub mod push;
mod random;
pub mod sampler;
pub mod secrecy;
pub mod sensor_class;
pub mod source;
pub mod spool;
