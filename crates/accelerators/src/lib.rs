//! The bundled table of accelerators, and every name that drivers, tools, clouds and people give them.

mod names;
mod part;

pub use part::Accelerator;

use std::sync::OnceLock;

const TABLE: &str = include_str!("../../../config/hardware/accelerators.csv");

/// The accelerator that a name stands for.
#[derive(Debug, Clone)]
pub struct Match {
    /// The accelerator that is taken.
    pub accelerator: Accelerator,
    /// Keys of all accelerators that the name covers; several if it is the name of a family.
    pub covers: Vec<String>,
}

/// The bundled table cannot be read. This is a defect of the build, which its tests find.
#[derive(Debug, Clone, thiserror::Error)]
#[error("bundled table accelerators.csv: {reason}; this is a defect of this build")]
pub struct AcceleratorTableError {
    /// What is wrong with it.
    pub reason: String,
}

/// Every accelerator of the table.
///
/// # Errors
///
/// The table is broken.
pub fn accelerators() -> Result<Vec<Accelerator>, AcceleratorTableError> {
    let rows: Result<Vec<Accelerator>, csv::Error> = csv::Reader::from_reader(TABLE.as_bytes()).deserialize().collect();
    rows.map_err(|error| AcceleratorTableError { reason: error.to_string() })
}

/// The table, read once: admissions ask for it hundreds of times a second.
///
/// # Errors
///
/// The table is broken.
pub fn table() -> Result<&'static [Accelerator], AcceleratorTableError> {
    static READ: OnceLock<Vec<Accelerator>> = OnceLock::new();
    if let Some(table) = READ.get() {
        return Ok(table);
    }
    let table = accelerators()?;
    Ok(READ.get_or_init(|| table))
}

/// Whether `name` is that of a slice of an accelerator, which has no power of its own in the table.
#[must_use]
pub fn is_slice(name: &str) -> bool {
    names::words(&name.trim().to_uppercase()).iter().any(|word| word == "MIG")
}

/// The accelerator that `name` stands for, in any case: a key, an NVML name (the longest that fits first), another name of the
/// table, a model or marketing name, or a family such as `A100`. A family takes its part with the highest TDP; a slice is none.
///
/// # Errors
///
/// The table is broken.
pub fn find(name: &str) -> Result<Option<Match>, AcceleratorTableError> {
    let table = table()?;
    if is_slice(name) {
        return Ok(None);
    }
    let asked = name.trim().to_uppercase();
    let exact = table.iter().find(|part| part.key.to_uppercase() == asked);
    let one = exact.or_else(|| names::by_nvml_name(table, &asked)).or_else(|| names::by_alias(table, &asked));
    if let Some(part) = one {
        return Ok(Some(Match { covers: vec![part.key.clone()], accelerator: part.clone() }));
    }
    let covered = names::by_words(table, &asked);
    let highest = covered.iter().rev().max_by_key(|part| part.tdp_w);
    Ok(highest.map(|highest| Match {
        accelerator: (*highest).clone(),
        covers: covered.iter().map(|part| part.key.clone()).collect(),
    }))
}
