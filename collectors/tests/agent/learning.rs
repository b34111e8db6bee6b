//! In its first half second the agent reads counters fast enough to see how often they renew (docs/METHOD.md, Counters).

use crate::kill;
use crate::samples::{Store, drain, open};
use crate::stub::serve_into;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use units::Span;

#[test]
fn the_agent_reads_counters_every_ten_milliseconds_while_it_learns() {
    let store = Arc::new(Mutex::new(Store::default()));
    let address = serve_into(&store);
    let folder = tempfile::tempdir().unwrap();
    let mut command = kill::command(folder.path(), address);
    // A counter, which is read once a second after the start.
    command.args(["--source", "synthetic:watts=300,sensor=counter"]);
    let mut agent = kill::Running(command.spawn().unwrap());
    kill::wait_until("the agent's announcement", || folder.path().join("metering.json").exists());
    thread::sleep(Duration::from_millis(2_500));
    Command::new("kill").arg(agent.0.id().to_string()).status().unwrap();
    assert!(agent.0.wait().unwrap().success());
    let mut store = store.lock().unwrap();
    drain(&mut open(&folder.path().join("spool"), 64, 1).spool, &mut store);
    let windows = store.windows();
    let first = windows[0].start;
    let learning = |end: units::Timestamp| end.since(first).unwrap() <= Span::from_milliseconds(700);
    let early: u64 = windows.iter().filter(|window| learning(window.end)).map(|window| window.readings).sum();
    // About fifty; a busy machine misses some. At one reading a second there would be two.
    assert!(early >= 15, "{early} readings in the first 700 ms");
}
