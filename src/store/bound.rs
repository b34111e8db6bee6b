//! Values that a statement is given.

use super::engine::Value;

/// Values of a statement in the order of their numbers.
#[derive(Default)]
pub(super) struct Bound(pub(super) Vec<Value>);

impl Bound {
    /// Adds a value; returns how the statement names it.
    pub(super) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("?{}", self.0.len())
    }
}
