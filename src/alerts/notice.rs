//! One thing that an endpoint is told.

use crate::escape::escaped;
use api::{AttentionItem, Severity};
use model::SubjectKind;
use units::Timestamp;

/// One thing that an endpoint is told: that something needs attention, or no longer does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    /// What needs attention.
    pub(super) item: AttentionItem,
    /// Since when, or when it was first seen where that is not known.
    pub(super) starts: Timestamp,
    /// When it was found that it no longer does; `None` while it does.
    pub(super) ended: Option<Timestamp>,
}

impl Notice {
    /// Identity of what it is about.
    pub(super) fn id(&self) -> String {
        identity(&self.item)
    }

    /// Whether it is about the same thing, and says the same of it.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.ended.is_some() == other.ended.is_some() && self.id() == other.id()
    }

    /// Where the web app at `app` (`https://HOST`) shows more.
    pub(super) fn link(&self, app: &str) -> String {
        let id = &self.item.subject.id;
        match self.item.subject.r#type {
            SubjectKind::Job => format!("{app}/jobs/{}", escaped(id)),
            SubjectKind::Node => format!("{app}/fleet/{}", escaped(id)),
            SubjectKind::Budget | SubjectKind::Admission | SubjectKind::Request => format!("{app}/budgets"),
            SubjectKind::Zone | SubjectKind::Provider => format!("{app}/grid"),
            SubjectKind::Device => format!("{app}/fleet"),
            SubjectKind::Service => app.to_owned(),
        }
    }
}

/// What stays the same of an item from look to look and from start to start: kind, severity and subject. Its words and figures change. Something
/// that becomes worse is another item, so that it is told.
pub(super) fn identity(item: &AttentionItem) -> String {
    format!("{}/{}/{}/{}", item.kind, severity(item.severity), item.subject.r#type, item.subject.id)
}

/// The word of a severity, as the API has it.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Bad => "bad",
        Severity::Warn => "warn",
        Severity::Info => "info",
    }
}
