//! Prometheus' remote write, 2.0 and 1.0: mean power and energy of each window as two gauges, at the end of the window.
//!
//! Source: Prometheus Remote-Write 2.0 and 1.0 specifications (prometheus.io/docs/specs), and the published messages `io.prometheus.write.v2.Request`
//! and `prometheus.WriteRequest`. Energy is no counter here: windows come late and in gaps, and a counter that stands still in between would make
//! `rate` show power that never was. The sum of the gauge over time is exact.

use super::super::store::SeriesChange;
use super::super::window::milliseconds;
use super::delivery::{Form, SampleReception, SampleRequest};
use client::Answer;
use model::{DeviceId, RemoteWriteVersion, SiteName};
use prost::Message as _;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use units::{Energy, ExactEnergy, Power, Span, Timestamp};

/// Samples of a later time are refused by Prometheus.
const AHEAD_MAX: Span = Span::from_seconds(600);
/// A series ends here: the not-a-number that the specification reserves for it.
const STALE: u64 = 0x7ff0_0000_0000_0002;
/// How many samples of a request a receiver of 2.0 has written.
const WRITTEN: &str = "x-prometheus-remote-write-samples-written";

/// The two metrics, with help and unit.
const METRICS: [MetricText; 2] = [
    MetricText {
        name: "wattledger_window_power_watts",
        help: "Mean power of a device in a window, at its end",
        unit: "watts",
    },
    MetricText {
        name: "wattledger_window_energy_joules",
        help: "Energy of a device in a window, at its end",
        unit: "joules",
    },
];

struct MetricText {
    name: &'static str,
    help: &'static str,
    unit: &'static str,
}

/// Labels of the series of a device at a site, sorted by name; none is empty.
type DeviceLabels = Vec<(&'static str, String)>;

/// What a window says of a device at a site.
#[derive(Debug)]
pub(super) struct WindowReading {
    labels: Arc<DeviceLabels>,
    at_ms: i64,
    /// `None` where the series ends.
    value: Option<(Power, Energy)>,
}

/// What was sent of a device last.
struct SentLast {
    at_ms: i64,
    /// Its sites, with the labels of the series.
    series: SiteLabels,
}

/// The labels of the series of a device, site by site.
type SiteLabels = Vec<(Option<SiteName>, Arc<DeviceLabels>)>;

/// Remote write as one receiver takes it.
pub(super) struct RemoteWriteForm {
    version: RemoteWriteVersion,
    /// Whether the receiver has shown that it knows the version.
    is_confirmed: bool,
    sent: HashMap<DeviceId, SentLast>,
}

impl RemoteWriteForm {
    pub(super) fn new(version: RemoteWriteVersion) -> Self {
        Self { version, is_confirmed: false, sent: HashMap::new() }
    }

    /// Goes on in 1.0 from 2.0.
    fn fall_back(&mut self) -> SampleReception {
        self.version = RemoteWriteVersion::V1;
        SampleReception::Otherwise(
            "the receiver does not know remote write 2.0, so that 1.0 is used from now on; version = \"1.0\" saves the attempt",
        )
    }

    /// Adds the readings of one device to `readings`. Returns how many samples are left out: those of a series must be sent in the order of time.
    fn device(&mut self, change: &SeriesChange, newest_ms: i64, readings: &mut Vec<WindowReading>) -> u64 {
        let mut by_end: Vec<(i64, usize)> =
            change.windows.iter().enumerate().map(|(place, window)| (milliseconds(window.end), place)).collect();
        by_end.sort_unstable();
        let (mut left_out, mut labelled) = (0, SiteLabels::new());
        for (at_ms, place) in by_end {
            let found = by_site(change, place);
            let last = self.sent.get_mut(&change.device.number);
            if at_ms > newest_ms || last.as_ref().is_some_and(|last| at_ms <= last.at_ms) {
                left_out += (found.len() * METRICS.len()) as u64;
                continue;
            }
            let mut series = SiteLabels::new();
            for (site, value) in found {
                let labels = labels_at(change, site, &mut labelled);
                readings.push(WindowReading { labels: Arc::clone(&labels), at_ms, value: Some(value) });
                series.push((site.cloned(), labels));
            }
            if series.is_empty() {
                continue;
            }
            let Some(last) = last else {
                self.sent.insert(change.device.number, SentLast { at_ms, series });
                continue;
            };
            let is_over = |site: &Option<SiteName>| series.iter().all(|(other, _)| other != site);
            let ended = last.series.iter().filter(|(site, _)| is_over(site));
            readings.extend(ended.map(|(_, labels)| WindowReading { labels: Arc::clone(labels), at_ms, value: None }));
            *last = SentLast { at_ms, series };
        }
        left_out
    }
}

impl Form for RemoteWriteForm {
    type Item = WindowReading;
    const NAME: &'static str = "remote_write";

    fn items(&mut self, changes: &[SeriesChange], now: Timestamp) -> (Vec<WindowReading>, u64) {
        let newest_ms = milliseconds(now.after(AHEAD_MAX).unwrap_or(now));
        let mut readings = Vec::new();
        let left_out = changes.iter().map(|change| self.device(change, newest_ms, &mut readings)).sum();
        (readings, left_out)
    }

    fn message(&self, items: &[WindowReading]) -> SampleRequest {
        let mut series = SampledSeries::new();
        // A device mostly has many windows in a row.
        for own in items.chunk_by(|a, b| Arc::ptr_eq(&a.labels, &b.labels)) {
            let Some(first) = own.first() else { continue };
            let samples = series.entry(first.labels.as_ref()).or_default();
            for reading in own {
                let values = match reading.value {
                    Some((power, energy)) => [power.milliwatts() as f64 / 1e3, energy.millijoules() as f64 / 1e3],
                    None => [f64::from_bits(STALE); METRICS.len()],
                };
                for (samples, value) in samples.iter_mut().zip(values) {
                    samples.push(TimedValue { value, timestamp: reading.at_ms });
                }
            }
        }
        let (body, media_type, headers): (_, _, &'static [_]) = match self.version {
            RemoteWriteVersion::V2 => (
                second(&series).encode_to_vec(),
                "application/x-protobuf;proto=io.prometheus.write.v2.Request",
                &[("X-Prometheus-Remote-Write-Version", "2.0.0")],
            ),
            RemoteWriteVersion::V1 => (
                first(&series).encode_to_vec(),
                "application/x-protobuf",
                &[("X-Prometheus-Remote-Write-Version", "0.1.0")],
            ),
        };
        // Fails only for bodies of 4 GB.
        let body = snap::raw::Encoder::new().compress_vec(&body).unwrap_or_default();
        SampleRequest {
            body,
            media_type,
            encoding: Some("snappy"),
            headers,
            samples: (items.len() * METRICS.len()) as u64,
        }
    }

    fn reception(&mut self, answer: &Answer, samples: u64) -> SampleReception {
        let is_second = self.version == RemoteWriteVersion::V2;
        let written = answer.header(WRITTEN).and_then(|count| count.trim().parse::<u64>().ok());
        self.is_confirmed |= is_second && written.is_some();
        match (answer.status, written) {
            (200..=299, Some(written)) if is_second => {
                SampleReception::Taken { refused: samples.saturating_sub(written) }
            }
            // Nothing was read: a receiver of 1.0 that does not look at the media type.
            (200..=299 | 415, None) if is_second => self.fall_back(),
            (200..=299, _) => SampleReception::Taken { refused: 0 },
            // Valid samples beside others are kept.
            (400, Some(written)) if is_second => SampleReception::Taken { refused: samples.saturating_sub(written) },
            (400, None) if is_second && !self.is_confirmed => self.fall_back(),
            (400 | 413, _) => SampleReception::Refused { is_divisible: true },
            // The specification forbids to try these again.
            (401..=428 | 430..=499, _) => SampleReception::Refused { is_divisible: false },
            _ => SampleReception::Later,
        }
    }
}

/// Power and energy of the window at `place`, by the site that the device was at. What was not observed has none.
fn by_site(change: &SeriesChange, place: usize) -> Vec<(Option<&SiteName>, (Power, Energy))> {
    let mut sums: Vec<(Option<&SiteName>, Energy, Span)> = Vec::new();
    let first = change.shares.partition_point(|share| share.window < place);
    for share in change.shares.iter().skip(first).take_while(|share| share.window == place) {
        let site = share.holder.site.as_ref();
        match sums.iter_mut().find(|(known, ..)| *known == site) {
            Some((_, energy, covered)) => {
                *energy = energy.checked_add(share.energy).unwrap_or(*energy);
                *covered = covered.plus(share.covered);
            }
            None => sums.push((site, share.energy, share.covered)),
        }
    }
    let valued = sums.into_iter().filter_map(|(site, energy, covered)| {
        let power = ExactEnergy::from_millijoules(energy.millijoules().into()).mean_power(covered)?;
        Some((site, (power, energy)))
    });
    valued.collect()
}

/// The labels of a device at a site, which are made once for a change.
fn labels_at(change: &SeriesChange, site: Option<&SiteName>, labelled: &mut SiteLabels) -> Arc<DeviceLabels> {
    if let Some((_, labels)) = labelled.iter().find(|(known, _)| known.as_ref() == site) {
        return Arc::clone(labels);
    }
    let labels = Arc::new(labels(change, site));
    labelled.push((site.cloned(), Arc::clone(&labels)));
    labels
}

fn labels(change: &SeriesChange, site: Option<&SiteName>) -> DeviceLabels {
    let device = &change.device;
    let all = [
        ("component", device.component.to_owned()),
        ("device", device.uuid.as_str().to_owned()),
        ("node", device.node.as_str().to_owned()),
        ("site", site.map(|site| site.as_str().to_owned()).unwrap_or_default()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Samples of each metric by the labels of their series.
type SampledSeries<'a> = BTreeMap<&'a DeviceLabels, [Vec<TimedValue>; METRICS.len()]>;

fn second(series: &SampledSeries<'_>) -> WriteRequestV2 {
    let mut symbols = Symbols::default();
    symbols.place("");
    let mut timeseries = Vec::new();
    for (place, MetricText { name, help, unit }) in METRICS.iter().enumerate() {
        for (labels, samples) in series {
            let mut labels_refs = vec![symbols.place("__name__"), symbols.place(name)];
            labels_refs.extend(labels.iter().flat_map(|(name, value)| [symbols.place(name), symbols.place(value)]));
            let metadata = SeriesMetadata { kind: GAUGE, help_ref: symbols.place(help), unit_ref: symbols.place(unit) };
            timeseries.push(SeriesV2 { labels_refs, samples: samples[place].clone(), metadata: Some(metadata) });
        }
    }
    WriteRequestV2 { symbols: symbols.texts, timeseries }
}

fn first(series: &SampledSeries<'_>) -> WriteRequestV1 {
    let pair = |name: &str, value: &str| LabelPair { name: name.to_owned(), value: value.to_owned() };
    let mut timeseries = Vec::new();
    for (place, metric) in METRICS.iter().enumerate() {
        for (own, samples) in series {
            let mut labels = vec![pair("__name__", metric.name)];
            labels.extend(own.iter().map(|(name, value)| pair(name, value)));
            timeseries.push(SeriesV1 { labels, samples: samples[place].clone() });
        }
    }
    WriteRequestV1 { timeseries }
}

/// Texts of a request, each once.
#[derive(Default)]
struct Symbols {
    texts: Vec<String>,
    places: HashMap<String, u32>,
}

impl Symbols {
    fn place(&mut self, text: &str) -> u32 {
        if let Some(known) = self.places.get(text) {
            return *known;
        }
        let place = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }
}

/// `METRIC_TYPE_GAUGE`.
const GAUGE: i32 = 2;

/// `prometheus.WriteRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct WriteRequestV1 {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<SeriesV1>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct SeriesV1 {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<LabelPair>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<TimedValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct LabelPair {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

/// A sample, the same in both versions; milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, prost::Message)]
struct TimedValue {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
}

/// `io.prometheus.write.v2.Request`.
#[derive(Clone, PartialEq, prost::Message)]
struct WriteRequestV2 {
    #[prost(string, repeated, tag = "4")]
    symbols: Vec<String>,
    #[prost(message, repeated, tag = "5")]
    timeseries: Vec<SeriesV2>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct SeriesV2 {
    #[prost(uint32, repeated, tag = "1")]
    labels_refs: Vec<u32>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<TimedValue>,
    #[prost(message, optional, tag = "5")]
    metadata: Option<SeriesMetadata>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
struct SeriesMetadata {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(uint32, tag = "3")]
    help_ref: u32,
    #[prost(uint32, tag = "4")]
    unit_ref: u32,
}
