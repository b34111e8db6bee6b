//! Exporters of other projects as sources: what they serve over HTTP, and what is metered of it.

use crate::exposition::exposition;
use crate::kill::{Running, command, wait_until};
use crate::samples::Store;
use crate::stub::{Reply, Request, serve, serve_into};
use collectors::clock::{Clock, SystemClock, Timeline, VirtualClock};
use collectors::sampler::{DeviceTotal, Sampler};
use collectors::source::exporter::{ExporterAddress, ExporterSource};
use collectors::source::visible::Variables;
use collectors::source::{Places, Source, SourceChoice, SourceSpec};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use units::{Span, Timestamp};
use wire::DeviceKind;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exporters")
}

fn case(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.prom"))).unwrap()
}

/// Serves what `body` gives for each request, numbered from 0; the address of the metrics.
fn exporter(body: impl Fn(u64) -> String + Send + Sync + 'static) -> String {
    let asked = AtomicU64::new(0);
    let address = serve(move |_: Request| {
        Reply::Answer(200, String::new(), body(asked.fetch_add(1, Ordering::SeqCst)).into_bytes())
    });
    format!("http://{address}/metrics")
}

/// An exporter whose time goes on by a second with each request, as the clock of [`meter`] does.
fn exporter_of(template: String) -> String {
    exporter(move |request| exposition(&template, request as f64))
}

fn open(address: &str) -> Result<ExporterSource, String> {
    ExporterSource::open(&address.parse::<ExporterAddress>().unwrap()).map_err(|error| error.to_string())
}

/// Meters for `seconds`, asking once a second.
fn meter(source: ExporterSource, seconds: u64) -> Vec<DeviceTotal> {
    let clock = Arc::new(VirtualClock::new(Timestamp::from_seconds(1_767_603_600).unwrap()));
    let mut sampler = Sampler::new(Box::new(source), clock.clone(), Timeline::open(&*clock)).with_total();
    for _ in 0..seconds {
        sampler.poll().unwrap();
        clock.advance(Span::from_seconds(1));
    }
    sampler.finish().unwrap().totals
}

/// Mean power in W from the first reading to the last.
fn watts(total: &DeviceTotal) -> f64 {
    let window = total.window.as_ref().unwrap_or_else(|| panic!("{} was not metered", total.device.uuid));
    window.energy.millijoules() as f64 / 1e3 / seconds(window.end.since(window.start).unwrap())
}

fn seconds(span: Span) -> f64 {
    span.nanoseconds() as f64 / 1e9
}

#[test]
fn exporters_as_they_are_found() {
    let table = fs::read_to_string(folder().join("expected.tsv")).unwrap();
    let mut cases = 0;
    for row in table.lines().skip(1) {
        let [name, right, devices, why] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let opened = open(&exporter_of(case(name)));
        cases += 1;
        if right == "refuse" {
            assert!(opened.is_err(), "{name}: {why}");
            continue;
        }
        let totals = meter(opened.unwrap_or_else(|error| panic!("{name}: {error}")), 60);
        let found: f64 = totals.iter().map(watts).sum();
        let right: f64 = right.parse().unwrap();
        assert!((found - right).abs() < right / 1_000.0, "{name}: {found} W, right is {right} W: {why}\n{totals:#?}");
        assert_eq!(totals.len().to_string(), devices, "{name}: {why}");
        assert!(totals.iter().all(|total| total.failure.is_none()), "{name}: {totals:#?}");
    }
    assert!(cases >= 12, "{cases} cases");
}

#[test]
fn a_board_has_the_identity_that_its_driver_gives_it() {
    let uuids = |name: &str| -> Vec<String> {
        let source = open(&exporter_of(case(name))).unwrap();
        source.devices().iter().map(|device| device.uuid.clone()).collect()
    };
    let nvml = ["GPU-8a67639f-7408-0f56-c5aa-328f676226e2", "GPU-36a23e23-8e3b-1c77-fc4c-011f1bd38f1f"];
    assert_eq!(uuids("dcgm-plain"), nvml);
    // nvidia_gpu_exporter leaves the beginning out.
    assert!(uuids("nvidia-gpu-exporter").contains(&"GPU-df6e7a7c-7314-46f8-abc4-b88b36dcf3aa".to_owned()));
    assert_eq!(uuids("amd-partitions"), ["gpu:n2/0"]);
    assert_eq!(uuids("node-exporter-rapl"), ["cpu:package-0", "cpu:package-1"]);
}

#[test]
fn boards_that_a_command_may_not_use_are_left_out() {
    let address = exporter_of(case("dcgm-plain"));
    let spec: SourceSpec = format!("prometheus:{address}").parse().unwrap();
    let variables = Variables { cuda_visible_devices: Some("1"), ..Variables::default() };
    let choice = SourceChoice::open(std::slice::from_ref(&spec), &Places::default(), &variables).unwrap();
    let uuids: Vec<&str> = choice.sources[0].devices().iter().map(|device| device.uuid.as_str()).collect();
    assert_eq!(uuids, ["GPU-36a23e23-8e3b-1c77-fc4c-011f1bd38f1f"]);
    // The same exporter, named twice, is read once.
    let choice = SourceChoice::open(&[spec.clone(), spec], &Places::default(), &Variables::default()).unwrap();
    assert_eq!((choice.sources.len(), choice.left.len()), (1, 1));
    assert!(choice.left[0].reason.contains("read by another source"), "{}", choice.left[0].reason);
}

#[test]
fn a_counter_that_its_exporter_renews_every_30_s_is_exact_from_its_first_movement() {
    let template = case("dcgm-plain");
    // Served from memory, as dcgm-exporter does: what was read last, up to 30 s ago.
    let served = move |request: u64| exposition(&template, ((request + 7) / 30 * 30) as f64);
    let totals = meter(open(&exporter(served)).unwrap(), 600);
    for (total, right) in totals.iter().zip([500.0, 70.0]) {
        let found = watts(total);
        // Before its first movement and after its last, the power counts, which is 2.7 % off.
        assert!((found - right).abs() < right * 0.004, "{found} W, right is {right} W");
    }
}

#[test]
fn a_counter_that_stands_still_alone_is_unknown_and_not_zero() {
    let still = "# TYPE node_rapl_package_joules_total counter\nnode_rapl_package_joules_total{index=\"0\",path=\"/sys/class/powercap/intel-rapl:0\"} 84512.25\n";
    let totals = meter(open(&exporter(move |_| still.to_owned())).unwrap(), 120);
    assert_eq!(totals[0].window, None);
    let failure = totals[0].failure.as_ref().unwrap().to_string();
    assert!(failure.contains("its energy counter stands still"), "{failure}");
}

#[test]
fn an_exporter_that_fails_for_a_while_leaves_a_gap_that_its_counter_fills() {
    let template = case("dcgm-mig-board-per-slice");
    let served = move |request: u64| match request {
        20..40 => "<html>502 Bad Gateway</html>".to_owned(),
        request => exposition(&template, request as f64),
    };
    let totals = meter(open(&exporter(served)).unwrap(), 60);
    assert!((watts(&totals[0]) - 300.0).abs() < 0.3, "{totals:#?}");
    let window = totals[0].window.as_ref().unwrap();
    assert!(window.covered < window.end.since(window.start).unwrap());
    let failure = totals[0].failure.as_ref().unwrap().to_string();
    assert!(failure.contains("it serves no metrics: its answer begins with `<html>502"), "{failure}");
}

#[test]
fn what_is_no_exporter_is_refused_with_the_way_out() {
    let answer = |reply: Reply| {
        let address = serve(move |_: Request| reply.clone());
        open(&format!("http://{address}")).err().unwrap()
    };
    let elsewhere = Reply::Answer(302, "location: http://192.0.2.1/metrics\r\n".to_owned(), Vec::new());
    let interval = b"# TYPE rapl_consumed_energy_J gauge\nrapl_consumed_energy_J{domain=\"package\"} 110\n".to_vec();
    for (reply, words) in [
        (elsewhere, "its metrics are at \"http://192.0.2.1/metrics\"; name that address instead"),
        (Reply::status(500), "answers with status 500"),
        (Reply::Answer(200, String::new(), Vec::new()), "/metrics: "),
        (Reply::Answer(200, String::new(), case("error-page").into_bytes()), "begins with `<!DOCTYPE html>"),
        (Reply::Answer(200, String::new(), b"{\"status\":\"success\"}\n".to_vec()), "begins with `{\"status\""),
        (Reply::Answer(200, String::new(), case("only-node-meter").into_bytes()), "the machine as a whole"),
        (Reply::Answer(200, String::new(), case("nothing-of-power").into_bytes()), "power or energy"),
        (Reply::Answer(200, String::new(), interval), "the energy of an interval"),
        (Reply::Endless, "its answer is not whole: it is longer than 16777216 bytes"),
        (Reply::Silence, "no answer within 3 s"),
        (Reply::Trickle, "is not whole"),
        (Reply::Close, "is the exporter running"),
        (Reply::Raw(b"SSH-2.0-x\r\n".to_vec()), "is the exporter running"),
    ] {
        let what = format!("{reply:?}");
        let error = answer(reply);
        assert!(error.contains(words), "{}: {error}", &what[..what.len().min(60)]);
    }
}

#[test]
fn an_address_is_one_that_can_be_called_and_holds_no_password() {
    for (text, words) in [
        ("localhost:9400", "prometheus:http://HOST:PORT/metrics"),
        ("ftp://localhost", "prometheus:http://HOST:PORT/metrics"),
        ("", "prometheus:http://HOST:PORT/metrics"),
        ("http://ada:secret@localhost:9400", "user name or password"),
    ] {
        let error = format!("prometheus:{text}").parse::<SourceSpec>().unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("secret"), "{error}");
    }
}

#[test]
fn an_agent_meters_what_exporters_serve() {
    let clock = Arc::new(SystemClock::new());
    let live = |name: &'static str| {
        let clock = Arc::clone(&clock);
        exporter(move |_| exposition(&case(name), seconds(clock.monotonic())))
    };
    let (gpus, processors) = (live("dcgm-mig-board-per-slice"), live("node-exporter-rapl"));
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Mutex::new(Store::default()));
    let mut agent = command(folder.path(), serve_into(&store));
    agent.args(["--source", &format!("prometheus:{gpus}"), "--source", &format!("prometheus:{processors}")]);
    let agent = Running(agent.spawn().unwrap());
    let devices = ["GPU-8a67639f-7408-0f56-c5aa-328f676226e2", "cpu:package-0", "cpu:package-1"];
    let energy_of = |uuid: &str| {
        let windows = store.lock().unwrap().windows();
        windows.iter().filter(|window| window.device.as_str() == uuid).map(|w| w.energy.millijoules()).sum::<i64>()
    };
    wait_until("energy of all devices", || devices.iter().all(|uuid| energy_of(uuid) > 0));
    drop(agent);
    let store = store.lock().unwrap();
    let described = store.batches.values().flat_map(|body| crate::samples::unpack(body).devices);
    let mut kinds: Vec<(String, DeviceKind)> =
        described.map(|device| (device.uuid.as_str().to_owned(), device.kind)).collect();
    kinds.sort_by(|one, other| one.0.cmp(&other.0));
    kinds.dedup();
    let right = [DeviceKind::Accelerator, DeviceKind::Host, DeviceKind::Host];
    let right: Vec<(String, DeviceKind)> = devices.iter().map(|uuid| (*uuid).to_owned()).zip(right).collect();
    assert_eq!(kinds, right);
}
