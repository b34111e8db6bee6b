//! Embeds the web app: builds `dashboards/` with npm where that is possible and needed, compresses what came out, and lists it for `src/api/app.rs`.
//!
//! | variable | meaning |
//! |---|---|
//! | `WATTLEDGER_SKIP_APP=1` | no npm and no app, for quick work on Rust |
//! | `WATTLEDGER_BUILD_APP=1` | the app must be there: a failure fails the build |
//! | `CARGO_NET_OFFLINE=true` | Cargo's own: npm downloads nothing either |
//!
//! npm runs where the sources are newer than `dashboards/dist`, and first fetches the packages of the lock file if there are none
//! (`dashboards/node_modules`), as Cargo fetches its crates. Where that does not work a page is embedded that says how to get the app, and a
//! warning says why.
#![allow(clippy::print_stdout, reason = "a build script talks to Cargo on standard output")]

use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

const SOURCES: &str = "dashboards";
const PAGE_WITHOUT_APP: &str = "src/api/without_app.html";
/// A file: its path from `/` on, and its content.
type File = (String, Vec<u8>);

/// In `dashboards/`, but nothing that the app is made of.
const NO_SOURCES: [&str; 6] = ["node_modules", "dist", "e2e", "grafana", "test-results", "coverage"];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error=the web app cannot be embedded: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (is_wanted, is_offline) = (is_set("WATTLEDGER_BUILD_APP"), is_set("CARGO_NET_OFFLINE"));
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={PAGE_WITHOUT_APP}");
    let sources = sources(Path::new(SOURCES))?;
    for source in &sources {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    let built = if is_set("WATTLEDGER_SKIP_APP") {
        Err("WATTLEDGER_SKIP_APP is set".into())
    } else {
        app(Path::new(SOURCES), &sources, is_offline)
    };
    let files = match built {
        Ok(folder) => files(&folder)?,
        Err(reason) if is_wanted => return Err(reason),
        Err(reason) => {
            println!("cargo::warning=built without the web app: {reason}");
            vec![("/index.html".to_owned(), fs::read(PAGE_WITHOUT_APP)?)]
        }
    };
    let out = std::env::var_os("OUT_DIR").ok_or("Cargo names no OUT_DIR")?;
    Ok(embed(&files, Path::new(&out))?)
}

fn is_set(variable: &str) -> bool {
    println!("cargo::rerun-if-env-changed={variable}");
    std::env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "0" && value != "false")
}

/// What the app is made of: files and folders directly in `folder`, by name.
pub(crate) fn sources(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !NO_SOURCES.contains(&name.as_str()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The folder with the built app, which is built now if it is older than its sources; otherwise the reason that there is none.
pub(crate) fn app(folder: &Path, sources: &[PathBuf], is_offline: bool) -> Result<PathBuf, Box<dyn Error>> {
    if !folder.join("package.json").exists() {
        return Err(format!("{} holds no package.json", folder.display()).into());
    }
    let built = folder.join("dist");
    if is_fresh(&built.join("index.html"), sources)? {
        return Ok(built);
    }
    if !folder.join("node_modules").exists() {
        if is_offline {
            return Err("its packages are not installed, and CARGO_NET_OFFLINE forbids npm to fetch them".into());
        }
        npm(folder, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(folder, &["run", "build"])?;
    Ok(built)
}

/// Whether `built` is at least as new as every file in `sources`.
fn is_fresh(built: &Path, sources: &[PathBuf]) -> io::Result<bool> {
    let Ok(built) = fs::metadata(built).and_then(|data| data.modified()) else { return Ok(false) };
    for source in sources {
        if newest(source)? > built {
            return Ok(false);
        }
    }
    Ok(true)
}

fn newest(path: &Path) -> io::Result<SystemTime> {
    let data = fs::metadata(path)?;
    let mut newest = data.modified()?;
    if data.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(self::newest(&entry?.path())?);
        }
    }
    Ok(newest)
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let asked = format!("npm {}", arguments.join(" "));
    let output =
        Command::new("npm").args(arguments).current_dir(folder).output().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "npm is not installed; it comes with Node.js".to_owned(),
            _ => format!("{asked}: {error}"),
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let mut last: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).rev().take(8).collect();
    last.reverse();
    Err(format!("{asked} failed ({}): {}", output.status, last.join(" | ")).into())
}

/// Every file below `folder`, by path.
fn files(folder: &Path) -> Result<Vec<File>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let name = path.strip_prefix(folder)?.to_str().ok_or_else(|| format!("{path:?} is no text"))?;
            found.push((format!("/{name}"), fs::read(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// Writes the files, compressed where that helps, and `app.rs`, the list of them.
pub(crate) fn embed(files: &[File], out: &Path) -> io::Result<()> {
    let folder = out.join("app");
    fs::create_dir_all(&folder)?;
    let mut list = String::from("&[\n");
    for (number, (path, content)) in files.iter().enumerate() {
        let packed = gzip(content)?;
        let is_gzip = packed.len() < content.len() * 9 / 10;
        fs::write(folder.join(number.to_string()), if is_gzip { &packed } else { content })?;
        let (media_type, hash) = (media_type(path), hash(content));
        list += &format!(
            "AppFile {{ path: {path:?}, media_type: {media_type:?}, hash: {hash:?}, is_gzip: {is_gzip}, \
             bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/app/{number}\")) }},\n"
        );
    }
    fs::write(out.join("app.rs"), list + "]\n")
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

/// Tells one content from another; it need not withstand an attacker, who would have to write the app.
fn hash(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    format!("{:016x}", hasher.finish())
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
