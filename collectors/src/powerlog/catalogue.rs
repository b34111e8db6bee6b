//! The known formats: data in `config/powerlog`, compiled in.

use super::part::MachinePart;
use super::value::{LogQuantity, LogUnit};
use crate::sensor_class::PowerField;
use serde::Deserialize;
use std::sync::LazyLock;

const TABLES: &str = include_str!("../../../config/powerlog/tables.toml");
const EXPORTERS: &str = include_str!("../../../config/powerlog/exporters.toml");

/// What a column or metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Is {
    /// Moments.
    Time,
    /// Times since the start of the log.
    Elapsed,
    Date,
    Host,
    /// Identifies devices.
    Device,
    /// Identifies parts of a device, beside it.
    Part,
    Name,
    Driver,
    Limit,
    Power,
    /// Energy since some start.
    Counter,
    /// Energy of the interval since the row before.
    Interval,
    Utilisation,
    /// Names what `Value` is, row by row.
    Metric,
    Value,
    /// The unit of `Value`, row by row.
    Unit,
    Unused,
}

/// What is known of a column or metric by its name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnRule {
    name: Vec<String>,
    pub(super) is: Is,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    pub(super) part: Option<MachinePart>,
    /// Of several readings of one part, the one with the lowest rank is taken.
    #[serde(default)]
    pub(super) rank: u8,
    #[serde(default)]
    field: Option<NvidiaField>,
    #[serde(default)]
    pub(super) why: String,
    /// Another metric that contains this one.
    #[serde(default)]
    pub(super) beside: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum NvidiaField {
    Default,
    Average,
    Instant,
}

impl ColumnRule {
    pub(super) fn fits(&self, name: &str) -> bool {
        self.name.iter().any(|pattern| fits(pattern, name))
    }

    /// The unit of a reading or limit.
    pub(super) fn log_unit(&self) -> Option<LogUnit> {
        self.unit.as_deref().and_then(LogUnit::parse)
    }

    /// The unit of a time.
    pub(super) fn time_unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    pub(super) fn quantity(&self) -> Option<LogQuantity> {
        match self.is {
            Is::Power => Some(LogQuantity::Power),
            Is::Counter | Is::Interval => Some(LogQuantity::Energy),
            _ => None,
        }
    }

    pub(super) fn power_field(&self) -> Option<PowerField> {
        self.field.map(|field| match field {
            NvidiaField::Default => PowerField::Default,
            NvidiaField::Average => PowerField::Average,
            NvidiaField::Instant => PowerField::Instant,
        })
    }
}

/// A known table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Format {
    pub(super) name: String,
    pub(super) title: String,
    /// Where its facts are from.
    #[allow(dead_code, reason = "read by people, and by the test that every format has one")]
    pub(super) source: String,
    /// Whether each device is an accelerator board.
    #[serde(default)]
    pub(super) of_boards: bool,
    /// Whether every power value is the mean since the row before.
    #[serde(default)]
    pub(super) mean_since_previous: bool,
    /// Whether only the names of its devices say what contains what, so that these have to be certain.
    #[serde(default)]
    pub(super) parts_by_name: bool,
    pub(super) signatures: Vec<Vec<String>>,
    #[serde(default)]
    pub(super) rows: Vec<RowRule>,
    pub(super) columns: Vec<ColumnRule>,
    #[serde(default)]
    pub(super) metrics: Vec<ColumnRule>,
}

/// Keeps the rows with this text in a column, where there is such a column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowRule {
    pub(super) column: String,
    pub(super) text: String,
}

/// What looks like a log of power and is none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoPowerLog {
    pub(super) title: String,
    #[serde(default)]
    signatures: Vec<Vec<String>>,
    #[serde(default)]
    begins: Vec<String>,
    #[serde(default)]
    contains: Vec<String>,
    pub(super) advice: String,
}

/// The metrics of an exporter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownExporter {
    #[allow(dead_code, reason = "read by people")]
    title: String,
    #[allow(dead_code, reason = "read by people, and by the test that every exporter has one")]
    source: String,
    metrics: Vec<ColumnRule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    format: Vec<Format>,
    refusal: Vec<NoPowerLog>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exporters {
    exporter: Vec<KnownExporter>,
}

// A test parses both, so that the empty default is never seen.
static TABLES_READ: LazyLock<Tables> = LazyLock::new(|| toml::from_str(TABLES).unwrap_or_default());
static EXPORTERS_READ: LazyLock<Exporters> = LazyLock::new(|| toml::from_str(EXPORTERS).unwrap_or_default());

/// All known tables; the first that fits is the format of a table.
pub(super) fn formats() -> &'static [Format] {
    &TABLES_READ.format
}

impl Format {
    /// Whether a table with these names of columns is of this format.
    pub(super) fn has_signature(&self, names: &[String]) -> bool {
        any_signature(&self.signatures, names)
    }
}

/// The known thing without power over time that a table with these names is.
pub(super) fn refused_table(names: &[String]) -> Option<&'static NoPowerLog> {
    TABLES_READ.refusal.iter().find(|refusal| any_signature(&refusal.signatures, names))
}

/// The known thing without power over time that a text is.
pub(super) fn refused_text(head: &[u8]) -> Option<&'static NoPowerLog> {
    let head = head.trim_ascii_start();
    TABLES_READ.refusal.iter().find(|refusal| {
        refusal.begins.iter().any(|text| head.starts_with(text.as_bytes()))
            || refusal.contains.iter().any(|text| memchr::memmem::find(head, text.as_bytes()).is_some())
    })
}

/// The rule for a metric of an exporter.
pub(super) fn metric(name: &str) -> Option<&'static ColumnRule> {
    EXPORTERS_READ.exporter.iter().flat_map(|exporter| &exporter.metrics).find(|rule| rule.fits(name))
}

fn any_signature(signatures: &[Vec<String>], names: &[String]) -> bool {
    signatures.iter().any(|patterns| patterns.iter().all(|pattern| names.iter().any(|name| fits(pattern, name))))
}

/// Whether a name fits a pattern: `*` is any text, `#` a number, `<unit>` a unit of power or energy.
fn fits(pattern: &str, name: &str) -> bool {
    // No tool has longer names, and a pattern could take long over one.
    if name.len() > 200 {
        return false;
    }
    fits_lower(&pattern.to_lowercase(), &name.to_lowercase())
}

fn fits_lower(pattern: &str, name: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("<unit>") {
        return rest.is_empty() && LogUnit::parse(name).is_some();
    }
    let mut letters = pattern.chars();
    match letters.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = letters.as_str();
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| fits_lower(rest, &name[at..]))
        }
        Some('#') => {
            let digits = name.bytes().take_while(u8::is_ascii_digit).count();
            digits > 0 && fits_lower(letters.as_str(), &name[digits..])
        }
        Some(letter) => name.strip_prefix(letter).is_some_and(|rest| fits_lower(letters.as_str(), rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_parse_and_every_entry_has_a_source_and_units() {
        let tables: Tables = toml::from_str(TABLES).unwrap();
        let exporters: Exporters = toml::from_str(EXPORTERS).unwrap();
        assert!(tables.format.len() > 15 && exporters.exporter.len() > 8);
        assert!(tables.format.iter().all(|format| format.source.len() > 8 && !format.signatures.is_empty()));
        assert!(exporters.exporter.iter().all(|exporter| exporter.source.len() > 8));
        let columns = tables.format.iter().flat_map(|format| format.columns.iter().chain(&format.metrics));
        for rule in columns.chain(exporters.exporter.iter().flat_map(|exporter| &exporter.metrics)) {
            let unit = rule.log_unit().map(|unit| unit.quantity);
            assert!(rule.quantity().is_none_or(|quantity| unit == Some(quantity)), "{rule:?}");
            assert_eq!(rule.is == Is::Unused, !rule.why.is_empty(), "{rule:?}");
        }
    }

    #[test]
    fn patterns_fit_whole_names() {
        for (pattern, name, fit) in [
            ("gpu#_power_<unit>", "GPU12_Power_mW", true),
            ("gpu#_power_<unit>", "gpu_power_mw", false),
            ("gpu#_power_<unit>", "gpu1_power_limit_mw", false),
            ("*gpu.#.powerwatts", "run a - system/gpu.3.powerWatts", true),
            ("*gpu.#.powerwatts", "system/gpu.3.powerWatts__MAX", false),
            ("power.draw", "power.draw.instant", false),
            ("8-pin #", "8-Pin 1", true),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }
}
