//! What the columns of a table are: by the rules of its format, else by their words.

use super::catalogue::{ColumnRule, Format, Is};
use super::part::{MachinePart, MachinePlace, words};
use super::spelling::time_shift;
use super::time::{TimeForm, TimeHint};
use super::value::{EnergyKind, LogQuantity, LogUnit};
use crate::sensor_class::PowerField;

/// The name of a column, and what it is.
#[derive(Debug, Clone)]
pub(super) struct LogColumn {
    /// The name as the header has it, without surrounding blanks and quotes.
    pub(super) text: String,
    pub(super) role: ColumnRole,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ColumnRole {
    /// A time. Of several such columns the one with the lowest rank is best.
    Time {
        rank: u8,
        hint: TimeHint,
    },
    /// A date whose time of day is in another column.
    Date,
    /// A power or energy reading.
    Measured(Measured),
    /// A limit, cap or setting that concerns power but is no reading. `rank` orders those that limit readings; it is `None` for
    /// others.
    Limit {
        rank: Option<u8>,
        unit: LogUnit,
    },
    /// Identifies devices. Of several such columns the one with the lowest rank is best.
    Device {
        rank: u8,
    },
    /// Identifies parts of a device or machine, beside the column that identifies devices.
    Part,
    Host,
    Name,
    Driver,
    /// A load in percent, for which power is drawn.
    Utilisation,
    /// Names what the column of values holds, row by row.
    Metric,
    Value,
    /// The unit of the value, row by row.
    Unit,
    /// Not used, for this reason.
    Unused(String),
    Other,
}

/// A power or energy reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Measured {
    pub(super) quantity: LogQuantity,
    /// `None` if neither the name nor the format says it.
    pub(super) unit: Option<LogUnit>,
    pub(super) kind: EnergyKind,
    /// The name without the words for power, energy and units. In a log with one column per device it names the device; it is
    /// empty if the column belongs to the device of the row.
    pub(super) subject: String,
    /// What of a machine it covers. A rule states it; else the subject may say.
    pub(super) place: MachinePlace,
    /// Of several readings of one subject, the one with the lowest rank is taken.
    pub(super) rank: u8,
    /// Which of NVIDIA's power readings this is; `None` if it is none of them.
    pub(super) field: Option<PowerField>,
    /// Whether the column is not one of those that the format of the table has.
    pub(super) is_foreign: bool,
}

/// Rank of the product name among the columns that identify devices, which is the last resort.
pub(super) const NAME_RANK: u8 = 5;

impl LogColumn {
    /// Reads a header cell by its words alone.
    pub(super) fn parse(header_cell: &[u8]) -> Self {
        let text = String::from_utf8_lossy(header_cell);
        let text = text.trim().trim_matches('"').trim_start_matches('#').trim().to_owned();
        let (name, bracket) = split_bracket(&text);
        Self { role: by_words(name, bracket), text }
    }

    /// Reads a column again by the rules of its format. What no rule names is read by its words, and is foreign to the format.
    pub(super) fn apply(&mut self, format: &Format) {
        let name = self.name();
        let position = format.columns.iter().position(|rule| rule.fits(&name));
        match position.map(|at| (at, &format.columns[at])) {
            Some((at, rule)) => {
                self.role = self.by_rule(rule, u8::try_from(at).unwrap_or(u8::MAX));
                if let ColumnRole::Measured(measured) = &mut self.role
                    && format.of_boards
                    && measured.place.part == Some(MachinePart::Board)
                {
                    // The board is the device of the row.
                    measured.subject.clear();
                }
            }
            None => {
                if let ColumnRole::Measured(measured) = &mut self.role {
                    measured.is_foreign = true;
                }
            }
        }
    }

    /// The name without its unit in brackets, and with single blanks.
    pub(super) fn name(&self) -> String {
        split_bracket(&self.text).0.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(super) fn measured(&self) -> Option<&Measured> {
        match &self.role {
            ColumnRole::Measured(measured) => Some(measured),
            _ => None,
        }
    }

    /// Whether `--column name` means this column. The unit in brackets may be left out, and case does not matter.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.text.eq_ignore_ascii_case(name.trim()) || self.name().eq_ignore_ascii_case(name.trim())
    }

    /// Whether a cell repeats the name, as in a header in the middle of a log.
    pub(super) fn is_cell(&self, cell: &[u8]) -> bool {
        !self.text.is_empty() && cell == self.text.as_bytes()
    }

    /// What a rule makes of this column; `position` orders the rules of a format.
    pub(super) fn by_rule(&self, rule: &ColumnRule, position: u8) -> ColumnRole {
        let time = |rank, form| {
            let shift = rule.time_unit().and_then(time_shift).or(self.time_shift());
            ColumnRole::Time { rank, hint: TimeHint { shift, utc: false, form } }
        };
        match rule.is {
            Is::Time => time(position, TimeForm::Moment),
            Is::Elapsed => time(position.saturating_add(100), TimeForm::Elapsed),
            Is::Date => ColumnRole::Date,
            Is::Host => ColumnRole::Host,
            Is::Device => ColumnRole::Device { rank: position },
            Is::Part => ColumnRole::Part,
            Is::Name => ColumnRole::Name,
            Is::Driver => ColumnRole::Driver,
            Is::Utilisation => ColumnRole::Utilisation,
            Is::Metric => ColumnRole::Metric,
            Is::Value => ColumnRole::Value,
            Is::Unit => ColumnRole::Unit,
            Is::Unused => ColumnRole::Unused(rule.why.clone()),
            Is::Limit => {
                let unit = self.stated_unit(LogQuantity::Power).or(rule.log_unit()).unwrap_or(LogUnit::WATT);
                ColumnRole::Limit { rank: Some(position), unit }
            }
            Is::Power | Is::Counter | Is::Interval => self.reading_by_rule(rule),
        }
    }

    fn reading_by_rule(&self, rule: &ColumnRule) -> ColumnRole {
        let Some(quantity) = rule.quantity() else { return ColumnRole::Other };
        let subject = subject(&self.name(), quantity);
        let named = MachinePlace::of_name(&self.name());
        let place = match rule.part {
            Some(part) => MachinePlace { part: Some(part), is_total: false, ..named },
            None => named,
        };
        ColumnRole::Measured(Measured {
            quantity,
            unit: self.stated_unit(quantity).or(rule.log_unit()),
            kind: if rule.is == Is::Interval { EnergyKind::Interval } else { EnergyKind::Counter },
            subject,
            place,
            rank: rule.rank,
            field: rule.power_field(),
            is_foreign: false,
        })
    }

    /// The unit that the header states, in brackets or as a word of the name.
    fn stated_unit(&self, quantity: LogQuantity) -> Option<LogUnit> {
        let (name, bracket) = split_bracket(&self.text);
        let of_quantity = |unit: &LogUnit| unit.quantity == quantity;
        let by_word = || words(name).iter().rev().find_map(|word| LogUnit::parse(word)).filter(of_quantity);
        bracket.and_then(LogUnit::parse).filter(of_quantity).or_else(by_word)
    }

    fn time_shift(&self) -> Option<i32> {
        let (name, bracket) = split_bracket(&self.text);
        bracket.and_then(time_shift).or_else(|| words(name).last().and_then(|word| time_shift(word)))
    }
}

/// `power.draw [W]` → (`power.draw`, `W`).
pub(super) fn split_bracket(text: &str) -> (&str, Option<&str>) {
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some(inner) = text.strip_suffix(close)
            && let Some(start) = inner.rfind(open)
        {
            return (text[..start].trim_end(), Some(inner[start + 1..].trim()));
        }
    }
    (text, None)
}

fn by_words(name: &str, bracket: Option<&str>) -> ColumnRole {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let Some(time) = time(&words, bracket) {
        return time;
    }
    if let Some(identity) = identity(&words).filter(|_| bracket.is_none()) {
        return identity;
    }
    if is_utilisation(&words, bracket) {
        return ColumnRole::Utilisation;
    }
    measured(name, &words, bracket).unwrap_or(ColumnRole::Other)
}

/// Words of which the name of a time column has at least one.
const TIME: [&str; 15] = [
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
    "runtime",
];
/// Other words that the name of a time column may have.
const ABOUT_TIME: [&str; 22] = [
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
    "of",
    "day",
    "process",
    "monotonic",
];

fn time(words: &[&str], bracket: Option<&str>) -> Option<ColumnRole> {
    if matches!(words, ["date"] | ["yyyymmdd"]) {
        return Some(ColumnRole::Date);
    }
    let is_time = words.iter().any(|word| TIME.contains(word))
        && words.iter().all(|word| TIME.contains(word) || ABOUT_TIME.contains(word));
    if !is_time {
        return None;
    }
    let has = |word: &str| words.contains(&word);
    let shift = bracket.and_then(time_shift).or_else(|| words.last().and_then(|word| time_shift(word)));
    let is_elapsed = ["elapsed", "relative", "since", "runtime", "monotonic"].into_iter().any(has);
    let rank = match () {
        () if is_elapsed => 3,
        () if has("timestamp") || has("timestamps") || has("datetime") => 0,
        () if has("time") || has("ts") || has("walltime") => 1,
        () => 2,
    };
    let utc = has("utc") || has("gmt") || bracket.is_some_and(|b| matches!(b.to_lowercase().as_str(), "utc" | "gmt"));
    let form = if is_elapsed { TimeForm::Elapsed } else { TimeForm::Moment };
    Some(ColumnRole::Time { rank, hint: TimeHint { shift, utc, form } })
}

fn identity(words: &[&str]) -> Option<ColumnRole> {
    let device = |rank| Some(ColumnRole::Device { rank });
    match words {
        [.., "uuid"] => device(0),
        ["gpu" | "device" | "dev" | "card" | "accelerator" | "gpuid" | "deviceid" | "aip" | "oam"]
        | ["gpu" | "device" | "dev" | "card" | "accelerator" | "aip", "id" | "index" | "idx" | "number" | "num"] => {
            device(1)
        }
        ["index" | "idx" | "id"] | ["minor", "number"] | ["minor"] => device(2),
        ["pci", .., "id"] | [.., "bdf"] | ["pci", "bus"] | ["gpu", "bus", "id"] | ["bus", "id"] | ["busid"] => {
            device(3)
        }
        [.., "serial"] | [.., "serial", "number"] => device(4),
        [
            "sensor" | "domain" | "zone" | "component" | "rail" | "tile" | "tileid" | "die" | "socket" | "package"
            | "channel" | "psu" | "gcd" | "xcd" | "chiplet" | "subdevice",
        ]
        | [
            "sensor" | "domain" | "zone" | "component" | "rail" | "tile" | "die" | "socket" | "package" | "channel"
            | "psu",
            "id" | "index" | "idx" | "number" | "num" | "name",
        ] => Some(ColumnRole::Part),
        ["host" | "hostname" | "node" | "machine" | "server" | "nodename" | "servername"]
        | ["host" | "node" | "machine" | "server", "name" | "id"] => Some(ColumnRole::Host),
        ["name" | "model" | "product"]
        | ["gpu" | "product" | "device" | "model" | "card" | "market", "name" | "model"]
        | ["card", "series"] => Some(ColumnRole::Name),
        ["driver", "version"] | ["driver"] => Some(ColumnRole::Driver),
        _ => None,
    }
}

fn is_utilisation(words: &[&str], bracket: Option<&str>) -> bool {
    let is_load = words.iter().any(|word| matches!(*word, "util" | "utilization" | "utilisation" | "load"));
    let is_of_gpu = words.iter().any(|word| matches!(*word, "gpu" | "aip" | "sm" | "gfx"));
    is_load && is_of_gpu && !words.contains(&"memory") && bracket.is_none_or(|unit| unit == "%")
}

/// Words that show that a column with "power" in its name is not a reading.
const NOT_A_READING: [&str; 59] = [
    "cost",
    "costs",
    "price",
    "eur",
    "usd",
    "gbp",
    "co",
    "carbon",
    "emissions",
    "charge",
    "charged",
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
    "tgp",
    "management",
    "state",
    "mode",
    "brake",
    "slowdown",
    "throttle",
    "policy",
    "profile",
    "smoothing",
    "percent",
    "percentage",
    "pct",
    "ratio",
    "fraction",
    "factor",
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
    "std",
    "stddev",
    "capacity",
    "target",
    "on",
    "off",
];

fn measured(name: &str, words: &[&str], bracket: Option<&str>) -> Option<ColumnRole> {
    // Anything in brackets but a unit of power or energy, such as % or C, shows that this is another quantity.
    let from_bracket = match bracket {
        Some(text) => Some(LogUnit::parse(text)?),
        None => None,
    };
    let from_words = words.iter().rev().find_map(|word| LogUnit::parse(word));
    let unit = from_bracket.or(from_words);
    let quantity = unit.map(|unit| unit.quantity).or_else(|| quantity_word(words))?;
    if words.iter().any(|word| NOT_A_READING.contains(word)) {
        let rank = match words {
            ["enforced", "power", "limit", ..] => Some(0),
            ["power", "limit", ..] => Some(1),
            ["power", "max"] | ["power", "max", "limit"] => Some(2),
            _ => None,
        };
        return Some(ColumnRole::Limit { rank, unit: unit.unwrap_or(LogUnit::WATT) });
    }
    let has = |word: &str| words.contains(&word);
    let field = match () {
        () if quantity == LogQuantity::Energy || !has("power") => None,
        () if has("draw") && has("average") => Some(PowerField::Average),
        () if has("instant") => Some(PowerField::Instant),
        () => Some(PowerField::Default),
    };
    let rank = match (quantity, field) {
        (LogQuantity::Energy, _) => u8::from(unit.is_some_and(LogUnit::is_watt_hours)),
        (_, Some(PowerField::Average)) => 1,
        (_, Some(PowerField::Instant)) => 2,
        _ if has("draw") => 0,
        _ => 3,
    };
    let is_interval = ["delta", "diff", "interval", "increment", "step"].into_iter().any(has);
    let kind = if is_interval { EnergyKind::Interval } else { EnergyKind::Counter };
    let subject = subject(name, quantity);
    let place = MachinePlace::of_name(&subject.replace('_', " "));
    Some(ColumnRole::Measured(Measured { quantity, unit, kind, subject, place, rank, field, is_foreign: false }))
}

fn quantity_word(words: &[&str]) -> Option<LogQuantity> {
    words.iter().find_map(|word| match *word {
        "power" | "pwr" | "wattage" | "draw" => Some(LogQuantity::Power),
        "energy" => Some(LogQuantity::Energy),
        _ => None,
    })
}

/// The words that name neither the quantity, nor the unit, nor the kind of reading.
pub(super) fn subject(name: &str, quantity: LogQuantity) -> String {
    const QUANTITY: [&str; 25] = [
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
        "delta",
        "diff",
        "interval",
        "increment",
        "step",
        "graphics",
    ];
    let words = words(name);
    let mut named: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !QUANTITY.contains(word) && LogUnit::parse(word).is_none())
        .collect();
    // The power that goes into a device or its socket is that of the device; the input of a Jetson module is named VDD_IN.
    if named.first().is_some_and(|word| matches!(*word, "socket" | "in" | "input")) && named.len() == 1 {
        named.clear();
    }
    if quantity == LogQuantity::Energy && named.len() > 1 {
        // The total of a counter is over time, not over devices.
        named.retain(|word| *word != "total");
    }
    let lower = name.to_lowercase();
    let mut subject = String::new();
    let mut before = "";
    for word in named {
        // `gpu0` is two words, and one name.
        let joins = word.starts_with(|c: char| c.is_ascii_digit()) && lower.contains(&format!("{before}{word}"));
        before = word;
        if !subject.is_empty() && !joins {
            subject.push('_');
        }
        subject.push_str(word);
    }
    subject
}

#[cfg(test)]
mod tests;
