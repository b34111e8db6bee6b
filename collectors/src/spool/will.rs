use super::{Contents, Spool, SpoolError, rows};
use serde::{Deserialize, Serialize};
use wire::{Holding, Job, Node};

/// What is to be told if the process that writes the spool ends without telling it, and who spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Will {
    /// Name of the agent in the spool's batches.
    pub agent: String,
    /// The machine that they speak of.
    pub node: Node,
    /// How holdings end.
    pub holdings: Vec<Holding>,
    /// How jobs end.
    pub jobs: Vec<Job>,
}

impl Spool {
    /// Puts `will` in the place of the one before, durably.
    ///
    /// # Errors
    ///
    /// As [`Spool::append`].
    pub fn bequeath(&mut self, will: &Will) -> Result<(), SpoolError> {
        rows::put_will(&self.connection, will)
    }

    /// Goes on for a process that is gone: what its will says is told, once, and from now on batches name its agent and
    /// node. `false`, and nothing changed, where there is no will.
    ///
    /// # Errors
    ///
    /// As [`Spool::append`].
    pub fn execute_will(&mut self) -> Result<bool, SpoolError> {
        let Some(mut will) = rows::will(&self.connection)? else { return Ok(false) };
        let (holdings, jobs) = (std::mem::take(&mut will.holdings), std::mem::take(&mut will.jobs));
        let transaction = self.connection.transaction()?;
        rows::put_contents(&transaction, &Contents { holdings, jobs, ..Contents::default() })?;
        rows::put_will(&transaction, &will)?;
        transaction.commit()?;
        (self.sender.agent, self.sender.node) = (will.agent, will.node);
        Ok(true)
    }
}
