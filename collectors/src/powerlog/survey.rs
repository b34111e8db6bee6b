//! A look at the head of the log before it is read: which devices are there, and how far apart their readings are.

use super::track::Tracker;
use super::{LogError, Reader, text};
use account::meter::{CounterSensor, PowerSensor, Reading};
use units::Span;

/// Reads the head once for the devices in it and the usual step of each. Errors in its lines are left to the real
/// reading; it fails itself where rows of several devices cannot be told apart.
pub(super) fn run(mut reader: Reader, tracker: &mut Tracker, head: &[u8]) -> Result<(), LogError> {
    let is_undivided = reader.is_undivided();
    let times = times_of_devices(&mut reader, tracker, head);
    let mut all_steps = Vec::new();
    for (device, times) in tracker.devices.iter_mut().zip(&times) {
        let mut steps: Vec<u64> = times.windows(2).map(|pair| pair[1].abs_diff(pair[0])).collect();
        if let (true, Some(count)) = (is_undivided, interleaved(&steps)) {
            return Err(LogError::Interleaved { count, device: device.id.clone() });
        }
        all_steps.extend_from_slice(&steps);
        if let Some(median) = median(&mut steps) {
            device.sensor.cadence = median;
        }
    }
    tracker.cadence = median(&mut all_steps).unwrap_or(tracker.cadence);
    for (position, device) in tracker.devices.iter_mut().enumerate() {
        let sensor = &mut device.sensor;
        if times.get(position).is_none_or(|times| times.len() < 2) {
            sensor.cadence = tracker.cadence;
        }
        if tracker.is_mean_since_previous {
            sensor.power =
                sensor.power.map(|_| PowerSensor::Average { window: sensor.cadence, update: sensor.cadence });
            sensor.counter = sensor.counter.map(|counter| CounterSensor { update: sensor.cadence, ..counter });
        }
    }
    tracker.restart();
    Ok(())
}

fn times_of_devices(reader: &mut Reader, tracker: &mut Tracker, head: &[u8]) -> Vec<Vec<i64>> {
    let mut times: Vec<Vec<i64>> = Vec::new();
    let mut queue = Vec::new();
    let mut take = |queue: &mut Vec<(usize, Reading)>| {
        for (device, reading) in queue.drain(..) {
            times.resize_with(times.len().max(device + 1), Vec::new);
            times[device].push(reading.at.nanoseconds());
        }
    };
    for line in text::lines_of(head) {
        if reader.line(line, tracker, &mut queue).is_err() {
            break;
        }
        take(&mut queue);
    }
    // A reader may hold back what is not complete; an error was met above or will be met again.
    let _ = reader.end(tracker, &mut queue);
    take(&mut queue);
    times
}

/// How many devices take turns in a log that names none: at least three whole cycles of equally many rows, close
/// together in each and far apart between them.
fn interleaved(steps: &[u64]) -> Option<usize> {
    let mut sorted = steps.to_vec();
    sorted.sort_unstable();
    let usual_pause = *sorted.get(sorted.len() * 19 / 20)?;
    let cycles: Vec<usize> = steps.split(|step| *step > usual_pause / 20).map(|within| within.len() + 1).collect();
    let whole_cycles = cycles.get(1..cycles.len() - 1)?;
    let (first, rest) = whole_cycles.split_first()?;
    (*first > 1 && rest.len() >= 2 && rest.iter().all(|count| count == first)).then_some(*first)
}

fn median(steps: &mut [u64]) -> Option<Span> {
    steps.sort_unstable();
    steps.get(steps.len() / 2).map(|step| Span::from_nanoseconds(*step))
}

#[cfg(test)]
mod tests {
    use super::interleaved;

    #[test]
    fn rows_that_come_in_equal_groups_are_of_several_devices() {
        for (steps, expected) in [
            (&[2, 998, 2, 998, 2, 998, 3, 997, 2][..], Some(2)),
            (&[998, 1, 1, 998, 1, 1, 998, 1, 1, 998], Some(3)),
            (&[7, 7, 49, 7, 8, 7, 7, 7, 7], None),
            (&[1000, 1000, 1, 1000, 1000, 1000], None),
            (&[1000; 8], None),
            (&[], None),
        ] {
            assert_eq!(interleaved(steps), expected, "{steps:?}");
        }
    }
}
