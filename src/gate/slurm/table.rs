//! The table that the plugin decides from.

use api::{Mode, Outage, ScopeKind, Unit};
use std::collections::BTreeMap;
use std::fmt;
use units::{CarbonMass, Energy};

/// All that the plugin decides from, until the next table.
#[derive(Debug, Clone, PartialEq)]
pub struct SlurmTable {
    /// When the service was asked for the figures, in seconds since 1970.
    pub written_s: i64,
    /// Age in seconds from which the plugin no longer trusts the table.
    pub stale_after_s: u64,
    /// Whether the plugin lets jobs in while it cannot trust the table.
    pub outage: Outage,
    /// The journals; the plugin appends its next line to the last.
    pub journals: Vec<Journal>,
    /// Slurm account to project, where the names differ.
    pub accounts: BTreeMap<String, String>,
    /// The GPUs of each partition's nodes, by name of the partition.
    pub partitions: BTreeMap<String, Partition>,
    /// p95 of a GPU-hour, by project (`*` for every other) and GPU type.
    pub prices: BTreeMap<(String, String), Price>,
    /// Every budget that may apply.
    pub budgets: Vec<BudgetLine>,
    /// GPU-minutes of a task that changes of running and pending jobs added, by job and GPU type.
    pub covered: BTreeMap<(String, String), u64>,
}

/// A journal, and how much of it the table counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Name of the file in the shared folder.
    pub name: String,
    /// Bytes at its beginning whose lines are already taken off what budgets have free.
    pub counted: u64,
}

/// The GPUs of a partition's nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The type of all its GPUs; `None` where there are several types.
    pub kind: Option<String>,
    /// The largest number of GPUs that one of its nodes has.
    pub gpus_per_node: Option<u64>,
}

/// What a job may cost: p95 of its energy and CO2e.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Facility energy.
    pub energy: Energy,
    /// Location-based CO2e of that energy.
    pub co2e: CarbonMass,
}

/// A budget, with what it has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetLine {
    /// Number of the budget.
    pub id: String,
    /// What the budget does with a job that does not fit.
    pub mode: Mode,
    /// What the budget counts.
    pub unit: Unit,
    /// What is free, in mJ or µg by its unit; negative once it is overrun.
    pub free: i64,
    /// What the plugin does while it cannot trust the table.
    pub outage: Outage,
    /// Whose energy the budget counts.
    pub scope: ScopeKind,
    /// The project, user, … whose energy it counts; empty for all.
    pub value: String,
    /// Name of the budget.
    pub name: String,
}

/// Lua counts in doubles, which are exact up to 9 × 10¹⁵: enough for J and mg, not for mJ and µg. What is needed is rounded up, what is free down.
const FINE: i64 = 1_000;

impl fmt::Display for SlurmTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "wattledger-slurm 1\nwritten {}\nstale_after {}", self.written_s, self.stale_after_s)?;
        writeln!(f, "outage {}", outage_word(self.outage))?;
        for journal in &self.journals {
            writeln!(f, "journal {} {}", journal.name, journal.counted)?;
        }
        for (account, project) in &self.accounts {
            writeln!(f, "account {} {}", word(account), word(project))?;
        }
        for (name, partition) in &self.partitions {
            let kind = partition.kind.as_deref().unwrap_or("-");
            let gpus = partition.gpus_per_node.map_or_else(|| "-".to_owned(), |gpus| gpus.to_string());
            writeln!(f, "partition {} {} {gpus}", word(name), word(kind))?;
        }
        let mut kinds: Vec<&str> = self.prices.keys().map(|(_, kind)| kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            writeln!(f, "type {}", word(kind))?;
        }
        for ((project, kind), price) in &self.prices {
            let (energy, co2e) = (up(price.energy.millijoules()), up(price.co2e.micrograms()));
            writeln!(f, "price {} {} {energy} {co2e}", word(project), word(kind))?;
        }
        for ((job, kind), gpu_minutes) in &self.covered {
            writeln!(f, "covered {}|{} {gpu_minutes}", word(job), word(kind))?;
        }
        for budget in &self.budgets {
            let BudgetLine { id, mode, unit, free, outage, scope, value, name } = budget;
            let free = free.div_euclid(FINE);
            let (mode, unit, outage, scope) =
                (mode_word(*mode), unit_word(*unit), outage_word(*outage), scope_word(*scope));
            let (id, value) = (word(id), word(value));
            writeln!(f, "budget {id} {mode} {unit} {free} {outage} {scope} {value} {}", line(name))?;
        }
        writeln!(f, "end")
    }
}

const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Observe => "observe",
        Mode::Warn => "warn",
        Mode::Block => "block",
    }
}

const fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Energy => "energy",
        Unit::Co2e => "co2e",
    }
}

const fn outage_word(outage: Outage) -> &'static str {
    match outage {
        Outage::Open => "open",
        Outage::Closed => "closed",
    }
}

const fn scope_word(scope: ScopeKind) -> &'static str {
    match scope {
        ScopeKind::All => "all",
        ScopeKind::Project => "project",
        ScopeKind::Label => "label",
        ScopeKind::User => "user",
        ScopeKind::Site => "site",
    }
}

fn up(fine: i64) -> i64 {
    fine.div_euclid(FINE) + i64::from(fine.rem_euclid(FINE) > 0)
}

/// A field of a line: nothing is `-`, and a blank would begin the next field.
fn word(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.replace(|letter: char| letter.is_whitespace(), "_") }
}

fn line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_rounded_up_and_what_is_free_down() {
        let budget = |free| BudgetLine {
            id: "7".to_owned(),
            mode: Mode::Block,
            unit: Unit::Energy,
            free,
            outage: Outage::Open,
            scope: ScopeKind::All,
            value: String::new(),
            name: "All of\nit".to_owned(),
        };
        let table = SlurmTable {
            written_s: 5,
            stale_after_s: 60,
            outage: Outage::Closed,
            journals: vec![Journal { name: "journal-2".to_owned(), counted: 9 }],
            accounts: BTreeMap::from([("my account".to_owned(), "p".to_owned())]),
            partitions: BTreeMap::from([("gpu".to_owned(), Partition { kind: None, gpus_per_node: Some(8) })]),
            prices: BTreeMap::from([(
                ("*".to_owned(), "a100".to_owned()),
                Price { energy: Energy::from_millijoules(1_500_001), co2e: CarbonMass::from_micrograms(2_000) },
            )]),
            budgets: vec![budget(1_999), budget(-1)],
            covered: BTreeMap::from([(("k/3".to_owned(), "a100".to_owned()), 60)]),
        };
        let expected = "wattledger-slurm 1\nwritten 5\nstale_after 60\noutage closed\njournal journal-2 9\naccount my_account p\n\
                        partition gpu - 8\ntype a100\nprice * a100 1501 2\ncovered k/3|a100 60\n\
                        budget 7 block energy 1 open all - All of it\nbudget 7 block energy -1 open all - All of it\nend\n";
        assert_eq!(table.to_string(), expected);
    }
}
