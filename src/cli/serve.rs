//! `wattledger serve`: the service.

use super::environment;
use super::failure::Failure;
use super::print;
use crate::config::{ServiceConfig, ServiceOverrides};
use crate::serve;
use collectors::clock::SystemClock;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Run the service: ledger and API in one process with one data directory
///
/// On a fresh data directory, the first line of output is `admin token: wl_…`, which is shown only once, and the second is `sign in: URL`, a link
/// for the browser that works once within 15 minutes. SIGTERM or SIGINT stops the service.
#[derive(clap::Args)]
pub(crate) struct ServeArguments {
    /// Configuration file, TOML; config/wattledger.toml explains every key
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data directory, created if missing
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// PostgreSQL that holds the ledger in place of the data directory, postgres://USER@HOST/DB; WATTLEDGER_LEDGER by default
    #[arg(long, value_name = "URL")]
    ledger: Option<String>,
    /// Address and port to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(arguments: ServeArguments) -> Result<(), Failure> {
    let overrides = ServiceOverrides {
        data: arguments.data,
        ledger: arguments.ledger.or_else(environment::ledger),
        passwords_file: environment::passwords_file(),
        listen: arguments.listen,
        influx: environment::influx(),
    };
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
