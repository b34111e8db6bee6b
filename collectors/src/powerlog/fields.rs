//! Splits lines into cells.

/// What separates the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// Comma, semicolon, tab or bar; cells may be quoted.
    Byte(u8),
    /// Any number of blanks (`nvidia-smi dmon`, `amd-smi monitor`, turbostat). A unit after a number, and a number after the kind
    /// of a device (`GPU 0`), belong to the cell.
    Blanks,
}

impl Separator {
    /// The separator that occurs most often in the line; blanks if none does.
    pub(super) fn of_line(line: &[u8]) -> Self {
        let count = |byte: u8| {
            let mut quoted = false;
            line.iter()
                .filter(|b| {
                    quoted ^= **b == b'"';
                    !quoted && **b == byte
                })
                .count()
        };
        let most = [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|byte| count(*byte)).unwrap_or(b',');
        let has_words = || line.trim_ascii().contains(&b' ');
        if count(most) == 0 && has_words() { Self::Blanks } else { Self::Byte(most) }
    }
}

/// The positions of the cells of a line, reused from line to line.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    bounds: Vec<(usize, usize)>,
}

impl Fields {
    pub(super) fn split(&mut self, line: &[u8], separator: Separator) {
        self.bounds.clear();
        match separator {
            Separator::Byte(byte) => self.split_at(line, byte),
            Separator::Blanks => {
                let mut start = 0;
                for word in line.split(|b| b.is_ascii_whitespace()) {
                    let end = start + word.len();
                    match self.bounds.last_mut() {
                        _ if word.is_empty() => {}
                        Some(before) if belongs_to(word, &line[before.0..before.1]) => before.1 = end,
                        _ => self.bounds.push((start, end)),
                    }
                    start = end + 1;
                }
            }
        }
    }

    /// Splits a line at separators. Quotes are rare, so that one pass looks for both.
    fn split_at(&mut self, line: &[u8], separator: u8) {
        let mut quoted = false;
        let mut start = 0;
        for position in memchr::memchr2_iter(separator, b'"', line) {
            if line[position] == b'"' {
                quoted = !quoted;
            } else if !quoted {
                self.bounds.push((start, position));
                start = position + 1;
            }
        }
        self.bounds.push((start, line.len()));
    }

    pub(super) fn len(&self) -> usize {
        self.bounds.len()
    }

    /// The cell without surrounding blanks and quotes; empty if the line has no such cell.
    pub(super) fn get<'a>(&self, line: &'a [u8], index: usize) -> &'a [u8] {
        self.bounds.get(index).map_or(&[], |(start, end)| bare(&line[*start..*end]))
    }

    /// All cells of the line, in order.
    pub(super) fn cells<'a>(&self, line: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.bounds.iter().map(move |(start, end)| bare(&line[*start..*end]))
    }
}

/// Whether a word goes on with the cell before it: `600 W`, `52 °C`, `GPU 0`.
fn belongs_to(word: &[u8], before: &[u8]) -> bool {
    const UNITS: [&str; 24] = [
        "W", "mW", "kW", "J", "mJ", "C", "°C", "%", "MHz", "GHz", "Mhz", "MB", "GB", "MiB", "GiB", "V", "mV", "A",
        "RPM", "MB/s", "GB/s", "Mb/s", "KB/s", "ms",
    ];
    const KINDS: [&[u8]; 6] = [b"GPU", b"GPU-I", b"GPU-CI", b"CPU", b"CORE", b"SWITCH"];
    let is_number = |text: &[u8]| text.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
    let is_last_digit = before.last().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    (is_number(before) && is_last_digit && UNITS.iter().any(|unit| unit.as_bytes() == word))
        || (KINDS.contains(&before) && word.iter().all(u8::is_ascii_digit))
}

fn bare(cell: &[u8]) -> &[u8] {
    match cell.trim_ascii() {
        [b'"', inner @ .., b'"'] => inner.trim_ascii(),
        cell => cell,
    }
}
