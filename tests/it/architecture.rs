//! The direction of dependencies inside `src`, which Cargo cannot enforce (docs/ARCHITECTURE.md).

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn lines_with(folders: &[&str], needles: &[&str], except: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut hits = Vec::new();
    for path in folders.iter().flat_map(|folder| sources(&root.join(folder))) {
        let shown = path.strip_prefix(root).unwrap().display().to_string();
        if except.iter().any(|allowed| shown.starts_with(allowed)) {
            continue;
        }
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if needles.iter().any(|needle| code.contains(needle)) {
                hits.push(format!("{shown}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    hits
}

#[test]
fn nothing_below_the_command_line_knows_it() {
    assert_eq!(lines_with(&["src"], &["crate::cli", "super::cli"], &["src/cli", "src/main.rs"]), [""; 0]);
}

#[test]
fn only_the_nvml_source_knows_nvml() {
    let hits = lines_with(&["src", "collectors/src", "crates"], &["nvml_wrapper"], &["collectors/src/source/nvml"]);
    assert_eq!(hits, [""; 0]);
}

#[test]
fn only_the_store_knows_sql() {
    assert_eq!(lines_with(&["src"], &["rusqlite", "prepare_cached"], &["src/store"]), [""; 0]);
}

#[test]
fn account_knows_no_clock_no_io_no_float() {
    let hits = lines_with(
        &["crates/account/src", "crates/units/src"],
        &["std::time", "std::fs", "std::net", "std::io", "f32", "f64", "chrono", "tokio"],
        &[],
    );
    assert_eq!(hits, [""; 0]);
}

#[test]
fn only_the_api_serves_http_and_only_serve_and_itself_know_it() {
    assert_eq!(lines_with(&["src"], &["axum", "hyper::"], &["src/api"]), [""; 0]);
    assert_eq!(lines_with(&["src"], &["crate::api", "super::api"], &["src/api", "src/serve.rs"]), [""; 0]);
}
