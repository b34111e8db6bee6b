//! Footprints, masses, durations and moments as people read them.

use super::table::{TextTable, left, right, significant};
use crate::footprint::{DeviceFootprint, Footprint};
use std::fmt::Write;

/// A moment of the API without its fraction of a second, which only `--json` shows. Any other text stays as it is.
pub(crate) fn to_the_second(text: String) -> String {
    match text.split_once('.') {
        Some((whole, rest)) if crate::moment::parse(&text).is_ok() && rest.ends_with('Z') => format!("{whole}Z"),
        _ => text,
    }
}

/// `1 entry`, `2 entries`.
pub(crate) fn counted(number: u64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// The table of devices, the total, the carbon and the notes.
pub(crate) fn footprint(footprint: &Footprint) -> String {
    let mut text = devices(footprint).to_string();
    text.push('\n');
    let total = |label: &str, value: String| format!("{label:<10}{value}\n");
    text.push_str(&total("energy", energy(footprint)));
    text.push_str(&total("CO2e", carbon(footprint)));
    for warning in &footprint.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    for note in &footprint.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

fn devices(footprint: &Footprint) -> TextTable {
    let mut table = TextTable::new([
        left("device"),
        right("kWh"),
        right("mean W"),
        right("peak W"),
        right("duration"),
        right("coverage"),
        left("method"),
        right("integration"),
        right("sensor"),
        left("flags"),
    ]);
    for device in &footprint.devices {
        table.row(row(device));
    }
    table
}

fn row(device: &DeviceFootprint) -> Vec<String> {
    let dash = || "-".to_owned();
    let share = |part: Option<f64>| match (part, device.energy_kwh) {
        (Some(part), Some(whole)) => percent(part, whole),
        _ => dash(),
    };
    let mut flags = device.flags.join(" ");
    if device.quality.is_some_and(|quality| quality == "gap_filled") {
        flags = format!("gap_filled {flags}");
    }
    if let Some(parent) = &device.counted_in {
        flags = format!("part of {parent}, not added {flags}");
    }
    vec![
        device.uuid.clone(),
        device.energy_kwh.map_or_else(|| "no reading".to_owned(), |kwh| significant(kwh, 4)),
        device.mean_w.map_or_else(dash, |watts| format!("{watts:.1}")),
        device.peak_w.map_or_else(dash, |watts| format!("{watts:.1}")),
        duration(device.duration_s),
        format!("{:.1} %", device.coverage * 100.0),
        device.method.map_or_else(dash, |method| method.replace('_', " ")),
        share(device.integration_uncertainty_kwh),
        share(device.sensor_systematic_kwh),
        flags.trim_end().to_owned(),
    ]
}

fn energy(footprint: &Footprint) -> String {
    let Some(kwh) = footprint.energy_kwh else { return "none measured".to_owned() };
    let added = footprint.devices.iter().filter(|d| d.energy_kwh.is_some() && d.counted_in.is_none()).count();
    let devices = if added == 1 { "1 device".to_owned() } else { format!("{added} devices") };
    format!(
        "{} kWh over {} on {devices}; integration {}, sensor {}",
        significant(kwh, 4),
        duration(footprint.duration_s),
        percent(footprint.integration_uncertainty_kwh.unwrap_or(0.0), kwh),
        percent(footprint.sensor_systematic_kwh.unwrap_or(0.0), kwh),
    )
}

fn carbon(footprint: &Footprint) -> String {
    match (footprint.co2e_g, &footprint.factor_label, &footprint.co2e_reason) {
        (Some(grams), Some(label), _) => format!("{} at {label}", mass(grams)),
        (_, _, Some(reason)) => format!("unknown: {reason}"),
        _ => "unknown".to_owned(),
    }
}

/// A mass with four significant digits, in mg, g, kg or t.
pub(crate) fn mass(grams: f64) -> String {
    match grams.abs() {
        small if small < 1.0 && small > 0.0 => format!("{} mg", significant(grams * 1e3, 4)),
        large if large >= 1e6 => format!("{} t", significant(grams / 1e6, 4)),
        large if large >= 1e3 => format!("{} kg", significant(grams / 1e3, 4)),
        _ => format!("{} g", significant(grams, 4)),
    }
}

/// `part` of `whole`: `±4.0 %`, `±<0.1 %` or `±>100 %`.
fn percent(part: f64, whole: f64) -> String {
    match part / whole * 100.0 {
        _ if whole == 0.0 => "-".to_owned(),
        share if share < 0.1 => "±<0.1 %".to_owned(),
        share if share > 100.0 => "±>100 %".to_owned(),
        share => format!("±{share:.1} %"),
    }
}

/// `157.5 s`, `14 min 3 s`, `2 h 5 min`, `14 d 18 h`.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..=179 => format!("{} s", significant(seconds, 4)),
        180..=7_199 => format!("{} min {} s", whole / 60, whole % 60),
        7_200..=172_799 => format!("{} h {} min", whole / 3_600, whole % 3_600 / 60),
        _ => format!("{} d {} h", whole / 86_400, whole % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::to_the_second;

    #[test]
    fn only_the_fraction_of_a_moment_is_left_out() {
        for (text, expected) in [
            ("2026-11-25T03:26:33.178154128Z", "2026-11-25T03:26:33Z"),
            ("2026-11-25T03:26:33Z", "2026-11-25T03:26:33Z"),
            ("v1.2Z", "v1.2Z"),
            ("-", "-"),
        ] {
            assert_eq!(to_the_second(text.to_owned()), expected);
        }
    }
}
