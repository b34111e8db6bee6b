//! Reads the head of a log in advance, to find its devices and how far apart their readings are.

use super::reader::Reader;
use super::track::Tracker;
use super::{DeviceReading, LogError, text};
use account::meter::{CounterSensor, PowerSensor, Reading, Sensor};
use units::{Power, Span};

/// Highest power that a counter of machines is believed to show: 1 MW, far less than a jump of a broken counter.
const MOST_COUNTED: Power = Power::from_milliwatts(1_000_000_000);

/// Reads the head of the log once, and notes its devices and the usual time between readings of each. Errors in its lines are
/// reported when the log is read.
///
/// # Errors
///
/// Rows of several devices cannot be told apart.
pub(super) fn run(mut reader: Reader, tracker: &mut Tracker, head: &[u8]) -> Result<(), LogError> {
    let is_undivided = reader.is_undivided();
    let readings = readings_of_devices(&mut reader, tracker, head);
    if reader.has_parts_by_name() {
        tracker.check_containment()?;
    }
    // The head of a short log is all of it.
    let counts: Vec<usize> = (0..tracker.devices.len()).map(|at| readings.get(at).map_or(0, Vec::len)).collect();
    tracker.link_without_silent(&counts);
    refuse_still_counters(tracker, &readings)?;
    distrust_counters(tracker, &readings);
    let most_counted = MOST_COUNTED.min(Power::from_milliwatts(tracker.ceiling_milliwatts));
    let mut all_steps = Vec::new();
    for (device, readings) in tracker.devices.iter_mut().zip(&readings) {
        let at = |reading: &Reading| reading.at.nanoseconds();
        let mut steps: Vec<u64> = readings.windows(2).map(|pair| at(&pair[1]).abs_diff(at(&pair[0]))).collect();
        if let (true, Some(count)) = (is_undivided, interleaved(&steps)) {
            return Err(LogError::Interleaved { count, device: device.id.clone() });
        }
        all_steps.extend_from_slice(&steps);
        if let Some(median) = median(&mut steps) {
            device.sensor.cadence = median;
        }
        // A counter that always rises faster than an accelerator can draw belongs to a machine, or several.
        if device.sensor.limit == Sensor::UNKNOWN_LIMIT && counted_power(readings) > Sensor::UNKNOWN_LIMIT {
            device.sensor.limit = most_counted;
        }
    }
    tracker.cadence = median(&mut all_steps).unwrap_or(tracker.cadence);
    for (position, device) in tracker.devices.iter_mut().enumerate() {
        let sensor = &mut device.sensor;
        if readings.get(position).is_none_or(|readings| readings.len() < 2) {
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

/// A counter without a power beside it that never moves, and is not 0, is no counter: each value may be the energy since the row
/// before.
fn refuse_still_counters(tracker: &Tracker, readings: &[Vec<Reading>]) -> Result<(), LogError> {
    for (device, readings) in tracker.devices.iter().zip(readings) {
        let counts = || readings.iter().filter_map(|reading| reading.counter);
        let first = counts().next().unwrap_or(0);
        let stands = counts().count() > 3 && counts().all(|count| count == first);
        if first > 0 && stands && device.sensor.power.is_none() && device.counted_in.is_none() {
            return Err(LogError::CounterStands {
                device: device.id.clone(),
                column: device.column.clone(),
                value: super::track::joules(first),
            });
        }
    }
    Ok(())
}

/// Counters and powers of one device are of the same energy. A counter that stands still under power, or that counts less than half
/// or more than twice of it, is in another unit or of something else: the power is used.
fn distrust_counters(tracker: &mut Tracker, readings: &[Vec<Reading>]) {
    /// How much energy has to be there before the two are compared, in µJ: a counter may be updated only every 100 ms.
    const ENOUGH: u128 = 20_000_000;
    for (device, readings) in readings.iter().enumerate() {
        let both: Vec<(u64, u64, u64)> = readings
            .iter()
            .filter_map(|r| Some((u64::try_from(r.at.nanoseconds()).ok()?, r.power?.milliwatts(), r.counter?)))
            .collect();
        let integral: u128 = both
            .windows(2)
            .map(|pair| u128::from(pair[1].0 - pair[0].0) * u128::from(pair[0].1.midpoint(pair[1].1)) / 1_000_000)
            .sum();
        let steps = both.windows(2).map(|pair| u128::from(pair[1].2.saturating_sub(pair[0].2)));
        let counted: u128 = steps.sum();
        if integral < ENOUGH || both.len() < 4 || (counted * 2 >= integral && counted <= integral * 2) {
            continue;
        }
        let joules = |microjoules: u128| microjoules / 1_000_000;
        tracker.distrust_counter(
            device,
            format!(
                "its energy counter is not used: it counts {} J where its power makes {} J; energy is from its power",
                joules(counted),
                joules(integral)
            ),
        );
    }
}

fn readings_of_devices(reader: &mut Reader, tracker: &mut Tracker, head: &[u8]) -> Vec<Vec<Reading>> {
    let mut readings: Vec<Vec<Reading>> = Vec::new();
    let mut queue = Vec::new();
    let mut take = |queue: &mut Vec<DeviceReading>| {
        for DeviceReading { device, reading } in queue.drain(..) {
            readings.resize_with(readings.len().max(device + 1), Vec::new);
            readings[device].push(reading);
        }
    };
    for line in text::lines_of(head) {
        if reader.line(line, tracker, &mut queue).is_err() {
            break;
        }
        take(&mut queue);
    }
    // Readers may hold back incomplete samples. An error here occurred above, or will occur again.
    let _ = reader.end(tracker, &mut queue);
    take(&mut queue);
    readings
}

/// Median power by the counter, which is in µJ; zero without a counter.
fn counted_power(readings: &[Reading]) -> Power {
    let counts: Vec<(i64, u64)> =
        readings.iter().filter_map(|reading| Some((reading.at.nanoseconds(), reading.counter?))).collect();
    let milliwatts = |pair: &[(i64, u64)]| {
        let nanoseconds = u128::from(pair[1].0.abs_diff(pair[0].0)).max(1);
        u64::try_from(u128::from(pair[1].1.saturating_sub(pair[0].1)) * 1_000_000 / nanoseconds).unwrap_or(u64::MAX)
    };
    let mut rates: Vec<u64> = counts.windows(2).map(milliwatts).collect();
    rates.sort_unstable();
    let lower_median = rates.len().saturating_sub(1) / 2;
    Power::from_milliwatts(rates.get(lower_median).copied().unwrap_or(0))
}

/// How many devices take turns in a log whose rows do not name them: the rows come in at least three groups of equal size,
/// close together within a group and far apart between groups.
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
