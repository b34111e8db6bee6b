//! The one way in which a test says that it was skipped: for want of something that this machine does not offer (strace, root, a browser).
//! What the repository can hold is never a reason.

use std::io::Write;

/// Names the test that runs and why it is skipped, on standard error past the test harness, which hides what a passing test prints,
/// and in the file that `WATTLEDGER_SKIPPED` names, which `.ci/run` shows and counts at its end.
pub(crate) fn skip(reason: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED: {}: {reason}\n", thread.name().unwrap_or("a test"));
    // A test is not judged by whether its notice could be written.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = std::env::var_os("WATTLEDGER_SKIPPED")
        && let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(path)
    {
        let _ = file.write_all(line.as_bytes());
    }
}

/// Whether `program` with `arguments` runs here and ends well.
pub(crate) fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = std::process::Command::new(program);
    let command = command.args(arguments).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
