//! Reads a Prometheus exporter on this node over HTTP, for sites that run one and want no second reader of the sensors.
//!
//! `prometheus:URL` reads dcgm-exporter, AMD's device-metrics-exporter, the exporters of Intel and Habana, nvidia_gpu_exporter, node_exporter,
//! Kepler, and others whose metrics say what they are. The exporter is asked once a second. Most of them read their sensors less often and serve
//! what they read last; a counter therefore counts from the moment at which it is first seen to move, and one that stands still is no reading.

use super::visible::Board;
use super::{ReadError, Source, SourceDevice, SourceKind, keep_positions};
use crate::powerlog::{ScrapeError, ScrapedDevice, ScrapedExporter, ScrapedValues};
use account::meter::Reading;
use client::{Call, CallLimits, Client, ClientError, Method, SendError};
use std::str::FromStr;
use std::thread;
use std::time::Duration;
use units::{Span, Timestamp};

/// Longest time that an exporter may take, and size of the longest answer that is read. A large node_exporter serves 1 MiB.
const LIMITS: CallLimits = CallLimits { time: Duration::from_secs(3), answer_bytes: 16 << 20 };
/// Time between the two scrapes with which the devices are found: a counter that is read whenever somebody asks has moved in it.
const SETTLE: Duration = Duration::from_millis(250);
/// After this long without a movement, a counter that is all that a device has is said to stand still.
const STANDS_STILL: Span = Span::from_seconds(90);
/// Begins the identity of devices that are processors or platforms, and no accelerators.
const HOST_PREFIX: &str = "cpu:";

/// Whether a device with this identity is a processor or platform that an exporter shows.
#[must_use]
pub fn is_of_host(uuid: &str) -> bool {
    uuid.starts_with(HOST_PREFIX)
}

/// Address of an exporter's metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExporterAddress(String);

/// Why the address of an exporter cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExporterAddressError {
    /// It is no address that can be called.
    #[error(
        "prometheus:{0}: not an address; write prometheus:http://HOST:PORT/metrics with the address of the exporter on this node"
    )]
    Unusable(String),
    /// It holds a name or password, which every user could read in the list of processes.
    #[error(
        "prometheus: the address holds a user name or password, which others can read in the list of processes; have the exporter listen on this machine alone, without one"
    )]
    Password,
}

impl FromStr for ExporterAddress {
    type Err = ExporterAddressError;

    /// Accepts `http://HOST[:PORT][/PATH]` and `https://…`; without a path it is `/metrics`.
    fn from_str(text: &str) -> Result<Self, ExporterAddressError> {
        let uri = client::check_address(text, false).map_err(|_| ExporterAddressError::Unusable(text.to_owned()))?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(ExporterAddressError::Password);
        }
        let has_path = !matches!(uri.path(), "" | "/") || uri.query().is_some();
        Ok(Self(if has_path { text.to_owned() } else { format!("{}/metrics", text.trim_end_matches('/')) }))
    }
}

/// Why an exporter cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ExporterOpenError {
    /// There is no HTTP client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// It does not answer.
    #[error("{address}: {cause}; is the exporter running, and is this its address?")]
    Silent {
        /// Address of the metrics.
        address: String,
        /// Why there is no answer.
        cause: SendError,
    },
    /// It answers with something else than metrics.
    #[error("{address}: {what}")]
    Refused {
        /// Address of the metrics.
        address: String,
        /// What it answers, and what to do.
        what: String,
    },
    /// What it serves cannot be read.
    #[error("{address}: {cause}")]
    Scrape {
        /// Address of the metrics.
        address: String,
        /// What is wrong with it.
        cause: ScrapeError,
    },
}

/// An exporter that is asked for its metrics.
pub struct ExporterSource {
    address: String,
    client: Client,
    exporter: ScrapedExporter,
    devices: Vec<SourceDevice>,
    boards: Vec<Board>,
    counters: Vec<SeenCounter>,
}

/// What was seen of the counter of a device.
#[derive(Debug, Clone, Copy, Default)]
struct SeenCounter {
    last: Option<u64>,
    /// When it was first seen with that value; `None` before the first poll.
    since: Option<Timestamp>,
}

impl ExporterSource {
    /// Asks the exporter twice, and finds its devices.
    ///
    /// # Errors
    ///
    /// See [`ExporterOpenError`].
    pub fn open(address: &ExporterAddress) -> Result<Self, ExporterOpenError> {
        let address = address.0.clone();
        let client = Client::new(concat!("wattledger-agent/", env!("CARGO_PKG_VERSION")), None)?;
        let of_scrape = |cause| ExporterOpenError::Scrape { address: address.clone(), cause };
        let mut exporter = ScrapedExporter::open(&ask(&client, &address)?).map_err(of_scrape)?;
        thread::sleep(SETTLE);
        let again = exporter.read(Timestamp::default(), &ask(&client, &address)?).map_err(of_scrape)?;
        let counters = again.iter().map(|values| SeenCounter { last: values.counter, since: None }).collect();
        let devices = (0..).zip(exporter.devices()).map(|(index, device)| described(index, device)).collect();
        let boards = boards(exporter.devices());
        Ok(Self { address, client, exporter, devices, boards, counters })
    }

    /// Which metrics are read and which are not, one sentence.
    #[must_use]
    pub fn note(&self) -> String {
        format!("{}: {}", self.address, self.exporter.note())
    }

    fn scrape(&mut self, now: Timestamp) -> Result<Vec<ScrapedValues>, String> {
        let text = ask(&self.client, &self.address).map_err(|error| error.to_string())?;
        self.exporter.read(now, &text).map_err(|cause| format!("{}: {cause}", self.address))
    }
}

/// The metrics as text.
fn ask(client: &Client, address: &str) -> Result<Vec<u8>, ExporterOpenError> {
    let headers = [("Accept", "text/plain;version=0.0.4")];
    let call =
        Call { method: Method::GET, url: address, token: None, headers: &headers, content: None, limits: LIMITS };
    let answer =
        client.send(&call).map_err(|cause| ExporterOpenError::Silent { address: address.to_owned(), cause })?;
    let refused = |what: String| Err(ExporterOpenError::Refused { address: address.to_owned(), what });
    if let (300..=399, Some(location)) = (answer.status, &answer.location) {
        return refused(format!("answers that its metrics are at {location:?}; name that address instead"));
    }
    if answer.status != 200 {
        return refused(format!("answers with {answer}"));
    }
    match answer.incomplete {
        Some(why) => refused(format!("its answer is not whole: {why}")),
        None => Ok(answer.body),
    }
}

fn described(index: u32, device: &ScrapedDevice) -> SourceDevice {
    let is_uuid = device.id.matches('-').count() >= 4 && !device.id.contains('/');
    let uuid = match (device.is_of_machine, is_uuid) {
        (true, _) => format!("{HOST_PREFIX}{}", device.id),
        (false, true) => device.id.clone(),
        (false, false) => format!("gpu:{}", device.id),
    };
    SourceDevice {
        uuid,
        index: device.board.as_ref().map_or(index, |board| board.index),
        name: device.name.clone().unwrap_or_else(|| match device.is_of_machine {
            true => format!("CPU {}", device.id),
            false => device.metrics.clone(),
        }),
        sensor: device.sensor,
        counted_in: None,
    }
}

/// The devices as boards, if all of them are boards that CUDA knows.
fn boards(devices: &[ScrapedDevice]) -> Vec<Board> {
    let board = |device: &ScrapedDevice| {
        let known = device.board.as_ref()?;
        let name = device.name.clone().unwrap_or_default();
        Some(Board { index: known.index, uuid: device.id.clone(), name, pci: known.pci.clone(), mig: Vec::new() })
    };
    devices.iter().map(board).collect::<Option<Vec<_>>>().unwrap_or_default()
}

impl Source for ExporterSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Exporter
    }

    fn devices(&self) -> &[SourceDevice] {
        &self.devices
    }

    fn boards(&self) -> &[Board] {
        &self.boards
    }

    fn keep(&mut self, positions: &[usize]) {
        keep_positions(&mut self.devices, positions);
        keep_positions(&mut self.boards, positions);
        keep_positions(&mut self.counters, positions);
        self.exporter.keep(positions);
    }

    fn is_cheap(&self) -> bool {
        false
    }

    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>)) {
        let scraped = match self.scrape(now) {
            Ok(scraped) => scraped,
            Err(why) => {
                return (0..self.devices.len()).for_each(|at| sink(at, Err(ReadError::Unreadable(why.clone()))));
            }
        };
        for (position, (values, seen)) in scraped.into_iter().zip(&mut self.counters).enumerate() {
            let counter = seen.moved(values.counter, now);
            if values.power.is_some() || counter.is_some() {
                sink(position, Ok(Reading { at: now, power: values.power, counter, epoch: 0 }));
            } else if values.counter.is_none() {
                sink(position, Err(ReadError::Blank("the exporter serves no value of it".to_owned())));
            } else if seen.since.and_then(|since| now.since(since)).is_some_and(|still| still > STANDS_STILL) {
                sink(position, Err(ReadError::Blank("its energy counter stands still".to_owned())));
            }
        }
    }
}

impl SeenCounter {
    /// The value, if it is another than the one seen before.
    fn moved(&mut self, counter: Option<u64>, now: Timestamp) -> Option<u64> {
        let counter = counter?;
        if self.last == Some(counter) {
            self.since.get_or_insert(now);
            return None;
        }
        let has_moved = self.last.is_some();
        *self = Self { last: Some(counter), since: Some(now) };
        has_moved.then_some(counter)
    }
}
