//! End-to-end tests: real processes, read as a user reads them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test helper that cannot go on should say where")]

mod agent;
mod alerts;
mod architecture;
mod audit;
mod budget;
mod build;
mod command;
mod config;
mod demo;
mod doctor;
mod estimate;
mod feed;
mod first_steps;
mod greener;
mod grid;
mod imports;
mod kubernetes;
mod ledger;
mod line;
mod meter;
mod method;
mod oracle;
mod prolog;
mod provider;
mod recordings;
mod reliability;
mod replay;
mod run;
mod run_server;
mod saved;
mod series;
mod service;
mod skip;
mod speakers;
mod terraform;
