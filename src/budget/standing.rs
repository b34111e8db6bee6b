//! How a budget stands: spent, held, free, and where it will end.

use super::admit::Office;
use super::sums::{Known, catch_up, is_behind, known};
use super::{BudgetError, Policy, Span, words};
use crate::grid::Library;
use crate::ledger;
use crate::store::{BudgetRow, Tx};
use api::{RollOver, Unit};
use std::sync::Arc;
use units::Timestamp;

const DAY_NS: i128 = 86_400_000_000_000;

/// How a budget stands in one of its periods; amounts in its unit, mJ or µg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The period.
    pub period: Span,
    /// The limit with what the last period left.
    pub limit: i64,
    /// What the last period left; negative where it used more.
    pub carried: i64,
    /// Posted, open, and stated as used without being in the ledger.
    pub spent: i64,
    /// Held for admitted jobs.
    pub held: i64,
    /// What may still be held; negative after an overrun.
    pub free: i64,
}

/// Where a budget will be at the end of its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Projection {
    /// Expected.
    pub p50: i64,
    /// Exceeded once in twenty times.
    pub p95: i64,
}

/// A budget with its state.
#[derive(Debug, Clone)]
pub struct BudgetState {
    /// As stored.
    pub row: BudgetRow,
    /// Its policy, or why it cannot be read; then everything is denied.
    pub policy: Result<Policy, String>,
    /// How it stands; `None` outside of its dates, or without a policy.
    pub standing: Option<Standing>,
    /// Where it will end.
    pub projection: Option<Projection>,
    /// Spent by day: first moment and amount.
    pub days: Vec<(Timestamp, i64)>,
}

impl Standing {
    /// Of `policy` in the period around `at`; `None` where it has none.
    pub(super) fn of(
        tx: &Tx<'_>,
        library: &Library,
        (row, policy): (&BudgetRow, &Policy),
        (at, now): (Timestamp, Timestamp),
    ) -> Result<Option<Self>, BudgetError> {
        let Some(period) = policy.period(at) else { return Ok(None) };
        let is_current = (period.0..period.1).contains(&now);
        let (held, settled) = tx.holds().of_budget(row.budget, period.0, is_current)?;
        let spent = spent(tx, library, (row, policy), period)?.saturating_add(settled);
        let carried = carried(tx, library, (row, policy), period)?;
        let limit = policy.limit.saturating_add(carried);
        let free = limit.saturating_sub(spent).saturating_sub(held);
        Ok(Some(Self { period, limit, carried, spent, held, free }))
    }

    /// Percent of the limit that is spent or held, rounded down; 100 of a limit of 0.
    #[must_use]
    pub fn percent(&self) -> i64 {
        let used = i128::from(self.spent) + i128::from(self.held);
        (used * 100)
            .checked_div(i128::from(self.limit.max(0)))
            .map_or(100, |percent| i64::try_from(percent).unwrap_or(i64::MAX))
    }
}

/// What the ledger says of a period.
fn spent(
    tx: &Tx<'_>,
    library: &Library,
    (row, policy): (&BudgetRow, &Policy),
    period: Span,
) -> Result<i64, BudgetError> {
    let days = tx.budget_sums().spent_days(row.budget, period)?;
    let open = ledger::weigh(tx, library, &tx.budget_sums().open_of(row.budget, period)?)?;
    let of = |(mj, ug): (i64, i64)| if policy.unit() == Unit::Energy { mj } else { ug };
    Ok(days.iter().fold(of(open), |sum, (_, mj, ug)| sum.saturating_add(of((*mj, *ug)))))
}

/// What the period before left.
fn carried(
    tx: &Tx<'_>,
    library: &Library,
    (row, policy): (&BudgetRow, &Policy),
    period: Span,
) -> Result<i64, BudgetError> {
    if policy.document.roll_over == RollOver::None {
        return Ok(0);
    }
    let Some(before) = policy.period_before(period.0).filter(|before| before.1 > row.created) else { return Ok(0) };
    let (_, settled) = tx.holds().of_budget(row.budget, before.0, false)?;
    let left = policy.limit.saturating_sub(spent(tx, library, (row, policy), before)?.saturating_add(settled));
    Ok(if policy.document.roll_over == RollOver::Unused { left.max(0) } else { left })
}

impl Projection {
    /// What is spent goes on as the days before did, and at least what is held is spent. The spread of the days adds in quadrature.
    fn of(standing: &Standing, days: &[(Timestamp, i64)], begin: Timestamp, now: Timestamp) -> Self {
        let since = |from: Timestamp, to: Timestamp| i128::from(to.nanoseconds()) - i128::from(from.nanoseconds());
        let elapsed = since(begin.max(standing.period.0), now).max(1);
        let left = since(now, standing.period.1).max(0);
        let spent = i128::from(standing.spent);
        let rest = (spent * left / elapsed.max(DAY_NS / 24)).max(0);
        let count = (elapsed / DAY_NS).max(1) as f64;
        let mean = days.iter().map(|(_, amount)| *amount as f64).sum::<f64>() / count;
        let square = |(_, amount): &(Timestamp, i64)| (*amount as f64 - mean).powi(2);
        let quiet = (count - days.len() as f64).max(0.0) * mean.powi(2);
        let deviation = ((days.iter().map(square).sum::<f64>() + quiet) / count).sqrt();
        let days_left = left as f64 / DAY_NS as f64;
        let p50 = spent + rest.max(i128::from(standing.held));
        let p95 = p50 + (1.645 * deviation * days_left.sqrt()) as i128;
        let fit = |amount: i128| i64::try_from(amount).unwrap_or(i64::MAX);
        Self { p50: fit(p50), p95: fit(p95.max(spent + i128::from(standing.held))) }
    }
}

/// Every budget with its state, by number.
///
/// # Errors
///
/// The ledger or the store.
pub fn states(office: &Office<'_>) -> Result<Vec<BudgetState>, BudgetError> {
    up_to_date(office)?;
    let library = Arc::clone(office.library);
    let now = office.now;
    office.store.read(|tx| known(tx)?.into_iter().map(|known| state(tx, &library, known, now)).collect())
}

/// The budget with this number or name, with its state.
///
/// # Errors
///
/// There is none; the ledger or the store.
pub fn state_of(office: &Office<'_>, id: &str) -> Result<BudgetState, BudgetError> {
    up_to_date(office)?;
    office.store.read(|tx| {
        let row = tx.budgets().find(id)?.ok_or_else(|| BudgetError::UnknownBudget { id: id.to_owned() })?;
        let policy = Policy::stored(&row.policy).map_err(|error| error.to_string());
        state(tx, office.library, Known { row, policy }, office.now)
    })
}

/// Brings the sums up to the ledger, where something is new.
pub(super) fn up_to_date(office: &Office<'_>) -> Result<(), BudgetError> {
    let now = office.now;
    let is_behind =
        office.store.read(|tx| Ok::<_, BudgetError>(is_behind(tx)? || !tx.admissions().expiring(now)?.is_empty()))?;
    if is_behind {
        office.store.write(move |tx| {
            let budgets = known(tx)?;
            catch_up(tx, &budgets)?;
            super::settle::expire_due(tx, now)
        })?;
    }
    Ok(())
}

fn state(tx: &Tx<'_>, library: &Library, known: Known, now: Timestamp) -> Result<BudgetState, BudgetError> {
    let Known { row, policy } = known;
    let mut state = BudgetState { row, policy, standing: None, projection: None, days: Vec::new() };
    let Ok(policy) = &state.policy else { return Ok(state) };
    state.standing = Standing::of(tx, library, (&state.row, policy), (now, now))?;
    if let Some(standing) = &state.standing {
        let unit = policy.unit();
        let days = tx.budget_sums().spent_days(state.row.budget, standing.period)?;
        state.days = days.into_iter().map(|(day, mj, ug)| (day, if unit == Unit::Energy { mj } else { ug })).collect();
        let begin = state.days.first().map_or(state.row.created.min(now), |(day, _)| *day);
        state.projection = Some(Projection::of(standing, &state.days, begin, now));
    }
    Ok(state)
}

impl BudgetState {
    /// What needs someone, if anything: whether it is bad, and words.
    #[must_use]
    pub fn warning(&self) -> Option<(bool, String)> {
        let name = &self.row.name;
        let policy = match &self.policy {
            Ok(policy) => policy,
            Err(reason) => {
                return Some((
                    true,
                    format!(
                        "the policy of budget {name} cannot be read ({reason}), so every job is denied: correct it"
                    ),
                ));
            }
        };
        let (standing, projection) = (self.standing.as_ref()?, self.projection.as_ref()?);
        let amount = |value| words::amount(policy.unit(), value);
        let percent = standing.percent();
        let until = policy.date_of(standing.period.1);
        if standing.free < 0 || standing.spent > standing.limit {
            let over = amount(standing.spent.saturating_add(standing.held).saturating_sub(standing.limit));
            return Some((true, format!("budget {name} is over its limit by {over}, spent and held, until {until}")));
        }
        let passed =
            policy.document.thresholds.iter().copied().filter(|threshold| percent >= i64::from(*threshold)).max();
        if let Some(threshold) = passed {
            let free = amount(standing.free);
            return Some((
                threshold >= 95,
                format!(
                    "budget {name} is spent and held to {percent} %, past {threshold} %: {free} is free until {until}"
                ),
            ));
        }
        (projection.p95 > standing.limit && percent >= 10).then(|| {
            let (p50, p95) = (amount(projection.p50), amount(projection.p95));
            (
                false,
                format!(
                    "budget {name} may end above its limit: {p50} expected, {p95} at p95, of {}",
                    amount(standing.limit)
                ),
            )
        })
    }
}
