//! Answers that take much memory wait for their turn, are counted until they are read, and are sent in pieces.

use super::answer_memory::{TokenShare, TokenShares};
use super::problem::Problem;
use super::state::State;
use crate::access::Identity;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// How long a request waits for its turn.
const WAIT: Duration = Duration::from_secs(10);
/// Answers up to this size are not counted.
const SMALL_BYTES: u64 = 64 << 10;
/// Bytes that are handed to a connection at once, which may copy them.
const PIECE_BYTES: usize = 16 << 10;

/// Lets few charts be made at once, and counts them until they are read.
pub(crate) async fn bound_chart(
    Extract(state): Extract<State>,
    who: Identity,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    bound(&state, &state.answers.charts, &who, next.run(request)).await
}

/// The same of reports and the ledger, which have their own turns.
pub(crate) async fn bound_report(
    Extract(state): Extract<State>,
    who: Identity,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    bound(&state, &state.answers.reports, &who, next.run(request)).await
}

/// Lets few small answers be made at once, so that neither threads nor readers of the database pile up.
pub(crate) async fn bound_small(
    Extract(state): Extract<State>,
    who: Identity,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let made = state.answers.small.take(&who.token, 1, WAIT).await;
    let Some(_made) = made else { return Err(too_many("other answers are being made")) };
    Ok(next.run(request).await)
}

fn too_many(what: &str) -> Problem {
    Problem::unavailable(format!("{what}; with this token or all together they are at their limit: ask again"), 5)
}

async fn bound(
    state: &State,
    turns: &TokenShares,
    who: &Identity,
    making: impl Future<Output = Response>,
) -> Result<Response, Problem> {
    let made = turns.take(&who.token, 1, WAIT).await;
    let Some(_made) = made else { return Err(too_many("other reports and charts are being made")) };
    let response = making.await;
    let bytes = response.body().size_hint().exact().unwrap_or(0);
    if bytes <= SMALL_BYTES {
        return Ok(response);
    }
    let kibibytes = usize::try_from(bytes >> 10).unwrap_or(usize::MAX);
    match state.answers.memory.take(&who.token, kibibytes, WAIT).await {
        Some(share) => Ok(response.map(|body| Body::new(Pieces { body, rest: Bytes::new(), _held: Some(share) }))),
        None => Err(too_many("other large answers wait to be read")),
    }
}

/// Hands a large answer on in pieces, so that a connection whose client does not read holds one of them and no copy of all.
pub(crate) fn in_pieces(response: Response) -> Response {
    let is_small = response.body().size_hint().upper().is_some_and(|bytes| bytes <= SMALL_BYTES);
    if is_small { response } else { response.map(|body| Body::new(Pieces { body, rest: Bytes::new(), _held: None })) }
}

/// A body in pieces of [`PIECE_BYTES`], which refer to the memory of the whole.
struct Pieces {
    body: Body,
    /// What is left of the frame that came last.
    rest: Bytes,
    _held: Option<TokenShare>,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return Poll::Ready(other),
            }
        }
        let count = self.rest.len().min(PIECE_BYTES);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(count)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, inner) = (u64::try_from(self.rest.len()).unwrap_or(u64::MAX), self.body.size_hint());
        let mut whole = SizeHint::new();
        whole.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            whole.set_upper(upper + rest);
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    #[test]
    fn a_large_answer_is_sent_whole_in_pieces_of_one_memory() {
        let whole = Bytes::from((0..1_000_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
        let answer = in_pieces(Response::new(Body::from(whole.clone())));
        assert_eq!(answer.body().size_hint().exact(), Some(4_000_000));
        let mut body = answer.into_body();
        let pieces: Vec<Bytes> = run(async {
            let mut pieces = Vec::new();
            while let Some(frame) = body.frame().await {
                pieces.push(frame.unwrap().into_data().unwrap());
            }
            pieces
        });
        assert!(
            pieces.iter().all(|piece| piece.len() <= PIECE_BYTES && whole.as_ptr_range().contains(&piece.as_ptr()))
        );
        assert_eq!(pieces.concat(), whole);
    }
}
