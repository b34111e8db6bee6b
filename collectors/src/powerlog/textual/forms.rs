//! The forms of lines with power, as their tools print them.

use super::super::columns::LogColumn;
use super::super::part::{MachinePart, MachinePlace};
use super::super::text::{lines_of, trim};
use super::super::time::TimeForm;
use super::super::value::{Decimal, EnergyKind, LogQuantity, LogUnit, Value, parse_value};
use crate::sensor_class::PowerField;

/// A reading in a line.
#[derive(Debug, Clone)]
pub(super) struct TextReading {
    /// Identifier of the device.
    pub(super) id: String,
    /// Name of what is read, for messages.
    pub(super) column: String,
    pub(super) place: MachinePlace,
    pub(super) name: Option<String>,
    pub(super) value: Value,
    /// `None` for a power.
    pub(super) energy: Option<EnergyKind>,
    pub(super) field: Option<PowerField>,
}

/// What a line holds.
#[derive(Debug, Default)]
pub(super) struct TextLine<'a> {
    /// The time of its readings, and of those that follow.
    pub(super) time: Option<&'a [u8]>,
    pub(super) readings: Vec<TextReading>,
    /// Whether the time is that of the readings before it.
    pub(super) is_time_of_earlier: bool,
}

/// How many lines are looked at to recognise a form.
const FIRST_LINES: usize = 200;

/// A form of lines, and what it has to remember from line to line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextForm {
    /// `GPU[0] : Average Graphics Package Power (W): 35.0`, of `rocm-smi --showpower`.
    Rocm,
    /// `… RAM 3310/7620MB … VDD_IN 9000mW/8800mW …`, of tegrastats: the value now, and the mean so far.
    /// Source: NVIDIA Jetson Linux Developer Guide, tegrastats.
    Tegrastats,
    /// `1.000123456,65.00,Joules,power/energy-pkg/,…`, of `perf stat -I`: the energy of each interval. Source: perf-stat(1).
    Perf,
    /// `Time,10-05-2026 09:00:00.123,Watts,203.4,Volts,…`, of SPEC's PTDaemon as MLPerf keeps it.
    PtDaemon,
    /// `Instantaneous power reading: 1840 Watts`, of `ipmitool dcmi power reading`, or `Current Power : 418 Watts` of FreeIPMI.
    IpmiDcmi {
        /// Whether each block ends with its own time.
        has_time: bool,
    },
    /// `GPU: 0` above `SOCKET_POWER: 238 W`, of `amd-smi metric`.
    AmdMetric {
        /// The GPU of the lines above.
        gpu: Option<u32>,
    },
    /// The picture of nvidia-smi without options: `|   0  NVIDIA A100 …` above `| N/A   34C    P0    71W / 400W | …`.
    NvidiaSmi {
        /// The GPU of the line above.
        gpu: Option<u32>,
    },
}

impl TextForm {
    pub(super) fn recognise(head: &[u8]) -> Option<Self> {
        let any = |is: &dyn Fn(&[u8]) -> bool| lines_of(head).take(FIRST_LINES).any(|line| is(trim(line.bytes)));
        let contains = |text: &'static str| move |line: &[u8]| memchr::memmem::find(line, text.as_bytes()).is_some();
        match () {
            () if any(&|line| rocm(line).is_some()) => Some(Self::Rocm),
            () if any(&|line| !tegrastats(line).is_empty()) => Some(Self::Tegrastats),
            () if any(&|line| perf(line).is_some()) => Some(Self::Perf),
            () if any(&|line| pt_daemon(line).is_some()) => Some(Self::PtDaemon),
            () if any(&contains("| NVIDIA-SMI ")) => Some(Self::NvidiaSmi { gpu: None }),
            () if any(&|line| line.starts_with(b"GPU: ")) && any(&|line| amd_value(line).is_some()) => {
                Some(Self::AmdMetric { gpu: None })
            }
            () if any(&|line| ipmi(line).is_some()) => {
                Some(Self::IpmiDcmi { has_time: any(&|line| ipmi_time(line).is_some()) })
            }
            () => None,
        }
    }

    /// The form at the start of a log.
    pub(super) const fn clone_for_scan(self) -> Self {
        match self {
            Self::NvidiaSmi { .. } => Self::NvidiaSmi { gpu: None },
            Self::AmdMetric { .. } => Self::AmdMetric { gpu: None },
            other => other,
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Rocm => "rocm-smi",
            Self::Tegrastats => "tegrastats",
            Self::Perf => "perf stat",
            Self::PtDaemon => "PTDaemon",
            Self::IpmiDcmi { .. } => "the power reading of ipmitool",
            Self::NvidiaSmi { .. } => "nvidia-smi",
            Self::AmdMetric { .. } => "amd-smi",
        }
    }

    pub(super) const fn time_form(self) -> TimeForm {
        match self {
            Self::Tegrastats | Self::PtDaemon => TimeForm::MonthFirst,
            Self::Perf => TimeForm::Elapsed,
            Self::Rocm | Self::IpmiDcmi { .. } | Self::NvidiaSmi { .. } | Self::AmdMetric { .. } => TimeForm::Moment,
        }
    }

    /// Whether each line has a time and all its readings.
    pub(super) const fn is_in_one_line(self) -> bool {
        matches!(self, Self::Tegrastats | Self::Perf | Self::PtDaemon)
    }

    /// Whether the last line of a log that was cut off has all its readings, as text follows them.
    pub(super) fn is_whole(self, line: &[u8]) -> bool {
        match self {
            Self::Tegrastats => memchr::memmem::find(line, b"@").is_some() && line.ends_with(b"C"),
            Self::Perf => memchr::memmem::find(line, b"energy-").is_some() && line.ends_with(b","),
            Self::PtDaemon => memchr::memmem::find(line, b",Mark,").is_some(),
            Self::Rocm | Self::IpmiDcmi { .. } | Self::NvidiaSmi { .. } | Self::AmdMetric { .. } => true,
        }
    }

    pub(super) const fn waits_for_time(self) -> bool {
        matches!(self, Self::IpmiDcmi { has_time: true })
    }

    /// Reads one line, without surrounding blanks.
    pub(super) fn line<'a>(&mut self, line: &'a [u8]) -> TextLine<'a> {
        match self {
            Self::Rocm => match rocm(line) {
                Some(reading) => TextLine { readings: vec![reading], ..TextLine::default() },
                None => time_line(line),
            },
            Self::Tegrastats => {
                let readings = tegrastats(line);
                let start = memchr::memmem::find(line, b"RAM ").unwrap_or(0);
                let time = Some(trim(&line[..start])).filter(|time| !readings.is_empty() && !time.is_empty());
                if readings.is_empty() {
                    time_line(line)
                } else {
                    TextLine { time, readings, is_time_of_earlier: false }
                }
            }
            Self::Perf => match perf(line) {
                Some((time, reading)) => {
                    TextLine { time: Some(time), readings: vec![reading], is_time_of_earlier: false }
                }
                None => TextLine::default(),
            },
            Self::PtDaemon => match pt_daemon(line) {
                Some((time, reading)) => {
                    TextLine { time: Some(time), readings: vec![reading], is_time_of_earlier: false }
                }
                None => TextLine::default(),
            },
            Self::IpmiDcmi { .. } => match (ipmi(line), ipmi_time(line)) {
                (Some(reading), _) => TextLine { readings: vec![reading], ..TextLine::default() },
                (None, Some(time)) => TextLine { time: Some(time), readings: Vec::new(), is_time_of_earlier: true },
                (None, None) => time_line(line),
            },
            Self::NvidiaSmi { gpu } => nvidia_smi(line, gpu),
            Self::AmdMetric { gpu } => amd_metric(line, gpu),
        }
    }
}

/// A line that may have nothing but a time on it.
fn time_line(line: &[u8]) -> TextLine<'_> {
    let may_be_time = line.len() < 64 && line.first().is_some_and(u8::is_ascii_alphanumeric);
    TextLine { time: Some(line).filter(|_| may_be_time), ..TextLine::default() }
}

fn watts(id: &str, column: &str, place: MachinePlace, value: Value) -> TextReading {
    TextReading { id: id.to_owned(), column: column.to_owned(), place, name: None, value, energy: None, field: None }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn rocm(line: &[u8]) -> Option<TextReading> {
    let rest = line.strip_prefix(b"GPU[")?;
    let close = memchr::memchr(b']', rest)?;
    let tail = trim(&rest[close + 1..]).strip_prefix(b":")?;
    let colon = memchr::memrchr(b':', tail)?;
    let column = LogColumn::parse(&tail[..colon]);
    let unit = column.measured().filter(|m| m.quantity == LogQuantity::Power)?.unit?;
    let place = MachinePlace { part: Some(MachinePart::Board), ..MachinePlace::default() };
    Some(watts(&text(&rest[..close]), &column.text, place, parse_value(trim(&tail[colon + 1..]), unit)))
}

/// The rails of a line: `VDD_IN 9000mW/8800mW`, in older versions `POM_5V_IN 6000/5900`, which are mW too.
fn tegrastats(line: &[u8]) -> Vec<TextReading> {
    let has = |text: &[u8]| memchr::memmem::find(line, text).is_some();
    if !has(b"RAM ") || !(has(b"GR3D") || has(b"EMC_FREQ") || has(b"CPU [")) {
        return Vec::new();
    }
    let words: Vec<&[u8]> = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let rail = |pair: &[&[u8]]| {
        let &[name, values] = pair else { return None };
        let slash = memchr::memchr(b'/', values)?;
        let (now, mean) = (&values[..slash], &values[slash + 1..]);
        let number = |text: &[u8]| {
            let digits = text.strip_suffix(b"mW").unwrap_or(text);
            (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(())
        };
        number(now).and(number(mean))?;
        // It is fed from VIN_SYS_5V0, which is there too (Jetson Linux Developer Guide, AGX Orin).
        if name.starts_with(b"VDDQ_VDD2") || !name.first()?.is_ascii_uppercase() {
            return None;
        }
        let name = text(name);
        let named = MachinePlace::of_name(&name).part;
        let part = if named == Some(MachinePart::Input) { MachinePart::Input } else { MachinePart::Rail };
        let place = MachinePlace { part: Some(part), ..MachinePlace::default() };
        Some(watts(&name, &name, place, parse_value(now, LogUnit::MILLIWATT)))
    };
    words.windows(2).filter_map(rail).collect()
}

/// Time in seconds and energy of a line of `perf stat -I`, with separators or as a table, with sockets or without.
fn perf(line: &[u8]) -> Option<(&[u8], TextReading)> {
    let is_border = |byte: &u8| matches!(byte, b',' | b';') || byte.is_ascii_whitespace();
    let words: Vec<&[u8]> = line.split(is_border).filter(|word| !word.is_empty()).collect();
    let unit = words.iter().position(|word| *word == b"Joules")?;
    let event = words.get(unit + 1)?;
    let domain = event.strip_prefix(b"power/energy-").or_else(|| event.strip_prefix(b"energy-"))?;
    let time = words.first().filter(|time| unit >= 2 && Decimal::parse_all(time).is_some())?;
    let domain = text(domain.split(|byte| *byte == b'/').next()?);
    let part = match domain.as_str() {
        "pkg" => MachinePart::Package,
        "cores" | "gpu" => MachinePart::PackagePart,
        "ram" => MachinePart::Memory,
        "psys" => MachinePart::Platform,
        _ => return None,
    };
    // `S0`, `S0-D1` or `CPU12`, where perf shows sockets, dies or processors.
    let is_place = |word: &&&[u8]| word.first().is_some_and(u8::is_ascii_alphabetic);
    let socket = words[1..unit].iter().find(is_place).map(|word| text(word));
    let digits = |name: &str| name.split('-').next()?.trim_start_matches(|c: char| c.is_alphabetic()).parse().ok();
    let number = socket.as_deref().and_then(digits);
    let id = socket.map_or_else(|| domain.clone(), |socket| format!("{socket}/{domain}"));
    let value = parse_value(words[unit - 1], LogUnit::JOULE);
    let place = MachinePlace { part: Some(part), number, ..MachinePlace::default() };
    let reading = TextReading { energy: Some(EnergyKind::Interval), ..watts(&id, &text(event), place, value) };
    Some((time, reading))
}

fn pt_daemon(line: &[u8]) -> Option<(&[u8], TextReading)> {
    let rest = line.strip_prefix(b"Time,")?;
    let end = memchr::memmem::find(rest, b",Watts,")?;
    let value = rest[end + 7..].split(|byte| *byte == b',').next()?;
    let place = MachinePlace { part: Some(MachinePart::Node), ..MachinePlace::default() };
    Some((&rest[..end], watts("analyser", "Watts", place, parse_value(trim(value), LogUnit::WATT))))
}

fn ipmi(line: &[u8]) -> Option<TextReading> {
    let colon = memchr::memchr(b':', line)?;
    let name = text(trim(&line[..colon]));
    if !matches!(name.to_lowercase().as_str(), "instantaneous power reading" | "current power") {
        return None;
    }
    let place = MachinePlace { part: Some(MachinePart::Node), ..MachinePlace::default() };
    Some(watts("node", &name, place, parse_value(trim(&line[colon + 1..]), LogUnit::WATT)))
}

fn ipmi_time(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(b"IPMI timestamp:").map(trim)
}

/// The power of a socket, with its value.
fn amd_value(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let name = text(&line[..colon]).to_uppercase();
    let is_reading = matches!(name.as_str(), "SOCKET_POWER" | "CURRENT_SOCKET_POWER");
    is_reading.then(|| (name, trim(&line[colon + 1..])))
}

fn amd_metric<'a>(line: &'a [u8], gpu: &mut Option<u32>) -> TextLine<'a> {
    if let Some(index) = line.strip_prefix(b"GPU: ") {
        *gpu = std::str::from_utf8(index).ok().and_then(|index| index.trim().parse().ok());
        return TextLine::default();
    }
    if let Some(time) = line.strip_prefix(b"TIMESTAMP: ") {
        return TextLine { time: Some(trim(time)), ..TextLine::default() };
    }
    let (Some((column, value)), Some(index)) = (amd_value(line), *gpu) else { return time_line(line) };
    let place = MachinePlace { part: Some(MachinePart::Board), number: Some(index), ..MachinePlace::default() };
    let reading = watts(&index.to_string(), &column, place, parse_value(value, LogUnit::WATT));
    TextLine { readings: vec![reading], ..TextLine::default() }
}

fn nvidia_smi<'a>(line: &'a [u8], gpu: &mut Option<u32>) -> TextLine<'a> {
    let Some(row) = line.strip_prefix(b"|") else { return time_line(line) };
    let words: Vec<&[u8]> = row.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let slash = words.iter().position(|word| *word == b"/");
    if let (Some(slash), Some(index)) = (slash, *gpu)
        && slash > 0
        && words.get(slash + 1).is_some_and(|limit| limit.ends_with(b"W") || *limit == b"N/A")
    {
        *gpu = None;
        let place = MachinePlace { part: Some(MachinePart::Board), number: Some(index), ..MachinePlace::default() };
        let value = parse_value(words[slash - 1], LogUnit::WATT);
        let field = Some(PowerField::Default);
        let reading = TextReading { field, ..watts(&index.to_string(), "Pwr:Usage", place, value) };
        return TextLine { readings: vec![reading], ..TextLine::default() };
    }
    let index = words.first().and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
    *gpu = index.filter(|_| words.len() > 2);
    TextLine::default()
}
