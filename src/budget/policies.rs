//! Making, changing and ending budgets.

use super::exceptions::expect_plain;
use super::office::{Books, Decided};
use super::{BudgetError, Impact, Office, Owner, Policy, holds, stored};
use api::PolicyDocument;
use model::{ActionKind, AdmissionId, BudgetId, ProjectName, SiteName};

impl Office<'_> {
    /// Makes a budget; its project, if it names one, is made with it. Running admissions that it counts hold of it from now on.
    ///
    /// # Errors
    ///
    /// A policy that cannot be used, a name that is taken, an unknown site, the store.
    pub fn create(&self, document: PolicyDocument) -> Result<BudgetId, BudgetError> {
        let policy = Policy::check(document)?;
        expect_plain_texts(&policy.document)?;
        self.write(move |books| {
            let Books { tx, now, by, .. } = books;
            if let Some(site) = &policy.document.site
                && !tx.sites().list()?.iter().any(|known| known.name == *site)
            {
                return Err(BudgetError::UnknownSite { name: site.clone() });
            }
            if let Some(project) = &policy.document.project {
                tx.projects().add(project)?;
            }
            let name = &policy.document.name;
            let text = stored::policy(&policy.document)?;
            let taken = || BudgetError::Taken { name: name.clone() };
            let budget = tx.budgets().add(name, &text, *now, by)?.ok_or_else(taken)?;
            books.sum_again()?;
            books.take_over(budget, &policy)?;
            books.record(Decided { action: "create", budget: Some(budget), ..Decided::default() }, text)?;
            books.state(ActionKind::Budget, budget)?;
            Ok(budget)
        })
    }

    /// Gives a budget another policy; its name and what it counts stay.
    ///
    /// # Errors
    ///
    /// There is no such budget, a policy that cannot be used, the store.
    pub fn revise(&self, id: &str, document: PolicyDocument, reason: &str) -> Result<(), BudgetError> {
        let policy = Policy::check(document)?;
        if !reason.is_empty() {
            expect_plain("reason", reason)?;
        }
        let (id, reason) = (id.to_owned(), reason.to_owned());
        self.write(move |books| {
            let row = books.tx.budgets().find(&id)?.ok_or(BudgetError::UnknownBudget { id })?;
            let counts_otherwise = Policy::stored(&row.policy).is_ok_and(|before| !before.counts_as(&policy));
            if counts_otherwise || row.name != policy.document.name {
                let problem =
                    "name, unit and what a budget counts cannot change: make another budget, and end this one";
                return Err(BudgetError::Demand { field: "scope", problem: problem.to_owned() });
            }
            books.tx.budgets().set_policy(row.budget, &stored::policy(&policy.document)?)?;
            // Days may begin at other moments now.
            books.sum_again()?;
            let decision = Decided { action: "revise", budget: Some(row.budget), ..Decided::default() };
            books.record_as(decision, &stored::RevisedPolicy::new(row.policy, &policy.document, reason))?;
            books.state(ActionKind::Budget, row.budget)
        })
    }

    /// Ends a budget: it applies no more.
    ///
    /// # Errors
    ///
    /// There is no such budget, or it has ended; the store.
    pub fn retire(&self, id: &str) -> Result<(), BudgetError> {
        let id = id.to_owned();
        self.write(move |books| {
            let row = books.tx.budgets().find(&id)?.filter(|row| row.retired.is_none());
            let row = row.ok_or(BudgetError::UnknownBudget { id })?;
            books.tx.budgets().retire(row.budget, books.now)?;
            // Nothing is kept of what applies no more.
            books.sum_again()?;
            let decision = Decided { action: "retire", budget: Some(row.budget), ..Decided::default() };
            books.record(decision, row.policy)?;
            books.state(ActionKind::Budget, row.budget)
        })
    }
}

/// Refuses a new budget with texts that cannot be shown. Those that exist are read as they are.
fn expect_plain_texts(document: &PolicyDocument) -> Result<(), BudgetError> {
    let PolicyDocument { name, project, label, user, site, .. } = document;
    let texts = [
        ("name", Some(name.as_str())),
        ("project", project.as_ref().map(ProjectName::as_str)),
        ("label", label.as_deref()),
        ("user", user.as_deref()),
        ("site", site.as_ref().map(SiteName::as_str)),
    ];
    texts.into_iter().try_for_each(|(field, text)| text.map_or(Ok(()), |text| expect_plain(field, text)))
}

impl Books<'_> {
    /// Makes running admissions hold of a new budget too.
    fn take_over(&self, budget: BudgetId, policy: &Policy) -> Result<(), BudgetError> {
        let Some(period) = policy.period(self.now) else { return Ok(()) };
        for row in self.tx.admissions().held()? {
            let demand = stored::of_demand(&row.demand)?;
            let owner = Owner {
                project: Some(&demand.project),
                labels: &demand.labels,
                user: demand.user.as_deref(),
                site: demand.site.as_ref(),
            };
            if policy.covers(&owner) {
                let p95 = Impact { energy: row.p95_energy, co2e: row.p95_co2e };
                let admission: AdmissionId = row.admission;
                holds::hold(self.tx, admission, budget, period.start(), p95.in_unit(policy.unit()))?;
                // Of a job that has run for a while only the rest is still to come.
                holds::keep(self.tx, &row)?;
            }
        }
        Ok(())
    }
}
