//! A node gets a token of its own: from an administrator, or for a code.

use super::attacks::{LIMITS, batch_of, send};
use crate::service::{Data, Service};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

/// A day from now, RFC 3339.
#[expect(clippy::disallowed_methods, reason = "the service has the machine's clock")]
pub(crate) fn tomorrow() -> String {
    (chrono::Utc::now() + chrono::TimeDelta::days(1)).to_rfc3339()
}

#[test]
fn a_node_gets_a_token_that_speaks_for_it_alone_in_one_command() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agent.token");
    let out = ["enroll", "n1", "--out", file.to_str().unwrap()];
    let made = service.command(&service.admin, &out);
    assert_eq!((made.code, made.stdout.as_str()), (0, ""), "{}", made.stderr);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let token = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    assert_eq!(send(&service, &token, &batch_of("n1", "alpha")).status, 200);
    let mut run = batch_of("n1", "alpha");
    run["agent"] = json!("n1-run");
    assert_eq!(send(&service, &token, &run).status, 200, "runs through the agent of the node");
    let mut borrowed = batch_of("n1", "alpha");
    borrowed["agent"] = json!("n2");
    for (what, batch) in [("another node", batch_of("n2", "alpha")), ("another's agent", borrowed)] {
        let refused = send(&service, &token, &batch);
        assert!(refused.status == 403 && refused.body.contains("wattledger enroll"), "{what}: {refused:?}");
    }
    assert_eq!(send(&service, &service.admin, &batch_of("n1", "alpha")).status, 403);
    let again = service.command(&service.admin, &["enroll", "n1"]);
    assert!(again.code == 2 && again.stderr.contains("wattledger token bind"), "{}", again.stderr);
    let kept = service.command(&service.admin, &out);
    assert!(kept.code == 2 && kept.stderr.contains("not there yet"), "{}", kept.stderr);
}

#[test]
fn a_fleet_enrols_by_a_code_that_ends_and_every_use_is_recorded() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    let admin = service.admin.clone();
    let made = service.command(&admin, &["token", "code", "rack 7", "--uses", "2", "--expires", &tomorrow(), "--json"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let made: Value = serde_json::from_str(&made.stdout).unwrap();
    let (id, code) = (made["id"].as_str().unwrap(), made["code"].as_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("code");
    std::fs::write(&file, format!("{code}\n")).unwrap();
    let enroll = |node: &str| service.command("", &["enroll", node, "--code-file", file.to_str().unwrap()]);
    for node in ["n1", "n2"] {
        let got = enroll(node);
        assert_eq!(got.code, 0, "{}", got.stderr);
        assert_eq!(send(&service, got.stdout.trim(), &batch_of(node, "alpha")).status, 200);
        assert_eq!(send(&service, got.stdout.trim(), &batch_of("n3", "alpha")).status, 403);
    }
    assert_eq!(enroll("n3").code, 2, "its uses are over");
    let ask = |code: &str| service.post("/api/v1/enrolments", "", &json!({ "code": code, "node": "n4" })).status;
    let other = if code.ends_with('0') { '1' } else { '0' };
    assert_eq!([ask(code), ask(&format!("{}{other}", &code[..79])), ask("")], [401; 3]);
    let listed = service.get("/api/v1/enrolment-codes", &admin).json()["items"][0].clone();
    assert_eq!((&listed["id"], &listed["uses"], &listed["uses_max"]), (&json!(id), &json!(2), &json!(2)));
    let actions = service.get("/api/v1/ledger/actions?limit=1000", &admin).json()["items"].clone();
    let by_code = |kind: &str| {
        let all = actions.as_array().unwrap().iter();
        all.filter(|action| action["kind"] == kind && action["by"] == id).count()
    };
    assert_eq!(["enrolment_code", "token", "node_token"].map(by_code), [2, 2, 2]);
    // One that is revoked is as one that never was.
    let asked = json!({ "name": "spare", "uses": 1, "expires": tomorrow() });
    let spare = service.post("/api/v1/enrolment-codes", &admin, &asked).json();
    let path = format!("/api/v1/enrolment-codes/{}", spare["id"].as_str().unwrap());
    assert_eq!([204, 404], [(), ()].map(|()| service.send("DELETE", &path, &admin, &[], b"").status));
    assert_eq!(ask(spare["code"].as_str().unwrap()), 401);
    for (asked, field) in [
        (json!({ "name": "a", "uses": 0, "expires": tomorrow() }), "uses"),
        (json!({ "name": "a", "uses": 1, "expires": "2020-01-01" }), "expires"),
        (json!({ "name": "a", "uses": 1, "expires": "2999-01-01" }), "expires"),
    ] {
        assert_eq!(service.post("/api/v1/enrolment-codes", &admin, &asked).json()["field"], field);
    }
    assert_eq!(service.stop().0, 0);
    let bytes: Vec<u8> = std::fs::read_dir(data.path())
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default())
        .collect();
    assert!(!String::from_utf8_lossy(&bytes).contains(&code[16..]), "a code can be read back");
    let verified = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}

#[test]
fn a_ledger_with_a_node_that_is_enrolled_and_silent_verifies() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    assert_eq!(service.command(&service.admin, &["enroll", "n1"]).code, 0);
    assert_eq!(service.stop().0, 0);
    let verified = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}
