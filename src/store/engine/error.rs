//! What an engine reports.

/// Result of what is asked of an engine.
pub(in crate::store) type Result<T, E = EngineError> = std::result::Result<T, E>;

/// Why an engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum EngineError {
    /// SQLite refused, or a value is not of the type that is asked for.
    #[error(transparent)]
    File(#[from] rusqlite::Error),
    /// PostgreSQL refused, or cannot be asked.
    #[error("{}", told(.0))]
    Server(#[from] postgres::Error),
    /// A value that no statement takes.
    #[error("{0} cannot be stored")]
    Value(String),
}

/// PostgreSQL's own words, with its code; without them what failed on the way.
fn told(error: &postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(said), _) => format!("{} (SQLSTATE {})", said.message(), said.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

impl EngineError {
    /// What SQLite calls the error; `None` where the error is not one of SQLite's own.
    pub(in crate::store) fn sqlite_error_code(&self) -> Option<rusqlite::ErrorCode> {
        let Self::File(error) = self else { return None };
        error.sqlite_error_code()
    }

    /// Whether the server could not be asked or had no room, so that the same may be possible later.
    pub(in crate::store) fn is_of_the_server(&self) -> bool {
        let Self::Server(error) = self else { return false };
        let Some(code) = error.code() else {
            let cause = std::error::Error::source(error);
            return error.is_closed() || cause.is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        };
        // Classes of SQLSTATE: connection, insufficient resources, operator intervention, system error; and time limits of a transaction.
        ["08", "53", "57", "58"].iter().any(|class| code.code().starts_with(class)) || code.code() == "25P03"
    }
}

/// Turns "there is no such row" into `None`.
pub(in crate::store) trait OptionalExtension<T> {
    /// `None` where a query found no row.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(EngineError::File(rusqlite::Error::QueryReturnedNoRows)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A stored value that is not what a column of this number holds.
pub(in crate::store) fn unreadable(column: usize, why: impl std::error::Error + Send + Sync + 'static) -> EngineError {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(why)).into()
}

/// A stored number that is too large or too small for what a column of this number holds.
pub(in crate::store) const fn out_of_range(column: usize, value: i64) -> EngineError {
    EngineError::File(rusqlite::Error::IntegralValueOutOfRange(column, value))
}
