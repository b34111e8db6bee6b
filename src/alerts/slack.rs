//! Messages for an incoming webhook of Slack.
//!
//! Everything is `plain_text` or has `mrkdwn` off, so that no character of a name is markup. `&`, `<` and `>` are escaped, as Slack asks: `<!channel>`
//! in a name mentions nobody.

use super::notice::{Notice, severity};
use super::text::line;
use serde_json::{Value, json};

/// Slack refuses a text of a block with more than 3,000 characters; each can become five when it is escaped.
const CHARACTERS_MAX: usize = 400;

/// The body that tells `notices`; `None` if there is nothing to say, as what has ended is not told.
pub(super) fn body(notices: &[Notice], app: Option<&str>) -> serde_json::Result<Option<Vec<u8>>> {
    let lines: Vec<String> = notices.iter().filter(|notice| notice.ended.is_none()).map(words).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let mut blocks: Vec<Value> = lines.iter().map(|line| section(line)).collect();
    if let Some(app) = app {
        blocks.push(json!({ "type": "context", "elements": [plain(&escape(app))] }));
    }
    let message = json!({ "text": lines.join("\n"), "mrkdwn": false, "unfurl_links": false, "unfurl_media": false, "blocks": blocks });
    serde_json::to_vec(&message).map(Some)
}

fn words(notice: &Notice) -> String {
    let item = &notice.item;
    let kind = item.kind.name().replace('_', " ");
    let subject = line(&item.subject.id, 100);
    let message = line(&item.message, CHARACTERS_MAX);
    escape(&format!("Wattledger, {}: {kind}, {subject}: {message}", severity(item.severity)))
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": plain(text) })
}

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text, "emoji": false })
}

/// Services that speak like Slack take `@channel` for a mention, so that a space without width follows the sign where a word begins with it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' if !before.is_alphanumeric() => escaped.push_str("@\u{200b}"),
            _ => escaped.push(c),
        }
        before = c;
    }
    escaped
}
