//! Wattledger's own document.

use super::notice::Notice;
use crate::moment;
use api::{AttentionItem, Severity, Subject};
use model::AttentionKind;
use serde::Serialize;
use units::Timestamp;

/// Version of the document. A later one may have further fields; another meaning of a field is another version.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct AlertDocument<'a> {
    version: u32,
    sent: String,
    alerts: Vec<AlertEntry<'a>>,
}

#[derive(Serialize)]
struct AlertEntry<'a> {
    id: String,
    state: &'static str,
    kind: AttentionKind,
    severity: Severity,
    subject: &'a Subject,
    message: &'a str,
    since: String,
    ended: Option<String>,
    link: Option<String>,
}

/// The body that tells `notices`.
pub(super) fn body(notices: &[Notice], now: Timestamp, app: Option<&str>) -> serde_json::Result<Vec<u8>> {
    let alerts = notices.iter().map(|notice| {
        let AttentionItem { kind, severity, subject, message, .. } = &notice.item;
        AlertEntry {
            id: notice.id(),
            state: if notice.ended.is_some() { "resolved" } else { "firing" },
            kind: *kind,
            severity: *severity,
            subject,
            message,
            since: moment::show(notice.starts),
            ended: notice.ended.map(moment::show),
            link: app.map(|app| notice.link(app)),
        }
    });
    serde_json::to_vec(&AlertDocument { version: VERSION, sent: moment::show(now), alerts: alerts.collect() })
}
