//! Splits lines into cells.

/// What separates the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// Comma, semicolon or tab; cells may be quoted.
    Byte(u8),
    /// Any number of blanks (`nvidia-smi dmon`).
    Blanks,
}

impl Separator {
    /// The separator that occurs most often in the line; a comma if none does.
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
        let most = [b',', b';', b'\t'].into_iter().rev().max_by_key(|byte| count(*byte));
        Self::Byte(most.unwrap_or(b','))
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
                    if !word.is_empty() {
                        self.bounds.push((start, start + word.len()));
                    }
                    start += word.len() + 1;
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

fn bare(cell: &[u8]) -> &[u8] {
    match cell.trim_ascii() {
        [b'"', inner @ .., b'"'] => inner.trim_ascii(),
        cell => cell,
    }
}
