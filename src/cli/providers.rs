//! `wattledger grid providers` and `wattledger grid sync`: live providers of grid factors.

use super::client::{ServerArguments, Verbatim, escaped};
use super::failure::Failure;
use super::print;
use super::show::counted;
use super::table::{TextTable, left, right};
use super::words::or_dash;
use api::{ProviderDocument, SyncDocument};
use clap::Args;
use model::{ProviderName, ProviderState};
use std::fmt::Write;
use std::time::Duration;

/// A first round asks for days of every zone.
const SYNC_TIMEOUT: Duration = Duration::from_secs(600);

#[derive(Args)]
pub(crate) struct ProvidersArguments {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct SyncProviderArguments {
    /// Provider to ask; all that the service is configured to ask by default
    name: Option<ProviderName>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Lists the providers.
pub(crate) fn list(arguments: &ProvidersArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.list::<Verbatim>("/grid/providers")?);
    }
    let mut table = TextTable::new([
        left("provider"),
        left("state"),
        left("needs"),
        left("zones"),
        left("last success"),
        left("newest value"),
        right("age"),
        left("last error"),
    ]);
    for provider in client.list::<ProviderDocument>("/grid/providers")? {
        let zones: Vec<&str> = provider.zones.iter().map(|zone| zone.zone.as_str()).collect();
        let error = provider.last_error.map(|error| match provider.state {
            ProviderState::Failing => error,
            _ => format!("{error} (over)"),
        });
        table.row(vec![
            provider.name.to_string(),
            provider.state.to_string(),
            provider.needs,
            or_dash(Some(&zones.join(" ")).filter(|zones| !zones.is_empty())),
            or_dash(provider.last_success.as_ref()),
            or_dash(provider.newest_value.as_ref()),
            or_dash(provider.newest_value_age_s.map(age).as_ref()),
            or_dash(error.as_ref()),
        ]);
    }
    print::text(&table.to_string())
}

/// `95 min`, `30 h` or `12 d`.
fn age(seconds: i64) -> String {
    match seconds {
        0..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Asks one provider, or each that the service is configured to ask, and says what came.
pub(crate) fn sync(arguments: &SyncProviderArguments) -> Result<(), Failure> {
    let client = arguments.server.client_within(SYNC_TIMEOUT)?;
    let names = match arguments.name {
        Some(name) => vec![name],
        None => {
            let all = client.list::<ProviderDocument>("/grid/providers")?;
            all.into_iter()
                .filter(|known| known.state != ProviderState::NotConfigured)
                .map(|known| known.name)
                .collect()
        }
    };
    if names.is_empty() {
        return Err(Failure::Usage(
            "the service asks no provider: write [grid.providers.NAME] in its configuration; `wattledger grid providers` lists them".to_owned(),
        ));
    }
    let (mut documents, mut page, mut failed) = (Vec::new(), String::new(), Vec::new());
    for name in names {
        let path = format!("/grid/providers/{}/sync", escaped(name.name()));
        match client.post_empty::<SyncDocument>(&path) {
            Ok(document) => {
                if !document.errors.is_empty() {
                    failed.push(name.name());
                }
                let _ = write!(page, "{}", told(&document));
                documents.push(document);
            }
            Err(failure) if arguments.name.is_some() => return Err(failure),
            Err(failure) => {
                failed.push(name.name());
                let _ = writeln!(page, "{name}: {failure}");
            }
        }
    }
    if arguments.json {
        print::json(&documents)?
    } else {
        print::text(&page)?
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::Unreachable(format!("not everything came from {}", failed.join(", "))))
}

/// What came, in lines.
fn told(document: &SyncDocument) -> String {
    let SyncDocument { name, new, revised, unchanged, refused, refusals, errors, missing, newest_value } = document;
    let values = counted(*new as u64, "new value", "new values");
    let mut page = format!("{name}: {values}, {revised} revised, {unchanged} unchanged, {refused} refused");
    if let Some(newest) = newest_value {
        let _ = write!(page, "; the newest is of {newest}");
    }
    page.push('\n');
    for (what, lines) in [("failed", errors), ("not available", missing), ("refused", refusals)] {
        for line in lines {
            let _ = writeln!(page, "  {what}: {line}");
        }
    }
    page
}
