//! The formats of power logs, by the tools that write them.

use std::str::FromStr;

/// The formats of power logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerLogFormat {
    /// `nvidia-smi --query-gpu=… --format=csv`, and scripts around it with a header of their own.
    NvidiaSmi,
    /// `nvidia-smi dmon`, with `-o T` or `-o DT`.
    NvidiaSmiDmon,
    /// Text of DCGM and other Prometheus exporters, with a timestamp after each value.
    Prometheus,
    /// The table that `amd-smi metric --csv` prints.
    AmdSmi,
    /// `rocm-smi --showpower`, with `--csv` or without, in a loop that adds the time.
    RocmSmi,
    /// `hl-smi -Q … --format csv`.
    HlSmi,
    /// The CSV file of Intel Power Gadget.
    PowerGadget,
    /// A table with one column per device.
    Wide,
    /// A table with one row per device and moment.
    Plain,
}

impl PowerLogFormat {
    const ALL: [(Self, &str); 9] = [
        (Self::NvidiaSmi, "nvidia-smi"),
        (Self::NvidiaSmiDmon, "dmon"),
        (Self::Prometheus, "prometheus"),
        (Self::AmdSmi, "amd-smi"),
        (Self::RocmSmi, "rocm-smi"),
        (Self::HlSmi, "hl-smi"),
        (Self::PowerGadget, "power-gadget"),
        (Self::Wide, "wide"),
        (Self::Plain, "csv"),
    ];

    /// All names that [`PowerLogFormat::from_str`] accepts, for messages.
    pub const NAMES: &str = "nvidia-smi, dmon, prometheus, amd-smi, rocm-smi, hl-smi, power-gadget, wide, csv";

    /// Name of the format, as `--format` accepts it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("csv", |(_, name)| name)
    }

    /// Whether each device in this format is an accelerator board.
    pub(super) const fn is_of_boards(self) -> bool {
        matches!(self, Self::NvidiaSmi | Self::NvidiaSmiDmon | Self::AmdSmi | Self::RocmSmi | Self::HlSmi)
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
        Self::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(format, _)| *format)
            .ok_or_else(|| format!("unknown log format {name:?}; the formats are {}", Self::NAMES))
    }
}
