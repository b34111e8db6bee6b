//! Wattledger: the energy and carbon ledger for AI compute. `docs/ARCHITECTURE.md` is the map.

pub mod access;
pub mod alerts;
mod api;
pub mod attention;
pub mod backup;
pub mod budget;
mod bundled;
pub mod cli;
pub mod config;
pub mod decimal;
pub mod demo;
mod escape;
pub mod feed;
pub mod footprint;
pub mod gate;
pub mod grid;
pub mod hardware;
pub mod ingest;
pub mod ledger;
mod moment;
mod nearest;
pub mod run;
pub mod series;
pub mod serve;
pub mod session;
pub mod store;
pub mod workload;
