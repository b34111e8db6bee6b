//! `GET /events`: what changed, as server-sent events, for live pages.

use super::changes::Told;
use super::problem::Problem;
use super::state::State;
use crate::access::Identity;
use api::ChangeEvent;
use axum::extract::State as Extract;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_core::Stream;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc};

/// Follow changes as they happen
///
/// Sends server-sent events: `change` for each change, and `lagged` if changes were missed, after which everything should be loaded again.
#[utoipa::path(
    get, path = "/events", tag = "events",
    responses((status = 200, description = "Events until the client disconnects", body = ChangeEvent, content_type = "text/event-stream"))
)]
pub(crate) async fn listen(Extract(state): Extract<State>, who: Identity) -> Result<impl IntoResponse, Problem> {
    let place = Arc::clone(&state.events.places).try_acquire_owned().map_err(|_| {
        Problem::unavailable("all event streams are in use: try again later, or raise limits.event_streams", 10)
    })?;
    let told = state.events.told.subscribe();
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(relay(told, who, sender, place));
    state.metrics.event_streams.inc();
    let stream = OpenStream { receiver, state: Arc::clone(&state) };
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// Passes on what `who` may see, until either side ends.
async fn relay(
    mut told: broadcast::Receiver<Told>,
    who: Identity,
    sender: mpsc::Sender<Event>,
    _place: OwnedSemaphorePermit,
) {
    loop {
        let event = tokio::select! {
            () = sender.closed() => return,
            heard = told.recv() => match heard {
                Ok(Told::End) => return,
                Ok(Told::Revoked(token)) if token == who.token => return,
                Ok(Told::SignedOut(session)) if who.session.as_ref() == Some(&session) => return,
                Ok(Told::Change(change)) if is_visible(&change, &who) => {
                    Event::default().event("change").json_data(&change)
                }
                Ok(_) => continue,
                Err(broadcast::error::RecvError::Lagged(_)) => Ok(Event::default().event("lagged").data("")),
                Err(broadcast::error::RecvError::Closed) => return,
            },
        };
        let Ok(event) = event else { continue };
        if sender.send(event).await.is_err() {
            return;
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
