//! What a command prints: its answer on standard output, remarks on standard error.

use super::failure::Failure;
use std::io::{ErrorKind, Write};

/// Writes `text` to standard output, its lines [plain](model::plain): a name that somebody chose steers no terminal and hides in no file. A reader
/// that closes the pipe early (`| head`) is not a failure.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(model::plain_lines(text).as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("writing to standard output").into())
        }
        _ => Ok(()),
    }
}

/// Writes `text` to standard error, its lines plain. It may be gone with the terminal; that stops nothing.
pub(crate) fn note(text: &str) {
    let _ = std::io::stderr().lock().write_all(model::plain_lines(text).as_bytes());
}

/// Writes `document` to standard output as indented JSON, in which characters that are not plain are escaped.
pub(crate) fn json(document: &impl serde::Serialize) -> Result<(), Failure> {
    let document = serde_json::to_string_pretty(document).map_err(anyhow::Error::from)?;
    text(&format!("{}\n", escaped(&document)))
}

/// `document`, which is JSON, with the same meaning and nothing in its texts that is not seen. Only texts can hold such characters.
fn escaped(document: &str) -> String {
    let mut units = [0; 2];
    document.chars().fold(String::with_capacity(document.len()), |mut shown, character| {
        if character == '\n' || model::is_plain(character.encode_utf8(&mut [0; 4])) {
            shown.push(character);
        } else {
            shown.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn no_document_steers_a_terminal() {
        let given = serde_json::json!({ "name": "a\u{202e}\u{e0041}\u{85}\u{7f}b" });
        let shown = escaped(&serde_json::to_string_pretty(&given).unwrap());
        assert!(shown.lines().all(model::is_plain), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), given);
    }

    /// Without the feature `float_roundtrip`, serde_json reads these numbers with another last digit than the service wrote.
    #[test]
    fn what_a_service_answers_is_printed_with_the_same_digits() {
        for number in ["0.00012861956277777779", "0.00047078767194444444", "0.000020121022777777778"] {
            let read: serde_json::Value = serde_json::from_str(number).unwrap();
            assert_eq!(read.to_string(), number);
        }
    }
}
