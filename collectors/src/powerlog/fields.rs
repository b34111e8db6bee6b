//! From a line to its cells.

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// Comma, semicolon or tab; cells may be quoted.
    Byte(u8),
    /// Any number of blanks (`nvidia-smi dmon`).
    Blanks,
}

impl Separator {
    /// The separator that the line has most of; a comma if it has none.
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

/// Where the cells of a line are, without quotes and blanks around them. Reused from line to line.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    bounds: Vec<(usize, usize)>,
}

impl Fields {
    pub(super) fn split(&mut self, line: &[u8], separator: Separator) {
        self.bounds.clear();
        match separator {
            Separator::Byte(byte) if memchr::memchr(b'"', line).is_some() => self.split_quoted(line, byte),
            Separator::Byte(byte) => {
                let mut start = 0;
                for end in memchr::memchr_iter(byte, line) {
                    self.push(line, start, end);
                    start = end + 1;
                }
                self.push(line, start, line.len());
            }
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

    fn split_quoted(&mut self, line: &[u8], separator: u8) {
        let mut quoted = false;
        let mut start = 0;
        for (position, byte) in line.iter().enumerate() {
            quoted ^= *byte == b'"';
            if *byte == separator && !quoted {
                self.push(line, start, position);
                start = position + 1;
            }
        }
        self.push(line, start, line.len());
    }

    fn push(&mut self, line: &[u8], start: usize, end: usize) {
        let (start, end) = trimmed(line, start, end);
        let is_quoted = end - start >= 2 && line[start] == b'"' && line[end - 1] == b'"';
        self.bounds.push(if is_quoted { trimmed(line, start + 1, end - 1) } else { (start, end) });
    }

    pub(super) fn len(&self) -> usize {
        self.bounds.len()
    }

    /// The cell, empty where the line is too short.
    pub(super) fn get<'a>(&self, line: &'a [u8], index: usize) -> &'a [u8] {
        self.bounds.get(index).map_or(&[], |(start, end)| &line[*start..*end])
    }

    /// All cells in order.
    pub(super) fn cells<'a>(&self, line: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.bounds.iter().map(move |(start, end)| &line[*start..*end])
    }
}

fn trimmed(line: &[u8], mut start: usize, mut end: usize) -> (usize, usize) {
    while start < end && line[start].is_ascii_whitespace() {
        start += 1;
    }
    while start < end && line[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    (start, end)
}
