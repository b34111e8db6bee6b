//! The known failures of tools that meter energy, each with the result that it must have here.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test helper that cannot go on should say where")]

use account::meter::{
    CounterReading, CounterSensor, CounterUnit, Flag, Meter, Method, PowerSensor, Quality, Reading, Sensor, Step,
    Window, step,
};
use units::{ExactEnergy, Power, Span, Timestamp};

const MS: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MS;
const RAPL_RANGE: u64 = 262_143_328_850;
const EPYC_RANGE: u64 = 65_532_610_987;

fn watts(watts: u64) -> Power {
    Power::from_milliwatts(watts * 1_000)
}

fn rapl(range: Option<u64>) -> CounterSensor {
    CounterSensor { unit: CounterUnit::Microjoule, range, update: Span::from_milliseconds(1) }
}

fn nvml() -> CounterSensor {
    CounterSensor { unit: CounterUnit::Millijoule, range: None, update: Span::from_milliseconds(100) }
}

fn sensor(counter: Option<CounterSensor>, power: Option<PowerSensor>, limit_w: u64) -> Sensor {
    Sensor { counter, power, limit: watts(limit_w), cadence: Span::from_seconds(1), systematic_ppm: 50_000 }
}

fn reading(at: i64, power_w: Option<u64>, counter: Option<u64>) -> Reading {
    Reading { at: Timestamp::from_nanoseconds(at), power: power_w.map(watts), counter, epoch: 0 }
}

/// One window of everything.
fn metered(sensor: Sensor, readings: &[Reading]) -> Window {
    let mut meter = Meter::new("device", sensor, None);
    for reading in readings {
        meter.push(reading).unwrap();
    }
    let windows = meter.finish().unwrap();
    assert_eq!(windows.len(), 1);
    windows[0].clone()
}

fn two(sensor: CounterSensor, limit_w: u64, from: u64, to: u64, seconds: i64) -> Step {
    let at = |at, count| CounterReading { at: Timestamp::from_nanoseconds(at), count, epoch: 0 };
    step(&sensor, watts(limit_w), Some(at(0, from)), at(seconds * SECOND, to))
}

fn joules(window: &Window) -> i64 {
    window.energy.millijoules() / 1_000
}

/// The case table at its edges: ceiling 1.2 × 100 W, update period 100 ms, so 120 J in a second and 132 J in all.
#[test]
fn the_ceiling_of_a_step_is_a_fifth_above_the_limit_and_has_one_update_period_more() {
    let mj = |mj| ExactEnergy::from_millijoules(mj);
    let (bound, most) = (mj(132_000), 132_000);
    assert_eq!(two(nvml(), 100, 7, 7 + most, 1), Step::Advanced(bound));
    assert_eq!(two(nvml(), 100, 7, 8 + most, 1), Step::Implausible { delta: mj(132_001), bound });
    let reset = |counted| Step::Reset { counted, lost_before: Timestamp::from_nanoseconds(0) };
    assert_eq!(two(nvml(), 100, 999_999, 120_000, 1), reset(Some(mj(120_000))));
    assert_eq!(two(nvml(), 100, 999_999, 120_001, 1), reset(None), "not counted from zero within the second");
    // A range of 120 J can wrap twice in a second, one of 120.000001 J cannot.
    let small = |range| two(rapl(Some(range)), 100, 5_000_000, 6_000_000, 1);
    assert!(matches!(small(120_000_000), Step::Implausible { .. }));
    assert_eq!(small(120_000_001), Step::Advanced(ExactEnergy::from_microjoules(1_000_000)));
}

#[test]
fn rapl_wraps() {
    let step = two(rapl(Some(RAPL_RANGE)), 350, 262_143_000_000, 500_000, 1);
    assert_eq!(step, Step::Wrapped(ExactEnergy::from_microjoules(828_850)));
}

#[test]
fn a_wrap_that_means_222_kw_is_a_reset() {
    let Step::Reset { counted: Some(counted), .. } = two(rapl(Some(RAPL_RANGE)), 350, 40_000_000_000, 1_000_000, 1)
    else {
        panic!("not a reset")
    };
    assert!(counted >= ExactEnergy::ZERO && counted <= ExactEnergy::from_millijoules(420_000));
}

#[test]
fn a_decrease_without_known_range_is_a_reset() {
    let window = metered(
        sensor(Some(rapl(None)), None, 350),
        &[reading(0, None, Some(9_000_000)), reading(SECOND, None, Some(5))],
    );
    assert!(window.flags.contains(&Flag::Reset));
    assert_eq!(window.energy.millijoules(), 0);
    assert_eq!(window.coverage_ppm(), 0);
}

#[test]
fn a_failed_read_adds_nothing_and_loses_nothing() {
    let readings = [
        reading(0, None, Some(5_000_000_000)),
        reading(SECOND, None, None),
        reading(2 * SECOND, None, Some(5_200_000_000)),
    ];
    let window = metered(sensor(Some(rapl(Some(RAPL_RANGE))), None, 350), &readings);
    assert_eq!(window.energy.millijoules(), 200_000);
    assert_eq!(window.coverage_ppm(), 1_000_000);
}

#[test]
fn more_than_one_wrap_may_fit() {
    // 333 W x 1.2 is the ceiling of 400 W in the table.
    let step = two(rapl(Some(EPYC_RANGE)), 334, 10_000_000, 20_000_000, 300);
    assert!(matches!(step, Step::Implausible { .. }), "{step:?}");
}

#[test]
fn a_decreasing_64_bit_counter_is_a_reset() {
    let readings = [reading(0, Some(300), Some(987_654_321)), reading(SECOND, Some(300), Some(212_000))];
    let window = metered(sensor(Some(nvml()), Some(PowerSensor::ONE_SECOND_AVERAGE), 700), &readings);
    assert!(window.flags.contains(&Flag::Reset));
    assert!((0..=840_000).contains(&window.energy.millijoules()), "{window:?}");
    assert_eq!(window.energy.millijoules(), 300_000, "the power integral covers the part before the reset too");
}

#[test]
fn an_impossible_jump_is_quarantined() {
    let jump = 1_000_000_000_000;
    let readings = [
        reading(0, None, Some(0)),
        reading(10 * SECOND, None, Some(3_000_000)),
        reading(11 * SECOND, None, Some(3_000_000 + jump)),
        reading(12 * SECOND, None, Some(3_300_000 + jump)),
    ];
    let window = metered(sensor(Some(nvml()), None, 700), &readings);
    assert_eq!(window.energy.millijoules(), 3_300_000);
    assert!(window.flags.contains(&Flag::Quarantined));
    assert!(window.coverage_ppm() < 1_000_000);
}

/// What was counted before a jump or a restart is measured, also in the first seconds, in which it is still held against
/// power.
#[test]
fn a_break_early_in_the_series_costs_its_own_step_only() {
    for (power, after_break, joules_charged, flag) in [
        (None, 1_000_000_000_000, 2_700, Flag::Quarantined),
        (Some(300), 1_000_000_000_000, 2_700, Flag::Quarantined),
        (None, 150_000, 2_850, Flag::Reset),
        (Some(300), 150_000, 3_000, Flag::Reset),
    ] {
        let count =
            |second: u64| if second < 4 { 90_000_000 + second * 300_000 } else { after_break + (second - 4) * 300_000 };
        let readings: Vec<Reading> =
            (0..=10).map(|second: u64| reading(second as i64 * SECOND, power, Some(count(second)))).collect();
        let window = metered(sensor(Some(nvml()), Some(PowerSensor::ONE_SECOND_AVERAGE), 700), &readings);
        assert_eq!(joules(&window), joules_charged, "{window:?}");
        assert!(window.flags.contains(&flag), "{window:?}");
        assert!(window.coverage_ppm() >= 900_000, "{window:?}");
    }
}

#[test]
fn a_module_counter_is_charged_once() {
    // The Grace reading is in the module's; the total sums the root alone (`collectors::source::roots`).
    let window = metered(
        sensor(Some(nvml()), None, 1_000),
        &[reading(0, None, Some(0)), reading(1_000 * SECOND, None, Some(900_000_000))],
    );
    assert_eq!(joules(&window), 900_000);
}

#[test]
fn a_package_counter_is_split_between_its_dies() {
    let package = CounterSensor { unit: CounterUnit::Amd, range: None, update: Span::from_milliseconds(1) };
    let window = metered(
        sensor(Some(package), None, 560),
        &[reading(0, None, Some(0)), reading(100 * SECOND, None, Some(30_000 << 16))],
    );
    let parts = account::attribute::split(window.energy, &[1, 1]).unwrap();
    assert_eq!(parts.iter().map(|part| part.millijoules()).collect::<Vec<_>>(), [15_000_000, 15_000_000]);
}

#[test]
fn eight_separate_devices_are_not_paired() {
    let amd = CounterSensor { unit: CounterUnit::Amd, range: None, update: Span::from_milliseconds(1) };
    let each = metered(
        sensor(Some(amd), None, 750),
        &[reading(0, None, Some(0)), reading(20 * SECOND, None, Some(10_000 << 16))],
    );
    assert_eq!(8 * joules(&each), 80_000);
}

#[test]
fn amd_counts_are_two_to_the_minus_16_joules() {
    assert_eq!(CounterUnit::Amd.energy(65_536).floor().unwrap().millijoules(), 1_000);
}

#[test]
fn a_frozen_counter_is_distrusted() {
    let amd = CounterSensor { unit: CounterUnit::Amd, range: None, update: Span::from_milliseconds(1) };
    let readings: Vec<_> = (0..=30).map(|second| reading(second * SECOND, Some(250), Some(77))).collect();
    let window = metered(sensor(Some(amd), Some(PowerSensor::Unknown), 300), &readings);
    assert_eq!(joules(&window), 7_500);
    assert_eq!(window.quality, Quality::Integrated);
    assert!(window.flags.contains(&Flag::CounterDistrusted));
}

#[test]
fn a_counter_at_a_fifth_of_power_is_distrusted() {
    let readings: Vec<_> =
        (0..=60).map(|s| reading(s * SECOND, Some(300), Some(u64::try_from(s).unwrap() * 60_000))).collect();
    let window = metered(sensor(Some(nvml()), Some(PowerSensor::ONE_SECOND_AVERAGE), 400), &readings);
    assert_eq!(joules(&window), 18_000);
    assert!(window.flags.contains(&Flag::CounterDistrusted));
}

#[test]
fn power_carries_a_device_without_counter() {
    let readings: Vec<_> = (0..=600).map(|second| reading(second * SECOND, Some(250), None)).collect();
    let window = metered(sensor(Some(nvml()), Some(PowerSensor::ONE_SECOND_AVERAGE), 400), &readings);
    assert_eq!(window.energy.millijoules(), 150_000_000);
    assert_eq!(window.quality, Quality::Integrated);
    assert_eq!(window.method, Method::BackwardRectangle);
}

#[test]
fn constant_power_is_counted() {
    let readings: Vec<_> = (0..=60).map(|second| reading(second * SECOND, Some(400), None)).collect();
    for class in [PowerSensor::ONE_SECOND_AVERAGE, PowerSensor::INSTANT_25_OF_100, PowerSensor::Unknown] {
        assert_eq!(metered(sensor(None, Some(class), 700), &readings).energy.millijoules(), 24_000_000);
    }
}

#[test]
fn holds_are_not_ramps() {
    // 10 s at 400 W, 10 s at 100 W, read at 10 Hz for 60 s.
    let readings: Vec<_> = (0..=600)
        .map(|tenth| reading(tenth * 100 * MS, Some(if (tenth / 100) % 2 == 0 { 400 } else { 100 }), None))
        .collect();
    let window = metered(sensor(None, Some(PowerSensor::INSTANT_100_OF_100), 700), &readings);
    assert!((14_850_000..=15_150_000).contains(&window.energy.millijoules()), "{window:?}");
}

#[test]
fn a_window_shorter_than_the_update_period_is_bounded_not_zero() {
    let window = metered(
        sensor(Some(nvml()), Some(PowerSensor::ONE_SECOND_AVERAGE), 700),
        &[reading(0, Some(500), Some(9_000)), reading(40 * MS, Some(500), Some(9_000))],
    );
    assert_eq!(window.energy.millijoules(), 20_000);
    assert!(window.flags.contains(&Flag::Boundary));
    assert!(window.integration_uncertainty.millijoules() >= 20_000, "the bound covers what one update can hide");
}

#[test]
fn a_late_reading_stands_for_the_whole_interval() {
    let window = metered(
        sensor(None, Some(PowerSensor::ONE_SECOND_AVERAGE), 700),
        &[reading(0, Some(200), None), reading(5 * SECOND, Some(200), None)],
    );
    assert_eq!(joules(&window), 1_000);
}

#[test]
fn a_job_between_two_scrapes_is_never_a_silent_zero() {
    // 10 s idle at 0 W, 3 s at 400 W, 17 s idle; the counter sees it all.
    let window = metered(
        sensor(Some(nvml()), None, 700),
        &[reading(0, None, Some(50_000)), reading(30 * SECOND, None, Some(1_250_000))],
    );
    assert_eq!(joules(&window), 1_200);
}

fn with_hole(counter: bool) -> Window {
    let readings: Vec<_> = (0..=600)
        .filter(|second| !(201..260).contains(second))
        .map(|s| reading(s * SECOND, Some(300), counter.then(|| u64::try_from(s).unwrap() * 300_000)))
        .collect();
    metered(sensor(counter.then(nvml), Some(PowerSensor::ONE_SECOND_AVERAGE), 700), &readings)
}

#[test]
fn a_hole_costs_a_counter_nothing_and_is_shown() {
    let window = with_hole(true);
    assert_eq!(window.energy.millijoules(), 180_000_000);
    assert_eq!(window.coverage_ppm(), 900_000);
    assert_eq!(window.quality, Quality::Counter);
}

#[test]
fn a_hole_without_counter_is_filled_and_says_so() {
    let window = with_hole(false);
    assert!((172_800_000..=187_200_000).contains(&window.energy.millijoules()));
    assert_eq!(window.quality, Quality::GapFilled);
    assert_eq!(window.coverage_ppm(), 900_000);
    assert!(window.integration_uncertainty.millijoules() > 0);
}

#[test]
fn three_gigajoules_do_not_saturate() {
    let third = Power::from_milliwatts(1_000_000_000);
    let readings: Vec<_> = (0..=3_000)
        .map(|s| Reading { at: Timestamp::from_nanoseconds(s * SECOND), power: Some(third), counter: None, epoch: 0 })
        .collect();
    let window = metered(sensor(None, Some(PowerSensor::Unknown), 2_000_000), &readings);
    assert_eq!(window.energy.millijoules(), 3_000_000_000_000);
}

#[test]
fn a_driver_reload_changes_the_epoch_even_when_the_counter_rises() {
    let mut late = reading(SECOND, Some(300), Some(5_000));
    late.epoch = 1;
    let window = metered(
        sensor(Some(nvml()), Some(PowerSensor::ONE_SECOND_AVERAGE), 700),
        &[reading(0, Some(300), Some(1_000)), late],
    );
    assert!(window.flags.contains(&Flag::Reset));
    assert_eq!(window.energy.millijoules(), 300_000);
}

#[test]
fn a_lost_counter_hands_over_to_power_and_takes_over_again() {
    let readings: Vec<_> = (0..=300)
        .map(|s| {
            let counter = (!(100..=200).contains(&s)).then(|| u64::try_from(s).unwrap() * 300_000);
            reading(s * SECOND, Some(300), counter)
        })
        .collect();
    let window = metered(sensor(Some(nvml()), Some(PowerSensor::ONE_SECOND_AVERAGE), 700), &readings);
    assert_eq!(joules(&window), 90_000);
    assert_eq!(window.quality, Quality::Integrated);
}

/// The sensor is said to renew every second; read every 10 ms it shows that it renews every 100 ms, which is what an edge
/// can hide: 700 W x 100 ms.
#[test]
fn the_update_period_is_measured_where_readings_are_fast_enough() {
    let assumed = CounterSensor { update: Span::from_milliseconds(1_000), ..nvml() };
    let counted = |ms: i64| u64::try_from(ms / 100 * 100 * 300).unwrap();
    let moments = (0..50).map(|tick| tick * 10).chain((1..=20).map(|second| second * 1_000));
    let readings: Vec<_> = moments.map(|ms| reading(ms * MS, Some(300), Some(counted(ms)))).collect();
    let window = metered(sensor(Some(assumed), Some(PowerSensor::ONE_SECOND_AVERAGE), 700), &readings);
    assert_eq!(window.energy.millijoules(), 6_000_000);
    assert_eq!(window.integration_uncertainty.millijoules(), 70_000);
    let slow: Vec<_> = readings.iter().copied().filter(|reading| reading.at.nanoseconds() % SECOND == 0).collect();
    let window = metered(sensor(Some(assumed), Some(PowerSensor::ONE_SECOND_AVERAGE), 700), &slow);
    assert_eq!(window.integration_uncertainty.millijoules(), 700_000, "nothing was learnt at 1 Hz");
}

#[test]
fn a_glitch_that_returns_is_no_reading() {
    let counts = [0, 3_000_000, 1_000_003_000_000, 3_600_000, 6_600_000];
    let readings: Vec<_> =
        counts.iter().zip([0, 10, 11, 12, 22]).map(|(c, s)| reading(s * SECOND, None, Some(*c))).collect();
    let window = metered(sensor(Some(nvml()), None, 700), &readings);
    assert_eq!(window.energy.millijoules(), 6_600_000);
    assert!(window.flags.contains(&Flag::Quarantined) && !window.flags.contains(&Flag::Reset));
}

#[test]
fn a_glitch_at_the_end_is_not_charged() {
    let readings = [0, 3_000_000, 1_000_003_000_000].map(Some);
    let readings: Vec<_> = readings.iter().zip([0, 10, 11]).map(|(c, s)| reading(s * SECOND, None, *c)).collect();
    let window = metered(sensor(Some(nvml()), None, 700), &readings);
    assert_eq!(window.energy.millijoules(), 3_000_000);
    assert!(window.coverage_ppm() < 1_000_000);
}

#[test]
fn power_carries_the_end_where_the_counter_stopped_answering() {
    let readings: Vec<_> = (0..=100)
        .map(|s| reading(s * SECOND, Some(300), (s <= 70).then(|| u64::try_from(s).unwrap() * 300_000)))
        .collect();
    let window = metered(sensor(Some(nvml()), Some(PowerSensor::ONE_SECOND_AVERAGE), 700), &readings);
    assert_eq!(window.energy.millijoules(), 30_000_000);
    assert_eq!(window.quality, Quality::Integrated);
}

/// Readings once a second for `seconds`, the counter rising by `joules` each.
fn steady(power_w: u64, joules: u64, seconds: i64) -> Window {
    let power = PowerSensor::Average { window: Span::from_seconds(1), update: Span::from_milliseconds(100) };
    let at =
        |second: i64| reading(second * SECOND, Some(power_w), Some(u64::try_from(second).unwrap() * joules * 1_000));
    metered(sensor(Some(nvml()), Some(power), 700), &(0..=seconds).map(at).collect::<Vec<_>>())
}

#[test]
fn a_counter_is_believed_between_half_and_twice_the_power_and_questioned_beyond_a_tenth() {
    for (rise, charged_w, distrusted, disagrees) in [
        (49, 100, true, false),
        (51, 51, false, true),
        (89, 89, false, true),
        (95, 95, false, false),
        (115, 115, false, true),
        (199, 199, false, true),
        (201, 100, true, false),
    ] {
        let window = steady(100, rise, 120);
        assert_eq!(joules(&window), charged_w * 120, "{rise} J/s beside 100 W");
        assert_eq!(window.flags.contains(&Flag::CounterDistrusted), distrusted, "{rise} J/s");
        assert_eq!(window.flags.contains(&Flag::PowerDisagrees), disagrees, "{rise} J/s");
    }
}

#[test]
fn a_reset_charges_what_the_counter_counted_since_where_that_is_more_than_the_power() {
    let reading = |second: i64, count, epoch| Reading { epoch, ..reading(second * SECOND, Some(100), Some(count)) };
    let average = PowerSensor::Average { window: Span::from_seconds(1), update: Span::from_milliseconds(100) };
    let readings = [reading(0, 5_000_000, 1), reading(1, 300_000, 2)];
    let window = metered(sensor(Some(nvml()), Some(average), 700), &readings);
    assert_eq!((joules(&window), window.flags.contains(&Flag::Reset)), (300, true));
}

#[test]
fn where_one_power_reading_fails_beside_a_counter_the_last_one_stands_in() {
    let average = PowerSensor::Average { window: Span::from_seconds(1), update: Span::from_milliseconds(100) };
    // The counter stands still for the whole 3 s, so that power carries the energy.
    let readings = [(0, Some(100)), (1, None), (2, None), (3, Some(100))]
        .map(|(second, power)| reading(second * SECOND, power, Some(7)));
    assert_eq!(joules(&metered(sensor(Some(nvml()), Some(average), 700), &readings)), 300);
}

#[test]
fn left_over_millijoules_go_to_the_largest_remainder() {
    let parts = |weights: &[u64]| {
        let parts = account::attribute::split(units::Energy::from_millijoules(10), weights).unwrap();
        parts.iter().map(|part| part.millijoules()).collect::<Vec<_>>()
    };
    // 10 × 1/8 = 1.25, 10 × 3/8 = 3.75, 10 × 4/8 = 5.
    assert_eq!(parts(&[1, 3, 4]), [1, 4, 5]);
    // 10/3 each: the earlier position first.
    assert_eq!(parts(&[1, 1, 1]), [4, 3, 3]);
}
