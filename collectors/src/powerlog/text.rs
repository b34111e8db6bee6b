//! Splits bytes into lines: decodes them, finds line ends, and uses bounded memory.

use super::LogError;
use std::io::{ErrorKind, Read};

/// Length of the longest line that is read. The widest known log (of `amd-smi`, with 114 columns) has lines of 2 KiB.
pub(super) const LONGEST_LINE: usize = 1 << 20;
/// How many bytes are read to recognise the format.
const HEAD: usize = 256 << 10;
const CHUNK: usize = 64 << 10;

/// One line without its line end, in UTF-8 as far as the log is text.
#[derive(Clone, Copy)]
pub(super) struct LogLine<'a> {
    pub(super) bytes: &'a [u8],
    /// Line number, from 1.
    pub(super) number: u64,
    /// Whether the line has a line end; the last line of a log that was cut off has none.
    pub(super) terminated: bool,
}

/// The lines of a stream, read once through one buffer.
pub(super) struct Lines<R> {
    source: R,
    utf16: Option<Utf16>,
    /// The bytes that are read but not consumed are `buffer[start..end]`; the rest is free.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    number: u64,
    ended: bool,
}

impl<R: Read> Lines<R> {
    /// Reads the byte-order mark.
    ///
    /// # Errors
    ///
    /// The stream cannot be read, or is compressed or binary.
    pub(super) fn open(mut source: R) -> Result<Self, LogError> {
        let mut first = [0; 4];
        let mut length = 0;
        while length < first.len() {
            match read_some(&mut source, &mut first[length..])? {
                0 => break,
                count => length += count,
            }
        }
        let first = &first[..length];
        if first.starts_with(&[0x1f, 0x8b]) {
            return Err(LogError::Gzip);
        }
        let mut lines =
            Self { source, utf16: None, buffer: Vec::new(), start: 0, end: 0, number: 0, ended: length < 4 };
        if let Some(rest) = first.strip_prefix(&[0xff, 0xfe]) {
            lines.utf16 = Some(Utf16 { little_endian: true, pending: rest.to_vec(), raw: vec![0; CHUNK] });
        } else if let Some(rest) = first.strip_prefix(&[0xfe, 0xff]) {
            lines.utf16 = Some(Utf16 { little_endian: false, pending: rest.to_vec(), raw: vec![0; CHUNK] });
        } else {
            lines.buffer.extend_from_slice(first.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(first));
        }
        if let Some(utf16) = &mut lines.utf16 {
            utf16.decode(&mut lines.buffer);
        }
        lines.end = lines.buffer.len();
        Ok(lines)
    }

    /// The complete lines of the first 256 KiB, and whether they are the whole log. Nothing is consumed.
    pub(super) fn head(&mut self) -> Result<(&[u8], bool), LogError> {
        while !self.ended && self.end < HEAD {
            self.fill()?;
        }
        while !self.ended && memchr::memchr(b'\n', &self.buffer[..self.end]).is_none() {
            self.check_length()?;
            self.fill()?;
        }
        self.check_length()?;
        if self.ended {
            return Ok((&self.buffer[..self.end], true));
        }
        let end = memchr::memrchr(b'\n', &self.buffer[..self.end]).map_or(0, |last| last + 1);
        Ok((&self.buffer[..end], false))
    }

    /// Replaces the log, all of which is in memory, with `text`.
    pub(super) fn replace_whole(&mut self, text: Vec<u8>) {
        self.end = text.len();
        self.buffer = text;
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<LogLine<'_>>, LogError> {
        let mut searched = 0;
        let (length, terminated) = loop {
            let rest = &self.buffer[self.start..self.end];
            if let Some(found) = memchr::memchr(b'\n', &rest[searched..]) {
                break (searched + found, true);
            }
            searched = rest.len();
            if self.ended {
                break (searched, false);
            }
            self.check_length()?;
            self.fill()?;
        };
        if !terminated && length == 0 {
            return Ok(None);
        }
        if length > LONGEST_LINE {
            return Err(LogError::LineTooLong { line: self.number + 1, limit: LONGEST_LINE });
        }
        let line = &self.buffer[self.start..self.start + length];
        self.start += length + usize::from(terminated);
        self.number += 1;
        Ok(Some(LogLine { bytes: line.strip_suffix(b"\r").unwrap_or(line), number: self.number, terminated }))
    }

    fn check_length(&self) -> Result<(), LogError> {
        let rest = &self.buffer[self.start..self.end];
        if rest.len() > LONGEST_LINE && memchr::memchr(b'\n', &rest[..LONGEST_LINE]).is_none() {
            return Err(LogError::LineTooLong { line: self.number + 1, limit: LONGEST_LINE });
        }
        Ok(())
    }

    /// Moves the remaining bytes to the front and reads at most one chunk after them.
    fn fill(&mut self) -> Result<(), LogError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let read = match &mut self.utf16 {
            None => {
                if self.buffer.len() < self.end + CHUNK {
                    self.buffer.resize(self.end + CHUNK, 0);
                }
                let read = read_some(&mut self.source, &mut self.buffer[self.end..])?;
                self.end += read;
                read
            }
            Some(utf16) => {
                let read = read_some(&mut self.source, &mut utf16.raw)?;
                utf16.pending.extend_from_slice(&utf16.raw[..read]);
                self.buffer.truncate(self.end);
                utf16.decode(&mut self.buffer);
                self.end = self.buffer.len();
                read
            }
        };
        self.ended = read == 0;
        Ok(())
    }
}

fn read_some(source: &mut impl Read, into: &mut [u8]) -> Result<usize, LogError> {
    loop {
        match source.read(into) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return Ok(result?),
        }
    }
}

/// Bytes of UTF-16 that are not decoded yet.
struct Utf16 {
    little_endian: bool,
    pending: Vec<u8>,
    raw: Vec<u8>,
}

impl Utf16 {
    /// Appends all complete characters to `text` as UTF-8. Half a code unit or half a surrogate pair stays pending.
    fn decode(&mut self, text: &mut Vec<u8>) {
        let unit = |pair: &[u8]| match (self.little_endian, pair) {
            (true, &[low, high]) | (false, &[high, low]) => u16::from_be_bytes([high, low]),
            _ => 0xfffd,
        };
        let mut complete = self.pending.len() / 2 * 2;
        if complete >= 2 && (0xd800..0xdc00).contains(&unit(&self.pending[complete - 2..complete])) {
            complete -= 2;
        }
        let units = self.pending[..complete].chunks_exact(2).map(unit);
        let mut encoded = [0; 4];
        for character in char::decode_utf16(units) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend_from_slice(character.encode_utf8(&mut encoded).as_bytes());
        }
        self.pending.drain(..complete);
    }
}

/// The lines of a text that is in memory.
pub(super) fn lines_of(text: &[u8]) -> impl Iterator<Item = LogLine<'_>> {
    let mut rest = text;
    (1..).map_while(move |number| {
        if rest.is_empty() {
            return None;
        }
        let (line, terminated) = match memchr::memchr(b'\n', rest) {
            Some(end) => {
                let line = &rest[..end];
                rest = &rest[end + 1..];
                (line, true)
            }
            None => (std::mem::take(&mut rest), false),
        };
        Some(LogLine { bytes: line.strip_suffix(b"\r").unwrap_or(line), number, terminated })
    })
}

/// A cell as text for messages, at most 80 characters.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(80).collect()
}

/// The text without surrounding blanks.
pub(super) fn trim(cell: &[u8]) -> &[u8] {
    cell.trim_ascii()
}
