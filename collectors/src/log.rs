//! The log of a program: lines on standard error that show what they hold.

use std::io::{self, Write};
use tracing_subscriber::fmt::MakeWriter;

/// Standard error, with what steers a terminal or hides in a line shown as U+FFFD: a log tells of names that others chose.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainStderr;

impl Write for PlainStderr {
    /// Each event comes whole, as one text.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        io::stderr().lock().write_all(model::plain_lines(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl MakeWriter<'_> for PlainStderr {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}
