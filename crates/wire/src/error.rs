use crate::{BODY_BYTES_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX, VERSION, WEIGHT_MAX};

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The batch is larger than [`BODY_BYTES_MAX`].
    #[error("the batch has {bytes} bytes when decompressed; at most {BODY_BYTES_MAX} are accepted: send it in halves")]
    TooLarge {
        /// Size of the decompressed batch.
        bytes: usize,
    },
    /// The document is not JSON, has an unknown key or lacks one, or a value has the wrong type.
    #[error("{path}: {reason}")]
    Json {
        /// Place in the document, such as `windows[3].energy_mj`.
        path: String,
        /// Message of the JSON parser.
        reason: String,
    },
    /// The document has another version.
    #[error("version: {found} is not supported, only {VERSION}; bring agent and service to the same release")]
    Version {
        /// Version that the document has.
        found: u64,
    },
    /// A value is outside its range.
    #[error("{field}: {problem}")]
    Invalid {
        /// Place in the document, such as `windows[3].energy_mj`.
        field: String,
        /// What is wrong with it, and what to do.
        problem: FieldProblem,
    },
}

/// What is wrong with a value, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblem {
    /// A list has too many entries.
    #[error("{found} entries; at most {most} are accepted: send them in several batches")]
    Count {
        /// Entries that the list has.
        found: usize,
        /// Entries that are accepted.
        most: usize,
    },
    /// The value is not a *name*.
    #[error("`{0}` is not a name; write 1 to {NAME_BYTES_MAX} of A-Z a-z 0-9 . _ : @ + -")]
    Name(String),
    /// The value is not a *text*.
    #[error("`{0}` is not a text; write 1 to {TEXT_BYTES_MAX} bytes without control characters")]
    Text(String),
    /// The sequence is 0.
    #[error("0 is not a sequence number; number batches from 1")]
    Sequence,
    /// The time is before 1970.
    #[error("{0} ns is before 1970; send nanoseconds since 1970-01-01T00:00:00 UTC")]
    BeforeEpoch(i64),
    /// The energy is below zero.
    #[error("{0} mJ is negative; metered energy is at least 0")]
    NegativeEnergy(i64),
    /// The interval does not end after it starts.
    #[error("the end, {end} ns, is not after the start, {start} ns; leave the entry out")]
    EmptyInterval {
        /// Start of the interval, ns.
        start: i64,
        /// End of the interval, ns.
        end: i64,
    },
    /// The window is longer than a day.
    #[error("the window is {0} ns long, more than a day; split it")]
    LongWindow(u64),
    /// More time was observed than the window has.
    #[error("{covered} ns is more than the {span} ns between start and end; send how much of the window was observed")]
    Covered {
        /// Observed time of the window, ns.
        covered: u64,
        /// Length of the window, ns.
        span: u64,
    },
    /// The lowest power is above the highest.
    #[error("{min} mW is above power_peak_mw ({peak} mW); send the lowest power seen")]
    MinAbovePeak {
        /// Lowest power in the window, mW.
        min: u64,
        /// Highest power in the window, mW.
        peak: u64,
    },
    /// The weight is outside its range.
    #[error("{0} is not a weight; write 1 to {WEIGHT_MAX}")]
    Weight(u32),
    /// The parts per million are above a million.
    #[error("{0} ppm is out of range; write 0 to 1000000")]
    PartsPerMillion(u32),
    /// The attempt is 0.
    #[error("0 is not an attempt number; count from 1")]
    Attempt,
    /// The exit status is outside its range.
    #[error("{0} is not an exit status; write -255 to 255, with signals negative")]
    ExitStatus(i32),
    /// The device is not in `devices`.
    #[error("`{0}` is not among this batch's devices; declare it there")]
    UndeclaredDevice(String),
    /// The device is counted in itself, directly or through others.
    #[error("`{0}` would be counted in itself; name the device whose energy contains it, or leave the key out")]
    CountedInItself(String),
    /// The entry occurs twice.
    #[error("repeats an earlier entry of the batch ({0}); send it once")]
    Repeated(String),
}

impl WireError {
    /// What is wrong with `bytes`, which could not be read. If they are of another version, that is a better answer than the
    /// first key that this version does not know.
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
