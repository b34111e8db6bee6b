//! The bundled tables of accelerators and of cloud instances that carry them.

mod cpu;
mod instance;
mod names;
mod part;

pub use cpu::{CpuMachine, find_cpu_machine};
pub use instance::{DeviceShare, InstanceType, find_instance, instance_types};
pub use part::Accelerator;

use crate::bundled::{BundledTable, DataError};
use crate::nearest::{NamedCandidate, nearest};
use std::sync::OnceLock;

const ACCELERATORS: BundledTable = BundledTable {
    file: "accelerators.csv",
    text: include_str!("../../config/hardware/accelerators.csv"),
    publisher: "",
    edition: "",
    licence: "facts",
};

/// The accelerator that a name stands for.
#[derive(Debug, Clone)]
pub struct Match {
    /// The accelerator that is taken.
    pub accelerator: Accelerator,
    /// Keys of all accelerators that the name covers; several if it is the name of a family.
    pub covers: Vec<String>,
}

/// Why the hardware that was named cannot be used for an estimate.
#[derive(Debug, thiserror::Error)]
pub enum HardwareError {
    /// The name is not in the table of accelerators.
    #[error(
        "accelerator {asked:?} is not in the accelerator table: {nearest}--power-w with its mean power accepts any name"
    )]
    UnknownAccelerator {
        /// The name as typed.
        asked: String,
        /// Hint with the nearest names, ending in a space, or empty.
        nearest: String,
    },
    /// The accelerator is in the table, but its vendor publishes no thermal design power.
    #[error(
        "no TDP is published for {model} ({key}): give --power-w, the mean power of one with its share of the host"
    )]
    NoTdp {
        /// Key in the table.
        key: String,
        /// Name of the model.
        model: String,
    },
    /// The name is that of a slice of an accelerator, and slices have no power of their own in the table.
    #[error(
        "{asked:?} is a slice of an accelerator: give --power-w, the mean power of one slice with its share of the host"
    )]
    Slice {
        /// The name as typed.
        asked: String,
    },
    /// The name is not in the table of instance types.
    #[error(
        "instance {asked:?} is not in the instance table: {nearest}--accelerator with --count names the hardware directly"
    )]
    UnknownInstance {
        /// The name as typed.
        asked: String,
        /// Hint with the nearest names, ending in a space, or empty.
        nearest: String,
    },
    /// The row of the instance is incomplete.
    #[error(
        "{instance} is listed with accelerator {accelerator:?} and count {count:?}, which says of no known accelerator how \
         many: name the hardware with --accelerator, --count and --power-w"
    )]
    NotCounted {
        /// The instance type, written `provider/type`.
        instance: String,
        /// The text in the table.
        accelerator: String,
        /// The text in the table.
        count: String,
    },
    /// A bundled table cannot be read, which is a defect of the build.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// Every accelerator of the table.
pub fn accelerators() -> Result<Vec<Accelerator>, DataError> {
    ACCELERATORS.rows()
}

/// The table, read once: admissions ask for it hundreds of times a second.
fn read_once() -> Result<&'static [Accelerator], DataError> {
    static READ: OnceLock<Vec<Accelerator>> = OnceLock::new();
    if let Some(table) = READ.get() {
        return Ok(table);
    }
    let table = accelerators()?;
    Ok(READ.get_or_init(|| table))
}

/// The accelerator that `name` stands for, in any case: a key, an NVML name (the longest that fits first), another name of the
/// table, a model or marketing name, or a family such as `A100`. A family takes its part with the highest TDP.
pub fn find_accelerator(name: &str) -> Result<Match, HardwareError> {
    let table = read_once()?;
    let asked = name.trim().to_uppercase();
    if names::words(&asked).iter().any(|word| word == "MIG") {
        return Err(HardwareError::Slice { asked: name.trim().to_owned() });
    }
    let exact = table.iter().find(|part| part.key.to_uppercase() == asked);
    let one = exact.or_else(|| names::by_nvml_name(table, &asked)).or_else(|| names::by_alias(table, &asked));
    if let Some(part) = one {
        return Ok(Match { covers: vec![part.key.clone()], accelerator: part.clone() });
    }
    let covered = names::by_words(table, &asked);
    let Some(highest) = covered.iter().rev().max_by_key(|part| part.tdp_w) else {
        let candidates = table.iter().map(candidate);
        return Err(HardwareError::UnknownAccelerator {
            asked: name.trim().to_owned(),
            nearest: nearest(name.trim(), candidates),
        });
    };
    Ok(Match { accelerator: (*highest).clone(), covers: covered.iter().map(|part| part.key.clone()).collect() })
}

/// The name under which [`find_accelerator`] knows a product as clouds and node labels write it, without blanks: `nvidia-tesla-t4`,
/// `NVIDIA-H100-80GB-HBM3`, `tpu-v5-lite-podslice`. As it is where it is not known.
#[must_use]
pub fn name_of_product(product: &str) -> String {
    let tpu = match product {
        "tpu-v4-podslice" => Some("tpu-v4"),
        "tpu-v5-lite-podslice" | "tpu-v5-lite-device" => Some("tpu-v5e"),
        "tpu-v5p-slice" => Some("tpu-v5p"),
        "tpu-v6e-slice" => Some("tpu-v6e"),
        "tpu7x" => Some("tpu-v7"),
        _ => None,
    };
    if let Some(tpu) = tpu {
        return tpu.to_owned();
    }
    // Google's "mega" is the same board with another network.
    let plain = product.replace("-mega", "");
    let spellings = [product.to_owned(), product.replace(['-', '_'], " "), plain.replace(['-', '_'], " ")];
    spellings.into_iter().find(|name| find_accelerator(name).is_ok()).unwrap_or_else(|| product.to_owned())
}

impl Match {
    /// Thermal design power in W, or why there is none.
    pub fn tdp_w(&self) -> Result<u32, HardwareError> {
        let Accelerator { key, model, tdp_w, .. } = &self.accelerator;
        tdp_w.ok_or_else(|| HardwareError::NoTdp { key: key.clone(), model: model.clone() })
    }
}

fn candidate(part: &Accelerator) -> NamedCandidate<'_> {
    let family = part.key.split('-').next().unwrap_or(&part.key);
    let shown = if part.nvml_name.is_empty() { &part.model } else { &part.nvml_name };
    NamedCandidate { code: &part.key, names: vec![&part.nvml_name, &part.model, family], shown }
}
