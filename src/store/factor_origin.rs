//! Where the values of a series came from, and which time they describe.

use super::engine::OptionalExtension;
use super::row::{moment, word};
use super::{FactorStore, StoreError};
use model::{FactorSource, SeriesNumber};
use units::{Interval, Timestamp};

/// Where the newest values of a series came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesOrigin {
    /// From the first moment that any of its values describes to the last.
    pub extent: Interval,
    /// A file or a provider.
    pub source: FactorSource,
    /// Name of the file or the provider.
    pub name: String,
    /// When they were obtained.
    pub obtained: Timestamp,
}

impl FactorStore<'_> {
    /// The origin of a series; `None` if it has no values, as where all that came were refused.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn origin(&self, series: SeriesNumber) -> Result<Option<SeriesOrigin>, StoreError> {
        let sql = "SELECT source, name, obtained_ns, (SELECT min(start_ns) FROM factor_blocks WHERE series = ?1),
            (SELECT max(end_ns) FROM factor_blocks WHERE series = ?1)
            FROM factor_blocks JOIN factor_evidence USING (evidence) WHERE series = ?1 ORDER BY block DESC LIMIT 1";
        let found = self.0.prepare_cached(sql)?.query_row([series.number()], |row| {
            let extent = Interval::new(moment(row, 3)?, moment(row, 4)?);
            let (source, name, obtained) = (word(row, 0)?, row.get(1)?, moment(row, 2)?);
            Ok(extent.map(|extent| SeriesOrigin { extent, source, name, obtained }))
        });
        Ok(found.optional()?.flatten())
    }
}
