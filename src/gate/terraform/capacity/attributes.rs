//! The attributes of a resource at one time, and the machines that they tell of.

use crate::gate::terraform::configuration::Configuration;
use serde_json::Value;

/// Machines of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machines {
    /// `provider/type` as [`find_instance`](crate::hardware::find_instance) takes it.
    pub instance: String,
    /// Number of vCPUs of each, where the plan states it and the type does not tell.
    pub vcpus: Option<u64>,
    /// Accelerators that are attached to each beside those of its type.
    pub attached: Option<Attached>,
    /// Number that is kept running.
    pub count: u64,
    /// Number that it may grow to by itself, where that is larger.
    pub at_most: Option<u64>,
}

/// Accelerators that are attached to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Name of the accelerator, as the cloud writes it.
    pub accelerator: String,
    /// Number of them on each machine.
    pub each: u64,
}

/// What a resource keeps running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Capacity {
    /// It runs no machines, or does not exist.
    Nothing,
    /// The machines that it keeps running, by type.
    Machines(Vec<Machines>),
    /// It runs machines, and the plan does not say which or how many, for this reason.
    Unknown(String),
}

pub(super) const APPLY: &str = "is known only after apply";

/// A resource's attributes at one time, with what is still open of them.
#[derive(Clone, Copy)]
pub(in crate::gate::terraform) struct Attributes<'p> {
    pub(in crate::gate::terraform) address: &'p str,
    pub(in crate::gate::terraform) kind: &'p str,
    /// `before` or `after`, as a change names its sides.
    pub(in crate::gate::terraform) time: &'static str,
    pub(in crate::gate::terraform) values: &'p Value,
    pub(in crate::gate::terraform) unknown: &'p Value,
    pub(in crate::gate::terraform) configuration: &'p Configuration<'p>,
}

/// Why the plan does not say what a resource runs.
pub(super) type UnknownReason = String;

/// The machines of a resource, or why they are not known; `None` of a type that is not counted.
pub(super) type Counted = Option<Result<Vec<Machines>, UnknownReason>>;

impl<'p> Attributes<'p> {
    /// A text attribute that must be there.
    pub(super) fn text(self, field: &str) -> Result<String, UnknownReason> {
        self.text_of(self.values, self.unknown, field)
    }

    /// A text that must be among these values, of which `unknown` says what is open.
    pub(super) fn text_of(self, values: &Value, unknown: &Value, field: &str) -> Result<String, UnknownReason> {
        match values[field].as_str() {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ if unknown[field] == true || *unknown == true => Err(format!("{field} {APPLY}")),
            _ => Err(format!("{field} is not stated")),
        }
    }

    /// A number of machines of `values`.
    pub(super) fn number(self, values: &Value, field: &str) -> Result<Option<u64>, UnknownReason> {
        let value = &values[field];
        if value.is_null() {
            return if self.unknown[field] == true { Err(format!("{field} {APPLY}")) } else { Ok(None) };
        }
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        let number = number.filter(|number| *number <= u64::from(u32::MAX));
        number.map(Some).ok_or_else(|| format!("{field} = {value} is not a number of machines"))
    }

    /// The first number that is stated; what is computed after apply stands for nothing that is stated.
    pub(super) fn stated_number(self, values: &Value, fields: &[&str]) -> Result<Option<u64>, UnknownReason> {
        for field in fields.iter().filter(|field| !values[**field].is_null()) {
            if let Some(number) = self.number(values, field)? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }
}

impl Machines {
    /// Such as `2 x aws/p4d.24xlarge`.
    pub(in crate::gate::terraform) fn in_words(&self) -> String {
        match self.vcpus {
            Some(vcpus) => format!("{} x {} of {vcpus} vCPUs", self.count, self.instance),
            None => format!("{} x {}", self.count, self.instance),
        }
    }
}

pub(super) fn machine(provider: &str, name: &str, count: u64, at_most: Option<u64>) -> Machines {
    let at_most = at_most.filter(|most| *most > count);
    Machines { instance: format!("{provider}/{name}"), vcpus: None, attached: None, count, at_most }
}

/// A number of machines of one type, unless that number is certainly none.
pub(super) fn one(
    provider: &str,
    name: &str,
    count: u64,
    at_most: Option<u64>,
) -> Result<Vec<Machines>, UnknownReason> {
    Ok(if count == 0 && at_most.is_none() { Vec::new() } else { vec![machine(provider, name, count, at_most)] })
}

/// The texts of a list.
pub(super) fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The items of a list.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
