//! What sites pay for energy, and who acts on what is idle there.

use super::sites::moment;
use super::{StoreError, Tx};
use rusqlite::OptionalExtension;
use units::Timestamp;

/// The price of energy at a site from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceStep {
    /// Number of the statement.
    pub price: i64,
    /// Number of the site.
    pub site: i64,
    /// From when.
    pub since: Timestamp,
    /// ISO 4217.
    pub currency: String,
    /// Millionths of the currency's unit per MWh.
    pub micro_per_mwh: i64,
}

impl Tx<'_> {
    /// States the price of a site's energy from `since` on.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn set_price(&self, site: i64, since: Timestamp, currency: &str, micro_per_mwh: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO site_prices (site, since_ns, currency, micro_per_mwh) VALUES (?1, ?2, ?3, ?4)";
        self.0.execute(sql, (site, since.nanoseconds(), currency, micro_per_mwh))?;
        Ok(())
    }

    /// The prices that hold, as stated up to number `newest`, by site and oldest first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn prices(&self, newest: i64) -> Result<Vec<PriceStep>, StoreError> {
        let sql = "SELECT max(price), site, since_ns, currency, micro_per_mwh FROM site_prices WHERE price <= ?1
            GROUP BY site, since_ns ORDER BY site, since_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([newest], |row| {
            let (price, site, currency) = (row.get(0)?, row.get(1)?, row.get(3)?);
            Ok(PriceStep { price, site, since: moment(row, 2)?, currency, micro_per_mwh: row.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Number of the last price statement; 0 before the first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn last_price(&self) -> Result<i64, StoreError> {
        Ok(self.0.query_row("SELECT coalesce(max(price), 0) FROM site_prices", (), |row| row.get(0))?)
    }

    /// States who acts on the idle energy of a site; nobody without.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn set_idle_owner(&self, site: i64, owner: Option<&str>) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO site_idle_owners (site, owner) VALUES (?1, ?2)";
        match owner {
            Some(owner) => self.0.execute(sql, (site, owner))?,
            None => self.0.execute("DELETE FROM site_idle_owners WHERE site = ?1", [site])?,
        };
        Ok(())
    }

    /// Who acts on the idle energy of a site.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn idle_owner(&self, site: i64) -> Result<Option<String>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT owner FROM site_idle_owners WHERE site = ?1")?;
        Ok(statement.query_row([site], |row| row.get(0)).optional()?)
    }
}
