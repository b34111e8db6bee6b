//! Cloud machines without accelerators: their vCPUs by the provider's rule of naming, and what a vCPU draws.

use crate::bundled::{BundledTable, DataError};
use crate::decimal;
use serde::Deserialize;
use std::sync::OnceLock;

const FAMILIES: BundledTable = BundledTable {
    file: "cloud_cpu_families.csv",
    text: include_str!("../../config/hardware/cloud_cpu_families.csv"),
    publisher: "",
    edition: "2026-12",
    licence: "facts",
};

const POWER: BundledTable = BundledTable {
    file: "cloud_vcpu_power.csv",
    text: include_str!("../../config/hardware/cloud_vcpu_power.csv"),
    publisher: "",
    edition: "",
    licence: "facts",
};

/// Share of the processor that is taken to be in use where nothing is stated, parts per million.
const USUAL_UTILISATION_PPM: u32 = 500_000;
/// Larger than any machine that is rented.
const VCPUS_MAX: u64 = 4_096;

/// A cloud machine without accelerators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CpuMachine {
    /// The type as people write it, `provider/type`.
    pub code: String,
    /// Number of its vCPUs.
    pub vcpus: u64,
    /// Mean power of a vCPU with its share of the machine, nW: idle, and at full load.
    pub vcpu_nanowatts: (u64, u64),
    /// Where both are from.
    pub source: String,
}

/// A family of types, or one type.
#[derive(Debug, Deserialize)]
struct Family {
    provider: String,
    /// The beginning of the type that names the family, or the whole type.
    name: String,
    /// `xlarge`, `number`, `ocpus`: how the size of a type of the family tells its vCPUs; or their number for one type.
    vcpus: String,
    #[serde(rename = "src")]
    source: String,
}

#[derive(Debug, Deserialize)]
struct VcpuPower {
    provider: String,
    idle_w: String,
    full_w: String,
    #[serde(rename = "src")]
    source: String,
}

/// The machine of a type written `provider/type`, in any case; `None` where the type is not one of a known family.
///
/// # Errors
///
/// A bundled table is broken.
pub fn find_cpu_machine(code: &str) -> Result<Option<CpuMachine>, DataError> {
    let Some((provider, asked)) = code.trim().split_once('/') else { return Ok(None) };
    let of_provider = || families().map(|all| all.iter().filter(|row| row.provider.eq_ignore_ascii_case(provider)));
    let exact = of_provider()?.find(|row| row.name.eq_ignore_ascii_case(asked) && row.vcpus.parse::<u64>().is_ok());
    let found = match exact {
        Some(row) => row.vcpus.parse().ok().map(|vcpus| (row, vcpus)),
        None => of_provider()?.find_map(|row| Some((row, row.vcpus_of(asked)?))),
    };
    let Some((row, vcpus)) = found.filter(|(_, vcpus)| (1..=VCPUS_MAX).contains(vcpus)) else { return Ok(None) };
    CpuMachine::of(provider, asked, vcpus, &row.source).map(Some)
}

/// Power of a processor (hardware thread) of which nothing is known, with its share of the machine under full load, nW: the highest of the
/// providers' means.
///
/// # Errors
///
/// The bundled table is broken.
pub fn highest_vcpu_nanowatts() -> Result<u64, DataError> {
    let rows: Vec<VcpuPower> = POWER.rows()?;
    let full = rows.iter().map(|row| nanowatts(&row.full_w)).collect::<Result<Vec<_>, _>>()?;
    full.into_iter().max().ok_or_else(|| POWER.wrong("no provider".to_owned()))
}

fn nanowatts(text: &str) -> Result<u64, DataError> {
    let parsed = decimal::parse(text, 9).ok().and_then(|value| u64::try_from(value).ok());
    parsed.ok_or_else(|| POWER.wrong(format!("{text} is not a power in W")))
}

impl CpuMachine {
    /// A machine of `provider` whose number of vCPUs is stated.
    ///
    /// # Errors
    ///
    /// A bundled table is broken, or has no power for the provider.
    pub fn with_vcpus(provider: &str, name: &str, vcpus: u64) -> Result<Self, DataError> {
        Self::of(provider, name, vcpus, "as stated")
    }

    fn of(provider: &str, name: &str, vcpus: u64, source: &str) -> Result<Self, DataError> {
        let rows: Vec<VcpuPower> = POWER.rows()?;
        let row = rows.into_iter().find(|row| row.provider.eq_ignore_ascii_case(provider));
        let row = row.ok_or_else(|| POWER.wrong(format!("no power for {provider}")))?;
        Ok(Self {
            code: format!("{}/{name}", row.provider),
            vcpus,
            vcpu_nanowatts: (nanowatts(&row.idle_w)?, nanowatts(&row.full_w)?),
            source: format!("vCPUs: {source}; W per vCPU: {}", row.source),
        })
    }

    /// Mean power of the machine at a share of its processor's capacity, nW; at one half where none is stated.
    #[must_use]
    pub fn nanowatts(&self, utilisation_ppm: Option<u32>) -> u64 {
        let (idle, full) = self.vcpu_nanowatts;
        let share = u128::from(utilisation_ppm.unwrap_or(USUAL_UTILISATION_PPM));
        let each = u128::from(idle) + u128::from(full.saturating_sub(idle)) * share / 1_000_000;
        u64::try_from(each * u128::from(self.vcpus)).unwrap_or(u64::MAX)
    }

    /// Power at full load over the mean power, parts per million: what its mean power does not exceed.
    #[must_use]
    pub fn spread_ppm(&self, utilisation_ppm: Option<u32>) -> u32 {
        let (full, mean) = (self.nanowatts(Some(1_000_000)), self.nanowatts(utilisation_ppm).max(1));
        u32::try_from(u128::from(full) * 1_000_000 / u128::from(mean)).unwrap_or(u32::MAX).max(1_000_000)
    }
}

impl Family {
    /// The vCPUs of a type of this family; `None` of any other type.
    fn vcpus_of(&self, asked: &str) -> Option<u64> {
        let rest = strip_prefix_ignoring_case(asked, &self.name);
        match self.vcpus.as_str() {
            "xlarge" => xlarges(&rest?.strip_prefix('.')?.to_lowercase()),
            "number" if self.provider == "azure" => azure(asked, &self.name),
            "number" => google(rest?.strip_prefix('-')?),
            "ocpus" => ocpus(rest?.strip_prefix('.')?),
            _ => None,
        }
    }
}

fn families() -> Result<&'static [Family], DataError> {
    static READ: OnceLock<Vec<Family>> = OnceLock::new();
    if let Some(table) = READ.get() {
        return Ok(table);
    }
    let table = FAMILIES.rows()?;
    Ok(READ.get_or_init(|| table))
}

fn strip_prefix_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// vCPUs of a size of AWS or Alibaba: `large` has 2, `xlarge` 4, `8xlarge` and `metal-8xl` 32.
fn xlarges(size: &str) -> Option<u64> {
    match size {
        "small" | "medium" => Some(1),
        "large" => Some(2),
        "xlarge" => Some(4),
        _ => {
            let number = size
                .strip_suffix("xlarge")
                .or_else(|| size.strip_prefix("metal-").and_then(|n| n.strip_suffix("xl")))?;
            number.parse::<u64>().ok()?.checked_mul(4)
        }
    }
}

/// vCPUs of a size of Google: `standard-8`, `highmem-64-lssd`, `custom-8-16384`, or `8-16384` after `custom`.
fn google(size: &str) -> Option<u64> {
    let mut parts = size.split('-');
    let first = parts.next()?;
    first.parse().ok().or_else(|| parts.next()?.parse().ok())
}

/// vCPUs of a size of Azure: `Standard_E16-8ds_v5` has the machine of 16, of which it may use 8.
fn azure(asked: &str, family: &str) -> Option<u64> {
    let size =
        strip_prefix_ignoring_case(asked, "Standard_").or_else(|| strip_prefix_ignoring_case(asked, "Basic_"))?;
    let rest = strip_prefix_ignoring_case(size, family)?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (number, features) = rest.split_at(end);
    // Sizes of the first series are numbered, not counted; they stand in the table by name.
    let is_counted = features.contains("_v") && !features.contains("_v2") || !matches!(family, "D" | "DS");
    number.parse().ok().filter(|_| is_counted)
}

/// vCPUs of a shape of Oracle: `E4.128`, `16`.
fn ocpus(shape: &str) -> Option<u64> {
    let number = shape.split('.').rev().find_map(|part| part.parse::<u64>().ok())?;
    // A core of Ampere's first processors is one vCPU.
    if shape.starts_with("A1") { Some(number) } else { number.checked_mul(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_vcpus_as_their_providers_publish_them() {
        for (code, vcpus) in [
            ("aws/t3.micro", Some(2)),
            ("aws/t2.micro", Some(1)),
            ("aws/m5.large", Some(2)),
            ("aws/M7I-FLEX.2XLARGE", Some(8)),
            ("aws/c6g.medium", Some(1)),
            ("aws/c5.metal", Some(96)),
            ("aws/c7i.metal-24xl", Some(96)),
            ("aws/hpc6a.48xlarge", Some(96)),
            ("aws/c4.8xlarge", Some(36)),
            ("aws/x9.unheard", None),
            ("aws/x9.large", None),
            ("aws/p4d.24xlarge", None),
            ("aws/g5.xlarge", None),
            ("gcp/e2-medium", Some(2)),
            ("gcp/n2-standard-8", Some(8)),
            ("gcp/c3-standard-88-lssd", Some(88)),
            ("gcp/n2-custom-6-8192", Some(6)),
            ("gcp/custom-4-8192", Some(4)),
            ("gcp/a2-highgpu-1g", None),
            ("azure/Standard_D4s_v5", Some(4)),
            ("azure/Standard_DS3_v2", Some(4)),
            ("azure/Standard_D14", Some(16)),
            ("azure/Standard_E16-8ds_v5", Some(16)),
            ("azure/standard_b2ms", Some(2)),
            ("azure/Standard_HB120rs_v3", Some(120)),
            ("azure/Standard_NC6", None),
            ("oci/VM.Standard2.4", Some(8)),
            ("oci/BM.Standard.A1.160", Some(160)),
            ("oci/BM.Standard.E4.128", Some(256)),
            ("oci/VM.Standard.E4.Flex", None),
            ("oci/BM.GPU4.8", None),
            ("alibaba/ecs.g7.xlarge", Some(4)),
            ("nobody/m5.large", None),
            ("m5.large", None),
        ] {
            assert_eq!(find_cpu_machine(code).unwrap().map(|machine| machine.vcpus), vcpus, "{code}");
        }
    }

    #[test]
    fn a_vcpu_draws_the_middle_of_idle_and_full_and_at_most_full() {
        let machine = find_cpu_machine("aws/m5.xlarge").unwrap().unwrap();
        assert_eq!(machine.nanowatts(None), 4 * 2_120_000_000);
        assert_eq!(machine.nanowatts(Some(0)), 4 * 740_000_000);
        assert_eq!(machine.spread_ppm(None), 1_650_943);
        assert_eq!(machine.spread_ppm(Some(1_000_000)), 1_000_000);
    }
}
