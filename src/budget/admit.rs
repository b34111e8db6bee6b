//! Admission: the p95 of an estimate held against every budget that applies, in one transaction.

use super::holds::{PATIENCE, hold, left_of, note_metered_before};
use super::known::{KnownBudget, known};
use super::office::{Books, Decided};
use super::standing::{Applying, Reckoning};
use super::{Assessment, BudgetAmount, BudgetError, Demand, Office, Policy, amount, fit, stored};
use crate::grid::Library;
use crate::moment;
use crate::store::{AdmissionRow, BudgetRow, Store, Tx};
use api::{BudgetShare, Decision, EstimateDocument, Mode, Unit};
use model::{AdmissionId, AdmissionState, BudgetId, HoldNotice, JobId, ProjectName};
use std::collections::BTreeMap;
use std::sync::Arc;
use units::{Energy, Span, Timestamp};

const NANOHOUR: f64 = 1e9;

/// What a decision is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// To run: an allowed job holds its p95.
    Reserve,
    /// To know: nothing is held, but the key belongs to this job from now on.
    Check,
    /// To know: nothing is written.
    DryRun,
}

impl Office<'_> {
    /// What `demand` is expected to cost.
    ///
    /// # Errors
    ///
    /// A demand that cannot be estimated.
    pub fn estimate(&self, demand: &Demand) -> Result<EstimateDocument, BudgetError> {
        self.store.read(|tx| Ok(EstimateDocument::from(&demand.assess(tx, self.library, self.now)?)))
    }

    /// Decides whether `demand` may run, and holds its p95 where it may. The same key and demand get the same answer, whatever happened in between;
    /// a denial that was overridden since is decided anew.
    ///
    /// # Errors
    ///
    /// An unknown project, a demand that cannot be estimated, a key that belongs to another demand, the store.
    pub fn admit(&self, key: Option<&str>, demand: Demand, ask: Ask) -> Result<Decision, BudgetError> {
        let assessed = self.store.read(|tx| {
            // What no project is charged for counts in the budgets of all, of a site, of a label and of a user.
            if !demand.project.is_empty() && !tx.projects().exists(&demand.project)? {
                return Err(BudgetError::UnknownProject { name: demand.project.clone() });
            }
            // The key comes first: a repetition is answered even when nothing can be estimated any more.
            if let Some(key) = key
                && let Some(answer) = answered(tx, key, &demand, ask, self.now)?
            {
                return Ok(Err(answer));
            }
            let stated = Demand { nanohours: wall_time(tx, &demand)?, ..demand.clone() };
            stated.assess(tx, self.library, self.now).map(Ok)
        })?;
        let assessed = match assessed {
            Ok(assessed) => assessed,
            Err(answer) => return Ok(answer),
        };
        let library = Arc::clone(self.library);
        let key = key.map(str::to_owned);
        let application =
            Application { library, now: self.now, key, demand, assessed, ask, before: None, credit: BTreeMap::new() };
        if ask == Ask::DryRun || (ask == Ask::Check && application.key.is_none()) {
            return self.read(|tx| application.look(tx));
        }
        self.write(move |books| application.decide(books))
    }

    /// Whether a budget that could count `demand` would deny what does not fit, or cannot be read: then what cannot be estimated may not run either. A
    /// project that nobody knows may be any other one, misspelt, and a job whose site is not stated may run at any.
    ///
    /// # Errors
    ///
    /// The store.
    pub fn is_blocked_unknown(&self, demand: &Demand) -> Result<bool, BudgetError> {
        let owner = demand.owner(demand.site.as_ref());
        let (budgets, is_known) = self.store.read::<_, BudgetError>(|tx| {
            Ok((known(tx)?, demand.project.is_empty() || tx.projects().exists(&demand.project)?))
        })?;
        let may_cover = |policy: &Policy| {
            let (project, site) = (&policy.document.project, &policy.document.site);
            policy.covers(&owner) || (!is_known && project.is_some()) || (demand.site.is_none() && site.is_some())
        };
        Ok(budgets.into_iter().any(|known| match known.policy {
            Ok(policy) => may_cover(&policy) && policy.document.mode == Mode::Block,
            Err(_) => true,
        }))
    }
}

/// Whether a budget that blocks, or one whose policy cannot be read, may count a job of which nothing is known but that it is of `project`, or of any
/// where that is `None`.
///
/// # Errors
///
/// The store.
pub fn may_block(store: &Store, project: Option<&ProjectName>) -> Result<bool, BudgetError> {
    let is_of = |policy: &Policy| policy.document.project.as_ref().zip(project).is_none_or(|(own, asked)| own == asked);
    let budgets = store.read(known)?;
    Ok(budgets.into_iter().any(|known| match known.policy {
        Ok(policy) => is_of(&policy) && policy.document.mode == Mode::Block,
        Err(_) => true,
    }))
}

/// The wall time that a demand asks for or, where it asks for none, the longest that a budget of it gives such jobs; an hour where no budget applies.
pub(super) fn wall_time(tx: &Tx<'_>, demand: &Demand) -> Result<u64, BudgetError> {
    if demand.nanohours > 0 {
        return Ok(demand.nanohours);
    }
    let owner = demand.owner(demand.site.as_ref());
    let budgets = known(tx)?.into_iter().filter_map(|known| known.policy.ok()).filter(|policy| policy.covers(&owner));
    let given: Vec<Option<f64>> = budgets.map(|policy| policy.document.default_hours).collect();
    if given.is_empty() {
        return Ok(NANOHOUR as u64);
    }
    let longest = given.into_iter().flatten().fold(0.0_f64, f64::max);
    if longest > 0.0 {
        return Ok((longest * NANOHOUR).round() as u64);
    }
    let problem = "the job states no wall time, and its budgets have no default for such jobs: state its hours";
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
    let before = stored::of_demand(&row.demand)?;
    if before != *demand {
        // What another project runs is not disclosed.
        let was = if before.project == demand.project {
            let hours = amount::hours(before.nanohours);
            format!("{} x {} for {hours} h in project {}", before.count, before.accelerator, before.project)
        } else {
            "of another project".to_owned()
        };
        return Err(BudgetError::KeyReused { key: key.to_owned(), was });
    }
    if row.state == AdmissionState::Checked || (row.state == AdmissionState::Denied && ask == Ask::DryRun) {
        return Ok(None);
    }
    let mut decision = stored::of_answer(&row.answer)?;
    if row.state == AdmissionState::Denied && is_overridden(tx, &row, &decision, now)? {
        return Ok(None);
    }
    decision.id = Some(row.admission);
    Ok(Some(decision))
}

/// Whether an override that was granted since the denial lets this admission pass.
fn is_overridden(tx: &Tx<'_>, row: &AdmissionRow, decision: &Decision, now: Timestamp) -> Result<bool, BudgetError> {
    let mut granted = tx.overrides().of_admission(row.admission)?;
    for share in &decision.budgets {
        granted.extend(tx.overrides().covering(share.budget, Some(row.admission))?);
    }
    Ok(granted.iter().any(|granted| {
        granted.expires.is_some_and(|expires| expires > now) && granted.decided.is_some_and(|at| at >= row.decided)
    }))
}

/// One demand on its way to a decision.
pub(super) struct Application {
    pub(super) library: Arc<Library>,
    pub(super) now: Timestamp,
    pub(super) key: Option<String>,
    pub(super) demand: Demand,
    pub(super) assessed: Assessment,
    pub(super) ask: Ask,
    /// The admission whose hold this changes.
    pub(super) before: Option<AdmissionRow>,
    /// What is given back of each budget by the same decision, in the unit that it counts.
    pub(super) credit: BTreeMap<BudgetId, i64>,
}

/// A decision, with the budgets that it was held against.
pub(super) struct Judgement {
    pub(super) decision: Decision,
    pub(super) applying: Vec<Applying>,
}

impl Application {
    /// Decides without writing.
    fn look(&self, tx: &Tx<'_>) -> Result<Decision, BudgetError> {
        let earlier = self.key.as_ref().map(|key| tx.admissions().by_key(key)).transpose()?.flatten();
        Ok(self.weigh(tx, &known(tx)?, earlier.as_ref())?.decision)
    }

    /// Decides and keeps the decision.
    fn decide(&self, books: &Books<'_>) -> Result<Decision, BudgetError> {
        let tx = books.tx;
        let earlier = match self.key.as_deref() {
            // Another request of the same key may have come first.
            Some(key) => match answered(tx, key, &self.demand, self.ask, self.now)? {
                Some(answer) => return Ok(answer),
                None => tx.admissions().by_key(key)?,
            },
            None => None,
        };
        let Judgement { mut decision, applying } = self.weigh(tx, &books.budgets, earlier.as_ref())?;
        decision.held = decision.allowed && self.ask == Ask::Reserve;
        let (state, action) = match (self.ask, decision.allowed) {
            (Ask::Reserve, true) => (AdmissionState::Held, "admit"),
            (Ask::Reserve, false) => (AdmissionState::Denied, "deny"),
            (Ask::Check | Ask::DryRun, _) => (AdmissionState::Checked, "check"),
        };
        let mut row = self.row(state, &decision, earlier.map(|row| row.admission))?;
        row.admission = tx.admissions().put(&row)?;
        decision.id = Some(row.admission);
        if decision.held {
            for Applying { row: budget, policy, standing } in applying {
                let needed = self.needed(policy.unit())?.at_least_zero();
                hold(tx, row.admission, budget.budget, standing.period.start(), needed)?;
            }
            note_metered_before(tx, &mut row)?;
        }
        let about = Decided { action, admission: Some(row.admission), ..Decided::default() };
        books.record(about, stored::decided(&self.demand, &decision)?)?;
        Ok(decision)
    }

    pub(super) fn row(
        &self,
        state: AdmissionState,
        decision: &Decision,
        earlier: Option<AdmissionId>,
    ) -> Result<AdmissionRow, BudgetError> {
        let start = self.demand.start.unwrap_or(self.now).max(self.now);
        let span = self.span();
        let end = start.after(span.plus(PATIENCE));
        let by_key = || self.key.as_ref().map(JobId::new);
        Ok(AdmissionRow {
            admission: earlier.unwrap_or(AdmissionId::new(0)),
            key: self.key.clone(),
            demand: stored::demand(&self.demand)?,
            project: self.demand.project.clone(),
            job: self.demand.job.clone().or_else(by_key),
            state,
            answer: stored::answer(decision)?,
            decided: self.now,
            start,
            span,
            pue: self.assessed.workload.pue,
            p50_energy: self.assessed.p50.energy,
            p95_energy: self.assessed.p95.energy,
            p50_co2e: self.assessed.p50.co2e,
            p95_co2e: self.assessed.p95.co2e,
            expires: end.unwrap_or(Timestamp::from_nanoseconds(i64::MAX)),
            resolved: None,
            actual_energy: None,
            actual_co2e: None,
            overrun: None,
            metered: Energy::ZERO,
            metered_time: None,
            notice: HoldNotice::Nothing,
        })
    }

    /// What the demand needs of a budget: its p95 or, of a job that runs already, what that leaves after what was metered.
    pub(super) fn needed(&self, unit: Unit) -> Result<BudgetAmount, BudgetError> {
        let whole = self.assessed.p95.in_unit(unit);
        let Some(before) = &self.before else { return Ok(whole) };
        let resized = AdmissionRow { span: self.span(), p95_energy: self.assessed.p95.energy, ..before.clone() };
        Ok(BudgetAmount::new(unit, left_of(&resized, whole.value(), None)?))
    }

    /// The wall time; a nanohour is 3.6 µs.
    fn span(&self) -> Span {
        let span_ns = u64::try_from(u128::from(self.assessed.workload.nanohours) * 3_600).unwrap_or(u64::MAX);
        Span::from_nanoseconds(span_ns.min(i64::MAX.unsigned_abs()))
    }

    /// Holds the demand against every budget that applies.
    pub(super) fn weigh(
        &self,
        tx: &Tx<'_>,
        budgets: &[KnownBudget],
        earlier: Option<&AdmissionRow>,
    ) -> Result<Judgement, BudgetError> {
        let owner = self.demand.owner(self.assessed.site.as_ref());
        let at = self.demand.start.unwrap_or(self.now).max(self.now);
        let reckoning = Reckoning { tx, library: &self.library, now: self.now };
        let (mut applying, mut shares, mut warnings, mut allowed) = (Vec::new(), Vec::new(), Vec::new(), true);
        for KnownBudget { row, policy } in budgets {
            let policy = match policy {
                Ok(policy) if policy.covers(&owner) => policy,
                Ok(_) => continue,
                Err(reason) => {
                    allowed = false;
                    shares.push(unreadable(row, reason));
                    continue;
                }
            };
            let Some(standing) = reckoning.standing(row, policy, at)? else { continue };
            let standing = standing.given_back(self.credit.get(&row.budget).copied().unwrap_or(0));
            let budget = Applying { row: row.clone(), policy: policy.clone(), standing };
            let mut share = self.share(&budget)?;
            if !share.fits {
                match self.passage(tx, &budget, earlier, &mut share)? {
                    Some(warning) => warnings.push(warning),
                    None => allowed = false,
                }
            }
            shares.push(share);
            applying.push(budget);
        }
        let mut decision = Decision {
            allowed,
            id: None,
            key: self.key.clone(),
            reason: String::new(),
            options: if allowed { Vec::new() } else { self.options(&reckoning, &applying)? },
            estimate: EstimateDocument::from(&self.assessed),
            budgets: shares,
            warnings,
            held: false,
        };
        decision.reason = reason(&decision);
        Ok(Judgement { decision, applying })
    }

    fn options(&self, reckoning: &Reckoning<'_>, applying: &[Applying]) -> Result<Vec<api::FitOption>, BudgetError> {
        let nanohours = self.assessed.workload.nanohours;
        let demand = Demand { nanohours, ..self.demand.clone() };
        fit::options(reckoning, &demand, &self.assessed, applying)
    }

    fn share(&self, Applying { row, policy, standing }: &Applying) -> Result<BudgetShare, BudgetError> {
        let needed = self.needed(policy.unit())?;
        let last = Timestamp::from_nanoseconds(standing.period.end().nanoseconds().saturating_sub(1));
        let words = format!(
            "needs {needed} (p95); {} has {} free until {} ({} spent, {} held of {})",
            row.name,
            standing.free.at_least_zero(),
            policy.date_of(last),
            standing.spent,
            standing.held,
            standing.limit,
        );
        Ok(BudgetShare {
            budget: row.budget,
            name: row.name.clone(),
            unit: Some(policy.unit()),
            mode: Some(policy.document.mode),
            needed: needed.value(),
            limit: standing.limit.value(),
            spent: standing.spent.value(),
            held: standing.held.value(),
            free: standing.free.value(),
            until: moment::show(standing.period.end()),
            // What adds nothing has room in a budget that is overdrawn too.
            fits: needed <= standing.free || (self.demand.stated.is_some() && needed.value() <= 0),
            words,
        })
    }

    /// Why a demand that does not fit passes all the same, because the budget only looks or somebody overrides it; `None` where it does not pass.
    fn passage(
        &self,
        tx: &Tx<'_>,
        budget: &Applying,
        earlier: Option<&AdmissionRow>,
        share: &mut BudgetShare,
    ) -> Result<Option<String>, BudgetError> {
        match budget.policy.document.mode {
            Mode::Observe => {
                return Ok(Some(format!("would have been denied, but the budget only observes: {}", share.words)));
            }
            Mode::Warn => return Ok(Some(format!("above the budget, which only warns: {}", share.words))),
            Mode::Block => {}
        }
        for granted in tx.overrides().covering(budget.row.budget, earlier.map(|row| row.admission))? {
            let (name, reason) = (granted.name.unwrap_or_default(), granted.reason.unwrap_or_default());
            let Some(expires) = granted.expires else { continue };
            let until = moment::show(expires);
            if expires > self.now {
                return Ok(Some(format!("{} is overridden by {name} until {until}: {reason}", budget.row.name)));
            }
            share.words = format!("{}; the override by {name} expired at {until}", share.words);
        }
        Ok(None)
    }
}

fn reason(decision: &Decision) -> String {
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

/// A budget whose policy cannot be read denies.
fn unreadable(row: &BudgetRow, reason: &str) -> BudgetShare {
    BudgetShare {
        budget: row.budget,
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
            "the policy of budget {} cannot be read ({reason}), so nothing is admitted: an administrator can correct or end it",
            row.name
        ),
    }
}
