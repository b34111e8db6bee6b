use super::{HardwareError, Match, find_accelerator};
use crate::bundled::{BundledTable, DataError};
use crate::nearest::{NamedCandidate, nearest};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::OnceLock;

const INSTANCES: BundledTable = BundledTable {
    file: "cloud_gpu_instances.csv",
    text: include_str!("../../config/hardware/cloud_gpu_instances.csv"),
    publisher: "",
    edition: "2026-12",
    licence: "facts",
};

/// A cloud instance type as its provider lists it.
#[derive(Debug, Clone, Deserialize)]
pub struct InstanceType {
    /// `aws`, `gcp`, `azure`, `oci`, `alibaba`.
    pub provider: String,
    /// The provider's name of the type.
    pub instance_type: String,
    /// Free text, and different from provider to provider.
    pub accelerator: String,
    count: String,
    accel_mem_total_gib: String,
    vcpu: String,
    /// Where the row is from.
    #[serde(rename = "src")]
    pub source: String,
}

/// Every instance type of the table.
pub fn instance_types() -> Result<&'static [InstanceType], DataError> {
    read_once()
}

/// The part of the accelerators of a type that one instance has: a number of whole ones, or a fraction of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceShare {
    /// Accelerators, or parts of one.
    pub count: u64,
    /// Number of such parts that are one accelerator; 1 where they are whole.
    pub of: u64,
}

/// The instance type written `provider/type`, in any case. `ecs.` before a type of Alibaba may be left out, and so may the provider
/// where only one has the type.
pub fn find_instance(name: &str) -> Result<InstanceType, HardwareError> {
    let table = read_once()?;
    let asked = name.trim();
    if let Some(found) = by_name(table).get(&asked.to_lowercase()).and_then(|at| table.get((*at)?)) {
        return Ok(found.clone());
    }
    let codes: Vec<String> = table.iter().map(InstanceType::code).collect();
    let candidates = table.iter().zip(&codes).map(|(instance, code)| NamedCandidate {
        code,
        names: vec![&instance.instance_type, instance.short_type()],
        shown: &instance.accelerator,
    });
    Err(HardwareError::UnknownInstance { asked: asked.to_owned(), nearest: nearest(asked, candidates) })
}

/// The rows by every name that they are known under, in lower case; none where several rows have a name.
fn by_name(table: &[InstanceType]) -> &'static HashMap<String, Option<usize>> {
    static NAMES: OnceLock<HashMap<String, Option<usize>>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names: HashMap<String, Option<usize>> = HashMap::new();
        for (at, row) in table.iter().enumerate() {
            let InstanceType { provider, instance_type, .. } = row;
            let short = row.short_type();
            let known = [
                format!("{provider}/{instance_type}"),
                format!("{provider}/{short}"),
                instance_type.clone(),
                short.to_owned(),
            ];
            for name in known.map(|name| name.to_lowercase()) {
                names.entry(name).and_modify(|known| *known = known.filter(|known| *known == at)).or_insert(Some(at));
            }
        }
        names
    })
}

/// The table, read once: plans ask for it for every resource.
fn read_once() -> Result<&'static [InstanceType], DataError> {
    static READ: OnceLock<Vec<InstanceType>> = OnceLock::new();
    if let Some(table) = READ.get() {
        return Ok(table);
    }
    let table = INSTANCES.rows()?;
    Ok(READ.get_or_init(|| table))
}

impl InstanceType {
    /// The type as people write it, `provider/type`.
    #[must_use]
    pub fn code(&self) -> String {
        format!("{}/{}", self.provider, self.instance_type)
    }

    /// The type without the `ecs.` that Alibaba puts in front.
    fn short_type(&self) -> &str {
        self.instance_type.strip_prefix("ecs.").unwrap_or(&self.instance_type)
    }

    /// What one instance has of its accelerator; both numbers are at least 1.
    pub fn share(&self) -> Result<DeviceShare, HardwareError> {
        let (count, of) = self.count.split_once('/').unwrap_or((&self.count, "1"));
        let share = count.parse().ok().zip(of.parse().ok()).filter(|(count, of)| *count > 0 && *of > 0);
        share.map(|(count, of)| DeviceShare { count, of }).ok_or_else(|| HardwareError::NotCounted {
            instance: self.code(),
            accelerator: self.accelerator.clone(),
            count: self.count.clone(),
        })
    }

    /// Devices in one instance: accelerators, or the one fraction of an accelerator that it has.
    pub fn accelerators(&self) -> Result<u64, HardwareError> {
        self.share().map(|share| share.count)
    }

    /// What one of its devices is called: the accelerator, or the fraction of it.
    pub fn device(&self) -> String {
        match self.share() {
            Ok(DeviceShare { of, .. }) if of > 1 => format!("1/{of} {}", self.accelerator),
            _ => self.accelerator.clone(),
        }
    }

    /// Its vCPUs, where the table has them.
    #[must_use]
    pub fn vcpus(&self) -> Option<u64> {
        self.vcpu.parse().ok().filter(|vcpus| *vcpus > 0)
    }

    /// The accelerator of this type; the memory that the row states tells apart parts of one name.
    pub fn find_accelerator(&self) -> Result<Match, HardwareError> {
        let total: Option<u64> = self.accel_mem_total_gib.parse().ok().filter(|gib| *gib > 0);
        let each = total.zip(self.share().ok()).map(|(total, DeviceShare { count, of })| total * of / count);
        let with_memory = each.and_then(|gib| find_accelerator(&format!("{} {gib}GB", self.accelerator)).ok());
        with_memory.map_or_else(|| find_accelerator(&self.accelerator), Ok)
    }
}
