//! The settings that people start from are read, and what is wrong with others is said with its place.

use collectors::agent::{AgentConfig, AgentEnvironment, AgentOverrides};
use std::fs;
use std::path::Path;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/agent.toml");

fn load(folder: &Path, text: &str) -> Result<AgentConfig, String> {
    let token = folder.join("token");
    fs::write(&token, "wl_abc\n").unwrap();
    let path = folder.join("agent.toml");
    fs::write(&path, format!("{text}\ntoken_file = {token:?}\n")).unwrap();
    AgentConfig::load(Some(&path), &AgentOverrides::default(), &AgentEnvironment::default())
        .map_err(|error| error.to_string().replace(&folder.display().to_string(), "DIR"))
}

#[test]
fn the_shipped_file_is_read_and_its_comments_show_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(SHIPPED).unwrap();
    let shipped = load(folder.path(), &text).unwrap();
    // Every setting but those that have no default or are not for every machine.
    let settings = text.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| {
        let key = line.split(" = ").next().unwrap_or_default();
        let of_some = ["token_file", "ca_file", "name", "run_spools", "metrics_listen", "slurm.cluster", "slurm.node"];
        let has_no_default =
            of_some.contains(&key) || key.starts_with("slurm.accounts.") || key.starts_with("kubernetes.projects.");
        line.contains(" = ") && !key.contains(' ') && !has_no_default
    });
    let spelled: Vec<&str> = settings.collect();
    assert_eq!(spelled.len(), 13, "{spelled:?}");
    let spelled = load(folder.path(), &format!("server = \"https://wattledger.example\"\n{}", spelled.join("\n")));
    assert_eq!(spelled.unwrap(), shipped);
    assert_eq!((shipped.token.as_str(), shipped.server.as_str()), ("wl_abc", "https://wattledger.example"));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_fix() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str, expected: &str| {
        let said = load(folder.path(), text).unwrap_err();
        assert!(said.contains(expected), "{text}:\n said     {said}\n expected {expected}");
    };
    let with = |line: &str| format!("server = \"https://x\"\n{line}");
    check(&with("spol = 3"), "line 2, column 1");
    check(&with("spol = 3"), "unknown field `spol`, expected one of");
    check(&with("spool_mb_max = \"64\""), "invalid type: string");
    check(&with("spool_mb_max = 4"), "DIR/agent.toml: spool_mb_max: 4 is out of range; write 8 to 65536");
    check(&with("window_ms = 7000"), "window_ms: 7000 does not divide a minute; write a divisor of 60000");
    check(&with("push_every_s = 0"), "push_every_s: 0 is out of range; write 1 to 3600");
    check(&with("keep_hours = 9000"), "keep_hours: 9000 is out of range");
    check(&with("name = \"a b\""), "name: `a b` is not a name");
    check(&with("log = \"loud\""), "log: `loud` is not a level; write error, warn, info, debug or trace");
    check(&with("metrics_listen = \"localhost\""), "metrics_listen: `localhost` is not an address; write a port");
    check(&with("sources = []"), "sources: is empty; write [\"auto\"]");
    check(&with("sources = [\"gpu\"]"), "sources: `gpu` is not a source");
    check(&with("slurm.cluster = \"a b\""), "slurm.cluster: `a b` is not a name");
    check(
        &with("slurm.accounts.x = \"a b\""),
        "slurm.accounts: `a b`, for the account \"x\", is not the name of a project",
    );
    check("", "server: is missing; write the address of the service");
    check("server = \"http://ledger.example\"", "would send the token unencrypted: use https");
    check("server = \"https://x/api\"", "has a path; write only https://HOST[:PORT]");
    check("server = \"ftp://x\"", "server: \"ftp://x\" is not a service address");
    assert!(load(folder.path(), "server = \"http://127.0.0.1:8600\"").is_ok());
    let none = folder.path().join("none.toml");
    let missing = AgentConfig::load(Some(&none), &AgentOverrides::default(), &AgentEnvironment::default());
    let missing = missing.unwrap_err().to_string();
    assert!(missing.ends_with("(config/agent.toml is a template), or name another file with --config"), "{missing}");
}

#[test]
fn the_environment_says_what_neither_the_file_nor_the_command_line_does() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    fs::write(&other, "wl_other\n").unwrap();
    let environment = AgentEnvironment {
        node: None,
        server: Some("https://of.environment".to_owned()),
        token: Some(" wl_environment\n".to_owned()),
        token_file: Some(other),
        ca_file: Some("/ca.pem".into()),
        metering_file: Some("/metering.json".into()),
        state: Some("/state".into()),
    };
    let path = folder.path().join("agent.toml");
    let loaded = |text: &str, environment: &AgentEnvironment| {
        fs::write(&path, text).unwrap();
        AgentConfig::load(Some(&path), &AgentOverrides::default(), environment).unwrap()
    };
    let bare = loaded("", &environment);
    assert_eq!((bare.server.as_str(), bare.token.as_str()), ("https://of.environment", "wl_environment"));
    assert_eq!(bare.token_file, None);
    assert_eq!(
        [bare.ca_file.unwrap(), bare.metering_file],
        ["/ca.pem", "/metering.json"].map(std::path::PathBuf::from)
    );
    assert_eq!(bare.run_spools.unwrap(), Path::new("/state/wattledger/runs"));
    // A file of settings keeps the spool where that file says.
    assert_eq!(bare.spool, Path::new("/var/lib/wattledger-agent/spool.sqlite"));
    let by_file = loaded("", &AgentEnvironment { token: None, ..environment.clone() });
    assert_eq!(by_file.token, "wl_other");
    let own = folder.path().join("token");
    fs::write(&own, "wl_own\n").unwrap();
    let said = "ca_file = \"/own.pem\"\nmetering_file = \"/own.json\"\nserver = \"https://own\"";
    let own = loaded(&format!("token_file = {own:?}\n{said}"), &environment);
    assert_eq!((own.server.as_str(), own.token.as_str()), ("https://own", "wl_own"));
    assert_eq!([own.ca_file.unwrap(), own.metering_file], ["/own.pem", "/own.json"].map(std::path::PathBuf::from));
}

#[test]
fn metrics_are_served_nowhere_unless_asked_and_to_this_machine_unless_an_address_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let listening = |line: &str| {
        let config = load(folder.path(), &format!("server = \"https://x\"\n{line}")).unwrap();
        config.metrics_listen.map(|address| address.to_string())
    };
    assert_eq!(listening(""), None);
    assert_eq!(listening("metrics_listen = \"8781\"").as_deref(), Some("127.0.0.1:8781"));
    assert_eq!(listening("metrics_listen = \"0.0.0.0:8781\"").as_deref(), Some("0.0.0.0:8781"));
    assert_eq!(listening("metrics_listen = \"[::1]:8781\"").as_deref(), Some("[::1]:8781"));
}

#[test]
fn a_token_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let config = load(folder.path(), "server = \"https://x\"").unwrap();
    assert!(!format!("{config:?}").contains("wl_abc"));
    fs::write(folder.path().join("token"), "two words\n").unwrap();
    let path = folder.path().join("agent.toml");
    let said = AgentConfig::load(Some(&path), &AgentOverrides::default(), &AgentEnvironment::default())
        .unwrap_err()
        .to_string();
    assert!(said.contains("does not hold a token") && !said.contains("two words"), "{said}");
}

/// The unit that is shipped gives the agent next to no rights.
#[test]
fn the_systemd_units_are_tight() {
    for unit in ["wattledger-agent.service", "wattledger.service"] {
        let unit = format!("{}/../deploy/systemd/{unit}", env!("CARGO_MANIFEST_DIR"));
        let analysed = std::process::Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--threshold=20", &unit])
            .output();
        match analysed {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
            Err(error) => crate::skip::skip(&format!("systemd-analyze does not run here: {error}")),
        }
    }
}
