//! Wattledger: the energy and carbon ledger for AI compute. `docs/ARCHITECTURE.md` is the map.

pub mod cli;
pub mod footprint;
