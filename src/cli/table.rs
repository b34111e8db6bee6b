//! Columns of text for people.

use unicode_width::UnicodeWidthStr;

/// A column: its title, and the side on which its cells line up.
#[derive(Clone, Copy)]
pub(crate) struct TableColumn<'a> {
    title: &'a str,
    is_right: bool,
}

/// A column whose cells line up on the left, for words.
pub(crate) const fn left(title: &str) -> TableColumn<'_> {
    TableColumn { title, is_right: false }
}

/// A column whose cells line up on the right, for numbers.
pub(crate) const fn right(title: &str) -> TableColumn<'_> {
    TableColumn { title, is_right: true }
}

/// Rows under a header, each column as wide as its widest cell, two spaces between; no trailing spaces.
///
/// Widths are those of a terminal: a Chinese or Japanese character takes two columns, an accent that is a character of its own none.
pub(crate) struct TextTable {
    are_right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    /// A table with these columns.
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = TableColumn<'a>>) -> Self {
        let (titles, are_right) = columns.into_iter().map(|column| (column.title.to_owned(), column.is_right)).unzip();
        Self { are_right, rows: vec![titles] }
    }

    /// Adds a row; missing cells are empty.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl std::fmt::Display for TextTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let length = |cell: Option<&String>| cell.map_or(0, |cell| cell.width());
        let widths: Vec<usize> = (0..self.are_right.len())
            .map(|column| self.rows.iter().map(|row| length(row.get(column))).max().unwrap_or(0))
            .collect();
        for row in &self.rows {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let pad = " ".repeat(widths[column].saturating_sub(cell.width()));
                if column > 0 {
                    line.push_str("  ");
                }
                line.extend(if self.are_right[column] { [&pad, cell.as_str()] } else { [cell.as_str(), &pad] });
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
        let mut table = TextTable::new([left("name"), right("W")]);
        table.row(vec!["a".into(), "1.5".into()]);
        table.row(vec!["longer".into(), "12.0".into()]);
        assert_eq!(table.to_string(), "name       W\na        1.5\nlonger  12.0\n");
    }

    #[test]
    fn columns_line_up_where_characters_are_wide_or_have_no_width() {
        let mut table = TextTable::new([left("project"), right("W")]);
        table.row(vec!["語言模型".into(), "1.5".into()]);
        table.row(vec!["e\u{301}te\u{301}".into(), "12.0".into()]);
        assert_eq!(table.to_string(), "project      W\n語言模型   1.5\ne\u{301}te\u{301}       12.0\n");
    }
}
