//! Columns of text for people.

use unicode_width::UnicodeWidthStr;

/// Which way the cells of a column lean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lean {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows under a header, each column as wide as its widest cell, two spaces between; no trailing spaces.
///
/// Widths are those of a terminal: a Chinese or Japanese character takes two columns, an accent that is a character of its own none.
pub(crate) struct Table {
    leans: Vec<Lean>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: &[(&str, Lean)]) -> Self {
        let leans = columns.iter().map(|(_, lean)| *lean).collect();
        Self { leans, rows: vec![columns.iter().map(|(title, _)| (*title).to_owned()).collect()] }
    }

    /// Adds a row; missing cells are empty.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let length = |cell: Option<&String>| cell.map_or(0, |cell| cell.width());
        let widths: Vec<usize> = (0..self.leans.len())
            .map(|column| self.rows.iter().map(|row| length(row.get(column))).max().unwrap_or(0))
            .collect();
        for row in &self.rows {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let pad = " ".repeat(widths[column].saturating_sub(cell.width()));
                if column > 0 {
                    line.push_str("  ");
                }
                match self.leans[column] {
                    Lean::Left => line.extend([cell.as_str(), &pad]),
                    Lean::Right => line.extend([&pad, cell.as_str()]),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// `value` with `digits` significant digits and no exponent: `0.0171`, `48.66`, `1287`.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let magnitude = value.abs().log10().floor();
    let decimals = (digits as f64 - 1.0 - magnitude).clamp(0.0, 15.0);
    format!("{value:.*}", decimals as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits_keep_small_values_and_do_not_invent_large_ones() {
        let shown = [0.000_000_829, 0.017_131_171, 486.867, 1_286.7, 0.0, 9.999_96].map(|v| significant(v, 4));
        assert_eq!(shown, ["0.0000008290", "0.01713", "486.9", "1287", "0", "10.000"]);
    }

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&[("name", Lean::Left), ("W", Lean::Right)]);
        table.row(vec!["a".into(), "1.5".into()]);
        table.row(vec!["longer".into(), "12.0".into()]);
        assert_eq!(table.to_string(), "name       W\na        1.5\nlonger  12.0\n");
    }

    #[test]
    fn columns_line_up_where_characters_are_wide_or_have_no_width() {
        let mut table = Table::new(&[("project", Lean::Left), ("W", Lean::Right)]);
        table.row(vec!["語言模型".into(), "1.5".into()]);
        table.row(vec!["e\u{301}te\u{301}".into(), "12.0".into()]);
        assert_eq!(table.to_string(), "project      W\n語言模型   1.5\ne\u{301}te\u{301}       12.0\n");
    }
}
