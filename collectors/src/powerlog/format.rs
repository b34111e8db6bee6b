//! The names of the formats of power logs, as `--format` accepts them.

use super::catalogue::{self, Format};
use std::str::FromStr;

/// A format of power logs, by the tool that writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerLogFormat(&'static str);

impl PowerLogFormat {
    /// Text of DCGM and other Prometheus exporters, with a timestamp after each value.
    pub(super) const PROMETHEUS: Self = Self("prometheus");
    /// A table with one column per device.
    pub(super) const WIDE: Self = Self("wide");
    /// A table with one row per device and moment.
    pub(super) const PLAIN: Self = Self("csv");
    /// The formats that no table of columns describes.
    const OTHERS: [Self; 3] = [Self::PROMETHEUS, Self::WIDE, Self::PLAIN];

    /// The name of a known table.
    pub(super) fn of(format: &'static Format) -> Self {
        Self(&format.name)
    }

    /// Name of the format, as `--format` accepts it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// The names of all formats, joined with commas, for messages.
    #[must_use]
    pub fn names() -> String {
        Self::all().map(Self::name).collect::<Vec<_>>().join(", ")
    }

    fn all() -> impl Iterator<Item = Self> {
        catalogue::formats().iter().map(Self::of).chain(Self::OTHERS)
    }
}

impl std::fmt::Display for PowerLogFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PowerLogFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::all()
            .find(|known| known.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| format!("unknown log format {name:?}; the formats are {}", Self::names()))
    }
}
