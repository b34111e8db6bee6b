//! The NVML source through the real driver binding, on a fake driver of our own (`examples/fake_nvml`).
#![allow(clippy::unwrap_used, reason = "a test helper that cannot go on should say where")]

#[path = "../../tests/it/skip.rs"]
#[allow(dead_code, reason = "this test asks for no program")]
mod skip;

use account::meter::{CounterReading, Flag, Meter, Method, PowerSensor, Reading, Sensor, Step, Window, step};
use collectors::source::nvml::{NvmlOpenError, NvmlSource, PowerScope, ProcessSample};
use collectors::source::visible::{Variables, VisibleNote};
use collectors::source::{ReadError, Source};
use std::ffi::{CString, OsStr, c_char, c_int, c_uint};
use std::path::{Path, PathBuf};
use units::{ExactEnergy, Power, Span, Timestamp};

/// A machine of its own: the fake library under a fresh name.
struct Fake {
    library: libloading::Library,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Fake {
    /// A machine as `examples/fake_nvml` describes it, at time 0 of a clock that the test moves.
    fn new(spec: &str) -> Self {
        let built = std::env::current_exe().unwrap().with_file_name("../examples/libfake_nvml.so");
        assert!(
            built.exists(),
            "{} is missing; build it: cargo build -p wattledger-agent --example fake_nvml",
            built.display()
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libnvidia-ml.so.1");
        std::fs::copy(built, &path).unwrap();
        #[allow(unsafe_code)]
        // SAFETY: our own library, whose loading runs nothing.
        let library = unsafe { libloading::Library::new(&path) }.unwrap();
        let fake = Self { library, path, _folder: folder };
        fake.control(&format!("{spec},clock_ms=0"));
        fake
    }

    fn control(&self, spec: &str) {
        let text = CString::new(spec).unwrap();
        #[allow(unsafe_code)]
        // SAFETY: the signature is that of `fake_nvml_control`, and `text` is a C string.
        let understood = unsafe {
            let control = self.library.get::<unsafe extern "C" fn(*const c_char) -> c_int>(b"fake_nvml_control");
            control.unwrap()(text.as_ptr())
        };
        assert_eq!(understood, 0, "the fake driver does not understand {spec}");
    }

    /// True energy of a board, mJ.
    fn truth(&self, board: c_uint) -> i64 {
        #[allow(unsafe_code)]
        // SAFETY: the signature is that of `fake_nvml_truth_mj`.
        let truth = unsafe {
            let truth = self.library.get::<unsafe extern "C" fn(c_uint) -> u64>(b"fake_nvml_truth_mj");
            truth.unwrap()(board)
        };
        truth.try_into().unwrap()
    }

    fn try_open(&self) -> Result<NvmlSource, NvmlOpenError> {
        NvmlSource::open(Some(self.path.as_os_str()))
    }

    fn open(&self) -> NvmlSource {
        self.try_open().unwrap()
    }

    /// One poll at `ms` on the machine's clock.
    fn poll(&self, source: &mut NvmlSource, ms: u64) -> Vec<Result<Reading, ReadError>> {
        self.control(&format!("clock_ms={ms}"));
        let mut outcomes = Vec::new();
        source.poll(at(ms), &mut |position, outcome| {
            assert_eq!(position, outcomes.len());
            outcomes.push(outcome);
        });
        outcomes
    }
}

fn at(ms: u64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000).unwrap().after(Span::from_milliseconds(ms)).unwrap()
}

fn watts(watts: u64) -> Option<Power> {
    Power::from_watts(watts)
}

/// Meters every device of a source.
struct Meters(Vec<Meter>);

impl Meters {
    fn new(source: &NvmlSource) -> Self {
        Self(source.devices().iter().map(|device| Meter::new(&*device.uuid, device.sensor, None)).collect())
    }

    /// Polls each second of `seconds`, both ends included.
    fn run(&mut self, fake: &Fake, source: &mut NvmlSource, seconds: std::ops::RangeInclusive<u64>) {
        for second in seconds {
            for (meter, outcome) in self.0.iter_mut().zip(fake.poll(source, second * 1_000)) {
                if let Ok(reading) = outcome {
                    meter.push(&reading).unwrap();
                }
            }
        }
    }

    /// The one window of each device; `None` without two readings.
    fn finish(self) -> Vec<Option<Window>> {
        self.0.into_iter().map(|meter| meter.finish().unwrap().pop()).collect()
    }
}

/// mJ of every device after `seconds` of polling once a second, and the windows they came from.
fn meter(fake: &Fake, seconds: u64) -> (Vec<i64>, Vec<Window>) {
    let mut source = fake.open();
    let mut meters = Meters::new(&source);
    meters.run(fake, &mut source, 0..=seconds);
    let windows: Vec<Window> = meters.finish().into_iter().map(Option::unwrap).collect();
    (windows.iter().map(|window| window.energy.millijoules()).collect(), windows)
}

#[test]
fn n_constant_boards_give_n_times_the_energy_of_one_exactly() {
    for boards in [1_u32, 2, 16] {
        for counter in [0, 1] {
            let fake = Fake::new(&format!("gpus={boards},watts=317,counter={counter}"));
            let (energies, windows) = meter(&fake, 61);
            assert_eq!(energies.len(), usize::try_from(boards).unwrap());
            assert_eq!(energies.iter().sum::<i64>(), i64::from(boards) * 317_000 * 61);
            assert_eq!(energies, (0..boards).map(|board| fake.truth(board)).collect::<Vec<_>>());
            let method = if counter == 1 { Method::Counter } else { Method::BackwardRectangle };
            assert!(windows.iter().all(|window| window.method == method), "{windows:?}");
        }
    }
}

#[test]
fn the_counter_catches_what_power_readings_miss() {
    let fake = Fake::new("watts=100");
    let mut source = fake.open();
    let mut meters = Meters::new(&source);
    meters.run(&fake, &mut source, 0..=10);
    for burst in 11..20_u64 {
        fake.control(&format!("clock_ms={},watts=600", burst * 1_000 - 800));
        fake.control(&format!("clock_ms={},watts=100", burst * 1_000 - 300));
        meters.run(&fake, &mut source, burst..=burst);
    }
    let window = meters.finish().pop().flatten().unwrap();
    assert_eq!(window.energy.millijoules(), 19_000 * 100 + 9 * 500 * 500);
    assert_eq!(window.energy.millijoules(), fake.truth(0));
}

#[test]
fn without_a_counter_power_carries_the_energy() {
    let fake = Fake::new("watts=250,counter=0");
    let (energies, windows) = meter(&fake, 600);
    assert_eq!(energies, [150_000_000]);
    assert_eq!(windows[0].quality.name(), "integrated");
}

#[test]
fn a_frozen_counter_is_not_believed() {
    let fake = Fake::new("watts=300,frozen=1");
    let (energies, windows) = meter(&fake, 60);
    assert_eq!(energies, [18_000_000]);
    assert!(windows[0].flags.contains(&Flag::CounterDistrusted));
}

#[test]
fn a_driver_reload_is_a_new_epoch_and_loses_nothing() {
    let fake = Fake::new("gpus=2,watts=300");
    let mut source = fake.open();
    let mut meters = Meters::new(&source);
    meters.run(&fake, &mut source, 0..=9);
    let before = fake.poll(&mut source, 9_500);
    fake.control("reload,driver=580.82.07");
    let gone = fake.poll(&mut source, 9_600);
    assert!(gone.iter().all(|outcome| matches!(outcome, Err(ReadError::Unreadable(_)))), "{gone:?}");
    meters.run(&fake, &mut source, 11..=20);
    let after = fake.poll(&mut source, 20_500);
    for (before, after) in before.into_iter().zip(after) {
        let (before, after) = (before.unwrap(), after.unwrap());
        assert_ne!(before.epoch, after.epoch);
        assert!(after.counter < before.counter);
    }
    assert_eq!(source.driver_version(), "580.82.07");
    for window in meters.finish() {
        let window = window.unwrap();
        assert_eq!(window.energy.millijoules(), 20 * 300_000);
        assert!(window.flags.contains(&Flag::Reset));
    }
}

#[test]
fn a_driver_that_stays_away_is_waited_for() {
    let fake = Fake::new("watts=300");
    let mut source = fake.open();
    fake.control("reload,init_error=9");
    for second in 1..30 {
        let outcomes = fake.poll(&mut source, second * 1_000);
        assert!(matches!(outcomes[..], [Err(ReadError::Unreadable(_))]), "{outcomes:?}");
    }
    fake.control("init_error=0");
    assert_eq!(fake.poll(&mut source, 30_000)[0].as_ref().map(|reading| reading.power), Ok(watts(300)));
}

#[test]
fn a_counter_that_falls_is_a_reset() {
    let fake = Fake::new("limit=700");
    let mut source = fake.open();
    let sensor = source.devices()[0].sensor;
    let mut read = |answer: u64, ms| {
        fake.control(&format!("counter_answer={answer}"));
        let reading = fake.poll(&mut source, ms).pop().unwrap().unwrap();
        CounterReading { at: reading.at, count: reading.counter.unwrap(), epoch: reading.epoch }
    };
    let (before, after) = (read(987_654_321, 1_000), read(212_000, 2_000));
    let charged = step(&sensor.counter.unwrap(), sensor.limit, Some(before), after);
    let expected = Step::Reset { counted: Some(ExactEnergy::from_millijoules(212_000)), lost_before: before.at };
    assert_eq!(charged, expected);
}

#[test]
fn a_gh200_is_metered_as_a_module_and_its_cpu_not_again() {
    let fake = Fake::new("name=NVIDIA GH200 480GB,watts=600,module_watts=900,module_limit=1000");
    let (energies, windows) = meter(&fake, 1_000);
    assert_eq!(energies, [900_000_000]);
    assert_eq!((windows[0].power_peak, windows[0].method), (Power::from_milliwatts(900_000), Method::Counter));
    let source = fake.open();
    assert_eq!(source.scope(0), Some(PowerScope::Module));
    assert_eq!(source.devices().len(), 1);
    assert_eq!(source.devices()[0].sensor.limit, Power::from_milliwatts(1_000_000));
}

#[test]
fn power_limit_and_counter_are_of_one_scope() {
    let limit = |watts: u64| Power::from_milliwatts(watts * 1_000);
    for (spec, scope, power, has_counter, expected_limit) in [
        ("module_watts=900,power=0,counter=0", PowerScope::Module, watts(900), false, limit(1_000)),
        ("module_watts=900,counter=0,name=NVIDIA GH200 120GB", PowerScope::Module, watts(900), false, limit(1_000)),
        // The counter is the module's, the only power is the GPU's: they would contradict each other.
        ("watts=600,name=NVIDIA GH200 120GB", PowerScope::Module, None, true, Sensor::UNKNOWN_LIMIT),
        ("watts=600,counter=0,name=NVIDIA GH200 120GB", PowerScope::Gpu, watts(600), false, limit(700)),
        ("watts=300,module_watts=900", PowerScope::Gpu, watts(300), true, limit(700)),
        ("watts=300,limit=0", PowerScope::Gpu, watts(300), true, Sensor::UNKNOWN_LIMIT),
    ] {
        let fake = Fake::new(spec);
        let mut source = fake.open();
        let reading = fake.poll(&mut source, 1_000).pop().unwrap().unwrap();
        let seen =
            (source.scope(0).unwrap(), reading.power, reading.counter.is_some(), source.devices()[0].sensor.limit);
        assert_eq!(seen, (scope, power, has_counter, expected_limit), "{spec}");
    }
}

#[test]
fn the_sensor_follows_from_architecture_driver_and_field() {
    let (second, tenth, fiftieth) = (Span::from_seconds(1), Span::from_milliseconds(100), Span::from_milliseconds(20));
    for (spec, power, cadence) in [
        ("arch=9,name=NVIDIA H100 80GB HBM3", PowerSensor::ONE_SECOND_AVERAGE, second),
        ("arch=7,name=NVIDIA A100-SXM4-80GB,counter=0", PowerSensor::INSTANT_25_OF_100, tenth),
        ("arch=7,name=NVIDIA A100-SXM4-80GB", PowerSensor::INSTANT_25_OF_100, second),
        ("arch=7,name=NVIDIA GeForce RTX 3090,driver=525.85.05", PowerSensor::ONE_SECOND_AVERAGE, second),
        ("arch=7,name=NVIDIA GeForce RTX 3090,driver=530.30.02", PowerSensor::INSTANT_100_OF_100, second),
        ("arch=6,name=Tesla T4", PowerSensor::INSTANT_100_OF_100, second),
        ("arch=4,name=Tesla P100-PCIE-16GB,counter=0", PowerSensor::INSTANT_10_OF_20, fiftieth),
        ("arch=10,name=NVIDIA B200,counter=0", PowerSensor::Unknown, tenth),
        ("arch=11,name=NVIDIA R100", PowerSensor::Unknown, second),
        ("arch=9,name=NVIDIA GH200 480GB,module_watts=900", PowerSensor::ONE_SECOND_AVERAGE, second),
    ] {
        let sensor = Fake::new(spec).open().devices()[0].sensor;
        assert_eq!((sensor.power, sensor.cadence), (Some(power), cadence), "{spec}");
    }
}

#[test]
fn a_blank_is_no_reading() {
    const BLANKS: [u64; 5] = [0x7fff_fff0, 0x7fff_fff1, 0x7fff_fff2, 0x7fff_fff3, 0xffff_ffff];
    let fake = Fake::new("counter=0,watts=300");
    let mut source = fake.open();
    for power in BLANKS {
        fake.control(&format!("power_answer={power}"));
        let outcome = fake.poll(&mut source, 1_000).pop().unwrap();
        assert_eq!(outcome, Err(ReadError::Blank(format!("power 0x{power:x}"))));
    }
    for counter in [u64::MAX, 0x7fff_ffff_ffff_fff0, 0x7fff_ffff_ffff_fff2, 1 << 47] {
        let fake = Fake::new("watts=300");
        let mut source = fake.open();
        fake.control(&format!("counter_answer={counter}"));
        let reading = fake.poll(&mut source, 1_000).pop().unwrap().unwrap();
        assert_eq!((reading.power, reading.counter), (watts(300), None), "{counter:x}");
        fake.control(&format!("power_answer={}", BLANKS[0]));
        assert!(matches!(fake.poll(&mut source, 2_000)[..], [Err(ReadError::Blank(_))]));
    }
}

#[test]
fn blanks_in_a_run_cost_nothing() {
    let fake = Fake::new("watts=300");
    let mut source = fake.open();
    let mut meters = Meters::new(&source);
    meters.run(&fake, &mut source, 0..=10);
    fake.control(&format!("counter_answer={},power_answer={}", u64::MAX, u32::MAX));
    meters.run(&fake, &mut source, 11..=13);
    fake.control("honest=1");
    meters.run(&fake, &mut source, 14..=20);
    assert_eq!(meters.finish()[0].as_ref().unwrap().energy.millijoules(), 6_000_000);
}

#[test]
fn a_lost_board_does_not_stop_the_others() {
    let fake = Fake::new("gpus=3,watts=300");
    let mut source = fake.open();
    let mut meters = Meters::new(&source);
    meters.run(&fake, &mut source, 0..=5);
    let before = fake.poll(&mut source, 5_500);
    fake.control("1.lost=1");
    for ms in [6_000, 7_000, 7_100] {
        let outcomes = fake.poll(&mut source, ms);
        assert!(matches!(outcomes[..], [Ok(_), Err(ReadError::Lost(_)), Ok(_)]), "{outcomes:?}");
    }
    meters.run(&fake, &mut source, 8..=60);
    fake.control("1.lost=0");
    let back = fake.poll(&mut source, 61_000);
    let epochs = |outcomes: &[Result<Reading, ReadError>]| {
        outcomes.iter().map(|outcome| outcome.as_ref().unwrap().epoch).collect::<Vec<_>>()
    };
    let (before, back) = (epochs(&before), epochs(&back));
    assert_eq!((before[0], before[2]), (back[0], back[2]), "the others are not disturbed");
    assert_ne!(before[1], back[1], "what came back may have counted from zero");
    let energies: Vec<i64> = meters.finish().into_iter().map(|window| window.unwrap().energy.millijoules()).collect();
    assert_eq!(energies, [18_000_000, 1_500_000, 18_000_000]);
}

#[test]
fn a_board_that_is_lost_at_the_start_is_listed_and_the_others_meter() {
    for (spec, uuid) in [("1.lost=1", "lost:nvml-1"), ("1.lost_at_index=1", "lost:nvml-1")] {
        let fake = Fake::new(&format!("gpus=3,watts=300,{spec}"));
        let mut source = fake.open();
        assert_eq!(source.devices().iter().map(|device| device.index).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(source.devices()[1].uuid, uuid);
        let mut meters = Meters::new(&source);
        meters.run(&fake, &mut source, 0..=10);
        let outcomes = fake.poll(&mut source, 11_000);
        assert!(matches!(outcomes[..], [Ok(_), Err(ReadError::Lost(_)), Ok(_)]), "{outcomes:?}");
        let energies: Vec<_> =
            meters.finish().into_iter().map(|window| window.map(|window| window.energy.millijoules())).collect();
        assert_eq!(energies, [Some(3_000_000), None, Some(3_000_000)]);
    }
}

#[test]
fn when_every_board_was_lost_the_driver_is_opened_again() {
    let fake = Fake::new("watts=300");
    let mut source = fake.open();
    fake.poll(&mut source, 1_000);
    fake.control("lost=1");
    for ms in [2_000, 3_000, 4_000] {
        assert!(fake.poll(&mut source, ms)[0].is_err());
    }
    fake.control("lost=0,reload");
    fake.poll(&mut source, 5_000);
    assert_eq!(fake.poll(&mut source, 6_000)[0].as_ref().map(|reading| reading.power), Ok(watts(300)));
}

#[test]
fn an_epoch_outlives_the_process_but_is_each_boards_own() {
    let fake = Fake::new("gpus=2");
    let epochs = || {
        let mut source = fake.open();
        fake.poll(&mut source, 1_000).into_iter().map(|outcome| outcome.unwrap().epoch).collect::<Vec<_>>()
    };
    assert_eq!(epochs(), epochs());
    assert_ne!(epochs()[0], epochs()[1]);
}

#[test]
fn mig_instances_stand_for_their_board_which_is_metered_once() {
    let fake = Fake::new("gpus=2,watts=260,1.mig=3");
    let source = fake.open();
    let instance = "MIG-00000001-fa4e-5000-8000-000000000002";
    assert_eq!(source.boards()[1].mig.len(), 3);
    assert_eq!(source.boards()[1].mig[2], instance);
    let select = |list| source.visible(&Variables { cuda_visible_devices: Some(list), ..Variables::default() });
    let all_instances = source.boards()[1].mig.join(",");
    for list in [instance, &all_instances, "1"] {
        let selection = select(list).unwrap();
        assert_eq!(selection.positions, [1], "{list}");
        let board = "GPU-00000001-fa4e-4000-8000-000000000000".to_owned();
        assert_eq!(selection.notes, [VisibleNote::WholeBoard { uuid: board, instances: 3 }]);
    }
    assert_eq!(select("GPU-00000000").unwrap().positions, [0]);
    let message = select("MIG-ffff").unwrap_err().to_string();
    assert!(
        message.starts_with("CUDA_VISIBLE_DEVICES names `MIG-ffff`, which this machine does not have"),
        "{message}"
    );
    assert_eq!(meter(&fake, 200).0, [52_000_000, 52_000_000]);
}

#[test]
fn devices_are_told_apart_by_uuid_and_pci_address_never_by_position() {
    let fake = Fake::new("gpus=3,0.pci=144,1.pci=16,2.pci=80");
    let source = fake.open();
    for (list, expected) in [("0", 1), ("1", 2), ("2", 0), ("GPU-00000002-fa4e-4000-8000-000000000000", 2)] {
        let variables = Variables {
            cuda_visible_devices: Some(list),
            cuda_device_order: Some("PCI_BUS_ID"),
            ..Variables::default()
        };
        assert_eq!(source.visible(&variables).unwrap().positions, [expected], "{list}");
    }
}

#[test]
fn a_command_is_metered_on_its_boards_only() {
    let fake = Fake::new("gpus=4,1.watts=100,3.watts=200");
    let mut source = fake.open();
    source.keep(&[1, 3]);
    assert_eq!(source.boards().iter().map(|board| board.index).collect::<Vec<_>>(), [1, 3]);
    let mut meters = Meters::new(&source);
    meters.run(&fake, &mut source, 0..=10);
    let energies: Vec<i64> = meters.finish().into_iter().map(|window| window.unwrap().energy.millijoules()).collect();
    assert_eq!(energies, [1_000_000, 2_000_000]);
}

#[test]
fn boards_of_other_users_are_left_out() {
    let fake = Fake::new("gpus=3,0.denied=1");
    let mut source = fake.open();
    assert_eq!(source.devices().iter().map(|device| device.index).collect::<Vec<_>>(), [1, 2]);
    assert!(fake.poll(&mut source, 1_000).iter().all(Result::is_ok));
    let first = Variables { cuda_visible_devices: Some("0"), ..Variables::default() };
    assert_eq!(source.visible(&first).unwrap().positions, [0], "CUDA counts what it may use");
}

#[test]
fn each_process_sample_is_given_once() {
    let fake = Fake::new("gpus=2,1.mig=2");
    let mut source = fake.open();
    assert_eq!(source.process_utilisation(0), Ok(vec![]));
    let sample = |pid, at_us, sm_percent| ProcessSample { pid, at_us, sm_percent };
    let (start, next) = (1_755_700_000_000_000, 1_755_700_000_166_000);
    fake.control(&format!("0.sample=41:{start}:70,0.sample=42:{start}:20,0.sample=41:{start}:70"));
    assert_eq!(source.process_utilisation(0), Ok(vec![sample(41, start, 70), sample(42, start, 20)]));
    assert_eq!(source.process_utilisation(0), Ok(vec![]));
    fake.control(&format!("0.sample=41:{next}:65"));
    assert_eq!(source.process_utilisation(0), Ok(vec![sample(41, next, 65)]));
    assert!(matches!(source.process_utilisation(1), Err(ReadError::Unreadable(_))), "MIG keeps none");
}

#[test]
fn the_processes_on_a_board_are_listed_with_those_of_the_mps_server() {
    let fake = Fake::new("gpus=3,0.processes=4242:17,0.mps=4243:17,1.processes=5");
    let source = fake.open();
    assert_eq!(source.processes_on(0), Ok(vec![17, 4_242, 4_243]));
    assert_eq!((source.processes_on(1), source.processes_on(2)), (Ok(vec![5]), Ok(Vec::new())));
    fake.control("0.processes=,1.lost=1");
    assert_eq!(source.processes_on(0), Ok(vec![17, 4_243]));
    assert!(matches!(source.processes_on(1), Err(ReadError::Lost(_))), "{:?}", source.processes_on(1));
    assert!(matches!(source.processes_on(3), Err(ReadError::Unreadable(_))));
}

#[test]
fn no_driver_says_what_to_do() {
    let library = "libnvidia-ml-that-nobody-has.so.1";
    let error = NvmlSource::open(Some(OsStr::new(library))).unwrap_err();
    assert!(matches!(&error, NvmlOpenError::NoLibrary { library: named, .. } if named == library), "{error:?}");
    assert!(
        error.to_string().starts_with("the NVIDIA driver library `libnvidia-ml-that-nobody-has.so.1` is not installed"),
        "{error}"
    );
    assert!(error.remedy().starts_with("install the NVIDIA driver"), "{}", error.remedy());
    #[allow(unsafe_code)]
    // SAFETY: the driver's library, if there is one, as the source would load it.
    if unsafe { libloading::Library::new("libnvidia-ml.so.1") }.is_ok() {
        return skip::skip("in part, as this machine has an NVIDIA driver");
    }
    let error = NvmlSource::open(None).unwrap_err();
    assert!(matches!(&error, NvmlOpenError::NoLibrary { library, .. } if library == "libnvidia-ml.so.1"), "{error:?}");
}

#[test]
fn each_way_of_not_working_is_told_apart() {
    for (spec, reason, what_to_do) in [
        ("init_error=9", "but the driver is not loaded", "sudo modprobe nvidia"),
        ("init_error=18", "have different versions", "sudo reboot"),
        ("init_error=4", "no permission to use the devices of the NVIDIA driver", "ls -l /dev/nvidia*"),
        ("gpus=2,denied=1", "no permission to use the devices of the NVIDIA driver", "ls -l /dev/nvidia*"),
        ("gpus=0", "NVIDIA driver 580.65.06 is loaded, but has no device", "lspci | grep -i nvidia"),
        ("init_error=999", "cannot be used: an internal driver error occurred", "nvidia-smi"),
    ] {
        let error = Fake::new(spec).try_open().unwrap_err();
        assert!(error.to_string().contains(reason), "{spec}: {error}");
        assert!(error.remedy().starts_with(what_to_do), "{spec}: {}", error.remedy());
    }
    let not_a_library = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let error = NvmlSource::open(Some(not_a_library.as_os_str())).unwrap_err();
    assert!(matches!(error, NvmlOpenError::NoLibrary { .. }), "{error:?}");
}
