//! What differs from format to format.

use super::notice::Notice;
use super::{alertmanager, json, slack};
use crate::config::AlertFormat;
use units::{Span, Timestamp};

/// The body of a request that tells `notices`, JSON; `None` if the format has nothing to say of them. `app` is the address of the web app.
pub(super) fn body(
    format: AlertFormat,
    notices: &[Notice],
    now: Timestamp,
    app: Option<&str>,
) -> serde_json::Result<Option<Vec<u8>>> {
    match format {
        AlertFormat::Json => json::body(notices, now, app).map(Some),
        AlertFormat::Slack => slack::body(notices, app),
        AlertFormat::Alertmanager => alertmanager::body(notices, now, app).map(Some),
    }
}

/// Whether the format tells what needs no attention any more.
pub(super) const fn tells_ends(format: AlertFormat) -> bool {
    !matches!(format, AlertFormat::Slack)
}

/// Most notices in one request. A message of Slack has at most 40,000 characters.
pub(super) const fn batch_max(format: AlertFormat) -> usize {
    match format {
        AlertFormat::Slack => 10,
        AlertFormat::Json | AlertFormat::Alertmanager => 100,
    }
}

/// How often what still needs attention is told again.
pub(super) const fn repeat_every(format: AlertFormat) -> Option<Span> {
    match format {
        AlertFormat::Alertmanager => Some(alertmanager::REPEAT_EVERY),
        AlertFormat::Json | AlertFormat::Slack => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{AttentionItem, Severity, Subject};
    use model::{AttentionKind, SubjectKind};
    use serde_json::{Value, json};

    fn notice(kind: AttentionKind, subject: Subject, message: &str, ended_s: Option<i64>) -> Notice {
        let item = AttentionItem::new(kind, Severity::Warn, subject, message.to_owned());
        Notice { item, starts: at(0), ended: ended_s.map(at) }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds).unwrap()
    }

    fn shown(format: AlertFormat, notices: &[Notice], app: Option<&str>) -> Option<Value> {
        let body = body(format, notices, at(60), app).unwrap()?;
        Some(serde_json::from_slice(&body).unwrap())
    }

    fn two() -> [Notice; 2] {
        let budget = Subject::of(SubjectKind::Budget, "atlas month");
        [
            notice(AttentionKind::BudgetBreaking, budget, "96 % spent or held", None),
            notice(AttentionKind::AgentLate, Subject::of(SubjectKind::Node, "gpu/1"), "n1 is late", Some(30)),
        ]
    }

    #[test]
    fn the_own_document_says_everything() {
        let expected = json!({ "version": 1, "sent": "2027-01-15T08:01:00Z", "alerts": [
            { "id": "budget_breaking/warn/budget/atlas month", "state": "firing", "kind": "budget_breaking", "severity": "warn",
              "subject": { "type": "budget", "id": "atlas month" }, "message": "96 % spent or held",
              "since": "2027-01-15T08:00:00Z", "ended": null, "link": "https://w.example/budgets" },
            { "id": "agent_late/warn/node/gpu/1", "state": "resolved", "kind": "agent_late", "severity": "warn",
              "subject": { "type": "node", "id": "gpu/1" }, "message": "n1 is late",
              "since": "2027-01-15T08:00:00Z", "ended": "2027-01-15T08:00:30Z", "link": "https://w.example/fleet/gpu%2F1" },
        ] });
        assert_eq!(shown(AlertFormat::Json, &two(), Some("https://w.example")).unwrap(), expected);
    }

    #[test]
    fn slack_is_told_in_plain_text_and_not_of_what_has_ended() {
        let line = "Wattledger, warn: budget breaking, atlas month: 96 % spent or held";
        let plain = |text| json!({ "type": "plain_text", "text": text, "emoji": false });
        let expected = json!({ "text": line, "mrkdwn": false, "unfurl_links": false, "unfurl_media": false, "blocks": [
            { "type": "section", "text": plain(line) },
            { "type": "context", "elements": [plain("https://w.example")] },
        ] });
        assert_eq!(shown(AlertFormat::Slack, &two(), Some("https://w.example")).unwrap(), expected);
        assert_eq!(shown(AlertFormat::Slack, &two()[1..], None), None);
    }

    #[test]
    fn alertmanager_is_told_by_its_own_words() {
        let expected = json!([
            { "labels": { "alertname": "WattledgerBudgetBreaking", "severity": "warning", "subject_type": "budget", "subject": "atlas month" },
              "annotations": { "summary": "96 % spent or held" },
              "startsAt": "2027-01-15T08:00:00Z", "endsAt": "2027-01-15T08:16:00Z", "generatorURL": "https://w.example/budgets" },
            { "labels": { "alertname": "WattledgerAgentLate", "severity": "warning", "subject_type": "node", "subject": "gpu/1" },
              "annotations": { "summary": "n1 is late" },
              "startsAt": "2027-01-15T08:00:00Z", "endsAt": "2027-01-15T08:00:30Z", "generatorURL": "https://w.example/fleet/gpu%2F1" },
        ]);
        assert_eq!(shown(AlertFormat::Alertmanager, &two(), Some("https://w.example")).unwrap(), expected);
        let bare = shown(AlertFormat::Alertmanager, &two(), None).unwrap();
        assert!(bare[0].get("generatorURL").is_none());
        let long =
            notice(AttentionKind::HeldIdle, Subject::of(SubjectKind::Job, "x".repeat(5_000)), &"y".repeat(9_000), None);
        let found = shown(AlertFormat::Alertmanager, &[long], None).unwrap();
        assert_eq!(found[0]["labels"]["subject"].as_str().unwrap().chars().count(), 256);
        assert_eq!(found[0]["annotations"]["summary"].as_str().unwrap().chars().count(), 1_000);
    }

    #[test]
    fn no_name_is_markup_or_a_mention_in_slack() {
        let name = "<!channel> @here <@U1> <http://evil|all is well> *b* `c` &lt; \nWattledger, info: fine";
        let item = notice(AttentionKind::JobSilent, Subject::of(SubjectKind::Job, name), name, None);
        let found = shown(AlertFormat::Slack, &[item], None).unwrap();
        let block = &found["blocks"][0]["text"];
        assert_eq!((block["type"].as_str(), &found["mrkdwn"]), (Some("plain_text"), &json!(false)));
        for text in [found["text"].as_str().unwrap(), block["text"].as_str().unwrap()] {
            assert!(!text.contains(['<', '>', '\n']) && !text.contains("@here"), "{text}");
            assert!(text.contains("&lt;!channel&gt;") && text.contains("&amp;lt;"), "{text}");
        }
        let mail =
            notice(AttentionKind::ExceptionRequested, Subject::of(SubjectKind::Request, 1), "ana@x.example asks", None);
        assert!(shown(AlertFormat::Slack, &[mail], None).unwrap()["text"].as_str().unwrap().contains("ana@x.example"));
    }

    #[test]
    fn a_message_of_slack_keeps_its_limits() {
        let job = Subject::of(SubjectKind::Job, "&".repeat(9_000));
        let notices = vec![
            notice(AttentionKind::ExceptionRequested, job, &"&".repeat(9_000), None);
            batch_max(AlertFormat::Slack)
        ];
        let found = shown(AlertFormat::Slack, &notices, Some("https://w.example")).unwrap();
        assert!(found["text"].as_str().unwrap().chars().count() <= 40_000);
        assert!(found["blocks"].as_array().unwrap().len() <= 50);
        assert!(found["blocks"][0]["text"]["text"].as_str().unwrap().chars().count() <= 3_000);
    }
}
