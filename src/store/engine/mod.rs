//! What the views need of a database engine, in the words of rusqlite: connections, statements, rows and values.
//!
//! A view says its SQL once, and both engines run it: SQLite as it stands, PostgreSQL as [`dialect`] says it. Values are given and taken as rusqlite's
//! types, so that each type of the model is converted in one place. What cannot be said in both is a method of [`Database`].

mod dialect;
mod error;
mod params;
mod session;

pub(super) use error::{EngineError, OptionalExtension, Result, out_of_range, unreadable};
pub(super) use params::{Params, params_from_iter};
pub(super) use rusqlite::params;
pub(super) use rusqlite::types::{Null, Value, ValueRef};
pub(super) use session::ServerSession;

use rusqlite::types::FromSql;

/// A connection to one database, as views use it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Database<'a> {
    /// To a file of SQLite.
    File(&'a rusqlite::Connection),
    /// To a server of PostgreSQL.
    Server(&'a ServerSession),
}

impl<'a> From<&'a rusqlite::Connection> for Database<'a> {
    fn from(connection: &'a rusqlite::Connection) -> Self {
        Self::File(connection)
    }
}

impl<'a> From<&'a ServerSession> for Database<'a> {
    fn from(session: &'a ServerSession) -> Self {
        Self::Server(session)
    }
}

impl<'a> Database<'a> {
    /// A statement that is used once.
    pub(super) fn prepare(self, sql: &str) -> Result<Statement<'a>> {
        Ok(match self {
            Self::File(connection) => Statement::Once(connection, connection.prepare(sql)?),
            Self::Server(session) => Statement::Sent(session, sql.to_owned()),
        })
    }

    /// A statement that stays prepared for the next one with the same text.
    pub(super) fn prepare_cached(self, sql: &str) -> Result<Statement<'a>> {
        Ok(match self {
            Self::File(connection) => Statement::Kept(connection, connection.prepare_cached(sql)?),
            Self::Server(session) => Statement::Sent(session, sql.to_owned()),
        })
    }

    /// Runs one statement; returns how many rows it changed.
    pub(super) fn execute(self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare(sql)?.execute(params)
    }

    /// The first row of a query, as `read` reads it.
    pub(super) fn query_row<T>(
        self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&DataRow<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare(sql)?.query_row(params, read)
    }

    /// Runs statements without values.
    pub(super) fn execute_batch(self, sql: &str) -> Result<()> {
        match self {
            Self::File(connection) => Ok(connection.execute_batch(sql)?),
            Self::Server(session) => session.run(sql),
        }
    }

    /// Begins a part of the transaction that can be taken back alone.
    pub(super) fn begin_change(self) -> Result<()> {
        match self {
            Self::File(connection) => run(connection, "SAVEPOINT change"),
            Self::Server(session) => session.run("SAVEPOINT change"),
        }
    }

    /// Ends that part; takes it back where it is not to be kept.
    pub(super) fn end_change(self, is_kept: bool) -> Result<()> {
        match self {
            // When SQLite has given up the whole transaction there is no savepoint; the commit then tells everybody.
            Self::File(connection) if connection.is_autocommit() => Ok(()),
            Self::File(connection) => {
                if !is_kept {
                    run(connection, "ROLLBACK TO change")?;
                }
                run(connection, "RELEASE change")
            }
            Self::Server(session) if is_kept => session.run("RELEASE change"),
            Self::Server(session) => session.run("ROLLBACK TO change; RELEASE change"),
        }
    }

    /// What the engine finds wrong with its own file, at most ten things; a server answers for its files itself.
    pub(super) fn file_faults(self) -> Result<Vec<String>> {
        let Self::File(connection) = self else { return Ok(Vec::new()) };
        let mut statement = connection.prepare("PRAGMA integrity_check(10)")?;
        let said = statement.query_map((), |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }

    /// Table and number of a row that refers to one that is not there; a server lets none be.
    pub(super) fn first_orphan(self) -> Result<Option<(String, Option<i64>)>> {
        let Self::File(connection) = self else { return Ok(None) };
        let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
        let found = statement.query_row((), |row| Ok((row.get(0)?, row.get(1)?))).map_err(EngineError::from);
        found.optional()
    }
}

fn run(connection: &rusqlite::Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute(())?;
    Ok(())
}

/// A statement of a connection.
pub(super) enum Statement<'a> {
    /// Of a file, prepared for once.
    Once(&'a rusqlite::Connection, rusqlite::Statement<'a>),
    /// Of a file, which keeps it prepared.
    Kept(&'a rusqlite::Connection, rusqlite::CachedStatement<'a>),
    /// Of a server.
    Sent(&'a ServerSession, String),
}

impl Statement<'_> {
    /// Runs the statement; returns how many rows it changed.
    pub(super) fn execute(&mut self, params: impl Params) -> Result<usize> {
        match self {
            Self::Once(_, statement) => Ok(bound(statement, params)?.raw_execute()?),
            Self::Kept(_, statement) => Ok(bound(statement, params)?.raw_execute()?),
            Self::Sent(session, sql) => session.execute(sql, params),
        }
    }

    /// Inserts one row; returns the number that it got.
    pub(super) fn insert(&mut self, params: impl Params) -> Result<i64> {
        match self {
            Self::Sent(session, sql) => session.insert(sql, params),
            Self::Once(connection, _) | Self::Kept(connection, _) => {
                let connection = *connection;
                self.execute(params)?;
                Ok(connection.last_insert_rowid())
            }
        }
    }

    /// The rows of a query, one after the other.
    pub(super) fn query(&mut self, params: impl Params) -> Result<Rows<'_>> {
        Ok(match self {
            Self::Once(_, statement) => Rows::File(bound(statement, params)?.raw_query()),
            Self::Kept(_, statement) => Rows::File(bound(statement, params)?.raw_query()),
            Self::Sent(session, sql) => Rows::Server(session.query(sql, params)?.into_iter()),
        })
    }

    /// The rows of a query, each as `read` reads it.
    pub(super) fn query_map<T, F: FnMut(&DataRow<'_>) -> Result<T>>(
        &mut self,
        params: impl Params,
        read: F,
    ) -> Result<MappedRows<'_, F>> {
        Ok(MappedRows { rows: self.query(params)?, read })
    }

    /// The first row of a query, as `read` reads it.
    pub(super) fn query_row<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(&DataRow<'_>) -> Result<T>,
    ) -> Result<T> {
        match self.query(params)?.next()? {
            Some(row) => read(&row),
            None => Err(rusqlite::Error::QueryReturnedNoRows.into()),
        }
    }

    /// Whether a query has a row.
    pub(super) fn exists(&mut self, params: impl Params) -> Result<bool> {
        Ok(self.query(params)?.next()?.is_some())
    }
}

/// Gives a statement its values.
fn bound<'s, 'a>(
    statement: &'s mut rusqlite::Statement<'a>,
    params: impl Params,
) -> Result<&'s mut rusqlite::Statement<'a>> {
    let mut place = 0;
    params.each(|value| {
        place += 1;
        Ok(statement.raw_bind_parameter(place, value)?)
    })?;
    let expected = statement.parameter_count();
    if place != expected {
        return Err(rusqlite::Error::InvalidParameterCount(place, expected).into());
    }
    Ok(statement)
}

/// Rows of a query. A file is read row by row; a server has sent all of them.
pub(super) enum Rows<'a> {
    /// Of a file.
    File(rusqlite::Rows<'a>),
    /// Of a server.
    Server(std::vec::IntoIter<postgres::Row>),
}

impl Rows<'_> {
    /// The next row; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<DataRow<'_>>> {
        Ok(match self {
            Self::File(rows) => rows.next()?.map(DataRow::File),
            Self::Server(rows) => rows.next().map(DataRow::Server),
        })
    }
}

/// Rows of a query, each read when it is asked for.
pub(super) struct MappedRows<'a, F> {
    rows: Rows<'a>,
    read: F,
}

impl<T, F: FnMut(&DataRow<'_>) -> Result<T>> Iterator for MappedRows<'_, F> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next().and_then(|row| row.map(|row| (self.read)(&row)).transpose()).transpose()
    }
}

/// A row of a query.
pub(super) enum DataRow<'a> {
    /// Of a file.
    File(&'a rusqlite::Row<'a>),
    /// Of a server.
    Server(postgres::Row),
}

impl DataRow<'_> {
    /// The value of a column, counted from 0.
    pub(super) fn get<T: FromSql>(&self, column: usize) -> Result<T> {
        match self {
            Self::File(row) => Ok(row.get(column)?),
            Self::Server(row) => {
                let value = session::value_of(row, column)?;
                T::column_result(value).map_err(|error| match error {
                    rusqlite::types::FromSqlError::OutOfRange(number) => out_of_range(column, number),
                    other => unreadable(column, other),
                })
            }
        }
    }

    /// Names of the columns.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::File(row) => row.as_ref().column_names().collect(),
            Self::Server(row) => row.columns().iter().map(postgres::Column::name).collect(),
        }
    }

    /// The value of a column, counted from 0, as it is stored.
    pub(super) fn get_ref(&self, column: usize) -> Result<ValueRef<'_>> {
        match self {
            Self::File(row) => Ok(row.get_ref(column)?),
            Self::Server(row) => session::value_of(row, column),
        }
    }
}
