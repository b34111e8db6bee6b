//! Grid factors from live providers: each is asked in turn, in the background, and what came is kept.
//!
//! Every provider has a thread, connections and notes of its own ([`Feed`]), so that one that fails delays no other. A round asks for each zone
//! from a while before its newest value, as providers revise. What fails is tried again later and later, and not before the provider said.

mod courier;
mod error;
mod feeds;
mod halt;
mod note;
mod round;

pub use courier::CourierError;
pub use error::{FeedError, FetchError};
pub use feeds::{Feeds, FeedsError};
pub use note::{FeedNote, FeedTrouble, ZoneNote, notes};
pub use round::{Feed, FeedReport};
