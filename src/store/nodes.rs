//! Nodes and the sites that they belong to.

use super::engine::{DataRow, OptionalExtension};
use super::row::{moment, span};
use super::{NodeStore, RowFault, StoreError};
use model::{NodeName, NodeNumber, Revision, SiteName, SiteNumber, TokenId};
use std::collections::HashMap;
use units::{Span, Timestamp};

/// A node as last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// How the store refers to the node.
    pub node: NodeNumber,
    /// Name of the node, unique in the ledger.
    pub name: NodeName,
    /// Program and version of the agent that last reported for it.
    pub software: String,
    /// When a batch of it last arrived.
    pub seen: Timestamp,
    /// Name of the newest site that it was assigned to.
    pub site: SiteName,
    /// Where its latest window ends.
    pub reached: Timestamp,
    /// The line of tokens that speaks for it; `None` until a token does.
    pub token: Option<TokenId>,
}

/// A node belongs to a site since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assigned {
    /// The first moment from which the node stands at the site.
    pub since: Timestamp,
    /// The site that it stands at.
    pub site: SiteNumber,
    /// Length of its posting periods.
    pub period: Span,
}

impl NodeStore<'_> {
    /// Notes that a node spoke, and returns its number and until when its windows are known to reach at most.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn note(
        &self,
        name: &NodeName,
        software: &str,
        seen: Timestamp,
    ) -> Result<(NodeNumber, Timestamp), StoreError> {
        let sql = "INSERT INTO nodes (name, software, seen_ns) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO UPDATE SET software = excluded.software, seen_ns = max(nodes.seen_ns, excluded.seen_ns)
            RETURNING node, reached_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row((name, software, seen.nanoseconds()), |row| {
            Ok((NodeNumber::new(row.get(0)?), moment(row, 1)?))
        })?)
    }

    /// The number of the node with this name, if there is one.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn find(&self, name: &NodeName) -> Result<Option<NodeNumber>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT node FROM nodes WHERE name = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?.map(NodeNumber::new))
    }

    /// Up to `limit` nodes after the name `after`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, after: &str, limit: u32) -> Result<Vec<NodeRow>, StoreError> {
        let sql =
            "SELECT nodes.node, name, software, seen_ns, coalesce((SELECT sites.name FROM node_sites JOIN sites USING (site)
                WHERE node_sites.node = nodes.node AND void IS NULL ORDER BY since_ns DESC LIMIT 1), 'unassigned'), reached_ns, token
            FROM nodes LEFT JOIN node_tokens USING (node) WHERE name > ?1 ORDER BY name LIMIT ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((after, limit), |row| {
            let (node, name, software) = (NodeNumber::new(row.get(0)?), row.get(1)?, row.get(2)?);
            let (seen, site, reached) = (moment(row, 3)?, row.get(4)?, moment(row, 5)?);
            Ok(NodeRow { node, name, software, seen, site, reached, token: row.get(6)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Assigns a node to a site since `since`, and returns the number of the assignment; what was stated for the same moment is void from `revision` on.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn assign(
        &self,
        node: NodeNumber,
        site: SiteNumber,
        since: Timestamp,
        revision: Revision,
    ) -> Result<i64, StoreError> {
        let (node, since, revision) = (node.number(), since.nanoseconds(), revision.number());
        let sql = "UPDATE node_sites SET void = ?3 WHERE node = ?1 AND since_ns = ?2 AND void IS NULL";
        self.0.execute(sql, (node, since, revision))?;
        let sql = "INSERT INTO node_sites (node, site, since_ns, made) VALUES (?1, ?2, ?3, ?4)";
        Ok(self.0.prepare_cached(sql)?.insert((node, site.number(), since, revision))?)
    }

    /// To which sites a node belonged, oldest first, as believed at `revision`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn assignments(&self, node: NodeNumber, revision: Revision) -> Result<Vec<Assigned>, StoreError> {
        let sql = "SELECT since_ns, site, period_ns FROM node_sites JOIN sites USING (site)
            WHERE node = ?1 AND made <= ?2 AND (void IS NULL OR void > ?2) ORDER BY since_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let of_row = |row: &DataRow<'_>| {
            Ok(Assigned { since: moment(row, 0)?, site: SiteNumber::new(row.get(1)?), period: span(row, 2)? })
        };
        let values = (node.number(), revision.number());
        let stated: Vec<Assigned> = statement.query_map(values, of_row)?.collect::<Result<_, _>>()?;
        let sql = "SELECT since_ns, site, period_ns FROM site_periods WHERE made <= ?2
            AND site IN (SELECT site FROM node_sites WHERE node = ?1) ORDER BY since_ns, period_ns DESC";
        let mut statement = self.0.prepare_cached(sql)?;
        let shorter: Vec<Assigned> = statement.query_map(values, of_row)?.collect::<Result<_, _>>()?;
        Ok(if shorter.is_empty() { stated } else { cut(&stated, &shorter) })
    }

    /// A node whose agent is not what its last batch says, by number; one without a batch names none.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_running_otherwise(
        &self,
        software: &HashMap<NodeNumber, String>,
    ) -> Result<Option<RowFault>, StoreError> {
        let mut statement = self.0.prepare("SELECT node, software FROM nodes ORDER BY node")?;
        let mut rows = statement.query(())?;
        while let Some(row) = &rows.next()? {
            let (node, kept): (i64, String) = (row.get(0)?, row.get(1)?);
            if software.get(&NodeNumber::new(node)).map_or("", String::as_str) != kept {
                let what = "it is not what the last batch of the node says";
                return Ok(Some(RowFault::new("nodes", node, Some("software"), what)));
            }
        }
        Ok(None)
    }

    /// The nodes that were ever assigned to a site.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_site(&self, site: SiteNumber) -> Result<Vec<NodeNumber>, StoreError> {
        let sql = "SELECT DISTINCT node FROM node_sites WHERE site = ?1 AND void IS NULL ORDER BY node";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([site.number()], |row| row.get(0).map(NodeNumber::new))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Assignments, each cut where the posting periods of its site became shorter.
fn cut(stated: &[Assigned], shorter: &[Assigned]) -> Vec<Assigned> {
    let mut found = Vec::new();
    for (place, assigned) in stated.iter().enumerate() {
        let until = stated.get(place + 1).map(|next| next.since);
        let own = || shorter.iter().filter(|step| step.site == assigned.site);
        let before = own().filter(|step| step.since <= assigned.since).map(|step| step.period);
        let mut period = before.fold(assigned.period, Span::min);
        found.push(Assigned { period, ..*assigned });
        let within = |step: &&Assigned| step.since > assigned.since && until.is_none_or(|until| step.since < until);
        for step in own().filter(within).filter(|step| step.period < assigned.period) {
            if step.period < period {
                period = step.period;
                found.push(*step);
            }
        }
    }
    found
}
