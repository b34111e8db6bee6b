//! One connection to a server of PostgreSQL.

use super::dialect::said;
use super::{EngineError, Params, Result, Value, ValueRef};
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{FromSql, ToSql, Type};
use postgres::{Client, Statement};
use rusqlite::types::ToSqlOutput;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Statements that stay prepared; beyond that all are prepared anew.
const PREPARED_MAX: usize = 512;

/// A connection, with the statements that are prepared on it.
pub(in crate::store) struct ServerSession {
    client: RefCell<Client>,
    /// By text, then by the types of the values.
    prepared: RefCell<HashMap<String, HashMap<Vec<Kind>, Prepared>>>,
    count: Cell<usize>,
}

impl fmt::Debug for ServerSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServerSession").finish_non_exhaustive()
    }
}

/// The type of a value, as far as a statement depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Missing,
    Integer,
    Real,
    Text,
    Bytes,
}

#[derive(Clone)]
struct Prepared {
    statement: Statement,
    order: Vec<usize>,
}

impl ServerSession {
    pub(in crate::store) fn new(client: Client) -> Self {
        Self { client: RefCell::new(client), prepared: RefCell::default(), count: Cell::new(0) }
    }

    /// Whether the server can no longer be asked through it.
    pub(in crate::store) fn is_closed(&self) -> bool {
        self.client.borrow().is_closed()
    }

    /// Runs statements without values.
    pub(in crate::store) fn run(&self, sql: &str) -> Result<()> {
        Ok(self.client.borrow_mut().batch_execute(sql)?)
    }

    /// What was notified on the channels that it listens to; waits at most `wait` for the first.
    pub(in crate::store) fn notified(&self, wait: Duration) -> Result<Vec<String>> {
        let mut client = self.client.borrow_mut();
        let mut notifications = client.notifications();
        let mut heard = Vec::new();
        if let Some(first) = notifications.timeout_iter(wait).next()? {
            heard.push(first.payload().to_owned());
        }
        let mut more = notifications.iter();
        while let Some(next) = more.next()? {
            heard.push(next.payload().to_owned());
        }
        Ok(heard)
    }

    /// Runs a statement; returns how many rows it changed.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        let values = values(params)?;
        let prepared = self.prepared(sql, &values)?;
        let changed = self.client.borrow_mut().execute(&prepared.statement, &sent(&prepared.order, &values)?)?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// Runs a query.
    pub(super) fn query(&self, sql: &str, params: impl Params) -> Result<Vec<postgres::Row>> {
        let values = values(params)?;
        let prepared = self.prepared(sql, &values)?;
        Ok(self.client.borrow_mut().query(&prepared.statement, &sent(&prepared.order, &values)?)?)
    }

    /// Inserts one row; returns its number, which is the first column of its table.
    pub(super) fn insert(&self, sql: &str, params: impl Params) -> Result<i64> {
        let rows = self.query(&format!("{sql} RETURNING *"), params)?;
        match rows.first().map(|row| value_of(row, 0)).transpose()? {
            Some(ValueRef::Integer(number)) => Ok(number),
            _ => Err(rusqlite::Error::QueryReturnedNoRows.into()),
        }
    }

    fn prepared(&self, sql: &str, values: &[Value]) -> Result<Prepared> {
        let kinds: Vec<Kind> = values.iter().map(Kind::of).collect();
        if let Some(prepared) = self.prepared.borrow().get(sql).and_then(|by_kinds| by_kinds.get(&kinds)) {
            return Ok(prepared.clone());
        }
        let said = said(sql, |place| kinds.get(place) == Some(&Kind::Missing));
        let types: Vec<Type> =
            said.order.iter().filter_map(|place| kinds.get(*place)).map(|kind| kind.type_of()).collect();
        let statement = self.client.borrow_mut().prepare_typed(&said.sql, &types)?;
        let prepared = Prepared { statement, order: said.order };
        let mut known = self.prepared.borrow_mut();
        if self.count.get() >= PREPARED_MAX {
            known.clear();
            self.count.set(0);
        }
        known.entry(sql.to_owned()).or_default().insert(kinds, prepared.clone());
        self.count.set(self.count.get() + 1);
        Ok(prepared)
    }
}

impl Kind {
    const fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Missing,
            Value::Integer(_) => Self::Integer,
            Value::Real(_) => Self::Real,
            Value::Text(_) => Self::Text,
            Value::Blob(_) => Self::Bytes,
        }
    }

    const fn type_of(self) -> Type {
        match self {
            Self::Missing | Self::Text => Type::TEXT,
            Self::Integer => Type::INT8,
            Self::Real => Type::FLOAT8,
            Self::Bytes => Type::BYTEA,
        }
    }
}

fn values(params: impl Params) -> Result<Vec<Value>> {
    let mut values = Vec::new();
    params.each(|value| {
        values.push(match value.to_sql()? {
            ToSqlOutput::Borrowed(value) => Value::try_from(value).map_err(rusqlite::Error::from)?,
            ToSqlOutput::Owned(value) => value,
            other => return Err(EngineError::Value(format!("{other:?}"))),
        });
        Ok(())
    })?;
    Ok(values)
}

/// The values that are sent, in that order.
fn sent<'a>(order: &[usize], values: &'a [Value]) -> Result<Vec<&'a (dyn ToSql + Sync)>> {
    order
        .iter()
        .map(|place| match values.get(*place) {
            Some(Value::Integer(number)) => Ok(number as &(dyn ToSql + Sync)),
            Some(Value::Real(number)) => Ok(number as &(dyn ToSql + Sync)),
            Some(Value::Text(text)) => Ok(text as &(dyn ToSql + Sync)),
            Some(Value::Blob(bytes)) => Ok(bytes as &(dyn ToSql + Sync)),
            Some(Value::Null) | None => Err(rusqlite::Error::InvalidParameterCount(values.len(), place + 1).into()),
        })
        .collect()
}

/// The value of a column, counted from 0. What is true is 1 and what is false 0, as SQLite has it.
pub(super) fn value_of(row: &postgres::Row, column: usize) -> Result<ValueRef<'_>> {
    Ok(row.try_get::<_, TakenValue<'_>>(column)?.0)
}

/// A value as it came.
struct TakenValue<'a>(ValueRef<'a>);

impl<'a> FromSql<'a> for TakenValue<'a> {
    fn from_sql(of: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(match *of {
            Type::BOOL => ValueRef::Integer(i64::from(bool::from_sql(of, raw)?)),
            Type::INT8 => ValueRef::Integer(i64::from_sql(of, raw)?),
            Type::INT4 => ValueRef::Integer(i32::from_sql(of, raw)?.into()),
            Type::INT2 => ValueRef::Integer(i16::from_sql(of, raw)?.into()),
            Type::FLOAT8 => ValueRef::Real(f64::from_sql(of, raw)?),
            Type::BYTEA => ValueRef::Blob(raw),
            _ => ValueRef::Text(raw),
        }))
    }

    fn from_sql_null(_of: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(of: &Type) -> bool {
        matches!(
            *of,
            Type::BOOL
                | Type::INT8
                | Type::INT4
                | Type::INT2
                | Type::FLOAT8
                | Type::BYTEA
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
                | Type::UNKNOWN
        )
    }
}
