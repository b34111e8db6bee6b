//! What docs/ARCHITECTURE.md says of the code, held against the code.
//!
//! The table of rooms in that page is read by these tests: which room may use which stands there and nowhere else.

mod code;

use code::{Code, circles};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every crate of the workspace without its tests, parsed once.
fn code() -> &'static Code {
    static CODE: LazyLock<Code> = LazyLock::new(read);
    &CODE
}

fn read() -> Code {
    let folders = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().file_name().into_string());
    let mut crates =
        vec![("wattledger".to_owned(), "src".to_owned()), ("collectors".to_owned(), "collectors/src".to_owned())];
    crates.extend(folders.map(Result::unwrap).map(|name| (name.clone(), format!("crates/{name}/src"))));
    Code::read(root(), &crates)
}

/// A row of the table of rooms.
#[derive(Debug)]
struct Row {
    paths: Vec<String>,
    may_use: Vec<String>,
}

/// The table with the header `| folder | what it holds | may use |`.
fn rooms() -> Vec<Row> {
    let page = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let lines = page.lines().skip_while(|line| *line != "| folder | what it holds | may use |").skip(2);
    let rows: Vec<Row> = lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            let named = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Row { paths: named(cells[1]), may_use: named(cells[3]) }
        })
        .collect();
    assert!(rows.len() > 20, "the table of rooms in docs/ARCHITECTURE.md is not found");
    rows
}

/// Number of the row that `path` belongs to: that of the longest path above it.
fn row_of(rows: &[Row], path: &str) -> Option<usize> {
    let is_above =
        |above: &String| path == above || path.strip_prefix(above.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let named = rows.iter().enumerate().flat_map(|(number, row)| row.paths.iter().map(move |path| (number, path)));
    named.filter(|(_, above)| is_above(above)).max_by_key(|(_, above)| above.len()).map(|(number, _)| number)
}

/// Files that only declare the rooms below them.
fn is_list_of_rooms(file: &str) -> bool {
    matches!(file, "src/lib.rs" | "src/main.rs" | "collectors/src/lib.rs")
}

/// Which rows each row uses, with a file that does.
fn uses_by_row(rows: &[Row], uses: &BTreeMap<String, BTreeSet<String>>) -> BTreeMap<(usize, usize), String> {
    let mut found = BTreeMap::new();
    for (file, used) in uses {
        let Some(row) = row_of(rows, file) else { continue };
        for other in used.iter().filter_map(|other| row_of(rows, other)).filter(|other| *other != row) {
            found.entry((row, other)).or_insert_with(|| file.clone());
        }
    }
    found
}

#[test]
fn every_source_belongs_to_a_room() {
    let (rows, uses) = (rooms(), code().uses());
    let homeless: Vec<&String> =
        uses.keys().filter(|file| !is_list_of_rooms(file) && row_of(&rows, file).is_none()).collect();
    assert!(homeless.is_empty(), "no row of the table in docs/ARCHITECTURE.md names these: {homeless:?}");
}

#[test]
fn the_table_of_rooms_is_sorted_from_the_foundation_up() {
    let rows = rooms();
    for (number, row) in rows.iter().enumerate() {
        for named in &row.may_use {
            let place = row_of(&rows, named);
            assert!(
                place.is_some_and(|place| place < number),
                "{:?} may use {named}, which is no row above it",
                row.paths
            );
        }
    }
}

#[test]
fn a_room_uses_what_the_table_lets_it_and_the_table_lets_it_what_it_uses() {
    let (rows, uses) = (rooms(), code().uses());
    let found = uses_by_row(&rows, &uses);
    // Rows are sorted, so what is below a row is known before the row.
    let mut reach: Vec<BTreeSet<usize>> = Vec::new();
    let mut wrong = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let named: Vec<usize> = row.may_use.iter().filter_map(|path| row_of(&rows, path)).collect();
        let below: BTreeSet<usize> =
            named.iter().flat_map(|place| reach[*place].iter().copied().chain([*place])).collect();
        let used = found.range((number, 0)..(number + 1, 0)).map(|((_, other), file)| (*other, file));
        for (other, file) in used.filter(|(other, _)| !below.contains(other)) {
            wrong.push(format!("{file} uses {}, which its row does not let it", rows[other].paths[0]));
        }
        for place in named.iter().filter(|place| !found.contains_key(&(number, **place))) {
            wrong.push(format!("{} uses nothing of {}, which its row names", row.paths[0], rows[*place].paths[0]));
        }
        reach.push(below);
    }
    assert!(wrong.is_empty(), "mend the code, or the table in docs/ARCHITECTURE.md:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles = circles(&code().uses());
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn no_two_types_share_a_name() {
    let shared: BTreeMap<_, _> = code().types().into_iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(shared.is_empty(), "{shared:#?}");
}

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
    let root = root();
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
    assert_eq!(
        lines_with(&["src"], &["crate::cli", "super::cli;", "super::cli::"], &["src/cli", "src/main.rs"]),
        [""; 0]
    );
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
fn the_store_knows_nothing_of_the_api_s_document() {
    assert_eq!(lines_with(&["src/store"], &["utoipa"], &[]), [""; 0]);
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
