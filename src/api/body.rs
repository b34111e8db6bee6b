//! Request bodies under limits: size is counted after decompression, time over the whole body.

use super::body_memory::{BodyShare, Sender};
use super::problem::Problem;
use super::state::State;
use crate::config::Limits;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::time::Duration;

/// Above this size a body may not be more than [`RATIO_MAX`] times its compressed size.
const RATIO_COUNTS_ABOVE_BYTES: usize = 1 << 20;
const RATIO_MAX: usize = 100;
/// Of a refused body, at most this many times the largest that is taken is read.
const DISCARDED_TIMES_MAX: usize = 4;
/// How long a body may take to bring the least number of bytes that may be expected in that time.
const PACE: Duration = Duration::from_secs(10);
/// Base-2 logarithm of the largest zstd window, 8 MiB: what a decoder must hold in memory.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// Compressed bodies up to this size are unpacked at once: a few microseconds each, and never more than [`RATIO_MAX`] times as much.
const SMALL_BYTES: usize = 16 << 10;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

/// A whole JSON body, decompressed.
pub(crate) struct JsonBytes(pub(crate) Bytes);

impl FromRequest<State> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &State) -> Result<Self, Problem> {
        expect_json(request.headers())?;
        read(request, state).await.map(Self)
    }
}

/// A JSON body as a `T`; what does not fit is named by its place.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<State> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &State) -> Result<Self, Problem> {
        let JsonBytes(bytes) = JsonBytes::from_request(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// A file of factors, decompressed where the request says that it is compressed: CSV, XML or JSON, or one of them gzipped as a file.
pub(crate) struct FactorFile(pub(crate) Bytes);

impl FromRequest<State> for FactorFile {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &State) -> Result<Self, Problem> {
        expect_media_type(request.headers(), &["text/csv", "application/gzip", "application/xml", "application/json"])?;
        read(request, state).await.map(Self)
    }
}

/// `bytes` as a `T`.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() { Problem::field(place, inner.to_string()) } else { Problem::body(inner.to_string()) }
    })?;
    reader.end().map_err(|error| Problem::body(error.to_string()))?;
    Ok(value)
}

fn expect_json(headers: &HeaderMap) -> Result<(), Problem> {
    expect_media_type(headers, &["application/json"])
}

fn expect_media_type(headers: &HeaderMap, expected: &[&str]) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if expected.iter().any(|expected| essence.eq_ignore_ascii_case(expected)) {
        return Ok(());
    }
    Err(Problem::unsupported("Content-Type", format!("the media type is {given:?}: send {}", expected.join(" or "))))
}

async fn read(request: Request, state: &State) -> Result<Bytes, Problem> {
    let sender = Sender::of(&request);
    let limits = &sender.within(state.limits);
    let encoding = encoding(request.headers())?;
    let mut held = state.bodies.of(sender).nothing();
    if announces_too_much(request.headers(), limits) {
        return Err(too_much_announced(request, *limits));
    }
    let mut body = request.into_body();
    let too_slow = |_| Problem::body_too_slow(format!("it was not complete after {} s", limits.body_timeout.as_secs()));
    let collected = collect(&mut body, limits, &mut held);
    let sent = match tokio::time::timeout(limits.body_timeout, collected).await.map_err(too_slow)? {
        Ok(sent) => sent,
        Err(problem) if problem.is_timeout() => return Err(problem),
        Err(problem) => {
            discard(body, limits.body_bytes).await;
            return Err(problem);
        }
    };
    if encoding == Encoding::Identity {
        return Ok(held.with(sent));
    }
    let (max, is_small) = (limits.body_bytes, sent.len() <= SMALL_BYTES);
    let unpack = move || decompress(encoding, &sent, max, &mut held).map(|whole| held.with(whole));
    if is_small {
        return unpack();
    }
    tokio::task::spawn_blocking(unpack).await.map_err(|_| Problem::internal())?
}

/// The refusal of a body by its announced size, which does not wait for the body. What comes of it all the same is read beside the answer; a client
/// that asks first (`Expect: 100-continue`) sends nothing.
fn too_much_announced(request: Request, limits: Limits) -> Problem {
    if !request.headers().contains_key(header::EXPECT) {
        tokio::spawn(discard(request.into_body(), limits.body_bytes));
    }
    above(limits.body_bytes)
}

/// Reads what is left of a refused body, within limits: a client that is still sending when the connection ends never sees the answer.
async fn discard(mut body: Body, body_bytes: usize) {
    let most = body_bytes.saturating_mul(DISCARDED_TIMES_MAX);
    let rest = async {
        let mut discarded = 0;
        while let Some(Ok(frame)) = body.frame().await
            && discarded < most
        {
            discarded += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    // One that takes too long is cut off.
    let _ = tokio::time::timeout(PACE, rest).await;
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, Problem> {
    let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
    let given = values.next().map(|value| value.to_str().unwrap_or_default().trim().to_ascii_lowercase());
    let encoding = match given.as_deref() {
        None | Some("identity") => Some(Encoding::Identity),
        Some("gzip") => Some(Encoding::Gzip),
        Some("zstd") => Some(Encoding::Zstd),
        Some(_) => None,
    };
    encoding.filter(|_| values.next().is_none()).ok_or_else(|| {
        let detail =
            format!("the encoding {:?} is not supported: use gzip, zstd or identity", given.unwrap_or_default());
        Problem::unsupported("Content-Encoding", detail)
    })
}

fn announces_too_much(headers: &HeaderMap, limits: &Limits) -> bool {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    announced.is_some_and(|bytes| usize::try_from(bytes).map_or(true, |bytes| bytes > limits.body_bytes))
}

/// The body as it was sent, which may neither be too large nor come too slowly.
async fn collect(body: &mut Body, limits: &Limits, held: &mut BodyShare) -> Result<Vec<u8>, Problem> {
    let least = usize::try_from(PACE.as_secs()).unwrap_or(usize::MAX).saturating_mul(limits.body_bytes_per_s as usize);
    let mut sent = Vec::new();
    loop {
        let goal = sent.len().saturating_add(least);
        let mut received = BodyParts { sent: &mut sent, max: limits.body_bytes, held };
        let part = tokio::time::timeout(PACE, received.read_until(goal, body));
        let too_slow =
            |_| Problem::body_too_slow(format!("less than {least} bytes of it came within {} s", PACE.as_secs()));
        if part.await.map_err(too_slow)?? {
            return Ok(sent);
        }
    }
}

/// What has arrived of a body.
struct BodyParts<'a> {
    sent: &'a mut Vec<u8>,
    /// Most bytes that the body may have.
    max: usize,
    held: &'a mut BodyShare,
}

impl BodyParts<'_> {
    /// Takes parts of `body` until `goal` bytes have arrived; returns whether it ended before.
    async fn read_until(&mut self, goal: usize, body: &mut Body) -> Result<bool, Problem> {
        while self.sent.len() < goal {
            match body.frame().await {
                None => return Ok(true),
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    let size = self.sent.len().saturating_add(data.len());
                    if size > self.max {
                        return Err(above(self.max));
                    }
                    self.held.grow_to(size)?;
                    self.sent.extend_from_slice(&data);
                }
                Some(Err(error)) => return Err(Problem::body_incomplete(error)),
            }
        }
        Ok(false)
    }
}

fn above(max: usize) -> Problem {
    Problem::too_large(format!("the body is above {max} bytes: send it in smaller parts"))
}

fn decompress(encoding: Encoding, sent: &[u8], max: usize, held: &mut BodyShare) -> Result<Vec<u8>, Problem> {
    match encoding {
        Encoding::Identity => Ok(sent.to_vec()),
        Encoding::Gzip => inflate(flate2::read::MultiGzDecoder::new(sent), sent.len(), max, held),
        Encoding::Zstd => {
            let unreadable = |error: std::io::Error| Problem::body(format!("not zstd: {error}"));
            let mut decoder = zstd::stream::read::Decoder::with_buffer(sent).map_err(unreadable)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(unreadable)?;
            inflate(decoder, sent.len(), max, held)
        }
    }
}

/// Reads in steps, so that nothing is held that the limits forbid.
fn inflate(mut decoder: impl Read, compressed: usize, max: usize, held: &mut BodyShare) -> Result<Vec<u8>, Problem> {
    // JSON shrinks to an eighth or a tenth: mostly one allocation.
    let mut whole = Vec::with_capacity(compressed.saturating_mul(10).min(max).min(RATIO_COUNTS_ABOVE_BYTES));
    let mut step = [0; 8 << 10];
    loop {
        let count = match decoder.read(&mut step) {
            Ok(0) => return Ok(whole),
            Ok(count) => count,
            Err(error) => return Err(Problem::body(format!("the compressed body cannot be read: {error}"))),
        };
        let size = whole.len() + count;
        if size > max {
            return Err(above(max));
        }
        if size > RATIO_COUNTS_ABOVE_BYTES && size / RATIO_MAX > compressed {
            return Err(Problem::too_large(format!(
                "the body grows to more than {RATIO_MAX} times its compressed size"
            )));
        }
        held.grow_to(compressed.saturating_add(size))?;
        whole.extend_from_slice(step.get(..count).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::super::body_memory::BodyMemory;
    use super::*;
    use axum::response::IntoResponse;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(encoding: Encoding, sent: &[u8], max: usize) -> Result<Vec<u8>, Problem> {
        decompress(encoding, sent, max, &mut BodyMemory::new(64 << 20).nothing())
    }

    fn status(encoding: Encoding, sent: &[u8], max: usize) -> u16 {
        unpacked(encoding, sent, max).map_or_else(|problem| problem.into_response().status().as_u16(), |_| 200)
    }

    #[test]
    fn sizes_count_after_decompression_to_the_byte() {
        let text = b"{\"wattledger\":1}".repeat(100);
        for (encoding, sent) in
            [(Encoding::Gzip, gzip(&text)), (Encoding::Zstd, zstd::encode_all(&text[..], 3).unwrap())]
        {
            assert_eq!(unpacked(encoding, &sent, text.len()).unwrap(), text);
            assert_eq!(status(encoding, &sent, text.len() - 1), 413);
            assert_eq!(status(encoding, &sent[..sent.len() - 1], text.len()), 400);
            assert_eq!(status(encoding, b"nonsense", 100), 400);
        }
    }

    #[test]
    fn above_a_mebibyte_the_ratio_is_limited() {
        let zeros = vec![0; 1 << 20];
        assert_eq!(status(Encoding::Gzip, &gzip(&zeros), usize::MAX), 200);
        let zeros = vec![0; (1 << 20) + 1];
        assert_eq!(status(Encoding::Gzip, &gzip(&zeros), usize::MAX), 413);
    }

    #[test]
    fn bodies_share_one_budget_and_give_back_what_they_took() {
        let budget = BodyMemory::new(100 << 10);
        let text = vec![b'x'; 60 << 10];
        let sent = gzip(&text);
        let take = || {
            let mut held = budget.nothing();
            decompress(Encoding::Gzip, &sent, usize::MAX, &mut held).map(|whole| held.with(whole))
        };
        let first = take().unwrap();
        assert_eq!(take().unwrap_err().into_response().status(), 503);
        let shared = first.slice(1..);
        drop(first);
        assert!(take().is_err());
        drop(shared);
        assert!(take().is_ok());
        assert_eq!(budget.0.available_permits(), 100);
    }

    #[test]
    fn a_field_that_does_not_fit_is_named_with_its_place() {
        #[derive(Debug, serde::Deserialize)]
        struct Asked {
            #[expect(dead_code, reason = "only its place is looked at")]
            list: Vec<u8>,
        }
        let problem = parse::<Asked>(b"{\"list\":[1,300]}").unwrap_err();
        assert!(format!("{problem:?}").contains("list[1]"), "{problem:?}");
        let problem = parse::<Asked>(b"{\"list\":[1]} 1").unwrap_err();
        assert!(format!("{problem:?}").contains("unreadable-body"), "{problem:?}");
    }
}
