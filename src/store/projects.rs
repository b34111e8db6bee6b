//! Projects.

use super::{ProjectStore, StoreError};
use model::ProjectName;

impl ProjectStore<'_> {
    /// Whether there is a project of this name.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn exists(&self, name: &ProjectName) -> Result<bool, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT 1 FROM projects WHERE name = ?1")?;
        Ok(statement.exists([name])?)
    }

    /// Makes a project; `false` when it is there.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add(&self, name: &ProjectName) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached("INSERT INTO projects (name) VALUES (?1) ON CONFLICT DO NOTHING")?.execute([name])?
            == 1)
    }

    /// Up to `limit` projects after the name `after`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, after: &str, limit: u32) -> Result<Vec<ProjectName>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT name FROM projects WHERE name > ?1 ORDER BY name LIMIT ?2")?;
        Ok(statement.query_map((after, limit), |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}
