//! `wattledger budget`: what may be used, how that stands, and who lets what pass.

use super::client::{ServerArguments, ServiceClient, escaped};
use super::table::{Lean, Table};
use super::{Failure, number, print};
use crate::budget::BudgetAmount;
use api::{Mode, Outage, PeriodKind, RollOver, Unit};
use clap::{Args, Subcommand};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Budgets: make, list, override
#[derive(Subcommand)]
pub(crate) enum Command {
    Create(Box<Create>),
    List(List),
    Show(Show),
    Override(Override),
    Request(Request),
    Requests(List),
    Approve(Approve),
    Refuse(Refuse),
    Retire(Retire),
}

/// Make a budget
#[derive(Args)]
pub(crate) struct Create {
    /// Its name
    #[arg(long, required_unless_present = "file")]
    name: Option<String>,
    /// Counts the jobs of this project; everything without a scope
    #[arg(long, group = "scope")]
    project: Option<String>,
    /// Counts jobs with this label
    #[arg(long, value_name = "KEY=VALUE", group = "scope")]
    label: Option<String>,
    /// Counts jobs of this user
    #[arg(long, group = "scope")]
    user: Option<String>,
    /// Counts what is metered at this site
    #[arg(long, group = "scope")]
    site: Option<String>,
    /// Limit of facility energy, MWh
    #[arg(long, value_name = "MWH", group = "limit", required_unless_present_any = ["co2e_t", "file"], allow_negative_numbers = true)]
    energy_mwh: Option<String>,
    /// Limit of location-based CO2e, t
    #[arg(long, value_name = "T", group = "limit", allow_negative_numbers = true)]
    co2e_t: Option<String>,
    /// How long the limit lasts
    #[arg(long, value_enum, default_value = "month")]
    period: PeriodWord,
    /// First date of period fixed
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// First date after period fixed
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// IANA time zone in which periods begin
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// What a period leaves to the next
    #[arg(long, value_enum, default_value = "none")]
    roll_over: RollOverWord,
    /// Percents of the limit from which on it warns
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', default_values_t = [50, 80, 95])]
    warn_at: Vec<u32>,
    /// What happens to a job that does not fit
    #[arg(long, value_enum, default_value = "block")]
    mode: ModeWord,
    /// What gates answer when the service does not
    #[arg(long, value_enum, default_value = "open")]
    outage: OutageWord,
    /// Stop running jobs that break their hold, with so many seconds between SIGTERM and SIGKILL
    #[arg(long, value_name = "SECONDS")]
    stop_after_s: Option<u32>,
    /// Wall time of jobs that state none, hours
    #[arg(long, value_name = "H", value_parser = number::nanohours, allow_negative_numbers = true)]
    default_hours: Option<u64>,
    /// The whole policy as a JSON file, in place of the other options
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "scope", "limit"])]
    file: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// List
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Show one budget and its holds
#[derive(Args)]
pub(crate) struct Show {
    /// Number or name
    budget: String,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Let everything that a budget counts pass for a time
#[derive(Args)]
pub(crate) struct Override {
    /// Number or name of the budget
    budget: String,
    #[command(flatten)]
    granted: Granted,
    #[command(flatten)]
    server: ServerArguments,
}

/// Ask that a denied job may pass
#[derive(Args)]
pub(crate) struct Request {
    /// Number of the admission that was denied
    admission: String,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    server: ServerArguments,
}

/// Grant a request
#[derive(Args)]
pub(crate) struct Approve {
    /// Number of the request
    request: String,
    #[command(flatten)]
    granted: Granted,
    #[command(flatten)]
    server: ServerArguments,
}

/// Refuse a request
#[derive(Args)]
pub(crate) struct Refuse {
    /// Number of the request
    request: String,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    server: ServerArguments,
}

/// End a budget: it applies no more
#[derive(Args)]
pub(crate) struct Retire {
    /// Number or name
    budget: String,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Args)]
struct Words {
    /// Who asks or answers
    #[arg(long)]
    name: String,
    /// Why
    #[arg(long)]
    reason: String,
}

#[derive(Args)]
struct Granted {
    #[command(flatten)]
    words: Words,
    /// Until when, such as 2026-12-01T18:00Z
    #[arg(long, value_name = "TIME")]
    expires: String,
}

/// Declares the words of an option that stand for values of a policy.
macro_rules! words {
    ($name:ident for $of:ident { $($word:ident),+ }) => {
        #[derive(Clone, Copy, clap::ValueEnum)]
        enum $name { $($word),+ }
        impl From<$name> for $of {
            fn from(word: $name) -> Self {
                match word { $($name::$word => Self::$word),+ }
            }
        }
    };
}

words!(PeriodWord for PeriodKind { Week, Month, Quarter, Year, Fixed });
words!(RollOverWord for RollOver { None, Unused, All });
words!(ModeWord for Mode { Observe, Warn, Block });
words!(OutageWord for Outage { Open, Closed });

/// Runs the command.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Create(arguments) => create(arguments),
        Command::List(arguments) => list(arguments),
        Command::Show(arguments) => show(arguments),
        Command::Override(Override { budget, granted, server }) => {
            let path = format!("/budgets/{}/overrides", escaped(budget));
            let made: Value = server.client()?.post(&path, &granted.document())?;
            print::text(&format!("budget {budget} lets everything pass until {}\n", word(&made, "expires")))
        }
        Command::Request(Request { admission, words, server }) => {
            let path = format!("/admissions/{}/requests", escaped(admission));
            let made: Value = server.client()?.post(&path, &words.document())?;
            print::text(&format!("request {} waits for an administrator\n", word(&made, "id")))
        }
        Command::Requests(arguments) => requests(arguments),
        Command::Approve(Approve { request, granted, server }) => {
            let path = format!("/requests/{}/approve", escaped(request));
            let made: Value = server.client()?.post(&path, &granted.document())?;
            let (admission, expires) = (word(&made, "admission"), word(&made, "expires"));
            print::text(&format!(
                "admission {admission} passes until {expires}, when it is asked for again with its key\n"
            ))
        }
        Command::Refuse(Refuse { request, words, server }) => {
            let path = format!("/requests/{}/refuse", escaped(request));
            let _: Value = server.client()?.post(&path, &words.document())?;
            print::text(&format!("request {request} is refused\n"))
        }
        Command::Retire(Retire { budget, server }) => {
            server.client()?.delete(&format!("/budgets/{}", escaped(budget)))?;
            print::text(&format!("budget {budget} applies no more\n"))
        }
    }
}

impl Words {
    fn document(&self) -> Value {
        serde_json::json!({ "name": self.name, "reason": self.reason })
    }
}

impl Granted {
    fn document(&self) -> Value {
        serde_json::json!({ "name": self.words.name, "reason": self.words.reason, "expires": self.expires })
    }
}

fn word(document: &Value, name: &str) -> String {
    document.get(name).and_then(Value::as_str).unwrap_or("-").to_owned()
}

fn create(arguments: &Create) -> Result<(), Failure> {
    let document = arguments.document()?;
    let made: Value = arguments.server.client()?.post("/budgets", &document)?;
    if arguments.json { print::json(&made) } else { print::text(&text(&made)) }
}

impl Create {
    fn document(&self) -> Result<Value, Failure> {
        if let Some(path) = &self.file {
            let unusable =
                |cause: &dyn std::fmt::Display| Failure::Usage(format!("--file {}: {cause}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|cause| unusable(&cause))?;
            return serde_json::from_str(&text).map_err(|cause| unusable(&cause));
        }
        let mut document = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                document.insert(name.to_owned(), value);
            }
        };
        let scopes = [("project", &self.project), ("label", &self.label), ("user", &self.user), ("site", &self.site)];
        let scope = scopes.iter().find(|(_, value)| value.is_some()).map_or("all", |(name, _)| name);
        put("name", self.name.clone().into());
        put("scope", scope.into());
        scopes.into_iter().for_each(|(name, value)| put(name, value.clone().into()));
        match (&self.energy_mwh, &self.co2e_t) {
            (Some(mwh), _) => {
                put("unit", "energy".into());
                // A millionth of a MWh is 3 600 000 mJ.
                put("limit_mj", limit("--energy-mwh", mwh, 6, 3_600_000)?.into());
            }
            (None, tonnes) => {
                put("unit", "co2e".into());
                put("limit_ug", limit("--co2e-t", tonnes.as_deref().unwrap_or_default(), 12, 1)?.into());
            }
        }
        put("period", json(&PeriodKind::from(self.period)));
        put("from", self.from.clone().into());
        put("to", self.to.clone().into());
        put("time_zone", self.time_zone.clone().into());
        put("roll_over", json(&RollOver::from(self.roll_over)));
        put("thresholds", self.warn_at.clone().into());
        put("mode", json(&Mode::from(self.mode)));
        put("outage", json(&Outage::from(self.outage)));
        put("stop_after_s", self.stop_after_s.into());
        put("default_hours", self.default_hours.map(|hours| hours as f64 / 1e9).into());
        Ok(document.into())
    }
}

/// A value of a policy as JSON.
fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// A limit in the smallest unit.
fn limit(option: &str, text: &str, decimals: usize, factor: i128) -> Result<i64, Failure> {
    let unusable = |problem: String| Failure::Usage(format!("{option}: {problem}"));
    let value = number::parse(text, decimals).map_err(unusable)?;
    i64::try_from(value.saturating_mul(factor)).map_err(|_| unusable(format!("{text} is too large")))
}

fn list(arguments: &List) -> Result<(), Failure> {
    let found = arguments.server.client()?.list("/budgets?limit=1000")?;
    if arguments.json {
        return print::json(&found);
    }
    if found.is_empty() {
        return print::text("no budgets: `wattledger budget create` makes one\n");
    }
    let mut table = Table::new(&[
        ("budget", Lean::Left),
        ("counts", Lean::Left),
        ("mode", Lean::Left),
        ("spent", Lean::Right),
        ("held", Lean::Right),
        ("free", Lean::Right),
        ("limit", Lean::Right),
        ("used", Lean::Right),
        ("until", Lean::Left),
    ]);
    for budget in &found {
        let percent =
            budget.get("percent").and_then(Value::as_i64).map_or("-".to_owned(), |percent| format!("{percent} %"));
        table.row(vec![
            word(budget, "name"),
            counts(budget),
            word(budget, "mode"),
            figure(budget, "spent"),
            figure(budget, "held"),
            figure(budget, "free"),
            figure(budget, "available"),
            percent,
            word(budget, "period_to"),
        ]);
    }
    print::text(&table.to_string())
}

/// Whose energy a budget counts, in words.
fn counts(budget: &Value) -> String {
    let named = ["project", "label", "user", "site"]
        .into_iter()
        .find_map(|name| budget.get(name).and_then(Value::as_str).map(|value| format!("{name} {value}")));
    named.unwrap_or_else(|| "all".to_owned())
}

/// One of a budget's amounts in words.
fn figure(budget: &Value, name: &str) -> String {
    let of = |suffix: &str| budget.get(format!("{name}_{suffix}")).and_then(Value::as_i64);
    match (of("mj"), of("ug")) {
        (Some(mj), _) => BudgetAmount::new(Unit::Energy, mj).to_string(),
        (None, Some(ug)) => BudgetAmount::new(Unit::Co2e, ug).to_string(),
        (None, None) => "-".to_owned(),
    }
}

fn show(arguments: &Show) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let budget: Value = client.get(&format!("/budgets/{}", escaped(&arguments.budget)))?;
    if arguments.json {
        return print::json(&budget);
    }
    let holds = holds(&client, &word(&budget, "id"))?;
    print::text(&format!("{}{holds}", text(&budget)))
}

fn text(budget: &Value) -> String {
    let figures =
        |names: &[&str]| names.iter().map(|name| format!("{name:<10}{}\n", figure(budget, name))).collect::<String>();
    let mut text = format!(
        "{} ({}), {} until {}\n\n{}projected {} expected, {} at p95\n",
        word(budget, "name"),
        counts(budget),
        word(budget, "mode"),
        word(budget, "period_to"),
        figures(&["spent", "held", "free", "available"]),
        figure(budget, "projected_p50"),
        figure(budget, "projected_p95"),
    );
    if let Some(warning) = budget.get("warning").and_then(Value::as_str) {
        text.push_str(&format!("warning   {warning}\n"));
    }
    text
}

/// What is held of a budget now.
fn holds(client: &ServiceClient, budget: &str) -> Result<String, Failure> {
    let held = client.list(&format!("/admissions?state=held&limit=1000&budget={budget}"))?;
    if held.is_empty() {
        return Ok("\nnothing is held\n".to_owned());
    }
    let mut table = Table::new(&[("held for", Lean::Left), ("project", Lean::Left), ("until", Lean::Left)]);
    for admission in &held {
        let job = admission.get("job").and_then(Value::as_str).unwrap_or("-").to_owned();
        table.row(vec![job, word(admission, "project"), word(admission, "expires")]);
    }
    Ok(format!("\n{table}"))
}

fn requests(arguments: &List) -> Result<(), Failure> {
    let found = arguments.server.client()?.list("/requests?limit=1000")?;
    if arguments.json {
        return print::json(&found);
    }
    if found.is_empty() {
        return print::text("no requests and no overrides\n");
    }
    let titles = ["number", "state", "project", "admission", "budget", "asked by", "why", "decided by", "until"];
    let mut table = Table::new(&titles.map(|title| (title, Lean::Left)));
    for request in &found {
        let names = ["id", "state", "project", "admission", "budget", "asked_by", "asked_reason", "name", "expires"];
        table.row(names.iter().map(|name| word(request, name)).collect());
    }
    print::text(&table.to_string())
}
