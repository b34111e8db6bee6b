//! Alerts out: tells webhooks what needs attention, each thing once.
//!
//! One thread looks ([`Messenger`]) at what [`attention`](crate::attention::attention) lists. For each endpoint the difference to what it has been told
//! waits in an outbox of bounded size, and a thread of its own sends it, signed, until it is taken. What was told is kept in a file, so that a
//! restart tells nothing twice.

mod alertmanager;
mod counts;
mod format;
mod json;
mod memory;
mod messenger;
mod notice;
mod outbox;
mod sender;
mod signature;
mod slack;
mod text;

pub use counts::AlertCounts;
pub use messenger::{AlertSource, AlertsError, Bell, Messenger};
