//! `wattledger run --project P` where another run counts for it: a rank of a job, or a run inside another one. It passes where that run holds.

use super::admission::DEADLINE;
use super::client::ServerArguments;
use super::environment;
use super::failure::Failure;
use crate::run::counting::{self, CountingRun};
use crate::run::notes::{self, PostedNote, RunNote, RunStage};
use api::{AdmissionDocument, Outage};
use model::{AdmissionId, AdmissionState, ProjectName};
use std::path::Path;
use std::time::Duration;

/// How long a rank waits for that of rank 0 to begin: launchers start the ranks of a node together.
const BEGIN_PATIENCE: Duration = Duration::from_secs(10);
/// How long a rank waits until that of rank 0 has its answer: its sources are opened, and the service has answered or not.
const ANSWER_PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a budget is asked about.
pub(super) struct AskedRun<'a> {
    /// Address of the service.
    pub(super) address: String,
    /// The options that name it.
    pub(super) server: &'a ServerArguments,
    /// Project that the run is charged to.
    pub(super) project: ProjectName,
    /// What to do where the service gives no answer.
    pub(super) outage: Outage,
}

impl AskedRun<'_> {
    /// Tells other runs of the job on this node that this one asks. Without a note they ask for themselves.
    pub(super) fn post(&self) -> Option<PostedNote> {
        let note = RunNote {
            process: counting::marker(),
            launch: counting::led_launch(&environment::variable),
            server: self.address.clone(),
            project: self.project.clone(),
            stage: RunStage::Asking,
        };
        PostedNote::post(&environment::run_notes()?, note).ok()
    }

    /// Whether the run that is said to count for this one is there, and holds for the same project.
    pub(super) fn is_held_by(&self, other: &CountingRun) -> Result<bool, Failure> {
        let Some(folder) = environment::run_notes() else { return Ok(false) };
        let note = match other {
            CountingRun::Around(process) if counting::is_ancestor(process) => notes::of_process(&folder, process),
            CountingRun::Around(_) => None,
            CountingRun::RankZero => rank_zero(&folder),
        };
        match note.filter(|note| note.project == self.project && note.server == self.address).map(|note| note.stage) {
            Some(RunStage::Held(id)) => self.still_holds(id),
            Some(RunStage::Unheld) => Ok(true),
            Some(RunStage::Asking) | None => Ok(false),
        }
    }

    /// Whether the service says that the admission holds for the project.
    fn still_holds(&self, id: AdmissionId) -> Result<bool, Failure> {
        let client = self.server.client_within(DEADLINE)?;
        match client.post_empty::<AdmissionDocument>(&format!("/admissions/{id}/renew")) {
            Ok(admission) => Ok(admission.state == AdmissionState::Held && admission.project == self.project),
            Err(failure @ Failure::Unreachable(_)) if self.outage == Outage::Closed => Err(failure),
            Err(Failure::Unreachable(_)) => Ok(true),
            Err(_) => Ok(false),
        }
    }
}

/// The note of local rank 0 of this launch, once it has its answer; `None` if there is none, or it ends without one.
fn rank_zero(folder: &Path) -> Option<RunNote> {
    let launch = counting::launch(&environment::variable);
    let looks = |patience: Duration| patience.as_millis() / LOOK_EVERY.as_millis();
    let mut waited = 0;
    while waited < looks(BEGIN_PATIENCE) && notes::of_launch(folder, &launch).is_none() {
        std::thread::sleep(LOOK_EVERY);
        waited += 1;
    }
    for _ in 0..looks(ANSWER_PATIENCE) {
        match notes::of_launch(folder, &launch) {
            Some(note) if note.stage == RunStage::Asking => std::thread::sleep(LOOK_EVERY),
            found => return found,
        }
    }
    None
}
