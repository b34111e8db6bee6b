//! What the ledger says was spent, budget by budget, kept up with the ledger.
//!
//! Posted energy is the sum of entries, open energy the sum of postings less that of entries; both only ever grow by rows with higher numbers, so
//! keeping up costs what is new. Where a job with energy changes its project or labels, or a budget is new, everything is summed again.

use super::known::KnownBudget;
use super::{BudgetError, Owner, holds};
use crate::store::{BudgetProgress, Moved, Tx};
use model::{JobNumber, ProjectName, SiteName, SiteNumber};
use std::collections::{BTreeMap, HashMap};
use units::Energy;

/// Whether there is something in the ledger that the sums do not hold.
pub(super) fn is_behind(tx: &Tx<'_>) -> Result<bool, BudgetError> {
    let BudgetProgress { posting, entry, stale } = tx.budget_sums().progress()?;
    Ok(stale || tx.budget_sums().last_posting_and_entry()? != (posting, entry))
}

/// Brings the sums of the budgets, and what is known of admitted jobs, up to the ledger.
pub(super) fn catch_up(tx: &Tx<'_>, budgets: &[KnownBudget]) -> Result<(), BudgetError> {
    let sums = tx.budget_sums();
    let progress = sums.progress()?;
    let (posting, entry) = sums.last_posting_and_entry()?;
    if !progress.stale && (posting, entry) == (progress.posting, progress.entry) {
        return Ok(());
    }
    let postings = sums.posted_after(progress.posting)?;
    let mut owners = Owners::new(tx)?;
    if progress.stale {
        sums.clear()?;
        owners.add_posted(budgets, &sums.entered_after(model::EntryId::new(0))?)?;
        owners.add_open(budgets, &sums.open_energy()?)?;
    } else {
        let entries = sums.entered_after(progress.entry)?;
        owners.add_posted(budgets, &entries)?;
        owners.add_open(budgets, &postings)?;
        let negated = |moved: Moved| Moved { energy: Energy::from_millijoules(-moved.energy.millijoules()), ..moved };
        let closed: Vec<Moved> = entries.into_iter().map(negated).collect();
        owners.add_open(budgets, &closed)?;
    }
    sums.set_progress(BudgetProgress { posting, entry, stale: false })?;
    holds::note_metered(tx, &postings)
}

/// Looks up whom energy belongs to, each job once.
struct Owners<'a> {
    tx: &'a Tx<'a>,
    sites: HashMap<SiteNumber, SiteName>,
    jobs: HashMap<JobNumber, (Option<ProjectName>, BTreeMap<String, String>)>,
}

impl<'a> Owners<'a> {
    fn new(tx: &'a Tx<'a>) -> Result<Self, BudgetError> {
        let sites = tx.sites().list()?.into_iter().map(|site| (site.site, site.name)).collect();
        Ok(Self { tx, sites, jobs: HashMap::new() })
    }

    /// Adds the facility energy and CO2e of ledger entries to the days of the budgets that count them.
    fn add_posted(&mut self, budgets: &[KnownBudget], entries: &[Moved]) -> Result<(), BudgetError> {
        let sums = self.tx.budget_sums();
        self.each(budgets, entries, |moved, KnownBudget { row, .. }, policy| {
            let day = policy.day(moved.period_start);
            Ok(sums.add_spent(row.budget, day, moved.facility_energy, moved.facility_co2e)?)
        })
    }

    /// Adds IT energy that is not posted to the open periods of the budgets that count it.
    fn add_open(&mut self, budgets: &[KnownBudget], open: &[Moved]) -> Result<(), BudgetError> {
        let sums = self.tx.budget_sums();
        self.each(budgets, open, |moved, KnownBudget { row, .. }, _| {
            Ok(sums.add_open(row.budget, moved.site, moved.period_start, moved.energy)?)
        })
    }

    fn each(
        &mut self,
        budgets: &[KnownBudget],
        all: &[Moved],
        add: impl Fn(&Moved, &KnownBudget, &super::Policy) -> Result<(), BudgetError>,
    ) -> Result<(), BudgetError> {
        for moved in all {
            if !self.jobs.contains_key(&moved.job) {
                let (project, labels) = self.tx.jobs().facts_of(moved.job)?;
                self.jobs.insert(moved.job, (project, labels.into_iter().collect()));
            }
            let Some((project, labels)) = self.jobs.get(&moved.job) else { continue };
            let site = self.sites.get(&moved.site);
            let owner = Owner { project: project.as_ref(), labels, user: None, site };
            for budget in budgets {
                if let Some(policy) = budget.policy.as_ref().ok().filter(|policy| policy.covers(&owner)) {
                    add(moved, budget, policy)?;
                }
            }
        }
        Ok(())
    }
}
