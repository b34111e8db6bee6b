//! The bundled tables of accelerators and of cloud instances that carry them.

mod instance;

pub use instance::{InstanceType, find_instance, instance_types};

use crate::bundled::{BundledTable, DataError};
use crate::nearest::{NamedCandidate, nearest};
use serde::Deserialize;
use std::sync::OnceLock;

const ACCELERATORS: BundledTable = BundledTable {
    file: "accelerators.csv",
    text: include_str!("../../config/hardware/accelerators.csv"),
    publisher: "",
    edition: "",
    licence: "facts",
};

/// One accelerator model of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Accelerator {
    /// Short name in this table: `a100-sxm4-80`.
    pub key: String,
    /// Name of the model, as its vendor writes it.
    pub model: String,
    /// Form factor: PCIe, SXM4, OAM, ...
    pub form: String,
    /// Memory of one accelerator, GB.
    pub mem_gb: u32,
    /// Thermal design power, W: where estimates start from, not a limit. `None` if the vendor publishes none.
    pub tdp_w: Option<u32>,
    /// Name that NVML reports; empty for accelerators of other vendors.
    pub nvml_name: String,
}

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
    /// The instance has a fraction of an accelerator, or its row of the table is incomplete.
    #[error(
        "{instance} is listed with accelerator {accelerator:?} and count {count:?}, which is not a whole number of known \
         accelerators: name the hardware with --accelerator, --count and --power-w"
    )]
    NotWhole {
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

/// The accelerator that `name` stands for, in any case: a key, an NVML name (the longest that fits first), a model or
/// marketing name, or a family such as `A100`. A family takes its part with the highest TDP.
pub fn find_accelerator(name: &str) -> Result<Match, HardwareError> {
    let table = read_once()?;
    let asked = name.trim().to_uppercase();
    if words(&asked).iter().any(|word| word == "MIG") {
        return Err(HardwareError::Slice { asked: name.trim().to_owned() });
    }
    let exact = table.iter().find(|part| part.key.to_uppercase() == asked);
    if let Some(part) = exact.or_else(|| by_nvml_name(table, &asked)) {
        return Ok(Match { covers: vec![part.key.clone()], accelerator: part.clone() });
    }
    let covered = by_words(table, &asked);
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

/// The part whose NVML name is the longest beginning of `asked` that only a memory size may follow: "NVIDIA GH200 480GB"
/// is a GH200, "NVIDIA L40S" is no L40, and "NVIDIA A10" does not begin "NVIDIA A100".
fn by_nvml_name<'a>(table: &'a [Accelerator], asked: &str) -> Option<&'a Accelerator> {
    let rest_is_memory = |part: &&Accelerator| {
        let rest = asked.strip_prefix(&part.nvml_name.to_uppercase());
        rest.is_some_and(|rest| {
            rest.is_empty() || (rest.starts_with(' ') && words(rest).iter().all(|word| is_memory(word)))
        })
    };
    let named = table.iter().filter(|part| !part.nvml_name.is_empty());
    named.filter(rest_is_memory).max_by_key(|part| part.nvml_name.len())
}

fn is_memory(word: &str) -> bool {
    word.strip_suffix("GB").is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Words that say who sells it, not what it is.
const NOISE: [&str; 13] = [
    "NVIDIA", "AMD", "INTEL", "AWS", "GOOGLE", "TESLA", "INSTINCT", "TENSOR", "CORE", "GPU", "CHIP", "CLOUD", "HABANA",
];

/// Parts whose family is the first word of `asked` and which every other word describes: by their names, else by form.
fn by_words<'a>(table: &'a [Accelerator], asked: &str) -> Vec<&'a Accelerator> {
    let asked: Vec<String> = words(asked).into_iter().filter(|word| !NOISE.contains(&word.as_str())).collect();
    let Some((family, details)) = asked.split_first() else { return Vec::new() };
    let exact: Vec<&Accelerator> = table.iter().filter(|part| families(part).contains(family)).collect();
    // "Trainium" is a beginning, "A10" is not one of "A100".
    let is_beginning = family.len() > 3 && family.bytes().all(|byte| byte.is_ascii_alphabetic());
    let begins = |part: &&Accelerator| is_beginning && families(part).iter().any(|known| known.starts_with(family));
    let kin = if exact.is_empty() { table.iter().filter(begins).collect() } else { exact };
    let described = |with_form: bool| -> Vec<&'a Accelerator> {
        kin.iter().copied().filter(|part| describes(details, part, with_form)).collect()
    };
    let named = described(false);
    if named.is_empty() { described(true) } else { named }
}

fn describes(details: &[String], part: &Accelerator, with_form: bool) -> bool {
    let form = if with_form { part.form.as_str() } else { "" };
    let text = format!("{} {} {} {}GB {form}", part.key, part.model, part.nvml_name, part.mem_gb);
    let known = words(&text.to_uppercase());
    details.iter().all(|detail| known.iter().any(|word| word == detail || is_form(detail, word)))
}

/// "SXM" describes an SXM4 part, and so does "NVLINK".
fn is_form(detail: &str, word: &str) -> bool {
    word.starts_with("SXM") && matches!(detail, "SXM" | "NVLINK")
}

/// First word of the key and of the model: `A100`, `TPUV3`, `TRN1` and `TRAINIUM1`.
fn families(part: &Accelerator) -> Vec<String> {
    let first = |text: &str| words(&text.to_uppercase()).into_iter().find(|word| !NOISE.contains(&word.as_str()));
    first(&part.key).into_iter().chain(first(&part.model)).collect()
}

/// Alphanumeric words of an upper-case text; "TPU v3", "TPU-V3" and "TPU_V3" are one word, TPUV3.
fn words(text: &str) -> Vec<String> {
    let joined = text.replace('_', " ").replace("TPU V", "TPUV").replace("TPU-V", "TPUV");
    joined
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn candidate(part: &Accelerator) -> NamedCandidate<'_> {
    let family = part.key.split('-').next().unwrap_or(&part.key);
    let shown = if part.nvml_name.is_empty() { &part.model } else { &part.nvml_name };
    NamedCandidate { code: &part.key, names: vec![&part.nvml_name, &part.model, family], shown }
}
