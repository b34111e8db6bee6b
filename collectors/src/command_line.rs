//! A command line that cannot be read.

use std::io::Write;
use std::process::ExitCode;

/// Prints help, the version, or what is wrong with the command line, and returns the exit code. Where a word of it is not
/// [plain](model::plain), the colours are lost: they are no plain text either.
#[must_use]
pub fn refuse(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if text.lines().all(model::is_plain) {
        error.exit();
    }
    // Standard error may be gone with the terminal.
    let _ = std::io::stderr().lock().write_all(model::plain_lines(&text).as_bytes());
    ExitCode::from(2)
}
