//! The plan: its resources, with what each keeps running before and after.

use super::capacity::attributes::{Attributes, Capacity};
use super::configuration::Configuration;
use super::kinds::{ResourceList, list_of};
use super::place::ResourcePlace;
use crate::bundled::DataError;
use serde_json::Value;
use std::collections::BTreeMap;

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
    /// A bundled table is broken.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// What a plan changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerraformPlan {
    /// Every managed resource that runs machines before or after, in the plan's order.
    pub resources: Vec<PlannedResource>,
    /// Number of managed resources that run no machines.
    pub others: usize,
    /// Types that are in no list and whose names say nothing of machines, each with the number of its resources. They are not counted.
    pub unlisted: BTreeMap<String, usize>,
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
    /// It is deleted.
    Delete,
    /// It is no longer managed, and goes on running.
    Forget,
    /// It is no longer managed and goes on running, and another is created.
    ForgetAndCreate,
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
    /// Where it runs before.
    pub place_before: ResourcePlace,
    /// Where it runs after.
    pub place: ResourcePlace,
    /// Whether nothing but its labels changes, as far as the plan says.
    is_alike: bool,
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
        let managed = || changes.iter().filter(|change| change["mode"] != "data");
        let mut found = Self { resources: Vec::new(), others: 0, unlisted: BTreeMap::new() };
        for change in managed() {
            found.take(change, PlannedResource::of(change, &configuration)?)?;
        }
        for deferred in plan["deferred_changes"].as_array().into_iter().flatten() {
            let change = &deferred["resource_change"];
            if change["mode"] != "data" {
                found.take(change, PlannedResource::deferred(change, &configuration)?)?;
            }
        }
        Ok(found)
    }

    fn take(&mut self, change: &Value, resource: Option<PlannedResource>) -> Result<(), DataError> {
        match (resource, change["type"].as_str()) {
            (Some(resource), _) => self.resources.push(resource),
            (None, Some(kind)) if list_of(kind)? == ResourceList::Unlisted => {
                *self.unlisted.entry(kind.to_owned()).or_default() += 1;
            }
            (None, _) => self.others += 1,
        }
        Ok(())
    }
}

impl PlannedResource {
    /// `None` where it runs no machines.
    fn of(resource: &Value, configuration: &Configuration<'_>) -> Result<Option<Self>, DataError> {
        let (Some(address), Some(kind)) = (resource["address"].as_str(), resource["type"].as_str()) else {
            return Ok(None);
        };
        let change = &resource["change"];
        let action = action(&change["actions"]);
        let nothing_open = Value::Null;
        let at = |time: &'static str, unknown| {
            Attributes { address, kind, time, values: &change[time], unknown, configuration }.capacity()
        };
        let mut before = at("before", &nothing_open)?;
        let after = match action {
            PlanAction::Forget => before.clone(),
            _ => at("after", &change["after_unknown"])?,
        };
        if action == PlanAction::ForgetAndCreate {
            // What goes on running is no difference; what is created is.
            before = Capacity::Nothing;
        }
        if before == Capacity::Nothing && after == Capacity::Nothing {
            return Ok(None);
        }
        let place = |values: &Value| ResourcePlace::of(address, kind, values, configuration);
        let (mut place_before, mut place) = (place(&change["before"]), place(&change["after"]));
        match (change["before"].is_null(), change["after"].is_null()) {
            (true, _) => place_before = place.clone(),
            (_, true) => place = place_before.clone(),
            // What is changed in place stays where it is, unless both say otherwise.
            _ if matches!(action, PlanAction::Update | PlanAction::Keep) => match (&place_before, &place) {
                (ResourcePlace::Open { .. }, ResourcePlace::Region(_)) => place_before = place.clone(),
                (ResourcePlace::Region(_), ResourcePlace::Open { .. }) => place = place_before.clone(),
                _ => {}
            },
            _ => {}
        }
        let is_alike = is_alike(change);
        let (address, kind) = (address.to_owned(), kind.to_owned());
        Ok(Some(Self { address, kind, action, before, after, place_before, place, is_alike }))
    }

    /// A resource of which Terraform will decide later what becomes of it.
    fn deferred(change: &Value, configuration: &Configuration<'_>) -> Result<Option<Self>, DataError> {
        let kind = change["type"].as_str().unwrap_or_default();
        let may_run = matches!(list_of(kind)?, ResourceList::Counted | ResourceList::Unknown);
        let found = Self::of(change, configuration)?;
        let address = change["address"].as_str().unwrap_or("a deferred resource").to_owned();
        let open = ResourcePlace::Open { cloud: None, provider: None };
        let after = Capacity::Unknown("Terraform defers it: what it will be is not in this plan".to_owned());
        Ok((found.is_some() || may_run).then(|| Self {
            address,
            kind: kind.to_owned(),
            action: PlanAction::Create,
            before: Capacity::Nothing,
            after,
            place_before: open.clone(),
            place: open,
            is_alike: false,
        }))
    }

    /// Whether the plan leaves what it runs as it is.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        let is_known = !matches!(self.after, Capacity::Unknown(_)) && !matches!(self.before, Capacity::Unknown(_));
        let is_same = self.before == self.after && self.place_before == self.place && (is_known || self.is_alike);
        // A resource that is kept may still be stopped or started by another one.
        is_same || self.action == PlanAction::Forget || (self.action == PlanAction::Keep && !is_known)
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
            Self::Forget => "forget",
            Self::ForgetAndCreate => "forget, create",
            Self::Keep => "no-op",
        }
    }
}

fn action(actions: &Value) -> PlanAction {
    let actions: Vec<&str> = actions.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match actions.as_slice() {
        ["create"] => PlanAction::Create,
        ["update"] => PlanAction::Update,
        ["delete"] => PlanAction::Delete,
        ["forget"] => PlanAction::Forget,
        ["delete", "create"] | ["create", "delete"] => PlanAction::Replace,
        ["forget", "create"] | ["create", "forget"] => PlanAction::ForgetAndCreate,
        _ => PlanAction::Keep,
    }
}

/// Attributes that name and sort a resource, and change nothing about it.
const LABELS: [&str; 6] = ["tags", "tags_all", "labels", "effective_labels", "terraform_labels", "volume_tags"];

/// Whether the attributes before and after are the same but for labels, and none is open.
fn is_alike(change: &Value) -> bool {
    let (Some(before), Some(after)) = (change["before"].as_object(), change["after"].as_object()) else { return false };
    let is_label = |name: &String| LABELS.contains(&name.as_str());
    let is_open = |name: &String| !is_label(name) && says_open(&change["after_unknown"][name.as_str()]);
    let names = || before.keys().chain(after.keys()).filter(|name| !is_label(name));
    names().all(|name| before.get(name) == after.get(name))
        && !change["after_unknown"].as_object().is_some_and(|open| open.keys().any(is_open))
}

/// Whether anything of this is known only after apply.
fn says_open(unknown: &Value) -> bool {
    match unknown {
        Value::Bool(is_open) => *is_open,
        Value::Array(values) => values.iter().any(says_open),
        Value::Object(values) => values.values().any(says_open),
        _ => false,
    }
}
