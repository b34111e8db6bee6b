//! `GET /events`: what changed, as server-sent events, for live pages.

use super::changes::{StreamPlace, Told};
use super::connection::Hangup;
use super::problem::Problem;
use super::state::State;
use crate::access::Identity;
use api::ChangeEvent;
use axum::Extension;
use axum::extract::State as Extract;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use collectors::clock::Clock;
use futures_core::Stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};
use units::Span;

/// Follow changes as they happen
///
/// Sends server-sent events: `change` for each change, and `lagged` if changes were missed, after which everything should be loaded again. The
/// stream ends when the token is revoked or expires. One token may have a quarter of all streams.
#[utoipa::path(
    get, path = "/events", tag = "events",
    responses((status = 200, description = "Events until the client disconnects", body = ChangeEvent, content_type = "text/event-stream"))
)]
pub(crate) async fn listen(
    Extract(state): Extract<State>,
    Extension(hangup): Extension<Hangup>,
    who: Identity,
) -> Result<impl IntoResponse, Problem> {
    let place = state.events.place(&who.token)?;
    let told = state.events.told.subscribe();
    let (sender, receiver) = mpsc::channel(1);
    let listener = Listener { who, hangup, clock: Arc::clone(&state.clock) as Arc<dyn Clock>, unsent: VecDeque::new() };
    tokio::spawn(listener.relay(told, sender, place));
    state.metrics.event_streams.inc();
    let stream = OpenStream { receiver, state: Arc::clone(&state) };
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// Events that a reader may be behind before it is told to load everything again.
const UNSENT_MAX: usize = 256;
/// How often the clock is asked again whether a token has expired, as it may have been set.
const EXPIRY_LOOK: Duration = Duration::from_secs(15);

/// Who listens to a stream.
struct Listener {
    who: Identity,
    hangup: Hangup,
    clock: Arc<dyn Clock>,
    unsent: VecDeque<Event>,
}

impl Listener {
    /// Passes on what it may see, until either side ends. It hears while its reader is behind, too, so that the end of its token is not missed.
    async fn relay(mut self, mut told: broadcast::Receiver<Told>, sender: mpsc::Sender<Event>, _place: StreamPlace) {
        loop {
            tokio::select! {
                () = sender.closed() => return,
                () = self.has_expired() => return self.hangup.hang_up(),
                heard = told.recv() => match heard {
                    Ok(Told::Change(change)) => self.hear(&change),
                    Ok(Told::Revoked(token)) if token == self.who.token => return self.hangup.hang_up(),
                    Ok(Told::SignedOut(session)) if self.who.session.as_ref() == Some(&session) => {
                        return self.hangup.hang_up();
                    }
                    Ok(Told::Revoked(_) | Told::SignedOut(_)) => {}
                    // What was missed may be the end of the token: whoever connects again is asked for it again.
                    Ok(Told::End | Told::Missed) | Err(broadcast::error::RecvError::Lagged(_) | broadcast::error::RecvError::Closed) => return,
                },
                free = sender.reserve(), if !self.unsent.is_empty() => match (free, self.unsent.pop_front()) {
                    (Ok(free), Some(event)) => free.send(event),
                    _ => return,
                },
            }
        }
    }

    fn hear(&mut self, change: &ChangeEvent) {
        if !is_visible(change, &self.who) {
            return;
        }
        if self.unsent.len() >= UNSENT_MAX {
            self.unsent.clear();
            self.unsent.push_back(Event::default().event("lagged").data(""));
        }
        self.unsent.extend(Event::default().event("change").json_data(change).ok());
    }

    async fn has_expired(&self) {
        let Some(expires) = self.who.expires else { return std::future::pending().await };
        while let Some(left) = expires.since(self.clock.wall()).filter(|left| *left > Span::ZERO) {
            tokio::time::sleep(Duration::from_nanos(left.nanoseconds()).min(EXPIRY_LOOK)).await;
        }
    }
}

/// A token that is bound to a project hears of that project alone.
fn is_visible(change: &ChangeEvent, who: &Identity) -> bool {
    match (&who.project, &change.project) {
        (None, _) => true,
        (Some(own), Some(project)) => own == project,
        (Some(_), None) => false,
    }
}

/// An answer that goes on; its end is counted.
struct OpenStream {
    receiver: mpsc::Receiver<Event>,
    state: State,
}

impl Stream for OpenStream {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.receiver.poll_recv(context).map(|event| event.map(Ok))
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.state.metrics.event_streams.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::super::changes::Events;
    use super::*;
    use collectors::clock::SystemClock;
    use model::{ChangeKind, Scope, TokenId};

    fn reader(token: &str) -> Identity {
        let (token, scopes) = (TokenId::new(token), vec![Scope::Read]);
        Identity { token, scopes, project: None, voice: crate::store::Voice::default(), expires: None, session: None }
    }

    #[test]
    fn a_stream_whose_reader_is_behind_hears_that_its_token_was_revoked() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let events = Events::new(8);
            let (who, hangup) = (reader("revoked"), Hangup::default());
            let place = events.place(&who.token).unwrap();
            let (told, (sender, mut unread)) = (events.told.subscribe(), mpsc::channel(1));
            let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
            let listener = Listener { who, hangup: hangup.clone(), clock, unsent: VecDeque::new() };
            let relaying = tokio::spawn(listener.relay(told, sender, place));
            // More than the reader, which takes nothing, has room for.
            for number in 0..10 {
                events.tell(ChangeKind::Project, number.to_string(), None);
            }
            events.end_of(&TokenId::new("another"));
            events.end_of(&TokenId::new("revoked"));
            relaying.await.unwrap();
            assert!(hangup.was_asked().await, "the connection is not ended");
            assert!(unread.recv().await.is_some() && unread.recv().await.is_none());
        });
    }
}
