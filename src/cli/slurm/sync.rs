//! One round after the other: journal and queue in, holds and a table out.

use super::controller::Controller;
use super::estimate;
use super::state::{Config, Folder};
use crate::cli::Failure;
use crate::cli::client::{ServiceClient, escaped};
use crate::gate::slurm::{BudgetLine, Deed, Hold, Partition, Phase, Price, Table};
use collectors::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// Prices, partitions and renewals change slowly, s.
const SLOW_S: i64 = 60;

struct Sidecar {
    client: ServiceClient,
    config: Config,
    folder: Folder,
    clock: SystemClock,
    cluster: String,
    partitions: BTreeMap<String, Partition>,
    prices: BTreeMap<(String, String), Price>,
    slow_s: i64,
}

/// Rounds until it is ended, or one.
pub(super) fn run(client: ServiceClient, config: Config, state: &Path, once: bool) -> Result<(), Failure> {
    let folder = Folder::open(state)?;
    let cluster = config.cluster.clone().map_or_else(|| Controller.cluster(), Ok)?;
    let pause = Duration::from_secs(config.every_s.max(1));
    let mut sidecar = Sidecar {
        client,
        config,
        folder,
        clock: SystemClock::new(),
        cluster,
        partitions: BTreeMap::new(),
        prices: BTreeMap::new(),
        slow_s: 0,
    };
    loop {
        match sidecar.round() {
            Err(failure) if once => return Err(failure),
            // The table ages meanwhile, and the plugin says so to whoever submits.
            Err(failure) => say(&failure.to_string()),
            Ok(()) if once => return Ok(()),
            Ok(()) => {}
        }
        std::thread::sleep(pause);
    }
}

fn say(text: &str) {
    #[expect(clippy::print_stderr, reason = "the sidecar's log is its standard error")]
    {
        eprintln!("wattledger slurm: {text}");
    }
}

impl Sidecar {
    fn now_s(&self) -> i64 {
        self.clock.wall().nanoseconds().div_euclid(1_000_000_000)
    }

    fn round(&mut self) -> Result<(), Failure> {
        for strange in self.folder.take_lines()? {
            say(&format!("a line of the journal is skipped: {strange}"));
        }
        let (now_s, limits) = (self.now_s(), self.config.limits());
        let rows = Controller.queue()?;
        let deeds = self.folder.known.holds.reconcile(&rows, now_s, limits);
        self.folder.keep()?;
        // Asks with the token that all else needs, so that a wrong one never looks like a refusal of jobs.
        let budgets = self.budgets()?;
        self.admit()?;
        self.carry_out(deeds)?;
        if now_s - self.slow_s >= SLOW_S {
            self.partitions = Controller.partitions()?;
            self.price(&budgets)?;
            self.renew()?;
            self.slow_s = now_s;
        }
        self.folder.rotate();
        self.folder.keep()?;
        let written_s = self.now_s();
        let table = self.table(written_s)?;
        self.folder.replace("table", table.to_string().as_bytes())
    }

    fn admit(&mut self) -> Result<(), Failure> {
        for key in self.folder.known.holds.wanted() {
            let Some(hold) = self.folder.known.holds.get(&key) else { continue };
            let asked = self.admission(&key, hold);
            let answer: Result<Value, Failure> = self.client.post("/admissions", &asked);
            let holds = &mut self.folder.known.holds;
            match answer {
                Ok(answer) if answer["allowed"] == true => {
                    holds.answered(&key, Phase::Held(text_of(&answer["id"])));
                }
                Ok(answer) => {
                    say(&format!("{key} was let in and is refused now: {}", text_of(&answer["reason"])));
                    holds.answered(&key, Phase::Refused);
                }
                Err(Failure::Usage(words) | Failure::CannotEstimate(words)) => {
                    say(&format!("{key} cannot be held: {words}"));
                    holds.answered(&key, Phase::Refused);
                    holds.held_back(&key);
                }
                Err(failure) => {
                    self.folder.keep()?;
                    return Err(failure);
                }
            }
        }
        Ok(())
    }

    fn admission(&self, key: &str, hold: &Hold) -> Value {
        json!({
            "key": key, "project": hold.project, "user": hold.user, "accelerator": self.config.accelerator(&hold.part.kind),
            "count": hold.part.gpus, "hours": hold.minutes as f64 / 60.0,
        })
    }

    fn carry_out(&mut self, deeds: Vec<Deed>) -> Result<(), Failure> {
        for deed in deeds {
            match deed {
                Deed::Release { key } => self.release(&key)?,
                Deed::HoldBack { job, key } => {
                    Controller.hold(job)?;
                    self.folder.known.holds.held_back(&key);
                }
                Deed::Settle { job, keys } => self.settle(job, &keys)?,
            }
        }
        Ok(())
    }

    fn release(&mut self, key: &str) -> Result<(), Failure> {
        if let Some(Hold { phase: Phase::Held(id), .. }) = self.folder.known.holds.get(key) {
            self.client.delete(&format!("/admissions/{}", escaped(id)))?;
        }
        self.folder.known.holds.resolved(key);
        Ok(())
    }

    fn settle(&mut self, job: u64, keys: &[String]) -> Result<(), Failure> {
        let used = keys.iter().filter_map(|key| self.folder.known.holds.get(key)).map(|hold| hold.used_minutes).max();
        let is_held =
            |key: &&String| matches!(self.folder.known.holds.get(key), Some(Hold { phase: Phase::Held(_), .. }));
        let first = keys.iter().find(is_held).cloned();
        if let (Some(key), Some(minutes)) = (first, used.filter(|minutes| *minutes > 0))
            && let Some(Hold { phase: Phase::Held(id), .. }) = self.folder.known.holds.get(&key).cloned()
        {
            let energy_mj = self.energy(job, keys, minutes)?;
            let _: Value = self.client.post(&format!("/admissions/{id}/commit"), &json!({ "energy_mj": energy_mj }))?;
            self.folder.known.holds.resolved(&key);
        }
        for key in keys {
            self.release(key)?;
        }
        Ok(())
    }

    /// mJ that an attempt used: the ledger's, with overhead; where nothing metered the job, the expected energy of its time.
    fn energy(&mut self, job: u64, keys: &[String], minutes: u64) -> Result<i64, Failure> {
        let id = format!("{}-{job}", self.cluster);
        match self.client.get::<Value>(&format!("/jobs/{}", escaped(&id))) {
            Ok(found) => {
                let of = |part: &str| found["footprint"][part]["energy_mj"].as_i64().unwrap_or(0);
                let total = of("total") + of("overhead");
                if total > 0 {
                    return Ok(self.folder.known.holds.energy_of_attempt(job, total));
                }
            }
            Err(Failure::Usage(_)) => {}
            Err(failure) => return Err(failure),
        }
        let mut sum = 0;
        for hold in keys.iter().filter_map(|key| self.folder.known.holds.get(key)).filter(|hold| !hold.is_extra) {
            let asked = json!({ "accelerator": self.config.accelerator(&hold.part.kind), "count": hold.part.gpus, "hours": minutes as f64 / 60.0 });
            let answer: Value = self.client.post("/estimates", &asked)?;
            sum += answer["energy_mj"].as_i64().unwrap_or(0);
        }
        say(&format!("job {job} was not metered: settled with the expected energy of {minutes} min"));
        Ok(sum)
    }

    fn renew(&mut self) -> Result<(), Failure> {
        for id in self.folder.known.holds.held() {
            let _: Value = self.client.post(&format!("/admissions/{}/renew", escaped(&id)), &json!({}))?;
        }
        Ok(())
    }

    fn price(&mut self, budgets: &[BudgetLine]) -> Result<(), Failure> {
        let named = self.partitions.values().filter_map(|partition| partition.kind.clone());
        let kinds: BTreeSet<String> = named.chain(self.config.gres.keys().cloned()).collect();
        let projects = budgets.iter().filter(|budget| budget.scope == "project").map(|budget| budget.value.clone());
        let projects: BTreeSet<String> = projects.chain(["*".to_owned()]).collect();
        let mut prices = BTreeMap::new();
        for kind in &kinds {
            for project in &projects {
                let own = (project != "*").then_some(project.as_str());
                match estimate(&self.client, self.config.accelerator(kind), own) {
                    Ok(answer) => {
                        let of = |name: &str| answer["p95"][name].as_i64().unwrap_or(0);
                        let price = Price { energy_mj: of("energy_mj"), co2e_ug: of("co2e_ug") };
                        prices.insert((project.clone(), kind.clone()), price);
                    }
                    Err(Failure::Usage(words) | Failure::CannotEstimate(words)) => {
                        say(&format!(
                            "{kind} has no estimate: {words}; [gres] of the configuration can name its accelerator"
                        ));
                    }
                    Err(failure) => return Err(failure),
                }
            }
        }
        self.prices = prices;
        Ok(())
    }

    fn budgets(&self) -> Result<Vec<BudgetLine>, Failure> {
        Ok(self
            .client
            .list("/budgets?limit=100")?
            .iter()
            .filter(|budget| budget["retired"].is_null())
            .map(line)
            .collect())
    }

    fn table(&self, written_s: i64) -> Result<Table, Failure> {
        Ok(Table {
            written_s,
            stale_after_s: self.config.stale_after_s,
            lets_in_when_stale: self.config.lets_in_when_stale(),
            journals: self.folder.journals(),
            accounts: self.config.accounts.clone(),
            partitions: self.partitions.clone(),
            prices: self.prices.clone(),
            budgets: self.budgets()?,
            covered: self.folder.known.holds.covered(),
        })
    }
}

/// A budget whose policy cannot be read blocks everything it might be for.
fn line(budget: &Value) -> BudgetLine {
    let scope = budget["scope"].as_str().unwrap_or("all");
    let free = if budget["unit"] == "co2e" { &budget["free_ug"] } else { &budget["free_mj"] };
    BudgetLine {
        id: text_of(&budget["id"]),
        mode: budget["mode"].as_str().unwrap_or("block").to_owned(),
        unit: budget["unit"].as_str().unwrap_or("energy").to_owned(),
        free: free.as_i64().unwrap_or(0),
        outage: budget["outage"].as_str().unwrap_or("open").to_owned(),
        scope: scope.to_owned(),
        value: text_of(&budget[scope]),
        name: text_of(&budget["name"]),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}
