//! What a real InfluxDB answered, as the reader and the writer here understand it.

use super::server::{Refusal, refusal};
use super::table::{TableError, rows};
use serde_json::Value;

macro_rules! recorded {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../../../tests/recorded/influxdb/", $name, ".json")))
            .unwrap()
    };
}

/// The integers in `column`, row by row.
fn read(exchange: &Value, column: &str) -> Result<Vec<Option<i64>>, TableError> {
    let mut found = Vec::new();
    rows(exchange["response"]["body"].as_str().unwrap().as_bytes(), |row| {
        found.push(row.optional(column)?);
        Ok(())
    })?;
    Ok(found)
}

#[test]
fn answers_with_rows_are_read_whole() {
    let joules = |millions: [i64; 9]| millions.map(|million| Some(million * 1_000_000)).to_vec();
    let pivoted = recorded!("508-query-pivot");
    assert_eq!(read(&pivoted, "energy_j").unwrap(), joules([3, 6, 9, 2, 4, 6, 1, 2, 3]));
    assert_eq!(read(&recorded!("510-query-pivot-missing-field-null"), "energy_j").unwrap(), [Some(1), None, Some(3)]);
    assert_eq!(read(&recorded!("523-empty-result-vnd-flux"), "energy_j").unwrap(), []);
    let tags = read(&recorded!("530-different-tags-in-one-result"), "_value").unwrap();
    assert!(tags.len() > 1 && tags.iter().all(Option::is_some), "{tags:?}");
}

#[test]
fn answers_that_are_not_what_was_asked_for_are_errors() {
    for exchange in [recorded!("540-runtime-error-after-two-tables"), recorded!("541-runtime-error-die-status-200")] {
        let found = read(&exchange, "energy_j");
        assert!(matches!(&found, Err(TableError::Failed(reason)) if reason.contains("runtime error")), "{found:?}");
    }
    let without_annotations = recorded!("575-runtime-error-after-two-tables-vnd-flux");
    assert!(matches!(read(&without_annotations, "_value"), Err(TableError::NotTable(_))));
    for exchange in [recorded!("531-different-types-in-one-result"), recorded!("529-different-columns-in-one-result")] {
        assert!(matches!(read(&exchange, "_value"), Err(TableError::Value { .. })));
    }
    // Cut inside a row, an answer is never taken for a shorter one. Cut between two rows, HTTP says so.
    let whole = recorded!("508-query-pivot");
    let body = whole["response"]["body"].as_str().unwrap();
    let last_row = body.trim_end().rfind('\n').unwrap();
    for end in last_row + 2..body.trim_end().len() {
        assert!(rows(&body.as_bytes()[..end], |row| row.optional("energy_j").map(drop)).is_err(), "{end}");
    }
}

#[test]
fn refusals_say_whether_lines_or_the_server_are_at_fault() {
    let of = |exchange: Value| {
        let response = &exchange["response"];
        let status = u16::try_from(response["status"].as_u64().unwrap()).unwrap();
        match refusal(status, response["body"].as_str().unwrap()) {
            Refusal::Lines { lost, .. } => format!("lines, {lost:?} lost"),
            Refusal::Large { is_final, .. } => format!("large, final: {is_final}"),
            Refusal::Unavailable(_) => "unavailable".to_owned(),
        }
    };
    for (exchange, expected) in [
        (recorded!("115-write-bad-line-among-good"), "lines, None lost"),
        (recorded!("122-write-conflict-in-batch"), "lines, Some(2) lost"),
        (recorded!("140-write-older-than-retention"), "lines, Some(1) lost"),
        // Two were lost; the message says one.
        (recorded!("143-write-older-than-retention-and-conflict"), "lines, Some(1) lost"),
        (recorded!("130-write-unknown-bucket"), "unavailable"),
        (recorded!("136-write-invalid-token"), "unavailable"),
        (recorded!("137-write-read-only-token"), "unavailable"),
        (recorded!("703-write-cache-full"), "large, final: false"),
    ] {
        assert_eq!(of(exchange.clone()), expected, "{}", exchange["note"]);
    }
}
