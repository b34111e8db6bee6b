//! A connection whose other end has to read: where less than a small rate is taken of what is written, it ends.

use super::crowd::Member;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use units::Span;

/// How long a client may take to read the least number of bytes that may be expected in that time.
const TERM: Span = Span::from_seconds(10);

/// A stream that notes what moves, and fails to write when its other end reads too slowly.
pub(super) struct Paced<S> {
    stream: S,
    member: Arc<Member>,
    pace: ReaderPace,
    /// Wakes at the end of a term in which something waits.
    alarm: Option<(Span, Pin<Box<Sleep>>)>,
}

/// How fast what is written has to be taken, where it has to wait.
#[derive(Debug)]
pub(super) struct ReaderPace {
    term: Span,
    /// Bytes that are to be taken in each term.
    least: u64,
    is_waiting: bool,
    /// End of the term, in monotonic time.
    end: Span,
    /// Bytes that were taken in it.
    taken: u64,
}

impl ReaderPace {
    /// At least `bytes_per_s`.
    pub(super) fn of(bytes_per_s: u32) -> Self {
        let least = u64::from(bytes_per_s) * TERM.nanoseconds() / 1_000_000_000;
        Self { term: TERM, least, is_waiting: false, end: Span::ZERO, taken: 0 }
    }

    fn takes(&mut self, count: usize) {
        self.is_waiting = false;
        self.taken = self.taken.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Something has to wait at `now`: until when it may, or how few bytes were taken.
    fn waits(&mut self, now: Span) -> Result<Span, u64> {
        let is_over = now >= self.end;
        if is_over && self.is_waiting && self.taken < self.least {
            return Err(self.taken);
        }
        if is_over {
            (self.end, self.taken) = (now.plus(self.term), 0);
        }
        self.is_waiting = true;
        Ok(self.end)
    }
}

impl<S> Paced<S> {
    /// `stream` as the connection `member`, read at the `pace` at least.
    pub(super) fn new(stream: S, member: Arc<Member>, pace: ReaderPace) -> Self {
        Self { stream, member, pace, alarm: None }
    }

    fn wrote(&mut self, count: usize) {
        self.member.moves();
        self.pace.takes(count);
    }

    /// `outcome`, unless it is to wait and too little was taken for too long.
    fn in_time<T>(&mut self, outcome: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            return outcome;
        }
        loop {
            let now = self.member.now();
            let end = match self.pace.waits(now) {
                Ok(end) => end,
                Err(taken) => {
                    let detail = format!("the client read {taken} bytes in a term, less than {}", self.pace.least);
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, detail)));
                }
            };
            let alarm = match &mut self.alarm {
                Some((due, alarm)) if *due == end => alarm,
                other => {
                    let wait = Duration::from_nanos(end.minus(now).nanoseconds());
                    &mut other.insert((end, Box::pin(tokio::time::sleep(wait)))).1
                }
            };
            ready!(alarm.as_mut().poll(context));
            // It may wake a little early by the other clock.
            self.alarm = None;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.member.moves();
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = outcome {
            self.wrote(count);
        }
        self.in_time(outcome, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        if let Poll::Ready(Ok(count)) = outcome {
            self.wrote(count);
        }
        self.in_time(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.in_time(outcome, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.in_time(outcome, context)
    }
}

#[cfg(test)]
mod tests {
    use super::super::crowd::Crowd;
    use super::super::peer::Peer;
    use super::*;
    use collectors::clock::SystemClock;
    use std::net::IpAddr;
    use tokio::io::{AsyncWriteExt, duplex};

    /// In which second a client is given up that takes `a_second` bytes each second while something waits; `None` if never within two minutes.
    fn given_up(a_second: usize) -> Option<u64> {
        let mut pace = ReaderPace::of(1_024);
        (0..120).find(|second| {
            let now = Span::from_seconds(100 + second);
            let waited = pace.waits(now).is_ok();
            if a_second > 0 {
                pace.takes(a_second);
            }
            // The rest of what is written waits at once.
            !waited || pace.waits(now).is_err()
        })
    }

    #[test]
    fn who_reads_slowly_is_waited_for_and_who_does_not_read_is_not() {
        assert_eq!([0, 100, 1_000].map(given_up), [Some(10); 3]);
        assert_eq!([1_024, 5_000].map(given_up), [None; 2]);
    }

    #[test]
    fn a_wait_long_after_another_has_its_own_term() {
        let mut pace = ReaderPace::of(1_024);
        assert!(pace.waits(Span::from_seconds(1)).is_ok());
        pace.takes(10);
        assert_eq!(pace.waits(Span::from_seconds(900)), Ok(Span::from_seconds(910)));
    }

    #[test]
    fn a_write_to_who_does_not_read_fails() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let error = runtime.block_on(async {
            let place = Crowd::new(1, Arc::default(), Arc::new(SystemClock::new()))
                .enter(Peer::of(IpAddr::from([127, 0, 0, 1])));
            let (ours, _theirs) = duplex(1_024);
            let pace = ReaderPace { term: Span::from_milliseconds(20), ..ReaderPace::of(1_024) };
            Paced::new(ours, Arc::clone(&place.unwrap().member), pace).write_all(&[0; 4_096]).await
        });
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
