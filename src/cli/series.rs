//! `wattledger series`: the copy of the series in another database.

use super::environment;
use super::failure::Failure;
use super::print;
use crate::config::{ServiceConfig, ServiceOverrides};
use crate::series::{self, MirrorCounts};
use crate::serve;
use crate::store::{Store, StoreError};
use clap::{Args, Subcommand};
use collectors::clock::{Clock, SystemClock};
use std::path::PathBuf;

/// Work on the copy of the series in InfluxDB
#[derive(Subcommand)]
pub(crate) enum SeriesCommand {
    Rebuild(RebuildArguments),
}

/// Write every series to InfluxDB again, from the ledger's evidence
///
/// For an empty bucket, or one that lost points. What the bucket holds of this ledger is deleted first, where the server can delete. The service must
/// not run meanwhile: it has the data directory open, and goes on by itself from where it was.
#[derive(Args)]
pub(crate) struct RebuildArguments {
    /// Data directory of the service
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Configuration file of the service, which names the InfluxDB in [series.influx]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs a command on the copy.
pub(crate) fn run(command: SeriesCommand) -> Result<(), Failure> {
    match command {
        SeriesCommand::Rebuild(arguments) => rebuild(arguments),
    }
}

fn rebuild(arguments: RebuildArguments) -> Result<(), Failure> {
    let overrides =
        ServiceOverrides { data: arguments.data, influx: environment::influx(), ..ServiceOverrides::default() };
    let config = ServiceConfig::read(arguments.config.as_deref(), overrides)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let Some(settings) = &config.influx else {
        return Err(Failure::Usage(
            "no InfluxDB is configured: give url, org, bucket and token_file in [series.influx] of --config, or set \
             WATTLEDGER_SERIES_INFLUX_URL, _ORG, _BUCKET and _TOKEN_FILE"
                .to_owned(),
        ));
    };
    let store = Store::open(&config.data).map_err(|error| match error {
        StoreError::InUse { .. } | StoreError::Newer { .. } | StoreError::Directory { .. } => {
            Failure::Usage(error.to_string())
        }
        other => Failure::Internal(other.into()),
    })?;
    let influx = serve::influx(settings, &config.data).map_err(|error| Failure::Usage(error.to_string()))?;
    let clock = SystemClock::new();
    series::rebuild(&store, &influx, clock.wall()).map_err(|error| Failure::Internal(error.into()))?;
    let MirrorCounts { written_points, refused_points } = influx.counts();
    let metered =
        store.read::<_, StoreError>(|tx| tx.postings().metered()).map_err(|error| Failure::Internal(error.into()))?;
    print::text(&format!(
        "{written_points} points written to the bucket {} at {}, {refused_points} refused; the ledger metered {} mJ\n",
        settings.bucket,
        settings.url,
        metered.millijoules()
    ))
}
