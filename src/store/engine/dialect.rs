//! How PostgreSQL says what the views say.
//!
//! Most of it is the same: views keep to what both engines speak. PostgreSQL's tables come with functions of SQLite's names where it has none of its
//! own (`postgres/functions.sql`). What is left is how values are named, and hints to the planner, which only SQLite takes.

/// A statement in PostgreSQL's words: values are `$1`, `$2` …, in the order in which [`Said::order`] says them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// The text.
    pub(super) sql: String,
    /// Which of the statement's values are sent, counted from 0.
    pub(super) order: Vec<usize>,
}

/// Says `sql`, of whose values those are missing for which `is_missing` holds: a missing value is written out as `NULL`, as PostgreSQL cannot tell of
/// which type it would be.
pub(super) fn said(sql: &str, is_missing: impl Fn(usize) -> bool) -> Said {
    let mut said = Said { sql: String::with_capacity(sql.len() + 16), order: Vec::new() };
    // What stands in quotes is no statement.
    for (place, part) in sql.split('\'').enumerate() {
        if place > 0 {
            said.sql.push('\'');
        }
        if place % 2 == 1 { said.sql.push_str(part) } else { said.say(part, &is_missing) }
    }
    said
}

impl Said {
    fn say(&mut self, part: &str, is_missing: &impl Fn(usize) -> bool) {
        let part = without_hints(part);
        let mut values = part.split('?');
        self.sql.push_str(values.next().unwrap_or_default());
        for value in values {
            let digits = value.len() - value.trim_start_matches(|byte: char| byte.is_ascii_digit()).len();
            let (number, rest) = value.split_at(digits);
            let place = number.parse::<usize>().unwrap_or_default().saturating_sub(1);
            if is_missing(place) {
                self.sql.push_str("NULL");
            } else {
                let sent = self.order.iter().position(|known| *known == place).unwrap_or_else(|| {
                    self.order.push(place);
                    self.order.len() - 1
                });
                self.sql.push_str(&format!("${}", sent + 1));
            }
            self.sql.push_str(rest);
        }
    }
}

/// Without which index is to be used, and in which order tables are.
fn without_hints(part: &str) -> String {
    let mut left = part.replace("CROSS JOIN", "JOIN");
    while let Some(at) = left.find(" INDEXED BY ") {
        let after = at + " INDEXED BY ".len();
        let name = left[after..].find(|next: char| !next.is_ascii_alphanumeric() && next != '_');
        left.replace_range(at..name.map_or(left.len(), |length| after + length), "");
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_as_they_are_sent_and_missing_ones_written_out() {
        let said =
            said("SELECT '?1 ' || ?3, ?1 FROM t INDEXED BY i_1 CROSS JOIN u USING (x) WHERE a = ?2 OR a = ?3", |at| {
                at == 1
            });
        assert_eq!(said.sql, "SELECT '?1 ' || $1, $2 FROM t JOIN u USING (x) WHERE a = NULL OR a = $1");
        assert_eq!(said.order, [2, 0]);
    }
}
