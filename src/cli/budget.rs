//! `wattledger budget`: budgets, their holds, and exceptions from them.

use super::client::{ServerArguments, ServiceClient, Verbatim, escaped, with_query};
use super::failure::Failure;
use super::table::{TextTable, left, right};
use super::words::{dash, one_of, or_dash, word};
use super::{number, print};
use crate::budget::BudgetAmount;
use api::{
    AdmissionDocument, AdmissionQuery, BudgetDocument, BudgetOverride, Mode, Outage, OverrideRequest, PeriodKind,
    PolicyDocument, RollOver, ScopeKind, StandingDocument, Unit, WordsRequest,
};
use clap::{Args, Subcommand};
use model::{AdmissionState, BudgetId, ProjectName, SiteName};
use std::path::{Path, PathBuf};

/// Create, list and override budgets
#[derive(Subcommand)]
pub(crate) enum BudgetCommand {
    Create(Box<CreateBudget>),
    /// List the budgets and how much of each is used
    List(ListBudgets),
    Show(ShowBudget),
    Override(OverrideBudget),
    Request(RequestException),
    /// List requests for exceptions, and overrides
    Requests(ListBudgets),
    Approve(ApproveRequest),
    Refuse(RefuseRequest),
    Retire(RetireBudget),
}

/// Create a budget
#[derive(Args)]
pub(crate) struct CreateBudget {
    /// Name of the budget
    #[arg(long, required_unless_present = "file")]
    name: Option<String>,
    /// Count the jobs of this project; a budget without a scope option counts everything
    #[arg(long, group = "scope")]
    project: Option<String>,
    /// Count jobs with this label
    #[arg(long, value_name = "KEY=VALUE", group = "scope")]
    label: Option<String>,
    /// Count jobs of this user
    #[arg(long, group = "scope")]
    user: Option<String>,
    /// Count all energy metered at this site
    #[arg(long, group = "scope")]
    site: Option<String>,
    /// Limit on facility energy, in MWh
    #[arg(long, value_name = "MWH", group = "limit", required_unless_present_any = ["co2e_t", "file"], allow_negative_numbers = true)]
    energy_mwh: Option<String>,
    /// Limit on location-based CO2e, in t
    #[arg(long, value_name = "T", group = "limit", allow_negative_numbers = true)]
    co2e_t: Option<String>,
    /// Period that the limit applies to
    #[arg(long, value_parser = one_of::<PeriodKind>(&["week", "month", "quarter", "year", "fixed"]), default_value = "month")]
    period: PeriodKind,
    /// First date of a fixed period
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// First date after a fixed period
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// IANA time zone in which periods begin
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// Unused budget that carries over to the next period
    #[arg(long, value_parser = one_of::<RollOver>(&["none", "unused", "all"]), default_value = "none")]
    roll_over: RollOver,
    /// Percentages of the limit at which to warn
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', default_values_t = [50, 80, 95])]
    warn_at: Vec<u32>,
    /// What to do with a job that does not fit
    #[arg(long, value_parser = one_of::<Mode>(&["observe", "warn", "block"]), default_value = "block")]
    mode: Mode,
    /// What gates do with jobs while the service is unreachable: admit them (open) or not (closed)
    #[arg(long, value_parser = one_of::<Outage>(&["open", "closed"]), default_value = "open")]
    outage: Outage,
    /// Stop running jobs that exceed their hold: SIGTERM, and this many seconds later SIGKILL
    #[arg(long, value_name = "SECONDS")]
    stop_after_s: Option<u32>,
    /// Wall time assumed for jobs that state none, in hours
    #[arg(long, value_name = "H", value_parser = number::nanohours, allow_negative_numbers = true)]
    default_hours: Option<u64>,
    /// Read the whole policy from a JSON file instead of from options
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "scope", "limit"])]
    file: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct ListBudgets {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Show a budget and its holds
#[derive(Args)]
pub(crate) struct ShowBudget {
    /// Number or name of the budget
    budget: String,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Admit every job that a budget counts, for a limited time
#[derive(Args)]
pub(crate) struct OverrideBudget {
    /// Number or name of the budget
    budget: String,
    #[command(flatten)]
    granted: Granted,
    #[command(flatten)]
    server: ServerArguments,
}

/// Request an exception for a job that was denied
#[derive(Args)]
pub(crate) struct RequestException {
    /// Number of the denied admission
    admission: String,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    server: ServerArguments,
}

/// Approve a request
#[derive(Args)]
pub(crate) struct ApproveRequest {
    /// Number of the request
    request: String,
    #[command(flatten)]
    granted: Granted,
    #[command(flatten)]
    server: ServerArguments,
}

/// Refuse a request
#[derive(Args)]
pub(crate) struct RefuseRequest {
    /// Number of the request
    request: String,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    server: ServerArguments,
}

/// Retire a budget, which then no longer applies
#[derive(Args)]
pub(crate) struct RetireBudget {
    /// Number or name of the budget
    budget: String,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Args)]
struct Words {
    /// Your name, for the record
    #[arg(long)]
    name: String,
    /// Your reason, for the record
    #[arg(long)]
    reason: String,
}

#[derive(Args)]
struct Granted {
    #[command(flatten)]
    words: Words,
    /// When the exception ends, such as 2026-12-01T18:00Z
    #[arg(long, value_name = "TIME")]
    expires: String,
}

/// Runs the command.
pub(crate) fn run(command: &BudgetCommand) -> Result<(), Failure> {
    match command {
        BudgetCommand::Create(arguments) => create(arguments),
        BudgetCommand::List(arguments) => list(arguments),
        BudgetCommand::Show(arguments) => show(arguments),
        BudgetCommand::Override(OverrideBudget { budget, granted, server }) => {
            let path = format!("/budgets/{}/overrides", escaped(budget));
            let made: BudgetOverride = server.client()?.post(&path, &granted.request())?;
            print::text(&format!("budget {budget} admits every job until {}\n", or_dash(made.expires.as_ref())))
        }
        BudgetCommand::Request(RequestException { admission, words, server }) => {
            let path = format!("/admissions/{}/requests", escaped(admission));
            let made: BudgetOverride = server.client()?.post(&path, &words.request())?;
            print::text(&format!("request {} awaits an administrator\n", made.id))
        }
        BudgetCommand::Requests(arguments) => requests(arguments),
        BudgetCommand::Approve(ApproveRequest { request, granted, server }) => {
            let path = format!("/requests/{}/approve", escaped(request));
            let made: BudgetOverride = server.client()?.post(&path, &granted.request())?;
            let (admission, expires) = (or_dash(made.admission.as_ref()), or_dash(made.expires.as_ref()));
            print::text(&format!(
                "admission {admission} is approved until {expires}: submit the job again with the same key\n"
            ))
        }
        BudgetCommand::Refuse(RefuseRequest { request, words, server }) => {
            let path = format!("/requests/{}/refuse", escaped(request));
            let _: BudgetOverride = server.client()?.post(&path, &words.request())?;
            print::text(&format!("request {request} was refused\n"))
        }
        BudgetCommand::Retire(RetireBudget { budget, server }) => {
            server.client()?.delete(&format!("/budgets/{}", escaped(budget)))?;
            print::text(&format!("budget {budget} no longer applies\n"))
        }
    }
}

impl Words {
    fn request(&self) -> WordsRequest {
        WordsRequest { name: self.name.clone(), reason: self.reason.clone() }
    }
}

impl Granted {
    fn request(&self) -> OverrideRequest {
        let Words { name, reason } = &self.words;
        OverrideRequest { name: name.clone(), reason: reason.clone(), expires: self.expires.clone() }
    }
}

fn create(arguments: &CreateBudget) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let made: Verbatim = match &arguments.file {
        Some(path) => client.post("/budgets", &policy_file(path)?)?,
        None => client.post("/budgets", &arguments.policy()?)?,
    };
    if arguments.json { print::json(&made) } else { print::text(&page(&document(made)?)) }
}

/// A policy that somebody wrote, as it is: the service says what is wrong with it.
fn policy_file(path: &Path) -> Result<Verbatim, Failure> {
    let unusable = |cause: &dyn std::fmt::Display| Failure::Usage(format!("--file {}: {cause}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|cause| unusable(&cause))?;
    serde_json::from_str(&text).map_err(|cause| unusable(&cause))
}

fn document(answer: Verbatim) -> Result<BudgetDocument, Failure> {
    serde_json::from_value(answer)
        .map_err(|error| Failure::Unreachable(format!("the server's answer is not from Wattledger: {error}")))
}

impl CreateBudget {
    fn policy(&self) -> Result<PolicyDocument, Failure> {
        let (limit_mj, limit_ug) = match (&self.energy_mwh, &self.co2e_t) {
            // A millionth of a MWh is 3 600 000 mJ.
            (Some(mwh), _) => (Some(limit("--energy-mwh", mwh, 6, 3_600_000)?), None),
            (None, tonnes) => (None, Some(limit("--co2e-t", tonnes.as_deref().unwrap_or_default(), 12, 1)?)),
        };
        Ok(PolicyDocument {
            name: self.name.clone().unwrap_or_default(),
            scope: self.scope(),
            project: self.project.as_deref().map(Into::into),
            label: self.label.clone(),
            user: self.user.clone(),
            site: self.site.as_deref().map(Into::into),
            unit: if limit_mj.is_some() { Unit::Energy } else { Unit::Co2e },
            limit_mj,
            limit_ug,
            period: self.period,
            time_zone: self.time_zone.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            roll_over: self.roll_over,
            thresholds: self.warn_at.clone(),
            mode: self.mode,
            outage: self.outage,
            stop_after_s: self.stop_after_s,
            default_hours: self.default_hours.map(|hours| hours as f64 / 1e9),
        })
    }

    const fn scope(&self) -> ScopeKind {
        match (&self.project, &self.label, &self.user, &self.site) {
            (Some(_), ..) => ScopeKind::Project,
            (_, Some(_), ..) => ScopeKind::Label,
            (_, _, Some(_), _) => ScopeKind::User,
            (.., Some(_)) => ScopeKind::Site,
            (None, None, None, None) => ScopeKind::All,
        }
    }
}

/// The limit of `option` in the unit that budgets are kept in, mJ or µg: `text` in units of 10^-`decimals`, times `factor`.
fn limit(option: &str, text: &str, decimals: usize, factor: i128) -> Result<i64, Failure> {
    let unusable = |problem: String| Failure::Usage(format!("{option}: {problem}"));
    let value = number::parse(text, decimals).map_err(unusable)?;
    i64::try_from(value.saturating_mul(factor)).map_err(|_| unusable(format!("{text} is too large")))
}

fn list(arguments: &ListBudgets) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.list::<Verbatim>("/budgets")?);
    }
    let found: Vec<BudgetDocument> = client.list("/budgets")?;
    if found.is_empty() {
        return print::text("no budgets: `wattledger budget create` creates one\n");
    }
    let mut table = TextTable::new([
        left("budget"),
        left("counts"),
        left("mode"),
        right("spent"),
        right("held"),
        right("free"),
        right("limit"),
        right("used"),
        left("until"),
    ]);
    for budget in &found {
        let amounts = Amounts::of(&budget.standing);
        table.row(vec![
            name(budget),
            counts(budget),
            mode(budget),
            amounts.spent,
            amounts.held,
            amounts.free,
            amounts.available,
            budget.percent.map_or_else(dash, |percent| format!("{percent} %")),
            or_dash(budget.period_to.as_ref()),
        ]);
    }
    print::text(&table.to_string())
}

fn name(budget: &BudgetDocument) -> String {
    or_dash(budget.policy.as_ref().map(|policy| &policy.name))
}

fn mode(budget: &BudgetDocument) -> String {
    budget.policy.as_ref().map_or_else(dash, |policy| word(&policy.mode))
}

/// What a budget counts, in words.
fn counts(budget: &BudgetDocument) -> String {
    let Some(policy) = &budget.policy else { return dash() };
    let scopes = [
        ("project", policy.project.as_ref().map(ProjectName::as_str)),
        ("label", policy.label.as_deref()),
        ("user", policy.user.as_deref()),
        ("site", policy.site.as_ref().map(SiteName::as_str)),
    ];
    let named = scopes.into_iter().find_map(|(name, value)| Some(format!("{name} {}", value?)));
    named.unwrap_or_else(|| "all".to_owned())
}

/// The amounts of a budget in words; dashes where it has none.
struct Amounts {
    spent: String,
    held: String,
    free: String,
    available: String,
    projected_p50: String,
    projected_p95: String,
}

impl Amounts {
    fn of(standing: &StandingDocument) -> Self {
        let amount = |unit, value| BudgetAmount::new(unit, value).to_string();
        let words = |unit, [spent, held, free, available, projected_p50, projected_p95]: [i64; 6]| Self {
            spent: amount(unit, spent),
            held: amount(unit, held),
            free: amount(unit, free),
            available: amount(unit, available),
            projected_p50: amount(unit, projected_p50),
            projected_p95: amount(unit, projected_p95),
        };
        match *standing {
            StandingDocument::Energy {
                spent_mj,
                held_mj,
                free_mj,
                available_mj,
                projected_p50_mj,
                projected_p95_mj,
                ..
            } => words(Unit::Energy, [spent_mj, held_mj, free_mj, available_mj, projected_p50_mj, projected_p95_mj]),
            StandingDocument::Co2e {
                spent_ug,
                held_ug,
                free_ug,
                available_ug,
                projected_p50_ug,
                projected_p95_ug,
                ..
            } => words(Unit::Co2e, [spent_ug, held_ug, free_ug, available_ug, projected_p50_ug, projected_p95_ug]),
            StandingDocument::None {} => Self {
                spent: dash(),
                held: dash(),
                free: dash(),
                available: dash(),
                projected_p50: dash(),
                projected_p95: dash(),
            },
        }
    }
}

fn show(arguments: &ShowBudget) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let answer: Verbatim = client.get(&format!("/budgets/{}", escaped(&arguments.budget)))?;
    if arguments.json {
        return print::json(&answer);
    }
    let budget = document(answer)?;
    print::text(&format!("{}{}", page(&budget), holds(&client, budget.id)?))
}

fn page(budget: &BudgetDocument) -> String {
    let amounts = Amounts::of(&budget.standing);
    let until = or_dash(budget.period_to.as_ref());
    let mut text = format!("{} ({}), {} until {until}\n\n", name(budget), counts(budget), mode(budget));
    for (name, value) in
        [("spent", &amounts.spent), ("held", &amounts.held), ("free", &amounts.free), ("available", &amounts.available)]
    {
        text.push_str(&format!("{name:<10}{value}\n"));
    }
    text.push_str(&format!("projected {} expected, {} at p95\n", amounts.projected_p50, amounts.projected_p95));
    if let Some(warning) = &budget.warning {
        text.push_str(&format!("warning   {warning}\n"));
    }
    text
}

/// The holds of a budget.
fn holds(client: &ServiceClient, budget: BudgetId) -> Result<String, Failure> {
    let query = AdmissionQuery {
        state: Some(AdmissionState::Held),
        budget: Some(budget.number()),
        ..AdmissionQuery::default()
    };
    let held: Vec<AdmissionDocument> = client.list(&with_query("/admissions", &query)?)?;
    if held.is_empty() {
        return Ok("\nno holds\n".to_owned());
    }
    let mut table = TextTable::new(["held for job", "project", "expires"].map(left));
    for admission in &held {
        let (job, project) = (or_dash(admission.job.as_ref()), admission.project.to_string());
        table.row(vec![job, project, admission.expires.clone()]);
    }
    Ok(format!("\n{table}"))
}

fn requests(arguments: &ListBudgets) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.list::<Verbatim>("/requests")?);
    }
    let found: Vec<BudgetOverride> = client.list("/requests")?;
    if found.is_empty() {
        return print::text("no requests or overrides\n");
    }
    let titles =
        ["number", "state", "project", "admission", "budget", "requested by", "reason", "decided by", "expires"];
    let mut table = TextTable::new(titles.map(left));
    for request in &found {
        table.row(vec![
            request.id.to_string(),
            request.state.to_string(),
            or_dash(request.project.as_ref()),
            or_dash(request.admission.as_ref()),
            or_dash(request.budget.as_ref()),
            or_dash(request.asked_by.as_ref()),
            or_dash(request.asked_reason.as_ref()),
            or_dash(request.name.as_ref()),
            or_dash(request.expires.as_ref()),
        ]);
    }
    print::text(&table.to_string())
}
