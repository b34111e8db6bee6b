//! Where the ledger is, when it is on a server and not in the data directory.

use super::key::{KeyError, read_secret};
use crate::store::{LedgerPassword, LedgerServer, StoreError};
use collectors::secrecy::warn_if_public;
use std::path::{Path, PathBuf};

/// A server that holds the ledger, and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerSettings {
    /// Its address, `postgres://USER@HOST/DB`.
    pub(super) url: String,
    /// File with nothing but the password of the user.
    pub(super) password_file: Option<PathBuf>,
    /// File with passwords of several servers, each a line `host:port:database:user:password`; asked where there is no other.
    pub(super) passwords_file: Option<PathBuf>,
    /// PEM file with the authorities that sign the server's certificate.
    pub(super) ca_file: Option<PathBuf>,
}

/// Why the server of the ledger cannot be asked as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum LedgerSettingsError {
    /// A file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The address cannot be used.
    #[error(transparent)]
    Address(#[from] StoreError),
}

impl LedgerSettings {
    /// The server, with what the files say. It is not asked yet.
    ///
    /// # Errors
    ///
    /// A file cannot be read; the address cannot be used.
    pub fn server(&self) -> Result<LedgerServer, LedgerSettingsError> {
        let password = match (&self.password_file, &self.passwords_file) {
            (Some(path), _) => LedgerPassword::Given(read_secret("ledger.password_file", path)?),
            (None, Some(path)) => {
                warn_if_public("PGPASSFILE", path);
                LedgerPassword::Listed(read("PGPASSFILE", path)?)
            }
            (None, None) => LedgerPassword::None,
        };
        let authorities = self.ca_file.as_ref().map(|path| read("ledger.ca_file", path)).transpose()?;
        Ok(LedgerServer::new(&self.url, &password, authorities.as_deref())?)
    }
}

fn read(key: &'static str, path: &Path) -> Result<String, KeyError> {
    std::fs::read_to_string(path).map_err(|cause| KeyError::Unreadable { key, path: path.to_owned(), cause })
}
