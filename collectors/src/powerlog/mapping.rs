//! What the caller says of the columns of a log. It always wins over what the log seems to say.

use super::LogError;
use super::columns::{self, ColumnRole, LogColumn, Measured};
use super::header::LogTable;
use super::part::MachinePlace;
use super::statements::{ColumnMapping, ReadingStatement};
use super::time::{TimeForm, TimeHint};

impl ColumnMapping {
    /// Gives the columns of a table the roles that are said.
    ///
    /// # Errors
    ///
    /// A column is not in the table.
    pub(super) fn apply(&self, table: &mut LogTable<'_>) -> Result<(), LogError> {
        if let Some(time) = &self.time {
            let chosen = position(table, &time.column)?;
            let form = match table.columns[chosen].role {
                ColumnRole::Time { hint, .. } => hint.form,
                _ => TimeForm::Moment,
            };
            for column in &mut table.columns {
                if matches!(column.role, ColumnRole::Time { .. } | ColumnRole::Date) {
                    column.role = ColumnRole::Unused("another column is named by --time".to_owned());
                }
            }
            // Numbers with a unit that is said need not look like moments.
            table.columns[chosen].role =
                ColumnRole::Time { rank: 0, hint: TimeHint { shift: time.shift, utc: false, form } };
        }
        if !self.device.is_empty() {
            let chosen = self.device.iter().map(|name| position(table, name)).collect::<Result<Vec<_>, _>>()?;
            for (index, column) in table.columns.iter_mut().enumerate() {
                if chosen.contains(&index) {
                    column.role = ColumnRole::Other;
                } else if matches!(column.role, ColumnRole::Device { .. } | ColumnRole::Part | ColumnRole::Host) {
                    column.role = ColumnRole::Unused("not named by --device".to_owned());
                }
            }
        }
        if self.readings.is_empty() {
            return Ok(());
        }
        let chosen =
            self.readings.iter().map(|reading| position(table, &reading.column)).collect::<Result<Vec<_>, _>>()?;
        for column in &mut table.columns {
            if matches!(column.role, ColumnRole::Measured(_) | ColumnRole::Metric | ColumnRole::Value) {
                column.role = ColumnRole::Unused("not named by --power or --energy".to_owned());
            }
        }
        for (reading, index) in self.readings.iter().zip(chosen) {
            let column = &mut table.columns[index];
            column.role = ColumnRole::Measured(reading.measured(column));
        }
        Ok(())
    }

    /// The columns that together identify a device, if they are said.
    ///
    /// # Errors
    ///
    /// A column is not in the table.
    pub(super) fn keys(&self, table: &LogTable<'_>) -> Result<Option<Vec<usize>>, LogError> {
        let keys: Vec<usize> = self.device.iter().map(|name| position(table, name)).collect::<Result<_, _>>()?;
        Ok(Some(keys).filter(|keys| !keys.is_empty()))
    }
}

impl ReadingStatement {
    fn measured(&self, column: &LogColumn) -> Measured {
        let subject = columns::subject(&column.name(), self.unit.quantity);
        Measured {
            quantity: self.unit.quantity,
            unit: Some(self.unit),
            kind: self.kind,
            place: MachinePlace::of_name(&column.name()),
            subject,
            rank: 0,
            field: None,
            is_foreign: false,
        }
    }
}

fn position(table: &LogTable<'_>, name: &str) -> Result<usize, LogError> {
    table.columns.iter().position(|column| column.is_named(name)).ok_or_else(|| LogError::NoSuchColumn {
        column: name.to_owned(),
        available: table.columns.iter().map(|column| column.text.as_str()).collect::<Vec<_>>().join(", "),
    })
}
