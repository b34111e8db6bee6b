use serde::Deserialize;

/// One accelerator model of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Accelerator {
    /// Short name in this table: `a100-sxm4-80`.
    pub key: String,
    /// Name of the vendor.
    pub vendor: String,
    /// Name of the model, as its vendor writes it.
    pub model: String,
    /// Form factor: PCIe, SXM4, OAM, ...
    pub form: String,
    /// Memory of one accelerator, GB.
    pub mem_gb: u32,
    /// Thermal design power, W: where estimates start from, not a limit. `None` if the vendor publishes none.
    pub tdp_w: Option<u32>,
    /// Where the thermal design power is from, or `not published`.
    pub tdp_source: String,
    /// Name that NVML reports; empty for accelerators of other vendors.
    pub nvml_name: String,
    /// Other names that tools, clouds and people give it, separated by semicolons.
    pub aliases: String,
}
