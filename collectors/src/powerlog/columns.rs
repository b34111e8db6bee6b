//! Finds out what the columns of a log mean from their names.

use super::time::TimeHint;
use super::value::{LogQuantity, LogUnit};
use crate::sensor_class::PowerField;

/// The name of a column, and what it means.
#[derive(Debug, Clone)]
pub(super) struct LogColumn {
    /// The name as the header has it, without surrounding blanks and quotes.
    pub(super) text: String,
    pub(super) meaning: Meaning,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A time. Of several such columns the one with the lowest rank is best.
    Time {
        rank: u8,
        hint: TimeHint,
    },
    /// A date whose time of day is in another column.
    Date,
    /// A power reading or an energy counter.
    Measured(Measured),
    /// A limit, cap or setting that concerns power but is not a reading. `rank` orders those that limit readings; it is `None`
    /// for others.
    Limit {
        rank: Option<u8>,
        unit: LogUnit,
    },
    /// Identifies devices. Of several such columns the one with the lowest rank is best.
    Device {
        rank: u8,
    },
    Host,
    Name,
    Driver,
    Other,
}

/// A power reading or an energy counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Measured {
    pub(super) unit: LogUnit,
    /// Whether the unit is in brackets, so that it is certainly meant as one.
    pub(super) unit_is_certain: bool,
    /// The name without the words for power, energy and units. In a log with one column per device it names the device; it is
    /// empty if the column belongs to the device of the row.
    pub(super) subject: String,
    /// Of several readings of one subject, the one with the lowest rank is taken.
    pub(super) rank: u8,
    /// Which of NVIDIA's power readings this is; `None` if it is none of them.
    pub(super) field: Option<PowerField>,
}

/// Rank of the product name among the columns that identify devices, which is the last resort.
pub(super) const NAME_RANK: u8 = 5;

impl LogColumn {
    pub(super) fn parse(header_cell: &[u8]) -> Self {
        let text = String::from_utf8_lossy(header_cell);
        let text = text.trim().trim_matches('"').trim_start_matches('#').trim().to_owned();
        let (name, bracket) = split_bracket(&text);
        let words = words_of(name);
        Self { meaning: meaning(&words, bracket), text }
    }

    pub(super) fn measured(&self) -> Option<&Measured> {
        match &self.meaning {
            Meaning::Measured(measured) => Some(measured),
            _ => None,
        }
    }

    /// Whether `--column name` means this column. The unit in brackets may be left out, and case does not matter.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let (own, _) = split_bracket(&self.text);
        self.text.eq_ignore_ascii_case(name.trim()) || own.trim().eq_ignore_ascii_case(name.trim())
    }
}

/// `power.draw [W]` → (`power.draw`, `W`).
fn split_bracket(text: &str) -> (&str, Option<&str>) {
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some(inner) = text.strip_suffix(close)
            && let Some(start) = inner.rfind(open)
        {
            return (&text[..start], Some(inner[start + 1..].trim()));
        }
    }
    (text, None)
}

/// Lower-case words: `power.draw` → power, draw; `gpu0_power_mW` → gpu0, power, mw; `gpuPowerW` → gpu, power, w.
fn words_of(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for raw in name.split(|c: char| !c.is_alphanumeric()).filter(|raw| !raw.is_empty()) {
        if LogUnit::parse(raw).is_some() {
            words.push(raw.to_lowercase());
            continue;
        }
        let mut word = String::new();
        for c in raw.chars() {
            if c.is_uppercase() && word.ends_with(|before: char| before.is_lowercase() || before.is_ascii_digit()) {
                words.push(std::mem::take(&mut word).to_lowercase());
            }
            word.push(c);
        }
        words.push(word.to_lowercase());
    }
    words
}

fn meaning(words: &[String], bracket: Option<&str>) -> Meaning {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let Some(time) = time(&words, bracket) {
        return time;
    }
    if let Some(identity) = identity(&words) {
        return identity;
    }
    measured(&words, bracket).unwrap_or(Meaning::Other)
}

/// Words of which the name of a time column has at least one.
const TIME: [&str; 14] = [
    "timestamp",
    "time",
    "datetime",
    "ts",
    "t",
    "elapsed",
    "epoch",
    "unixtime",
    "seconds",
    "sec",
    "milliseconds",
    "ms",
    "timestamps",
    "walltime",
];
/// Other words that the name of a time column may have.
const ABOUT_TIME: [&str; 18] = [
    "unix",
    "system",
    "local",
    "utc",
    "gmt",
    "wall",
    "relative",
    "since",
    "start",
    "stamp",
    "clock",
    "s",
    "us",
    "ns",
    "microseconds",
    "nanoseconds",
    "iso",
    "date",
];

fn time(words: &[&str], bracket: Option<&str>) -> Option<Meaning> {
    if matches!(words, ["date"] | ["yyyymmdd"]) {
        return Some(Meaning::Date);
    }
    let is_time = words.iter().any(|word| TIME.contains(word))
        && words.iter().all(|word| TIME.contains(word) || ABOUT_TIME.contains(word));
    if !is_time {
        return None;
    }
    let has = |word: &str| words.contains(&word);
    let shift = shift(bracket.or(words.last().copied()).unwrap_or_default());
    let rank = match () {
        () if has("elapsed") || has("relative") || has("since") => 3,
        () if has("timestamp") || has("timestamps") || has("datetime") => 0,
        () if has("time") || has("ts") || has("walltime") => 1,
        () => 2,
    };
    let utc = has("utc") || has("gmt") || bracket.is_some_and(|b| matches!(b.to_lowercase().as_str(), "utc" | "gmt"));
    Some(Meaning::Time { rank, hint: TimeHint { shift, utc } })
}

/// Power of ten that converts a time in this unit to nanoseconds.
fn shift(unit: &str) -> Option<i32> {
    match unit.to_lowercase().as_str() {
        "s" | "sec" | "seconds" => Some(9),
        "ms" | "msec" | "milliseconds" => Some(6),
        "us" | "µs" | "μs" | "microseconds" => Some(3),
        "ns" | "nanoseconds" => Some(0),
        _ => None,
    }
}

fn identity(words: &[&str]) -> Option<Meaning> {
    let device = |rank| Some(Meaning::Device { rank });
    match words {
        [.., "uuid"] => device(0),
        [
            "gpu" | "device" | "dev" | "card" | "accelerator" | "gpuid" | "deviceid" | "aip" | "oam" | "sensor"
            | "domain" | "zone" | "component" | "rail",
        ]
        | [
            "gpu" | "device" | "dev" | "card" | "accelerator" | "aip" | "sensor",
            "id" | "index" | "idx" | "number" | "num",
        ] => device(1),
        ["index" | "idx" | "id"] | ["minor", "number"] | ["minor"] => device(2),
        ["pci", .., "id"] | [.., "bdf"] | ["pci", "bus"] | ["gpu", "bus", "id"] | ["bus", "id"] | ["busid"] => {
            device(3)
        }
        [.., "serial"] | [.., "serial", "number"] => device(4),
        ["host" | "hostname" | "node" | "machine" | "server" | "nodename"]
        | ["host" | "node" | "machine", "name" | "id"] => Some(Meaning::Host),
        ["name" | "model" | "product"]
        | ["gpu" | "product" | "device" | "model" | "card" | "market", "name" | "model"]
        | ["card", "series"] => Some(Meaning::Name),
        ["driver", "version"] | ["driver"] => Some(Meaning::Driver),
        _ => None,
    }
}

/// Words that show that a column with "power" in its name is not a reading.
const NOT_A_READING: [&str; 38] = [
    "limit",
    "limits",
    "cap",
    "capping",
    "max",
    "min",
    "maximum",
    "minimum",
    "default",
    "enforced",
    "requested",
    "rated",
    "tdp",
    "management",
    "state",
    "mode",
    "brake",
    "slowdown",
    "throttle",
    "policy",
    "profile",
    "supply",
    "smoothing",
    "percent",
    "pct",
    "utilization",
    "utilisation",
    "util",
    "peak",
    "crit",
    "critical",
    "threshold",
    "budget",
    "status",
    "violation",
    "violations",
    "efficiency",
    "per",
];

fn measured(words: &[&str], bracket: Option<&str>) -> Option<Meaning> {
    // Anything in brackets but a unit of power or energy, such as % or C, shows that this is another quantity.
    let from_bracket = match bracket {
        Some(text) => Some(LogUnit::parse(text)?),
        None => None,
    };
    let from_words = words.iter().rev().find_map(|word| LogUnit::parse(word));
    let unit = from_bracket.or(from_words).or_else(|| quantity_word(words))?;
    if words.iter().any(|word| NOT_A_READING.contains(word)) {
        let rank = match words {
            ["enforced", "power", "limit"] => Some(0),
            ["power", "limit"] => Some(1),
            ["power", "max"] | ["power", "max", "limit"] => Some(2),
            _ => None,
        };
        return Some(Meaning::Limit { rank, unit });
    }
    let has = |word: &str| words.contains(&word);
    let field = match () {
        () if unit.quantity == LogQuantity::Energy || !has("power") => None,
        () if has("draw") && has("average") => Some(PowerField::Average),
        () if has("instant") => Some(PowerField::Instant),
        () => Some(PowerField::Default),
    };
    let rank = match (unit.quantity, field) {
        (LogQuantity::Energy, _) => u8::from(unit.is_watt_hours()),
        (_, Some(PowerField::Average)) => 1,
        (_, Some(PowerField::Instant)) => 2,
        _ if has("draw") => 0,
        _ => 3,
    };
    let unit_is_certain = from_bracket.is_some();
    Some(Meaning::Measured(Measured { unit, unit_is_certain, subject: subject(words, unit.quantity), rank, field }))
}

fn quantity_word(words: &[&str]) -> Option<LogUnit> {
    words.iter().find_map(|word| match *word {
        "power" | "pwr" | "wattage" | "draw" => Some(LogUnit::WATT),
        "energy" => Some(LogUnit::JOULE),
        _ => None,
    })
}

/// The words that name neither the quantity, nor the unit, nor the kind of reading.
fn subject(words: &[&str], quantity: LogQuantity) -> String {
    const QUANTITY: [&str; 21] = [
        "power",
        "pwr",
        "wattage",
        "draw",
        "energy",
        "average",
        "avg",
        "mean",
        "instant",
        "instantaneous",
        "current",
        "usage",
        "consumption",
        "consumed",
        "reading",
        "value",
        "cumulative",
        "accumulated",
        "counter",
        "socket",
        "in",
    ];
    let mut named: Vec<&str> =
        words.iter().copied().filter(|word| !QUANTITY.contains(word) && LogUnit::parse(word).is_none()).collect();
    if quantity == LogQuantity::Energy && named.len() > 1 {
        // The total of a counter is over time, not over devices.
        named.retain(|word| *word != "total");
    }
    named.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured_of(name: &str) -> Measured {
        LogColumn::parse(name.as_bytes()).measured().unwrap_or_else(|| panic!("{name} is not measured")).clone()
    }

    #[test]
    fn readings_are_found_by_name_with_their_unit_and_subject() {
        let unit = |name: &str| LogUnit::parse(name).unwrap();
        for (name, expected_unit, subject) in [
            (" power.draw [W]", unit("W"), ""),
            ("power.draw.instant [W]", unit("W"), ""),
            ("power_W", unit("W"), ""),
            ("power_mw", unit("mW"), ""),
            ("pwr", unit("W"), ""),
            ("socket_power", unit("W"), ""),
            ("gpu0_power_w", unit("W"), "gpu0"),
            ("GPU 1 Power (kW)", unit("kW"), "gpu_1"),
            ("gpu3 [W]", unit("W"), "gpu3"),
            ("total_power_w", unit("W"), "total"),
            ("Processor Power_0(Watt)", unit("W"), "processor_0"),
            ("Cumulative IA Energy_0(Joules)", unit("J"), "ia_0"),
            ("Cumulative DRAM Energy_0(mWh)", unit("mWh"), "dram_0"),
            ("energy_j", unit("J"), ""),
            ("gpu0_total_energy_j", unit("J"), "gpu0"),
            ("total_energy_consumption", unit("J"), "total"),
            ("Average Graphics Package Power (W)", unit("W"), "graphics_package"),
        ] {
            let measured = measured_of(name);
            assert_eq!((measured.unit, measured.subject.as_str()), (expected_unit, subject), "{name}");
        }
    }

    #[test]
    fn limits_and_settings_are_not_readings() {
        for name in [
            "power.limit [W]",
            "enforced.power.limit [W]",
            "power.max_limit [W]",
            "power_management",
            "power.max",
            "power.management",
            "Max Graphics Package Power (W)",
            "Package Power Limit_0(Watt)",
            "power_cap",
            "pstate",
            "clocks_event_reasons.hw_power_brake_slowdown",
            "gpu_power_percent",
            "power_usage [%]",
            "temperature_C",
            "utilization.gpu [%]",
        ] {
            assert_eq!(LogColumn::parse(name.as_bytes()).measured(), None, "{name}");
        }
    }

    #[test]
    fn times_and_identities_are_found_by_name() {
        use Meaning::*;
        let time = |rank, shift| Time { rank, hint: TimeHint { shift, utc: false } };
        for (name, expected) in [
            ("timestamp", time(0, None)),
            ("timestamp_ms", time(0, Some(6))),
            ("time_ms", time(1, Some(6))),
            ("System Time", time(1, None)),
            ("Elapsed Time (sec)", time(3, Some(9))),
            ("elapsed_s", time(3, Some(9))),
            ("#Date", Date),
            ("gpu_time_active", Other),
            ("gpu", Device { rank: 1 }),
            (" index", Device { rank: 2 }),
            ("gpu_uuid", Device { rank: 0 }),
            ("pci.bus_id", Device { rank: 3 }),
            ("hostname", Host),
            ("name", Name),
            ("driver_version", Driver),
        ] {
            assert_eq!(LogColumn::parse(name.as_bytes()).meaning, expected, "{name}");
        }
    }
}
