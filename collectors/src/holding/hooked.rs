//! Jobs of Slurm, as the hooks of this node note them.

use super::cluster;
use super::folder::{HookFolder, HookFolderError, NotedTimes};
use super::hook::{HookError, HookJob};
use super::learnt::Learnt;
use super::life::{LivingJobs, SignOfLife};
use super::numbers::DeviceNumbers;
use super::settings::SlurmOnNode;
use super::stated::{StatedJob, moved, written};
use crate::clock::{Clock, DateChange, DateLine, Timeline};
use crate::holder::ProcessHolder;
use crate::spool::Contents;
use model::{DeviceUuid, JobId, ProjectName};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use units::{Span, Timestamp};
use wire::{Holding, Job};

/// How often the processes of the node are looked through while jobs hold devices.
const LIFE_EVERY: Span = Span::from_seconds(15);
/// An epilog that has not run so long after the last process of its job never will.
const EPILOG_WITHIN: Span = Span::from_seconds(60);
/// A hook that has not written its file by then never will.
const WRITTEN_WITHIN: Span = Span::from_seconds(10);
/// A difference between two clocks that reading them one after the other explains.
const SAME_DATE_NS: i64 = 1_000_000;

/// What the notes about jobs are under.
const NOTE: &str = "slurm:";

/// The jobs that the hooks told of, and what of them was stated.
pub(super) struct HookedJobs {
    settings: SlurmOnNode,
    /// The process file system of the node.
    proc: PathBuf,
    numbers: DeviceNumbers,
    clock: Arc<dyn Clock>,
    date: DateLine,
    stated: BTreeMap<String, StatedJob>,
    /// Files that say nothing about a device of this node, with their times.
    passed: BTreeMap<String, Timestamp>,
    /// When the processes of the node were last looked through.
    life_at: Option<Timestamp>,
    /// What was logged already.
    told: BTreeSet<String>,
}

impl HookedJobs {
    /// Goes on with what an earlier process noted in the spool, and has not looked yet. Dates are those of windows on `timeline`.
    pub(super) fn new(
        settings: SlurmOnNode,
        proc: PathBuf,
        numbers: DeviceNumbers,
        notes: &BTreeMap<String, String>,
        (clock, timeline): (Arc<dyn Clock>, Timeline),
    ) -> Self {
        let read = |(about, body): (&String, &String)| Some((about.clone(), serde_json::from_str(body).ok()?));
        let stated = notes.iter().filter(|(about, _)| about.starts_with(NOTE)).filter_map(read).collect();
        let date = DateLine::new(timeline);
        Self {
            settings,
            proc,
            numbers,
            clock,
            date,
            stated,
            passed: BTreeMap::new(),
            life_at: None,
            told: BTreeSet::new(),
        }
    }

    /// Looks into the folder. `metered_until` says up to when a device was metered, for what ended while nobody looked.
    pub(super) fn look(&mut self, metered_until: impl Fn(&DeviceUuid) -> Option<Timestamp>) -> Learnt {
        let now = self.date.timeline().now(&*self.clock);
        self.date.follow(&*self.clock, now);
        let now = self.date.date_of(now);
        let noted = match HookFolder::open(&self.settings.jobs).and_then(|folder| Ok((folder.noted()?, Some(folder)))) {
            Ok(found) => found,
            // After a start of the machine, until its first job.
            Err(HookFolderError::Missing(_)) => (BTreeMap::new(), None),
            Err(error) => {
                self.tell(error.to_string());
                return Learnt::default();
            }
        };
        let (noted, folder) = noted;
        let mut learnt = Learnt::default();
        for (name, times) in &noted {
            if let Some(folder) = &folder {
                self.note(&mut learnt, folder, name, *times, now);
            }
        }
        self.end_what_vanished(&mut learnt, &noted, metered_until);
        self.look_for_life(&mut learnt, now);
        self.passed.retain(|name, _| noted.contains_key(name));
        learnt
    }

    /// Takes in that the date of `devices` was set: their windows end at the old date and begin at the new one, and so do their holdings.
    pub(super) fn note_date_change(&mut self, devices: &[wire::Device], change: &DateChange) -> Contents {
        let mut contents = Contents::default();
        for (about, stated) in &mut self.stated {
            let begun = moved(&mut stated.holdings, devices, change);
            if !begun.is_empty() {
                contents.notes.insert(about.clone(), written(stated));
                contents.holdings.extend(begun);
            }
        }
        contents
    }

    /// The jobs that hold `device`, each with the moment since when.
    pub(super) fn holding(&self, device: &DeviceUuid) -> Vec<(&StatedJob, Timestamp)> {
        let since = |known: &StatedJob| {
            let open = known.holdings.iter().filter(|held| held.device == *device && held.end.is_none());
            open.map(|held| held.start).max()
        };
        self.stated.values().filter_map(|known| Some((known, since(known)?))).collect()
    }

    /// The latest attempt of the job that `holder` is.
    pub(super) fn job_of(&self, holder: &ProcessHolder) -> Option<&StatedJob> {
        self.stated.values().filter(|known| known.is_same(holder)).max_by_key(|known| known.began)
    }

    /// Name of the cluster that this node is of, where it is known without a hook.
    pub(super) fn cluster_of_node(&self) -> Option<String> {
        let stated = || cluster::name_in(cluster::CONFIGURATIONS.into_iter().map(Path::new));
        self.settings.cluster.clone().or_else(stated)
    }

    /// The devices of this node.
    pub(super) const fn numbers(&self) -> &DeviceNumbers {
        &self.numbers
    }

    /// The date of this moment.
    pub(super) fn now(&self) -> Timestamp {
        self.date.date_of(self.date.timeline().now(&*self.clock))
    }

    /// Descriptions of `devices` that the spool has none of yet; it has them from now on.
    pub(super) fn undescribed(&mut self, devices: &[DeviceUuid]) -> Vec<wire::Device> {
        self.numbers.undescribed(devices)
    }

    /// Takes in that a sampler described these devices itself.
    pub(super) fn note_described(&mut self, devices: &[wire::Device]) {
        self.numbers.note_described(devices);
    }

    /// Takes in one file of the prolog, with its end if it has one.
    fn note(&mut self, learnt: &mut Learnt, folder: &HookFolder, name: &str, times: NotedTimes, now: Timestamp) {
        let about = about(name);
        if let Some(known) = self.stated.get_mut(&about).filter(|known| known.began == times.began) {
            known.seen = Some(now);
            let ended = times.ended.filter(|_| !known.is_ended);
            let Some(ended) = ended.map(|ended| self.date_of_wall(ended)) else { return };
            return self.end(learnt, &about, ended);
        }
        if self.passed.get(name) == Some(&times.began) {
            return;
        }
        let hook = match self.read(folder, name, now, times.began) {
            Ok(Some(hook)) => hook,
            Ok(None) => return,
            Err(error) => {
                self.passed.insert(name.to_owned(), times.began);
                return self.tell(format!("{}: {error}", self.settings.jobs.join(name).display()));
            }
        };
        if self.stated.contains_key(&about) {
            // Slurm ran the prolog of the same attempt once more.
            self.end(learnt, &about, self.date_of_wall(times.began));
        }
        match self.begin(name, &hook, times.began, now) {
            Some((stated, job)) => self.state(learnt, &about, stated, job, times.ended),
            None => drop(self.passed.insert(name.to_owned(), times.began)),
        }
    }

    /// What the prolog wrote; `None` of what it still writes.
    fn read(
        &self,
        folder: &HookFolder,
        name: &str,
        now: Timestamp,
        began: Timestamp,
    ) -> Result<Option<HookJob>, String> {
        let text = folder.read(name).map_err(|cause| cause.to_string())?;
        match HookJob::parse(&text) {
            Err(HookError::NotWhole) if now.since(began).is_none_or(|since| since < WRITTEN_WITHIN) => Ok(None),
            read => read.map(Some).map_err(|error| error.to_string()),
        }
    }

    /// A job that begins to hold devices here; `None` if it holds none that is metered.
    fn begin(&mut self, name: &str, hook: &HookJob, began: Timestamp, now: Timestamp) -> Option<(StatedJob, Job)> {
        if hook.gpus.is_empty() || self.settings.node.is_some() && self.settings.node != hook.node {
            return None;
        }
        let Some(cluster) = hook.cluster.clone().or_else(|| self.cluster_of_node()) else {
            self.tell("which cluster this node is of is not known, so that its jobs have no id: set `slurm.cluster` in agent.toml".to_owned());
            return None;
        };
        let id = format!("{cluster}-{}", hook.known_as());
        if !wire::is_name(&id) {
            self.tell(format!("job {id:?} has no id that a service takes: set `slurm.cluster` in agent.toml"));
            return None;
        }
        let held = match self.numbers.devices(&hook.gpus) {
            Ok(held) => held,
            Err(error) => {
                self.tell(format!("job {id}: {error}; its energy counts as idle"));
                return None;
            }
        };
        let start = self.date_of_wall(began).min(now);
        let (job, attempt) = (JobId::from(id), hook.restarts.saturating_add(1));
        let hold = |device| Holding { device, job: job.clone(), weight: 1, start, end: None };
        let holdings = held.into_iter().map(hold).collect();
        let facts = self.facts(hook, job.clone(), attempt, start);
        let stated = StatedJob {
            file: name.to_owned(),
            began,
            job,
            number: hook.job,
            sluid: hook.sluid.clone(),
            attempt,
            was_seen: false,
            is_contained: false,
            holdings,
            is_ended: false,
            seen: Some(now),
            lifeless_since: None,
        };
        Some((stated, facts))
    }

    /// What is known of a job from its hook.
    fn facts(&self, hook: &HookJob, id: JobId, attempt: u32, started: Timestamp) -> Job {
        let labels = [("user", &hook.user), ("account", &hook.account), ("partition", &hook.partition)];
        let labels = labels.into_iter().filter_map(|(label, value)| Some((label.to_owned(), value.clone()?)));
        // How the holder is known: `wattledger doctor` uses the same words.
        let evidence =
            [("evidence".to_owned(), "slurm-hook".to_owned()), ("slurm_job".to_owned(), hook.job.to_string())];
        let account = hook.account.as_deref().unwrap_or("-");
        let project = self.settings.accounts.get(account).or(hook.account.as_ref()).filter(|name| wire::is_name(name));
        Job {
            id,
            project: project.map(|name| ProjectName::from(name.as_str())),
            labels: labels.chain(evidence).collect(),
            attempt: Some(attempt),
            started: Some(started),
            ..Job::default()
        }
    }

    fn state(&mut self, learnt: &mut Learnt, about: &str, stated: StatedJob, job: Job, ended: Option<Timestamp>) {
        self.end_earlier_attempts(learnt, &stated);
        self.end_the_dead(learnt, &stated);
        let start = job.started.unwrap_or_default();
        learnt.contents.devices.extend(self.numbers.undescribed(&stated.devices()));
        learnt.contents.holdings.extend(stated.holdings.iter().cloned());
        learnt.contents.jobs.push(job);
        learnt.contents.notes.insert(about.to_owned(), written(&stated));
        learnt.edges.push((start, stated.devices()));
        self.stated.insert(about.to_owned(), stated);
        if let Some(ended) = ended.map(|ended| self.date_of_wall(ended)) {
            self.end(learnt, about, ended);
        }
    }

    /// An attempt whose epilog never ran is over when the job begins once more on this node.
    fn end_earlier_attempts(&mut self, learnt: &mut Learnt, begun: &StatedJob) {
        let is_earlier = |known: &StatedJob| known.job == begun.job && known.attempt < begun.attempt && !known.is_ended;
        let node = |file: &str| file.splitn(3, '.').nth(2).map(str::to_owned);
        let is_here = |known: &StatedJob| node(&known.file) == node(&begun.file);
        let over = self.stated.iter().filter(|(_, known)| is_earlier(known) && is_here(known));
        let over: Vec<String> = over.map(|(about, _)| about.clone()).collect();
        let Some(start) = begun.holdings.first().map(|holding| holding.start) else { return };
        for about in over {
            self.end(learnt, &about, start);
        }
    }

    /// A job whose processes were seen here and are gone is over when another begins to hold one of its devices: its epilog never ran.
    fn end_the_dead(&mut self, learnt: &mut Learnt, begun: &StatedJob) {
        let devices = begun.devices();
        let shares =
            |known: &StatedJob| known.holdings.iter().any(|held| held.end.is_none() && devices.contains(&held.device));
        let others = self.stated.iter().filter(|(_, known)| known.job != begun.job && !known.is_ended && shares(known));
        let others: Vec<String> = others.map(|(about, _)| about.clone()).collect();
        if others.is_empty() {
            return;
        }
        let living = LivingJobs::under(&self.proc);
        let Some(start) = begun.holdings.first().map(|holding| holding.start) else { return };
        for about in others {
            let Some(known) = self.stated.get(&about) else { continue };
            match living.of(known.number, known.sluid.as_deref()) {
                SignOfLife::None if known.was_seen => {
                    tracing::warn!("job {} has no process and no end, and {} begins: it ended", known.job, begun.job);
                    self.end(learnt, &about, start);
                }
                _ => tracing::info!(
                    "jobs {} and {} share devices, whose energy is split in equal parts",
                    known.job,
                    begun.job
                ),
            }
        }
    }

    /// Notes whose processes are seen, and ends the jobs whose allocation is gone although no epilog said so.
    fn look_for_life(&mut self, learnt: &mut Learnt, now: Timestamp) {
        let is_due = self.life_at.and_then(|at| now.since(at)).is_none_or(|since| since >= LIFE_EVERY);
        if !is_due || self.stated.values().all(|known| known.is_ended) {
            return;
        }
        self.life_at = Some(now);
        let living = LivingJobs::under(&self.proc);
        let mut over = Vec::new();
        for (about, known) in self.stated.iter_mut().filter(|(_, known)| !known.is_ended) {
            let sign = living.of(known.number, known.sluid.as_deref());
            let before = (known.was_seen, known.is_contained);
            known.was_seen |= sign != SignOfLife::None;
            known.is_contained |= sign == SignOfLife::Extern;
            if (known.was_seen, known.is_contained) != before {
                learnt.contents.notes.insert(about.clone(), written(known));
            }
            if sign != SignOfLife::None {
                known.lifeless_since = None;
                continue;
            }
            // Without that step, an allocation lasts although it has no process.
            let since = *known.lifeless_since.get_or_insert(now);
            if known.is_contained && now.since(since).is_some_and(|gone| gone >= EPILOG_WITHIN) {
                over.push((about.clone(), since));
            }
        }
        for (about, since) in over {
            if let Some(known) = self.stated.get(&about) {
                tracing::warn!("job {} has no process any more, and its epilog did not run: it ended", known.job);
            }
            self.end(learnt, &about, since);
        }
    }

    /// What has no file any more was removed after a day, or was there before the machine started: it has held nothing since it was last seen,
    /// or since its devices were last metered.
    fn end_what_vanished(
        &mut self,
        learnt: &mut Learnt,
        noted: &BTreeMap<String, NotedTimes>,
        metered_until: impl Fn(&DeviceUuid) -> Option<Timestamp>,
    ) {
        let gone = self.stated.iter().filter(|(_, known)| !noted.contains_key(&known.file));
        for about in gone.map(|(about, _)| about.clone()).collect::<Vec<_>>() {
            let Some(known) = self.stated.get(&about) else { continue };
            if !known.is_ended {
                let metered = known.holdings.iter().filter_map(|holding| metered_until(&holding.device)).max();
                let start = known.holdings.iter().map(|holding| holding.start).max().unwrap_or_default();
                let end = known.seen.or(metered).unwrap_or(start);
                tracing::warn!("job {} has no file in {} any more: it ended", known.job, self.settings.jobs.display());
                self.end(learnt, &about, end);
            }
            self.stated.remove(&about);
            learnt.contents.notes.insert(about, None);
        }
    }

    fn end(&mut self, learnt: &mut Learnt, about: &str, end: Timestamp) {
        let Some(stated) = self.stated.get_mut(about).filter(|stated| !stated.is_ended) else { return };
        stated.end(end);
        let ended = stated.holdings.iter().filter_map(|holding| holding.end).max().unwrap_or(end);
        let (id, attempt) = (stated.job.clone(), Some(stated.attempt));
        learnt.contents.devices.extend(self.numbers.undescribed(&stated.devices()));
        // One that began in the same look is stated once, with its end.
        let is_same = |one: &Holding, other: &Holding| {
            (&one.device, &one.job, one.start) == (&other.device, &other.job, other.start)
        };
        learnt.contents.holdings.retain(|said| !stated.holdings.iter().any(|ended| is_same(said, ended)));
        learnt.contents.holdings.extend(stated.holdings.iter().cloned());
        learnt.contents.jobs.push(Job { id, attempt, ended: Some(ended), ..Job::default() });
        learnt.contents.notes.insert(about.to_owned(), written(stated));
        learnt.edges.push((ended, stated.devices()));
    }

    /// The date, on the line of windows, of a time of a file. The two differ where the wall clock was set by less than the date follows.
    fn date_of_wall(&self, at: Timestamp) -> Timestamp {
        let now = self.date.date_of(self.date.timeline().now(&*self.clock)).nanoseconds();
        let ahead_ns = now.saturating_sub(self.clock.wall().nanoseconds());
        // Otherwise the same file would have another time at each look.
        let ahead_ns = if ahead_ns.saturating_abs() > SAME_DATE_NS { ahead_ns } else { 0 };
        Timestamp::from_nanoseconds(at.nanoseconds().saturating_add(ahead_ns))
    }

    /// Logs what somebody has to do something about, once.
    fn tell(&mut self, what: String) {
        if self.told.insert(what.clone()) {
            tracing::warn!("{what}");
        }
    }
}

/// What the note about a hook's file is under.
fn about(file: &str) -> String {
    format!("{NOTE}{file}")
}
