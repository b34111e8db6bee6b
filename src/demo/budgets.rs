//! The budgets of the demonstration: five, one of them about to break, a job that was admitted, one that was refused, and one request.
//!
//! Their limits follow from what the fleet used, so that they stand the same way on every day of a month.

use super::DemoError;
use crate::budget::{
    self, Ask, BudgetState, Demand, Mode, Office, PeriodKind, PolicyDocument, RollOver, ScopeKind, Unit,
};
use crate::store::StoreError;

/// A budget, and what its limit is of what the period will use.
struct Plan {
    project: Option<&'static str>,
    unit: Unit,
    period: PeriodKind,
    mode: Mode,
    /// Percent of what is expected at the end of the period; of what is spent now where `is_breaking`.
    percent: i64,
    is_breaking: bool,
}

const fn plan(project: &'static str, unit: Unit, period: PeriodKind, mode: Mode, percent: i64) -> Plan {
    Plan { project: Some(project), unit, period, mode, percent, is_breaking: false }
}

const PLANS: [Plan; 5] = [
    Plan { is_breaking: true, ..plan("atlas-llm", Unit::Co2e, PeriodKind::Month, Mode::Block, 104) },
    plan("vision-lab", Unit::Energy, PeriodKind::Month, Mode::Block, 140),
    plan("weather-fm", Unit::Co2e, PeriodKind::Quarter, Mode::Warn, 160),
    plan("sweeps", Unit::Energy, PeriodKind::Week, Mode::Observe, 120),
    Plan { project: None, ..plan("", Unit::Co2e, PeriodKind::Year, Mode::Block, 130) },
];

/// A limit of a project that did nothing yet: 1 MWh or 0.3 t.
const LEAST_MJ: i64 = 3_600_000_000_000;
const LEAST_UG: i64 = 300_000_000_000;
const HOUR: u64 = 1_000_000_000;

/// Makes them, unless the demonstration has budgets already.
pub(super) fn found(office: &Office<'_>) -> Result<(), DemoError> {
    if !office.store.read::<_, StoreError>(|tx| Ok(tx.budgets()?.is_empty()))? {
        return Ok(());
    }
    for plan in &PLANS {
        // First without a bound, to learn what is spent.
        let number = budget::create(office, plan.policy(i64::MAX / 4))?.to_string();
        let state = budget::state_of(office, &number)?;
        budget::revise(office, &number, plan.policy(plan.limit(&state)), "planned from what the fleet uses")?;
    }
    let admitted = demand("vision-lab", 4, 2);
    budget::admit(office, Some("demo-caption-adapter"), admitted, Ask::Reserve)?;
    let refused = budget::admit(office, Some("demo-atlas-70b"), demand("atlas-llm", 64, 72), Ask::Reserve)?;
    if let Some(id) = refused.id.filter(|_| !refused.allowed) {
        let reason = "the checkpoint for the evaluation in December; we gave back the sweeps of last week";
        budget::request(office, &id, "ana".to_owned(), reason.to_owned())?;
    }
    Ok(())
}

fn demand(project: &str, count: u64, hours: u64) -> Demand {
    Demand {
        project: project.to_owned(),
        accelerator: "NVIDIA H100 80GB HBM3".to_owned(),
        count,
        nanohours: hours * HOUR,
        site: Some("frankfurt".to_owned()),
        user: Some("ana".to_owned()),
        ..Demand::default()
    }
}

impl Plan {
    fn policy(&self, limit: i64) -> PolicyDocument {
        let of = |unit| (self.unit == unit).then_some(limit);
        let name = self.project.map_or("the whole fleet".to_owned(), |project| project.to_owned());
        PolicyDocument {
            name,
            scope: if self.project.is_some() { ScopeKind::Project } else { ScopeKind::All },
            project: self.project.map(str::to_owned),
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
            outage: budget::Outage::Open,
            stop_after_s: None,
            default_hours: Some(24.0),
        }
    }

    fn limit(&self, state: &BudgetState) -> i64 {
        let least = if self.unit == Unit::Energy { LEAST_MJ } else { LEAST_UG };
        let spent = state.standing.map_or(0, |standing| standing.spent);
        let expected = state.projection.map_or(0, |projection| projection.p50);
        let of = if self.is_breaking { spent } else { expected };
        let limit = i64::try_from(i128::from(of) * i128::from(self.percent) / 100).unwrap_or(least);
        // A budget that is about to break does so on the first day of a month too.
        if self.is_breaking && spent > 0 { limit } else { limit.max(least) }
    }
}
