//! Reports the end of a run whose process ended without reporting it.

use super::{Contents, Spool, SpoolError, Will, rows};

impl Spool {
    /// Replaces the will, durably.
    ///
    /// # Errors
    ///
    /// As [`Spool::append`].
    pub fn bequeath(&mut self, will: &Will) -> Result<(), SpoolError> {
        rows::put_will(&self.connection, will)
    }

    /// Goes on in place of a process that has ended: adds the records of its will, once, and sends batches in the name of its
    /// agent and node from now on. Without a will it returns `false` and changes nothing.
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
