//! Logs as tools write them, each with the energy that is right, or refused: the files of `tests/cases`, with `expected.csv`.

use super::read;
use crate::powerlog::{LogError, LogNote, Options};
use account::meter::Meter;
use std::path::{Path, PathBuf};

pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/powerlog/tests/cases")
}

/// Energy of all devices that no other contains, in J, as `wattledger meter` adds it up.
pub(super) fn joules(log: &[u8], options: &Options) -> Result<(f64, Vec<LogNote>), LogError> {
    let log = read(log, options)?;
    let mut sum = 0;
    for (device, readings) in log.devices.iter().zip(&log.readings) {
        if device.counted_in.is_some() {
            continue;
        }
        let mut meter = Meter::new(&*device.id, device.sensor, None);
        for reading in readings {
            meter.push(reading).unwrap();
        }
        sum += meter.finish().unwrap().iter().map(|window| window.energy.millijoules()).sum::<i64>();
    }
    Ok((sum.to_string().parse::<f64>().unwrap() / 1_000.0, log.notes))
}

#[test]
fn every_case_is_read_right_or_refused() {
    let mut wrong = Vec::new();
    for (name, right) in expected() {
        let log = std::fs::read(folder().join(&name)).unwrap();
        wrong.extend(why_wrong(&name, &right, &log));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What never changes an energy, done to each of these files.
#[test]
fn every_case_is_read_right_in_other_spellings_too() {
    let mut wrong = Vec::new();
    for (name, right) in expected() {
        let text = std::fs::read_to_string(folder().join(&name)).unwrap();
        let spellings = spellings(&name, &text);
        assert!(spellings.len() >= 5, "{name}");
        wrong.extend(spellings.iter().filter_map(|(how, log)| why_wrong(&format!("{name}, {how}"), &right, log)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Each file with the energy that is right in J, `refuse`, or nothing where only a warning is asked for.
fn expected() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(folder().join("expected.csv")).unwrap();
    let cells = |line: &str| {
        let mut cells = line.splitn(3, ',').map(str::to_owned);
        (cells.next().unwrap(), cells.next().unwrap())
    };
    text.lines().skip(1).map(cells).collect()
}

/// What is wrong with what is read of a log; `name` begins with that of its file.
fn why_wrong(name: &str, right: &str, log: &[u8]) -> Option<String> {
    // What may also be refused, as expected.csv says in words.
    const OR_REFUSED: [&str; 4] =
        ["elapsed_ms_bare.csv", "pom_mw.csv", "digit_first_header.csv", "perf_stat_joules.csv"];
    let is_named = |file: &str| name.starts_with(file);
    let found = joules(log, &Options::default());
    let is_right = match (&found, right) {
        (Err(_), "refuse") => true,
        (Err(_), _) => OR_REFUSED.into_iter().any(is_named),
        (Ok((_, notes)), "") => notes.iter().any(|note| note.is_warning) || !is_named("zero_while_busy.csv"),
        (Ok((joules, _)), right) => right.parse::<f64>().is_ok_and(|right| (joules - right).abs() < right / 1_000.0),
    };
    let found = match found {
        _ if is_right => return None,
        Ok((joules, notes)) => format!("{joules} J {:?}", notes.iter().map(|n| &n.text).collect::<Vec<_>>()),
        Err(error) => error.to_string(),
    };
    Some(format!("{name}: right is {right:?}, found {found}"))
}

/// The log as other systems, editors and exports write it, and of another day.
fn spellings(name: &str, text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let later = text.replace("17911", "17912").replace("2026-10-05", "2026-10-06").replace("2026/10/05", "2026/10/06");
    let mut spellings = vec![
        ("CRLF", text.replace('\n', "\r\n").into_bytes()),
        ("with a byte order mark", format!("\u{feff}{text}").into_bytes()),
        ("in UTF-16", utf16),
        ("with blank lines at its end", format!("{text}\n\n\n").into_bytes()),
        ("of another day", later.into_bytes()),
    ];
    if name.ends_with(".prom") {
        let labelled = text.replace('{', "{cluster=\"a\",");
        let (comments, mut samples): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
        samples.sort_by_key(|line| line.split(' ').next());
        spellings.push(("with one more label", labelled.into_bytes()));
        spellings.push(("series after series", [comments, samples].concat().join("\n").into_bytes()));
    }
    if name.ends_with(".csv") && !text.contains(['"', ';', '\t']) {
        spellings.push(("with semicolons", text.replace(',', ";").into_bytes()));
        spellings.push(("with tabs", text.replace(',', "\t").into_bytes()));
        spellings.push(("with blanks around its cells", text.replace(',', " , ").into_bytes()));
    }
    spellings
}
