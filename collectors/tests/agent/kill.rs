//! The real agent, killed again and again, and stopped as an operator stops it.

use crate::samples::{CLOCK, Store, drain, open};
use crate::stub::{Reply, Request, serve};
use collectors::clock::{Clock, SystemClock};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, thread};
use units::{Power, Span};
use wire::{GapReason, Window};

pub(crate) const WATTS: u64 = 300;
/// Twenty devices at ten readings a second: 200 samples a second.
const SOURCE: &str = "synthetic:gpus=20,watts=300,sensor=instant";
const PATIENCE: Duration = Duration::from_secs(60);

/// A running agent, which a test that fails does not leave behind.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn start(folder: &Path, server: SocketAddr) -> Running {
    Running(command(folder, server).spawn().unwrap())
}

/// An agent with its settings in `folder`.
pub(crate) fn command(folder: &Path, server: SocketAddr) -> Command {
    let (settings, token) = (folder.join("agent.toml"), folder.join("token"));
    fs::write(&token, "wl_x").unwrap();
    let text = format!(
        "server = \"http://{server}\"\ntoken_file = {token:?}\nspool = {:?}\nsources = [{SOURCE:?}]\nwindow_ms = 100\npush_every_s = 1\nname = \"node\"\nrun_spools = {:?}\nmetering_file = {:?}\n",
        folder.join("spool"),
        folder.join("runs"),
        folder.join("metering.json"),
    );
    fs::write(&settings, text).unwrap();
    let mut agent = Command::new(env!("CARGO_BIN_EXE_wattledger-agent"));
    agent.arg("--config").arg(settings).stdout(Stdio::null()).stderr(Stdio::null());
    agent
}

/// Waits until `done`, looking every 10 ms; `what` says what did not come.
pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..PATIENCE.as_millis() / 10 {
        if done() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{what} did not come within {PATIENCE:?}");
}

/// Chains of windows that touch, of one device.
pub(crate) fn chains(windows: &[Window]) -> Vec<&[Window]> {
    windows.chunk_by(|one, next| one.device == next.device && one.end == next.start).collect()
}

/// In every chain the energy is that of 300 W, no two windows overlap, and every hole between chains has a gap.
fn judge(store: &Store) {
    let windows = store.windows();
    for pair in windows.windows(2) {
        assert!(pair[0].device != pair[1].device || pair[0].end <= pair[1].start, "doubled: {pair:?}");
    }
    let gaps = store.gaps();
    for chain in chains(&windows) {
        let (first, last) = (&chain[0], &chain[chain.len() - 1]);
        let exact = Power::from_milliwatts(WATTS * 1_000).times(last.end.since(first.start).unwrap()).floor().unwrap();
        assert_eq!(crate::samples::energy(chain), exact.millijoules());
    }
    let mut holes = 0;
    for pair in chains(&windows).windows(2) {
        let (before, after) = (&pair[0][pair[0].len() - 1], &pair[1][0]);
        if before.device == after.device {
            let told = gaps.iter().filter(|gap| {
                (&gap.device, gap.start, gap.end) == (&before.device, before.end, after.start)
                    && gap.reason == GapReason::AgentStopped
            });
            assert_eq!(told.count(), 1, "{before:?} {after:?}");
            holes += 1;
        }
    }
    assert_eq!(gaps.len(), holes, "every gap is a hole");
}

#[test]
fn an_agent_that_is_killed_again_and_again_loses_doubles_and_invents_nothing() {
    let seed = crate::seed();
    let kills = crate::trials("WATTLEDGER_KILLS", 100);
    let mut random = fastrand::Rng::with_seed(seed);
    let store = Arc::new(Mutex::new(Store::default()));
    let (shelf, answers) = (Arc::clone(&store), Mutex::new(fastrand::Rng::with_seed(seed)));
    let calm = Arc::new(AtomicBool::new(false));
    let is_calm = Arc::clone(&calm);
    let answer = move || if is_calm.load(Ordering::SeqCst) { 2 } else { answers.lock().unwrap().u8(0..4) };
    let address = serve(move |request: Request| match answer() {
        0 => Reply::status(503),
        // Stored, and the answer is lost.
        1 => {
            shelf.lock().unwrap().take(&request.body);
            Reply::Close
        }
        _ => {
            shelf.lock().unwrap().take(&request.body);
            Reply::acknowledge(&request.body)
        }
    });
    let folder = tempfile::tempdir().unwrap();
    for kill in 0..kills {
        calm.store(kill % 5 == 4, Ordering::SeqCst);
        let agent = start(folder.path(), address);
        if kill % 5 == 4 {
            // Once the service accepts batches again, sending starts by itself, and new windows arrive.
            let newest = || store.lock().unwrap().newest;
            let before = newest();
            wait_until("a fresh window", || newest() > before);
        }
        thread::sleep(Duration::from_millis(random.u64(5..900)));
        drop(agent);
    }
    let mut spool = open(&folder.path().join("spool"), 64, 1).spool;
    let mut store = store.lock().unwrap();
    drain(&mut spool, &mut store);
    store.assert_no_gap_in_sequences();
    judge(&store);
    let (windows, batches) = (store.windows().len(), store.batches.len());
    println!("{kills} kills: {batches} batches, {windows} windows, none lost, none doubled");
    assert!(windows > 20 * 10);
}

#[test]
fn asked_to_end_the_agent_writes_and_sends_what_it_has_and_is_gone_within_five_seconds() {
    for silent in [false, true] {
        let store = Arc::new(Mutex::new(Store::default()));
        let shelf = Arc::clone(&store);
        let address = serve(move |request: Request| {
            if silent {
                return Reply::Silence;
            }
            shelf.lock().unwrap().take(&request.body);
            Reply::acknowledge(&request.body)
        });
        let folder = tempfile::tempdir().unwrap();
        let mut agent = start(folder.path(), address);
        let spool = folder.path().join("spool-wal");
        wait_until("the first windows", || fs::metadata(&spool).is_ok_and(|log| log.len() > 200_000));
        Command::new("kill").arg(agent.0.id().to_string()).status().unwrap();
        let clock = SystemClock::new();
        let mut status = None;
        wait_until("its end", || {
            status = agent.0.try_wait().unwrap();
            status.is_some()
        });
        assert!(status.is_some_and(|status| status.success()), "{status:?} (silent service: {silent})");
        let took = clock.monotonic();
        println!("it ended after {} ms (silent service: {silent})", took.nanoseconds() / 1_000_000);
        // A promise in seconds is one of a machine that does nothing else, which a long run has.
        assert!(crate::trials("WATTLEDGER_LONG", 1) == 1 || took <= Span::from_seconds(5), "{took:?}");
        let mut store = store.lock().unwrap();
        let mut spool = open(&folder.path().join("spool"), 64, 1).spool;
        if !silent {
            assert_eq!(spool.seal(collectors::spool::Order::Oldest, 1, CLOCK).unwrap(), None, "all was sent");
        }
        drain(&mut spool, &mut store);
        judge(&store);
    }
}
