//! Exceptions: a denied job may ask to pass, and somebody grants or refuses that, or lets everything pass for a while.

use super::office::{Books, Decided};
use super::{BudgetError, Office, Policy, stored};
use crate::moment;
use crate::store::OverrideRow;
use model::{ActionKind, AdmissionId, AdmissionState, OverrideId, OverrideState};
use units::Timestamp;

/// Who lets something pass, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The person who answers for it.
    pub name: String,
    /// The reason.
    pub reason: String,
    /// The moment from which it no longer applies.
    pub expires: Timestamp,
}

/// Who answers a request, how, and why.
struct RequestAnswer {
    state: OverrideState,
    name: String,
    reason: String,
    expires: Option<Timestamp>,
}

impl Office<'_> {
    /// Asks that a denied admission may pass.
    ///
    /// # Errors
    ///
    /// There is no such admission, or it was not denied; no name or reason; the store.
    pub fn request(&self, admission: AdmissionId, name: String, reason: String) -> Result<OverrideRow, BudgetError> {
        expect_words(&name, &reason)?;
        self.write(move |books| {
            let row = books.admission(admission)?;
            if row.state != AdmissionState::Denied {
                let next = "only an admission that was denied needs an exception";
                return Err(BudgetError::State { id: admission, state: row.state, next });
            }
            let mut asked = OverrideRow {
                admission: Some(admission),
                state: OverrideState::Requested,
                asked_by: Some(name.clone()),
                asked_reason: Some(reason.clone()),
                asked: Some(books.now),
                project: Some(row.project),
                ..OverrideRow::unnumbered()
            };
            asked.number = books.tx.overrides().put(&asked)?;
            let decision = Decided { action: "request", admission: Some(admission), ..Decided::default() };
            books.record_as(decision, &stored::Exception::new(asked.number, name, reason))?;
            books.state(ActionKind::Override, asked.number)?;
            Ok(asked)
        })
    }

    /// Grants a request: the admission passes when it is asked for again with its key, until the override expires.
    ///
    /// # Errors
    ///
    /// There is no open request of this number; no name or reason, or an expiry in the past; the store.
    pub fn approve(&self, id: OverrideId, granted: Override) -> Result<OverrideRow, BudgetError> {
        granted.check(self.now)?;
        let Override { name, reason, expires } = granted;
        self.answer(id, RequestAnswer { state: OverrideState::Approved, name, reason, expires: Some(expires) })
    }

    /// Refuses a request.
    ///
    /// # Errors
    ///
    /// There is no open request of this number; no name or reason; the store.
    pub fn refuse(&self, id: OverrideId, name: String, reason: String) -> Result<OverrideRow, BudgetError> {
        expect_words(&name, &reason)?;
        self.answer(id, RequestAnswer { state: OverrideState::Refused, name, reason, expires: None })
    }

    fn answer(&self, id: OverrideId, answer: RequestAnswer) -> Result<OverrideRow, BudgetError> {
        self.write(move |books| {
            let found = books.tx.overrides().get(id)?;
            let mut row = found.ok_or_else(|| BudgetError::UnknownRequest { id: id.to_string() })?;
            if row.state != OverrideState::Requested {
                return Err(BudgetError::ClosedRequest { id, state: row.state });
            }
            let RequestAnswer { state, name, reason, expires } = answer;
            row.state = state;
            (row.name, row.reason, row.expires) = (Some(name.clone()), Some(reason.clone()), expires);
            (row.decided, row.decided_by) = (Some(books.now), Some(books.by.clone()));
            books.tx.overrides().put(&row)?;
            let decision = Decided { action: state.name(), admission: row.admission, ..Decided::default() };
            books.record_as(decision, &stored::Grant::of_request(id, name, reason, expires))?;
            books.state(ActionKind::Override, id)?;
            Ok(row)
        })
    }

    /// Lets everything that a budget counts pass until the override expires.
    ///
    /// # Errors
    ///
    /// There is no such budget; no name or reason, or an expiry in the past; the store.
    pub fn override_budget(&self, id: &str, granted: Override) -> Result<OverrideRow, BudgetError> {
        granted.check(self.now)?;
        let id = id.to_owned();
        self.write(move |books| {
            let budget = books.tx.budgets().find(&id)?.ok_or(BudgetError::UnknownBudget { id })?;
            let row = books.let_pass(&budget, granted)?;
            Ok(row)
        })
    }
}

impl Books<'_> {
    fn let_pass(&self, budget: &crate::store::BudgetRow, granted: Override) -> Result<OverrideRow, BudgetError> {
        let Override { name, reason, expires } = granted;
        let project = Policy::stored(&budget.policy).ok().and_then(|policy| policy.document.project);
        let mut row = OverrideRow {
            budget: Some(budget.budget),
            state: OverrideState::Approved,
            name: Some(name.clone()),
            reason: Some(reason.clone()),
            expires: Some(expires),
            decided: Some(self.now),
            decided_by: Some(self.by.clone()),
            project,
            ..OverrideRow::unnumbered()
        };
        row.number = self.tx.overrides().put(&row)?;
        let decision = Decided { action: "override", budget: row.budget, ..Decided::default() };
        self.record_as(decision, &stored::Grant::of_budget(row.number, name, reason, expires))?;
        self.state(ActionKind::Override, row.number)?;
        Ok(row)
    }
}

impl Override {
    fn check(&self, now: Timestamp) -> Result<(), BudgetError> {
        expect_words(&self.name, &self.reason)?;
        if self.expires <= now {
            let problem = format!("{} is in the past: give a later time", moment::show(self.expires));
            return Err(BudgetError::Demand { field: "expires", problem });
        }
        Ok(())
    }
}

fn expect_words(name: &str, reason: &str) -> Result<(), BudgetError> {
    expect_plain("name", name)?;
    expect_plain("reason", reason)
}

/// Refuses `text`, given as `field`, if it is blank, too long for a remark or not plain.
pub(super) fn expect_plain(field: &'static str, text: &str) -> Result<(), BudgetError> {
    if !text.trim().is_empty() && text.chars().count() <= 1_000 && model::is_plain(text) {
        return Ok(());
    }
    let problem = format!("a {field} has 1 to 1000 characters, {}", model::PLAIN_RULE);
    Err(BudgetError::Demand { field, problem })
}
