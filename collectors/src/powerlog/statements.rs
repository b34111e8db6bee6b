//! What the caller says of the columns of a log, as it is written on a command line.

use super::spelling::time_shift;
use super::value::{EnergyKind, LogQuantity, LogUnit};

/// What columns of a table, or metrics and labels of an exporter, mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMapping {
    /// The column of times.
    pub time: Option<TimeStatement>,
    /// The columns, or labels, that together identify a device.
    pub device: Vec<String>,
    /// The columns, or metrics, with readings. Empty to find them.
    pub readings: Vec<ReadingStatement>,
    /// Which devices contain which.
    pub contains: Vec<ContainsStatement>,
}

/// `COL[:unit]`: the column of times, and the unit of numbers in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStatement {
    pub(super) column: String,
    pub(super) shift: Option<i32>,
}

/// `COL:unit[:counter|:interval]`: a column of power or energy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingStatement {
    pub(super) column: String,
    pub(super) unit: LogUnit,
    pub(super) kind: EnergyKind,
}

/// `A=B,C`: device A contains devices B and C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainsStatement {
    pub(super) outer: String,
    pub(super) inner: Vec<String>,
}

impl TimeStatement {
    /// Reads `timestamp` or `elapsed:ms`; the unit is s, ms, us or ns.
    ///
    /// # Errors
    ///
    /// There is no column before the colon.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (column, shift) = match text.rsplit_once(':').map(|(column, unit)| (column, time_shift(unit))) {
            Some((column, Some(shift))) => (column, Some(shift)),
            _ => (text, None),
        };
        if column.trim().is_empty() {
            return Err("name a column, such as timestamp or elapsed:ms".to_owned());
        }
        Ok(Self { column: column.trim().to_owned(), shift })
    }
}

impl ReadingStatement {
    /// Reads `power:mW`: the column of a power and its unit.
    ///
    /// # Errors
    ///
    /// The unit is missing or none of power.
    pub fn power(text: &str) -> Result<Self, String> {
        let (column, unit) = text.rsplit_once(':').unwrap_or((text, ""));
        Self::new(column, unit, LogQuantity::Power, EnergyKind::Counter)
            .ok_or_else(|| format!("{text:?} says no unit of power: write COLUMN:W, :mW, :kW or :uW"))
    }

    /// Reads `energy:mJ`, `energy:J:counter` or `energy:J:interval`: the column of an energy, its unit, and what it counts from.
    ///
    /// # Errors
    ///
    /// The unit is missing or none of energy.
    pub fn energy(text: &str) -> Result<Self, String> {
        let (rest, kind) = match text.rsplit_once(':') {
            Some((rest, "counter")) => (rest, EnergyKind::Counter),
            Some((rest, "interval")) => (rest, EnergyKind::Interval),
            _ => (text, EnergyKind::Counter),
        };
        let (column, unit) = rest.rsplit_once(':').unwrap_or((rest, ""));
        Self::new(column, unit, LogQuantity::Energy, kind).ok_or_else(|| {
            format!("{text:?} says no unit of energy: write COLUMN:J, :mJ, :uJ, :Wh or :kWh, and :interval if it counts from row to row")
        })
    }

    fn new(column: &str, unit: &str, quantity: LogQuantity, kind: EnergyKind) -> Option<Self> {
        let unit = LogUnit::parse(unit).filter(|unit| unit.quantity == quantity)?;
        let column = column.trim().to_owned();
        (!column.is_empty()).then_some(Self { column, unit, kind })
    }
}

impl ContainsStatement {
    /// Reads `A=B,C`.
    ///
    /// # Errors
    ///
    /// There is no `=`, or nothing on one side of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let usage =
            || format!("{text:?} does not say what contains what: write A=B,C for a device A that contains B and C");
        let (outer, inner) = text.split_once('=').ok_or_else(usage)?;
        let inner: Vec<String> =
            inner.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        if outer.trim().is_empty() || inner.is_empty() {
            return Err(usage());
        }
        Ok(Self { outer: outer.trim().to_owned(), inner })
    }
}
