//! Entries with the names of what they belong to, under a project boundary, and the sum of one job.

use super::bound::Bound;
use super::engine::{self, DataRow, params_from_iter};
use super::selection::Selection;
use super::{Entry, EntryStore, StoreError};
use model::{EntryId, JobId, NodeName, ProjectName, SiteName};

/// An entry with names in place of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntry {
    /// The entry itself.
    pub entry: Entry,
    /// Identity of its job; `None` of unallocated idle.
    pub job: Option<JobId>,
    /// Project of the job; `None` where none was stated.
    pub project: Option<ProjectName>,
    /// Name of the node that was metered.
    pub node: NodeName,
    /// Name of the site that the node stood at.
    pub site: SiteName,
}

/// Which entries to list, by number.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    /// Only entries that are selected.
    pub selection: Selection,
    /// Only the entry with this number.
    pub id: Option<EntryId>,
    /// Only entries with numbers above this: the cursor.
    pub after: Option<EntryId>,
    /// The most entries to list.
    pub limit: u32,
}

impl EntryStore<'_> {
    /// The entries that `filter` asks for, by number, with the names of what they belong to.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn named(&self, filter: &EntryFilter) -> Result<Vec<NamedEntry>, StoreError> {
        let mut bound = Bound::default();
        let joins = filter.selection.joins(&mut bound);
        let mut condition = filter.selection.condition(&mut bound);
        if let Some(id) = filter.id {
            condition.push_str(&format!(" AND part.id = {}", bound.bind(id.number())));
        }
        let (after, limit) = (bound.bind(filter.after.map_or(0, EntryId::number)), bound.bind(filter.limit));
        let sql = format!(
            "SELECT part.id, nullif(jobs.id, ''), jobs.project, nodes.name, sites.name FROM ledger_entries AS part {joins}
            WHERE {condition} AND part.id > {after} ORDER BY part.id LIMIT {limit}"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(bound.0), names)?.collect::<Result<Vec<_>, _>>()?;
        let mut found = Vec::with_capacity(rows.len());
        for (id, job, project, node, site) in rows {
            if let Some(entry) = self.get(id)? {
                found.push(NamedEntry { entry, job, project, node, site });
            }
        }
        Ok(found)
    }
}

type Names = (EntryId, Option<JobId>, Option<ProjectName>, NodeName, SiteName);

fn names(row: &DataRow<'_>) -> engine::Result<Names> {
    Ok((EntryId::new(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}
