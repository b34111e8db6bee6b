//! Answers to queries: annotated CSV, read strictly.
//!
//! A 200 is no success yet: an answer can be cut, can end in an error after good rows, or can be the page of a proxy. Columns come in any order
//! and under a new header whenever they change. An answer without rows is exactly one line end.

use std::collections::HashMap;

/// Why an answer is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TableError {
    #[error("the answer is not annotated CSV: {0}")]
    NotTable(String),
    #[error("the answer is cut off")]
    Cut,
    #[error("the query failed: {0}")]
    Failed(String),
    #[error("column `{column}` {problem}")]
    Value { column: String, problem: String },
}

/// The header of the rows that follow: where each column is, and its type.
#[derive(Default)]
struct Header {
    types: Vec<String>,
    defaults: Vec<String>,
    columns: HashMap<String, usize>,
}

/// One row of an answer.
pub(super) struct Row<'a> {
    header: &'a Header,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// The integer in `column`; `None` where it has no value there.
    pub(super) fn optional(&self, column: &str) -> Result<Option<i64>, TableError> {
        let wrong = |problem: String| TableError::Value { column: column.to_owned(), problem };
        let text = self.text(column);
        let Some(&place) = self.header.columns.get(column).filter(|_| !text.is_empty()) else { return Ok(None) };
        match self.header.types.get(place).map(String::as_str) {
            Some("long") => text.parse().map(Some).map_err(|_| wrong(format!("holds {text:?}, which is no integer"))),
            other => Err(wrong(format!("is of type {}, not long", other.unwrap_or("none")))),
        }
    }

    /// The text in `column`; empty where it has none.
    pub(super) fn text(&self, column: &str) -> &str {
        let Some(&place) = self.header.columns.get(column) else { return "" };
        match self.record.get(place).unwrap_or_default() {
            "" => self.header.defaults.get(place).map_or("", String::as_str),
            text => text,
        }
    }

    /// The integer in `column`, which must have one.
    pub(super) fn integer(&self, column: &str) -> Result<i64, TableError> {
        let missing = || TableError::Value { column: column.to_owned(), problem: "has no value".to_owned() };
        self.optional(column)?.ok_or_else(missing)
    }
}

/// Calls `each` with every row of an answer. An error may come after some rows; what they gave is then of no use.
pub(super) fn rows(body: &[u8], mut each: impl FnMut(&Row<'_>) -> Result<(), TableError>) -> Result<(), TableError> {
    if body == b"\r\n" {
        return Ok(());
    }
    if !body.ends_with(b"\n") {
        return Err(TableError::Cut);
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body);
    let (mut header, mut is_headed) = (Header::default(), false);
    let mut record = csv::StringRecord::new();
    let unreadable = |error: csv::Error| TableError::NotTable(error.to_string());
    while reader.read_record(&mut record).map_err(unreadable)? {
        let values = || record.iter().map(str::to_owned).collect();
        match record.get(0) {
            Some("#datatype") => (header, is_headed) = (Header { types: values(), ..Header::default() }, false),
            Some("#default") => header.defaults = values(),
            Some("#group") => {}
            Some(_) if header.types.is_empty() => {
                let shown: String = String::from_utf8_lossy(body).chars().take(100).collect();
                return Err(TableError::NotTable(format!("it begins with {shown:?}")));
            }
            _ if !is_headed => {
                header.columns = record.iter().enumerate().map(|(place, name)| (name.to_owned(), place)).collect();
                is_headed = true;
            }
            _ => {
                if let Some(&place) = header.columns.get("error") {
                    return Err(TableError::Failed(record.get(place).unwrap_or_default().to_owned()));
                }
                if record.len() != header.types.len() {
                    return Err(TableError::Cut);
                }
                each(&Row { header: &header, record: &record })?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "#datatype,string,long,long,string\r\n#group,false,false,false,true\r\n#default,_result,,,\r\n";

    fn energies(body: &str) -> Result<Vec<Option<i64>>, TableError> {
        let mut found = Vec::new();
        rows(body.as_bytes(), |row| {
            found.push(row.optional("energy_mj")?);
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn columns_are_found_by_name_wherever_they_stand() {
        let body = format!(
            "{TABLE},result,table,energy_mj,job\r\n,,0,7,a\r\n,,0,,b\r\n\r\n#datatype,string,long,string,long\r\n\
             #group,false,false,true,false\r\n#default,_result,,,\r\n,result,table,job,energy_mj\r\n,,1,\"x,\"\"y\",-9223372036854775808\r\n\r\n"
        );
        assert_eq!(energies(&body).unwrap(), [Some(7), None, Some(i64::MIN)]);
        assert_eq!(energies("\r\n").unwrap(), []);
    }

    #[test]
    fn an_answer_that_is_not_whole_and_good_is_an_error_whatever_came_before() {
        let good = format!("{TABLE},result,table,energy_mj,job\r\n,,0,7,a\r\n");
        let failed = format!(
            "{good}\r\n#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,stop here,\r\n"
        );
        assert_eq!(energies(&failed), Err(TableError::Failed("stop here".to_owned())));
        for cut in ["", ",,0,7", ",,0,7\r\n"] {
            let body = if cut.is_empty() { good.trim_end().to_owned() } else { format!("{good}{cut}") };
            assert_eq!(energies(&body), Err(TableError::Cut), "{body}");
        }
        for strange in ["<html><body>Sign in</body></html>\n", "\n\n,a\n", "{\"code\":\"x\"}\n"] {
            assert!(matches!(energies(strange), Err(TableError::NotTable(_))), "{strange}");
        }
        for (kind, value) in [("double", "7.5"), ("long", "7x"), ("long", "9223372036854775808"), ("boolean", "true")] {
            let body =
                format!("{}{value},a\r\n", good.replace("long,long", &format!("long,{kind}")).replace("7,a\r\n", ""));
            assert!(matches!(energies(&body), Err(TableError::Value { .. })), "{body}");
        }
        assert!(matches!(rows(b"#datatype,\xff\r\n", |_| Ok(())), Err(TableError::NotTable(_))));
    }
}
