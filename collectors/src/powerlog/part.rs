//! What of a machine a reading covers, and which parts contain which.

use super::value::LogUnit;
use serde::Deserialize;

/// A part of a machine whose power a tool reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MachinePart {
    /// A whole machine, at its plug or as its controller sees it.
    Node,
    /// One power supply of a machine.
    Supply,
    /// RAPL's psys: processors and memory.
    Platform,
    /// A module with processor and accelerators, as of Grace Hopper.
    Module,
    /// Grace: processor and system IO.
    Superchip,
    /// A processor.
    Package,
    /// Cores, uncore or graphics of a processor.
    PackagePart,
    /// System IO of Grace.
    SystemIo,
    /// Main memory.
    Memory,
    /// The input of a Jetson module.
    Input,
    /// A rail behind the input of a Jetson module.
    Rail,
    /// An accelerator board.
    Board,
    /// Chip, memory, connector or slot of an accelerator board.
    BoardPart,
    /// Fans, drives and network.
    Peripheral,
}

impl MachinePart {
    /// Whether the energy of `inner` is in that of `self`, on one machine.
    const fn contains(self, inner: Self) -> bool {
        use MachinePart::*;
        match self {
            Node => !matches!(inner, Node),
            Supply => !matches!(inner, Node | Supply),
            Input => matches!(inner, Rail | Package | PackagePart | Memory | Board | BoardPart),
            Platform => matches!(inner, Package | PackagePart | Memory),
            Module => matches!(inner, Superchip | Package | PackagePart | SystemIo | Memory | Board | BoardPart),
            Superchip => matches!(inner, Package | PackagePart | SystemIo),
            Package => matches!(inner, PackagePart),
            Board => matches!(inner, BoardPart),
            PackagePart | SystemIo | Memory | Rail | BoardPart | Peripheral => false,
        }
    }

    /// Whether a machine may have several of `self`, each with its own of `inner`, so that their numbers tell which is in which.
    const fn is_one_of_several(self) -> bool {
        matches!(self, Self::Superchip | Self::Package | Self::Board)
    }

    /// Orders containers from the closest to the widest.
    const fn width(self) -> u8 {
        match self {
            Self::PackagePart | Self::SystemIo | Self::Memory | Self::Rail | Self::BoardPart | Self::Peripheral => 0,
            Self::Package | Self::Board => 1,
            Self::Superchip => 2,
            Self::Module => 3,
            Self::Platform | Self::Input => 4,
            Self::Supply => 5,
            Self::Node => 6,
        }
    }
}

/// Where a reading belongs, as far as its names say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MachinePlace {
    /// Machine; empty if the log names none.
    pub(super) host: String,
    /// `None` for accelerators by UUID and for names that do not say.
    pub(super) part: Option<MachinePart>,
    /// Whether this is the sum over all of `part`, or over everything where `part` is `None`.
    pub(super) is_total: bool,
    /// Socket or board.
    pub(super) number: Option<u32>,
}

impl MachinePlace {
    /// Reads a name such as `package-0`, `Grace Power Socket 1`, `VDD_IN` or `total`. The host stays empty.
    pub(super) fn of_name(name: &str) -> Self {
        let words = words(name);
        let number = number(&words);
        let is_total = number.is_none()
            && words.iter().any(|w| {
                matches!(&**w, "total" | "tot" | "sum" | "gpus" | "cpus" | "all" | "overall" | "aggregate" | "combined")
            });
        Self { host: String::new(), part: part(&words), is_total, number }
    }

    /// Whether the name says what is measured.
    pub(super) const fn is_known(&self) -> bool {
        self.part.is_some() || self.is_total
    }

    pub(super) fn contains(&self, inner: &Self) -> bool {
        // A log may have thousands of devices, each compared with each: names last.
        self.covers(inner) && self.host == inner.host
    }

    /// Whether it contains `inner` if both are of one machine.
    fn covers(&self, inner: &Self) -> bool {
        if self.is_total {
            return match (self.part, inner.part) {
                (None, _) => !(inner.is_total && inner.part.is_none()),
                (Some(own), Some(part)) => own == part && !inner.is_total || own.contains(part),
                (Some(_), None) => false,
            };
        }
        let (Some(own), Some(part)) = (self.part, inner.part) else { return self.part == Some(MachinePart::Node) };
        // A sum over several parts is in none of them.
        if !own.contains(part) || (inner.is_total && own.is_one_of_several()) {
            return false;
        }
        match (self.number, inner.number) {
            (Some(outer), Some(inner)) if own.is_one_of_several() => outer == inner,
            _ => true,
        }
    }

    /// Whether it is certain that the two are apart, or which contains the other.
    pub(super) fn is_certain_with(&self, other: &Self) -> bool {
        use MachinePart::{BoardPart, PackagePart, Peripheral, Rail};
        if self.host != other.host || self.is_total || other.is_total || self.contains(other) || other.contains(self) {
            return true;
        }
        match (self.part, other.part) {
            (Some(one), Some(two)) if one == two => {
                matches!(one, Rail | PackagePart | BoardPart | Peripheral)
                    || (self.number.is_some() && other.number.is_some() && self.number != other.number)
            }
            (Some(_), Some(_)) | (None, None) => true,
            _ => false,
        }
    }

    /// Orders containers from the closest to the widest.
    pub(super) const fn width(&self) -> (bool, u8) {
        match self.part {
            Some(part) => (self.is_total, part.width()),
            None => (self.is_total, u8::MAX),
        }
    }
}

/// The part that the words of a name stand for; `None` if they do not say, or if they say a UUID.
fn part(words: &[String]) -> Option<MachinePart> {
    let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    let jetson = ["vdd", "pom", "vin", "vddq", "vddrq", "vsys"];
    if words.first().is_some_and(|word| jetson.contains(&word.as_str())) || has(&["vdd", "pom"]) {
        let is_input = has(&["in"]) || words.iter().filter(|w| *w != "power").eq(["vin"]);
        return Some(if is_input { MachinePart::Input } else { MachinePart::Rail });
    }
    let is_board = has(&[
        "gpu",
        "gpus",
        "cuda",
        "accelerator",
        "accelerators",
        "accel",
        "card",
        "gcd",
        "oam",
        "aip",
        "hpu",
        "xpu",
        "dgpu",
        "board",
    ]);
    if is_board {
        let is_part = has(&[
            "core", "cores", "chip", "memory", "mem", "vram", "hbm", "mvddc", "fbvdd", "nvvdd", "soc", "rail", "pin",
            "slot", "sram", "asic",
        ]);
        return Some(if is_part { MachinePart::BoardPart } else { MachinePart::Board });
    }
    Some(match () {
        () if has(&["module"]) => MachinePart::Module,
        () if has(&["grace"]) => MachinePart::Superchip,
        () if has(&["sysio"]) || words.windows(2).any(|pair| pair == ["sys", "io"]) => MachinePart::SystemIo,
        () if has(&["psys", "platform"]) => MachinePart::Platform,
        () if has(&["psu", "supply"]) => MachinePart::Supply,
        () if has(&["dram", "memory", "ram", "dimm", "dimms"]) => MachinePart::Memory,
        () if has(&["core", "cores", "ia", "gt", "uncore", "pp0", "pp1", "gfx", "igpu"]) => MachinePart::PackagePart,
        () if has(&["package", "packages", "pkg", "processor", "cpu", "cpus", "socket"]) => MachinePart::Package,
        () if has(&["fan", "fans", "disk", "drive", "drives", "hdd", "ssd", "nvme", "storage", "nic"]) => {
            MachinePart::Peripheral
        }
        () if has(&["node", "system", "sys", "chassis", "server", "wall", "machine", "host", "inlet"]) => {
            MachinePart::Node
        }
        () => return None,
    })
}

/// The socket or board in a name: its last number, but none of a name such as `pp0` and no voltage.
fn number(words: &[String]) -> Option<u32> {
    words.iter().rev().find_map(|word| word.parse().ok())
}

/// Lower-case words and numbers: `Package-0` → package, 0; `gpu3` → gpu, 3; `PkgWatt` → pkg, watt; `pp0` and `5v` stay whole.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for raw in name.split(|c: char| !c.is_alphanumeric()).filter(|raw| !raw.is_empty()) {
        let lower = raw.to_lowercase();
        if LogUnit::parse(raw).is_some() {
            words.push(lower);
            continue;
        }
        let is_voltage = raw.starts_with(|c: char| c.is_ascii_digit()) && raw.ends_with(|c: char| c.is_alphabetic());
        if matches!(lower.as_str(), "pp0" | "pp1") || is_voltage {
            words.push(lower);
            continue;
        }
        let mut word = String::new();
        for c in raw.chars() {
            let before = word.chars().last();
            let is_border = before
                .is_some_and(|b| b.is_ascii_digit() != c.is_ascii_digit() || (b.is_lowercase() && c.is_uppercase()));
            if is_border {
                words.push(std::mem::take(&mut word).to_lowercase());
            }
            word.push(c);
        }
        words.push(word.to_lowercase());
    }
    words
}
