//! `wattledger run --project P` at a service: whether the run may start, and what becomes of its hold.

use super::admission::{DEADLINE, DENIED, ask, exact, words};
use super::client::{ServerArguments, ServiceClient};
use super::failure::Failure;
use super::words::one_of;
use super::{number, print};
use crate::hardware;
use crate::run::command::CommandHandle;
use api::{AdmissionDocument, AdmissionRequest, CommitRequest, EstimateRequest, Outage};
use collectors::source::Source;
use collectors::source::exporter::is_of_host;
use model::{AdmissionId, HoldNotice, ProjectName};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often a hold is renewed, and the service thereby asked whether the command must stop.
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// Time between SIGTERM and SIGKILL if no budget sets it.
const GRACE_DEFAULT: Duration = Duration::from_secs(30);

/// Options for what the service is asked before the command starts.
#[derive(clap::Args)]
pub(super) struct AdmissionArguments {
    /// Wall time to hold in the project's budgets, in hours; by default the time that the budgets assume for such runs
    #[arg(long, value_name = "H", value_parser = number::nanohours, allow_negative_numbers = true)]
    hours: Option<u64>,
    /// Mean power of one accelerator including its share of the host, in W, instead of what is known of it; where no accelerator is visible, of the run
    #[arg(long, value_name = "W", value_parser = number::nanowatts, allow_negative_numbers = true)]
    power_w: Option<u64>,
    /// Whether the run starts while the service is unreachable: open (it starts, marked as unverified) or closed (it does not)
    #[arg(long, value_parser = one_of::<Outage>(&["open", "closed"]), default_value = "open")]
    outage: Outage,
}

/// What the service decided.
pub(super) enum Admitted {
    /// The run may start, with a hold to settle if one was made.
    Yes(Option<RunHold>),
    /// The run may not start; this is the exit code.
    No(u8),
    /// The service did not answer: the run starts, and is marked as unverified.
    Unverified,
}

/// The hold that the service made for the run.
pub(super) struct RunHold {
    client: ServiceClient,
    id: AdmissionId,
}

impl AdmissionArguments {
    /// What to do where the service gives no answer.
    pub(super) const fn outage(&self) -> Outage {
        self.outage
    }

    /// Asks the service whether the run may start, and adds remarks to `notes`. A run without a project is not asked about; `unasked` says why it is not
    /// known whether it has one.
    pub(super) fn ask(
        &self,
        server: &ServerArguments,
        job: &wire::Job,
        unasked: Option<&str>,
        sources: &[Box<dyn Source>],
        notes: &mut String,
    ) -> Result<Admitted, Failure> {
        let project = match (&job.project, unasked) {
            (Some(project), _) => project,
            (None, Some(reason)) => return Ok(unverified(reason, notes)),
            (None, None) => return Ok(Admitted::Yes(None)),
        };
        let hardware = self.hardware(sources)?;
        let client = match server.client_within(DEADLINE) {
            Ok(client) => client,
            Err(failure) => return self.without_answer(failure, notes),
        };
        let decision = match ask(&client, &self.request(project, job, &hardware)?) {
            Ok(answer) => answer.decision,
            Err(failure) => return self.without_answer(failure, notes),
        };
        if !decision.allowed {
            print::note(&words(&decision));
            return Ok(Admitted::No(DENIED));
        }
        for warning in &decision.warnings {
            notes.push_str(&format!("wattledger: warning: {warning}\n"));
        }
        if !decision.budgets.is_empty() {
            notes.extend(hardware.remark.map(|remark| format!("wattledger: {remark}\n")));
        }
        Ok(Admitted::Yes(decision.id.map(|id| RunHold { client, id })))
    }

    fn request(
        &self,
        project: &ProjectName,
        job: &wire::Job,
        hardware: &RunHardware,
    ) -> Result<AdmissionRequest, Failure> {
        Ok(AdmissionRequest {
            key: Some(job.id.to_string()),
            dry_run: false,
            reserve: true,
            job: EstimateRequest {
                project: Some(project.clone()),
                accelerator: hardware.name.clone(),
                count: hardware.count,
                hours: self.hours.map(|hours| exact(hours.into(), 9)).transpose()?,
                power_w: hardware.nanowatts.map(|power| exact(power.into(), 9)).transpose()?,
                labels: job.labels.clone(),
                name: job.name.clone(),
                ..EstimateRequest::default()
            },
        })
    }

    /// What to do if the service made no decision. Only where it says that no budget that blocks may apply to the run, and the run states no wall
    /// time, the run starts and nothing is held: a token that may not ask is no way around a budget.
    fn without_answer(&self, failure: Failure, notes: &mut String) -> Result<Admitted, Failure> {
        match failure {
            Failure::Unreachable(_) if self.outage == Outage::Closed => Err(failure),
            Failure::Unreachable(reason) => Ok(unverified(&reason, notes)),
            Failure::Blocked(reason) => Err(Failure::Blocked(format!(
                "{reason}; the run does not start, because a budget that blocks may apply to it"
            ))),
            failure @ (Failure::CannotEstimate(_) | Failure::Unasked(_)) if self.hours.is_none() => {
                notes.push_str(&format!("wattledger: nothing is held for this run: {failure}\n"));
                Ok(Admitted::Yes(None))
            }
            failure => Err(failure),
        }
    }
}

/// Lets the run start without an answer, for this reason.
fn unverified(reason: &str, notes: &mut String) -> Admitted {
    notes.push_str(&format!(
        "wattledger: {reason}; the run starts unverified, and its budgets count its energy once it is delivered\n"
    ));
    Admitted::Unverified
}

/// What the run is asked about.
struct RunHardware {
    name: String,
    count: u64,
    /// Mean power of one, nW; what the service knows of it if `None`.
    nanowatts: Option<u64>,
    /// What the user has to know of that.
    remark: Option<String>,
}

/// What a run without a visible accelerator is held for.
const PROCESSOR: &str = "cpu";

impl AdmissionArguments {
    /// The accelerators that the run is metered on: the first model, if there are several, and how many of it. Where none is visible, the processors
    /// that the run may use: what is not seen is not nothing.
    fn hardware(&self, sources: &[Box<dyn Source>]) -> Result<RunHardware, Failure> {
        let devices = || {
            let accelerators = sources.iter().filter(|source| !source.kind().is_of_whole_machine());
            accelerators.flat_map(|source| source.devices()).filter(|device| !is_of_host(&device.uuid))
        };
        let Some(first) = devices().next() else { return self.processors() };
        let alike = devices().filter(|device| device.name == first.name && device.counted_in.is_none()).count();
        let count = u64::try_from(alike).unwrap_or(u64::MAX).max(1);
        Ok(RunHardware { name: first.name.clone(), count, nanowatts: self.power_w, remark: None })
    }

    fn processors(&self) -> Result<RunHardware, Failure> {
        let known = std::thread::available_parallelism().ok().filter(|_| self.power_w.is_none());
        let Some(count) = known else {
            return Ok(RunHardware { name: PROCESSOR.to_owned(), count: 1, nanowatts: self.power_w, remark: None });
        };
        let nanowatts = hardware::highest_vcpu_nanowatts().map_err(anyhow::Error::from)?;
        let watts = nanowatts as f64 / 1e9;
        let remark = format!(
            "no accelerator is visible to this run: the {count} processors that it may use are held, at {watts} W each; --power-w states the power of the run instead"
        );
        let count = u64::try_from(count.get()).unwrap_or(u64::MAX);
        Ok(RunHardware { name: PROCESSOR.to_owned(), count, nanowatts: Some(nanowatts), remark: Some(remark) })
    }
}

/// Renews a hold while the command runs, and stops the command when the service asks for it.
pub(super) struct Watch {
    end: Sender<()>,
    thread: JoinHandle<RunHold>,
}

impl RunHold {
    /// Number of the admission.
    pub(super) const fn id(&self) -> AdmissionId {
        self.id
    }

    /// Renews the hold in a thread of its own, and stops the command behind `handle` if the service asks for it.
    pub(super) fn watch(self, handle: CommandHandle) -> std::io::Result<Watch> {
        let (end, ended) = channel();
        let thread = std::thread::Builder::new().name("hold".to_owned()).spawn(move || {
            while ended.recv_timeout(RENEW_EVERY) == Err(RecvTimeoutError::Timeout) {
                let Some(grace) = self.renewed() else { continue };
                print::note(&format!(
                    "wattledger: the run exceeds its hold, and its budget stops it: SIGTERM now, SIGKILL in {} s\n",
                    grace.as_secs()
                ));
                if handle.stop(false) && ended.recv_timeout(grace) == Err(RecvTimeoutError::Timeout) {
                    // A command that ended meanwhile cannot be killed, and need not be.
                    let _ = handle.stop(true);
                }
                break;
            }
            self
        })?;
        Ok(Watch { end, thread })
    }

    /// Renews the hold. Returns the time between SIGTERM and SIGKILL if the command must stop; a service that does not answer stops nothing.
    fn renewed(&self) -> Option<Duration> {
        let admission: AdmissionDocument = self.client.post_empty(&format!("/admissions/{}/renew", self.id)).ok()?;
        let grace = admission.stop_after_s.map_or(GRACE_DEFAULT, |seconds| Duration::from_secs(seconds.into()));
        (admission.told == HoldNotice::Stop).then_some(grace)
    }

    /// Settles the hold with the metered energy, or releases it if there is none. If the service cannot be reached, it settles the hold itself when
    /// the energy arrives.
    pub(super) fn settle(&self, energy_mj: Option<i64>) {
        let id = self.id;
        let settled = match energy_mj {
            Some(_) => {
                let used = CommitRequest { energy_mj, co2e_ug: None };
                self.client.post::<AdmissionDocument>(&format!("/admissions/{id}/commit"), &used).map(drop)
            }
            None => self.client.delete(&format!("/admissions/{id}")),
        };
        if let Err(failure) = settled {
            print::note(&format!("wattledger: the hold will be settled when the run is delivered ({failure})\n"));
        }
    }
}

impl Watch {
    /// Ends the watch and returns the hold; `None` if its thread panicked.
    pub(super) fn end(self) -> Option<RunHold> {
        drop(self.end);
        self.thread.join().ok()
    }
}
