//! What the ledger says was spent, budget by budget, kept up with the ledger.
//!
//! Posted energy is the sum of entries, open energy the sum of postings less that of entries; both only ever grow by rows with higher numbers,
//! so keeping up costs what is new. Where a job with energy changes its project or labels, or a budget is new, everything is summed anew.

use super::settle::note_metered;
use super::{BudgetError, Owner, Policy};
use crate::store::{BudgetRow, Moved, Progress, Tx};
use std::collections::{BTreeMap, HashMap};

/// A budget with its policy, or why that cannot be read.
pub(super) struct Known {
    pub(super) row: BudgetRow,
    pub(super) policy: Result<Policy, String>,
}

/// Every budget that applies.
pub(super) fn known(tx: &Tx<'_>) -> Result<Vec<Known>, BudgetError> {
    let rows = tx.budgets().list()?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let policy = Policy::stored(&row.policy).map_err(|error| error.to_string());
            Known { row, policy }
        })
        .collect())
}

/// Whether there is something in the ledger that the sums do not hold.
pub(super) fn is_behind(tx: &Tx<'_>) -> Result<bool, BudgetError> {
    let Progress { posting, entry, stale } = tx.budget_sums().progress()?;
    Ok(stale || tx.budget_sums().last_posting_and_entry()? != (posting, entry))
}

/// Brings the sums of the budgets and what is known of admitted jobs up to the ledger.
pub(super) fn catch_up(tx: &Tx<'_>, budgets: &[Known]) -> Result<(), BudgetError> {
    let progress = tx.budget_sums().progress()?;
    let (posting, entry) = tx.budget_sums().last_posting_and_entry()?;
    if !progress.stale && (posting, entry) == (progress.posting, progress.entry) {
        return Ok(());
    }
    let postings = tx.budget_sums().posted_after(progress.posting)?;
    let mut whose = Whose::new(tx)?;
    if progress.stale {
        tx.budget_sums().clear()?;
        whose.add(budgets, &tx.budget_sums().entered_after(0)?, &[])?;
        whose.add(budgets, &[], &tx.budget_sums().open_energy()?)?;
    } else {
        let entries = tx.budget_sums().entered_after(progress.entry)?;
        whose.add(budgets, &entries, &postings)?;
        let closed: Vec<Moved> =
            entries.into_iter().map(|moved| Moved { energy_mj: -moved.energy_mj, ..moved }).collect();
        whose.add(budgets, &[], &closed)?;
    }
    tx.budget_sums().set_progress(Progress { posting, entry, stale: false })?;
    note_metered(tx, &postings, budgets)
}

/// Looks up whom energy belongs to, each job once.
struct Whose<'a> {
    tx: &'a Tx<'a>,
    sites: HashMap<i64, String>,
    jobs: HashMap<i64, (Option<String>, BTreeMap<String, String>)>,
}

impl<'a> Whose<'a> {
    fn new(tx: &'a Tx<'a>) -> Result<Self, BudgetError> {
        let sites = tx.sites().list()?.into_iter().map(|site| (site.site, site.name)).collect();
        Ok(Self { tx, sites, jobs: HashMap::new() })
    }

    fn add(&mut self, budgets: &[Known], entries: &[Moved], open: &[Moved]) -> Result<(), BudgetError> {
        let all = entries.iter().map(|moved| (moved, true)).chain(open.iter().map(|moved| (moved, false)));
        for (moved, is_posted) in all {
            if !self.jobs.contains_key(&moved.job) {
                let (project, labels) = self.tx.jobs().facts_of(moved.job)?;
                self.jobs.insert(moved.job, (project, labels.into_iter().collect()));
            }
            let Some((project, labels)) = self.jobs.get(&moved.job) else { continue };
            let site = self.sites.get(&moved.site).map(String::as_str);
            let owner = Owner { project: project.as_deref(), labels, user: None, site };
            for Known { row, policy } in budgets {
                let Some(policy) = policy.as_ref().ok().filter(|policy| policy.covers(&owner)) else { continue };
                if is_posted {
                    let day = policy.day(moved.period_start);
                    self.tx.budget_sums().add_spent(row.budget, day, (moved.facility_mj, moved.facility_ug))?;
                } else {
                    self.tx.budget_sums().add_open(row.budget, moved.site, moved.period_start, moved.energy_mj)?;
                }
            }
        }
        Ok(())
    }
}
