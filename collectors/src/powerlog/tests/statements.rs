//! What the caller says of the columns of a log wins over all that the log seems to say.

use super::cases::joules;
use super::variants::{START, is, is_with, refused, rows};
use crate::powerlog::{ColumnMapping, ContainsStatement, Options, ReadingStatement, TimeStatement};

fn mapping(time: &str, device: &[&str], power: &[&str], energy: &[&str], contains: &[&str]) -> Options {
    let readings = power.iter().map(|text| ReadingStatement::power(text).unwrap());
    let energies = energy.iter().map(|text| ReadingStatement::energy(text).unwrap());
    let mapping = ColumnMapping {
        time: Some(time).filter(|text| !text.is_empty()).map(|text| TimeStatement::parse(text).unwrap()),
        device: device.iter().map(|name| (*name).to_owned()).collect(),
        readings: readings.chain(energies).collect(),
        contains: contains.iter().map(|text| ContainsStatement::parse(text).unwrap()).collect(),
    };
    Options { mapping, ..Options::default() }
}

#[test]
fn the_command_that_is_printed_settles_what_was_asked() {
    let elapsed = rows("elapsed,gpu_power_w", |s| format!("{},450", s * 1_000));
    refused(&elapsed, &["--time elapsed:ms", "--power gpu_power_w:W"]);
    is_with(&elapsed, &mapping("elapsed:ms", &[], &["gpu_power_w:W"], &[], &[]), 27_000.0);
    is_with(&elapsed, &mapping("elapsed:ms", &[], &["gpu_power_w:mW"], &[], &[]), 27.0);
    let bare = rows("timestamp,gpu,power", |s| format!("{t},0,350\n{t},1,250", t = START + s));
    refused(&bare, &["--device gpu --power power:W"]);
    is_with(&bare, &mapping("timestamp", &["gpu"], &["power:W"], &[], &[]), 36_000.0);
    is_with(&bare, &mapping("", &[], &["power:kW"], &[], &[]), 36_000_000.0);
}

#[test]
fn energies_and_containment_are_as_they_are_said() {
    let intervals = rows("timestamp,gpu,energy_j", |s| format!("{},0,{}", START + s, 250 + s % 2));
    is_with(&intervals, &mapping("", &[], &[], &["energy_j:J:interval"], &[]), 15_030.0);
    let rails = rows("timestamp,GPU Power [W],12V Rail Power [W]", |s| format!("{},350,300", START + s));
    let both = ["GPU Power:W", "12V Rail Power:W"];
    is_with(&rails, &mapping("", &[], &both, &[], &[]), 39_000.0);
    is_with(&rails, &mapping("", &[], &both, &[], &["GPU Power [W]=12V Rail Power [W]"]), 21_000.0);
    is_with(&rails, &mapping("", &[], &both, &[], &["gpu=12v_rail"]), 21_000.0);
    let slices = rows("timestamp,gpu,slice,power_w", |s| format!("{t},0,1,100\n{t},0,2,100", t = START + s));
    is_with(&slices, &mapping("", &["gpu", "slice"], &[], &[], &[]), 12_000.0);
    is_with(&slices, &mapping("", &["gpu"], &["power_w:W"], &[], &[]), 6_000.0);
}

#[test]
fn metrics_and_labels_are_columns_too() {
    let log = rows("", |s| {
        let at = (START + s) * 1_000;
        format!("gpu_draw{{gpu=\"0\",slot=\"1\"}} 300000 {at}\ngpu_draw{{gpu=\"0\",slot=\"2\"}} 200000 {at}")
    });
    is_with(&log, &mapping("", &["gpu", "slot"], &["gpu_draw:mW"], &[], &[]), 30_000.0);
}

#[test]
fn what_is_not_there_or_no_unit_is_said() {
    let log = rows("timestamp,power_w", |s| format!("{},450", START + s));
    is(&log, 27_000.0);
    for options in [
        mapping("time", &[], &[], &[], &[]),
        mapping("", &["gpu"], &[], &[], &[]),
        mapping("", &[], &["watts:W"], &[], &[]),
    ] {
        let message = joules(log.as_bytes(), &options).unwrap_err().to_string();
        assert!(message.contains("is not in the log; its columns are: timestamp, power_w"), "{message}");
    }
    assert!(ReadingStatement::power("power").unwrap_err().contains("COLUMN:W"));
    assert!(ReadingStatement::power("power:J").is_err());
    assert!(ReadingStatement::energy("energy:W:interval").is_err());
    assert!(ContainsStatement::parse("a").unwrap_err().contains("A=B,C"));
}
