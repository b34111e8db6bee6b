//! `wattledger run`: a command and its footprint.

use super::failure::Failure;
use super::grid_arguments::{GridArguments, GridFactor, NO_GRID};
use super::label::label;
use super::run_admission::{AdmissionArguments, Admitted, RunHold, Watch};
use super::run_peers::AskedRun;
use super::run_server::{RunService, ServiceArguments};
use super::table::significant;
use super::{environment, number, print, show};
use crate::footprint::{Footprint, FootprintFactor, kwh};
use crate::run::command::CommandHandle;
use crate::run::notes::{PostedNote, RunStage};
use crate::run::{self, WrappedRun, counting};
use anyhow::Context;
use api::Outage;
use collectors::clock::{Clock, SystemClock};
use collectors::holder::name_reporting_run;
use collectors::source::{SourceChoice, SourceSpec};
use model::{JobId, TraceContext};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use units::{CarbonMass, Energy, Overflow, Pue};

/// Run a command, and report its CO2e and the energy of the devices that it may use
///
/// The command keeps its terminal, input, output and exit status (127 not found, 126 not executable, 128+n killed by signal n), and signals are
/// passed on to it. The footprint is written to standard error when the command ends, however it ends. If Wattledger itself is killed, the
/// command continues.
///
/// If several ranks of a job run on one node (torchrun, srun, mpirun), local rank 0 counts for all of them, and asks the budgets for all of them.
///
/// With --server or WATTLEDGER_SERVER, the run is a job at that service, which shows its power while it runs. Budgets are asked before the command
/// starts where --project states a project or the token is bound to one. Without a connection, readings are kept on disk and delivered by the next run
/// with a service, or by the node's agent; the command waits for the service at its start alone, and only for seconds.
#[derive(clap::Args)]
pub(crate) struct RunArguments {
    /// Project of the run
    #[arg(long)]
    project: Option<String>,
    /// Name of the run
    #[arg(long)]
    name: Option<String>,
    /// Label of the run; may be repeated
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,
    #[command(flatten)]
    grid: GridArguments,
    /// PUE of the facility (facility energy / IT energy), 1.0 to 3.0; adds the facility's overhead on a line of its own
    #[arg(long, value_parser = number::pue, allow_negative_numbers = true)]
    pue: Option<Pue>,
    /// Source of readings: auto (every sensor found), nvml, rapl, prometheus:URL (an exporter on this node), replay:FILE, synthetic:SPEC (try
    /// synthetic:gpus=8,watts=300) or modelled:cpu_tdp_w=WATTS; may be repeated
    #[arg(long = "source", value_name = "SOURCE")]
    sources: Vec<SourceSpec>,
    /// Append the footprint to FILE as one line of JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    admission: AdmissionArguments,
    #[command(flatten)]
    service: ServiceArguments,
    /// Every rank of the job sees devices of its own (srun --gpus-per-task), so each rank counts
    #[arg(long)]
    each_rank: bool,
    /// Why it is not known whether the token is bound to a project.
    #[arg(skip)]
    unasked: Option<String>,
    /// Command to run, with its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Whether the run starts.
enum Begin {
    /// It starts.
    Now(Box<Backing>),
    /// It was refused; this is the exit code.
    Never(u8),
}

/// What stands behind a run at a service.
#[derive(Default)]
struct Backing {
    /// The service that the run reports to.
    service: Option<RunService>,
    /// What the service holds for it.
    hold: Option<RunHold>,
    /// What other runs of its job on this node are told of that.
    note: Option<PostedNote>,
}

/// What a footprint is computed and printed with, besides the readings.
struct FootprintContext {
    /// Factor of the grid.
    grid: Option<GridFactor>,
    /// Who counts the energy of this job on this node, if this run does not.
    counted_by: Option<String>,
    /// Id of the job at the service.
    job: Option<JobId>,
}

/// The file of `--json`.
struct FootprintFile<'a> {
    file: File,
    path: &'a Path,
}

/// What `--json` appends: the footprint and the run around it.
#[derive(Serialize)]
struct RunDocument<'a> {
    #[serde(flatten)]
    footprint: Footprint,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    overhead: Option<Overhead>,
    /// Why there is no energy; `None` if there is.
    energy_reason: Option<String>,
    /// Who counts the energy of this job on this node, if this run does not.
    counted_by: Option<String>,
    /// Id of the job at the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<JobId>,
    command: Vec<String>,
    exit_status: u8,
    signal: Option<&'static str>,
    project: Option<&'a str>,
    name: Option<&'a str>,
    labels: BTreeMap<&'a str, &'a str>,
}

/// What the facility adds to the energy of its computers.
#[derive(Serialize)]
struct Overhead {
    pue: f64,
    overhead_mj: Option<i64>,
    overhead_kwh: Option<f64>,
    overhead_co2e_ug: Option<i64>,
    overhead_co2e_g: Option<f64>,
}

/// Runs the command and returns its exit status.
pub(crate) fn run(mut arguments: RunArguments) -> Result<ExitCode, Failure> {
    arguments.add_trace()?;
    arguments.take_project_of_token()?;
    let arguments = &arguments;
    let clock = SystemClock::new();
    let grid = arguments.grid.grid(Some(clock.wall()))?;
    let json = arguments.json.as_deref().map(FootprintFile::open).transpose()?;
    let counted_by = arguments.counted_by()?;
    let choice = match counted_by {
        Some(_) => SourceChoice::default(),
        None => arguments.opened()?,
    };
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let Backing { service, hold, note } = match counted_by {
        Some(_) => Backing::default(),
        None => match arguments.admitted(&choice, &clock)? {
            Begin::Now(started) => *started,
            Begin::Never(exit_code) => return Ok(ExitCode::from(exit_code)),
        },
    };
    if service.is_some() {
        // By this name the node's agent knows that what it starts holds its devices as a run already. Without it, only that is lost.
        let _ = name_reporting_run();
    }
    let delivery = service.as_ref().map(RunService::delivery);
    let handle = CommandHandle::default();
    let watch = hold.map(|hold| hold.watch(handle.clone())).transpose().map_err(anyhow::Error::from)?;
    let run = match run::run(&arguments.command, choice, Arc::clone(&clock), delivery, &handle) {
        Ok(run) => run,
        Err(error) => {
            print::note(&format!("error: {error}\n"));
            if let Some(hold) = watch.and_then(Watch::end) {
                hold.settle(None);
            }
            if let Some(service) = service {
                print::note(&service.ended(clock.wall(), i32::from(error.exit_status())));
            }
            return Ok(ExitCode::from(error.exit_status()));
        }
    };
    // From here on the exit status is the command's, whatever happens to its footprint.
    let job = service.as_ref().map(|service| service.job().to_owned());
    if let Err(error) = arguments.report(&run, FootprintContext { grid, counted_by, job }, json) {
        print::note(&format!("error: {error:#}\n"));
    }
    if let Some(hold) = watch.and_then(Watch::end) {
        hold.settle(run.footprint(Err(NO_GRID.to_owned())).ok().and_then(|footprint| footprint.energy_mj));
    }
    if let Some(service) = service {
        print::note(&service.ended(run.end, run.ended.wire_status()));
    }
    drop(note);
    Ok(ExitCode::from(run.ended.exit_status))
}

impl RunArguments {
    /// Adds the trace that the run belongs to as labels: from the label `traceparent`, else from the environment, where one that cannot be read is
    /// passed over, as W3C Trace Context asks.
    fn add_trace(&mut self) -> Result<(), Failure> {
        let is_stated = |name: &str| self.labels.iter().any(|(key, _)| key == name);
        if is_stated(TraceContext::TRACE_LABEL) || is_stated(TraceContext::SPAN_LABEL) {
            return Ok(());
        }
        let trace = match self.labels.iter().position(|(key, _)| key == "traceparent") {
            Some(place) => {
                let parent = self.labels.remove(place).1;
                let given = |error| Failure::Usage(format!("--label traceparent: {error}"));
                Some(TraceContext::of_parent(&parent).map_err(given)?)
            }
            None => environment::variable("TRACEPARENT").and_then(|parent| TraceContext::of_parent(&parent).ok()),
        };
        let ids = trace.iter().flat_map(|trace| {
            [(TraceContext::TRACE_LABEL, trace.trace_id()), (TraceContext::SPAN_LABEL, trace.span_id())]
        });
        self.labels.extend(ids.map(|(key, id)| (key.to_owned(), id.to_owned())));
        Ok(())
    }

    /// Charges the run to the project that its token is bound to, where none is stated: the service does so too, and its budgets are asked.
    fn take_project_of_token(&mut self) -> Result<(), Failure> {
        if self.project.is_some() {
            return Ok(());
        }
        match self.service.project_of_token() {
            Ok(project) => self.project = project.map(|project| project.to_string()),
            Err(failure) if self.admission.outage() == Outage::Closed => return Err(failure),
            Err(failure) => self.unasked = Some(failure.to_string()),
        }
        Ok(())
    }

    /// Prints the footprint and appends it to the file.
    fn report(
        &self,
        run: &WrappedRun,
        context: FootprintContext,
        json: Option<FootprintFile<'_>>,
    ) -> anyhow::Result<()> {
        let document = self.document(run, context)?;
        print::note(&summary(&document));
        json.map_or(Ok(()), |file| file.append(&document))
    }

    /// The sources that are read.
    fn opened(&self) -> Result<SourceChoice, Failure> {
        let visible = environment::Visible::read();
        let opened = SourceChoice::open(&self.sources, &environment::places(), &visible.variables());
        opened.map_err(|error| Failure::Usage(error.to_string()))
    }

    /// What a budget is asked about; `None` without a service or a project.
    fn asked(&self) -> Option<AskedRun<'_>> {
        let (server, outage) = (self.service.server(), self.admission.outage());
        let project = self.project.as_deref()?.into();
        Some(AskedRun { address: server.named()?, server, project, outage })
    }

    /// Who counts the energy of this run, if this run does not. Where a budget may be asked, that other run must hold for the project: else this one
    /// asks and counts for itself, and the service counts each joule once.
    fn counted_by(&self) -> Result<Option<String>, Failure> {
        let Some(other) = counting::counted_by(&environment::variable, self.each_rank) else { return Ok(None) };
        if let Some(asked) = self.asked()
            && !asked.is_held_by(&other)?
        {
            let project = &asked.project;
            print::note(&format!(
                "wattledger: the environment says that {other} counts this run, but that one does not hold for project {project} on this node: this run asks and counts for itself\n"
            ));
            return Ok(None);
        }
        Ok(Some(other.to_string()))
    }

    /// Asks the service whether the run may start, and starts to report it.
    fn admitted(&self, choice: &SourceChoice, clock: &Arc<dyn Clock>) -> Result<Begin, Failure> {
        if !self.service.has_server() {
            return Ok(Begin::Now(Box::default()));
        }
        let mut note = self.asked().and_then(|asked| asked.post());
        let mut job = self.job();
        self.service.identify(&mut job)?;
        let mut notes = String::new();
        let hold = match self.admission.ask(
            self.service.server(),
            &job,
            self.unasked.as_deref(),
            &choice.sources,
            &mut notes,
        )? {
            Admitted::Yes(hold) => hold,
            Admitted::No(exit_code) => return Ok(Begin::Never(exit_code)),
            Admitted::Unverified => {
                job.labels.insert("wattledger.admission".to_owned(), "unverified".to_owned());
                None
            }
        };
        let service = self.service.open(job, clock)?;
        print::note(&notes);
        let stage = hold.as_ref().map_or(RunStage::Unheld, |hold| RunStage::Held(hold.id()));
        if let Some(note) = &mut note {
            // Others that cannot read it ask for themselves.
            let _ = note.tell(stage);
        }
        Ok(Begin::Now(Box::new(Backing { service, hold, note })))
    }

    /// The run as the service knows it, without an id.
    fn job(&self) -> wire::Job {
        wire::Job {
            project: self.project.as_deref().map(Into::into),
            name: self.name.clone(),
            labels: self.labels.iter().cloned().collect(),
            ..wire::Job::default()
        }
    }

    fn document(&self, run: &WrappedRun, context: FootprintContext) -> Result<RunDocument<'_>, Overflow> {
        let (factor, notes) = match context.grid {
            Some(grid) => (Ok(grid.factor), grid.notes),
            None => (Err(NO_GRID.to_owned()), Vec::new()),
        };
        let mut footprint = run.footprint(factor.clone())?;
        footprint.notes.extend(notes);
        let overhead = self.pue.map(|pue| Overhead::of(pue, &footprint, factor.ok().as_ref())).transpose()?;
        Ok(RunDocument {
            energy_reason: energy_reason(run, context.counted_by.as_deref()),
            footprint,
            overhead,
            counted_by: context.counted_by,
            job: context.job,
            command: self.command.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
            exit_status: run.ended.exit_status,
            signal: run.ended.signal,
            project: self.project.as_deref(),
            name: self.name.as_deref(),
            labels: self.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect(),
        })
    }
}

impl Overhead {
    fn of(pue: Pue, footprint: &Footprint, factor: Option<&FootprintFactor>) -> Result<Self, Overflow> {
        let it = footprint.energy_mj.map(Energy::from_millijoules);
        let energy = it.map(|energy| energy.overhead(pue)).transpose()?;
        let mass = energy.zip(factor).map(|(energy, factor)| energy.carbon(factor.intensity)).transpose()?;
        Ok(Self {
            pue: f64::from(pue.parts_per_million()) / 1e6,
            overhead_mj: energy.map(Energy::millijoules),
            overhead_kwh: energy.map(kwh),
            overhead_co2e_ug: mass.map(CarbonMass::micrograms),
            overhead_co2e_g: mass.map(|mass| mass.micrograms() as f64 / 1e6),
        })
    }
}

impl fmt::Display for Overhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(kwh) = self.overhead_kwh else { return Ok(()) };
        write!(f, "overhead  {} kWh", significant(kwh, 4))?;
        if let Some(grams) = self.overhead_co2e_g {
            write!(f, ", {}", show::mass(grams))?;
        }
        writeln!(f, " for the facility at PUE {}, not included above", self.pue)
    }
}

impl<'a> FootprintFile<'a> {
    /// Opens the file before the command starts: a run of a week should not end without a place to write.
    fn open(path: &'a Path) -> Result<Self, Failure> {
        let opened = OpenOptions::new().append(true).create(true).open(path);
        let file = opened.map_err(|cause| {
            Failure::Usage(format!("--json {}: {cause}; give a file that can be written", path.display()))
        })?;
        Ok(Self { file, path })
    }

    /// Appends `document` in one write, so that the lines of runs that end together do not mix.
    fn append(mut self, document: &RunDocument<'_>) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(document)?;
        line.push(b'\n');
        self.file.write_all(&line).with_context(|| format!("{}: the footprint was not written", self.path.display()))
    }
}

fn energy_reason(run: &WrappedRun, counted_by: Option<&str>) -> Option<String> {
    if let Some(who) = counted_by {
        return Some(format!("counted by {who}"));
    }
    match run.metered.as_slice() {
        [] => Some("no sensor was read; `wattledger doctor` shows what this machine can measure".to_owned()),
        devices if devices.iter().all(|device| device.window.is_none()) => {
            Some("no device gave two readings".to_owned())
        }
        _ => None,
    }
}

fn summary(document: &RunDocument<'_>) -> String {
    let footprint = &document.footprint;
    let command = document.command.first().map_or("", String::as_str);
    let took = show::duration(footprint.duration_s);
    let ended = match document.signal {
        Some(signal) => format!("killed by {signal}"),
        None => format!("exit status {}", document.exit_status),
    };
    match &document.energy_reason {
        Some(reason) if footprint.devices.is_empty() => {
            let notes: String = footprint.notes.iter().map(|note| format!("note: {note}\n")).collect();
            format!("wattledger: {command}: {took}, {ended}; energy unknown: {reason}\n{notes}")
        }
        _ => {
            let overhead = document.overhead.as_ref().map(Overhead::to_string).unwrap_or_default();
            format!("wattledger: {command}: {took}, {ended}\n{}{overhead}", show::footprint(footprint))
        }
    }
}
