//! What foreign systems speak, as pure text and state: no network, no clock, no printing.

pub mod kubernetes;
pub mod slurm;
pub mod terraform;
