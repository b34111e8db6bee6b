//! Tables bundled into the program from `config/`, with their source.

use serde::de::DeserializeOwned;

/// One bundled CSV file. Text stays text: "NA" is Namibia, an empty cell is empty, nothing is inferred to be null.
pub(crate) struct BundledTable {
    /// File name, for messages.
    pub(crate) file: &'static str,
    /// The whole file.
    pub(crate) text: &'static str,
    /// Who published the values; empty where each row says so.
    pub(crate) publisher: &'static str,
    /// Release of the values; empty where each row says so.
    pub(crate) edition: &'static str,
    /// Licence of the values; empty where each row says so.
    pub(crate) licence: &'static str,
}

/// A bundled table that does not parse: a defect of the build, found by its tests.
#[derive(Debug, thiserror::Error)]
#[error("bundled table {file}: {reason}; this is a defect of this build")]
pub struct DataError {
    file: &'static str,
    reason: String,
}

impl BundledTable {
    /// All rows, or the first that does not parse.
    pub(crate) fn rows<Row: DeserializeOwned>(&self) -> Result<Vec<Row>, DataError> {
        let rows: Result<Vec<Row>, csv::Error> = csv::Reader::from_reader(self.text.as_bytes()).deserialize().collect();
        rows.map_err(|error| self.wrong(error.to_string()))
    }

    /// This table is wrong, because of `reason`.
    pub(crate) fn wrong(&self, reason: String) -> DataError {
        DataError { file: self.file, reason }
    }
}
