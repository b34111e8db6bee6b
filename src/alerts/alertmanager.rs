//! Alerts as version 2 of the API of Alertmanager takes them, `POST /api/v2/alerts`.
//!
//! Alertmanager keeps alerts in memory and takes one that is not repeated for ended, so they are told again every [`REPEAT_EVERY`]; it tells people
//! once all the same.

use super::notice::Notice;
use super::text::line;
use crate::moment;
use api::Severity;
use serde::Serialize;
use std::collections::BTreeMap;
use units::{Span, Timestamp};

/// Interval between two repetitions.
pub(super) const REPEAT_EVERY: Span = Span::from_seconds(4 * 60);
/// Alertmanager takes an alert for ended this long after it was last told: long enough that a restart of the service ends none.
const ENDS_AFTER: Span = Span::from_seconds(15 * 60);
/// Most characters of a label, and of an annotation.
const LABEL_MAX: usize = 256;
const ANNOTATION_MAX: usize = 1_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostableAlert {
    labels: BTreeMap<&'static str, String>,
    annotations: BTreeMap<&'static str, String>,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    generator_url: Option<String>,
}

/// The body that tells `notices`.
pub(super) fn body(notices: &[Notice], now: Timestamp, app: Option<&str>) -> serde_json::Result<Vec<u8>> {
    let alerts: Vec<PostableAlert> = notices.iter().map(|notice| alert(notice, now, app)).collect();
    serde_json::to_vec(&alerts)
}

fn alert(notice: &Notice, now: Timestamp, app: Option<&str>) -> PostableAlert {
    let item = &notice.item;
    // Labels are the identity of an alert, and must be the same each time.
    let labels = [
        ("alertname", format!("Wattledger{}", camel(item.kind.name()))),
        ("severity", level(item.severity).to_owned()),
        ("subject_type", item.subject.r#type.name().to_owned()),
        ("subject", line(&item.subject.id, LABEL_MAX)),
    ];
    PostableAlert {
        labels: labels.into(),
        annotations: [("summary", line(&item.message, ANNOTATION_MAX))].into(),
        starts_at: moment::show(notice.starts),
        ends_at: moment::show(notice.ended.unwrap_or_else(|| now.after(ENDS_AFTER).unwrap_or(now))),
        generator_url: app.map(|app| notice.link(app)),
    }
}

/// `AgentLate` of `agent_late`.
fn camel(word: &str) -> String {
    word.split('_')
        .flat_map(|part| part[..1].to_uppercase().chars().chain(part[1..].chars()).collect::<Vec<_>>())
        .collect()
}

/// The words that are customary with Prometheus.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Bad => "critical",
        Severity::Warn => "warning",
        Severity::Info => "info",
    }
}
