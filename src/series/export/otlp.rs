//! Metrics of OpenTelemetry by OTLP over HTTP: energy of each holder in each window as a delta, and mean power, with the names of the semantic
//! conventions for hardware.
//!
//! Source: OTLP 1.x (opentelemetry.io/docs/specs/otlp), the published messages `opentelemetry.proto.collector.metrics.v1`, and the semantic conventions
//! `hw.energy`, `hw.power`, `hw.host.energy` and `hw.host.power` (in development as of November 2026). Deltas say exactly what each window adds, in
//! whatever order windows come.

use super::super::store::{Holder, SeriesChange, SeriesDevice};
use super::super::window::SeriesWindow;
use super::delivery::{Form, SampleReception, SampleRequest};
use client::Answer;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::DeviceKind;
use prost::Message as _;
use std::collections::BTreeMap;
use std::io::Write;
use std::rc::Rc;
use units::{ExactEnergy, Timestamp};

/// A metric with its unit in UCUM and its description.
struct MetricName {
    name: &'static str,
    unit: &'static str,
    description: &'static str,
    is_energy: bool,
}

/// The whole machine has metrics of its own, so that nobody adds it to its parts.
const METRICS: [MetricName; 4] = [
    MetricName { name: "hw.energy", unit: "J", description: "Energy consumed by the component.", is_energy: true },
    MetricName {
        name: "hw.power",
        unit: "W",
        description: "Mean power of the component in a window.",
        is_energy: false,
    },
    MetricName {
        name: "hw.host.energy",
        unit: "J",
        description: "Energy consumed by the whole physical host.",
        is_energy: true,
    },
    MetricName {
        name: "hw.host.power",
        unit: "W",
        description: "Mean power of the whole physical host in a window.",
        is_energy: false,
    },
];
/// Names of the attributes of data points.
const ID: &str = "hw.id";
const TYPE: &str = "hw.type";
const NAME: &str = "hw.name";
const SITE: &str = "wattledger.site";
const PROJECT: &str = "wattledger.project";
const JOB: &str = "wattledger.job";

/// A data point of a device, encoded.
pub(super) struct DevicePoint {
    device: Rc<SeriesDevice>,
    /// Place of its metric in [`METRICS`].
    metric: usize,
    data: Vec<u8>,
}

impl DevicePoint {
    /// `value` in J or W; `attributes` as [`attributes`] encodes them.
    fn of(device: &Rc<SeriesDevice>, window: &SeriesWindow, value: f64, is_energy: bool, attributes: &[u8]) -> Self {
        let of_host = if device.component == DeviceKind::Platform.name() { 2 } else { 0 };
        let point = NumberPoint {
            start_time_unix_nano: nanoseconds(window.start),
            time_unix_nano: nanoseconds(window.end),
            value: Some(PointValue::AsDouble(value)),
        };
        // Fields of a message stand one after the other, whoever encodes them.
        let mut data = point.encode_to_vec();
        data.extend_from_slice(attributes);
        Self { device: Rc::clone(device), metric: of_host + usize::from(!is_energy), data }
    }
}

/// The attributes of points of a device, encoded: they are the same for many windows. Power is that of the device and has no holder.
fn attributes(device: &SeriesDevice, holder: Option<&Holder>) -> Vec<u8> {
    let trace = holder.and_then(|holder| holder.trace.as_ref());
    let all = [
        (ID, Some(device.uuid.as_str())),
        (NAME, Some(device.name.as_str())),
        (TYPE, hardware(device.component)),
        (SITE, holder.and_then(|holder| Some(holder.site.as_ref()?.as_str()))),
        (PROJECT, holder.and_then(|holder| Some(holder.project.as_ref()?.as_str()))),
        (JOB, holder.and_then(|holder| Some(holder.job.as_ref()?.as_str()))),
        (model::TraceContext::TRACE_LABEL, trace.map(model::TraceContext::trace_id)),
        (model::TraceContext::SPAN_LABEL, trace.map(model::TraceContext::span_id)),
    ];
    let stated = all.into_iter().filter_map(|(key, value)| Some((key, value.filter(|value| !value.is_empty())?)));
    let attributes = stated.map(|(key, value)| attribute(key, value)).collect();
    PointAttributes { attributes }.encode_to_vec()
}

/// OTLP as one receiver takes it.
pub(super) struct OtlpForm {
    /// Whether requests are compressed. On one machine that costs more than it saves.
    pub(super) compresses: bool,
}

impl Form for OtlpForm {
    type Item = DevicePoint;
    const NAME: &'static str = "otlp";

    fn items(&mut self, changes: &[SeriesChange], _: Timestamp) -> (Vec<DevicePoint>, u64) {
        let mut points = Vec::new();
        for change in changes {
            let device = Rc::new(change.device.clone());
            for own in change.shares.chunk_by(|a, b| a.holder == b.holder) {
                let Some(first) = own.first() else { continue };
                let attributes = attributes(&device, Some(&first.holder));
                // Time that was not observed has no energy: it is unknown, and not 0.
                for share in own.iter().filter(|share| share.covered > units::Span::ZERO) {
                    let Some(window) = change.windows.get(share.window) else { continue };
                    let joules = share.energy.millijoules() as f64 / 1e3;
                    points.push(DevicePoint::of(&device, window, joules, true, &attributes));
                }
            }
            let attributes = attributes(&device, None);
            for window in &change.windows {
                let energy = ExactEnergy::from_millijoules(window.energy.millijoules().into());
                let Some(power) = energy.mean_power(window.covered) else { continue };
                let watts = power.milliwatts() as f64 / 1e3;
                points.push(DevicePoint::of(&device, window, watts, false, &attributes));
            }
        }
        (points, 0)
    }

    fn message(&self, items: &[DevicePoint]) -> SampleRequest {
        let mut nodes: BTreeMap<&str, [Vec<Vec<u8>>; METRICS.len()]> = BTreeMap::new();
        for point in items {
            let metrics = nodes.entry(point.device.node.as_str()).or_default();
            metrics[point.metric].push(point.data.clone());
        }
        let request =
            MetricsRequest { resource_metrics: nodes.into_iter().map(|(node, own)| resource(node, own)).collect() };
        let body = request.encode_to_vec();
        let (body, encoding) = if self.compresses { (gzip(&body), Some("gzip")) } else { (body, None) };
        let samples = items.len() as u64;
        SampleRequest { body, media_type: "application/x-protobuf", encoding, headers: &[], samples }
    }

    fn reception(&mut self, answer: &Answer, samples: u64) -> SampleReception {
        match answer.status {
            200..=299 => match MetricsResponse::decode(answer.body.as_slice()) {
                Ok(MetricsResponse { partial_success }) => {
                    let rejected = partial_success.map_or(0, |partial| partial.rejected_data_points);
                    SampleReception::Taken { refused: u64::try_from(rejected).unwrap_or(0).min(samples) }
                }
                // The page of a proxy, say: nobody took anything.
                Err(_) => SampleReception::Later,
            },
            400 | 413 => SampleReception::Refused { is_divisible: true },
            // The specification lists what may be tried again, and forbids the rest.
            429 | 502 | 503 | 504 | 300..=399 => SampleReception::Later,
            _ => SampleReception::Refused { is_divisible: false },
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// `hw.type` of a component; the whole machine has none.
fn hardware(component: &str) -> Option<&'static str> {
    if component == DeviceKind::Accelerator.name() {
        Some("gpu")
    } else if component == DeviceKind::Host.name() {
        Some("cpu")
    } else {
        None
    }
}

fn resource(node: &str, metrics: [Vec<Vec<u8>>; METRICS.len()]) -> OtlpResourceMetrics {
    let found = METRICS.iter().zip(metrics).filter(|(_, points)| !points.is_empty()).map(|(metric, data_points)| {
        let data = if metric.is_energy {
            MetricData::Sum(DeltaSum { data_points, aggregation_temporality: DELTA, is_monotonic: true })
        } else {
            MetricData::Gauge(PowerGauge { data_points })
        };
        let MetricName { name, unit, description, .. } = metric;
        OtlpMetric {
            name: (*name).to_owned(),
            description: (*description).to_owned(),
            unit: (*unit).to_owned(),
            data: Some(data),
        }
    });
    let scope = OtlpScope { name: "wattledger".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    OtlpResourceMetrics {
        resource: Some(OtlpResource {
            attributes: vec![attribute("host.name", node), attribute("service.name", "wattledger")],
        }),
        scope_metrics: vec![OtlpScopeMetrics { scope: Some(scope), metrics: found.collect() }],
    }
}

fn attribute(key: &str, value: &str) -> OtlpKeyValue {
    OtlpKeyValue { key: key.to_owned(), value: Some(OtlpAnyValue { string_value: value.to_owned() }) }
}

fn nanoseconds(at: Timestamp) -> u64 {
    u64::try_from(at.nanoseconds()).unwrap_or(0)
}

/// `AGGREGATION_TEMPORALITY_DELTA`.
const DELTA: i32 = 1;

/// `opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct MetricsRequest {
    #[prost(message, repeated, tag = "1")]
    resource_metrics: Vec<OtlpResourceMetrics>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OtlpResourceMetrics {
    #[prost(message, optional, tag = "1")]
    resource: Option<OtlpResource>,
    #[prost(message, repeated, tag = "2")]
    scope_metrics: Vec<OtlpScopeMetrics>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OtlpResource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<OtlpKeyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OtlpKeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<OtlpAnyValue>,
}

/// A text; other values are not written.
#[derive(Clone, PartialEq, prost::Message)]
struct OtlpAnyValue {
    #[prost(string, tag = "1")]
    string_value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OtlpScopeMetrics {
    #[prost(message, optional, tag = "1")]
    scope: Option<OtlpScope>,
    #[prost(message, repeated, tag = "2")]
    metrics: Vec<OtlpMetric>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OtlpScope {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    version: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OtlpMetric {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    description: String,
    #[prost(string, tag = "3")]
    unit: String,
    #[prost(oneof = "MetricData", tags = "5, 7")]
    data: Option<MetricData>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum MetricData {
    #[prost(message, tag = "5")]
    Gauge(PowerGauge),
    #[prost(message, tag = "7")]
    Sum(DeltaSum),
}

#[derive(Clone, PartialEq, prost::Message)]
struct PowerGauge {
    /// Points with their attributes, encoded.
    #[prost(bytes = "vec", repeated, tag = "1")]
    data_points: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct DeltaSum {
    /// Points with their attributes, encoded.
    #[prost(bytes = "vec", repeated, tag = "1")]
    data_points: Vec<Vec<u8>>,
    #[prost(int32, tag = "2")]
    aggregation_temporality: i32,
    #[prost(bool, tag = "3")]
    is_monotonic: bool,
}

/// A point without its attributes.
#[derive(Clone, PartialEq, prost::Message)]
struct NumberPoint {
    #[prost(fixed64, tag = "2")]
    start_time_unix_nano: u64,
    #[prost(fixed64, tag = "3")]
    time_unix_nano: u64,
    #[prost(oneof = "PointValue", tags = "4")]
    value: Option<PointValue>,
}

/// The attributes of a point without the rest of it.
#[derive(Clone, PartialEq, prost::Message)]
struct PointAttributes {
    #[prost(message, repeated, tag = "7")]
    attributes: Vec<OtlpKeyValue>,
}

/// A value that is written although it is 0.
#[derive(Clone, Copy, PartialEq, prost::Oneof)]
enum PointValue {
    #[prost(double, tag = "4")]
    AsDouble(f64),
}

/// `opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct MetricsResponse {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected_data_points: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_request_to_another_machine_is_compressed_and_the_same() {
        let [plain, packed] = [false, true].map(|compresses| {
            let device = Rc::new(SeriesDevice::numbered(model::DeviceId::new(1)));
            let points: Vec<_> =
                (0..100).map(|_| DevicePoint { device: Rc::clone(&device), metric: 0, data: vec![7; 50] }).collect();
            OtlpForm { compresses }.message(&points)
        });
        assert_eq!((plain.encoding, packed.encoding), (None, Some("gzip")));
        let mut body = Vec::new();
        flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_end(&mut body).unwrap();
        assert_eq!(body, plain.body);
        assert!(packed.body.len() < plain.body.len() / 5);
    }
}
