//! The built binary, run as a user runs it.

use std::process::Command;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `wattledger` with `arguments` to its end.
pub(crate) fn wattledger(arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_wattledger")).args(arguments).output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs it, expects exit code 0 and JSON on standard output.
pub(crate) fn json(arguments: &[&str]) -> serde_json::Value {
    let answer = wattledger(arguments);
    assert_eq!(answer.code, 0, "{arguments:?}: {}", answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

/// What a refused command shows: its exit code and message. Nothing may stand on standard output then.
pub(crate) fn refusal(arguments: &[&str]) -> String {
    let answer = wattledger(arguments);
    assert_eq!(answer.stdout, "", "{arguments:?}");
    format!("exit {}\n{}", answer.code, answer.stderr)
}
