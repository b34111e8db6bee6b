//! Recomputes the worked examples of docs/METHOD.md, so that the auditor's page cannot drift from the code.

use account::meter::{CounterReading, CounterSensor, CounterUnit, Step, step};
use std::collections::HashMap;
use units::{CarbonIntensity, Energy, ExactEnergy, Power, Pue, Span, Timestamp};

struct Example<'a> {
    rule: &'a str,
    values: HashMap<&'a str, &'a str>,
}

impl Example<'_> {
    fn number<T: std::str::FromStr>(&self, key: &str) -> T {
        self.values[key].parse().unwrap_or_else(|_| panic!("{}: {key}", self.rule))
    }
}

fn examples(page: &str) -> Vec<Example<'_>> {
    let blocks = page.split("```example\n").skip(1).filter_map(|block| block.split("```").next());
    let lines = blocks.flat_map(str::lines).filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let rule = words.next().unwrap();
            Example { rule, values: words.map(|word| word.split_once('=').unwrap()).collect() }
        })
        .collect()
}

fn millijoules(energy: ExactEnergy) -> i64 {
    energy.floor().unwrap().millijoules()
}

fn recompute(example: &Example<'_>) {
    let energy_mj = || example.number::<i64>("energy_mj");
    let power = |key| Power::from_milliwatts(example.number(key));
    match example.rule {
        "rectangle" => {
            let span = Span::from_nanoseconds(example.number("span_ns"));
            assert_eq!(millijoules(power("power_mw").times(span)), energy_mj());
        }
        "trapezoid" => {
            let span = Span::from_nanoseconds(example.number("span_ns"));
            assert_eq!(millijoules(power("power_mw").line_to(power("power_end_mw"), span)), energy_mj());
        }
        "amd" => assert_eq!(millijoules(CounterUnit::Amd.energy(example.number("counts"))), energy_mj()),
        "wrap" => {
            let sensor = CounterSensor {
                unit: CounterUnit::Microjoule,
                range: Some(example.number("range_uj")),
                update: Span::from_milliseconds(1),
            };
            let at = |seconds, count| CounterReading { at: Timestamp::from_seconds(seconds).unwrap(), count, epoch: 0 };
            let from = at(0, example.number("from_uj"));
            let found = step(&sensor, Power::from_watts(350).unwrap(), Some(from), at(1, example.number("to_uj")));
            assert_eq!(found, Step::Wrapped(ExactEnergy::from_microjoules(example.number("energy_uj"))));
        }
        "carbon" => {
            let intensity = CarbonIntensity::from_milligrams_per_kwh(example.number("intensity_mg_per_kwh"));
            let mass = Energy::from_millijoules(energy_mj()).carbon(intensity).unwrap();
            assert_eq!(mass.micrograms(), example.number::<i64>("co2e_ug"));
        }
        "overhead" => {
            let pue = Pue::from_parts_per_million(example.number("pue_ppm")).unwrap();
            let overhead = Energy::from_millijoules(energy_mj()).overhead(pue).unwrap();
            assert_eq!(overhead.millijoules(), example.number::<i64>("overhead_mj"));
        }
        "log" => log(example),
        "split" => split(example),
        "estimate" => estimate(example),
        other => panic!("docs/METHOD.md has an example of an unknown rule: {other}"),
    }
}

/// The energy of one device of a recorded log, as `wattledger meter` answers it.
fn log(example: &Example<'_>) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_wattledger"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["meter", example.values["file"], "--json"])
        .output()
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut devices = answer["devices"].as_array().unwrap().iter();
    let device = devices.find(|device| device["uuid"] == example.values["device"]).unwrap();
    assert_eq!(device["energy_mj"], example.number::<i64>("energy_mj"));
}

fn split(example: &Example<'_>) {
    let numbers =
        |key: &str| -> Vec<i64> { example.values[key].split(',').map(|number| number.parse().unwrap()).collect() };
    let weights: Vec<u64> = numbers("weights").into_iter().map(|weight| weight.try_into().unwrap()).collect();
    let parts = account::attribute::split(Energy::from_millijoules(example.number("energy_mj")), &weights).unwrap();
    let parts: Vec<i64> = parts.into_iter().map(Energy::millijoules).collect();
    assert_eq!(parts, numbers("parts_mj"));
}

fn estimate(example: &Example<'_>) {
    let option = |key: &str| example.values[key].to_owned();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_wattledger"))
        .args(["estimate", "--accelerator", "V100", "--json"])
        .args(["--count", &option("accelerators"), "--hours", &option("hours"), "--power-w", &option("power_w")])
        .args(["--pue", &option("pue"), "--intensity", &option("intensity_g_per_kwh")])
        .output()
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for key in ["energy_mwh", "co2e_t"] {
        let digits = option(key).split_once('.').map_or(0, |(_, decimals)| decimals.len());
        assert_eq!(format!("{:.digits$}", answer[key].as_f64().unwrap()), option(key), "{key}");
    }
}

#[test]
fn the_worked_examples_of_the_method_are_what_the_code_computes() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/METHOD.md")).unwrap();
    let examples = examples(&page);
    assert!(examples.len() >= 18, "found {} examples", examples.len());
    examples.iter().for_each(recompute);
}
