//! What needs attention.

use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// How much an item matters. Items that matter most come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Data is being lost or is wrong.
    Bad,
    /// Data will be lost or wrong, or energy is wasted.
    Warn,
    /// For information.
    Info,
}

/// Every kind of item.
pub const ATTENTION_KINDS: [&str; 13] = [
    "agent_late",
    "clock_ahead",
    "coverage_low",
    "node_without_site",
    "held_idle",
    "job_silent",
    "windows_set_aside",
    "gaps_reported",
    "factors_provisional",
    "factors_stale",
    "budget_breaking",
    "hold_breaking",
    "exception_requested",
];

/// The thing that an item is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Subject {
    /// Kind of thing: `node`, `device`, `job`, `zone`, `budget` or `request`.
    pub r#type: String,
    /// Its id or name; for a device the name of its node, a slash and its UUID.
    pub id: String,
}

/// Something that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttentionItem {
    /// What is wrong: `agent_late`, `clock_ahead`, `coverage_low`, `node_without_site`, `held_idle`, `job_silent`, `windows_set_aside`,
    /// `gaps_reported`, `factors_provisional`, `factors_stale`, `budget_breaking`, `hold_breaking` or `exception_requested`.
    pub kind: String,
    /// How much it matters.
    pub severity: Severity,
    /// The thing that it is about.
    pub subject: Subject,
    /// What is wrong and what to do about it, in words.
    pub message: String,
    /// Since when it has been so, RFC 3339; `null` if that is not known.
    pub since: Option<String>,
}

impl Subject {
    /// The thing of a kind with this id or name.
    #[must_use]
    pub fn of(r#type: &str, id: impl fmt::Display) -> Self {
        Self { r#type: r#type.to_owned(), id: id.to_string() }
    }
}

impl AttentionItem {
    /// An item of one of [`ATTENTION_KINDS`], of which it is not known since when it has been so.
    #[must_use]
    pub fn new(kind: &str, severity: Severity, subject: Subject, message: String) -> Self {
        debug_assert!(ATTENTION_KINDS.contains(&kind), "{kind} is not listed");
        Self { kind: kind.to_owned(), severity, subject, message, since: None }
    }

    /// Place of the item in the list, by severity, kind and subject.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} {} {}", self.severity as u8, self.kind, self.subject.id)
    }
}
