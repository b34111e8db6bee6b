//! What needs attention.

use model::{AttentionKind, SubjectKind};
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

/// The thing that an item is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Subject {
    /// Whether it is a node, a device, a job, a grid zone, a budget or a request.
    pub r#type: SubjectKind,
    /// Its id or name; for a device the name of its node, a slash and its UUID.
    pub id: String,
}

/// Something that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttentionItem {
    /// What is wrong, as one word of a fixed list.
    pub kind: AttentionKind,
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
    pub fn of(r#type: SubjectKind, id: impl fmt::Display) -> Self {
        Self { r#type, id: id.to_string() }
    }
}

impl AttentionItem {
    /// An item of which it is not known since when it has been so.
    #[must_use]
    pub fn new(kind: AttentionKind, severity: Severity, subject: Subject, message: String) -> Self {
        Self { kind, severity, subject, message, since: None }
    }

    /// Place of the item in the list, by severity, kind and subject.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} {} {}", self.severity as u8, self.kind, self.subject.id)
    }
}
