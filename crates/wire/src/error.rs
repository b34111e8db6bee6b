use crate::{BODY_BYTES_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX, VERSION, WEIGHT_MAX};

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// More bytes than a batch may have.
    #[error("the batch has {bytes} bytes decompressed; at most {BODY_BYTES_MAX} are taken: send it in halves")]
    TooLarge {
        /// Decompressed.
        bytes: usize,
    },
    /// Not JSON, a key too many or too few, or a value of the wrong type.
    #[error("{path}: {reason}")]
    Json {
        /// Where, as `windows[3].energy_mj`.
        path: String,
        /// What the JSON reader says.
        reason: String,
    },
    /// Another version of the document.
    #[error("version: {found} is not known here, only {VERSION}; bring agent and service to the same release")]
    Version {
        /// What the document says.
        found: u64,
    },
    /// A value that may not be.
    #[error("{field}: {problem}")]
    Invalid {
        /// Where, as `windows[3].energy_mj`.
        field: String,
        /// What, and what to do.
        problem: Problem,
    },
}

/// What is wrong with a value, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// More entries than a list may have.
    #[error("{found} entries; at most {most} are taken: send them in several batches")]
    Count {
        /// Entries found.
        found: usize,
        /// Entries taken.
        most: usize,
    },
    /// Not a *name*.
    #[error("`{0}` is not a name; write 1 to {NAME_BYTES_MAX} of A-Z a-z 0-9 . _ : @ + -")]
    Name(String),
    /// Not a *text*.
    #[error("`{0}` is not a text; write 1 to {TEXT_BYTES_MAX} bytes without control characters")]
    Text(String),
    /// A sequence of 0.
    #[error("0 is no sequence; count batches from 1")]
    Sequence,
    /// Before 1970.
    #[error("{0} ns is before 1970; send nanoseconds since 1970-01-01T00:00:00 UTC")]
    BeforeEpoch(i64),
    /// Energy below zero.
    #[error("{0} mJ is negative; send what was metered, at least 0")]
    NegativeEnergy(i64),
    /// Nothing between start and end.
    #[error("ends at {end} ns, not after its start at {start} ns; leave it out")]
    EmptyInterval {
        /// First moment.
        start: i64,
        /// The end given.
        end: i64,
    },
    /// A window of more than a day.
    #[error("spans {0} ns, more than a day; cut it")]
    LongWindow(u64),
    /// More observed than there is.
    #[error("{covered} ns is more than the {span} ns between start and end; send what of them was observed")]
    Covered {
        /// As given.
        covered: u64,
        /// Length of the interval.
        span: u64,
    },
    /// Lowest power above the highest.
    #[error("{min} mW is above power_peak_mw ({peak} mW); send the lowest power seen")]
    MinAbovePeak {
        /// Lowest.
        min: u64,
        /// Highest.
        peak: u64,
    },
    /// A weight outside its range.
    #[error("{0} is no weight; write 1 to {WEIGHT_MAX}")]
    Weight(u32),
    /// Parts per million above the whole.
    #[error("{0} ppm is more than the whole; write 0 to 1000000")]
    PartsPerMillion(u32),
    /// Attempt 0.
    #[error("0 is no attempt; count from 1")]
    Attempt,
    /// Not a status of a process.
    #[error("{0} is no exit status; write -255 to 255, a signal being negative")]
    ExitStatus(i32),
    /// A device that `devices` does not hold.
    #[error("`{0}` is not among this batch's devices; declare it there")]
    UndeclaredDevice(String),
    /// A device inside itself, directly or in a ring.
    #[error("`{0}` would be counted in itself; name the device whose energy contains it, or nothing")]
    CountedInItself(String),
    /// The same entry twice.
    #[error("repeats an earlier entry of the batch ({0}); send it once")]
    Repeated(String),
}

impl WireError {
    /// What is wrong with `bytes`, which could not be read: another version is the better answer than a key unknown in this one.
    pub(crate) fn of_json(bytes: &[u8], error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        #[derive(serde::Deserialize)]
        struct Versioned {
            version: u64,
        }
        match serde_json::from_slice::<Versioned>(bytes) {
            Ok(Versioned { version }) if version != u64::from(VERSION) => Self::Version { found: version },
            _ => Self::Json { path: error.path().to_string(), reason: error.inner().to_string() },
        }
    }
}
