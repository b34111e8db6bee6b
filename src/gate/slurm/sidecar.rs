//! The sidecar, round after round: journals and queue in, holds at the service and a table for the plugin out.

use super::folder::{Folder, FolderError};
use super::hold::{Hold, HoldAction, HoldPhase};
use super::outside::{Admission, BudgetService, Controller, Expected, JobOnGpus};
use super::settings::SlurmSettings;
use super::table::{BudgetLine, Partition, Price, SlurmTable};
use api::ScopeKind;
use std::collections::{BTreeMap, BTreeSet};
use units::{Energy, Timestamp};

/// Prices, partitions and renewals change slowly: they are looked at every so many seconds.
const SLOW_S: i64 = 60;

/// The sidecar of one cluster.
pub struct Sidecar<C, S> {
    controller: C,
    service: S,
    settings: SlurmSettings,
    folder: Folder,
    /// Name of the cluster in the job ids of the ledger.
    cluster: String,
    partitions: BTreeMap<String, Partition>,
    prices: BTreeMap<(String, String), Price>,
    /// When prices, partitions and renewals were last looked at, in seconds since 1970.
    slow_s: i64,
    notes: Vec<String>,
}

impl<E, C, S> Sidecar<C, S>
where
    E: From<FolderError>,
    C: Controller<Error = E>,
    S: BudgetService<Error = E>,
{
    /// A sidecar that has not looked at anything yet.
    pub fn new(controller: C, service: S, settings: SlurmSettings, folder: Folder, cluster: String) -> Self {
        Self {
            controller,
            service,
            settings,
            folder,
            cluster,
            partitions: BTreeMap::new(),
            prices: BTreeMap::new(),
            slow_s: 0,
            notes: Vec::new(),
        }
    }

    /// What the administrator should read of the rounds since the last call.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Reads journals and queue, brings the holds at the service up to them, and writes the table. `now` is asked for the time again after the
    /// budgets have answered, as the age of the table counts from then.
    ///
    /// # Errors
    ///
    /// The folder, Slurm or the service. What was decided until then is kept, and the next round goes on from there.
    pub fn round(&mut self, now: impl Fn() -> Timestamp) -> Result<(), E> {
        for problem in self.folder.take_lines()? {
            self.notes.push(format!("skipped a line of the journal: {problem}"));
        }
        let now_s = seconds(now());
        let rows = self.controller.queue()?;
        let actions = self.folder.state.holds.reconcile(&rows, now_s, self.settings.limits());
        self.folder.keep()?;
        // Asks with the token that everything else needs, so that a wrong one never looks like a refusal of jobs.
        let budgets = self.service.budgets()?;
        self.admit()?;
        self.name_jobs(now_s - self.slow_s >= SLOW_S)?;
        self.carry_out(actions)?;
        if now_s - self.slow_s >= SLOW_S {
            self.partitions = self.controller.partitions()?;
            self.price(&budgets)?;
            self.renew()?;
            self.slow_s = now_s;
        }
        self.folder.rotate();
        self.folder.keep()?;
        let written_s = seconds(now());
        let table = self.table(written_s)?;
        Ok(self.folder.publish(&table.to_string())?)
    }

    fn admit(&mut self) -> Result<(), E> {
        for key in self.folder.state.holds.wanted() {
            let Some(hold) = self.folder.state.holds.get(&key) else { continue };
            let answer = self.service.admit(&key, &asked(&self.settings, hold));
            let holds = &mut self.folder.state.holds;
            match answer {
                Ok(Admission::Held(id)) => holds.answered(&key, HoldPhase::Held(id)),
                Ok(Admission::Denied(reason)) => {
                    self.notes.push(format!("{key} was let in by the plugin and is denied now: {reason}"));
                    holds.answered(&key, HoldPhase::Refused);
                }
                Ok(Admission::Refused(reason)) => {
                    self.notes.push(format!("{key} cannot be held: {reason}"));
                    holds.answered(&key, HoldPhase::Refused);
                    holds.held_back(&key);
                }
                Err(error) => {
                    self.folder.keep()?;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Tells the service which job of the ledger each running attempt is, as soon as the ledger has it: then its energy is spent, and no longer held too.
    fn name_jobs(&mut self, all: bool) -> Result<(), E> {
        for key in self.folder.state.holds.unnamed(all) {
            self.name_job(&key)?;
        }
        Ok(())
    }

    /// Energy that the ledger has of the job of a hold, which the service knows then; `None` where the ledger has no such job.
    fn name_job(&mut self, key: &str) -> Result<Option<Energy>, E> {
        let Some(hold) = self.folder.state.holds.get(key) else { return Ok(None) };
        let (Some(admission), is_named) = (hold.admission(), hold.is_named) else { return Ok(None) };
        for id in hold.ledger_ids(&self.cluster) {
            if let Some(used) = self.service.used(&id)? {
                if !is_named {
                    self.service.name_job(admission, &id)?;
                    self.folder.state.holds.named(key);
                }
                return Ok(Some(used));
            }
        }
        Ok(None)
    }

    fn carry_out(&mut self, actions: Vec<HoldAction>) -> Result<(), E> {
        for action in actions {
            match action {
                HoldAction::Release { key } => self.release(&key)?,
                HoldAction::HoldBack { job, key } => {
                    self.controller.hold(job)?;
                    self.folder.state.holds.held_back(&key);
                }
                HoldAction::Settle { job, keys } => self.settle(job, &keys)?,
            }
        }
        Ok(())
    }

    fn release(&mut self, key: &str) -> Result<(), E> {
        if let Some(id) = self.folder.state.holds.get(key).and_then(Hold::admission) {
            self.service.release(id)?;
        }
        self.folder.state.holds.resolved(key);
        Ok(())
    }

    /// Settles the first hold of an attempt with what the ledger has of the job, else with the expected energy of its time, and releases the others.
    fn settle(&mut self, job: u64, keys: &[String]) -> Result<(), E> {
        let holds = &self.folder.state.holds;
        let minutes = keys.iter().filter_map(|key| holds.get(key)).map(|hold| hold.used_minutes).max().unwrap_or(0);
        let first = keys.iter().find_map(|key| Some((key, holds.get(key)?.admission()?)));
        if let Some((key, id)) = first.filter(|_| minutes > 0) {
            let metered = self.name_job(key)?.is_some_and(|used| used > Energy::ZERO);
            let used = if metered { None } else { Some(self.expected(job, keys, minutes)?) };
            self.service.commit(id, used)?;
            self.folder.state.holds.resolved(key);
        }
        for key in keys {
            self.release(key)?;
        }
        Ok(())
    }

    /// The expected energy of an attempt that nothing metered.
    fn expected(&mut self, job: u64, keys: &[String], minutes: u64) -> Result<Energy, E> {
        let mut sum = 0_i64;
        let holds = keys.iter().filter_map(|key| self.folder.state.holds.get(key));
        for hold in holds.filter(|hold| !hold.is_extra) {
            let asked = JobOnGpus { project: None, user: None, minutes, ..asked(&self.settings, hold) };
            match self.service.estimate(&asked)? {
                Expected::Known { energy, .. } => sum = sum.saturating_add(energy.millijoules()),
                Expected::Unknown(reason) => {
                    self.notes.push(format!("job {job} was not metered and {} counts as 0: {reason}", hold.part.kind));
                }
            }
        }
        self.notes.push(format!("job {job} was not metered: settled with the expected energy of {minutes} min"));
        Ok(Energy::from_millijoules(sum))
    }

    fn renew(&self) -> Result<(), E> {
        self.folder.state.holds.held().into_iter().try_for_each(|id| self.service.renew(id))
    }

    /// p95 of a GPU-hour, by project (`*` for every other) and GPU type.
    fn price(&mut self, budgets: &[BudgetLine]) -> Result<(), E> {
        let named = self.partitions.values().filter_map(|partition| partition.kind.clone());
        let kinds: BTreeSet<String> = named.chain(self.settings.gres.keys().cloned()).collect();
        let projects = budgets.iter().filter(|budget| budget.scope == ScopeKind::Project);
        let projects: BTreeSet<String> = projects.map(|budget| budget.value.clone()).chain(["*".to_owned()]).collect();
        let mut prices = BTreeMap::new();
        for kind in &kinds {
            for project in &projects {
                let own = (project != "*").then_some(project.as_str());
                let accelerator = self.settings.accelerator(kind);
                let hour = JobOnGpus { project: own, user: None, accelerator, count: 1, minutes: 60 };
                match self.service.estimate(&hour)? {
                    Expected::Known { p95, .. } => {
                        prices.insert((project.clone(), kind.clone()), p95);
                    }
                    Expected::Unknown(reason) => self.notes.push(format!(
                        "GPU type {kind} cannot be estimated: {reason}; [gres] of sync.toml can name its accelerator"
                    )),
                }
            }
        }
        self.prices = prices;
        Ok(())
    }

    fn table(&self, written_s: i64) -> Result<SlurmTable, E> {
        Ok(SlurmTable {
            written_s,
            stale_after_s: self.settings.stale_after_s,
            outage: self.settings.outage,
            journals: self.folder.journals(),
            accounts: self.settings.accounts.clone(),
            partitions: self.partitions.clone(),
            prices: self.prices.clone(),
            budgets: self.service.budgets()?,
            covered: self.folder.state.holds.covered(),
        })
    }
}

fn asked<'a>(settings: &'a SlurmSettings, hold: &'a Hold) -> JobOnGpus<'a> {
    JobOnGpus {
        project: Some(hold.project.as_str()),
        user: Some(&hold.user),
        accelerator: settings.accelerator(&hold.part.kind),
        count: hold.part.gpus,
        minutes: hold.minutes,
    }
}

const fn seconds(at: Timestamp) -> i64 {
    at.nanoseconds().div_euclid(1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::slurm::queue::{QueueRow, SlurmProgress};
    use api::{Mode, Outage, Unit};
    use model::{AdmissionId, JobId};
    use std::cell::RefCell;
    use std::fs;
    use std::rc::Rc;
    use units::CarbonMass;

    /// A cluster and a service that note what they are asked.
    #[derive(Default)]
    struct Outside {
        queue: RefCell<Vec<QueueRow>>,
        asked: RefCell<Vec<String>>,
        metered: RefCell<Option<i64>>,
        denies: RefCell<bool>,
    }

    impl Outside {
        fn note(&self, text: String) {
            self.asked.borrow_mut().push(text);
        }
    }

    impl Controller for Rc<Outside> {
        type Error = FolderError;

        fn queue(&self) -> Result<Vec<QueueRow>, FolderError> {
            Ok(self.queue.borrow().clone())
        }

        fn partitions(&self) -> Result<BTreeMap<String, Partition>, FolderError> {
            let gpu = Partition { kind: Some("a100".to_owned()), gpus_per_node: Some(4) };
            Ok(BTreeMap::from([("gpu".to_owned(), gpu)]))
        }

        fn hold(&self, job: u64) -> Result<(), FolderError> {
            self.note(format!("hold back {job}"));
            Ok(())
        }
    }

    impl BudgetService for Rc<Outside> {
        type Error = FolderError;

        fn admit(&self, key: &str, job: &JobOnGpus<'_>) -> Result<Admission, FolderError> {
            self.note(format!("admit {key} {} x {} for {} min", job.count, job.accelerator, job.minutes));
            Ok(if *self.denies.borrow() {
                Admission::Denied("no room".to_owned())
            } else {
                Admission::Held(AdmissionId::new(17))
            })
        }

        fn name_job(&self, admission: AdmissionId, job: &JobId) -> Result<(), FolderError> {
            self.note(format!("{admission} is {job}"));
            Ok(())
        }

        fn commit(&self, admission: AdmissionId, used: Option<Energy>) -> Result<(), FolderError> {
            let used = used.map_or("what was metered".to_owned(), |used| used.millijoules().to_string());
            self.note(format!("commit {admission} {used}"));
            Ok(())
        }

        fn release(&self, admission: AdmissionId) -> Result<(), FolderError> {
            self.note(format!("release {admission}"));
            Ok(())
        }

        fn renew(&self, _: AdmissionId) -> Result<(), FolderError> {
            Ok(())
        }

        fn used(&self, _: &JobId) -> Result<Option<Energy>, FolderError> {
            Ok(self.metered.borrow().map(Energy::from_millijoules))
        }

        fn estimate(&self, job: &JobOnGpus<'_>) -> Result<Expected, FolderError> {
            let minutes = i64::try_from(job.minutes * job.count).unwrap_or(i64::MAX);
            let energy = Energy::from_millijoules(minutes);
            Ok(Expected::Known { energy, p95: Price { energy, co2e: CarbonMass::from_micrograms(minutes) } })
        }

        fn budgets(&self) -> Result<Vec<BudgetLine>, FolderError> {
            Ok(vec![BudgetLine {
                id: "7".to_owned(),
                mode: Mode::Block,
                unit: Unit::Energy,
                free: 9_000,
                outage: Outage::Open,
                scope: ScopeKind::Project,
                value: "climate".to_owned(),
                name: "climate".to_owned(),
            }])
        }
    }

    struct Cluster {
        outside: Rc<Outside>,
        sidecar: Sidecar<Rc<Outside>, Rc<Outside>>,
        folder: tempfile::TempDir,
    }

    impl Cluster {
        /// A cluster whose plugin has let in `line`.
        fn after(line: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("journal-0"), format!("{line}\n")).unwrap();
            let outside = Rc::new(Outside::default());
            let open = Folder::open(folder.path()).unwrap();
            let settings = SlurmSettings::default();
            let sidecar = Sidecar::new(Rc::clone(&outside), Rc::clone(&outside), settings, open, "lab".to_owned());
            Self { outside, sidecar, folder }
        }

        fn round(&mut self, at_s: i64, progress: SlurmProgress, used_minutes: u64) -> Vec<String> {
            *self.outside.queue.borrow_mut() = vec![QueueRow {
                job: 4,
                array_job: 4,
                task: None,
                progress,
                restarts: 0,
                limit_minutes: Some(10),
                used_minutes,
                comment: super::super::queue::Comment::parse("wattledger|1|k|climate|ana|a100=2|10|1|held"),
            }];
            self.sidecar.round(|| Timestamp::from_seconds(at_s).unwrap()).unwrap();
            self.outside.asked.take()
        }
    }

    #[test]
    fn a_job_is_held_once_and_settled_with_what_the_ledger_has_of_it() {
        let mut cluster = Cluster::after("s k 1000 climate ana a100=2 10 - held");
        assert_eq!(cluster.round(1_010, SlurmProgress::Running, 1), ["admit slurm.k.a1.a100 2 x a100 for 10 min"]);
        let table = fs::read_to_string(cluster.folder.path().join("table")).unwrap();
        assert!(
            table.contains("price climate a100 1 1\n") && table.contains("budget 7 block energy 9 open"),
            "{table}"
        );
        assert_eq!(cluster.round(1_100, SlurmProgress::Ended, 2), [""; 0], "its last readings are on their way");
        *cluster.outside.metered.borrow_mut() = Some(5_000);
        let settled = ["17 is lab-4", "commit 17 what was metered"];
        assert_eq!(cluster.round(1_200, SlurmProgress::Ended, 2), settled);
        assert_eq!(cluster.round(1_300, SlurmProgress::Ended, 2), [""; 0]);
    }

    #[test]
    fn a_running_job_is_named_as_soon_as_the_ledger_has_it() {
        let mut cluster = Cluster::after("s k 1000 climate ana a100=2 10 - held");
        cluster.round(1_010, SlurmProgress::Running, 1);
        assert_eq!(cluster.round(1_012, SlurmProgress::Running, 1), [""; 0]);
        *cluster.outside.metered.borrow_mut() = Some(0);
        assert_eq!(cluster.round(1_014, SlurmProgress::Running, 1), ["17 is lab-4"]);
        assert_eq!(cluster.round(1_016, SlurmProgress::Running, 1), [""; 0]);
    }

    #[test]
    fn a_job_that_nothing_metered_is_settled_with_its_expected_energy() {
        let mut cluster = Cluster::after("s k 1000 climate ana a100=2 10 - held");
        cluster.round(1_010, SlurmProgress::Ended, 3);
        assert_eq!(cluster.round(1_100, SlurmProgress::Ended, 3), ["commit 17 6"]);
        let notes = cluster.sidecar.take_notes();
        assert_eq!(notes, ["job 4 was not metered: settled with the expected energy of 3 min"]);
    }

    #[test]
    fn what_the_service_denies_late_is_held_back_in_slurm() {
        let mut cluster = Cluster::after("s k 1000 climate ana a100=2 10 - unverified");
        *cluster.outside.denies.borrow_mut() = true;
        cluster.round(1_010, SlurmProgress::Pending, 0);
        assert_eq!(cluster.round(1_020, SlurmProgress::Pending, 0), ["hold back 4"]);
        assert_eq!(cluster.round(1_030, SlurmProgress::Pending, 0), [""; 0]);
    }
}
