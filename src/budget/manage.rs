//! Making and changing budgets, asking for exceptions, and granting them.

use super::admit::Office;
use super::settle::keep;
use super::sums::{catch_up, known};
use super::{BudgetError, Demand, Owner, Policy, json, of_json};
use crate::store::{AdmissionState, By, DecisionRow, HoldRow, OverrideRow, Tx};
use api::{PolicyDocument, Unit};
use units::Timestamp;

/// Who lets something pass, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Who answers for it.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires: Timestamp,
}

/// Makes a budget; its project, if it has one, is made too. Running admissions that it counts hold of it from now on.
///
/// # Errors
///
/// A policy that is none, a name that is taken, an unknown site, the store.
pub fn create(office: &Office<'_>, document: PolicyDocument) -> Result<i64, BudgetError> {
    let policy = Policy::check(document)?;
    let (now, by) = (office.now, office.by.to_owned());
    office.store.write(move |tx| {
        if let Some(site) = &policy.document.site
            && !tx.sites().list()?.iter().any(|known| known.name == *site)
        {
            return Err(BudgetError::UnknownSite { name: site.clone() });
        }
        if let Some(project) = &policy.document.project {
            tx.projects().add(project)?;
        }
        let text = json(&policy.document)?;
        let taken = || BudgetError::Taken { name: policy.document.name.clone() };
        let budget = tx.budgets().add(&policy.document.name, &text, now, &by)?.ok_or_else(taken)?;
        sum_anew(tx)?;
        take_over(tx, budget, &policy, now)?;
        record(tx, (now, &by), "create", Some(budget), None, text)?;
        stated(tx, (now, &by), "budget", budget)?;
        Ok(budget)
    })
}

/// Gives a budget another policy; its name and what it counts stay.
///
/// # Errors
///
/// There is no such budget, a policy that is none, the store.
pub fn revise(office: &Office<'_>, id: &str, document: PolicyDocument, reason: &str) -> Result<(), BudgetError> {
    let policy = Policy::check(document)?;
    let (id, reason, now, by) = (id.to_owned(), reason.to_owned(), office.now, office.by.to_owned());
    office.store.write(move |tx| {
        let row = tx.budgets().find(&id)?.ok_or(BudgetError::UnknownBudget { id })?;
        if let Ok(before) = Policy::stored(&row.policy) {
            let counts = |policy: &Policy| {
                let document = &policy.document;
                (
                    document.scope,
                    document.unit,
                    document.project.clone(),
                    document.label.clone(),
                    document.user.clone(),
                    document.site.clone(),
                )
            };
            if counts(&before) != counts(&policy) || row.name != policy.document.name {
                let problem =
                    "name, unit and what a budget counts stay: make another budget, and retire this one".to_owned();
                return Err(BudgetError::Demand { field: "scope", problem });
            }
        }
        let text = json(&policy.document)?;
        tx.budgets().set_policy(row.budget, &text)?;
        // Days may begin at other moments now.
        sum_anew(tx)?;
        let document = json(&serde_json::json!({ "before": row.policy, "policy": policy.document, "reason": reason }))?;
        record(tx, (now, &by), "revise", Some(row.budget), None, document)?;
        stated(tx, (now, &by), "budget", row.budget)
    })
}

/// Ends a budget: it applies no more.
///
/// # Errors
///
/// There is no such budget, the store.
pub fn retire(office: &Office<'_>, id: &str) -> Result<(), BudgetError> {
    let (id, now, by) = (id.to_owned(), office.now, office.by.to_owned());
    office.store.write(move |tx| {
        let row =
            tx.budgets().find(&id)?.filter(|row| row.retired.is_none()).ok_or(BudgetError::UnknownBudget { id })?;
        tx.budgets().retire(row.budget, now)?;
        record(tx, (now, &by), "retire", Some(row.budget), None, row.policy)?;
        stated(tx, (now, &by), "budget", row.budget)
    })
}

fn sum_anew(tx: &Tx<'_>) -> Result<(), BudgetError> {
    let progress = tx.budget_sums().progress()?;
    let budgets = known(tx)?;
    // What came since is noted first, as summing anew forgets where the sums stood.
    tx.budget_sums().set_progress(crate::store::Progress { stale: true, ..progress })?;
    catch_up(tx, &budgets)
}

/// Admissions that hold something hold of a new budget too.
fn take_over(tx: &Tx<'_>, budget: i64, policy: &Policy, now: Timestamp) -> Result<(), BudgetError> {
    let Some((from, _)) = policy.period(now) else { return Ok(()) };
    for row in tx.admissions().held()? {
        let demand: Demand = of_json(&row.demand)?;
        let owner = Owner {
            project: Some(&demand.project),
            labels: &demand.labels,
            user: demand.user.as_deref(),
            site: demand.site.as_deref(),
        };
        if policy.covers(&owner) {
            let reserved = if policy.unit() == Unit::Energy { row.p95_mj } else { row.p95_ug };
            tx.holds().put(&HoldRow {
                admission: row.admission,
                budget,
                from,
                reserved,
                held: reserved,
                settled: 0,
            })?;
            // Of a job that has run for a while only the rest is still to come.
            keep(tx, &row)?;
        }
    }
    Ok(())
}

/// Asks that a denied admission may pass.
///
/// # Errors
///
/// There is no such admission, or it was not denied; no name or reason; the store.
pub fn request(office: &Office<'_>, admission: &str, name: String, reason: String) -> Result<OverrideRow, BudgetError> {
    expect_words(&name, &reason)?;
    let (id, now, by) = (admission.to_owned(), office.now, office.by.to_owned());
    office.store.write(move |tx| {
        let unknown = || BudgetError::UnknownAdmission { id: id.clone() };
        let row = tx.admissions().get(id.parse().map_err(|_| unknown())?)?.ok_or_else(unknown)?;
        if row.state != AdmissionState::Denied {
            let next = "only what was denied needs an exception";
            return Err(BudgetError::State { id: row.admission, state: row.state, next });
        }
        let mut asked = OverrideRow {
            admission: Some(row.admission),
            state: "requested".to_owned(),
            asked_by: Some(name),
            asked_reason: Some(reason),
            asked: Some(now),
            project: Some(row.project),
            ..OverrideRow::default()
        };
        asked.number = tx.overrides().put(&asked)?;
        let document = json(
            &serde_json::json!({ "request": asked.number, "name": asked.asked_by, "reason": asked.asked_reason }),
        )?;
        record(tx, (now, &by), "request", None, asked.admission, document)?;
        stated(tx, (now, &by), "override", asked.number)?;
        Ok(asked)
    })
}

/// Grants a request: the admission passes until the override expires, when it is asked for again with its key.
///
/// # Errors
///
/// There is no open request of this number; no name or reason, or an expiry in the past; the store.
pub fn approve(office: &Office<'_>, id: &str, granted: Override) -> Result<OverrideRow, BudgetError> {
    granted.check(office.now)?;
    answer(office, id, "approved", granted.name, granted.reason, Some(granted.expires))
}

/// Refuses a request.
///
/// # Errors
///
/// There is no open request of this number; no name or reason; the store.
pub fn refuse(office: &Office<'_>, id: &str, name: String, reason: String) -> Result<OverrideRow, BudgetError> {
    expect_words(&name, &reason)?;
    answer(office, id, "refused", name, reason, None)
}

fn answer(
    office: &Office<'_>,
    id: &str,
    state: &'static str,
    name: String,
    reason: String,
    expires: Option<Timestamp>,
) -> Result<OverrideRow, BudgetError> {
    let (id, now, by) = (id.to_owned(), office.now, office.by.to_owned());
    office.store.write(move |tx| {
        let unknown = || BudgetError::UnknownRequest { id: id.clone() };
        let mut row = tx.overrides().get(id.parse().map_err(|_| unknown())?)?.ok_or_else(unknown)?;
        if row.state != "requested" {
            return Err(BudgetError::UnknownRequest { id: format!("{id} that is open: it was {}", row.state) });
        }
        state.clone_into(&mut row.state);
        (row.name, row.reason, row.expires) = (Some(name), Some(reason), expires);
        (row.decided, row.decided_by) = (Some(now), Some(by.clone()));
        tx.overrides().put(&row)?;
        let expires = expires.map(crate::moment::show);
        let document = json(
            &serde_json::json!({ "request": row.number, "name": row.name, "reason": row.reason, "expires": expires }),
        )?;
        record(tx, (now, &by), state, None, row.admission, document)?;
        stated(tx, (now, &by), "override", row.number)?;
        Ok(row)
    })
}

/// Lets everything that a budget counts pass until the override expires.
///
/// # Errors
///
/// There is no such budget; no name or reason, or an expiry in the past; the store.
pub fn override_budget(office: &Office<'_>, id: &str, granted: Override) -> Result<OverrideRow, BudgetError> {
    granted.check(office.now)?;
    let (id, now, by) = (id.to_owned(), office.now, office.by.to_owned());
    office.store.write(move |tx| {
        let budget = tx.budgets().find(&id)?.ok_or(BudgetError::UnknownBudget { id })?;
        let project = Policy::stored(&budget.policy).ok().and_then(|policy| policy.document.project);
        let mut row = OverrideRow {
            budget: Some(budget.budget),
            state: "approved".to_owned(),
            name: Some(granted.name),
            reason: Some(granted.reason),
            expires: Some(granted.expires),
            decided: Some(now),
            decided_by: Some(by.clone()),
            project,
            ..OverrideRow::default()
        };
        row.number = tx.overrides().put(&row)?;
        let expires = row.expires.map(crate::moment::show);
        let document = json(
            &serde_json::json!({ "override": row.number, "name": row.name, "reason": row.reason, "expires": expires }),
        )?;
        record(tx, (now, &by), "override", row.budget, None, document)?;
        stated(tx, (now, &by), "override", row.number)?;
        Ok(row)
    })
}

impl Override {
    fn check(&self, now: Timestamp) -> Result<(), BudgetError> {
        expect_words(&self.name, &self.reason)?;
        if self.expires <= now {
            let problem = format!(
                "an override that expired at {} lets nothing pass: give a later time",
                crate::moment::show(self.expires)
            );
            return Err(BudgetError::Demand { field: "expires", problem });
        }
        Ok(())
    }
}

fn expect_words(name: &str, reason: &str) -> Result<(), BudgetError> {
    for (field, text) in [("name", name), ("reason", reason)] {
        if text.trim().is_empty() || text.chars().count() > 1_000 || text.chars().any(char::is_control) {
            let problem = format!("a {field} has 1 to 1000 characters, none of them control characters");
            return Err(BudgetError::Demand { field, problem });
        }
    }
    Ok(())
}

/// Records among the actions what a budget or an override says from now on, so that nobody can change it beside the service unseen.
fn stated(tx: &Tx<'_>, (at, by): (Timestamp, &str), kind: &'static str, number: i64) -> Result<(), BudgetError> {
    Ok(tx.actions().record_stated(&By { token: by.to_owned(), at }, kind, &number.to_string())?)
}

fn record(
    tx: &Tx<'_>,
    (at, by): (Timestamp, &str),
    action: &str,
    budget: Option<i64>,
    admission: Option<i64>,
    document: String,
) -> Result<(), BudgetError> {
    let (by, action) = (by.to_owned(), action.to_owned());
    Ok(tx.decisions().record(&DecisionRow { decision: 0, at, by, action, budget, admission, document })?)
}
