//! Machines of Azure: virtual machines, scale sets, Kubernetes pools, machine learning, batch, databases.

use super::attributes::{APPLY, Attributes, Counted, Machines, UnknownReason, items, one};
use serde_json::Value;

pub(super) fn machines(of: Attributes<'_>) -> Counted {
    let scale_set = |field: &str, default: Option<u64>| {
        let count = of.number(of.values, "instances")?.or(default).ok_or("instances is not stated")?;
        if count == 0 { Ok(Vec::new()) } else { one("azure", &of.text(field)?, count, None) }
    };
    Some(match of.kind {
        "azurerm_linux_virtual_machine" | "azurerm_windows_virtual_machine" => of.size("size"),
        "azurerm_virtual_machine" => of.size("vm_size"),
        "azurerm_linux_virtual_machine_scale_set" | "azurerm_windows_virtual_machine_scale_set" => {
            scale_set("sku", Some(1))
        }
        "azurerm_orchestrated_virtual_machine_scale_set" => scale_set("sku_name", None),
        "azurerm_virtual_machine_scale_set" => of.old_scale_set(),
        "azurerm_kubernetes_cluster_node_pool" => of.pool(of.values, of.unknown),
        "azurerm_kubernetes_cluster" => {
            of.pool(&of.values["default_node_pool"][0], &of.unknown["default_node_pool"][0])
        }
        "azurerm_machine_learning_compute_cluster" => of.learning_cluster(),
        "azurerm_machine_learning_compute_instance" => of.size("virtual_machine_size"),
        "azurerm_batch_pool" => of.batch_pool(),
        "azurerm_postgresql_flexible_server" | "azurerm_mysql_flexible_server" => of.flexible_server(),
        _ => return None,
    })
}

impl Attributes<'_> {
    fn size(self, field: &str) -> Result<Vec<Machines>, UnknownReason> {
        one("azure", &self.text(field)?, 1, None)
    }

    fn old_scale_set(self) -> Result<Vec<Machines>, UnknownReason> {
        let sku = &self.values["sku"][0];
        let count = self.number(sku, "capacity")?.ok_or("sku.capacity is not stated")?;
        if count == 0 { Ok(Vec::new()) } else { one("azure", &self.text_of(sku, self.unknown, "name")?, count, None) }
    }

    /// Nodes of a pool: those that are stated, at least those that it may shrink to.
    fn pool(self, pool: &Value, unknown: &Value) -> Result<Vec<Machines>, UnknownReason> {
        if pool.is_null() {
            return Ok(Vec::new());
        }
        let least = self.stated_number(pool, &["min_count"])?;
        let stated = self.stated_number(pool, &["node_count"])?;
        let scales = least.is_some() || pool["auto_scaling_enabled"] == true || pool["enable_auto_scaling"] == true;
        let count = match stated.or(least) {
            Some(count) => count.max(least.unwrap_or(0)),
            None if scales => return Err("min_count is not stated".to_owned()),
            // The provider's own default.
            None if unknown["node_count"] != true
                || self.configuration.states(self.address, "node_count") != Some(true) =>
            {
                1
            }
            None => return Err(format!("node_count {APPLY}")),
        };
        let at_most = self.stated_number(pool, &["max_count"])?;
        if count == 0 && at_most.is_none() {
            return Ok(Vec::new());
        }
        match self.text_of(pool, unknown, "vm_size") {
            Err(_) if count == 0 => Ok(Vec::new()),
            name => one("azure", &name?, count, at_most),
        }
    }

    /// Nodes that stand ready without a job.
    fn learning_cluster(self) -> Result<Vec<Machines>, UnknownReason> {
        let scaling = &self.values["scale_settings"][0];
        let least = self.number(scaling, "min_node_count")?.ok_or("scale_settings.min_node_count is not stated")?;
        one("azure", &self.text("vm_size")?, least, self.number(scaling, "max_node_count")?)
    }

    fn batch_pool(self) -> Result<Vec<Machines>, UnknownReason> {
        let fixed = &self.values["fixed_scale"][0];
        if items(&self.values["auto_scale"]).next().is_some() {
            return Err("a formula decides how many nodes it has (auto_scale)".to_owned());
        }
        let of = |field: &str, default: u64| self.number(fixed, field).map(|number| number.unwrap_or(default));
        let count = of("target_dedicated_nodes", 1)?.saturating_add(of("target_low_priority_nodes", 0)?);
        if count == 0 { Ok(Vec::new()) } else { one("azure", &self.text("vm_size")?, count, None) }
    }

    /// `GP_Standard_D4s_v3` runs on a Standard_D4s_v3; where it is to survive a failure, on two.
    fn flexible_server(self) -> Result<Vec<Machines>, UnknownReason> {
        let sku = self.text("sku_name")?;
        let name = sku.split_once('_').map_or(sku.as_str(), |(_, name)| name);
        let count = if items(&self.values["high_availability"]).next().is_some() { 2 } else { 1 };
        one("azure", name, count, None)
    }
}
