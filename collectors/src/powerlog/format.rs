//! Which tool wrote a log.

use super::delimited::Delimited;
use super::header::{self, Table};
use super::layout::Layout;
use super::prometheus::{self, Prometheus};
use super::rocm::RocmText;
use super::text::{excerpt, lines_of, trim};
use super::time::Times;
use super::track::{Conflict, Tracker};
use super::{LogError, Note, Options, Reader};
use std::str::FromStr;

/// The shapes of power logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `nvidia-smi --query-gpu=… --format=csv`, and loops around it with a header of their own.
    NvidiaSmi,
    /// `nvidia-smi dmon`, with `-o T` or `-o DT`.
    NvidiaSmiDmon,
    /// Text of DCGM and other exporters, with a timestamp behind each value.
    Prometheus,
    /// `amd-smi metric --csv`.
    AmdSmi,
    /// `rocm-smi --showpower`, `--csv` or not, in a loop that adds the time.
    RocmSmi,
    /// `hl-smi -Q … --format csv`.
    HlSmi,
    /// Intel Power Gadget.
    PowerGadget,
    /// A table with one column per device.
    Wide,
    /// A table with one row per device and moment.
    Plain,
}

impl Format {
    const ALL: [(Self, &str); 9] = [
        (Self::NvidiaSmi, "nvidia-smi"),
        (Self::NvidiaSmiDmon, "dmon"),
        (Self::Prometheus, "prometheus"),
        (Self::AmdSmi, "amd-smi"),
        (Self::RocmSmi, "rocm-smi"),
        (Self::HlSmi, "hl-smi"),
        (Self::PowerGadget, "power-gadget"),
        (Self::Wide, "wide"),
        (Self::Plain, "csv"),
    ];

    /// All names that [`Format::from_str`] knows, for messages.
    pub const NAMES: &str = "nvidia-smi, dmon, prometheus, amd-smi, rocm-smi, hl-smi, power-gadget, wide, csv";

    /// Name as `--format` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("csv", |(_, name)| name)
    }

    /// Whether one device of the format is one accelerator board.
    pub(super) const fn is_of_boards(self) -> bool {
        matches!(self, Self::NvidiaSmi | Self::NvidiaSmiDmon | Self::AmdSmi | Self::RocmSmi | Self::HlSmi)
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(format, _)| *format)
            .ok_or_else(|| format!("unknown log format {name:?}; known are {}", Self::NAMES))
    }
}

/// 20 kW: above every accelerator board.
const BOARD_CEILING: u64 = 20_000_000;
/// 1 GW: above every machine.
const ANY_CEILING: u64 = 1_000_000_000_000;

/// The reader for the log that begins with `head`, an empty register of devices, and the notes on what was chosen.
pub(super) fn recognise(
    head: &[u8],
    is_whole: bool,
    options: &Options,
) -> Result<(Reader, Tracker, Vec<Note>), LogError> {
    if let Some(offset) = binary_offset(head) {
        return Err(LogError::Binary { offset });
    }
    let Some(first) = lines_of(head).find(|line| !trim(line.bytes).is_empty()) else {
        return Err(LogError::Empty);
    };
    let is_prometheus = match options.format {
        Some(format) => format == Format::Prometheus,
        None => prometheus::is_exporter_text(head),
    };
    if is_prometheus {
        let (reader, notes) = Prometheus::open(head, is_whole, options)?;
        let tracker = Tracker::new(BOARD_CEILING, Conflict::KeepFirst);
        return Ok((Reader::Prometheus(Box::new(reader)), tracker, notes));
    }
    if let Some(text) = RocmText::open(head, options) {
        let (reader, notes) = text?;
        let mut tracker = Tracker::new(BOARD_CEILING, Conflict::Refuse);
        tracker.times = Times::Relative;
        return Ok((Reader::RocmText(Box::new(reader)), tracker, notes));
    }
    let table = match header::find(head, options.format)? {
        Some(table) => table,
        None => return Err(LogError::Unrecognised { first: excerpt(first.bytes) }),
    };
    delimited(&table, is_whole, options)
}

fn delimited(table: &Table<'_>, is_whole: bool, options: &Options) -> Result<(Reader, Tracker, Vec<Note>), LogError> {
    let (layout, notes) = Layout::choose(table, is_whole, options)?;
    let ceiling = if layout.format.is_of_boards() { BOARD_CEILING } else { ANY_CEILING };
    let mut tracker = Tracker::new(ceiling, Conflict::Refuse);
    tracker.times = if layout.time.is_none() { Times::Relative } else { Times::Utc };
    tracker.is_mean_since_previous = layout.format == Format::PowerGadget;
    Ok((Reader::Delimited(Box::new(Delimited::new(layout, options))), tracker, notes))
}

/// Where text stops being text: a NUL, or where more than a tenth is control characters and broken UTF-8.
fn binary_offset(head: &[u8]) -> Option<usize> {
    if let Some(nul) = memchr::memchr(0, head) {
        return Some(nul);
    }
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x1b | 0x0c);
    let broken: usize = head.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    let controls = head.iter().filter(|byte| is_control(byte)).count();
    if (broken + controls) * 10 <= head.len() {
        return None;
    }
    let first_control = head.iter().position(is_control);
    let first_broken =
        head.utf8_chunks().next().filter(|chunk| !chunk.invalid().is_empty()).map(|chunk| chunk.valid().len());
    first_control.into_iter().chain(first_broken).min()
}
