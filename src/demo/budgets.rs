//! The budgets of the demonstration: five, one of them about to break, the jobs of the last days as they were admitted, one that was refused,
//! and one request.
//!
//! Their limits follow from what the fleet used, so that they stand the same way on every day of a month.

use super::agent;
use super::error::DemoError;
use super::fleet::{GPUS, NODES};
use super::noise::between;
use super::schedule::{self, DAY, ScheduledJob};
use crate::budget::{Ask, BudgetState, Demand, Office};
use crate::store::StoreError;
use api::{Mode, Outage, PeriodKind, PolicyDocument, RollOver, ScopeKind, Unit};

/// A budget, and its limit as a percentage of what the period will use.
struct BudgetPlan {
    project: Option<&'static str>,
    unit: Unit,
    period: PeriodKind,
    mode: Mode,
    /// Limit in percent of the projected total of the period; with `is_breaking`, of what is spent and held now.
    percent: i64,
    is_breaking: bool,
}

const fn plan(project: &'static str, unit: Unit, period: PeriodKind, mode: Mode, percent: i64) -> BudgetPlan {
    BudgetPlan { project: Some(project), unit, period, mode, percent, is_breaking: false }
}

const PLANS: [BudgetPlan; 5] = [
    BudgetPlan { is_breaking: true, ..plan("atlas-llm", Unit::Co2e, PeriodKind::Month, Mode::Block, 102) },
    plan("vision-lab", Unit::Energy, PeriodKind::Month, Mode::Block, 140),
    plan("weather-fm", Unit::Co2e, PeriodKind::Quarter, Mode::Warn, 160),
    plan("sweeps", Unit::Energy, PeriodKind::Week, Mode::Observe, 120),
    BudgetPlan { project: None, ..plan("", Unit::Co2e, PeriodKind::Year, Mode::Block, 130) },
];

/// The limit for a project that has used nothing yet: 1 MWh or 0.3 t.
const LEAST_MJ: i64 = 3_600_000_000_000;
const LEAST_UG: i64 = 300_000_000_000;
/// Admissions are recorded for jobs of the last days: for those that run, and for at most so many that have ended, the newest.
const ADMITTED_DAYS: i64 = 7;
const ADMITTED_MOST: usize = 120;
const NANOHOURS_PER_HOUR: u64 = 1_000_000_000;

/// Creates the budgets, unless the demonstration has some; `since` is the first second of its history.
pub(super) fn found(office: &Office<'_>, since: i64) -> Result<(), DemoError> {
    if !office.store.read::<_, StoreError>(|tx| Ok(tx.budgets().list()?.is_empty()))? {
        return Ok(());
    }
    admit_past(office, since)?;
    for plan in &PLANS {
        // First without a bound, to learn what is spent.
        let number = office.create(plan.policy(i64::MAX / 4))?.to_string();
        let state = office.state_of(&number)?;
        office.revise(&number, plan.policy(plan.limit(&state)), "planned from what the fleet uses")?;
    }
    office.admit(Some("demo-caption-adapter"), demand("vision-lab", 4, 2), Ask::Reserve)?;
    let refused = office.admit(Some("demo-atlas-70b"), demand("atlas-llm", 32, 48), Ask::Reserve)?;
    if let Some(id) = refused.id.filter(|_| !refused.allowed) {
        let reason = "the checkpoint for the evaluation in December; we gave back the sweeps of last week";
        office.request(id, "ana".to_owned(), reason.to_owned())?;
    }
    Ok(())
}

/// Admits the jobs of the last days as of when they began, before there were budgets. Those that have ended are settled, those that run hold.
fn admit_past(office: &Office<'_>, since: i64) -> Result<(), DemoError> {
    let now = office.now.nanoseconds().div_euclid(1_000_000_000);
    let since = since.max(now - ADMITTED_DAYS * DAY);
    let mut jobs: Vec<ScheduledJob> = schedule::jobs(since, now);
    jobs.retain(|job| job.start >= since || job.end > now);
    jobs.sort_unstable_by_key(|job| job.start);
    let ended: Vec<&ScheduledJob> = jobs.iter().filter(|job| job.end <= now).collect();
    let newest = &ended[ended.len().saturating_sub(ADMITTED_MOST)..];
    for job in newest.iter().copied().chain(jobs.iter().filter(|job| job.end > now)) {
        let then = Office { now: agent::moment(job.start), ..*office };
        then.settle()?;
        then.admit(Some(job.id.as_str()), past_demand(job), Ask::Reserve)?;
    }
    office.settle()?;
    Ok(())
}

/// What `job` asked for. People ask for more time than they need, a little more for long jobs; one job in twenty asks for too little.
fn past_demand(job: &ScheduledJob) -> Demand {
    let node = job.seats.first().map_or(0, |seat| seat.node);
    let count: usize = job.seats.iter().map(|seat| (0..GPUS).filter(|gpu| seat.holds(*gpu)).count()).sum();
    let draw = |what| [97, job.start, job.id.as_str().bytes().map(i64::from).sum(), what];
    let most = if job.end - job.start > DAY { 112 } else { 165 };
    let percent = if between(0, 20, &draw(0)) == 0 { between(70, 90, &draw(1)) } else { between(100, most, &draw(1)) };
    let seconds = (job.end - job.start) * percent / 100;
    // A nanohour is 3.6 µs.
    let nanohours = seconds.unsigned_abs() * 1_000_000 * 10 / 36;
    Demand {
        project: job.project.into(),
        accelerator: NODES[node].model.name.to_owned(),
        count: count.try_into().unwrap_or(1),
        nanohours,
        site: Some(NODES[node].site.into()),
        user: Some(job.user.to_owned()),
        job_name: Some(job.name.clone()),
        job: Some(job.id.clone()),
        ..Demand::default()
    }
}

fn demand(project: &str, count: u64, hours: u64) -> Demand {
    Demand {
        project: project.into(),
        accelerator: "NVIDIA H100 80GB HBM3".to_owned(),
        count,
        nanohours: hours * NANOHOURS_PER_HOUR,
        site: Some("frankfurt".into()),
        user: Some("ana".to_owned()),
        ..Demand::default()
    }
}

impl BudgetPlan {
    fn policy(&self, limit: i64) -> PolicyDocument {
        let of = |unit| (self.unit == unit).then_some(limit);
        let name = self.project.map_or("the whole fleet".to_owned(), |project| project.to_owned());
        PolicyDocument {
            name,
            scope: if self.project.is_some() { ScopeKind::Project } else { ScopeKind::All },
            project: self.project.map(Into::into),
            label: None,
            user: None,
            site: None,
            unit: self.unit,
            limit_mj: of(Unit::Energy),
            limit_ug: of(Unit::Co2e),
            period: self.period,
            time_zone: "Europe/Berlin".to_owned(),
            from: None,
            to: None,
            roll_over: RollOver::None,
            thresholds: vec![50, 80, 95],
            mode: self.mode,
            outage: Outage::Open,
            stop_after_s: None,
            default_hours: Some(24.0),
        }
    }

    fn limit(&self, state: &BudgetState) -> i64 {
        let least = if self.unit == Unit::Energy { LEAST_MJ } else { LEAST_UG };
        let (spent, held) = state.standing.map_or((0, 0), |standing| (standing.spent.value(), standing.held.value()));
        let expected = state.projection.map_or(0, |projection| projection.p50.value());
        // A budget that is about to break has a little left of what is neither spent nor held, less than what will be spent; early in a month, when
        // nearly all of it will be, no more than keeps it above its last threshold.
        let used = spent + held;
        let (of, left) =
            if self.is_breaking { (used, ((expected - used) / 2).min(used / 100 * 3)) } else { (expected, 0) };
        let limit = i64::try_from(i128::from(of) * i128::from(self.percent) / 100).unwrap_or(least) + left;
        // It breaks on the first day of a month too.
        if self.is_breaking && spent > 0 { limit } else { limit.max(least) }
    }
}
