//! The plan: its resources, with what each keeps running before and after.

use super::capacity::{Attributes, Capacity};
use super::configuration::Configuration;
use serde_json::Value;

/// Why a file is not a plan that can be read.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It is the binary plan.
    #[error("this is the binary plan of `terraform plan -out`: turn it into JSON with `terraform show -json FILE`")]
    Binary,
    /// It is not JSON.
    #[error("this is not JSON: {0}; `terraform show -json FILE` writes it")]
    Json(#[from] serde_json::Error),
    /// It is a state.
    #[error(
        "this is the JSON of a state, not of a plan: run `terraform plan -out FILE` and `terraform show -json FILE`"
    )]
    State,
    /// It is another document.
    #[error("this is not a plan as `terraform show -json` writes it: {missing} is missing")]
    NotAPlan {
        /// The key that is missing.
        missing: &'static str,
    },
    /// It has another major version.
    #[error("plans of format {0} cannot be read: formats 1.0 to 1.2 and later ones of major version 1 can")]
    Version(String),
    /// Terraform itself says that the plan is not whole.
    #[error("the plan is incomplete, as `terraform plan` reported errors: make it succeed first")]
    Errored,
}

/// What a plan changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerraformPlan {
    /// Every managed resource that runs machines before or after, in the plan's order.
    pub resources: Vec<PlannedResource>,
    /// Number of managed resources that run no machines.
    pub others: usize,
}

/// What a plan does with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanAction {
    /// It is created.
    Create,
    /// It is changed in place.
    Update,
    /// It is deleted and created again.
    Replace,
    /// It is deleted, or no longer managed.
    Delete,
    /// It stays as it is.
    Keep,
}

/// A resource that runs machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedResource {
    /// Address of the resource.
    pub address: String,
    /// Type of the resource, such as `aws_instance`.
    pub kind: String,
    /// What the plan does with it.
    pub action: PlanAction,
    /// What it keeps running before.
    pub before: Capacity,
    /// What it keeps running after.
    pub after: Capacity,
    /// Its cloud region as `provider/region`; `None` where the plan does not say.
    pub region: Option<String>,
}

impl TerraformPlan {
    /// Reads the JSON of `terraform show -json`.
    ///
    /// # Errors
    ///
    /// It is not a plan, has another major version, or is incomplete.
    pub fn read(bytes: &[u8]) -> Result<Self, PlanError> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(PlanError::Binary);
        }
        let plan: Value = serde_json::from_slice(bytes)?;
        let version = plan["format_version"].as_str().ok_or(PlanError::NotAPlan { missing: "format_version" })?;
        let is_state = plan.get("values").is_some() && plan.get("resource_changes").is_none();
        if is_state {
            return Err(PlanError::State);
        }
        if version != "1" && !version.starts_with("1.") {
            return Err(PlanError::Version(version.to_owned()));
        }
        if plan["errored"] == true {
            return Err(PlanError::Errored);
        }
        // A plan without a change has none.
        let none = Vec::new();
        let changes = match plan.get("resource_changes") {
            Some(changes) => changes.as_array().ok_or(PlanError::NotAPlan { missing: "list resource_changes" })?,
            None if plan.get("planned_values").is_some() => &none,
            None => return Err(PlanError::NotAPlan { missing: "resource_changes" }),
        };
        let configuration = Configuration::new(&plan);
        let managed: Vec<&Value> = changes.iter().filter(|change| change["mode"] != "data").collect();
        let resources: Vec<PlannedResource> =
            managed.iter().filter_map(|change| PlannedResource::of(change, &configuration)).collect();
        Ok(Self { others: managed.len() - resources.len(), resources })
    }
}

impl PlannedResource {
    /// `None` where it runs no machines.
    fn of(resource: &Value, configuration: &Configuration<'_>) -> Option<Self> {
        let (address, kind) = (resource["address"].as_str()?, resource["type"].as_str()?);
        let change = &resource["change"];
        let nothing_open = Value::Null;
        let at = |values, unknown| Attributes { address, kind, values, unknown, configuration }.capacity();
        let before = at(&change["before"], &nothing_open);
        let after = at(&change["after"], &change["after_unknown"]);
        if before == Capacity::Nothing && after == Capacity::Nothing {
            return None;
        }
        let values = if change["after"].is_null() { &change["before"] } else { &change["after"] };
        let region = region(kind, values).or_else(|| {
            let region = configuration.provider_region(address, kind)?;
            Some(format!("{}/{region}", provider(kind)))
        });
        let action = action(&change["actions"]);
        Some(Self { address: address.to_owned(), kind: kind.to_owned(), action, before, after, region })
    }

    /// Whether the plan leaves what it runs as it is.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        // A tag may change, and everything else be known.
        self.before == self.after && !matches!(self.after, Capacity::Unknown(_)) || self.action == PlanAction::Keep
    }
}

impl PlanAction {
    /// Terraform's word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Keep => "no-op",
        }
    }
}

fn action(actions: &Value) -> PlanAction {
    let actions: Vec<&str> = actions.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match actions.as_slice() {
        ["create"] => PlanAction::Create,
        ["update"] => PlanAction::Update,
        ["delete"] | ["forget"] => PlanAction::Delete,
        ["delete", "create"] | ["create", "delete"] => PlanAction::Replace,
        _ => PlanAction::Keep,
    }
}

fn provider(kind: &str) -> &'static str {
    match kind.split('_').next() {
        Some("google") => "gcp",
        Some("azurerm") => "azure",
        _ => "aws",
    }
}

/// The region that a resource's own attributes name.
fn region(kind: &str, values: &Value) -> Option<String> {
    let provider = provider(kind);
    let zone = values["availability_zone"].as_str().or_else(|| values["availability_zones"][0].as_str());
    let named = |field: &str| values[field].as_str().filter(|text| !text.is_empty());
    let region = match provider {
        "aws" => named("region")
            .map(str::to_owned)
            .or_else(|| Some(zone?.trim_end_matches(|letter: char| letter.is_ascii_lowercase()).to_owned())),
        "gcp" => {
            let zone = named("zone").or_else(|| named("location")).or_else(|| values["node_locations"][0].as_str());
            named("region").map(str::to_owned).or_else(|| zone.map(region_of_zone))
        }
        _ => named("location").map(|location| location.replace(' ', "").to_lowercase()),
    };
    region.filter(|region| !region.is_empty()).map(|region| format!("{provider}/{region}"))
}

/// `us-central1` of `us-central1-a`, and of itself.
fn region_of_zone(zone: &str) -> String {
    match zone.rsplit_once('-') {
        Some((region, letter)) if letter.len() == 1 => region.to_owned(),
        _ => zone.to_owned(),
    }
}
