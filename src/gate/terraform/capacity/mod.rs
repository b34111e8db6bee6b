//! How many machines of which type a resource keeps running.

pub(super) mod attributes;
mod aws;
mod azure;
mod google;
mod group;
mod managed;
mod others;
mod spark;

use super::kinds::{ResourceList, list_of};
use crate::bundled::DataError;
pub use attributes::{Attached, Capacity, Machines};
use attributes::{Attributes, Counted};

impl Attributes<'_> {
    /// What the resource keeps running.
    ///
    /// # Errors
    ///
    /// A bundled table is broken.
    pub(super) fn capacity(self) -> Result<Capacity, DataError> {
        if self.values.is_null() {
            return Ok(Capacity::Nothing);
        }
        Ok(match (self.machines(), list_of(self.kind)?) {
            (Some(Ok(machines)), _) if machines.is_empty() => Capacity::Nothing,
            (Some(Ok(machines)), _) => Capacity::Machines(machines),
            (Some(Err(reason)), _) => Capacity::Unknown(reason),
            (None, ResourceList::None | ResourceList::Unlisted) => Capacity::Nothing,
            (None, ResourceList::Counted | ResourceList::Unknown) => Capacity::Unknown(format!(
                "{} runs machines or may, and Wattledger cannot weigh this type yet",
                self.kind
            )),
        })
    }

    fn machines(self) -> Counted {
        aws::machines(self)
            .or_else(|| managed::machines(self))
            .or_else(|| spark::machines(self))
            .or_else(|| google::machines(self))
            .or_else(|| azure::machines(self))
            .or_else(|| others::machines(self))
    }
}

/// Whether the machines of a type are counted.
#[cfg(test)]
pub(super) fn is_counted(kind: &str) -> bool {
    use serde_json::{Map, Value};
    let (plan, nothing) = (Value::Null, Value::Object(Map::new()));
    let configuration = super::configuration::Configuration::new(&plan);
    let attributes = Attributes {
        address: "",
        kind,
        time: "after",
        values: &nothing,
        unknown: &Value::Null,
        configuration: &configuration,
    };
    attributes.machines().is_some()
}
