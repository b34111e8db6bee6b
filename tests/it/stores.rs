//! The stores that tests of rooms work on: files, or with `WATTLEDGER_TEST_LEDGER=postgres` databases of a PostgreSQL.

use crate::postgres;
use std::path::Path;
use wattledger::store::Store;

/// Whether stores are databases of a PostgreSQL.
pub(crate) fn are_on_postgres() -> bool {
    std::env::var_os("WATTLEDGER_TEST_LEDGER").is_some_and(|engine| engine == "postgres")
}

/// The store that belongs to `directory`: the same whenever it is opened again.
pub(crate) fn open(directory: &Path) -> Store {
    if !are_on_postgres() {
        return Store::open(directory).unwrap();
    }
    let server = postgres::shared().unwrap_or_else(|reason| panic!("stores should be on PostgreSQL: {reason}"));
    Store::open_on(&server.ledger_of(directory), directory).unwrap()
}
