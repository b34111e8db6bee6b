//! Reads JSON of providers strictly: a field has the type that it is known for, or the answer is not what was expected.

use super::factor_provider::ReplyError;
use crate::decimal;
use crate::moment;
use serde_json::Value;
use units::{Interval, Span, Timestamp};

/// The document in `bytes`, unless it says that there is an error, which some providers do with status 200.
pub(super) fn document(bytes: &[u8]) -> Result<Value, ReplyError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        let begin = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        ReplyError::Malformed(format!("it is not JSON ({error}) and begins with {begin:?}"))
    })?;
    match value.get("error") {
        None | Some(Value::Null) => Ok(value),
        Some(error) => Err(ReplyError::Reported(reported(error))),
    }
}

/// The words of an error: a text, or the texts in an object.
fn reported(error: &Value) -> String {
    let text = match error {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let texts: Vec<&str> = ["code", "message"].iter().filter_map(|key| fields.get(*key)?.as_str()).collect();
            texts.join(": ")
        }
        _ => error.to_string(),
    };
    text.chars().take(200).collect()
}

/// The list under `key`.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value], ReplyError> {
    let found = value.get(key).and_then(Value::as_array).map(Vec::as_slice);
    found.ok_or_else(|| ReplyError::Malformed(format!("it has no list {key:?}")))
}

/// The text under `key`.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    value.get(key).and_then(Value::as_str).ok_or_else(|| format!("it has no text {key:?}"))
}

/// The text under `key` of the document itself.
pub(super) fn head<'a>(value: &'a Value, key: &str) -> Result<&'a str, ReplyError> {
    text(value, key).map_err(ReplyError::Malformed)
}

/// The moment under `key`, with an offset.
pub(super) fn time(value: &Value, key: &str) -> Result<Timestamp, String> {
    let text = text(value, key)?;
    moment::parse(text).map_err(|rule| format!("{key} {text:?} is not a time: {rule}"))
}

/// The number under `key`; `None` for null, which is a gap. A text is none, as it may be a word for "no data".
pub(super) fn number(value: &Value, key: &str) -> Result<Option<f64>, String> {
    match value.get(key) {
        Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        Some(other) => Err(format!("{key} is {other} and not a number")),
        None => Err(format!("it has no {key:?}")),
    }
}

/// As [`number`], for providers that write some numbers as texts; an absent field is a gap too.
pub(super) fn number_or_text(value: &Value, key: &str) -> Result<Option<f64>, String> {
    match value.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => {
            let parsed = decimal::parse(text, 6).ok().and_then(|micro| i64::try_from(micro).ok());
            #[allow(clippy::cast_precision_loss, reason = "a number of a file has fewer digits")]
            let number = parsed.map(|micro| micro as f64 / 1e6);
            number.map(Some).ok_or_else(|| format!("{key} is {text:?} and not a number"))
        }
        Some(_) => number(value, key),
    }
}

/// Refuses an answer that is not about what was asked for.
pub(super) fn same(found: &str, expected: &str) -> Result<(), ReplyError> {
    if found == expected {
        return Ok(());
    }
    Err(ReplyError::Other { found: found.to_owned(), expected: expected.to_owned() })
}

/// `step` from `start` on, which has to be a multiple of it.
pub(super) fn interval(start: Timestamp, step: Span) -> Result<Interval, String> {
    let length = i64::try_from(step.nanoseconds()).unwrap_or(i64::MAX);
    if start.nanoseconds().rem_euclid(length) != 0 {
        let minutes = step.nanoseconds() / 60_000_000_000;
        return Err(format!("{} is not the start of {minutes} minutes", moment::show(start)));
    }
    start
        .after(step)
        .ok()
        .and_then(|end| Interval::new(start, end))
        .ok_or_else(|| "the time is out of range".to_owned())
}
