//! Requests to InfluxDB. Lines are written through the crate `influxdb2`; what that crate answers with a panic or with wrong values (queries),
//! or asks for in whole seconds (deletes), is asked here.

use super::super::store::SeriesError;
use super::flux::instant;
use super::table::{self, Row, TableError};
use bytes::Bytes;
use client::{Call, CallLimits, Client, Content, Method, SendError};
use influxdb2::RequestError;
use influxdb2::api::write::TimestampPrecision;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;
use units::Timestamp;

/// Longest wait for the answer to one request.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Longest answer to a query. A day of one device is about 2 MB.
const ANSWER_BYTES_MAX: u64 = 256 << 20;
/// Most requests to find the lines that the server refuses in one batch of lines.
const REQUESTS_TO_FIND: u32 = 64;

/// Where the series are kept, and as whom they are written.
#[derive(Clone, PartialEq, Eq)]
pub struct InfluxServer {
    /// Address of the server without a path, such as `https://influx.example:8086`.
    pub url: String,
    /// The organisation that the bucket belongs to.
    pub org: String,
    /// The bucket, which holds nothing else.
    pub bucket: String,
    /// A token that may write the bucket, and read it where charts are read from it.
    pub token: String,
    /// PEM file with the certificates to trust instead of the public authorities.
    pub ca_file: Option<PathBuf>,
    /// Whether the token may go over http to another machine.
    pub plain_http: bool,
}

impl std::fmt::Debug for InfluxServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { url, org, bucket, token: _, ca_file: _, plain_http: _ } = self;
        f.debug_struct("InfluxServer")
            .field("url", url)
            .field("org", org)
            .field("bucket", bucket)
            .finish_non_exhaustive()
    }
}

/// What became of lines that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Written {
    /// Lines that the server has.
    pub(super) kept: u64,
    /// Lines that it refuses, at least.
    pub(super) refused: u64,
}

/// The server, over connections that are kept.
pub(super) struct Connection {
    server: InfluxServer,
    runtime: tokio::runtime::Runtime,
    writer: influxdb2::Client,
    client: Client,
    is_ending: watch::Sender<bool>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.server.fmt(f)
    }
}

/// Why lines were not taken.
pub(super) enum Refusal {
    /// Some of the lines, or all, are at fault; `lost` of them, where that is known.
    Lines { lost: Option<u64>, reason: String },
    /// The lines are too many for the server, for ever or now.
    Large { is_final: bool, reason: String },
    /// Anything else: the lines are sent again later.
    Unavailable(String),
}

impl Connection {
    pub(super) fn open(server: InfluxServer) -> Result<Self, SeriesError> {
        let unavailable = |reason: String| SeriesError::Unavailable { url: server.url.clone(), reason };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| unavailable(error.to_string()))?;
        let client = Client::new(concat!("wattledger/", env!("CARGO_PKG_VERSION")), server.ca_file.as_deref());
        let client = client.map_err(|error| unavailable(error.to_string()))?;
        let address = client::check_address(&server.url, !server.plain_http);
        let address = address.map_err(|error| {
            let hint = if server.plain_http { "" } else { "; plain_http = true allows it" };
            unavailable(format!("{error}{hint}"))
        })?;
        // HTTP/1.1 alone: the h2 that the crate brings has a known flaw and no successor there.
        let mut builder = reqwest::ClientBuilder::new().redirect(reqwest::redirect::Policy::none()).http1_only();
        if address.host().is_some_and(client::is_loopback) {
            builder = builder.no_proxy();
        }
        if let Some(path) = &server.ca_file {
            let unusable = |error: String| unavailable(format!("ca_file {}: {error}", path.display()));
            let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
            let certificates =
                reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| unusable(error.to_string()))?;
            builder = certificates.into_iter().fold(builder.tls_built_in_root_certs(false), |builder, certificate| {
                builder.add_root_certificate(certificate)
            });
        }
        let writer = influxdb2::ClientBuilder::with_builder(builder, &server.url, &server.org, &server.token).build();
        let writer = writer.map_err(|error| unavailable(error.to_string()))?;
        let (is_ending, _) = watch::channel(false);
        Ok(Self { server, runtime, writer, client, is_ending })
    }

    pub(super) fn bucket(&self) -> &str {
        &self.server.bucket
    }

    /// What the mirror's notes are about: another server or bucket has none of what was written to this one.
    pub(super) fn target(&self) -> String {
        let InfluxServer { url, org, bucket, .. } = &self.server;
        format!("{url} {org} {bucket}")
    }

    /// Gives up the request that is under way, and every later one.
    pub(super) fn interrupt(&self) {
        self.is_ending.send_replace(true);
    }

    /// Writes lines. Those that the server will never take are left out, counted, and named in the log.
    ///
    /// # Errors
    ///
    /// [`SeriesError::Unavailable`]: the same lines must be sent again, which changes nothing where the server has them.
    pub(super) fn write(&self, lines: LineText) -> Result<Written, SeriesError> {
        let mut sent = Written::default();
        let mut waiting = vec![lines];
        let mut requests = 0;
        while let Some(part) = waiting.pop() {
            let count = part.count as u64;
            if count == 0 {
                continue;
            }
            requests += 1;
            match self.post(part.text.clone()) {
                Ok(()) => sent.kept += count,
                Err(Refusal::Unavailable(reason)) => return Err(self.unavailable(reason)),
                Err(Refusal::Lines { lost: Some(lost), reason }) => {
                    tracing::warn!(lost, reason, "InfluxDB keeps only some of the points");
                    sent.refused += lost;
                    sent.kept += count.saturating_sub(lost);
                }
                Err(Refusal::Lines { lost: None, reason }) if count == 1 || requests > REQUESTS_TO_FIND => {
                    let first = part.text.split(|byte| *byte == b'\n').next().map(String::from_utf8_lossy);
                    tracing::warn!(lines = count, reason, first = first.as_deref(), "InfluxDB refuses points");
                    sent.refused += count;
                }
                Err(Refusal::Large { is_final: true, .. }) if count == 1 => sent.refused += 1,
                Err(Refusal::Large { is_final: false, reason }) if count == 1 => return Err(self.unavailable(reason)),
                Err(Refusal::Lines { .. } | Refusal::Large { .. }) => waiting.extend(part.halves()),
            }
        }
        Ok(sent)
    }

    /// Sends lines once. The crate may panic and has no time limit: both stay in a task of its own.
    fn post(&self, body: Bytes) -> Result<(), Refusal> {
        let writer = self.writer.clone();
        let (org, bucket) = (self.server.org.clone(), self.server.bucket.clone());
        let precision = TimestampPrecision::Milliseconds;
        let mut ending = self.is_ending.subscribe();
        let answer = self.runtime.block_on(async {
            let writing =
                tokio::spawn(
                    async move { writer.write_line_protocol_with_precision(&org, &bucket, body, precision).await },
                );
            let stop = writing.abort_handle();
            let answer = tokio::select! {
                biased;
                _ = ending.wait_for(|is_ending| *is_ending) => None,
                answer = tokio::time::timeout(ANSWER_WITHIN, writing) => Some(answer),
            };
            stop.abort();
            answer
        });
        let Some(answer) = answer else { return Err(Refusal::Unavailable("the service ends".to_owned())) };
        match answer {
            Err(_) => Err(Refusal::Unavailable(format!("no answer within {} s", ANSWER_WITHIN.as_secs()))),
            Ok(Err(defect)) => Err(Refusal::Unavailable(format!("the client failed: {defect}"))),
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(RequestError::Http { status, text }))) => Err(refusal(status.as_u16(), &text)),
            Ok(Ok(Err(error))) => Err(Refusal::Unavailable(error.to_string())),
        }
    }

    /// Deletes the points that `predicate` names from `first` to `last`, both inside. Returns whether the server can delete: others speak the write
    /// API alone.
    ///
    /// # Errors
    ///
    /// [`SeriesError::Unavailable`].
    pub(super) fn delete(&self, predicate: &str, first: Timestamp, last: Timestamp) -> Result<bool, SeriesError> {
        let asked = json!({ "start": instant(first), "stop": instant(last), "predicate": predicate }).to_string();
        let answer = self.ask("/api/v2/delete", &[("bucket", &self.server.bucket)], &asked)?;
        match answer.status {
            204 => Ok(true),
            400 | 404 | 405 | 501 => Ok(false),
            _ => Err(self.unavailable(answer.to_string())),
        }
    }

    /// Calls `each` with every row that answers `query`.
    ///
    /// # Errors
    ///
    /// [`SeriesError::Unavailable`], also after some rows.
    pub(super) fn query(
        &self,
        query: &str,
        each: impl FnMut(&Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), SeriesError> {
        let dialect = json!({ "header": true, "delimiter": ",", "annotations": ["datatype", "group", "default"] });
        let asked = json!({ "query": query, "type": "flux", "dialect": dialect }).to_string();
        let answer = self.ask("/api/v2/query", &[], &asked)?;
        if answer.status != 200 {
            return Err(self.unavailable(answer.to_string()));
        }
        if let Some(reason) = answer.incomplete {
            return Err(self.unavailable(format!("the answer is cut off: {reason}")));
        }
        table::rows(&answer.body, each).map_err(|error| self.unavailable(error.to_string()))
    }

    fn ask(&self, path: &str, also: &[(&str, &str)], body: &str) -> Result<client::Answer, SeriesError> {
        let mut parameters = form_urlencoded::Serializer::new(String::new());
        parameters.append_pair("org", &self.server.org).extend_pairs(also);
        let url = format!("{}{path}?{}", self.server.url.trim_end_matches('/'), parameters.finish());
        // Where it may go in the clear was decided when the connection was opened.
        let shown = format!("Token {}", self.server.token);
        let call = Call {
            method: Method::POST,
            url: &url,
            token: None,
            headers: &[("Authorization", &shown)],
            content: Some(Content { media_type: "application/json", encoding: None, bytes: body.as_bytes() }),
            limits: CallLimits { time: ANSWER_WITHIN, answer_bytes: ANSWER_BYTES_MAX },
        };
        self.client.send(&call).map_err(|error: SendError| self.unavailable(error.to_string()))
    }

    fn unavailable(&self, reason: String) -> SeriesError {
        SeriesError::Unavailable { url: self.server.url.clone(), reason }
    }
}

/// What an answer other than 204 says of the lines.
pub(super) fn refusal(status: u16, text: &str) -> Refusal {
    let reason: String = text.chars().take(500).collect();
    match status {
        400 => Refusal::Lines { lost: None, reason },
        // The others were kept. The number that the message names can be too small.
        422 => Refusal::Lines { lost: Some(dropped(text).unwrap_or(1)), reason },
        413 => Refusal::Large { is_final: true, reason },
        // Nothing of the batch was kept; a smaller one passes at once.
        500 if text.contains("cache-max-memory-size") => Refusal::Large { is_final: false, reason },
        _ => Refusal::Unavailable(format!("status {status}: {reason}")),
    }
}

/// The number of points in `… dropped=3 …`.
fn dropped(text: &str) -> Option<u64> {
    let digits: String = text.split_once("dropped=")?.1.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|lost| *lost > 0)
}

/// Lines to be sent.
pub(super) struct LineText {
    text: Bytes,
    count: usize,
}

impl LineText {
    /// `text` has this number of lines, each with its end.
    pub(super) fn new(text: String, count: usize) -> Self {
        Self { text: text.into(), count }
    }

    /// The second and the first half: the last is taken first.
    fn halves(&self) -> [Self; 2] {
        let middle = self.count / 2;
        let ends = self.text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let at = [0].into_iter().chain(ends).nth(middle).unwrap_or(self.text.len());
        let part = |text, count| Self { text, count };
        [part(self.text.slice(at..), self.count - middle), part(self.text.slice(..at), middle)]
    }
}
