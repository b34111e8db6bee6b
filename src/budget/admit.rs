//! Admission: the estimate held against every budget that applies, in one transaction.

use super::fit;
use super::standing::up_to_date;
use super::sums::{Known, catch_up, known};
use super::{Assessment, BudgetError, Demand, Policy, Standing, json, of_json, words};
use crate::grid::Library;
use crate::moment;
use crate::store::{AdmissionRow, AdmissionState, DecisionRow, HoldRow, Store, Tx};
use api::{BudgetShare, Decision, EstimateDocument, Mode, Unit};
use std::sync::Arc;
use units::{Span, Timestamp};

/// How long a hold waits for its job to start, and how long it outlives the last that was metered of it.
pub(super) const PATIENCE: Span = Span::from_seconds(24 * 3_600);

const NANOHOUR: f64 = 1e9;

/// What every decision needs: the store, the factors, the service's clock, and who asks.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// The store.
    pub store: &'a Store,
    /// The factors.
    pub library: &'a Arc<Library>,
    /// Now, by the service's clock.
    pub now: Timestamp,
    /// Id of the token that asks.
    pub by: &'a str,
}

/// What a decision is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// To run: an allowed job holds its p95.
    Reserve,
    /// To know: nothing is held, but the key stands for this job from now on.
    Check,
    /// To know: nothing is written.
    DryRun,
}

/// What `demand` is expected to cost.
///
/// # Errors
///
/// A demand that cannot be estimated.
pub fn estimate(office: &Office<'_>, demand: &Demand) -> Result<EstimateDocument, BudgetError> {
    office.store.read(|tx| Ok(EstimateDocument::from(&demand.assess(tx, office.library, office.now)?)))
}

/// Decides whether `demand` may run, and holds its p95 where it may. The same key and demand get the same answer, whatever happened in
/// between; a denial that was overridden since is decided anew.
///
/// # Errors
///
/// An unknown project, a demand that cannot be estimated, a key that stands for another demand, the store.
pub fn admit(office: &Office<'_>, key: Option<&str>, demand: Demand, ask: Ask) -> Result<Decision, BudgetError> {
    let now = office.now;
    let assessed = office.store.read(|tx| {
        // What no project is charged for counts in the budgets of all, of a site, of a label and of a user.
        if !demand.project.is_empty() && !tx.projects().exists(&demand.project)? {
            return Err(BudgetError::UnknownProject { name: demand.project.clone() });
        }
        // The key comes first: a repetition is answered even when nothing can be estimated any more.
        if let Some(key) = key
            && let Some(answer) = answered(tx, key, &demand, ask, now)?
        {
            return Ok(Err(answer));
        }
        let stated = Demand { nanohours: wall_time(tx, &demand)?, ..demand.clone() };
        stated.assess(tx, office.library, now).map(Ok)
    })?;
    let assessed = match assessed {
        Ok(assessed) => assessed,
        Err(answer) => return Ok(answer),
    };
    let desk = Desk {
        library: Arc::clone(office.library),
        now,
        by: office.by.to_owned(),
        key: key.map(str::to_owned),
        demand,
        assessed,
        ask,
    };
    if ask == Ask::DryRun || (ask == Ask::Check && desk.key.is_none()) {
        up_to_date(office)?;
        return desk.look(office.store);
    }
    office.store.write(move |tx| desk.decide(tx))
}

/// Whether a budget that covers `demand` would deny what does not fit, or cannot be read: then what cannot be estimated may not run either. A project
/// that nobody knows may be any other one, misspelt.
///
/// # Errors
///
/// The store.
pub fn is_blocked_unknown(office: &Office<'_>, demand: &Demand) -> Result<bool, BudgetError> {
    let owner = demand.owner(demand.site.as_deref());
    let (budgets, is_known) = office.store.read::<_, BudgetError>(|tx| {
        Ok((known(tx)?, demand.project.is_empty() || tx.projects().exists(&demand.project)?))
    })?;
    let may_cover = |policy: &Policy| policy.covers(&owner) || (!is_known && policy.document.project.is_some());
    Ok(budgets.into_iter().any(|known| match known.policy {
        Ok(policy) => may_cover(&policy) && policy.document.mode == Mode::Block,
        Err(_) => true,
    }))
}

/// The wall time that a demand asks for or, where it asks for none, the longest that a budget of it gives such jobs; an hour where no budget applies.
fn wall_time(tx: &Tx<'_>, demand: &Demand) -> Result<u64, BudgetError> {
    if demand.nanohours > 0 {
        return Ok(demand.nanohours);
    }
    let owner = demand.owner(demand.site.as_deref());
    let budgets = known(tx)?.into_iter().filter_map(|known| known.policy.ok()).filter(|policy| policy.covers(&owner));
    let given: Vec<Option<f64>> = budgets.map(|policy| policy.document.default_hours).collect();
    if given.is_empty() {
        return Ok(NANOHOUR as u64);
    }
    let longest = given.into_iter().flatten().fold(0.0_f64, f64::max);
    if longest > 0.0 {
        return Ok((longest * NANOHOUR).round() as u64);
    }
    let problem = "the job states no wall time, and no budget of it has a default for such jobs: state its hours";
    Err(BudgetError::Demand { field: "hours", problem: problem.to_owned() })
}

/// What was answered under `key` before, if that answer still stands.
fn answered(
    tx: &Tx<'_>,
    key: &str,
    demand: &Demand,
    ask: Ask,
    now: Timestamp,
) -> Result<Option<Decision>, BudgetError> {
    let Some(row) = tx.admissions().by_key(key)? else { return Ok(None) };
    if row.demand != json(demand)? {
        let was: Demand = of_json(&row.demand)?;
        let hours = words::hours(was.nanohours);
        // What another project runs is not told.
        let was = match was.project == demand.project {
            true => format!("{} x {} for {hours} h in project {}", was.count, was.accelerator, was.project),
            false => "of another project".to_owned(),
        };
        return Err(BudgetError::KeyReused { key: key.to_owned(), was });
    }
    if row.state == AdmissionState::Checked || (row.state == AdmissionState::Denied && ask == Ask::DryRun) {
        return Ok(None);
    }
    if row.state == AdmissionState::Denied && is_overridden(tx, &row, now)? {
        return Ok(None);
    }
    let mut decision: Decision = of_json(&row.answer)?;
    decision.id = Some(row.admission.to_string());
    Ok(Some(decision))
}

/// Whether somebody lets this admission pass since it was denied.
fn is_overridden(tx: &Tx<'_>, row: &AdmissionRow, now: Timestamp) -> Result<bool, BudgetError> {
    // Number 0 is no budget: only what was granted to the admission itself.
    let granted = tx.overrides().covering(0, Some(row.admission))?;
    let mut granted: Vec<_> = granted.into_iter().filter(|granted| granted.admission == Some(row.admission)).collect();
    let decision: Decision = of_json(&row.answer)?;
    for share in decision.budgets {
        granted.extend(tx.overrides().covering(share.budget.parse().unwrap_or(0), Some(row.admission))?);
    }
    Ok(granted.iter().any(|granted| {
        granted.expires.is_some_and(|expires| expires > now) && granted.decided.is_some_and(|at| at >= row.decided)
    }))
}

/// One demand on its way to a decision.
struct Desk {
    library: Arc<Library>,
    now: Timestamp,
    by: String,
    key: Option<String>,
    demand: Demand,
    assessed: Assessment,
    ask: Ask,
}

/// A budget that applies, as it stands.
pub(super) struct Applying {
    pub(super) row: crate::store::BudgetRow,
    pub(super) policy: Policy,
    pub(super) standing: Standing,
}

impl Desk {
    /// Decides without writing.
    fn look(&self, store: &Store) -> Result<Decision, BudgetError> {
        store.read(|tx| {
            let earlier = self.key.as_ref().map(|key| tx.admissions().by_key(key)).transpose()?.flatten();
            let budgets = known(tx)?;
            Ok(self.weigh(tx, &budgets, earlier.as_ref())?.0)
        })
    }

    /// Decides and keeps the decision.
    fn decide(&self, tx: &Tx<'_>) -> Result<Decision, BudgetError> {
        let key = self.key.as_deref();
        let earlier = match key {
            // Another request of the same key may have come first.
            Some(key) => match answered(tx, key, &self.demand, self.ask, self.now)? {
                Some(answer) => return Ok(answer),
                None => tx.admissions().by_key(key)?,
            },
            None => None,
        };
        let budgets = known(tx)?;
        catch_up(tx, &budgets)?;
        super::settle::expire_due(tx, self.now)?;
        let (mut decision, applying) = self.weigh(tx, &budgets, earlier.as_ref())?;
        let is_held = decision.allowed && self.ask == Ask::Reserve;
        decision.held = is_held;
        let state = match (self.ask, decision.allowed) {
            (Ask::Reserve, true) => AdmissionState::Held,
            (Ask::Reserve, false) => AdmissionState::Denied,
            _ => AdmissionState::Checked,
        };
        let mut row = self.row(state, &decision, earlier.map_or(0, |row| row.admission))?;
        let number = tx.admissions().put(&row)?;
        decision.id = Some(number.to_string());
        if is_held {
            for Applying { row, policy, standing } in applying {
                let needed = self.needed(policy.unit());
                let from = standing.period.0;
                tx.holds().put(&HoldRow {
                    admission: number,
                    budget: row.budget,
                    from,
                    reserved: needed,
                    held: needed,
                    settled: 0,
                })?;
            }
            row.admission = number;
            super::settle::note_metered_before(tx, &mut row)?;
        }
        let action = if self.ask == Ask::Reserve { if decision.allowed { "admit" } else { "deny" } } else { "check" };
        tx.decisions().record(&DecisionRow {
            decision: 0,
            at: self.now,
            by: self.by.clone(),
            action: action.to_owned(),
            budget: None,
            admission: Some(number),
            document: json(&serde_json::json!({ "demand": self.demand, "answer": decision }))?,
        })?;
        Ok(decision)
    }

    fn row(&self, state: AdmissionState, decision: &Decision, number: i64) -> Result<AdmissionRow, BudgetError> {
        let start = self.demand.start.unwrap_or(self.now).max(self.now);
        // A nanohour is 3.6 µs.
        let span_ns = i64::try_from(u128::from(self.assessed.workload.nanohours) * 3_600).unwrap_or(i64::MAX);
        let end = start.nanoseconds().saturating_add(span_ns);
        let patience = i64::try_from(PATIENCE.nanoseconds()).unwrap_or(i64::MAX);
        Ok(AdmissionRow {
            admission: number,
            key: self.key.clone(),
            demand: json(&self.demand)?,
            project: self.demand.project.clone(),
            job: self.demand.job.clone().or_else(|| self.key.clone()),
            state,
            answer: json(decision)?,
            decided: self.now,
            start,
            span_ns,
            pue_ppm: self.assessed.workload.pue.parts_per_million(),
            p50_mj: self.assessed.energy.p50.millijoules(),
            p95_mj: self.assessed.energy.p95.millijoules(),
            p50_ug: self.assessed.p50_co2e.micrograms(),
            p95_ug: self.assessed.p95_co2e.micrograms(),
            expires: Timestamp::from_nanoseconds(end.saturating_add(patience)),
            resolved: None,
            actual_mj: None,
            actual_ug: None,
            overrun_mj: None,
            metered_mj: 0,
            metered_from: None,
            metered_to: None,
            told: String::new(),
        })
    }

    /// What the demand needs of a budget.
    const fn needed(&self, unit: Unit) -> i64 {
        match unit {
            Unit::Energy => self.assessed.energy.p95.millijoules(),
            Unit::Co2e => self.assessed.p95_co2e.micrograms(),
        }
    }

    /// Holds the demand against every budget that applies.
    fn weigh(
        &self,
        tx: &Tx<'_>,
        budgets: &[Known],
        earlier: Option<&AdmissionRow>,
    ) -> Result<(Decision, Vec<Applying>), BudgetError> {
        let owner = self.demand.owner(self.assessed.site.as_deref());
        let at = self.demand.start.unwrap_or(self.now).max(self.now);
        let (mut applying, mut shares, mut warnings, mut is_allowed) = (Vec::new(), Vec::new(), Vec::new(), true);
        for Known { row, policy } in budgets {
            let policy = match policy {
                Ok(policy) if policy.covers(&owner) => policy,
                Ok(_) => continue,
                Err(reason) => {
                    is_allowed = false;
                    shares.push(unreadable(row, reason));
                    continue;
                }
            };
            let Some(standing) = Standing::of(tx, &self.library, (row, policy), (at, self.now))? else { continue };
            let budget = Applying { row: row.clone(), policy: policy.clone(), standing };
            let mut share = self.share(&budget);
            if !share.fits {
                is_allowed &= self.passes(tx, &budget, earlier, (&mut share, &mut warnings))?;
            }
            shares.push(share);
            applying.push(budget);
        }
        // The key is unknown only where nothing is stored under it.
        let mut decision = Decision {
            allowed: is_allowed,
            id: None,
            key: self.key.clone(),
            reason: String::new(),
            options: Vec::new(),
            estimate: EstimateDocument::from(&self.assessed),
            budgets: shares,
            warnings,
            held: false,
        };
        if !is_allowed {
            decision.options = {
                let nanohours = self.assessed.workload.nanohours;
                let demand = Demand { nanohours, ..self.demand.clone() };
                fit::options(tx, &self.library, (&demand, &self.assessed), &applying, self.now)?
            };
        }
        decision.reason = self.reason(&decision);
        Ok((decision, applying))
    }

    fn share(&self, budget: &Applying) -> BudgetShare {
        let Applying { row, policy, standing } = budget;
        let needed = self.needed(policy.unit());
        let amount = |value| words::amount(policy.unit(), value);
        let until = policy.date_of(Timestamp::from_nanoseconds(standing.period.1.nanoseconds().saturating_sub(1)));
        let fits = needed <= standing.free;
        let words = format!(
            "needs {} (p95); {} has {} free until {until} ({} spent, {} held of {})",
            amount(needed),
            row.name,
            amount(standing.free.max(0)),
            amount(standing.spent),
            amount(standing.held),
            amount(standing.limit),
        );
        BudgetShare {
            budget: row.budget.to_string(),
            name: row.name.clone(),
            unit: Some(policy.unit()),
            mode: Some(policy.document.mode),
            needed,
            limit: standing.limit,
            spent: standing.spent,
            held: standing.held,
            free: standing.free,
            until: moment::show(standing.period.1),
            fits,
            words,
        }
    }

    /// Whether a demand that does not fit passes all the same: the budget only looks, or somebody overrides it.
    fn passes(
        &self,
        tx: &Tx<'_>,
        budget: &Applying,
        earlier: Option<&AdmissionRow>,
        (share, warnings): (&mut BudgetShare, &mut Vec<String>),
    ) -> Result<bool, BudgetError> {
        match budget.policy.document.mode {
            Mode::Observe => {
                warnings.push(format!("would have been denied, but the budget only observes: {}", share.words));
                return Ok(true);
            }
            Mode::Warn => {
                warnings.push(format!("above the budget, which only warns: {}", share.words));
                return Ok(true);
            }
            Mode::Block => {}
        }
        let granted = tx.overrides().covering(budget.row.budget, earlier.map(|row| row.admission))?;
        for granted in granted {
            let (name, reason) = (granted.name.unwrap_or_default(), granted.reason.unwrap_or_default());
            let Some(expires) = granted.expires else { continue };
            let until = moment::show(expires);
            if expires > self.now {
                warnings.push(format!("{} is overridden by {name} until {until}: {reason}", budget.row.name));
                return Ok(true);
            }
            share.words = format!("{}; the override by {name} expired at {until}", share.words);
        }
        Ok(false)
    }

    fn reason(&self, decision: &Decision) -> String {
        if !decision.allowed {
            let is_in_the_way = |share: &&BudgetShare| !share.fits && share.mode.is_none_or(|mode| mode == Mode::Block);
            let words: Vec<&str> =
                decision.budgets.iter().filter(is_in_the_way).map(|share| share.words.as_str()).collect();
            return words.join("; ");
        }
        match decision.budgets.iter().min_by_key(|share| share.free.saturating_sub(share.needed)) {
            Some(share) if share.fits => share.words.clone(),
            Some(_) => decision.warnings.first().cloned().unwrap_or_default(),
            None => "no budget applies".to_owned(),
        }
    }
}

/// A budget whose policy cannot be read denies.
fn unreadable(row: &crate::store::BudgetRow, reason: &str) -> BudgetShare {
    BudgetShare {
        budget: row.budget.to_string(),
        name: row.name.clone(),
        unit: None,
        mode: None,
        needed: 0,
        limit: 0,
        spent: 0,
        held: 0,
        free: 0,
        until: String::new(),
        fits: false,
        words: format!(
            "the policy of budget {} cannot be read ({reason}), so nothing is admitted: an administrator corrects or retires it",
            row.name
        ),
    }
}
