//! The one place where anything about budgets is decided: every gate, the API, the command line and the background work go through an [`Office`].
//!
//! A decision is made in [`Books`], a transaction in which sums and holds are up to date: opening them brings the sums up to the ledger and ends the
//! holds whose time is over, so neither can be forgotten. What is only looked at is brought up to date first as well.

use super::holds::{AdmissionChange, expire_due};
use super::known::{KnownBudget, known};
use super::sums::{catch_up, is_behind};
use super::{BudgetError, stored};
use crate::grid::Library;
use crate::store::{AdmissionFilter, AdmissionRow, By, DecisionRow, Store, StoreError, Tx};
use model::{ActionKind, AdmissionId, BudgetId, DecisionId, ProjectName, TokenId};
use serde::Serialize;
use std::sync::Arc;
use units::Timestamp;

/// Who decides, with what and when: the store, the emission factors, the service's clock, and who asks.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// The store.
    pub store: &'a Store,
    /// The emission factors.
    pub library: &'a Arc<Library>,
    /// Now, by the service's clock.
    pub now: Timestamp,
    /// Id of the token that asks.
    pub by: &'a TokenId,
}

/// A transaction in which the sums of every budget and every hold are up to date.
pub(super) struct Books<'t> {
    pub(super) tx: &'t Tx<'t>,
    /// Every budget that is not retired.
    pub(super) budgets: Vec<KnownBudget>,
    pub(super) now: Timestamp,
    /// Id of the token that asks.
    pub(super) by: TokenId,
    /// What ended when the books were opened.
    pub(super) expired: Vec<AdmissionChange>,
}

impl Office<'_> {
    /// Does `work` on books that are up to date, in one transaction of the store's only writer.
    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Books<'_>) -> Result<T, BudgetError> + Send + 'static,
    ) -> Result<T, BudgetError> {
        let (now, by) = (self.now, self.by.clone());
        self.store.write(move |tx| work(&Books::open(tx, now, by)?))
    }

    /// Looks at the store, after bringing sums and holds up to date where something is new.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, BudgetError>) -> Result<T, BudgetError> {
        let now = self.now;
        let is_due = |tx: &Tx<'_>| Ok::<_, BudgetError>(is_behind(tx)? || !tx.admissions().expiring(now)?.is_empty());
        if self.store.read(is_due)? {
            self.write(|_| Ok(()))?;
        }
        self.store.read(work)
    }

    /// The project of this name; empty where there is none.
    ///
    /// # Errors
    ///
    /// The store.
    pub fn project_of(&self, name: &str) -> Result<ProjectName, BudgetError> {
        let name = ProjectName::from(name);
        let is_known = self.store.read::<_, StoreError>(|tx| tx.projects().exists(&name))?;
        Ok(if is_known { name } else { ProjectName::default() })
    }

    /// The admissions that `filter` lets through, newest first.
    ///
    /// # Errors
    ///
    /// The store.
    pub fn admissions(&self, filter: &AdmissionFilter) -> Result<Vec<AdmissionRow>, BudgetError> {
        Ok(self.store.read::<_, StoreError>(|tx| tx.admissions().list(filter))?)
    }
}

impl<'t> Books<'t> {
    pub(super) fn open(tx: &'t Tx<'t>, now: Timestamp, by: TokenId) -> Result<Self, BudgetError> {
        let budgets = known(tx)?;
        catch_up(tx, &budgets)?;
        let expired = expire_due(tx, now)?;
        Ok(Self { tx, budgets, now, by, expired })
    }

    /// The admission with this number.
    pub(super) fn admission(&self, id: AdmissionId) -> Result<AdmissionRow, BudgetError> {
        self.tx.admissions().get(id)?.ok_or_else(|| BudgetError::UnknownAdmission { id: id.to_string() })
    }

    /// Appends a decision to the chain.
    pub(super) fn record(&self, decision: Decided<'_>, document: String) -> Result<(), BudgetError> {
        Ok(self.tx.decisions().record(&DecisionRow {
            decision: DecisionId::new(0),
            at: self.now,
            by: self.by.clone(),
            action: decision.action.to_owned(),
            budget: decision.budget,
            admission: decision.admission,
            document,
        })?)
    }

    /// Appends a decision with a document of the room's own.
    pub(super) fn record_as(&self, decision: Decided<'_>, document: &impl Serialize) -> Result<(), BudgetError> {
        self.record(decision, stored::record(document)?)
    }

    /// Records among the actions of administration what a budget or an override says from now on, so that nobody can change it unseen.
    pub(super) fn state(&self, kind: ActionKind, subject: impl ToString) -> Result<(), BudgetError> {
        let by = By { token: self.by.clone(), at: self.now };
        Ok(self.tx.actions().record_stated(&by, kind, &subject.to_string())?)
    }

    /// Sums every budget again, as after a change of what they count.
    pub(super) fn sum_again(&self) -> Result<(), BudgetError> {
        let sums = self.tx.budget_sums();
        let progress = sums.progress()?;
        // What came since is noted first, as summing again forgets where the sums stood.
        sums.set_progress(crate::store::BudgetProgress { stale: true, ..progress })?;
        catch_up(self.tx, &known(self.tx)?)
    }
}

/// What was decided, and about what.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Decided<'a> {
    /// Its word in the chain.
    pub(super) action: &'a str,
    /// The budget that it is about.
    pub(super) budget: Option<BudgetId>,
    /// The admission that it is about.
    pub(super) admission: Option<AdmissionId>,
}
