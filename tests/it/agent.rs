//! `wattledger agent` is the node's agent; its behaviour is tested in `collectors/tests/agent`.

use crate::command::wattledger;

#[test]
fn the_agent_starts_from_its_settings_and_names_what_is_wrong_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("agent.toml");
    std::fs::write(&settings, "server = \"http://127.0.0.1:9\"\nspool_mb = 64\n").unwrap();
    let answer = wattledger(&["agent", "--config", settings.to_str().unwrap()]);
    assert_eq!((answer.code, answer.stdout.as_str()), (2, ""));
    assert!(answer.stderr.contains("spool_mb") && answer.stderr.contains("agent.toml"), "{}", answer.stderr);
}
