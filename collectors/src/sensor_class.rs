//! What an NVIDIA power reading means, which depends on the architecture, the driver and the field that is read.
//!
//! The table has window / update period in ms, from Yang, Adamek, Armour, "Part-time Power Measurements", SC24, arXiv 2312.02741:
//!
//! | architecture | default power, driver < 530 | 530 | > 530 | average field | instant field |
//! |---|---|---|---|---|---|
//! | GH100 | – | – | 1000/100 | 1000/100 | 25/100 |
//! | Ada, GA10x | 1000/100 | 100/100 | 1000/100 | 1000/100 | 100/100 |
//! | GA100 | 25/100 | 25/100 | 25/100 | – | 25/100 |
//! | Turing | 100/100 | 100/100 | 100/100 | – | 100/100 |
//! | Volta, Pascal | 10/20 | 10/20 | 10/20 | – | 10/20 |

use account::meter::PowerSensor;

/// An NVIDIA GPU architecture, as far as the meaning of a power reading depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// P100, P40, GeForce GTX 10xx.
    Pascal,
    /// V100, the data centre chip of its family.
    Volta,
    /// T4, GeForce RTX 20xx, Quadro RTX.
    Turing,
    /// A100, A800, A30: the data centre chip of the Ampere family, whose sensor is unlike the rest of the family.
    Ga100,
    /// A10, A40, RTX 30xx, RTX A-series.
    Ga10x,
    /// L4, L40, RTX 40xx, RTX Ada.
    Ada,
    /// H100, H200, H800, H20, GH200.
    Gh100,
    /// B200, GB200, RTX 50xx. What its sensor does is not published.
    Blackwell,
    /// Any other architecture, or one that is not known.
    Other,
}

/// Version of the NVIDIA driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DriverVersion {
    /// The branch: 535 in `535.104.05`.
    pub major: u32,
    /// The release of the branch: 104 in `535.104.05`.
    pub minor: u32,
}

impl DriverVersion {
    /// Parses a version such as `535.104.05`; `None` if it does not begin with a number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.').map(|part| part.parse().ok());
        Some(Self { major: parts.next()??, minor: parts.next().flatten().unwrap_or(0) })
    }
}

/// Which of NVIDIA's power readings is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerField {
    /// `nvmlDeviceGetPowerUsage`, `power.draw`, `DCGM_FI_DEV_POWER_USAGE`: its meaning depends on architecture and driver.
    Default,
    /// NVML field 185, `power.draw.average`.
    Average,
    /// NVML field 186, `power.draw.instant`, `DCGM_FI_DEV_POWER_USAGE_INSTANT`.
    Instant,
}

/// What `field` means on `architecture` under `driver`. Without a version the driver is taken to be recent. The
/// result is [`PowerSensor::Unknown`] where the table has no entry.
#[must_use]
pub fn classify(architecture: Architecture, driver: Option<DriverVersion>, field: PowerField) -> PowerSensor {
    use Architecture::{Ada, Blackwell, Ga10x, Ga100, Gh100, Other, Pascal, Turing, Volta};
    let driver = driver.map_or(u32::MAX, |version| version.major);
    match (architecture, field) {
        (Pascal | Volta, PowerField::Default | PowerField::Instant) => PowerSensor::INSTANT_10_OF_20,
        (Turing, PowerField::Default | PowerField::Instant) => PowerSensor::INSTANT_100_OF_100,
        (Ga100, PowerField::Default | PowerField::Instant) => PowerSensor::INSTANT_25_OF_100,
        (Ga10x | Ada, PowerField::Default) if driver == 530 => PowerSensor::INSTANT_100_OF_100,
        (Ga10x | Ada, PowerField::Default | PowerField::Average) => PowerSensor::ONE_SECOND_AVERAGE,
        (Ga10x | Ada, PowerField::Instant) => PowerSensor::INSTANT_100_OF_100,
        (Gh100, PowerField::Default) if driver <= 530 => PowerSensor::Unknown,
        (Gh100, PowerField::Default | PowerField::Average) => PowerSensor::ONE_SECOND_AVERAGE,
        (Gh100, PowerField::Instant) => PowerSensor::INSTANT_25_OF_100,
        // NVML documents field 185 as a one-second average and leaves it empty where there is none.
        (Other, PowerField::Average) => PowerSensor::ONE_SECOND_AVERAGE,
        (Pascal | Volta | Turing | Ga100, PowerField::Average) | (Blackwell | Other, _) => PowerSensor::Unknown,
    }
}

/// Architecture by product name as NVML and nvidia-smi spell it (`NVIDIA A100-SXM4-80GB`, `Tesla T4`,
/// `NVIDIA GeForce RTX 3090`); `None` for a name of no known family.
#[must_use]
pub fn architecture_of(gpu_name: &str) -> Option<Architecture> {
    let name = gpu_name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |word: &str| words.contains(&word);
    if has("blackwell") {
        return Some(Architecture::Blackwell);
    }
    if has("ada") {
        return Some(Architecture::Ada);
    }
    if has("titan") {
        return Some(match () {
            () if has("rtx") => Architecture::Turing,
            () if has("v") => Architecture::Volta,
            () => Architecture::Pascal,
        });
    }
    if let Some(series) = words.iter().position(|word| matches!(*word, "rtx" | "gtx")) {
        let model = words.get(series + 1)?;
        return geforce_or_workstation(model, has("quadro"));
    }
    words.iter().find_map(|word| data_centre(word))
}

/// The word after `RTX` or `GTX`: `3090`, `a6000`, `6000` (Quadro).
fn geforce_or_workstation(model: &str, quadro: bool) -> Option<Architecture> {
    if quadro {
        return Some(Architecture::Turing);
    }
    match model.as_bytes() {
        [b'a', b'0'..=b'9', ..] => Some(Architecture::Ga10x),
        [b'1', b'0', _, _, ..] => Some(Architecture::Pascal),
        [b'1', b'6', _, _, ..] | [b'2', b'0', _, _, ..] => Some(Architecture::Turing),
        [b'3', b'0', _, _, ..] => Some(Architecture::Ga10x),
        [b'4', b'0', b'1'..=b'9', _, ..] => Some(Architecture::Ada),
        [b'5', b'0', b'1'..=b'9', _, ..] => Some(Architecture::Blackwell),
        _ => None,
    }
}

/// One word of a data centre name: `v100`, `a100x`, `l40s`.
fn data_centre(word: &str) -> Option<Architecture> {
    Some(match word {
        "p100" | "p40" | "p4" | "p6" => Architecture::Pascal,
        "v100" | "v100s" | "gv100" => Architecture::Volta,
        "t4" | "t4g" | "t400" | "t600" | "t1000" => Architecture::Turing,
        "a100" | "a100x" | "a800" | "a30" | "a30x" => Architecture::Ga100,
        "a10" | "a10g" | "a10m" | "a40" | "a16" | "a2" => Architecture::Ga10x,
        "l4" | "l40" | "l40s" | "l40g" | "l20" | "l2" => Architecture::Ada,
        "h100" | "h200" | "h800" | "h20" | "gh200" => Architecture::Gh100,
        "b100" | "b200" | "b300" | "gb200" | "gb300" => Architecture::Blackwell,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn driver_names_are_recognised() {
        use Architecture::*;
        for (name, expected) in [
            ("Tesla P100-PCIE-16GB", Some(Pascal)),
            ("NVIDIA GeForce GTX 1080 Ti", Some(Pascal)),
            ("NVIDIA TITAN Xp", Some(Pascal)),
            ("Tesla V100-SXM2-32GB", Some(Volta)),
            ("NVIDIA TITAN V", Some(Volta)),
            ("Tesla T4", Some(Turing)),
            ("NVIDIA GeForce RTX 2080 Ti", Some(Turing)),
            ("Quadro RTX 6000", Some(Turing)),
            ("NVIDIA A100-SXM4-80GB", Some(Ga100)),
            ("NVIDIA A100 80GB PCIe MIG 1g.10gb", Some(Ga100)),
            ("NVIDIA A800-SXM4-80GB", Some(Ga100)),
            ("NVIDIA A30", Some(Ga100)),
            ("NVIDIA A10G", Some(Ga10x)),
            ("NVIDIA GeForce RTX 3090", Some(Ga10x)),
            ("NVIDIA RTX A6000", Some(Ga10x)),
            ("NVIDIA L40S", Some(Ada)),
            ("NVIDIA GeForce RTX 4090", Some(Ada)),
            ("NVIDIA RTX 6000 Ada Generation", Some(Ada)),
            ("NVIDIA H100 80GB HBM3", Some(Gh100)),
            ("NVIDIA GH200 480GB", Some(Gh100)),
            ("NVIDIA H20", Some(Gh100)),
            ("NVIDIA B200", Some(Blackwell)),
            ("NVIDIA GeForce RTX 5090", Some(Blackwell)),
            ("NVIDIA RTX PRO 6000 Blackwell Server Edition", Some(Blackwell)),
            ("AMD Instinct MI300X", None),
            ("Tesla K80", None),
            ("", None),
        ] {
            assert_eq!(architecture_of(name), expected, "{name}");
        }
    }

    #[test]
    fn one_figure_changes_its_meaning_with_architecture_and_driver() {
        use Architecture::*;
        use PowerField::*;
        let one_second = PowerSensor::ONE_SECOND_AVERAGE;
        let version = |major, minor| Some(DriverVersion { major, minor });
        for (architecture, driver, field, expected) in [
            (Ga10x, version(525, 85), Default, one_second),
            (Ga10x, version(530, 30), Default, PowerSensor::INSTANT_100_OF_100),
            (Ada, version(535, 104), Default, one_second),
            (Ga10x, version(530, 30), Average, one_second),
            (Ada, None, Instant, PowerSensor::INSTANT_100_OF_100),
            (Ga100, version(550, 54), Default, PowerSensor::INSTANT_25_OF_100),
            (Ga100, None, Average, PowerSensor::Unknown),
            (Gh100, version(550, 54), Default, one_second),
            (Gh100, version(525, 0), Default, PowerSensor::Unknown),
            (Gh100, None, Instant, PowerSensor::INSTANT_25_OF_100),
            (Turing, None, Default, PowerSensor::INSTANT_100_OF_100),
            (Volta, None, Default, PowerSensor::INSTANT_10_OF_20),
            (Blackwell, None, Default, PowerSensor::Unknown),
            (Other, None, Default, PowerSensor::Unknown),
            (Other, None, Average, one_second),
        ] {
            assert_eq!(classify(architecture, driver, field), expected, "{architecture:?} {driver:?} {field:?}");
        }
    }
}
