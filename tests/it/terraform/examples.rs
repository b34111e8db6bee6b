//! The examples for CI: they are YAML, and call options that exist.

#[test]
fn the_examples_are_yaml_and_call_options_that_exist() {
    let help = crate::command::wattledger(&["check", "--help"]).stdout;
    for file in ["github-actions.yml", "gitlab-ci.yml"] {
        let path = format!("{}/deploy/ci/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        serde_yaml_ng::from_str::<serde_yaml_ng::Value>(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let calls: Vec<&str> = text.lines().filter(|line| line.contains("wattledger check")).collect();
        assert!(!calls.is_empty(), "{file} checks nothing");
        let options = calls.iter().flat_map(|line| line.split_whitespace()).filter(|word| word.starts_with("--"));
        for option in options {
            assert!(help.contains(option), "{file} calls {option}");
        }
    }
}
