use super::{HardwareError, Match, find_accelerator};
use crate::bundled::{BundledTable, DataError};
use crate::nearest::{NamedCandidate, nearest};
use serde::Deserialize;

const INSTANCES: BundledTable = BundledTable {
    file: "cloud_gpu_instances.csv",
    text: include_str!("../../config/hardware/cloud_gpu_instances.csv"),
    publisher: "",
    edition: "about 2024",
    licence: "facts",
};

/// A cloud instance type as its provider lists it.
#[derive(Debug, Clone, Deserialize)]
pub struct InstanceType {
    /// `aws`, `gcp`, `azure`, `alibaba`.
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
pub fn instance_types() -> Result<Vec<InstanceType>, DataError> {
    INSTANCES.rows()
}

/// The instance type written `provider/type`, in any case.
pub fn find_instance(name: &str) -> Result<InstanceType, HardwareError> {
    let table = instance_types()?;
    let asked = name.trim();
    if let Some(found) = table.iter().find(|instance| instance.code().eq_ignore_ascii_case(asked)) {
        return Ok(found.clone());
    }
    let codes: Vec<String> = table.iter().map(InstanceType::code).collect();
    let candidates = table.iter().zip(&codes).map(|(instance, code)| NamedCandidate {
        code,
        names: vec![&instance.instance_type],
        shown: &instance.accelerator,
    });
    Err(HardwareError::UnknownInstance { asked: asked.to_owned(), nearest: nearest(asked, candidates) })
}

impl InstanceType {
    /// The type as people write it, `provider/type`.
    #[must_use]
    pub fn code(&self) -> String {
        format!("{}/{}", self.provider, self.instance_type)
    }

    /// Whole accelerators in one instance, at least 1.
    pub fn accelerators(&self) -> Result<u64, HardwareError> {
        // A name without a letter is a count that slipped a column.
        let named = self.accelerator.bytes().any(|byte| byte.is_ascii_alphabetic());
        let whole = self.count.parse().ok().filter(|count| *count > 0 && named);
        whole.ok_or_else(|| HardwareError::NotWhole {
            instance: self.code(),
            accelerator: self.accelerator.clone(),
            count: self.count.clone(),
        })
    }

    /// Its vCPUs, where the table has them.
    #[must_use]
    pub fn vcpus(&self) -> Option<u64> {
        self.vcpu.parse().ok().filter(|vcpus| *vcpus > 0)
    }

    /// TDP of all its accelerators, W; 0 where none is known.
    #[must_use]
    pub fn accelerators_tdp_w(&self) -> u64 {
        let each = self.find_accelerator().ok().and_then(|found| found.accelerator.tdp_w).unwrap_or(0);
        u64::from(each).saturating_mul(self.accelerators().unwrap_or(0))
    }

    /// The accelerator of this type; the memory that the row states tells apart parts of one name.
    pub fn find_accelerator(&self) -> Result<Match, HardwareError> {
        let total: Option<u64> = self.accel_mem_total_gib.parse().ok().filter(|gib| *gib > 0);
        let each = total.zip(self.accelerators().ok()).map(|(total, count)| total / count);
        let with_memory = each.and_then(|gib| find_accelerator(&format!("{} {gib}GB", self.accelerator)).ok());
        with_memory.map_or_else(|| find_accelerator(&self.accelerator), Ok)
    }
}
