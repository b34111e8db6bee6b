//! `wattledger serve`: the service.

use super::{Failure, print};
use crate::config::{ServiceConfig, ServiceOverrides};
use crate::serve;
use collectors::clock::SystemClock;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Run the service: ledger and API in one process and one data directory
///
/// On a fresh data directory the first line is `admin token: wl_…`, shown only this once, and the second `sign in: URL`, a link for the browser
/// that works once within 15 minutes. SIGTERM and SIGINT stop it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Configuration, TOML; config/wattledger.toml explains every key
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data directory, made where it is missing
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

/// Serves until it is told to stop.
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let overrides = ServiceOverrides { data: arguments.data, listen: arguments.listen };
    let config = ServiceConfig::read(arguments.config.as_deref(), overrides)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    serve::run(&config, Arc::new(SystemClock::new()), |line| {
        // Nobody may be reading; the service runs all the same.
        let _ = print::text(&format!("{line}\n"));
    })
    .map_err(
        |error| if error.is_usage() { Failure::Usage(error.to_string()) } else { anyhow::Error::from(error).into() },
    )
}
