//! The bundled tables of accelerators and of cloud instances that carry them.

mod cpu;
mod instance;

pub use accelerators::{Accelerator, Match};
pub use cpu::{CpuMachine, find_cpu_machine, highest_vcpu_nanowatts};
pub use instance::{DeviceShare, InstanceType, find_instance, instance_types};

use crate::bundled::DataError;
use crate::nearest::{NamedCandidate, nearest};

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

/// The accelerator that `name` stands for; see [`accelerators::find`].
///
/// # Errors
///
/// There is none of this name, or only a slice of one.
pub fn find_accelerator(name: &str) -> Result<Match, HardwareError> {
    if accelerators::is_slice(name) {
        return Err(HardwareError::Slice { asked: name.trim().to_owned() });
    }
    let found = accelerators::find(name).map_err(DataError::from)?;
    let table = accelerators::table().map_err(DataError::from)?;
    found.ok_or_else(|| HardwareError::UnknownAccelerator {
        asked: name.trim().to_owned(),
        nearest: nearest(name.trim(), table.iter().map(candidate)),
    })
}

/// Thermal design power of what was found, W, or why there is none.
///
/// # Errors
///
/// None is published.
pub fn tdp_w(found: &Match) -> Result<u32, HardwareError> {
    let Accelerator { key, model, tdp_w, .. } = &found.accelerator;
    tdp_w.ok_or_else(|| HardwareError::NoTdp { key: key.clone(), model: model.clone() })
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

fn candidate(part: &Accelerator) -> NamedCandidate<'_> {
    let family = part.key.split('-').next().unwrap_or(&part.key);
    let shown = if part.nvml_name.is_empty() { &part.model } else { &part.nvml_name };
    NamedCandidate { code: &part.key, names: vec![&part.nvml_name, &part.model, family], shown }
}
