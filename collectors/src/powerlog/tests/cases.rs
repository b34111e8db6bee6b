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
    // What may also be refused, as expected.csv says in words.
    const OR_REFUSED: [&str; 4] =
        ["elapsed_ms_bare.csv", "pom_mw.csv", "digit_first_header.csv", "perf_stat_joules.csv"];
    let expected = std::fs::read_to_string(folder().join("expected.csv")).unwrap();
    let mut wrong = Vec::new();
    for line in expected.lines().skip(1) {
        let mut cells = line.splitn(3, ',');
        let (name, right) = (cells.next().unwrap(), cells.next().unwrap());
        let log = std::fs::read(folder().join(name)).unwrap();
        let found = joules(&log, &Options::default());
        let is_right = match (&found, right) {
            (Err(_), "refuse") => true,
            (Err(_), _) => OR_REFUSED.contains(&name),
            (Ok((_, notes)), "") => notes.iter().any(|note| note.is_warning) || name != "zero_while_busy.csv",
            (Ok((joules, _)), right) => {
                right.parse::<f64>().is_ok_and(|right| (joules - right).abs() < right / 1_000.0)
            }
        };
        if !is_right {
            let found = match found {
                Ok((joules, notes)) => format!("{joules} J {:?}", notes.iter().map(|n| &n.text).collect::<Vec<_>>()),
                Err(error) => error.to_string(),
            };
            wrong.push(format!("{name}: right is {right:?}, found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
