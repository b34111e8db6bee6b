//! `wattledger run --server`: the run as a job at a service.

use super::admission::DEADLINE;
use super::client::{self, ServerArguments};
use super::failure::Failure;
use super::{environment, print};
use api::SessionDocument;
use collectors::clock::Clock;
use collectors::delivery::{self, Delivered, Delivery, Settings};
use collectors::push::Http;
use model::{JobId, ProjectName};
use std::path::PathBuf;
use std::sync::Arc;
use units::Timestamp;

/// Options for the service that the run reports to.
#[derive(clap::Args)]
pub(super) struct ServiceArguments {
    #[command(flatten)]
    server: ServerArguments,
    /// Directory for readings not yet delivered; by default WATTLEDGER_SPOOL, or wattledger/runs in the user's state directory
    /// (XDG_STATE_HOME, ~/.local/state)
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,
}

/// A service that the run reports to.
pub(super) struct RunService {
    delivery: Delivery,
    server: String,
    job: JobId,
}

impl ServiceArguments {
    /// Whether a service is named.
    pub(super) fn has_server(&self) -> bool {
        self.server.named().is_some()
    }

    /// The options that name the service.
    pub(super) const fn server(&self) -> &ServerArguments {
        &self.server
    }

    /// The only project of the token, if a service is named and the token is bound to one.
    ///
    /// # Errors
    ///
    /// The service does not answer.
    pub(super) fn project_of_token(&self) -> Result<Option<ProjectName>, Failure> {
        let is_known = self.has_server() && matches!(client::token(), Ok(Some(_)));
        // What is wrong with the address or the token is said where they are used.
        let Some(client) = is_known.then(|| self.server.client_within(DEADLINE).ok()).flatten() else {
            return Ok(None);
        };
        match client.get::<SessionDocument>("/session") {
            Ok(session) => Ok(session.project),
            Err(failure @ Failure::Unreachable(_)) => Err(failure),
            Err(Failure::Internal(error)) => Err(Failure::Unreachable(format!("{error:#}"))),
            Err(_) => Ok(None),
        }
    }

    /// Gives `job` an id, and refuses options that the service would not take.
    pub(super) fn identify(&self, job: &mut wire::Job) -> Result<(), Failure> {
        job.id = delivery::new_job_id().map_err(anyhow::Error::from)?;
        delivery::check_job(job).map_err(|error| Failure::Usage(error.to_string().replace("jobs[0].", "--")))
    }

    /// Starts to report `job` to the service, if one is named. Only an address or a CA file that cannot be used stops the run.
    pub(super) fn open(&self, job: wire::Job, clock: &Arc<dyn Clock>) -> Result<Option<RunService>, Failure> {
        let Some(server) = self.server.named() else { return Ok(None) };
        let token = client::token().unwrap_or_else(|failure| {
            print::note(&format!("wattledger: {failure}; the run continues, and its readings are kept for delivery\n"));
            None
        });
        client::check(&server, token.is_some())?;
        let folder = self.spool.clone().or_else(environment::run_spools).ok_or_else(|| {
            Failure::Usage("no directory for readings not yet delivered: give one with --spool DIR".to_owned())
        })?;
        let http = Http::new(&server, &token.unwrap_or_default(), self.server.ca_file().as_deref())
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let id = job.id.clone();
        let settings = Settings { server: server.clone(), http, folder, metering: environment::metering_file(), job };
        let delivery = Delivery::start(settings, Arc::clone(clock)).map_err(anyhow::Error::from)?;
        print::note(&format!("wattledger: job {id} at {server}; `wattledger job {id}` shows it\n"));
        Ok(Some(RunService { delivery, server, job: id }))
    }
}

impl RunService {
    pub(super) const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Id of the job at the service.
    pub(super) fn job(&self) -> &JobId {
        &self.job
    }

    /// Reports that the run ended at `at`, and says in one line what became of its readings.
    pub(super) fn ended(self, at: Timestamp, exit_status: i32) -> String {
        let Self { delivery, server, job } = self;
        match delivery.ended(at, exit_status) {
            Delivered::Whole => {
                format!("job       {job}, delivered to {server}; `wattledger job {job}` shows it\n")
            }
            Delivered::Kept { spool, reason } => format!(
                "job       {job}, not delivered yet ({reason}): kept in {}; the next `wattledger run` with a service, or \
                 the agent of this node, delivers it\n",
                spool.display()
            ),
            Delivered::Lost { reason } => format!("job       {job}, not delivered and not kept: {reason}\n"),
        }
    }
}
