//! Which processes are on which device, as drivers list them.

use crate::identity;
use crate::source::Source;
use model::DeviceUuid;
use units::{Span, Timestamp};

/// Time between two looks at the lists. What was on a device between two looks, and at neither of them, is not seen.
const EVERY: Span = Span::from_seconds(1);

/// The processes on the devices of one source at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceProcesses {
    /// The date of the look.
    pub at: Timestamp,
    /// By device the ids of its processes, ascending; `None` where they could not be listed this time.
    pub devices: Vec<(DeviceUuid, Option<Vec<u32>>)>,
}

/// When a source is asked for its lists.
#[derive(Debug, Default)]
pub(crate) struct ProcessLists {
    looked: Option<Timestamp>,
}

impl ProcessLists {
    /// Looks at the lists if it is time to; `now` is on a line that never steps and `date` the same moment as a date. `None` if it is not time, or
    /// the source lists no processes.
    pub(crate) fn look(&mut self, source: &dyn Source, now: Timestamp, date: Timestamp) -> Option<DeviceProcesses> {
        if self.looked.and_then(|looked| now.since(looked)).is_some_and(|since| since < EVERY) {
            return None;
        }
        self.looked = Some(now);
        let devices = source.devices().iter().enumerate();
        let listed = devices
            .filter_map(|(position, device)| Some((identity::device_id(device), source.processes(position)?.ok())));
        let devices: Vec<_> = listed.collect();
        (!devices.is_empty()).then_some(DeviceProcesses { at: date, devices })
    }
}
