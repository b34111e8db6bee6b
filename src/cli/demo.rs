//! `wattledger demo`: the whole product on this machine, with a synthetic fleet.

use super::environment::{self, variable};
use super::failure::Failure;
use super::print;
use crate::config::{Log, ServiceConfig, ServiceOverrides};
use crate::demo::{Demo, DemoError, LiveFleet};
use crate::moment;
use crate::serve;
use collectors::clock::{Clock, SystemClock};
use std::cell::{Cell, RefCell};
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::level_filters::LevelFilter;
use units::Timestamp;

/// Run the whole product on this machine with a synthetic fleet; no hardware needed
///
/// The fleet has three sites, twelve nodes and 96 GPUs, none of which exist, with a history and live readings. Grid intensities are those of
/// 2020, shifted to the present. SIGTERM or SIGINT stops it. Started again on the same directory, it continues, and adds what the fleet did in
/// the meantime.
#[derive(clap::Args)]
pub(crate) struct DemoArguments {
    /// Address and port to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8780")]
    listen: SocketAddr,
    /// Data directory, created if missing; by default wattledger-demo in the user's state directory
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Days of history in a fresh data directory, 1 to 366
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
}

/// Builds or continues the demonstration, and serves it until SIGTERM or SIGINT.
pub(crate) fn run(arguments: DemoArguments) -> Result<(), Failure> {
    let data = arguments.data.unwrap_or_else(usual_directory);
    let overrides = ServiceOverrides {
        data: Some(data.clone()),
        listen: Some(arguments.listen),
        influx: environment::influx(),
        ..ServiceOverrides::default()
    };
    let config = ServiceConfig::read(None, overrides).map_err(|error| Failure::Usage(error.to_string()))?;
    // Someone is watching the terminal: routine log lines would only hide what is printed for them.
    let config = ServiceConfig { log: Log { level: LevelFilter::WARN, json: false }, ..config };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let demo = Demo::open(&data, clock.wall()).map_err(failure)?;
    say(&format!(
        "Wattledger demonstration. All of it is synthetic: the 3 sites, 12 nodes, 96 GPUs and their jobs do not exist.\n\
         Grid intensities are those of 2020 (ENTSO-E, CC BY 4.0), shifted by whole weeks to the present.\n\
         data in {}; stop with Ctrl-C, continue with the same command\n\n",
        data.display()
    ));
    load(&demo, arguments.days, &config, clock.as_ref())?;
    let live: RefCell<Option<Result<LiveFleet, DemoError>>> = RefCell::new(None);
    let is_link_said = Cell::new(false);
    let served = serve::run_on(&config, demo.store(), Arc::clone(&clock), |line| {
        let server = line.strip_prefix("listening on ");
        is_link_said.set(is_link_said.get() || line.starts_with("sign in: "));
        if let Some(server) = server
            && !is_link_said.get()
        {
            sign_in_again(&demo, clock.as_ref(), server);
        }
        say(&format!("{line}\n"));
        if let Some(token) = line.strip_prefix("admin token: ") {
            keep(&data, token);
        }
        if let Some(server) = server {
            say(&next(server, &data, clock.wall()));
            let begun = demo.go_live(server, &clock);
            if let Err(error) = &begun {
                say(&format!("the fleet cannot go live: {error}\n"));
            }
            *live.borrow_mut() = Some(begun);
        }
    });
    if let Some(live) = live.into_inner() {
        live.map_err(failure)?.stop();
    }
    served.map_err(
        |error| if error.is_usage() { Failure::Usage(error.to_string()) } else { anyhow::Error::from(error).into() },
    )
}

fn failure(error: DemoError) -> Failure {
    use crate::store::StoreError;
    match error {
        DemoError::Foreign { .. } | DemoError::Directory { .. } => Failure::Usage(error.to_string()),
        DemoError::Store(ref cause) if !matches!(cause, StoreError::Database(_)) => Failure::Usage(error.to_string()),
        other => anyhow::Error::from(other).into(),
    }
}

fn say(text: &str) {
    // Nobody may be reading; the service runs all the same.
    let _ = print::text(text);
}

/// `wattledger-demo` under `XDG_STATE_HOME`, `~/.local/state` or the folder for temporary files.
fn usual_directory() -> PathBuf {
    let state = variable("XDG_STATE_HOME").filter(|path| path.starts_with('/')).map(PathBuf::from);
    let home =
        || variable("HOME").filter(|path| path.starts_with('/')).map(|home| Path::new(&home).join(".local/state"));
    state.or_else(home).unwrap_or_else(std::env::temp_dir).join("wattledger-demo")
}

fn load(demo: &Demo, days: u32, config: &ServiceConfig, clock: &dyn Clock) -> Result<(), Failure> {
    let (shown, is_terminal) = (AtomicU64::new(0), std::io::stderr().is_terminal());
    let progress = |done: u64, all: u64| {
        let percent = done * 100 / all.max(1);
        let step = if is_terminal { 1 } else { 25 };
        if percent >= shown.load(Ordering::Relaxed) + step {
            shown.store(percent, Ordering::Relaxed);
            let end = if is_terminal { '\r' } else { '\n' };
            let _ = write!(std::io::stderr(), "backfilling history: {percent:3} %{end}");
        }
    };
    let begun = clock.monotonic();
    let loaded = demo.load(days, clock.wall(), config.grace, &progress).map_err(failure)?;
    let took = clock.monotonic().minus(begun).nanoseconds() / 100_000_000;
    let verb = if loaded.continues { "continued" } else { "backfilled" };
    say(&format!(
        "history {verb} since {}: {} ledger entries in {}.{} s\n",
        moment::show(loaded.from),
        loaded.entries,
        took / 10,
        took % 10
    ));
    Ok(())
}

/// Prints a sign-in link, which a service prints by itself only at its first start.
fn sign_in_again(demo: &Demo, clock: &dyn Clock, server: &str) {
    let link = |line: &str| say(&format!("{line}\n"));
    if let Err(error) = serve::say_sign_in_link(demo.store(), clock, server, link) {
        say(&format!("no sign-in link: {error}\n"));
    }
}

/// Saves the first admin token, for the commands that are suggested.
fn keep(data: &Path, token: &str) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let kept = options.open(token_file(data)).and_then(|mut file| file.write_all(token.as_bytes()));
    if let Err(error) = kept {
        say(&format!(
            "the token could not be saved in {}: {error}; set WATTLEDGER_TOKEN to it\n",
            token_file(data).display()
        ));
    }
}

fn token_file(data: &Path) -> PathBuf {
    data.join("admin.token")
}

/// Commands to try, ready to be pasted.
fn next(server: &str, data: &Path, now: Timestamp) -> String {
    let day = |days: i64| {
        let at = Timestamp::from_nanoseconds(now.nanoseconds().saturating_add(days * 86_400_000_000_000));
        moment::show(at).split('T').next().unwrap_or_default().to_owned()
    };
    let data = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    format!(
        "\nTry next, in another terminal:\n\
         \x20 export WATTLEDGER_SERVER={server} WATTLEDGER_TOKEN_FILE='{}'\n\
         \x20 wattledger report --from {} --to {} --group-by project\n\
         \x20 wattledger jobs --project atlas-llm\n\
         \x20 wattledger explain 1\n",
        token_file(&data).display(),
        day(-6),
        day(1)
    )
}
