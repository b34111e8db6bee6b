//! What a command prints: its answer on standard output, remarks on standard error.

use super::failure::Failure;
use std::io::{ErrorKind, Write};

/// Writes `text` to standard output. A reader that closes the pipe early (`| head`) is not a failure.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("writing to standard output").into())
        }
        _ => Ok(()),
    }
}

/// Writes `text` to standard error, which may be gone with the terminal; that stops nothing.
pub(crate) fn note(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Writes `document` to standard output as indented JSON.
pub(crate) fn json(document: &impl serde::Serialize) -> Result<(), Failure> {
    let document = serde_json::to_string_pretty(document).map_err(anyhow::Error::from)?;
    text(&format!("{document}\n"))
}

#[cfg(test)]
mod tests {
    /// Without the feature `float_roundtrip`, serde_json reads these numbers with another last digit than the service wrote.
    #[test]
    fn what_a_service_answers_is_printed_with_the_same_digits() {
        for number in ["0.00012861956277777779", "0.00047078767194444444", "0.000020121022777777778"] {
            let read: serde_json::Value = serde_json::from_str(number).unwrap();
            assert_eq!(read.to_string(), number);
        }
    }
}
