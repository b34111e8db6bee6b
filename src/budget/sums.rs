//! What the ledger says was spent, budget by budget, kept up with the ledger.
//!
//! Posted energy is the sum of entries, open energy the sum of postings less that of entries; both only ever grow by rows with higher numbers, so
//! keeping up costs what is new. Where a job with energy changes its project or labels, or a budget is new, everything is summed again.

use super::known::KnownBudget;
use super::{BudgetError, Owner, holds};
use crate::store::{BudgetProgress, Moved, RowFault, Tx};
use model::{BudgetId, JobNumber, ProjectName, SiteName, SiteNumber};
use std::collections::{BTreeMap, HashMap};
use units::{CarbonMass, Energy, Timestamp};

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
    if progress.stale { holds::reckon_again(tx) } else { holds::note_metered(tx, &postings) }
}

/// What the ledger says of each budget, summed from its first row and kept nowhere.
#[derive(Default)]
pub(super) struct FreshSums {
    days: BTreeMap<(BudgetId, Timestamp), (Energy, CarbonMass)>,
    open: BTreeMap<(BudgetId, SiteNumber, Timestamp), Energy>,
}

impl FreshSums {
    /// Sums the ledger for `budgets`.
    pub(super) fn of(tx: &Tx<'_>, budgets: &[KnownBudget]) -> Result<Self, BudgetError> {
        let (mut fresh, mut owners) = (Self::default(), Owners::new(tx)?);
        tx.budget_sums().each_entry(|moved| {
            owners.each(budgets, std::slice::from_ref(&moved), |moved, budget, policy| {
                let day = fresh.days.entry((budget.row.budget, policy.day(moved.period_start))).or_default();
                day.0 = day.0.saturating_add(moved.facility_energy);
                day.1 = day.1.saturating_add(moved.facility_co2e);
                Ok(())
            })
        })?;
        owners.each(budgets, &tx.budget_sums().open_energy()?, |moved, budget, _| {
            let open = fresh.open.entry((budget.row.budget, moved.site, moved.period_start)).or_default();
            *open = open.saturating_add(moved.energy);
            Ok(())
        })?;
        fresh.open.retain(|_, energy| *energy != Energy::ZERO);
        Ok(fresh)
    }

    /// The first row that is kept and says otherwise, or is missing.
    pub(super) fn first_kept_otherwise(mut self, tx: &Tx<'_>) -> Result<Option<RowFault>, BudgetError> {
        const WHAT: &str = "it is not what the ledger says";
        for ((budget, day), kept) in tx.budget_sums().days()? {
            if self.days.remove(&(budget, day)) != Some(kept) {
                let row = format!("{budget} {}", day.nanoseconds());
                return Ok(Some(RowFault::new("budget_days", row, Some("posted_mj or posted_ug"), WHAT)));
            }
        }
        for ((budget, site, start), kept) in tx.budget_sums().open()? {
            if self.open.remove(&(budget, site, start)) != Some(kept) {
                let row = format!("{budget} {site} {}", start.nanoseconds());
                return Ok(Some(RowFault::new("budget_open", row, Some("energy_mj"), WHAT)));
            }
        }
        let day =
            self.days.keys().next().map(|(budget, day)| ("budget_days", format!("{budget} {}", day.nanoseconds())));
        let open = self
            .open
            .keys()
            .next()
            .map(|(budget, site, start)| ("budget_open", format!("{budget} {site} {}", start.nanoseconds())));
        Ok(day.or(open).map(|(table, row)| RowFault::new(table, row, None, "it is missing")))
    }
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
        mut add: impl FnMut(&Moved, &KnownBudget, &super::Policy) -> Result<(), BudgetError>,
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
