//! The build of the web app: npm runs when it must and only then, and what it made is embedded.

#[path = "../../build.rs"]
#[expect(dead_code, reason = "a build script has an entry of its own")]
mod script;

use crate::skip::{runs, skip};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Packages of an app whose build writes a page and counts itself.
fn app(folder: &Path) {
    let build = "const fs = require('fs'); fs.mkdirSync('dist/assets', { recursive: true });
        fs.writeFileSync('dist/assets/a-1.js', 'x'.repeat(5000)); fs.writeFileSync('dist/index.html', '<p>');
        fs.appendFileSync('dist/../.runs', '.');";
    fs::create_dir(folder.join("src")).unwrap();
    fs::write(folder.join("build.cjs"), build).unwrap();
    fs::write(folder.join("package.json"), r#"{ "scripts": { "build": "node build.cjs" } }"#).unwrap();
    fs::write(folder.join("src/main.ts"), "1").unwrap();
    // What is older than a build is no news to it.
    for source in ["build.cjs", "package.json", "src/main.ts", "src"] {
        age(&folder.join(source), Duration::from_secs(60));
    }
}

#[expect(clippy::disallowed_methods, reason = "the file system has the machine's clock")]
fn age(path: &Path, by: Duration) {
    fs::File::open(path).unwrap().set_modified(SystemTime::now() - by).unwrap();
}

fn build(folder: &Path) -> Result<std::path::PathBuf, String> {
    let sources = script::sources(folder).unwrap();
    script::app(folder, &sources, true).map_err(|error| error.to_string())
}

#[test]
fn npm_runs_on_packages_that_are_there_when_a_source_is_newer() {
    if !runs("npm", &["--version"]) {
        return skip("npm is not installed");
    }
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path();
    let runs = || fs::read_to_string(folder.join(".runs")).unwrap_or_default().len();
    assert!(build(folder).unwrap_err().contains("holds no package.json"));
    app(folder);
    assert!(build(folder).unwrap_err().contains("CARGO_NET_OFFLINE"), "nothing is downloaded offline");
    assert_eq!(runs(), 0);
    fs::create_dir(folder.join("node_modules")).unwrap();
    let built = build(folder).unwrap();
    build(folder).unwrap();
    assert_eq!(runs(), 1, "the second time there is nothing to do");
    age(&built.join("index.html"), Duration::from_secs(30));
    build(folder).unwrap();
    assert_eq!(runs(), 1);
    age(&folder.join("src/main.ts"), Duration::from_secs(10));
    build(folder).unwrap();
    assert_eq!(runs(), 2);
    fs::write(folder.join("build.cjs"), "throw new Error('broken by design')").unwrap();
    age(&built.join("index.html"), Duration::from_secs(30));
    assert!(build(folder).unwrap_err().contains("npm run build failed"));
}

#[test]
fn what_was_built_is_listed_with_type_hash_and_packing() {
    let directory = tempfile::tempdir().unwrap();
    let files = [("/assets/a-1.js".to_owned(), vec![b'x'; 5000]), ("/x.woff2".to_owned(), b"font".to_vec())];
    script::embed(&files, directory.path()).unwrap();
    let list = fs::read_to_string(directory.path().join("app.rs")).unwrap();
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[1].contains("\"/assets/a-1.js\", media_type: \"text/javascript; charset=utf-8\""), "{list}");
    assert!(lines[1].contains("is_gzip: true") && lines[2].contains("is_gzip: false"), "{list}");
    assert_eq!(fs::read(directory.path().join("app/1")).unwrap(), b"font");
    assert!(fs::metadata(directory.path().join("app/0")).unwrap().len() < 100);
    script::embed(&files, directory.path()).unwrap();
    assert_eq!(fs::read_to_string(directory.path().join("app.rs")).unwrap(), list, "the same build twice is the same");
}
