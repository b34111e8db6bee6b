//! Failures of sensors and logs, on the real meter: counters that wrap, reset or jump, devices that are lost, clocks that step.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test helper that cannot go on should say where")]

use account::meter::{Flag, Quality, Window};
use collectors::clock::{Clock, Timeline, VirtualClock};
use collectors::sampler::{DeviceTotal, Sampler};
use collectors::source::modelled::ModelledSource;
use collectors::source::rapl::{RaplOpenError, RaplSource};
use collectors::source::replay::ReplaySource;
use collectors::source::synthetic::{Curve, LoadStep, SyntheticSource};
use collectors::source::visible::Variables;
use collectors::source::{Places, Source, SourceChoice, SourceKind, SourceSpec, roots};
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use tempfile::TempDir;
use units::{ExactEnergy, Power, Span, Timestamp};

const START: i64 = 1_755_680_400_000_000_000;
const RANGE: u64 = 262_143_328_850;

/// A powercap tree in a temporary directory.
struct Powercap(TempDir);

impl Powercap {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A zone `directory` called `name`; `range` and `limit_w` where the kernel shows them.
    fn zone(self, directory: &str, name: &str, range: Option<u64>, limit_w: Option<u64>) -> Self {
        let path = self.path().join(directory);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("name"), format!("{name}\n")).unwrap();
        fs::write(path.join("energy_uj"), "0\n").unwrap();
        if let Some(range) = range {
            fs::write(path.join("max_energy_range_uj"), format!("{range}\n")).unwrap();
        }
        if let Some(watts) = limit_w {
            fs::write(path.join("constraint_0_power_limit_uw"), format!("{}\n", watts * 1_000_000)).unwrap();
        }
        self
    }

    fn set(&self, directory: &str, microjoules: u64) {
        fs::write(self.counter(directory), format!("{microjoules}\n")).unwrap();
    }

    fn counter(&self, directory: &str) -> PathBuf {
        self.path().join(directory).join("energy_uj")
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    fn open(&self) -> RaplSource {
        RaplSource::open(&self.path()).unwrap()
    }
}

fn at(milliseconds: u64) -> Timestamp {
    Timestamp::from_nanoseconds(START).after(Span::from_milliseconds(milliseconds)).unwrap()
}

/// Meters `source` at the given milliseconds, `before(i)` preparing the world for reading `i`.
fn meter(source: impl Source + 'static, polls_ms: &[u64], mut before: impl FnMut(usize)) -> Vec<DeviceTotal> {
    let clock = Arc::new(VirtualClock::new(at(0)));
    let mut sampler = Sampler::new(Box::new(source), clock.clone(), Timeline::open(&*clock)).with_total();
    for (i, &poll) in polls_ms.iter().enumerate() {
        clock.advance(Span::from_milliseconds(poll).minus(clock.monotonic()));
        before(i);
        if i + 1 < polls_ms.len() {
            sampler.poll().unwrap();
        }
    }
    // Polls once more, which is the last of `polls_ms`.
    sampler.finish().unwrap().totals
}

/// One package whose counter shows `counts` at `polls_ms`.
fn package(range: Option<u64>, limit_w: u64, polls_ms: &[u64], counts: &[u64]) -> Window {
    let tree = Powercap::new().zone("intel-rapl:0", "package-0", range, Some(limit_w));
    let metered = meter(tree.open(), polls_ms, |i| tree.set("intel-rapl:0", counts[i]));
    metered[0].window.clone().unwrap()
}

fn joules(metered: &[DeviceTotal], uuid: &str) -> i64 {
    let device = metered.iter().find(|metered| metered.device.uuid == uuid).unwrap();
    device.window.as_ref().unwrap().energy.millijoules() / 1_000
}

fn total_joules(metered: &[DeviceTotal]) -> i64 {
    let devices: Vec<_> = metered.iter().map(|metered| metered.device.clone()).collect();
    roots(&devices).map(|position| joules(metered, &devices[position].uuid)).sum()
}

#[test]
fn a_rapl_counter_that_passes_its_range_is_a_wrap() {
    let window = package(Some(RANGE), 1_000, &[0, 1_000], &[262_143_000_000, 500_000]);
    assert_eq!(window.energy.millijoules(), 828); // 828,850 µJ
    assert_eq!(window.quality, Quality::Counter);
    assert!(!window.flags.contains(&Flag::Reset));
}

#[test]
fn a_wrap_that_would_mean_222_kw_is_a_reset() {
    let window = package(Some(RANGE), 350, &[0, 1_000], &[40_000_000_000, 1_000_000]);
    assert!(window.flags.contains(&Flag::Reset));
    assert!((0..=420_000).contains(&window.energy.millijoules()), "{window:?}");
}

#[test]
fn a_decrease_without_a_known_range_is_a_reset() {
    let window = package(None, 350, &[0, 1_000], &[262_143_000_000, 500_000]);
    assert!(window.flags.contains(&Flag::Reset));
    assert!((0..=420_000).contains(&window.energy.millijoules()), "{window:?}");
}

#[test]
fn a_failed_read_adds_nothing() {
    let tree = Powercap::new().zone("intel-rapl:0", "package-0", Some(RANGE), Some(350));
    let counter = tree.counter("intel-rapl:0");
    let metered = meter(tree.open(), &[0, 1_000, 2_000], |i| match i {
        0 => tree.set("intel-rapl:0", 5_000_000_000),
        1 => {
            fs::remove_file(&counter).unwrap();
            fs::create_dir(&counter).unwrap();
        }
        _ => {
            fs::remove_dir(&counter).unwrap();
            tree.set("intel-rapl:0", 5_200_000_000);
        }
    });
    assert_eq!(metered[0].window.as_ref().unwrap().energy.millijoules(), 200_000);
    assert!(metered[0].failure.as_ref().unwrap().to_string().contains("energy_uj"));
}

#[test]
fn a_gap_in_which_the_counter_may_have_wrapped_twice_is_not_one_wrap() {
    let window = package(Some(65_532_610_987), 334, &[0, 300_000], &[60_000_000_000, 1_000_000_000]);
    assert!(window.flags.contains(&Flag::Quarantined));
    assert_eq!(window.energy.millijoules(), 0);
    assert_eq!(window.coverage_ppm(), 0);
}

#[test]
fn one_zone_through_two_interfaces_counts_once() {
    let tree = Powercap::new().zone("intel-rapl-mmio:0", "package-0", Some(RANGE), None).zone(
        "intel-rapl:0",
        "package-0",
        Some(RANGE),
        None,
    );
    let metered = meter(tree.open(), &[0, 1_000], |i| {
        for zone in ["intel-rapl:0", "intel-rapl-mmio:0"] {
            tree.set(zone, [0, 100_000_000][i]);
        }
    });
    assert_eq!(total_joules(&metered), 100);
}

/// CPU domains of a laptop, then the platform zone that holds them.
fn domains(tree: Powercap) -> Powercap {
    tree.zone("intel-rapl:0", "package-0", Some(RANGE), None).zone("intel-rapl:0:0", "core", Some(RANGE), None).zone(
        "intel-rapl:0:1",
        "dram",
        Some(RANGE),
        None,
    )
}

#[test]
fn domains_that_contain_each_other_are_never_added_twice() {
    let gains = [("intel-rapl:1", 160), ("intel-rapl:0", 100), ("intel-rapl:0:0", 60), ("intel-rapl:0:1", 20)];
    let spend = |tree: &Powercap, zones: &[(&str, u64)]| {
        meter(tree.open(), &[0, 1_000], |i| {
            for (zone, joules) in zones {
                tree.set(zone, [0, joules * 1_000_000][i]);
            }
        })
    };
    let without_platform = domains(Powercap::new());
    assert_eq!(total_joules(&spend(&without_platform, &gains[1..])), 120);

    let with_platform = domains(Powercap::new()).zone("intel-rapl:1", "psys", Some(RANGE), None);
    let metered = spend(&with_platform, &gains);
    assert_eq!(total_joules(&metered), 160);
    assert_eq!(joules(&metered, "rapl:package-0/core"), 60);
    assert_eq!(joules(&metered, "rapl:package-0/dram"), 20);
}

#[test]
fn every_package_keeps_its_own_parts() {
    let tree = domains(Powercap::new()).zone("intel-rapl:2", "package-1", Some(RANGE), None).zone(
        "intel-rapl:2:0",
        "core",
        Some(RANGE),
        None,
    );
    let source = tree.open();
    let contained: Vec<_> = source
        .devices()
        .iter()
        .map(|device| (device.uuid.as_str(), device.counted_in.map(|i| source.devices()[i].uuid.as_str())))
        .collect();
    assert_eq!(
        contained,
        [
            ("rapl:package-0", None),
            ("rapl:package-1", None),
            ("rapl:package-0/core", Some("rapl:package-0")),
            ("rapl:package-0/dram", None),
            ("rapl:package-1/core", Some("rapl:package-1")),
        ]
    );
}

#[test]
fn an_unreadable_tree_is_no_sensor_and_says_what_to_do() {
    let empty = Powercap::new();
    assert!(matches!(RaplSource::open(&empty.path()), Err(RaplOpenError::NoZone(_))));

    let refused = RaplOpenError::NotAllowed(PathBuf::from("/sys/class/powercap/intel-rapl:0/energy_uj"));
    assert!(refused.to_string().contains("CVE-2020-8694"), "{refused}");
    assert!(refused.remedy().unwrap().contains("\nsudo chmod a+r /sys/class/powercap/*/energy_uj\n"));

    let broken = Powercap::new().zone("intel-rapl:0", "package-0", Some(RANGE), None);
    fs::write(broken.counter("intel-rapl:0"), "soon\n").unwrap();
    let error = RaplSource::open(&broken.path()).unwrap_err().to_string();
    assert!(error.contains("`soon` is not a whole number"), "{error}");
}

#[test]
fn forty_milliseconds_are_a_flagged_bound_not_zero() {
    let metered = meter(synthetic("watts=500"), &[0, 40], |_| ());
    let window = metered[0].window.as_ref().unwrap();
    assert_eq!(window.energy.millijoules(), 20_000);
    assert!(window.flags.contains(&Flag::Boundary));
}

#[test]
fn a_three_second_job_is_metered_by_its_own_readings() {
    for sensor in ["counter", "average", "instant"] {
        let metered = meter(synthetic(&format!("watts=400,sensor={sensor}")), &[0, 1_000, 2_000, 3_000], |_| ());
        assert_eq!(metered[0].window.as_ref().unwrap().energy.millijoules(), 1_200_000, "{sensor}");
    }
}

#[test]
fn a_step_of_the_wall_clock_changes_no_energy() {
    let clock = Arc::new(VirtualClock::new(at(0)));
    let source = Box::new(synthetic("watts=400"));
    let mut sampler = Sampler::new(source, clock.clone(), Timeline::open(&*clock)).with_total();
    for second in 0..600 {
        sampler.poll().unwrap();
        if second == 300 {
            clock.step_wall(Timestamp::from_nanoseconds(clock.wall().nanoseconds() - 3_600_000_000_000));
        }
        clock.advance(Span::from_seconds(1));
    }
    let window = sampler.finish().unwrap().totals[0].window.clone().unwrap();
    assert_eq!(window.energy.millijoules(), 240_000_000);
    assert_eq!(window.span(), Span::from_seconds(600));
}

#[test]
fn a_lost_device_does_not_stop_the_others() {
    let tree = Powercap::new().zone("intel-rapl:0", "package-0", Some(RANGE), None).zone(
        "intel-rapl:1",
        "package-1",
        Some(RANGE),
        None,
    );
    let metered = meter(tree.open(), &[0, 1_000, 2_000, 3_000], |i| {
        tree.set("intel-rapl:0", 50_000_000 * i as u64);
        match i {
            0 | 1 => tree.set("intel-rapl:1", 70_000_000 * i as u64),
            2 => fs::remove_dir_all(tree.path().join("intel-rapl:1")).unwrap(),
            _ => (),
        }
    });
    assert_eq!(joules(&metered, "rapl:package-0"), 150);
    assert_eq!(joules(&metered, "rapl:package-1"), 70);
    assert!(metered[1].failure.as_ref().unwrap().to_string().contains("lost"));
}

fn synthetic(spec: &str) -> SyntheticSource {
    SyntheticSource::open(spec.parse().unwrap())
}

#[test]
fn synthetic_devices_give_exactly_what_their_curve_holds() {
    for spec in ["gpus=8,watts=300.125", "gpus=3,steps=650x420+280x60", "gpus=2,load=training", "watts=0"] {
        let mut source = synthetic(spec);
        source.poll(at(0), &mut |_, _| ());
        let truth = source.exact_energy(at(0), at(617_213)).unwrap().floor().unwrap();
        let polls: Vec<u64> = (0..617).map(|second| second * 1_000).chain([617_213]).collect();
        let metered = meter(synthetic(spec), &polls, |_| ());
        for device in &metered {
            assert_eq!(device.window.as_ref().unwrap().energy, truth, "{spec} {}", device.device.uuid);
        }
    }
}

#[test]
fn a_curve_holds_the_sum_of_its_steps() {
    let watts = |watts: u64| Power::from_milliwatts(watts * 1_000);
    let step = |power: u64| LoadStep { power: watts(power), span: Span::from_seconds(10) };
    let curve = Curve::steps(vec![step(400), step(100)]).unwrap();
    let energy = |seconds: u64| curve.energy(Span::from_seconds(seconds));
    assert_eq!(energy(0), ExactEnergy::ZERO);
    assert_eq!(energy(10), ExactEnergy::from_millijoules(4_000_000));
    assert_eq!(energy(20), ExactEnergy::from_millijoules(5_000_000));
    assert_eq!(energy(3_605), ExactEnergy::from_millijoules(902_000_000));
    // 120 s of training: 233 iterations, the rest of 112 s, and a checkpoint.
    let training = 233 * (650 * 420 + 280 * 60) + 280 * 160 + 160 * 8_000;
    assert_eq!(Curve::training().energy(Span::from_seconds(120)), ExactEnergy::from_millijoules(training));
}

#[test]
fn a_wrong_specification_says_how_to_write_it() {
    let check = |spec: &str, problem: &str| {
        let error = spec.parse::<SourceSpec>().unwrap_err().to_string();
        assert!(error.contains(problem) && error.contains("for example"), "{spec}: {error}");
    };
    check("synthetic:", "`` is not OPTION=VALUE");
    check("synthetic:gpus=8", "one of watts, steps and load is missing");
    check("synthetic:gpus=0,watts=300", "not a number from 1 to 1024");
    check("synthetic:watts=-3", "`-3` is not a power");
    check("synthetic:watts=300,load=training", "more than one");
    check("synthetic:steps=300x0", "lasts 0 ms");
    check("synthetic:steps=300", "not WATTSxMILLISECONDS");
    check("synthetic:watts=300,sensor=magic", "`magic` is not a sensor");
    check("synthetic:colour=red,watts=300", "`colour` is not an option");
    check("modelled:cpu_tdp_w=0", "cpu_tdp_w must be above 0");
    check("modelled:idle_w=40", "cpu_tdp_w is missing");
    check("modelled:cpu_tdp_w=40,idle_w=50", "at least idle_w");
    check("psychic", "`psychic` is not a source");
}

#[test]
fn the_model_is_tdp_times_the_busy_share_and_says_so() {
    let proc = tempfile::tempdir().unwrap();
    let stat = proc.path().join("stat");
    let ticks = |busy: u64, idle: u64| fs::write(&stat, format!("cpu  {busy} 0 0 {idle} 0 0 0 0 0 0\n")).unwrap();
    ticks(1_000, 1_000);
    let Ok(SourceSpec::Modelled(spec)) = "modelled:cpu_tdp_w=150,idle_w=50".parse() else { panic!() };
    // Half busy for 10 s, nothing new within a tick, then idle for 10 s.
    let metered = meter(ModelledSource::open(spec, proc.path()), &[0, 10_000, 10_001, 20_001], |i| match i {
        1 => ticks(1_500, 1_500),
        3 => ticks(1_500, 2_500),
        _ => (),
    });
    let window = metered[0].window.as_ref().unwrap();
    assert_eq!(window.energy.millijoules(), 1_000_000 + 100 + 500_000);
    assert_eq!(window.quality, Quality::Modelled);
    assert_eq!(window.method.name(), "modelled");
}

#[test]
fn a_model_is_taken_only_when_nothing_measures() {
    let tree = domains(Powercap::new());
    let specs: Vec<SourceSpec> = ["rapl", "rapl", "modelled:cpu_tdp_w=150"].map(|spec| spec.parse().unwrap()).to_vec();
    let open = |powercap: PathBuf| {
        SourceChoice::open(&specs, &Places { powercap, ..Places::default() }, &Variables::default()).unwrap()
    };
    let names = |choice: &SourceChoice| choice.sources.iter().map(|source| source.kind().name()).collect::<Vec<_>>();

    let measured = open(tree.path());
    assert_eq!(names(&measured), ["rapl"]);
    assert_eq!(measured.left[0].source, SourceKind::Modelled);

    let bare = open(tree.path().join("nothing"));
    assert_eq!(names(&bare), ["modelled"]);
    assert_eq!(bare.left[0].source, SourceKind::Rapl);
}

#[test]
fn beside_gpus_the_platform_zone_is_left_because_it_may_contain_them() {
    let tree = domains(Powercap::new()).zone("intel-rapl:1", "psys", Some(RANGE), None);
    let places = Places { powercap: tree.path(), ..Places::default() };
    let uuids = |specs: &[&str]| {
        let specs: Vec<SourceSpec> = specs.iter().map(|spec| spec.parse().unwrap()).collect();
        let choice = SourceChoice::open(&specs, &places, &Variables::default()).unwrap();
        let roots = choice.sources.iter().flat_map(|source| {
            let devices = source.devices();
            roots(devices).map(|position| devices[position].uuid.clone()).collect::<Vec<_>>()
        });
        roots.collect::<Vec<_>>()
    };
    assert_eq!(uuids(&["rapl"]), ["rapl:psys"]);
    let gpu = "GPU-00000000-5e7f-4000-8000-000000000000";
    assert_eq!(uuids(&["rapl", "synthetic:watts=300"]), [gpu, "rapl:package-0", "rapl:package-0/dram"]);
}

/// Two GPUs of an unknown kind, read every 10 s for 40 s: 100 W and 200 W.
const LOG: &str = "timestamp,device,power_w\n\
    2026-03-01T09:00:00Z,gpu0,100\n2026-03-01T09:00:00Z,gpu1,200\n\
    2026-03-01T09:00:10Z,gpu0,100\n2026-03-01T09:00:10Z,gpu1,200\n\
    2026-03-01T09:00:20Z,gpu0,100\n2026-03-01T09:00:20Z,gpu1,200\n\
    2026-03-01T09:00:30Z,gpu0,100\n2026-03-01T09:00:30Z,gpu1,200\n\
    2026-03-01T09:00:40Z,gpu0,100\n2026-03-01T09:00:40Z,gpu1,200\n";

#[test]
fn a_replayed_log_gives_its_own_energy_at_any_speed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log@home.csv");
    fs::write(&file, LOG).unwrap();
    let replay = |speed: &str, polls_ms: &[u64]| {
        let spec = SourceSpec::from_str(&format!("replay:{}{speed}", file.display())).unwrap();
        let SourceSpec::Replay(spec) = spec else { panic!("{spec:?}") };
        meter(ReplaySource::open(&spec).unwrap(), polls_ms, |_| ())
    };
    for (speed, polls_ms) in [("", &[0, 15_000, 40_000][..]), ("@10", &[0, 4_000]), ("@0.5", &[0, 80_000, 90_000])] {
        let metered = replay(speed, polls_ms);
        assert_eq!((joules(&metered, "gpu0"), joules(&metered, "gpu1")), (4_000, 8_000), "{speed}");
        assert!(metered[0].failure.as_ref().unwrap().to_string().contains("the recording has ended"));
    }
    // After 25 s only what was recorded until then has happened.
    let metered = replay("", &[0, 25_000]);
    assert_eq!((joules(&metered, "gpu0"), joules(&metered, "gpu1")), (2_000, 4_000));
    assert_eq!(metered[0].window.as_ref().unwrap().start, at(0));
}

#[test]
fn a_log_that_cannot_be_replayed_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, empty) = (folder.path().join("missing.csv"), folder.path().join("empty.csv"));
    fs::write(&empty, "").unwrap();
    let error = |file: &PathBuf| {
        let spec = SourceSpec::from_str(&format!("replay:{}", file.display())).unwrap();
        let opened = SourceChoice::open(&[spec], &Places::default(), &Variables::default());
        opened.err().unwrap().to_string()
    };
    assert_eq!(error(&missing), format!("replay:{}: No such file or directory (os error 2)", missing.display()));
    assert_eq!(error(&empty), format!("replay:{}: the log is empty: nothing was recorded", empty.display()));
}

#[test]
fn kept_devices_are_read_and_no_other() {
    let mut source = synthetic("gpus=4,watts=100");
    source.keep(&[3, 1, 9]);
    let metered = meter(source, &[0, 1_000], |_| ());
    let indices: Vec<_> = metered.iter().map(|metered| metered.device.index).collect();
    assert_eq!(indices, [1, 3]);
    assert_eq!(total_joules(&metered), 200);
}
