//! Which token speaks for which node, by which agents, and who was refused.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::moment;
use super::{ActionStore, By, SpeakerStore, StoreError};
use model::{ActionKind, AgentId, JobNumber, NodeName, NodeNumber, ProjectName, TokenId};
use units::Timestamp;

/// The line of tokens that speaks for a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSpeaker {
    /// The first token of the line.
    pub line: TokenId,
    /// The only project of that token; `None` for the operator's.
    pub project: Option<ProjectName>,
    /// Whether the token was made for named nodes, so that no other of its project speaks for them.
    pub is_enrolled: bool,
    /// The first moment of which it may say who held the devices of the node.
    pub since: Timestamp,
}

/// A token that was refused, because another speaks for the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedSpeaker {
    /// The node that it spoke for.
    pub node: NodeName,
    /// The token that was refused.
    pub token: TokenId,
    /// Name that people gave the token.
    pub token_name: String,
    /// When it was refused first.
    pub first: Timestamp,
}

impl SpeakerStore<'_> {
    /// Who speaks for a node; `None` until a token does.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_node(&self, node: NodeNumber) -> Result<Option<NodeSpeaker>, StoreError> {
        let sql = "SELECT node_tokens.token, project, nodes IS NOT NULL, since_ns FROM node_tokens JOIN tokens ON id = node_tokens.token
            LEFT JOIN token_voices ON token_voices.token = id WHERE node = ?1";
        Ok(self.0.prepare_cached(sql)?.query_row([node.number()], speaker).optional()?)
    }

    /// Has a line of tokens speak for a node, and for who held its devices from `since` on, in the place of whoever did.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn bind(
        &self,
        (node, name): (NodeNumber, &NodeName),
        line: &TokenId,
        since: Timestamp,
        by: &By,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO node_tokens (node, token, since_ns) VALUES (?1, ?2, ?3)
            ON CONFLICT (node) DO UPDATE SET token = excluded.token, since_ns = excluded.since_ns";
        self.0.prepare_cached(sql)?.execute((node.number(), line, since.nanoseconds()))?;
        self.0.prepare_cached("DELETE FROM refused_speakers WHERE node = ?1")?.execute([node.number()])?;
        ActionStore(self.0).record_stated(by, ActionKind::NodeToken, name.as_str())
    }

    /// Whether the agent has spoken for the node.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_agent_of(&self, agent: &AgentId, node: NodeNumber) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM node_agents WHERE agent = ?1 AND node = ?2)";
        Ok(self.0.prepare_cached(sql)?.query_row((agent, node.number()), |row| row.get(0))?)
    }

    /// Whether the agent has spoken for a node that a line other than `line` speaks for.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_agent_of_another(&self, agent: &AgentId, line: &TokenId) -> Result<bool, StoreError> {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM node_agents JOIN node_tokens USING (node) WHERE agent = ?1 AND token <> ?2)";
        Ok(self.0.prepare_cached(sql)?.query_row((agent, line), |row| row.get(0))?)
    }

    /// Whether any agent has spoken for the node.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn has_spoken(&self, node: NodeNumber) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM node_agents WHERE node = ?1)";
        Ok(self.0.prepare_cached(sql)?.query_row([node.number()], |row| row.get(0))?)
    }

    /// Notes that the agent has spoken for the node.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn note_agent(&self, agent: &AgentId, node: NodeNumber) -> Result<(), StoreError> {
        let sql = "INSERT INTO node_agents (agent, node) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.0.prepare_cached(sql)?.execute((agent, node.number()))?;
        Ok(())
    }

    /// Whether no job of another project, or of none, ever held a device of the node, as where the tokens of one project alone told of it.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_held_within(&self, node: NodeNumber, project: &ProjectName) -> Result<bool, StoreError> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM devices JOIN holdings USING (device) JOIN jobs USING (job)
            WHERE node = ?1 AND project IS DISTINCT FROM ?2)";
        Ok(self.0.prepare_cached(sql)?.query_row((node.number(), project), |row| row.get(0))?)
    }

    /// Whether the operator told of the job: an agent of a node that no project's token speaks for, or a call with a token of no project.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_told_by_operator(&self, job: JobNumber) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM job_statements WHERE job = ?1 AND CASE agent
            WHEN '' THEN NOT EXISTS (SELECT 1 FROM actions JOIN tokens ON id = actions.token WHERE action = sequence AND project IS NOT NULL)
            ELSE EXISTS (SELECT 1 FROM node_agents JOIN node_tokens USING (node) JOIN tokens ON id = node_tokens.token
                WHERE node_agents.agent = job_statements.agent AND project IS NULL) END)";
        Ok(self.0.prepare_cached(sql)?.query_row([job.number()], |row| row.get(0))?)
    }

    /// A node and an agent of which one is noted to have spoken for the other, and no batch says so, or the other way round.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_not_in_evidence(&self) -> Result<Option<NodeName>, StoreError> {
        let sql = "SELECT name FROM nodes JOIN (
                SELECT node FROM (SELECT agent, node FROM node_agents EXCEPT SELECT agent, node FROM batches) AS noted
                UNION ALL SELECT node FROM (SELECT agent, node FROM batches EXCEPT SELECT agent, node FROM node_agents) AS said
            ) AS differing USING (node) ORDER BY node LIMIT 1";
        Ok(self.0.prepare(sql)?.query_row((), |row| row.get(0)).optional()?)
    }

    /// Notes that `token` was refused at `at`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn refuse(&self, node: NodeNumber, token: &TokenId, at: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO refused_speakers (node, token, first_ns, last_ns) VALUES (?1, ?2, ?3, ?3)
            ON CONFLICT (node, token) DO UPDATE SET last_ns = excluded.last_ns";
        self.0.prepare_cached(sql)?.execute((node.number(), token, at.nanoseconds()))?;
        Ok(())
    }

    /// When the token was last noted to be refused for the node.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn last_refused(&self, node: NodeNumber, token: &TokenId) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT last_ns FROM refused_speakers WHERE node = ?1 AND token = ?2";
        Ok(self.0.prepare_cached(sql)?.query_row((node.number(), token), |row| moment(row, 0)).optional()?)
    }

    /// Who was refused at or after `since`, by node and token.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn refused_since(&self, since: Timestamp) -> Result<Vec<RefusedSpeaker>, StoreError> {
        let sql = "SELECT nodes.name, token, tokens.name, first_ns FROM refused_speakers JOIN nodes USING (node)
            JOIN tokens ON tokens.id = token WHERE last_ns >= ?1 ORDER BY nodes.name, token";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([since.nanoseconds()], |row| {
            Ok(RefusedSpeaker {
                node: row.get(0)?,
                token: row.get(1)?,
                token_name: row.get(2)?,
                first: moment(row, 3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn speaker(row: &DataRow<'_>) -> engine::Result<NodeSpeaker> {
    Ok(NodeSpeaker { line: row.get(0)?, project: row.get(1)?, is_enrolled: row.get(2)?, since: moment(row, 3)? })
}
