//! The table that the plugin decides from.

use std::collections::BTreeMap;
use std::fmt;

/// What the plugin knows, until the next table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// When its figures were asked for, s since 1970.
    pub written_s: i64,
    /// Age from which it is not believed, s.
    pub stale_after_s: u64,
    /// Whether jobs are let in while it is not believed.
    pub lets_in_when_stale: bool,
    /// Journals, the last of which takes the next line.
    pub journals: Vec<Journal>,
    /// Account to project, where they differ.
    pub accounts: BTreeMap<String, String>,
    /// What nodes of a partition have.
    pub partitions: BTreeMap<String, Partition>,
    /// What a GPU-hour may cost, by project (`*` for every other) and type.
    pub prices: BTreeMap<(String, String), Price>,
    /// Every budget that may apply.
    pub budgets: Vec<BudgetLine>,
    /// What changes of running and pending jobs added: GPU-minutes a task, by job and type.
    pub covered: BTreeMap<(String, String), u64>,
}

/// A journal and how much of it the table counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Name of its file.
    pub name: String,
    /// Bytes whose lines `free` of the budgets already contains.
    pub counted: u64,
}

/// A partition's GPUs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Their type; `None` where it has several.
    pub kind: Option<String>,
    /// GPUs of a node, the most that one has.
    pub gpus_per_node: Option<u64>,
}

/// p95 of a GPU-hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Energy, mJ.
    pub energy_mj: i64,
    /// CO2e, µg.
    pub co2e_ug: i64,
}

/// What a budget has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetLine {
    /// Its id.
    pub id: String,
    /// `observe`, `warn` or `block`.
    pub mode: String,
    /// `energy` or `co2e`.
    pub unit: String,
    /// mJ or µg, by unit; negative once it is overrun.
    pub free: i64,
    /// `open` or `closed`.
    pub outage: String,
    /// `project`, `label`, `user`, `site` or `all`.
    pub scope: String,
    /// The project, user, … that it is for; empty for all.
    pub value: String,
    /// For people.
    pub name: String,
}

/// Lua counts in doubles, which are exact up to 9 × 10¹⁵: enough for J and mg, not for mJ and µg. What is needed is rounded up, what is free down.
const FINE: i64 = 1_000;

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "wattledger-slurm 1\nwritten {}\nstale_after {}", self.written_s, self.stale_after_s)?;
        writeln!(f, "outage {}", if self.lets_in_when_stale { "open" } else { "closed" })?;
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
            let (energy, co2e) = (up(price.energy_mj), up(price.co2e_ug));
            writeln!(f, "price {} {} {energy} {co2e}", word(project), word(kind))?;
        }
        for ((job, kind), gpu_minutes) in &self.covered {
            writeln!(f, "covered {}|{} {gpu_minutes}", word(job), word(kind))?;
        }
        for budget in &self.budgets {
            let BudgetLine { id, mode, unit, free, outage, scope, value, name } = budget;
            let free = free.div_euclid(FINE);
            let (id, value) = (word(id), word(value));
            writeln!(f, "budget {id} {mode} {unit} {free} {outage} {scope} {value} {}", line(name))?;
        }
        writeln!(f, "end")
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
            mode: "block".to_owned(),
            unit: "energy".to_owned(),
            free,
            outage: "open".to_owned(),
            scope: "all".to_owned(),
            value: String::new(),
            name: "All of\nit".to_owned(),
        };
        let table = Table {
            written_s: 5,
            stale_after_s: 60,
            lets_in_when_stale: false,
            journals: vec![Journal { name: "journal-2".to_owned(), counted: 9 }],
            accounts: BTreeMap::from([("my account".to_owned(), "p".to_owned())]),
            partitions: BTreeMap::from([("gpu".to_owned(), Partition { kind: None, gpus_per_node: Some(8) })]),
            prices: BTreeMap::from([(
                ("*".to_owned(), "a100".to_owned()),
                Price { energy_mj: 1_500_001, co2e_ug: 2_000 },
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
