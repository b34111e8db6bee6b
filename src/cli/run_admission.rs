//! `wattledger run --project P` against a service: may it start, and what becomes of its hold.

use super::check::{DEADLINE, DENIED, Decision, ask, exact};
use super::client::{ServerArguments, ServiceClient, escaped};
use super::run::say;
use super::{Failure, number};
use crate::run::command::CommandHandle;
use collectors::source::Source;
use serde_json::{Map, Value, json};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the service is asked whether the command is to stop.
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// Where no budget says how long a stop may take.
const GRACE_DEFAULT: Duration = Duration::from_secs(30);

/// What the service is asked before the command starts.
#[derive(clap::Args)]
pub(super) struct AdmissionArguments {
    /// Wall time that is asked for, hours: held against the budgets of the project; what the budgets give such runs without it
    #[arg(long, value_name = "H", value_parser = number::nanohours, allow_negative_numbers = true)]
    hours: Option<u64>,
    /// Mean power of one accelerator with its share of the host, W, in place of what is known of it
    #[arg(long, value_name = "W", value_parser = number::nanowatts, allow_negative_numbers = true)]
    power_w: Option<u64>,
    /// Whether the run starts when the service does not say whether it may: open, marked as unverified, or closed
    #[arg(long, value_enum, default_value = "open")]
    outage: OutageWord,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OutageWord {
    Open,
    Closed,
}

/// What the service said.
pub(super) enum Admitted {
    /// It may run; with a hold to settle where there is one.
    Yes(Option<Hold>),
    /// It may not: the exit code.
    No(u8),
    /// Nobody knows; it runs, and is marked.
    Unverified,
}

/// A hold of the run.
pub(super) struct Hold {
    client: ServiceClient,
    id: String,
}

impl AdmissionArguments {
    /// Asks the service whether the run may start; `notes` takes what there is to say of it. Without a project nobody is asked.
    pub(super) fn ask(
        &self,
        server: &ServerArguments,
        job: &wire::Job,
        sources: &[Box<dyn Source>],
        notes: &mut String,
    ) -> Result<Admitted, Failure> {
        let Some(project) = &job.project else { return Ok(Admitted::Yes(None)) };
        let (accelerator, count) = accelerators(sources);
        if count == 0 {
            return Ok(Admitted::Yes(None));
        }
        let client = match server.client_within(DEADLINE) {
            Ok(client) => client,
            Err(failure) => return self.without_answer(failure, notes),
        };
        let document = self.document(project, job, (&accelerator, count))?;
        let answer = match ask(&client, &document) {
            Ok(answer) => answer,
            Err(failure) => return self.without_answer(failure, notes),
        };
        let decision: Decision = match serde_json::from_value(answer) {
            Ok(decision) => decision,
            Err(error) => return self.without_answer(Failure::Unreachable(error.to_string()), notes),
        };
        if !decision.allowed {
            say(&decision.words());
            return Ok(Admitted::No(DENIED));
        }
        for warning in &decision.warnings {
            notes.push_str(&format!("wattledger: warning: {warning}\n"));
        }
        Ok(Admitted::Yes(decision.id.map(|id| Hold { client, id })))
    }

    fn document(&self, project: &str, job: &wire::Job, (accelerator, count): (&str, u64)) -> Result<Value, Failure> {
        let mut document = Map::new();
        document.insert("key".to_owned(), job.id.as_str().into());
        document.insert("project".to_owned(), project.into());
        document.insert("accelerator".to_owned(), accelerator.into());
        document.insert("count".to_owned(), count.into());
        document.insert("labels".to_owned(), json!(job.labels));
        if let Some(name) = &job.name {
            document.insert("name".to_owned(), name.as_str().into());
        }
        if let Some(hours) = self.hours {
            document.insert("hours".to_owned(), exact(hours.into(), 9)?);
        }
        if let Some(power) = self.power_w {
            document.insert("power_w".to_owned(), exact(power.into(), 9)?);
        }
        Ok(document.into())
    }

    /// What happens where the service does not decide. What cannot be estimated, or is of a project that nobody knows, is refused where a budget that
    /// blocks could count it, and where the run states its wall time, as by `check`.
    fn without_answer(&self, failure: Failure, notes: &mut String) -> Result<Admitted, Failure> {
        match failure {
            Failure::Unreachable(_) if self.outage == OutageWord::Closed => Err(failure),
            Failure::Unreachable(reason) => {
                notes.push_str(&format!(
                    "wattledger: {reason}; the run starts unverified, and its budgets see its energy when it is delivered\n"
                ));
                Ok(Admitted::Unverified)
            }
            Failure::Blocked(reason) => Err(Failure::Blocked(format!(
                "{reason}; the run does not start, as a budget that blocks could count it"
            ))),
            failure if self.hours.is_some() => Err(failure),
            failure => {
                notes.push_str(&format!("wattledger: nothing is held for this run: {failure}\n"));
                Ok(Admitted::Yes(None))
            }
        }
    }
}

/// Name and number of the accelerators that the run is metered on: of the first name, where there are several.
fn accelerators(sources: &[Box<dyn Source>]) -> (String, u64) {
    let devices = || {
        let accelerators = sources.iter().filter(|source| !source.kind().is_of_whole_machine());
        accelerators.flat_map(|source| source.devices())
    };
    let first = devices().next().map(|device| device.name.clone()).unwrap_or_default();
    let count = devices().filter(|device| device.name == first && device.counted_in.is_none()).count();
    (first, u64::try_from(count).unwrap_or(0))
}

/// Renews a hold while the command runs, and stops the command when the service asks for it.
pub(super) struct Watch {
    end: Sender<()>,
    thread: JoinHandle<Hold>,
}

impl Hold {
    /// Watches over the command behind `handle`.
    pub(super) fn watch(self, handle: CommandHandle) -> std::io::Result<Watch> {
        let (end, ended) = channel();
        let thread = std::thread::Builder::new().name("hold".to_owned()).spawn(move || {
            while ended.recv_timeout(RENEW_EVERY) == Err(RecvTimeoutError::Timeout) {
                let Some(grace) = self.renewed() else { continue };
                say(&format!(
                    "wattledger: the run breaks its hold, and its budget stops it: SIGTERM now, SIGKILL in {} s\n",
                    grace.as_secs()
                ));
                if handle.stop(false) && ended.recv_timeout(grace) == Err(RecvTimeoutError::Timeout) {
                    // Ended meanwhile is as good.
                    let _ = handle.stop(true);
                }
                break;
            }
            self
        })?;
        Ok(Watch { end, thread })
    }

    /// Renews the hold; the grace time, where the command is to stop. A service that does not answer stops nothing.
    fn renewed(&self) -> Option<Duration> {
        let answer: Value = self.client.post(&format!("/admissions/{}/renew", escaped(&self.id)), &json!({})).ok()?;
        if answer.get("told").and_then(Value::as_str) != Some("stop") {
            return None;
        }
        let seconds = answer.get("stop_after_s").and_then(Value::as_u64);
        Some(seconds.map_or(GRACE_DEFAULT, Duration::from_secs))
    }

    /// Settles the hold with what was metered, or gives it back. What does not reach the service is settled by the ledger, which the energy reaches by itself.
    pub(super) fn settle(&self, energy_mj: Option<i64>) {
        let id = escaped(&self.id);
        let settled = match energy_mj {
            Some(mj) => {
                self.client.post::<Value>(&format!("/admissions/{id}/commit"), &json!({ "energy_mj": mj })).map(drop)
            }
            None => self.client.delete(&format!("/admissions/{id}")),
        };
        if let Err(failure) = settled {
            say(&format!("wattledger: the hold is settled when the run is delivered ({failure})\n"));
        }
    }
}

impl Watch {
    /// Ends the watch; the hold, unless its thread met a defect.
    pub(super) fn end(self) -> Option<Hold> {
        drop(self.end);
        self.thread.join().ok()
    }
}
