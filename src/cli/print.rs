//! Answers on standard output. A reader that closes the pipe early (`| head`) is no failure.

use super::Failure;
use std::io::{ErrorKind, Write};

/// Writes `text` as it is.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("writing to standard output").into())
        }
        _ => Ok(()),
    }
}

/// Writes `document` as indented JSON.
pub(crate) fn json(document: &impl serde::Serialize) -> Result<(), Failure> {
    let document = serde_json::to_string_pretty(document).map_err(anyhow::Error::from)?;
    text(&format!("{document}\n"))
}
