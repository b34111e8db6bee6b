//! What changes its size while it runs: however often a job is asked about, one number says what it holds, and every change of that number is decided
//! and kept in one transaction.

use super::admit::{Application, Judgement, wall_time};
use super::holds::{keep, note_metered_before, record};
use super::office::{Books, Decided};
use super::settle::{commit, release};
use super::standing::Applying;
use super::{Actual, Ask, BudgetError, Demand, Office, stored};
use crate::grid::Library;
use crate::store::{AdmissionRow, HoldRow, Tx};
use api::Decision;
use model::{AdmissionId, AdmissionState, BudgetId, JobId, ProjectName};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a job is to hold from now on, in place of what it holds.
#[derive(Debug, Clone)]
pub struct JobClaim {
    /// The job.
    pub job: JobId,
    /// Another job whose holds it takes over.
    pub successor_of: Option<JobId>,
    /// All that it takes, one demand for each kind of accelerator; empty of a job that has ended.
    pub demands: Vec<Demand>,
    /// Names the thing that asks, whatever its job is called: what was denied under it is denied again under the same number.
    pub asked_as: String,
    /// Whether any part of it has run: then what it held is settled with what was metered, not released.
    pub has_run: bool,
}

/// What became of claims.
#[derive(Debug, Clone)]
pub enum ClaimOutcome {
    /// All of them hold now what they claim.
    Held {
        /// The decisions on what was not held before.
        decisions: Vec<Decision>,
        /// Admissions that were made or changed, with their projects.
        changed: Vec<(AdmissionId, ProjectName)>,
    },
    /// None of them: this demand does not fit.
    Refused {
        /// What does not fit.
        demand: Box<Demand>,
        /// Why; its number is that of the admission that was denied.
        decision: Box<Decision>,
        /// Whether the admission is a new one.
        is_new: bool,
    },
}

/// One transaction in which jobs change what they hold.
pub struct Desk<'t> {
    books: Books<'t>,
    library: Arc<Library>,
}

/// A demand of a claim, with the admission that it changes.
struct ClaimLine {
    demand: Demand,
    held: Option<AdmissionRow>,
    asked_as: String,
}

/// A line that was decided.
struct JudgedLine {
    application: Application,
    judgement: Judgement,
    /// The denied admission that it takes the place of.
    denied: Option<AdmissionRow>,
}

/// Admissions that are over, and whether any part of them has run.
type OverRows = Vec<(AdmissionRow, bool)>;

impl JudgedLine {
    const fn is_allowed(&self) -> bool {
        self.judgement.decision.allowed
    }
}

impl Office<'_> {
    /// Does `work` in one transaction of the store's only writer; of a rehearsal nothing is kept.
    ///
    /// # Errors
    ///
    /// What `work` returns, and the store.
    pub fn at_the_desk<T: Send + 'static>(
        &self,
        is_rehearsal: bool,
        work: impl FnOnce(&Desk<'_>) -> Result<T, BudgetError> + Send + 'static,
    ) -> Result<T, BudgetError> {
        let (library, now, by) = (Arc::clone(self.library), self.now, self.by.clone());
        if is_rehearsal {
            return self.store.rehearse(move |tx| work(&Desk { books: Books::open(tx, now, by)?, library }));
        }
        self.store.write(move |tx| work(&Desk { books: Books::open(tx, now, by)?, library }))
    }
}

impl Desk<'_> {
    /// The state of the store in this transaction.
    #[must_use]
    pub const fn tx(&self) -> &Tx<'_> {
        self.books.tx
    }

    /// Now, by the service's clock.
    #[must_use]
    pub const fn now(&self) -> units::Timestamp {
        self.books.now
    }

    /// The wall time of `demand`, 10⁻⁹ h: where it states none, the longest that a budget of it gives such jobs.
    ///
    /// # Errors
    ///
    /// No budget of it gives one; the store.
    pub fn wall_time(&self, demand: &Demand) -> Result<u64, BudgetError> {
        wall_time(self.books.tx, demand)
    }

    /// Makes all `claims` hold what they claim, or nothing of it. Where `must_hold`, what does not fit is held all the same.
    ///
    /// # Errors
    ///
    /// A demand that cannot be estimated, the ledger, the store: then the transaction must end with this error.
    pub fn hold(&self, claims: Vec<JobClaim>, must_hold: bool) -> Result<ClaimOutcome, BudgetError> {
        let (mut judged, over) = self.judged(claims, must_hold)?;
        if let Some(refused) = judged.pop_if(|one| !one.is_allowed() && !must_hold) {
            return self.deny(refused);
        }
        let (mut decisions, mut changed) = (Vec::new(), Vec::new());
        for (row, has_run) in over {
            changed.push((row.admission, row.project.clone()));
            self.end(row, has_run)?;
        }
        for one in judged {
            let decision = self.keep(one, &mut changed)?;
            decisions.push(decision);
        }
        Ok(ClaimOutcome::Held { decisions, changed })
    }

    /// Whether the budgets have room for all `claims`; nothing is held.
    ///
    /// # Errors
    ///
    /// A demand that cannot be estimated, the ledger, the store.
    pub fn has_room(&self, claims: Vec<JobClaim>) -> Result<bool, BudgetError> {
        let (judged, _) = self.judged(claims, false)?;
        Ok(judged.last().is_none_or(JudgedLine::is_allowed))
    }

    /// Decides what is not held as it is claimed, up to the first line that is refused unless `all`; and what is over.
    fn judged(&self, claims: Vec<JobClaim>, all: bool) -> Result<(Vec<JudgedLine>, OverRows), BudgetError> {
        let (mut lines, mut over) = (Vec::new(), Vec::new());
        for claim in claims {
            self.lines(claim, &mut lines, &mut over)?;
        }
        let held = lines.iter().filter_map(|line| line.held.as_ref()).chain(over.iter().map(|(row, _)| row));
        let mut credit = self.credit(held)?;
        let mut judged = Vec::new();
        for line in lines {
            let one = self.judge(line, &mut credit)?;
            let is_last = !one.is_allowed() && !all;
            judged.push(one);
            if is_last {
                break;
            }
        }
        Ok((judged, over))
    }

    /// The demands of a claim beside what is held for them, but for those that are held as they are; what else is held is over.
    fn lines(&self, claim: JobClaim, lines: &mut Vec<ClaimLine>, over: &mut OverRows) -> Result<(), BudgetError> {
        let mut held = Vec::new();
        for job in [Some(&claim.job), claim.successor_of.as_ref()].into_iter().flatten() {
            for row in self.books.tx.admissions().held_for(job)? {
                held.push((stored::of_demand(&row.demand)?, row));
            }
        }
        for demand in claim.demands {
            let is_alike = |(before, _): &(Demand, AdmissionRow)| {
                (&before.accelerator, before.nanowatts) == (&demand.accelerator, demand.nanowatts)
            };
            let found = held.iter().position(is_alike).map(|place| held.swap_remove(place));
            let (demand, held) = match found {
                // Whose it is was settled when it was admitted.
                Some((before, row)) if row.job.as_ref() == Some(&claim.job) => {
                    let Demand { count, nanohours, .. } = demand;
                    (Demand { count, nanohours, ..before }, Some(row))
                }
                found => (Demand { job: Some(claim.job.clone()), ..demand }, found.map(|(_, row)| row)),
            };
            let text = stored::demand(&demand)?;
            if held.as_ref().is_none_or(|row: &AdmissionRow| row.demand != text) {
                lines.push(ClaimLine { demand, held, asked_as: claim.asked_as.clone() });
            }
        }
        over.extend(held.into_iter().map(|(_, row)| (row, claim.has_run)));
        Ok(())
    }

    /// What these admissions hold of each budget.
    fn credit<'r>(&self, rows: impl Iterator<Item = &'r AdmissionRow>) -> Result<BTreeMap<BudgetId, i64>, BudgetError> {
        let mut credit = BTreeMap::new();
        for row in rows {
            for hold in self.books.tx.holds().of_admission(row.admission)? {
                *credit.entry(hold.budget).or_insert(0) += hold.held;
            }
        }
        Ok(credit)
    }

    /// Decides a line with what the `credit` has left.
    fn judge(&self, line: ClaimLine, credit: &mut BTreeMap<BudgetId, i64>) -> Result<JudgedLine, BudgetError> {
        let ClaimLine { demand, held, asked_as } = line;
        let tx = self.books.tx;
        let key = denial_key(&asked_as, &demand);
        let denied = tx.admissions().by_key(&key)?.filter(|row| row.state == AdmissionState::Denied);
        let stated = Demand { nanohours: self.wall_time(&demand)?, ..demand.clone() };
        let assessed = stated.assess(tx, &self.library, self.books.now)?;
        let application = Application {
            library: Arc::clone(&self.library),
            now: self.books.now,
            key: Some(key),
            demand,
            assessed,
            ask: Ask::Reserve,
            before: held,
            credit: credit.clone(),
        };
        let judgement = application.weigh(tx, &self.books.budgets, denied.as_ref())?;
        for Applying { row, policy, .. } in &judgement.applying {
            *credit.entry(row.budget).or_insert(0) -= application.needed(policy.unit())?.value();
        }
        Ok(JudgedLine { application, judgement, denied })
    }

    /// Notes a denial; what was denied before keeps its number and leaves nothing new.
    fn deny(&self, judged: JudgedLine) -> Result<ClaimOutcome, BudgetError> {
        let JudgedLine { application, judgement: Judgement { mut decision, .. }, denied } = judged;
        let is_new = denied.is_none();
        let admission = match denied {
            Some(row) => row.admission,
            None => {
                let row = application.row(AdmissionState::Denied, &decision, None)?;
                let admission = self.books.tx.admissions().put(&row)?;
                decision.id = Some(admission);
                self.note("deny", admission, &application.demand, &decision)?;
                admission
            }
        };
        decision.id = Some(admission);
        Ok(ClaimOutcome::Refused { demand: Box::new(application.demand), decision: Box::new(decision), is_new })
    }

    /// Keeps a decision, and makes its admission hold what it needs.
    fn keep(&self, judged: JudgedLine, changed: &mut Vec<(AdmissionId, ProjectName)>) -> Result<Decision, BudgetError> {
        let JudgedLine { application, judgement: Judgement { mut decision, applying }, denied } = judged;
        let tx = self.books.tx;
        decision.held = true;
        let number = application.before.as_ref().or(denied.as_ref()).map(|row| row.admission);
        let mut row = application.row(AdmissionState::Held, &decision, number)?;
        match &application.before {
            Some(before) => {
                row.key = before.key.clone();
                row.start = before.start;
                row.expires = row.expires.max(before.expires);
                (row.metered, row.metered_time, row.notice) = (before.metered, before.metered_time, before.notice);
            }
            None => row.key = Some(self.free_key(&application.demand)?),
        }
        row.admission = tx.admissions().put(&row)?;
        decision.id = Some(row.admission);
        for hold in tx.holds().of_admission(row.admission)? {
            tx.holds().put(&HoldRow { reserved: 0, held: 0, settled: 0, ..hold })?;
        }
        for Applying { row: budget, policy, standing } in applying {
            let reserved = application.assessed.p95.in_unit(policy.unit()).value();
            let (admission, budget, from) = (row.admission, budget.budget, standing.period.start());
            tx.holds().put(&HoldRow { admission, budget, from, reserved, held: reserved, settled: 0 })?;
        }
        if application.before.is_some() {
            keep(tx, &row)?;
        } else {
            note_metered_before(tx, &mut row)?;
        }
        let action = if application.before.is_some() { "resize" } else { "admit" };
        self.note(action, row.admission, &application.demand, &decision)?;
        changed.push((row.admission, row.project));
        Ok(decision)
    }

    /// A submission key that no admission has.
    fn free_key(&self, demand: &Demand) -> Result<String, BudgetError> {
        let job = demand.job.as_ref().map_or("", |job| job.as_str());
        let mut number = 1_u64;
        loop {
            let key = format!("kubernetes:{job}:{number}");
            if self.books.tx.admissions().by_key(&key)?.is_none() {
                return Ok(key);
            }
            number += 1;
        }
    }

    fn note(
        &self,
        action: &'static str,
        admission: AdmissionId,
        demand: &Demand,
        decision: &Decision,
    ) -> Result<(), BudgetError> {
        let about = Decided { action, admission: Some(admission), ..Decided::default() };
        self.books.record(about, stored::decided(demand, decision)?)
    }

    /// Settles what has run with what the ledger has of it, and releases what never ran.
    fn end(&self, mut row: AdmissionRow, has_run: bool) -> Result<(), BudgetError> {
        if has_run || row.metered.millijoules() > 0 {
            commit(&self.books, &mut row, Actual::default())?;
        } else {
            release(&self.books, &mut row);
        }
        keep(self.books.tx, &row)?;
        record(self.books.tx, &row, self.books.now, &self.books.by)
    }
}

/// The submission key of a demand that is denied: the same for the same thing asking for the same.
fn denial_key(asked_as: &str, demand: &Demand) -> String {
    let Demand { accelerator, count, nanohours, nanowatts, .. } = demand;
    let power = nanowatts.map_or(String::new(), |nanowatts| format!(" at {nanowatts} nW"));
    format!("kubernetes:{asked_as}: {count} x {accelerator} x {nanohours}{power}")
}
