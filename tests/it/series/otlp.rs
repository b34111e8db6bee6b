//! Metrics sent by OTLP over HTTP: what arrives, with whose name on it, and that nothing of a receiver's failures reaches the service.

use super::influx::{metric, minute, post};
use super::receiver::{Answering, Posted, SampleReceiver, Value, every, message, one};
use crate::service::process::until;
use crate::service::{Data, Service};
use std::collections::BTreeMap;
use wire::Batch;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

type Attributes = BTreeMap<String, String>;

/// A data point as it arrived.
#[derive(Debug, Clone, PartialEq)]
struct Arrived {
    metric: String,
    unit: String,
    /// Of its resource and its own.
    attributes: Attributes,
    start_s: u64,
    end_s: u64,
    value: f64,
}

fn attributes(found: Vec<Value<'_>>) -> Attributes {
    let pairs = found.into_iter().map(|pair| message(pair.bytes()));
    pairs
        .map(|pair| (one(&pair, 1).text().to_owned(), one(&message(one(&pair, 2).bytes()), 1).text().to_owned()))
        .collect()
}

/// The data points in a request, by the published messages.
fn read(posted: &Posted) -> Vec<Arrived> {
    assert_eq!(posted.headers["content-type"], "application/x-protobuf");
    assert_eq!(posted.headers.get("content-encoding"), None, "the receiver is on this machine");
    let mut found = Vec::new();
    for resource_metrics in every(&message(&posted.body), 1) {
        let resource_metrics = message(resource_metrics.bytes());
        let of_resource = attributes(every(&message(one(&resource_metrics, 1).bytes()), 1));
        for scope_metrics in every(&resource_metrics, 2) {
            for metric in every(&message(scope_metrics.bytes()), 2) {
                points(&message(metric.bytes()), &of_resource, &mut found);
            }
        }
    }
    found
}

fn points(metric: &[(u64, Value<'_>)], of_resource: &Attributes, found: &mut Vec<Arrived>) {
    let (gauges, sums) = (every(metric, 5), every(metric, 7));
    let data = message(gauges.iter().chain(&sums).next().unwrap().bytes());
    if !sums.is_empty() {
        assert_eq!((one(&data, 2).number(), one(&data, 3).number()), (1, 1), "a delta that only grows");
    }
    for point in every(&data, 1) {
        let point = message(point.bytes());
        let second = |field| one(&point, field).number() / 1_000_000_000;
        let mut all = of_resource.clone();
        all.extend(attributes(every(&point, 7)));
        found.push(Arrived {
            metric: one(metric, 1).text().to_owned(),
            unit: one(metric, 3).text().to_owned(),
            attributes: all,
            start_s: second(2),
            end_s: second(3),
            value: one(&point, 4).double(),
        });
    }
}

fn arrived(receiver: &SampleReceiver, metric: &str) -> Vec<Arrived> {
    receiver.taken().iter().flat_map(read).filter(|point| point.metric == metric).collect()
}

fn joules(receiver: &SampleReceiver) -> f64 {
    arrived(receiver, "hw.energy").iter().map(|point| point.value).sum()
}

fn answers(status: u16, body: &'static [u8]) -> impl FnMut(&Posted) -> Answering + Send + 'static {
    move |_| Some((status, String::new(), body.to_vec()))
}

fn sending(receiver: &SampleReceiver, more: &str) -> String {
    format!("[series.otlp]\nurl = \"{}/v1/metrics\"\n{more}\n", receiver.url())
}

fn samples(service: &Service, outcome: &str) -> f64 {
    metric(service, &format!("wattledger_export_samples_total{{receiver=\"otlp\",outcome=\"{outcome}\"}}")).unwrap()
}

#[test]
fn energy_arrives_with_its_holder_and_trace_and_power_with_its_device() {
    let (receiver, data) = (SampleReceiver::start(answers(200, b"")), Data::new());
    let headers_file = data.path().with_extension("headers");
    std::fs::write(&headers_file, "# who sends\nAuthorization: Bearer secret\n\nX-Scope-OrgID: t1\n").unwrap();
    let service =
        Service::start(&data.path(), &sending(&receiver, &format!("headers_file = \"{}\"", headers_file.display())));
    let mut batch = minute(1);
    batch.jobs[0].labels.insert("traceparent".to_owned(), format!("00-{TRACE}-{SPAN}-01"));
    post(&service, &batch);
    until(|| samples(&service, "written") == 12.0);
    let first = &receiver.taken()[0];
    assert_eq!(first.target, "/v1/metrics");
    assert_eq!(
        (first.headers["authorization"].as_str(), first.headers["x-scope-orgid"].as_str()),
        ("Bearer secret", "t1")
    );
    let of_device = [
        ("host.name", "n1"),
        ("service.name", "wattledger"),
        ("hw.id", "gpu0"),
        ("hw.name", "H100"),
        ("hw.type", "gpu"),
    ];
    let of_job = [("wattledger.project", "p"), ("wattledger.job", "a"), ("trace_id", TRACE), ("span_id", SPAN)];
    let named =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let (energy, power) = (arrived(&receiver, "hw.energy"), arrived(&receiver, "hw.power"));
    assert_eq!((energy.len(), power.len()), (6, 6));
    let start_s = 1_773_136_860;
    let expected = Arrived {
        metric: "hw.energy".to_owned(),
        unit: "J".to_owned(),
        attributes: named(&[of_device.as_slice(), of_job.as_slice()].concat()),
        start_s,
        end_s: start_s + 10,
        value: 3_000.0,
    };
    assert_eq!(energy[0], expected);
    let expected = Arrived {
        metric: "hw.power".to_owned(),
        unit: "W".to_owned(),
        attributes: named(&of_device),
        value: 300.0,
        ..expected
    };
    assert_eq!(power[0], expected);
    // A day late, and told all the same: a delta adds to what is there.
    post(&service, &Batch { agent: "late".into(), sequence: 1, jobs: Vec::new(), holdings: Vec::new(), ..minute(0) });
    until(|| joules(&receiver) == 36_000.0);
    let (_, log) = service.stop();
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn whatever_the_receiver_does_batches_are_taken_and_it_has_everything_afterwards() {
    let (receiver, data) = (SampleReceiver::start(answers(200, b"")), Data::new());
    let service = Service::start(&data.path(), &sending(&receiver, ""));
    let mut sequence = 0;
    for (status, body) in [(429, ""), (502, ""), (503, ""), (504, ""), (200, "<html>Sign in</html>")] {
        receiver.answers(answers(status, body.as_bytes()));
        sequence += 1;
        let before = receiver.answered(status);
        post(&service, &minute(sequence));
        until(|| receiver.answered(status) > before);
        let energy = 18_000_000 * i64::try_from(sequence).unwrap();
        until(|| service.get("/api/v1/jobs/a/series", &service.admin).json()["energy_mj"] == energy);
        assert!(
            metric(&service, "wattledger_export_behind_seconds{receiver=\"otlp\"}").unwrap() > 0.0,
            "{status} {body}"
        );
    }
    receiver.answers(answers(200, b""));
    until(|| samples(&service, "written") == 60.0);
    assert_eq!(samples(&service, "refused"), 0.0);
    // It tells how many points it rejects: field 1, in it field 1.
    receiver.answers(answers(200, &[0x0a, 0x02, 0x08, 0x05]));
    post(&service, &minute(6));
    until(|| samples(&service, "refused") == 5.0);
    assert_eq!(samples(&service, "written"), 67.0);
    // The specification forbids to try these again.
    for (sequence, status) in [(7, 401), (8, 500)] {
        receiver.answers(answers(status, b""));
        let refused = samples(&service, "refused");
        post(&service, &minute(sequence));
        until(|| samples(&service, "refused") == refused + 12.0);
        assert_eq!(receiver.answered(status), 1);
    }
}
