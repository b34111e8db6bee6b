//! Calls of `wattledger check --terraform`.

use serde_json::Value;
use std::process::Command;

/// Exit code, standard output and standard error of a check without a service.
pub(super) fn check(plan: &Value, further: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    std::fs::write(&path, plan.to_string()).unwrap();
    check_file(path.to_str().unwrap(), further)
}

pub(super) fn check_file(path: &str, further: &[&str]) -> (i32, String, String) {
    let answer = Command::new(env!("CARGO_BIN_EXE_wattledger"))
        .args(["check", "--terraform", path])
        .args(further)
        .env_remove("WATTLEDGER_SERVER")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (answer.status.code().unwrap(), text(&answer.stdout), text(&answer.stderr))
}

pub(super) fn json_of(plan: &Value, further: &[&str]) -> (i32, Value) {
    let (code, out, error) = check(plan, &[&["--json"], further].concat());
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{error}")))
}
