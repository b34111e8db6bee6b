//! Recognises which tool wrote a log.

use super::catalogue;
use super::delimited::Delimited;
use super::header::{self, LogTable};
use super::layout::Layout;
use super::prometheus::{self, Prometheus};
use super::reader::Reader;
use super::text::{LogLine, excerpt, lines_of, trim};
use super::textual::Textual;
use super::time::Times;
use super::track::{Conflict, Tracker};
use super::{LogError, LogNote, Options, PowerLogFormat};

/// Power above that of any accelerator board: 20 kW.
const BOARD_CEILING: u64 = 20_000_000;
/// Power above that of any machine: 1 GW.
const ANY_CEILING: u64 = 1_000_000_000_000;

/// Recognises the log that begins with `head`: returns its reader, an empty list of devices, and notes on the choice of
/// columns.
pub(super) fn recognise(
    head: &[u8],
    is_whole: bool,
    options: &Options,
) -> Result<(Reader, Tracker, Vec<LogNote>), LogError> {
    let first = first_line(head)?;
    if let Some(refusal) = catalogue::refused_text(head) {
        return Err(LogError::KnownAndRefused { what: refusal.title.clone(), advice: refusal.advice.clone() });
    }
    let is_prometheus = match options.format {
        Some(format) => format == PowerLogFormat::PROMETHEUS,
        None => prometheus::is_exporter_text(head),
    };
    if is_prometheus {
        let (reader, notes) = Prometheus::open(head, is_whole, options)?;
        let mut tracker = Tracker::new(ceiling(reader.is_of_boards()), Conflict::KeepFirst);
        tracker.state_containment(&options.mapping.contains);
        return Ok((Reader::Prometheus(Box::new(reader)), tracker, notes));
    }
    if let Some(text) = Textual::open(head, options) {
        let (reader, notes) = text?;
        let mut tracker = Tracker::new(ceiling(reader.is_of_boards()), Conflict::Refuse);
        tracker.times = Times::Relative;
        return Ok((Reader::Textual(Box::new(reader)), tracker, notes));
    }
    let table = match header::find(head, options.format)? {
        Some(table) => table,
        None => return Err(LogError::Unrecognised { first: excerpt(first.bytes), formats: PowerLogFormat::names() }),
    };
    delimited(table, is_whole, options)
}

/// The first line of `head` that is not blank, if `head` is text.
pub(super) fn first_line(head: &[u8]) -> Result<LogLine<'_>, LogError> {
    if let Some(offset) = binary_offset(head) {
        return Err(LogError::Binary { offset });
    }
    lines_of(head).find(|line| !trim(line.bytes).is_empty()).ok_or(LogError::Empty)
}

/// Power in mW above which no value is believed.
pub(super) const fn ceiling(is_of_boards: bool) -> u64 {
    if is_of_boards { BOARD_CEILING } else { ANY_CEILING }
}

fn delimited(
    table: LogTable<'_>,
    is_whole: bool,
    options: &Options,
) -> Result<(Reader, Tracker, Vec<LogNote>), LogError> {
    let (layout, notes) = Layout::choose(table, is_whole, options)?;
    let is_of_boards = layout.known.is_some_and(|format| format.of_boards);
    let mut tracker = Tracker::new(ceiling(is_of_boards), Conflict::Refuse);
    tracker.times = if layout.time.is_none() { Times::Relative } else { Times::Utc };
    tracker.is_mean_since_previous = layout.known.is_some_and(|format| format.mean_since_previous);
    tracker.state_containment(&options.mapping.contains);
    Ok((Reader::Delimited(Box::new(Delimited::new(layout, options))), tracker, notes))
}

/// Position at which `head` is found not to be text: a NUL, or the place where more than a tenth is control characters and
/// invalid UTF-8.
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
