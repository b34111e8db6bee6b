//! What sites pay for energy.

use super::row::moment;
use super::{PriceStore, StoreError};
use model::{PriceNumber, SiteNumber};
use units::Timestamp;

/// The price of energy at a site from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceStep {
    /// How the store refers to the statement, ascending in the order in which statements were made.
    pub price: PriceNumber,
    /// The site that pays it.
    pub site: SiteNumber,
    /// From when on the price applies.
    pub since: Timestamp,
    /// Currency of the price, ISO 4217.
    pub currency: String,
    /// Price of a MWh in millionths of the currency, 0 or more.
    pub micro_per_mwh: i64,
}

impl PriceStore<'_> {
    /// States the price of a site's energy from `since` on.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set(
        &self,
        site: SiteNumber,
        since: Timestamp,
        currency: &str,
        micro_per_mwh: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO site_prices (site, since_ns, currency, micro_per_mwh) VALUES (?1, ?2, ?3, ?4)";
        self.0.execute(sql, (site.number(), since.nanoseconds(), currency, micro_per_mwh))?;
        Ok(())
    }

    /// The prices that hold, as stated up to number `newest`, by site and oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, newest: PriceNumber) -> Result<Vec<PriceStep>, StoreError> {
        let sql = "SELECT price, site, since_ns, currency, micro_per_mwh FROM site_prices
            WHERE price IN (SELECT max(price) FROM site_prices WHERE price <= ?1 GROUP BY site, since_ns) ORDER BY site, since_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([newest.number()], |row| {
            let (price, site) = (PriceNumber::new(row.get(0)?), SiteNumber::new(row.get(1)?));
            Ok(PriceStep { price, site, since: moment(row, 2)?, currency: row.get(3)?, micro_per_mwh: row.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Number of the last price statement; 0 before the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn last(&self) -> Result<PriceNumber, StoreError> {
        let last = "SELECT coalesce(max(price), 0) FROM site_prices";
        Ok(PriceNumber::new(self.0.query_row(last, (), |row| row.get(0))?))
    }
}
