//! What needs someone, in one list. The thresholds are explained in `docs/OPERATING.md`.

use crate::budget::{BudgetError, Office};
use crate::grid::Library;
use crate::ledger::{self, LedgerError};
use crate::moment;
use crate::series::HELD_IDLE_PERCENT;
use crate::store::{Draw, OpenKey, PostedDraw, Selection, Store, StoreError, Tx};
use model::{HoldNotice, JobId, JobNumber, NodeNumber, OverrideState, SetAsideReason};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use units::{Interval, Span, Timestamp};

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: u64 = 24 * HOUR_S;
/// An agent sends every 10 s by default; thirty missed deliveries are no hiccup.
const LATE: Span = Span::from_seconds(5 * MINUTE_S);
/// Clocks that NTP keeps are off by less than a second; ten minutes move energy into another posting period.
const AHEAD: Span = Span::from_seconds(10 * MINUTE_S);
/// After an hour nobody is restarting it.
const LOST: Span = Span::from_seconds(HOUR_S);
/// A node that was silent for so long was taken away.
const GONE: Span = Span::from_seconds(30 * DAY_S);
/// The time over which coverage is taken: one day, so that a reboot does not show and a failing sensor does.
const COVERAGE_TIME: Span = Span::from_seconds(DAY_S);
/// Below this a day misses more than an hour.
const COVERAGE_LOW: f64 = 0.95;
/// Below this what is missing is no longer small beside what is known.
const COVERAGE_BAD: f64 = 0.80;
/// Two posting periods of the longest kind, so that the last hour is always inside.
const DRAW_TIME: Span = Span::from_seconds(2 * HOUR_S);
/// Device time after which a low draw is no start-up.
const DRAW_MIN: Span = Span::from_seconds(30 * MINUTE_S);
/// A job's nodes have all been silent for so long that it is not a slow link.
const SILENT: Span = Span::from_seconds(15 * MINUTE_S);
/// Provisional values are settled after a month by the providers that revise at all.
const PROVISIONAL_OLD: Span = Span::from_seconds(30 * DAY_S);
/// Hourly values come with a delay of hours to a day; after two days the import stands still.
const STALE: Span = Span::from_seconds(2 * DAY_S);
/// Windows set aside are shown for a week.
const ASIDE_TIME: Span = Span::from_seconds(7 * DAY_S);

/// Gaps are shown for a day.
const GAP_TIME: Span = Span::from_seconds(DAY_S);

/// How much it matters, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Data is being lost or is wrong.
    Bad,
    /// It will be, or something is wasted.
    Warn,
    /// Good to know.
    Info,
}

/// What it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct Subject {
    /// `node`, `device`, `job`, `zone`, `budget` or `request`.
    pub r#type: &'static str,
    /// Its id or name; of a device, its node, a slash and its identity.
    pub id: String,
}

/// Something that needs someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AttentionItem)]
pub struct Item {
    /// `agent_late`, `clock_ahead`, `coverage_low`, `node_without_site`, `held_idle`, `job_silent`, `windows_set_aside`, `gaps_reported`, `factors_provisional`, `factors_stale`, `budget_breaking`, `hold_breaking` or `exception_requested`.
    pub kind: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// What is wrong and what to do, in words.
    pub message: String,
    /// Since when.
    pub since: Option<String>,
}

impl Item {
    /// Its place in the list: severity, kind, subject.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} {} {}", self.severity as u8, self.kind, self.subject.id)
    }
}

fn item(
    (kind, severity): (&'static str, Severity),
    (r#type, id): (&'static str, String),
    message: String,
    since: Option<Timestamp>,
) -> Item {
    // Most of these moments are now less a round time: what is below a second says nothing.
    let whole =
        |at: Timestamp| Timestamp::from_nanoseconds(at.nanoseconds() - at.nanoseconds().rem_euclid(1_000_000_000));
    Item { kind, severity, subject: Subject { r#type, id }, message, since: since.map(|at| moment::show(whole(at))) }
}

/// Everything that needs someone at `now`, in the order of [`Item::place`]; with a project only its jobs.
///
/// # Errors
///
/// The store; a zone without a factor.
pub fn attention(
    store: &Store,
    library: &Arc<Library>,
    now: Timestamp,
    project: Option<&str>,
) -> Result<Vec<Item>, BudgetError> {
    let mut found = Vec::new();
    if project.is_none() {
        store.read::<_, StoreError>(|tx| {
            nodes(tx, now, &mut found)?;
            set_aside(tx, now, &mut found)?;
            gaps(tx, now, &mut found)?;
            factors(tx, now, &mut found)
        })?;
        coverage(store, library, now, &mut found)?;
    }
    store.read::<_, StoreError>(|tx| {
        held_idle(tx, now, project, &mut found)?;
        silent_jobs(tx, now, project, &mut found)?;
        exceptions(tx, project, &mut found)?;
        holds(tx, project, &mut found)
    })?;
    budgets(&Office { store, library, now, by: "service" }, project, &mut found)?;
    found.sort_by_key(Item::place);
    Ok(found)
}

fn before(now: Timestamp, span: Span) -> Timestamp {
    let start = i128::from(now.nanoseconds()) - i128::from(span.nanoseconds());
    Timestamp::from_nanoseconds(i64::try_from(start).unwrap_or(i64::MIN))
}

fn nodes(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<Item>) -> Result<(), StoreError> {
    for node in tx.nodes().list("", u32::MAX)?.into_iter().filter(|node| node.seen >= before(now, GONE)) {
        if node.seen < before(now, LATE) {
            let severity = if node.seen < before(now, LOST) { Severity::Bad } else { Severity::Warn };
            let message = format!(
                "the agent of {} was last heard of at {}: look at its log; what it meters waits in its spool",
                node.name,
                moment::show(node.seen)
            );
            found.push(item(("agent_late", severity), ("node", node.name.clone()), message, Some(node.seen)));
        }
        if node.reached > now.after(AHEAD).unwrap_or(node.reached) {
            let message = format!(
                "{} sent windows that end at {}, which is to come: set its clock (NTP); what it metered counts at the time that its clock said",
                node.name,
                moment::show(node.reached)
            );
            found.push(item(("clock_ahead", Severity::Bad), ("node", node.name.clone()), message, None));
        }
        if node.site == "unassigned" {
            let message = format!(
                "{} belongs to no site, so a world average stands in: POST /api/v1/nodes/{}/site",
                node.name, node.name
            );
            found.push(item(("node_without_site", Severity::Warn), ("node", node.name), message, None));
        }
    }
    Ok(())
}

fn coverage(store: &Store, library: &Library, now: Timestamp, found: &mut Vec<Item>) -> Result<(), LedgerError> {
    let since = before(now, COVERAGE_TIME);
    for (node, quality) in ledger::quality_by_node(store, library, &Selection::between(since, now))? {
        if quality.coverage < COVERAGE_LOW {
            let severity = if quality.coverage < COVERAGE_BAD { Severity::Bad } else { Severity::Warn };
            let percent = quality.coverage * 100.0;
            let message = format!(
                "the devices of {node} were observed {percent:.1} % of the last day: `wattledger doctor` on the node says what is missing"
            );
            found.push(item(("coverage_low", severity), ("node", node), message, Some(since)));
        }
    }
    Ok(())
}

fn set_aside(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<Item>) -> Result<(), StoreError> {
    for aside in tx.attention().set_aside_since(before(now, ASIDE_TIME))? {
        let why = match aside.reason {
            SetAsideReason::Implausible => {
                "say more than the device can draw: look at its sensor or its declared limit"
            }
            SetAsideReason::Overlap => "overlap others of the device: two agents meter it, or a clock was set back",
        };
        let message = format!(
            "{} windows of {} on {} are kept but not counted: they {why}",
            aside.windows, aside.uuid, aside.node
        );
        let subject = ("device", format!("{}/{}", aside.node, aside.uuid));
        found.push(item(("windows_set_aside", Severity::Warn), subject, message, Some(aside.since)));
    }
    Ok(())
}

fn gaps(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<Item>) -> Result<(), StoreError> {
    for (node, gaps, first) in tx.gaps().by_node(before(now, GAP_TIME))? {
        let message = format!(
            "the agent of {node} reported {gaps} gaps in the last day: GET /api/v1/gaps?node={node} lists them"
        );
        found.push(item(("gaps_reported", Severity::Info), ("node", node), message, Some(first)));
    }
    Ok(())
}

fn factors(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<Item>) -> Result<(), StoreError> {
    for zone in tx.attention().provisional_zones(before(now, PROVISIONAL_OLD))? {
        let message = format!(
            "{} factors of {} are provisional or forecast and older than a month: import the final ones, then restate",
            zone.factors, zone.zone
        );
        found.push(item(("factors_provisional", Severity::Info), ("zone", zone.zone), message, Some(zone.at)));
    }
    for zone in tx.attention().stale_zones(before(now, STALE))? {
        let message = format!(
            "the imported factors of {} end at {}: a yearly value stands in since; import what is new",
            zone.zone,
            moment::show(zone.at)
        );
        found.push(item(("factors_stale", Severity::Warn), ("zone", zone.zone), message, Some(zone.at)));
    }
    Ok(())
}

fn held_idle(tx: &Tx<'_>, now: Timestamp, project: Option<&str>, found: &mut Vec<Item>) -> Result<(), StoreError> {
    let since = before(now, DRAW_TIME);
    for draw in draws(tx, since)?.into_iter().filter(|draw| is_visible(project, draw.project.as_deref())) {
        // mJ over ns is 10^9 mW.
        let drawn = i128::from(draw.energy_mj) * 1_000_000_000 * 100;
        let bound = i128::from(draw.limit_mw) * i128::from(draw.covered_ns) * i128::from(HELD_IDLE_PERCENT);
        let is_long = draw.covered_ns > 0 && draw.covered_ns.unsigned_abs() >= DRAW_MIN.nanoseconds();
        if is_long && drawn < bound {
            let watts = draw.energy_mj as f64 * 1e6 / draw.covered_ns as f64;
            let limit = draw.limit_mw as f64 / 1e3;
            let message = format!(
                "{} holds accelerators of {} that draw {watts:.0} W of {limit:.0} W each: give them back, or look at what it waits for",
                draw.job, draw.node
            );
            found.push(item(("held_idle", Severity::Warn), ("job", draw.job), message, Some(since)));
        }
    }
    Ok(())
}

/// What accelerators of jobs without an end drew per node since `since`, posted and open.
fn draws(tx: &Tx<'_>, since: Timestamp) -> Result<Vec<Draw>, StoreError> {
    let mut sums: BTreeMap<(JobNumber, NodeNumber), (i64, i64)> = BTreeMap::new();
    let open = tx
        .postings()
        .open()?
        .into_iter()
        .filter(|open| !open.key.job.is_idle() && open.key.component == "accelerator" && open.sum.start >= since);
    let open = open.map(|OpenKey { key, sum, .. }| PostedDraw {
        job: key.job,
        node: key.node,
        energy_mj: sum.energy.millijoules(),
        covered_ns: sum.covered_ns,
    });
    for PostedDraw { job, node, energy_mj, covered_ns } in tx.attention().posted_draws(since)?.into_iter().chain(open) {
        let sum = sums.entry((job, node)).or_default();
        *sum = (sum.0.saturating_add(energy_mj), sum.1.saturating_add(covered_ns));
    }
    let drawn =
        sums.into_iter().map(|((job, node), (energy_mj, covered_ns))| PostedDraw { job, node, energy_mj, covered_ns });
    let found = drawn.map(|posted| tx.attention().draw(posted));
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn silent_jobs(tx: &Tx<'_>, now: Timestamp, project: Option<&str>, found: &mut Vec<Item>) -> Result<(), StoreError> {
    let silent = tx.attention().silent_jobs(before(now, SILENT))?;
    for job in silent.into_iter().filter(|job| is_visible(project, job.project.as_deref())) {
        let message = format!(
            "{} has no end, but {} was last heard of at {}: if it ended, POST /api/v1/jobs/{}/finish",
            job.job,
            job.node,
            moment::show(job.seen),
            job.job
        );
        found.push(item(("job_silent", Severity::Warn), ("job", job.job), message, Some(job.seen)));
    }
    Ok(())
}

/// Budgets that are spent, held or on their way past a threshold.
fn budgets(office: &Office<'_>, project: Option<&str>, found: &mut Vec<Item>) -> Result<(), BudgetError> {
    for state in office.states()? {
        let own = state.policy.as_ref().ok().and_then(|policy| policy.document.project.clone());
        let Some(warning) = state.warning().filter(|_| is_visible(project, own.as_deref())) else { continue };
        let severity = if warning.is_bad { Severity::Bad } else { Severity::Warn };
        let since = state.standing.map(|standing| standing.period.start());
        found.push(item(("budget_breaking", severity), ("budget", state.row.name), warning.words, since));
    }
    Ok(())
}

/// Requests for exceptions that nobody has answered.
fn exceptions(tx: &Tx<'_>, project: Option<&str>, found: &mut Vec<Item>) -> Result<(), StoreError> {
    let open =
        tx.overrides().list(project, None, u32::MAX)?.into_iter().filter(|row| row.state == OverrideState::Requested);
    for row in open {
        let (name, reason) = (row.asked_by.unwrap_or_default(), row.asked_reason.unwrap_or_default());
        let admission = row.admission.map(|admission| admission.to_string()).unwrap_or_default();
        let message = format!(
            "an exception for admission {admission} is asked for by {name}: {reason}; `wattledger budget approve {}` or refuse",
            row.number
        );
        found.push(item(
            ("exception_requested", Severity::Warn),
            ("request", row.number.to_string()),
            message,
            row.asked,
        ));
    }
    Ok(())
}

/// Running jobs that will use more than they hold.
fn holds(tx: &Tx<'_>, project: Option<&str>, found: &mut Vec<Item>) -> Result<(), StoreError> {
    let breaking = tx.admissions().held()?.into_iter().filter(|row| row.notice != HoldNotice::Nothing);
    for row in breaking.filter(|row| is_visible(project, Some(&row.project))) {
        let job = row.job.map(JobId::into_string).unwrap_or_default();
        let what = if row.notice == HoldNotice::Stop { "is asked to stop" } else { "goes on" };
        let message =
            format!("{job} will use more than it holds, and {what}: admission {} says how much", row.admission);
        found.push(item(("hold_breaking", Severity::Warn), ("job", job), message, row.metered_time.map(Interval::end)));
    }
    Ok(())
}

fn is_visible(bound: Option<&str>, project: Option<&str>) -> bool {
    bound.is_none_or(|bound| project == Some(bound))
}
