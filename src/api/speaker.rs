//! Who asks, as a speaker for nodes, and what is kept of those who are refused.

use super::problem::Problem;
use super::state::State;
use crate::access::Identity;
use crate::ingest::{IngestError, SpeakerRefusal, TokenSpeaker};
use crate::store::StoreError;
use model::{NodeName, Scope};
use units::Span;

/// A refusal is noted to the minute, so that repeating it does not mean writing.
const NOTE_RESOLUTION: Span = Span::from_seconds(60);

/// `who` as a speaker for nodes.
pub(super) fn speaker(who: &Identity) -> TokenSpeaker {
    TokenSpeaker {
        token: who.token.clone(),
        project: who.project.clone(),
        voice: who.voice.clone(),
        is_admin: who.holds(Scope::Admin),
    }
}

/// Notes for `attention` that `who` was refused, where another token speaks for the node.
pub(super) async fn note_refusal(state: &State, who: &Identity, error: &IngestError) {
    let IngestError::Refused(SpeakerRefusal::Node { node }) = error else { return };
    let noted = note(state, who, node.clone()).await;
    if let Err(problem) = noted {
        tracing::warn!(?problem, "that a token was refused could not be noted");
    }
}

async fn note(state: &State, who: &Identity, node: NodeName) -> Result<(), Problem> {
    let (token, now) = (who.token.clone(), state.clock.wall());
    state
        .work(move |service| {
            let known = service.store.read::<_, StoreError>(|tx| {
                let Some(node) = tx.nodes().find(&node)? else { return Ok(None) };
                Ok(Some((node, tx.speakers().last_refused(node, &token)?)))
            })?;
            let is_old = |last| now.since(last).is_some_and(|span| span >= NOTE_RESOLUTION);
            match known {
                Some((number, last)) if last.is_none_or(is_old) => {
                    tracing::warn!(
                        node = node.as_str(),
                        token = token.as_str(),
                        "a token was refused: another speaks for the node"
                    );
                    Ok(service.store.write::<_, StoreError>(move |tx| tx.speakers().refuse(number, &token, now))?)
                }
                _ => Ok(()),
            }
        })
        .await
}
