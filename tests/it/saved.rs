//! Data directories that earlier versions left (`tests/saved`): each opens, migrates, verifies, and shows the figures that it showed then.

use crate::command::wattledger;
use crate::service::{Data, Service};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

const FIGURES: &str = "figures.json";

/// A saved directory, unpacked where the test may change it.
struct Saved {
    data: Data,
    figures: Value,
    /// The folder in which a run left its spool.
    spools: tempfile::TempDir,
}

impl Saved {
    fn unpack(folder: &Path) -> Self {
        let (data, spools) = (Data::new(), tempfile::tempdir().unwrap());
        fs::create_dir(data.path()).unwrap();
        let mut figures = Value::Null;
        for entry in fs::read_dir(folder).unwrap() {
            let packed = entry.unwrap().path();
            let name = packed.file_stem().unwrap().to_str().unwrap().to_owned();
            let mut content = GzDecoder::new(File::open(&packed).unwrap());
            if name == FIGURES {
                figures = serde_json::from_reader(content).unwrap();
                continue;
            }
            let place = if name.ends_with(".sqlite") { spools.path().to_owned() } else { data.path() };
            std::io::copy(&mut content, &mut File::create(place.join(name)).unwrap()).unwrap();
        }
        assert_ne!(figures, Value::Null, "{} holds no {FIGURES}.gz", folder.display());
        Self { data, figures, spools }
    }

    fn token(&self) -> &str {
        self.figures["token"].as_str().unwrap()
    }

    /// The numbers that `verify` prints: of entries, batches and energy.
    fn verified(&self) -> Vec<i64> {
        let answer = wattledger(&["verify", "--data", self.data.path().to_str().unwrap()]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        numbers(&answer.stdout)
    }
}

fn numbers(text: &str) -> Vec<i64> {
    text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/saved");
    let paths = fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path());
    let folders: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    assert!(!folders.is_empty(), "no directory is saved");
    folders
}

/// Where `found` lacks or contradicts something of `saved`; it may say more.
fn differences(saved: &Value, found: &Value, place: &str, differ: &mut Vec<String>) {
    match (saved, found) {
        (Value::Object(saved), Value::Object(found)) => {
            for (key, value) in saved {
                differences(value, found.get(key).unwrap_or(&Value::Null), &format!("{place}.{key}"), differ);
            }
        }
        (Value::Array(saved), Value::Array(found)) if saved.len() == found.len() => {
            for (index, (value, other)) in saved.iter().zip(found).enumerate() {
                differences(value, other, &format!("{place}[{index}]"), differ);
            }
        }
        _ if saved == found => {}
        _ => differ.push(format!("{place}: saved {saved}, now {found}")),
    }
}

fn assert_answers(service: &Service, saved: &Saved) {
    let mut differ = Vec::new();
    for (path, answer) in saved.figures["answers"].as_object().unwrap() {
        // It showed the library's factor then, and shows the one that the ledger uses now.
        if path.starts_with("/api/v1/grid/intensity?") {
            continue;
        }
        let reply = service.get(path, saved.token());
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        let mut found = reply.json();
        // What migrating records is newer than all that was there, and comes first.
        if let (Some(items), Some(known)) = (found["items"].as_array_mut(), answer["items"].as_array())
            && path.starts_with("/api/v1/ledger/actions")
        {
            items.drain(..items.len().saturating_sub(known.len()));
        }
        differences(answer, &found, path, &mut differ);
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn every_saved_directory_migrates_verifies_and_shows_the_figures_of_its_day() {
    for folder in folders() {
        let saved = Saved::unpack(&folder);
        let expected = numbers(saved.figures["verified"].as_str().unwrap());
        let service = Service::start(&saved.data.path(), "");
        assert_answers(&service, &saved);
        for repeated in saved.figures["repeated"].as_array().unwrap() {
            let reply = service.post("/api/v1/admissions", saved.token(), &repeated["asked"]);
            assert_eq!(reply.status, 200, "{reply:?}");
            let mut differ = Vec::new();
            differences(&repeated["answered"], &reply.json(), "answer", &mut differ);
            assert!(differ.is_empty(), "a key that is asked for again is answered as before: {}", differ.join("\n"));
        }
        assert_eq!(service.stop().0, 0);
        assert_eq!(saved.verified(), expected, "{}", folder.display());
    }
}

#[test]
fn a_saved_directory_goes_on_taking_batches() {
    for folder in folders() {
        let saved = Saved::unpack(&folder);
        let before = saved.verified();
        let service = Service::start(&saved.data.path(), "ledger.close_every_s = 1");
        let batch = include_bytes!("../../docs/wire-example.json");
        let sent = service.send("POST", wire::PATH, saved.token(), &[("Content-Type", "application/json")], batch);
        assert_eq!(sent.status, 200, "{sent:?}");
        let job = service.get("/api/v1/jobs/finetune-7b.3", saved.token()).json();
        assert_eq!(job["energy_mj"], 4_905_984);
        assert_eq!(service.stop().0, 0);
        let after = saved.verified();
        // Entries, batches, metered, of jobs, idle.
        assert_eq!((after[1], after[2]), (before[1] + 1, before[2] + 6_132_480 + 1_214_075));
        assert_eq!(after[2], after[3] + after[4]);
    }
}

#[test]
fn what_a_run_could_not_deliver_is_delivered_by_a_later_version() {
    for folder in folders() {
        let saved = Saved::unpack(&folder);
        let data = Data::new();
        let service = Service::start(&data.path(), "");
        let later = Command::new(env!("CARGO_BIN_EXE_wattledger"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs(
                ["WATTLEDGER_METERING_FILE", "WATTLEDGER_POWERCAP", "WATTLEDGER_NVML_LIB"].map(|name| (name, "/none")),
            )
            .env("WATTLEDGER_TOKEN", &service.admin)
            .args(["run", "--server", &service.server(), "--source", "synthetic:gpus=1,watts=300", "--spool"])
            .arg(saved.spools.path())
            .args(["--", "true"])
            .output()
            .unwrap();
        assert!(later.status.success(), "{later:?}");
        let undelivered = &saved.figures["undelivered"];
        let path = format!("/api/v1/jobs/{}", undelivered["job"].as_str().unwrap());
        crate::service::process::until(|| service.get(&path, &service.admin).status == 200);
        crate::service::process::until(|| {
            service.get(&path, &service.admin).json()["energy_mj"] == undelivered["energy_mj"]
        });
    }
}
