//! The power of each device in its newest window, for whoever wants to know it now.

use super::store::SeriesChange;
use model::DeviceId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use units::{ExactEnergy, Power, Timestamp};

/// Power by device, as batches are taken since the service started. Devices that another contains have none.
#[derive(Debug, Default)]
pub struct NewestPower(Mutex<HashMap<DeviceId, (Timestamp, Power)>>);

impl NewestPower {
    /// The mean power of each device in its newest window, if that ended after `after`.
    #[must_use]
    pub fn after(&self, after: Timestamp) -> Vec<(DeviceId, Power)> {
        let newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest.iter().filter(|(_, (end, _))| *end > after).map(|(device, (_, power))| (*device, *power)).collect()
    }

    /// Notes windows that were taken.
    pub(super) fn note(&self, changes: &[SeriesChange]) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            let windows = change.windows.iter().filter(|window| !window.is_contained);
            let Some(window) = windows.max_by_key(|window| window.end) else { continue };
            let energy = ExactEnergy::from_millijoules(window.energy.millijoules().into());
            let Some(power) = energy.mean_power(window.covered) else { continue };
            if newest.get(&change.device.number).is_none_or(|(end, _)| *end <= window.end) {
                newest.insert(change.device.number, (window.end, power));
            }
        }
    }
}
