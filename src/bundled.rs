//! Tables from `config/` that are bundled into the program, with their sources.

use serde::de::DeserializeOwned;

/// One bundled CSV file. Cells are taken as they are: "NA" is Namibia, and an empty cell is an empty text.
pub(crate) struct BundledTable {
    /// File name, for messages.
    pub(crate) file: &'static str,
    /// Content of the file.
    pub(crate) text: &'static str,
    /// Who published the values; empty where each row says so.
    pub(crate) publisher: &'static str,
    /// Release of the values; empty where each row says so.
    pub(crate) edition: &'static str,
    /// Licence of the values; empty where each row says so.
    pub(crate) licence: &'static str,
}

/// A bundled table cannot be read. This is a defect of the build, which its tests find.
#[derive(Debug, thiserror::Error)]
#[error("bundled table {file}: {reason}; this is a defect of this build")]
pub struct DataError {
    file: &'static str,
    reason: String,
}

impl From<accelerators::AcceleratorTableError> for DataError {
    fn from(error: accelerators::AcceleratorTableError) -> Self {
        Self { file: "accelerators.csv", reason: error.reason }
    }
}

impl BundledTable {
    /// All rows, or an error for the first one that cannot be read.
    pub(crate) fn rows<Row: DeserializeOwned>(&self) -> Result<Vec<Row>, DataError> {
        let rows: Result<Vec<Row>, csv::Error> = csv::Reader::from_reader(self.text.as_bytes()).deserialize().collect();
        rows.map_err(|error| self.wrong(error.to_string()))
    }

    /// The error that says that this table is wrong because of `reason`.
    pub(crate) fn wrong(&self, reason: String) -> DataError {
        DataError { file: self.file, reason }
    }
}
