/// Why a power log cannot be used. Each message says what is wrong, where, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file or stream cannot be read.
    #[error("cannot read the log: {0}")]
    Read(#[from] std::io::Error),
    /// The log has no bytes, or only blank lines.
    #[error("the log is empty: nothing was recorded")]
    Empty,
    /// The log has a header and no rows.
    #[error("the log has a header but no rows: nothing was recorded")]
    HeaderOnly,
    /// The log is compressed with gzip.
    #[error("the log is compressed; decompress it first: gzip -dc FILE | wattledger meter -")]
    Gzip,
    /// The file is not text.
    #[error(
        "this is a binary file, not a power log: byte {offset} is not text (UTF-16 needs a byte-order mark); \
         use the text that nvidia-smi, amd-smi, hl-smi or an exporter printed"
    )]
    Binary {
        /// Position of the first byte that is not text, from 0.
        offset: usize,
    },
    /// A line is too long for a power log.
    #[error("line {line} is longer than {limit} bytes: this is not a power log with one reading per line")]
    LineTooLong {
        /// Line number, from 1.
        line: u64,
        /// Length of the longest line that is read, in bytes.
        limit: usize,
    },
    /// The text is in no known format.
    #[error(
        "this is not a power log in a known format: the first line is {first:?}; add a header that names the columns, \
         for example timestamp,uuid,power.draw [W], or name the format with --format ({formats})"
    )]
    Unrecognised {
        /// The first line, at most 80 characters of it.
        first: String,
        /// The names of all formats, joined with commas.
        formats: String,
    },
    /// The table has no column of power or energy.
    #[error(
        "the log has no power column; its columns are: {columns} (if one of them holds watts, name it with --column)"
    )]
    NoPower {
        /// Names of all columns, joined with commas.
        columns: String,
    },
    /// `--column` names no column of the log.
    #[error("column {column:?} is not in the log; columns with power or energy are: {available}")]
    UnknownColumn {
        /// Name that `--column` has.
        column: String,
        /// Names of the columns with power or energy, joined with commas.
        available: String,
    },
    /// `--column` names a limit or a setting.
    #[error(
        "column {column:?} is a limit or a setting, not a power reading; columns with power or energy are: {available}"
    )]
    NotPower {
        /// Name that `--column` has.
        column: String,
        /// Names of the columns with power or energy, joined with commas.
        available: String,
    },
    /// Several columns hold watts, and nothing says which of them is the reading.
    #[error(
        "the log has no header, and {count} of its columns hold power: which is the draw and which a limit is unknown; \
         log with the header (without noheader), or add a first line that names the columns"
    )]
    AmbiguousPower {
        /// How many columns hold power.
        count: usize,
    },
    /// The file is known, and holds no power over time.
    #[error("this is {what}; {advice}")]
    KnownAndRefused {
        /// What it is.
        what: String,
        /// What to do instead.
        advice: String,
    },
    /// What the columns mean is not certain.
    #[error("{0}")]
    Uncertain(Box<Question>),
    /// `--time`, `--device`, `--power` or `--energy` names no column of the log.
    #[error("column {column:?} is not in the log; its columns are: {available}")]
    NoSuchColumn {
        /// Name that the option has.
        column: String,
        /// Names of all columns, joined with commas.
        available: String,
    },
    /// The times of the log span more years than a recording can.
    #[error(
        "the times in column {column:?} span {years} years, so that they are in another unit than {unit}: \
         say it with --time {column}:ms (or :us, :ns)"
    )]
    SpanOfYears {
        /// Name of the time column.
        column: String,
        /// How many years lie between the first and the last row of the head.
        years: u64,
        /// The unit in which the times were read.
        unit: &'static str,
    },
    /// The log has no time column, and `--interval` is not given.
    #[error("the log has no time column; give the time between its readings, for example --interval 1s")]
    NoTime,
    /// No time in the log can be read.
    #[error(
        "line {line}: {text:?} is not a time that can be read; readable are 2025/03/10 09:00:00.123, \
         2025-03-10T09:00:00Z, 2025-03-10T09:00:00+01:00, 09:00:00.123, and numbers since 1970, or since the start if their column names their unit"
    )]
    UnreadableTime {
        /// Line number, from 1.
        line: u64,
        /// Text of the cell.
        text: String,
    },
    /// No row has as many cells as the header.
    #[error("line {line} has {cells} cells and the header {columns}: no row fits the header; correct the header line")]
    RowsDoNotFit {
        /// Number of the first such line, from 1.
        line: u64,
        /// How many cells it has.
        cells: usize,
        /// How many cells the header has.
        columns: usize,
    },
    /// `--format` says Prometheus text, but no line is a sample.
    #[error(
        "no line is a Prometheus sample (name{{label=\"…\"}} value time); the first line is {first:?}: \
         leave out --format, or name another format"
    )]
    NoSamples {
        /// The first line, at most 80 characters of it.
        first: String,
    },
    /// The log is one scrape without times.
    #[error(
        "one scrape without timestamps is not a time series: no energy can be computed from it; \
         scrape repeatedly and append the time in milliseconds to each value, or export the series from Prometheus"
    )]
    OneScrape,
    /// The log is several scrapes without times.
    #[error(
        "the samples carry no timestamps, so how far apart the scrapes are is unknown; \
         append the time in milliseconds to each value, or export the series from Prometheus"
    )]
    NoTimestamps,
    /// All samples are of one moment.
    #[error("one scrape is not a time series: all samples are of the same moment; scrape repeatedly into one file")]
    OneMoment,
    /// Prometheus samples are written series by series, and are too many to sort here.
    #[error(
        "line {line}: the samples of device {device:?} are written series by series, not in the order of time; \
         sort them first: awk '{{print $NF, $0}}' FILE | sort -s -n -k1,1 | cut -d' ' -f2- | wattledger meter -"
    )]
    SeriesAfterSeries {
        /// Line number, from 1.
        line: u64,
        /// Identifier of the device.
        device: String,
    },
    /// A number has a decimal comma in a log that is separated by commas.
    #[error(
        "line {line}: {cell} has a decimal comma, so that it could be one number or two; \
         write the log with LC_ALL=C, so that numbers have a decimal point"
    )]
    DecimalComma {
        /// Line number, from 1.
        line: u64,
        /// The number as it is written.
        cell: String,
    },
    /// Values that are called watts are probably milliwatts.
    #[error(
        "column {column:?}: every value is above {threshold} W (the lowest is {lowest} W), which no such device draws; \
         say --power '{column}:mW' if these are milliwatts, and '{column}:W' if they are watts"
    )]
    Milliwatts {
        /// Name of the column.
        column: String,
        /// Power that this kind of device never exceeds, in W.
        threshold: u64,
        /// Lowest value in the head of the log, in W.
        lowest: u64,
    },
    /// The time of a device decreases.
    #[error(
        "line {line}: the clock runs backwards: device {device:?} goes from {before} (line {before_line}) to {at}; \
         sort the log by time, or meter its recordings separately"
    )]
    ClockBackwards {
        /// Line number, from 1.
        line: u64,
        /// Identifier of the device.
        device: String,
        /// Time of its previous reading.
        before: String,
        /// Line of its previous reading.
        before_line: u64,
        /// Time of this reading, which is earlier.
        at: String,
    },
    /// A local time without a time zone jumps back by about an hour.
    #[error(
        "line {line}: the local time jumps back by an hour, from {before} (line {before_line}) to {at}, as at the end of \
         daylight saving time; give the time zone of the log, for example --timezone Europe/Berlin"
    )]
    ClockChange {
        /// Line number, from 1.
        line: u64,
        /// Time of the previous reading.
        before: String,
        /// Line of the previous reading.
        before_line: u64,
        /// Time of this reading, which is earlier.
        at: String,
    },
    /// The times are in two time zones, or some are with and some without one.
    #[error(
        "line {line}: two time zones in one log: times were in {first} and are now in {second}; \
         write all times in one zone, or, if its clock changed, name the zone with --timezone"
    )]
    TwoZones {
        /// Line number, from 1.
        line: u64,
        /// Zone of the first time: `UTC (Z)`, `+08:00` or `local time without zone`.
        first: String,
        /// Zone of the time on this line.
        second: String,
    },
    /// The local time does not exist, because the clock was put forward.
    #[error("line {line}: {text} does not exist in {zone} (the clock was put forward then); check --timezone")]
    SkippedTime {
        /// Line number, from 1.
        line: u64,
        /// The local time as it is written.
        text: String,
        /// Name of the time zone.
        zone: String,
    },
    /// One device has two different values at one moment.
    #[error(
        "lines {} and {}: two GPUs with the same name: device {:?} has {} and {} at {}; {}",
        .0.before_line, .0.line, .0.device, .0.before, .0.now, .0.at, .0.remedy
    )]
    TwoDevices(Box<NameClash>),
    /// Rows of several devices do not name their device.
    #[error(
        "two GPUs with the same name: the rows of {device:?} come in groups of {count}, as from {count} devices, \
         and no column identifies the device; log uuid or index as well"
    )]
    Interleaved {
        /// How many rows a group has.
        count: usize,
        /// Name that all rows have.
        device: String,
    },
    /// An energy counter decreases to a value that no restart explains.
    #[error(
        "line {line}: the energy counter of device {device:?} runs backwards without a reset, from {before} J \
         (line {before_line}) to {now} J; this is not a cumulative counter of one device: use a power column (--column), or, \
         if each value is the energy since the row before, say --energy COLUMN:J:interval"
    )]
    CounterBackwards {
        /// Line number, from 1.
        line: u64,
        /// Identifier of the device.
        device: String,
        /// Previous value, in J.
        before: String,
        /// Line of the previous value.
        before_line: u64,
        /// The lower value, in J.
        now: String,
    },
    /// An energy counter has one value throughout.
    #[error(
        "the energy counter of device {device:?} stands at {value} J in every row, so that it is no counter: if each value is the \
         energy since the row before, say --energy '{column}:J:interval' with its unit; if the device draws nothing, leave it out"
    )]
    CounterStands {
        /// Identifier of the device.
        device: String,
        /// Name of its column.
        column: String,
        /// The value, in J.
        value: String,
    },
    /// The header comes again after a pause.
    #[error(
        "line {line}: the header comes again, and the next row {pause} after the row before: there are two recordings in the file, and \
         what was drawn between them is not known; meter them separately"
    )]
    SecondRecording {
        /// Number of the row after the header, from 1.
        line: u64,
        /// Time between the two rows.
        pause: String,
    },
    /// The log has a second header with other columns.
    #[error(
        "line {line}: a second header with other columns: there are two recordings in the file; meter them separately"
    )]
    HeaderChanged {
        /// Line number, from 1.
        line: u64,
    },
    /// The column that should identify devices has too many different values.
    #[error(
        "more than {most} devices (the next is {device:?}): the column that should identify devices holds something else; \
         rename that column in the header"
    )]
    TooManyDevices {
        /// How many devices a log may have.
        most: usize,
        /// Name of the first device beyond that.
        device: String,
    },
}

/// What was seen of a log, and what has to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Why the log is not read.
    pub reason: String,
    /// Each column, with a cell of it and what it seems to be.
    pub seen: Vec<String>,
    /// The command that says it, to be corrected.
    pub command: String,
}

impl std::fmt::Display for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}; nothing is read that is not certain. Seen:", self.reason)?;
        for column in &self.seen {
            writeln!(f, "  {column}")?;
        }
        write!(f, "Say what they are, corrected where it is wrong:\n  {}", self.command)
    }
}

/// Two lines with different values of one device at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameClash {
    /// Line of the first value, from 1.
    pub before_line: u64,
    /// Line of the second value, from 1.
    pub line: u64,
    /// Name of the device on both lines.
    pub device: String,
    /// First value, with its unit.
    pub before: String,
    /// Second value, with its unit.
    pub now: String,
    /// Time of both lines.
    pub at: String,
    /// What to do about it.
    pub remedy: String,
}
