//! What objects take: accelerators of several kinds, each a number for a time. They are added, compared, and kept as JSON beside the object.

use super::accelerator::AcceleratorSlice;
use crate::store::StoreError;
use serde::{Deserialize, Serialize};

const WHAT: &str = "what an object of Kubernetes takes";

/// Accelerators of one kind for a time. Its JSON is stored, and stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceleratorUse {
    /// The accelerator, or the slice of one.
    #[serde(flatten)]
    pub accelerator: AcceleratorSlice,
    /// The number of accelerators or slices; 0 of an object that has no replica now.
    pub count: u64,
    /// Wall time in 10⁻⁹ h; 0 where the object states none.
    #[serde(default)]
    pub nanohours: u64,
    /// The number that one replica takes, of a kind whose replicas can be scaled alone; else 0.
    #[serde(default)]
    pub per_replica: u64,
    /// The number that is there whatever the number of replicas.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub beside: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// All that an object takes: one use for each kind of accelerator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Takes(pub Vec<AcceleratorUse>);

impl Takes {
    /// What the store has.
    ///
    /// # Errors
    ///
    /// The text says something else.
    pub(super) fn read(text: &str) -> Result<Self, StoreError> {
        let wrong = |error: serde_json::Error| StoreError::Value { what: WHAT, value: error.to_string() };
        serde_json::from_str(text).map(Self).map_err(wrong)
    }

    /// The text for the store.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON.
    pub(super) fn text(&self) -> Result<String, StoreError> {
        serde_json::to_string(&self.0).map_err(|error| StoreError::Value { what: WHAT, value: error.to_string() })
    }

    /// Whether it takes no accelerator now.
    pub(super) fn is_nothing(&self) -> bool {
        self.0.iter().all(|used| used.count == 0)
    }

    /// Adds what another object takes.
    pub(super) fn add(&mut self, other: &Self) {
        for used in other.0.iter().filter(|used| used.count > 0) {
            match self.0.iter_mut().find(|own| own.accelerator == used.accelerator) {
                Some(own) => {
                    own.count = own.count.saturating_add(used.count);
                    own.nanohours = own.nanohours.max(used.nanohours);
                }
                None => self.0.push(AcceleratorUse { per_replica: 0, beside: 0, ..used.clone() }),
            }
        }
        self.0.sort_by(|one, other| one.accelerator.cmp(&other.accelerator));
    }

    /// Takes away what another object no longer takes.
    pub(super) fn subtract(&mut self, other: &Self) {
        for used in &other.0 {
            if let Some(own) = self.0.iter_mut().find(|own| own.accelerator == used.accelerator) {
                own.count = own.count.saturating_sub(used.count);
            }
        }
        self.0.retain(|own| own.count > 0 || own.per_replica > 0);
    }

    /// What has to be held for an object that asks for `self` and whose pods take `pods`: all of the pods, and what they leave of what it asks for. A
    /// pod on another accelerator than was asked for stands in for one that was.
    pub(super) fn with_pods(&self, pods: &Self) -> Self {
        let mut left = self.clone();
        left.0.iter_mut().for_each(|used| (used.per_replica, used.beside) = (0, 0));
        let mut stand_ins = Vec::new();
        for used in &pods.0 {
            let own = left.0.iter_mut().find(|own| own.accelerator == used.accelerator);
            let matched = own.map_or(0, |own| {
                let matched = own.count.min(used.count);
                own.count -= matched;
                matched
            });
            stand_ins.push((used.accelerator.slices, used.count - matched));
        }
        for (slices, mut count) in stand_ins {
            for own in left.0.iter_mut().filter(|own| own.accelerator.slices == slices) {
                let replaced = own.count.min(count);
                own.count -= replaced;
                count -= replaced;
            }
        }
        let hours_of = |used: &AcceleratorUse| {
            let own = self.0.iter().find(|own| own.accelerator == used.accelerator && own.count > 0);
            own.map_or(used.nanohours, |own| own.nanohours)
        };
        let mut held = Self::default();
        for used in &pods.0 {
            held.add(&Self(vec![AcceleratorUse { nanohours: hours_of(used), ..used.clone() }]));
        }
        held.add(&left);
        held
    }

    /// As much as either of them asks for: all of this one, and what it leaves of the other.
    pub(super) fn or_other(&self, other: &Self) -> Self {
        other.with_pods(self)
    }

    /// The same with no more of any accelerator than `most`.
    pub(super) fn no_more_than(&self, most: &Self) -> Self {
        let of = |used: &AcceleratorUse| {
            let most = most.0.iter().find(|own| own.accelerator == used.accelerator).map_or(0, |own| own.count);
            AcceleratorUse { count: used.count.min(most), ..used.clone() }
        };
        Self(self.0.iter().map(of).filter(|used| used.count > 0 || used.per_replica > 0).collect())
    }

    /// The same with `replicas` of what can be scaled; `None` where that is more than can be counted.
    pub(super) fn scaled(&self, replicas: u64) -> Option<Self> {
        let scaled = |used: &AcceleratorUse| match used.per_replica {
            0 => Some(used.clone()),
            each => {
                let count = each.checked_mul(replicas)?.checked_add(used.beside)?;
                Some(AcceleratorUse { count, ..used.clone() })
            }
        };
        self.0.iter().map(scaled).collect::<Option<_>>().map(Self)
    }

    /// Whether it takes more accelerators of any kind than `other`, for whatever time.
    pub(super) fn is_more_than(&self, other: &Self) -> bool {
        self.0.iter().any(|used| {
            let own = other.0.iter().find(|own| own.accelerator == used.accelerator);
            used.count > own.map_or(0, |own| own.count)
        })
    }

    /// The first use of which this takes more than `before` did: more of an accelerator, or one for longer. `hours` is the wall time of a use that
    /// states none.
    pub(super) fn beyond<E>(
        &self,
        before: &Self,
        hours: impl Fn(&AcceleratorUse) -> Result<u64, E>,
    ) -> Result<Option<&AcceleratorUse>, E> {
        for used in self.0.iter().filter(|used| used.count > 0) {
            let Some(own) = before.0.iter().find(|own| own.accelerator == used.accelerator && own.count > 0) else {
                return Ok(Some(used));
            };
            if used.count > own.count {
                return Ok(Some(used));
            }
            if used.nanohours != own.nanohours && hours(used)? > hours(own)? {
                return Ok(Some(used));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(uses: &[(&str, u64)]) -> Takes {
        let mut takes = Takes::default();
        for (name, count) in uses {
            let accelerator = AcceleratorSlice::whole(*name);
            takes.add(&Takes(vec![AcceleratorUse {
                accelerator,
                count: *count,
                nanohours: 0,
                per_replica: 0,
                beside: 0,
            }]));
        }
        takes
    }

    #[test]
    fn pods_count_in_full_and_what_they_leave_of_what_was_asked_for() {
        for (declared, pods, held) in [
            (&[("a", 4)][..], &[][..], &[("a", 4)][..]),
            (&[("a", 4)], &[("a", 3)], &[("a", 4)]),
            (&[("a", 4)], &[("a", 5)], &[("a", 5)]),
            (&[], &[("a", 5)], &[("a", 5)]),
            // A pod that landed on another accelerator is one of those that were asked for.
            (&[("a", 4)], &[("b", 1)], &[("a", 3), ("b", 1)]),
            (&[("a", 1)], &[("b", 4)], &[("b", 4)]),
            (&[("a", 2), ("b", 2)], &[("a", 1), ("b", 2)], &[("a", 2), ("b", 2)]),
        ] {
            assert_eq!(takes(declared).with_pods(&takes(pods)), takes(held), "{declared:?} with pods {pods:?}");
        }
    }

    #[test]
    fn what_the_store_has_is_read_as_it_was_written() {
        let row = r#"[{"name":"h100","slices":7,"count":8,"nanohours":3600000000000,"per_replica":4},{"name":"l4","slices":1,"nanowatts":5,"count":1,"nanohours":0,"per_replica":0}]"#;
        assert_eq!(Takes::read(row).unwrap().text().unwrap(), row);
        assert!(Takes::read("[{}]").is_err());
    }
}
