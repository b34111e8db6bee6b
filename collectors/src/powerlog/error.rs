use super::Format;

/// Why a power log cannot be used. The message stands on its own: what is wrong, where, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file or stream failed.
    #[error("cannot read the log: {0}")]
    Read(#[from] std::io::Error),
    /// No byte, or only blank lines.
    #[error("the log is empty: nothing was recorded")]
    Empty,
    /// A header and nothing below it.
    #[error("the log has a header but no rows: nothing was recorded")]
    HeaderOnly,
    /// gzip magic.
    #[error("the log is compressed; unpack it on the way in: gzip -dc FILE | wattledger meter -")]
    Gzip,
    /// Not text.
    #[error(
        "this is a binary file, not a power log: byte {offset} is not text (UTF-16 needs its byte-order mark); \
         give the text that nvidia-smi, amd-smi, hl-smi or an exporter printed"
    )]
    Binary {
        /// First offending byte, from 0.
        offset: usize,
    },
    /// A line that no power log has.
    #[error("line {line} is longer than {limit} bytes: this is not a power log of one reading per line")]
    LineTooLong {
        /// Line number, from 1.
        line: u64,
        /// The longest line that is read.
        limit: usize,
    },
    /// Text, but none of the known shapes.
    #[error(
        "no known power log: the first line is {first:?}; a header that names the columns is needed, \
         for example timestamp,uuid,power.draw [W] (--format names: {})",
        Format::NAMES
    )]
    Unrecognised {
        /// The first line, cut after 80 characters.
        first: String,
    },
    /// A table without a column of power or energy.
    #[error(
        "the log has no power column; its columns are: {columns} (if one of them holds watts, name it with --column)"
    )]
    NoPower {
        /// Column names, joined with commas.
        columns: String,
    },
    /// `--column` names nothing that can be metered.
    #[error("column {column:?} is not in the log; columns with power or energy are: {available}")]
    UnknownColumn {
        /// What was asked for.
        column: String,
        /// Column names, joined with commas.
        available: String,
    },
    /// `--column` names a limit.
    #[error(
        "column {column:?} is a limit or a setting, not a power reading; columns with power or energy are: {available}"
    )]
    NotPower {
        /// What was asked for.
        column: String,
        /// Column names, joined with commas.
        available: String,
    },
    /// Two columns hold watts and nothing says which is the reading.
    #[error(
        "the log has no header, and {count} of its columns hold power: the draw cannot be told from a limit; \
         put the header line back (drop noheader), or a line that names the columns on top"
    )]
    AmbiguousPower {
        /// How many columns hold power.
        count: usize,
    },
    /// CodeCarbon's `emissions.csv`.
    #[error(
        "this is CodeCarbon's emissions.csv: results of finished runs (energy in kWh), not power over time; \
         its energy_consumed column is already the answer (take the last row of each run_id), \
         so meter the log that nvidia-smi or an exporter recorded instead"
    )]
    EmissionsFile,
    /// Neither a time column nor `--interval`.
    #[error("the log has no time column; say how far apart its readings are: --interval 1s")]
    NoTime,
    /// No time of the log can be read.
    #[error(
        "line {line}: {text:?} is not a time that can be read; known are 2025/03/10 09:00:00.123, \
         2025-03-10T09:00:00Z, 2025-03-10T09:00:00+01:00, 09:00:00.123, and numbers since 1970 or since the start"
    )]
    UnreadableTime {
        /// Line number, from 1.
        line: u64,
        /// The cell.
        text: String,
    },
    /// No row has the cells that the header names.
    #[error(
        "line {line} has {cells} cells where the header names {columns}: no row fits the header; correct the header line"
    )]
    RowsDoNotFit {
        /// Number of the first such line, from 1.
        line: u64,
        /// Its cells.
        cells: usize,
        /// The header's cells.
        columns: usize,
    },
    /// Prometheus text without times.
    #[error(
        "one scrape without timestamps is no time series: no energy can be computed from it; \
         scrape repeatedly and put the time in milliseconds behind each value, or export the series from Prometheus"
    )]
    OneScrape,
    /// Several scrapes without times.
    #[error(
        "the samples carry no timestamps, so how far apart the scrapes are is unknown; \
         put the time in milliseconds behind each value, or export the series from Prometheus"
    )]
    NoTimestamps,
    /// Prometheus text of one moment.
    #[error("one scrape is no time series: all samples are of one moment; scrape repeatedly into one file")]
    OneMoment,
    /// Prometheus samples written series by series, too long to be put in order here.
    #[error(
        "line {line}: the samples of device {device:?} stand series after series, not in the order of time; \
         sort them first: awk '{{print $NF, $0}}' FILE | sort -s -n -k1,1 | cut -d' ' -f2- | wattledger meter -"
    )]
    SeriesAfterSeries {
        /// Line number, from 1.
        line: u64,
        /// The device.
        device: String,
    },
    /// `30,3` in a log separated by commas.
    #[error(
        "line {line}: {cell} has a decimal comma: whether it is one number or two cannot be told safely; \
         write the log with LC_ALL=C, so that numbers have a decimal point"
    )]
    DecimalComma {
        /// Line number, from 1.
        line: u64,
        /// The number as it stands.
        cell: String,
    },
    /// Milliwatts under the name of watts.
    #[error(
        "column {column:?}: every value is above {threshold} W (the lowest is {lowest} W), which no such device draws: \
         probably milliwatts; say so in the column's name (…_mw, or [mW]), or confirm watts with [W]"
    )]
    Milliwatts {
        /// The column.
        column: String,
        /// Watts that the kind of device never exceeds.
        threshold: u64,
        /// Lowest value of the head, in W.
        lowest: u64,
    },
    /// One device's time decreases.
    #[error(
        "line {line}: the clock runs backwards: device {device:?} goes from {before} (line {before_line}) to {at}; \
         sort the log by time, or meter the recordings apart"
    )]
    ClockBackwards {
        /// Line number, from 1.
        line: u64,
        /// The device.
        device: String,
        /// Time of its reading before.
        before: String,
        /// Line of its reading before.
        before_line: u64,
        /// The earlier time.
        at: String,
    },
    /// Local time without zone jumps back by about an hour.
    #[error(
        "line {line}: the local time jumps back by an hour, from {before} (line {before_line}) to {at}: \
         a clock change; name the zone of the log, for example --timezone Europe/Berlin"
    )]
    ClockChange {
        /// Line number, from 1.
        line: u64,
        /// Time of the reading before.
        before: String,
        /// Line of the reading before.
        before_line: u64,
        /// The earlier time.
        at: String,
    },
    /// `Z` and `+08:00`, or with and without zone.
    #[error(
        "line {line}: two zones in one log: times were in {first} and are now in {second}; \
         write all of them in one zone, or name the zone whose clock changed with --timezone"
    )]
    TwoZones {
        /// Line number, from 1.
        line: u64,
        /// Zone of the first time: `UTC`, `+08:00`, `local time without zone`.
        first: String,
        /// The other zone.
        second: String,
    },
    /// A local time that the clock skipped.
    #[error("line {line}: {text} does not exist in {zone} (the clock was put forward over it); check --timezone")]
    SkippedTime {
        /// Line number, from 1.
        line: u64,
        /// The local time.
        text: String,
        /// The zone's name.
        zone: String,
    },
    /// Two different values of one device at one moment.
    #[error(
        "lines {} and {}: two GPUs under one name: device {:?} has {} and {} at {}; {}",
        .0.before_line, .0.line, .0.device, .0.before, .0.now, .0.at, .0.remedy
    )]
    TwoDevices(Box<NameClash>),
    /// Rows of several devices that nothing tells apart.
    #[error(
        "two GPUs under one name: the rows of {device:?} come in groups of {count} close together, as from {count} devices, \
         and no column tells them apart; log uuid or index"
    )]
    Interleaved {
        /// Rows per group.
        count: usize,
        /// The name that all carry.
        device: String,
    },
    /// An energy counter that decreases to a value that no restart explains.
    #[error(
        "line {line}: the energy counter of device {device:?} runs backwards without a reset, from {before} J \
         (line {before_line}) to {now} J; this is no cumulative counter of one device: use a power column (--column)"
    )]
    CounterBackwards {
        /// Line number, from 1.
        line: u64,
        /// The device.
        device: String,
        /// Value before, in J.
        before: String,
        /// Line of the value before.
        before_line: u64,
        /// The lower value, in J.
        now: String,
    },
    /// A second header with other columns.
    #[error("line {line}: a second header with other columns: two recordings in one file; meter them apart")]
    HeaderChanged {
        /// Line number, from 1.
        line: u64,
    },
    /// The column that should tell devices apart tells rows apart.
    #[error(
        "more than {most} devices, the next is {device:?}: the column that names the devices holds something else; \
         give it another name in the header"
    )]
    TooManyDevices {
        /// How many devices one log may have.
        most: usize,
        /// The name that is one too many.
        device: String,
    },
}

/// Two lines that give one device two values at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameClash {
    /// Line of the first value, from 1.
    pub before_line: u64,
    /// Line of the second value.
    pub line: u64,
    /// The name that both carry.
    pub device: String,
    /// First value with unit.
    pub before: String,
    /// Second value with unit.
    pub now: String,
    /// The moment.
    pub at: String,
    /// What to do.
    pub remedy: String,
}
