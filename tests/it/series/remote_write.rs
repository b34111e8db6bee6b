//! Samples sent by Prometheus' remote write: what arrives, and that nothing of a receiver's failures reaches the service.

use super::influx::{metric, minute, post};
use super::receiver::{Answering, Posted, SampleReceiver, every, message, one};
use crate::service::process::until;
use crate::service::{Data, Service};
use collectors::clock::{Clock, SystemClock};
use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use units::Span;
use wire::Batch;

const SECOND: &str = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
const POWER: &str = "wattledger_window_power_watts";
const ENERGY: &str = "wattledger_window_energy_joules";

/// Labels of a series, and its samples: time in ms and value.
type Series = BTreeMap<BTreeMap<String, String>, Vec<(i64, f64)>>;

/// The series in a request, which must keep to the rules of its version.
fn read(posted: &Posted) -> Series {
    let header = |name: &str| posted.headers[name].as_str();
    assert_eq!(header("content-encoding"), "snappy");
    assert!(header("user-agent").starts_with("wattledger/"), "{posted:?}");
    let body = snap::raw::Decoder::new().decompress_vec(&posted.body).unwrap();
    let fields = message(&body);
    let is_second = header("content-type") == SECOND;
    if is_second {
        assert_eq!(header("x-prometheus-remote-write-version"), "2.0.0");
    } else {
        assert_eq!(header("content-type"), "application/x-protobuf");
        assert_eq!(header("x-prometheus-remote-write-version"), "0.1.0");
    }
    let symbols: Vec<&str> = every(&fields, 4).into_iter().map(|symbol| symbol.text()).collect();
    let distinct: BTreeSet<_> = symbols.iter().collect();
    assert!(distinct.len() == symbols.len() && is_second == (symbols.first() == Some(&"")), "{symbols:?}");
    let mut found = Series::new();
    for own in every(&fields, if is_second { 5 } else { 1 }) {
        let own = message(own.bytes());
        let labels: Vec<(String, String)> = if is_second {
            let places = one(&own, 1).packed();
            let texts: Vec<&str> = places.iter().map(|place| symbols[usize::try_from(*place).unwrap()]).collect();
            let metadata = message(one(&own, 5).bytes());
            let text = |field| symbols[usize::try_from(one(&metadata, field).number()).unwrap()];
            assert_eq!(one(&metadata, 1).number(), 2, "a gauge");
            assert!(texts[1].ends_with(text(4)) && !text(3).is_empty(), "{texts:?}");
            texts.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect()
        } else {
            let pairs = every(&own, 1).into_iter().map(|pair| message(pair.bytes()));
            pairs.map(|pair| (one(&pair, 1).text().to_owned(), one(&pair, 2).text().to_owned())).collect()
        };
        assert!(labels.is_sorted() && labels.iter().all(|(name, value)| !name.is_empty() && !value.is_empty()));
        let samples = every(&own, 2).into_iter().map(|sample| {
            let sample = message(sample.bytes());
            let value = every(&sample, 1).first().map_or(0.0, |value| value.double());
            (one(&sample, 2).number().cast_signed(), value)
        });
        let samples: Vec<(i64, f64)> = samples.collect();
        assert!(!samples.is_empty() && samples.windows(2).all(|two| two[0].0 < two[1].0), "{samples:?}");
        assert!(found.insert(labels.into_iter().collect(), samples).is_none(), "a series is there twice");
    }
    found
}

/// All that the receiver has taken, in its order, which must be that of time.
fn taken(receiver: &SampleReceiver) -> Series {
    let mut all = Series::new();
    for posted in receiver.taken() {
        for (labels, samples) in read(&posted) {
            let known = all.entry(labels).or_default();
            known.extend(samples);
            assert!(known.windows(2).all(|two| two[0].0 < two[1].0), "{known:?}");
        }
    }
    all
}

fn count(posted: &Posted) -> usize {
    read(posted).values().map(Vec::len).sum()
}

/// As a receiver of 2.0 answers that takes everything.
fn well(posted: &Posted) -> Answering {
    let written = format!("X-Prometheus-Remote-Write-Samples-Written: {}\r\n", count(posted));
    Some((204, written, Vec::new()))
}

fn refuses(status: u16) -> impl FnMut(&Posted) -> Answering + Send + 'static {
    move |_| Some((status, String::new(), b"refused".to_vec()))
}

fn sending(receiver: &SampleReceiver, more: &str) -> String {
    format!("[series.remote_write]\nurl = \"{}/api/v1/write\"\n{more}\n", receiver.url())
}

fn joules(receiver: &SampleReceiver) -> f64 {
    let series = taken(receiver);
    let energy = series.iter().filter(|(labels, _)| labels["__name__"] == ENERGY);
    energy.flat_map(|(_, samples)| samples).map(|(_, value)| value).sum()
}

fn samples(service: &Service, outcome: &str) -> f64 {
    metric(service, &format!("wattledger_export_samples_total{{receiver=\"remote_write\",outcome=\"{outcome}\"}}"))
        .unwrap()
}

fn behind(service: &Service) -> f64 {
    metric(service, "wattledger_export_behind_seconds{receiver=\"remote_write\"}").unwrap()
}

#[test]
fn power_and_energy_of_every_window_arrive_in_either_version() {
    for version in ["2.0", "1.0"] {
        let (receiver, data) = (SampleReceiver::start(well), Data::new());
        let token_file = data.path().with_extension("token");
        std::fs::write(&token_file, "secret\n").unwrap();
        let more = format!("version = \"{version}\"\ntoken_file = \"{}\"", token_file.display());
        let service = Service::start(&data.path(), &sending(&receiver, &more));
        let site = serde_json::json!({ "name": "fra", "zone": "DE", "pue": 1.2 });
        assert_eq!(service.post("/api/v1/sites", &service.admin, &site).status, 201);
        post(&service, &minute(1));
        until(|| samples(&service, "written") == 12.0);
        let first = &receiver.taken()[0];
        assert_eq!(
            (first.target.as_str(), first.headers["authorization"].as_str()),
            ("/api/v1/write", "Bearer secret")
        );
        assert_eq!(first.headers["content-type"] == SECOND, version == "2.0");
        let labels = |metric: &str| {
            let pairs = [("__name__", metric), ("component", "accelerator"), ("device", "gpu0"), ("node", "n1")];
            BTreeMap::from(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
        };
        let at = |value: f64| (1..=6).map(|place| ((1_773_136_860 + 10 * place) * 1_000, value)).collect::<Vec<_>>();
        let expected = BTreeMap::from([(labels(POWER), at(300.0)), (labels(ENERGY), at(3_000.0))]);
        assert_eq!(taken(&receiver), expected);
        until(|| behind(&service) == 0.0);
        let (_, log) = service.stop();
        assert!(!log.contains("secret"), "{log}");
    }
}

#[test]
fn whatever_the_receiver_does_batches_are_taken_and_it_has_everything_afterwards() {
    let (receiver, data) = (SampleReceiver::start(well), Data::new());
    let service = Service::start(&data.path(), &sending(&receiver, ""));
    let mut sequence = 0;
    for status in [429, 500, 503, 307] {
        receiver.answers(refuses(status));
        sequence += 1;
        post(&service, &minute(sequence));
        until(|| receiver.answered(status) > 0);
        // The service's own charts have it meanwhile.
        let energy = 18_000_000 * i64::try_from(sequence).unwrap();
        until(|| service.get("/api/v1/jobs/a/series", &service.admin).json()["energy_mj"] == energy);
        assert!(behind(&service) > 0.0, "{status}");
    }
    receiver.answers(well);
    until(|| joules(&receiver) == 18_000.0 * 4.0);
    until(|| behind(&service) == 0.0);
    assert_eq!(
        [samples(&service, "written"), samples(&service, "refused"), samples(&service, "left_out")],
        [48.0, 0.0, 0.0]
    );
}

#[test]
fn a_silent_receiver_keeps_the_service_neither_from_work_nor_from_its_end_and_a_dead_one_is_made_up() {
    let (receiver, data) = (SampleReceiver::start(|_| None), Data::new());
    let service = Service::start(&data.path(), &sending(&receiver, ""));
    post(&service, &minute(1));
    until(|| service.get("/api/v1/jobs/a/series", &service.admin).json()["energy_mj"] == 18_000_000);
    let clock = SystemClock::new();
    let began = clock.monotonic();
    assert_eq!(service.stop().0, 0);
    let took = clock.monotonic().minus(began);
    assert!(took < Span::from_seconds(9), "it waited for the receiver: {took:?}");
    // Nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = listener.local_addr().unwrap();
    drop(listener);
    let config = sending(&receiver, "").replace(&receiver.url(), &format!("http://{dead}"));
    let data = Data::new();
    let service = Service::start(&data.path(), &config);
    post(&service, &minute(1));
    until(|| service.get("/api/v1/jobs/a/series", &service.admin).json()["energy_mj"] == 18_000_000);
    let admin = service.admin.clone();
    assert_eq!(service.stop().0, 0);
    let mut service = Service::start(&data.path(), &config);
    service.admin = admin;
    post(&service, &minute(2));
    let receiver = SampleReceiver::at(TcpListener::bind(dead).unwrap(), well);
    until(|| joules(&receiver) == 36_000.0);
    assert_eq!(service.stop().0, 0);
}

#[test]
fn what_is_refused_is_given_up_and_counted_and_takes_nothing_else_with_it() {
    let (receiver, data) = (SampleReceiver::start(well), Data::new());
    let service = Service::start(&data.path(), &sending(&receiver, "version = \"1.0\""));
    // One window is too old, say.
    let is_bad =
        |posted: &Posted| read(posted).values().any(|samples| samples.iter().any(|(at, _)| *at == 1_773_136_890_000));
    receiver.answers(
        move |posted| if is_bad(posted) { refuses(400)(posted) } else { Some((204, String::new(), Vec::new())) },
    );
    post(&service, &minute(1));
    until(|| (samples(&service, "refused"), samples(&service, "written")) == (2.0, 10.0));
    assert_eq!(joules(&receiver), 15_000.0);
    // The specification forbids to try these again.
    let mut refused = 2.0;
    for (sequence, status) in [(2, 401), (3, 404), (4, 403)] {
        receiver.answers(refuses(status));
        post(&service, &minute(sequence));
        refused += 12.0;
        until(|| samples(&service, "refused") == refused);
        assert_eq!(receiver.answered(status), 1);
    }
    receiver.answers(well);
    post(&service, &minute(5));
    until(|| joules(&receiver) == 33_000.0);
}

#[test]
fn a_receiver_of_1_0_is_recognised_and_loses_nothing() {
    // Answers 415; or reads nothing from a message that it does not know and is content; or is not.
    for status in [415, 204, 400] {
        let (receiver, data) = (SampleReceiver::start(well), Data::new());
        receiver.answers(move |posted| match posted.headers["content-type"].as_str() {
            SECOND => Some((status, String::new(), Vec::new())),
            _ => Some((204, String::new(), Vec::new())),
        });
        let service = Service::start(&data.path(), &sending(&receiver, ""));
        post(&service, &minute(1));
        until(|| samples(&service, "written") == 12.0);
        post(&service, &minute(2));
        until(|| samples(&service, "written") == 24.0);
        let is_second = |posted: &&Posted| posted.headers["content-type"] == SECOND;
        let asked = receiver.taken();
        assert_eq!(asked.iter().filter(is_second).count(), usize::from(status == 204), "only once");
        assert_eq!(samples(&service, "refused"), 0.0);
        let (_, log) = service.stop();
        assert!(log.contains("does not know remote write 2.0"), "{log}");
    }
}

#[test]
fn a_receiver_of_2_0_says_how_many_of_a_request_it_keeps() {
    let (receiver, data) = (SampleReceiver::start(well), Data::new());
    let service = Service::start(&data.path(), &sending(&receiver, ""));
    receiver.answers(|posted| {
        let written = format!("X-Prometheus-Remote-Write-Samples-Written: {}\r\n", count(posted) - 3);
        Some((400, written, b"out of order".to_vec()))
    });
    post(&service, &minute(1));
    until(|| samples(&service, "refused") == 3.0);
    assert_eq!((samples(&service, "written"), receiver.answered(400)), (9.0, 1));
}

#[test]
fn samples_of_a_series_go_in_the_order_of_time_and_a_series_that_ends_says_so() {
    let (receiver, data) = (SampleReceiver::start(well), Data::new());
    let service = Service::start(&data.path(), &sending(&receiver, ""));
    post(&service, &minute(2));
    until(|| samples(&service, "written") == 12.0);
    // An hour late, from the spool of a run.
    let late = Batch { agent: "late".into(), sequence: 1, jobs: Vec::new(), holdings: Vec::new(), ..minute(1) };
    post(&service, &late);
    until(|| samples(&service, "left_out") == 12.0);
    // A clock that is years ahead must not silence the device until then.
    let clock = SystemClock::new().wall().nanoseconds() / 1_000_000_000 - 1_773_136_800;
    let ahead = u64::try_from(clock / 60 + 100).unwrap();
    let ahead = Batch { agent: "ahead".into(), sequence: 1, jobs: Vec::new(), holdings: Vec::new(), ..minute(ahead) };
    post(&service, &ahead);
    until(|| samples(&service, "left_out") == 24.0);
    let site = serde_json::json!({ "name": "fra", "zone": "DE", "pue": 1.2 });
    assert_eq!(service.post("/api/v1/sites", &service.admin, &site).status, 201);
    let assigned = serde_json::json!({ "site": "fra", "since": "2026-03-10T10:03:00Z" });
    let reply = service.post("/api/v1/nodes/n1/site", &service.admin, &assigned);
    assert_eq!(reply.status, 204, "{reply:?}");
    let third = Batch { agent: "third".into(), sequence: 1, ..minute(3) };
    post(&service, &third);
    until(|| samples(&service, "written") == 26.0);
    let series = taken(&receiver);
    let of = |site: Option<&str>| {
        let is_wanted = |labels: &BTreeMap<String, String>| {
            labels["__name__"] == POWER && labels.get("site").map(String::as_str) == site
        };
        series.iter().find(|(labels, _)| is_wanted(labels)).unwrap().1.clone()
    };
    assert_eq!(of(Some("fra")).len(), 6);
    let (at, value) = *of(None).last().unwrap();
    assert_eq!((at, value.to_bits()), (of(Some("fra"))[0].0, 0x7ff0_0000_0000_0002), "the marker of the end");
}
