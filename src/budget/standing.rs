//! How a budget stands: what is spent, held and free, and where it will end.

use super::known::{KnownBudget, known};
use super::{BudgetAmount, BudgetError, Office, Policy};
use crate::grid::Library;
use crate::ledger;
use crate::store::{BudgetRow, HeldSum, Tx};
use api::{RollOver, Unit};
use std::sync::Arc;
use units::{Interval, Timestamp};

const DAY_NS: i128 = 86_400_000_000_000;

/// How a budget stands in one of its periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// The period.
    pub period: Interval,
    /// The limit with what was carried over from the last period.
    pub limit: BudgetAmount,
    /// What was carried over from the last period; negative after an overrun.
    pub carried: BudgetAmount,
    /// Posted, not yet posted, and stated as used without being in the ledger.
    pub spent: BudgetAmount,
    /// Held for admitted jobs.
    pub held: BudgetAmount,
    /// What may still be held; negative after an overrun.
    pub free: BudgetAmount,
}

/// Where a budget is expected to be at the end of its period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// Expected amount.
    pub p50: BudgetAmount,
    /// The amount that one period in twenty exceeds.
    pub p95: BudgetAmount,
}

/// What a budget spent on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DaySpent {
    /// First moment of the day, by the clocks of the budget.
    pub day: Timestamp,
    /// What was posted of it.
    pub spent: BudgetAmount,
}

/// A budget with its state.
#[derive(Debug, Clone)]
pub struct BudgetState {
    /// As it is stored.
    pub row: BudgetRow,
    /// Its policy, or why that cannot be read; then everything is denied.
    pub policy: Result<Policy, String>,
    /// How it stands; `None` outside its dates, or without a policy.
    pub standing: Option<Standing>,
    /// Where it is expected to end; `None` where it has no standing.
    pub projection: Option<Projection>,
    /// What was spent in the period, day by day.
    pub days: Vec<DaySpent>,
}

/// A budget that applies to a demand, as it stands when the demand is to start.
pub(super) struct Applying {
    pub(super) row: BudgetRow,
    pub(super) policy: Policy,
    pub(super) standing: Standing,
}

/// What standings are reckoned with.
#[derive(Clone, Copy)]
pub(super) struct Reckoning<'a> {
    pub(super) tx: &'a Tx<'a>,
    pub(super) library: &'a Library,
    pub(super) now: Timestamp,
}

impl Reckoning<'_> {
    /// How a budget stands in the period around `at`; `None` where it has none.
    pub(super) fn standing(
        &self,
        row: &BudgetRow,
        policy: &Policy,
        at: Timestamp,
    ) -> Result<Option<Standing>, BudgetError> {
        let Some(period) = policy.period(at) else { return Ok(None) };
        let unit = policy.unit();
        let held = self.tx.holds().of_budget(row.budget, period.start(), period.contains(self.now))?;
        let [held, settled] = [held.held, held.settled].map(|value| BudgetAmount::new(unit, value));
        let spent = self.spent(row, policy, period)?.plus(settled);
        let carried = self.carried(row, policy, period)?;
        let limit = policy.limit.plus(carried);
        let free = limit.minus(spent).minus(held);
        Ok(Some(Standing { period, limit, carried, spent, held, free }))
    }

    /// What the ledger says of a period.
    fn spent(&self, row: &BudgetRow, policy: &Policy, period: Interval) -> Result<BudgetAmount, BudgetError> {
        let sums = self.tx.budget_sums();
        let (energy, co2e) = ledger::weigh(self.tx, self.library, &sums.open_of(row.budget, period)?)?;
        let open = if policy.unit() == Unit::Energy { energy.millijoules() } else { co2e.micrograms() };
        let days = days(self.tx, row, policy, period)?;
        Ok(days.into_iter().fold(BudgetAmount::new(policy.unit(), open), |sum, day| sum.plus(day.spent)))
    }

    /// What the period before left.
    fn carried(&self, row: &BudgetRow, policy: &Policy, period: Interval) -> Result<BudgetAmount, BudgetError> {
        let nothing = BudgetAmount::new(policy.unit(), 0);
        let roll_over = policy.document.roll_over;
        let before = policy.period_before(period.start()).filter(|before| before.end() > row.created);
        let Some(before) = before.filter(|_| roll_over != RollOver::None) else { return Ok(nothing) };
        let HeldSum { settled, .. } = self.tx.holds().of_budget(row.budget, before.start(), false)?;
        let spent = self.spent(row, policy, before)?.plus(BudgetAmount::new(policy.unit(), settled));
        let left = policy.limit.minus(spent);
        Ok(if roll_over == RollOver::Unused { left.at_least_zero() } else { left })
    }

    fn state(&self, known: KnownBudget) -> Result<BudgetState, BudgetError> {
        let KnownBudget { row, policy } = known;
        let mut state = BudgetState { row, policy, standing: None, projection: None, days: Vec::new() };
        let Ok(policy) = &state.policy else { return Ok(state) };
        state.standing = self.standing(&state.row, policy, self.now)?;
        if let Some(standing) = &state.standing {
            state.days = days(self.tx, &state.row, policy, standing.period)?;
            let begin = state.days.first().map_or(state.row.created.min(self.now), |day| day.day);
            state.projection = Some(Projection::of(standing, &state.days, begin, self.now));
        }
        Ok(state)
    }
}

fn days(tx: &Tx<'_>, row: &BudgetRow, policy: &Policy, period: Interval) -> Result<Vec<DaySpent>, BudgetError> {
    let days = tx.budget_sums().spent_days(row.budget, period)?;
    let spent = |(day, energy, co2e)| {
        let spent = if policy.unit() == Unit::Energy { BudgetAmount::Energy(energy) } else { BudgetAmount::Co2e(co2e) };
        DaySpent { day, spent }
    };
    Ok(days.into_iter().map(spent).collect())
}

impl Standing {
    /// The same after `amount` of what is held was given back, in the unit that the budget counts.
    pub(super) fn given_back(self, amount: i64) -> Self {
        let amount = BudgetAmount::new(self.free.unit(), amount);
        Self { held: self.held.minus(amount), free: self.free.plus(amount), ..self }
    }

    /// Share of the limit that is spent or held, in percent, rounded down; 100 of a limit of 0.
    #[must_use]
    pub fn percent(&self) -> i64 {
        let used = i128::from(self.spent.value()) + i128::from(self.held.value());
        (used * 100)
            .checked_div(i128::from(self.limit.value().max(0)))
            .map_or(100, |percent| i64::try_from(percent).unwrap_or(i64::MAX))
    }
}

impl Projection {
    /// Spending goes on as on the days before, and at least what is held is spent. The spread of the days adds in quadrature.
    fn of(standing: &Standing, days: &[DaySpent], begin: Timestamp, now: Timestamp) -> Self {
        let since = |from: Timestamp, to: Timestamp| i128::from(to.nanoseconds()) - i128::from(from.nanoseconds());
        let elapsed = since(begin.max(standing.period.start()), now).max(1);
        let left = since(now, standing.period.end()).max(0);
        let (spent, held) = (i128::from(standing.spent.value()), i128::from(standing.held.value()));
        let rest = (spent * left / elapsed.max(DAY_NS / 24)).max(0);
        let count = (elapsed / DAY_NS).max(1) as f64;
        let mean = days.iter().map(|day| day.spent.value() as f64).sum::<f64>() / count;
        let square = |day: &DaySpent| (day.spent.value() as f64 - mean).powi(2);
        let quiet = (count - days.len() as f64).max(0.0) * mean.powi(2);
        let deviation = ((days.iter().map(square).sum::<f64>() + quiet) / count).sqrt();
        let days_left = left as f64 / DAY_NS as f64;
        let p50 = spent + rest.max(held);
        let p95 = p50 + (1.645 * deviation * days_left.sqrt()) as i128;
        let fit = |value: i128| BudgetAmount::new(standing.spent.unit(), i64::try_from(value).unwrap_or(i64::MAX));
        Self { p50: fit(p50), p95: fit(p95.max(spent + held)) }
    }
}

impl Office<'_> {
    /// Every budget that is not retired with its state, by number.
    ///
    /// # Errors
    ///
    /// The ledger or the store.
    pub fn states(&self) -> Result<Vec<BudgetState>, BudgetError> {
        let library = Arc::clone(self.library);
        self.read(|tx| {
            let reckoning = Reckoning { tx, library: &library, now: self.now };
            known(tx)?.into_iter().map(|known| reckoning.state(known)).collect()
        })
    }

    /// The budget with this number or name, retired or not, with its state.
    ///
    /// # Errors
    ///
    /// There is no such budget; the ledger or the store.
    pub fn state_of(&self, id: &str) -> Result<BudgetState, BudgetError> {
        self.read(|tx| {
            let row = tx.budgets().find(id)?.ok_or_else(|| BudgetError::UnknownBudget { id: id.to_owned() })?;
            Reckoning { tx, library: self.library, now: self.now }.state(row.into())
        })
    }
}

/// What needs someone about a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetWarning {
    /// Whether it is urgent.
    pub is_bad: bool,
    /// What is the matter, and until when.
    pub words: String,
}

impl BudgetState {
    /// What needs someone, if anything does.
    #[must_use]
    pub fn warning(&self) -> Option<BudgetWarning> {
        let name = &self.row.name;
        let bad = |is_bad, words| Some(BudgetWarning { is_bad, words });
        let policy = match &self.policy {
            Ok(policy) => policy,
            Err(reason) => {
                return bad(
                    true,
                    format!(
                        "the policy of budget {name} cannot be read ({reason}), so every job is denied: correct it"
                    ),
                );
            }
        };
        let (standing, projection) = (self.standing.as_ref()?, self.projection.as_ref()?);
        let until = policy.date_of(standing.period.end());
        let percent = standing.percent();
        if standing.free.value() < 0 || standing.spent > standing.limit {
            let over = standing.spent.plus(standing.held).minus(standing.limit);
            return bad(true, format!("budget {name} is over its limit by {over}, spent or held, until {until}"));
        }
        let thresholds = policy.document.thresholds.iter().copied();
        if let Some(threshold) = thresholds.filter(|threshold| percent >= i64::from(*threshold)).max() {
            let free = standing.free;
            return bad(
                threshold >= 95,
                format!("budget {name}: {percent} % spent or held (alert at {threshold} %), {free} free until {until}"),
            );
        }
        if projection.p95 > standing.limit && percent >= 10 {
            let (p50, p95, limit) = (projection.p50, projection.p95, standing.limit);
            return bad(
                false,
                format!("budget {name} may end above its limit: {p50} expected, {p95} at p95, of {limit}"),
            );
        }
        None
    }
}
