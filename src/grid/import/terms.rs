//! What is stated beside a file, what a file has to say, and why nothing of it can be read.

use crate::grid::{Accounting, Basis, DataError, FactorReading, FactorSeries, FactorStatus, Gas};
use model::{FactorUnit, ZoneId};
use std::collections::HashMap;
use units::Timestamp;

/// Rows that a file has at most: ten years of 5 minutes.
pub(super) const ROWS_MAX: usize = 1_100_000;
/// What is not stated.
pub(super) const NOT_STATED: &str = "not stated";

/// What is stated beside a file. What neither says is: lifecycle of a column `g_per_kwh`, CO2e, accounting unspecified, measured, and a publisher,
/// edition and licence that are not stated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportTerms {
    /// Zone of the values; of a file that names zones, the one to take. Absent: every zone that the file names.
    pub zone: Option<ZoneId>,
    /// The organisation that published them.
    pub publisher: Option<String>,
    /// The release that they are from.
    pub edition: Option<String>,
    /// Licence under which they were published.
    pub licence: Option<String>,
    /// Basis of a column `g_per_kwh`; of a file with both bases, the one to take.
    pub basis: Option<Basis>,
    /// Which gases are counted.
    pub gas: Option<Gas>,
    /// Whose electricity the values describe.
    pub accounting: Option<Accounting>,
    /// How far they can be relied on.
    pub status: Option<FactorStatus>,
    /// Length of each interval in minutes; absent: the distance of the starts.
    pub minutes: Option<u64>,
    /// Unit of the values; g/kWh if absent.
    pub unit: Option<FactorUnit>,
    /// Year of a table that says none; absent: that of the bundled edition whose values it has.
    pub year: Option<i32>,
    /// When the file was obtained: what is computed from generation is not of a later time. Absent: not known.
    pub obtained: Option<Timestamp>,
}

impl ImportTerms {
    /// Refuses what is stated of a form that says itself what it is.
    pub(super) fn refuse_type(&self, form: &str) -> Result<(), ImportError> {
        let stated = [
            (self.unit.is_some(), "--unit"),
            (self.gas.is_some(), "--gas"),
            (self.accounting.is_some(), "--accounting"),
            (self.status.is_some(), "--status"),
        ];
        match stated.into_iter().find(|(is_stated, _)| *is_stated) {
            Some((_, option)) => Err(ImportError::Terms(format!("{form} says itself what it is: leave {option} out"))),
            None => Ok(()),
        }
    }

    /// Refuses a year where the file has its times.
    pub(super) fn refuse_year(&self) -> Result<(), ImportError> {
        match self.year {
            Some(_) => Err(ImportError::Terms("the file says its times itself: leave --year out".to_owned())),
            None => Ok(()),
        }
    }

    /// The zone, of a file that says none or says it in another way.
    pub(super) fn stated_zone(&self) -> Result<ZoneId, ImportError> {
        let none = || ImportError::Terms("the file does not say its zone: give --zone".to_owned());
        self.zone.clone().ok_or_else(none)
    }

    /// `series` with what is stated beside the file, of the basis that is to be taken.
    pub(super) fn applied(&self, series: Vec<FactorSeries>) -> Vec<FactorSeries> {
        let applied = |series: FactorSeries| FactorSeries {
            publisher: self.publisher.clone().unwrap_or(series.publisher),
            edition: self.edition.clone().unwrap_or(series.edition),
            licence: self.licence.clone().unwrap_or(series.licence),
            ..series
        };
        let wanted = series.into_iter().filter(|series| self.basis.is_none_or(|basis| basis == series.basis));
        wanted.map(applied).collect()
    }
}

/// What a file has to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileReading {
    /// What was taken and what was not.
    pub reading: FactorReading,
    /// The line of each interval, by zone and start.
    pub lines: HashMap<(ZoneId, Timestamp), u64>,
    /// Rows with an empty value, which are gaps.
    pub gaps: usize,
    /// Rows of zones that were not asked for.
    pub other_zones: usize,
}

/// Why nothing of a file can be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The bytes are not those of a text.
    #[error("the file cannot be read: {0}")]
    Bytes(String),
    /// The header lacks a column that is needed.
    #[error(
        "the header has no column {wanted}: it needs datetime_utc with the start of each interval, and g_per_kwh, direct_g or lifecycle_g with the intensity"
    )]
    Column {
        /// Name of the missing column.
        wanted: String,
    },
    /// The build has a broken table.
    #[error("{0}")]
    Data(String),
    /// What the file says, or what is stated beside it, does not fit.
    #[error("{0}")]
    Terms(String),
    /// The file has more rows than one import may have.
    #[error("the file has more than {ROWS_MAX} rows: import it in parts")]
    TooMany,
}

impl From<DataError> for ImportError {
    fn from(defect: DataError) -> Self {
        Self::Data(defect.to_string())
    }
}

/// How the place of a refused row is written.
pub(super) fn line_place(line: u64) -> String {
    format!("line {line}")
}
