//! Addresses and commands that lead from a figure to what it is the sum of.

use crate::escape::escaped;
use crate::moment;
use crate::store::Selection;

/// The conditions of a selection as names and values, as the API and the command line both take them.
fn pairs(selection: &Selection) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    match selection.snapshot {
        Some(snapshot) => {
            pairs.push(("period", format!("{}.{}", snapshot.period, snapshot.version)));
        }
        None => {
            pairs.extend(selection.from.map(|from| ("from", moment::show(from))));
            pairs.extend(selection.to.map(|to| ("to", moment::show(to))));
        }
    }
    let texts = [
        ("project", selection.project.as_ref().map(ToString::to_string)),
        ("job", selection.job.as_ref().map(ToString::to_string)),
        ("node", selection.node.as_ref().map(ToString::to_string)),
        ("site", selection.site.as_ref().map(ToString::to_string)),
    ];
    pairs.extend(texts.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))));
    if let Some((unit, zone, name)) = &selection.calendar {
        pairs.push((unit.name(), name.clone()));
        if *zone != chrono_tz::UTC {
            pairs.push(("timezone", zone.name().to_owned()));
        }
    }
    if selection.is_without_project {
        pairs.push(("without", "project".to_owned()));
    }
    pairs.extend(selection.label.as_ref().map(|(name, value)| match value {
        Some(value) => ("label", format!("{name}={value}")),
        None => ("without", format!("label:{name}")),
    }));
    pairs.extend(selection.idle.map(|idle| ("idle", idle.to_string())));
    pairs.extend(selection.provisional.map(|provisional| ("provisional", provisional.to_string())));
    pairs
}

/// `/api/v1/PATH?…` for a selection.
pub(super) fn link(path: &str, selection: &Selection) -> String {
    let query: Vec<_> =
        pairs(selection).into_iter().map(|(name, value)| format!("{name}={}", escaped(&value))).collect();
    format!("/api/v1{path}?{}", query.join("&"))
}

/// `wattledger explain …` for a selection.
pub(super) fn command(selection: &Selection) -> String {
    let mut command = "wattledger explain".to_owned();
    for (name, value) in pairs(selection) {
        command.push_str(&format!(" --{name} {}", quoted(&value)));
    }
    command
}

/// `text` as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@+-/".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
