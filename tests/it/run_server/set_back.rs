//! The node's agent, a real one, under a date that is set back by three hours while it meters.

use super::*;
use collectors::clock::{Clock, SystemClock};

const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
const THREE_HOURS_S: i64 = 3 * 3_600;

/// A file that says by how many seconds the date of a process is wrong.
struct Date(PathBuf);

impl Date {
    fn set(&self, ahead_s: i64) {
        // Renamed, so that no process reads half of it.
        let new = self.0.with_extension("new");
        fs::write(&new, format!("{ahead_s:+}\n")).unwrap();
        fs::rename(new, &self.0).unwrap();
    }
}

/// What the ledger has in `hours`, in mJ.
fn metered(service: &Service, hours: &str) -> i64 {
    let report = service.get(&format!("/api/v1/reports/emissions?{hours}"), &service.admin).json();
    report["metered"]["energy_mj"].as_i64().unwrap()
}

/// Everything that an agent meters whose date is ahead by `before_s` at first, and by `after_s` from some moment on, is at its true time.
fn assert_counted_at_true_times(before_s: i64, after_s: i64) {
    const EVER: &str = "from=2020-01-01&to=2100-01-01";
    let (data, place, clock) = (Data::new(), Place::new(), SystemClock::new());
    let (service, token) = service(&data);
    // The test takes less than an hour, so that every true time lies in these hours, and no time of a wrong date does.
    let this_hour_s = clock.wall().nanoseconds() / 1_000_000_000 / 3_600 * 3_600;
    let hour = |seconds: i64| {
        chrono::DateTime::from_timestamp(this_hour_s + seconds, 0).unwrap().format("%Y-%m-%dT%H:%MZ").to_string()
    };
    let true_hours = format!("from={}&to={}", hour(0), hour(2 * 3_600));
    let date = Date(place.at("date"));
    date.set(before_s);
    let began = clock.monotonic();
    let mut command = place.agent_command(&service.server(), &token, &place.visible());
    command.env("LD_PRELOAD", LIBRARY).env("FAKETIME_TIMESTAMP_FILE", &date.0);
    command.envs([("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]);
    let agent = Running(command.spawn().unwrap());
    wait_for("energy on the first date", || (metered(&service, EVER) > 2 * TWO_SECONDS_MJ).then_some(()));
    let seen = clock.monotonic();
    date.set(after_s);
    let before = metered(&service, EVER);
    wait_for("energy on the second date", || (metered(&service, EVER) > before + 3 * TWO_SECONDS_MJ).then_some(()));
    let least = clock.monotonic().nanoseconds() - seen.nanoseconds();
    agent.stop();
    let most = clock.monotonic().nanoseconds() - began.nanoseconds();
    let whole = metered(&service, EVER);
    assert_eq!(metered(&service, &true_hours), whole, "{before_s}, {after_s}: all of it is at its true time");
    let joules = |ns: u64| i128::from(MILLIWATTS) * i128::from(ns) / 1_000_000_000;
    assert!(
        i128::from(whole) >= joules(least) && i128::from(whole) <= joules(most),
        "{whole} mJ in {least} to {most} ns"
    );
    assert_eq!(service.stop().0, 0);
    let store = rusqlite::Connection::open(data.path().join("wattledger.db")).unwrap();
    let aside: i64 = store.query_row("SELECT count(*) FROM set_aside", [], |row| row.get(0)).unwrap();
    assert_eq!(aside, 0, "nothing was set aside");
}

#[test]
fn a_date_that_was_wrong_and_is_set_right_moves_what_was_metered_before() {
    if !Path::new(LIBRARY).exists() {
        return crate::skip::skip("libfaketime is missing (`apt-get install faketime`)");
    }
    assert_counted_at_true_times(THREE_HOURS_S, 0);
}

#[test]
fn a_date_that_was_right_and_is_set_wrong_moves_what_was_metered_after() {
    if !Path::new(LIBRARY).exists() {
        return crate::skip::skip("libfaketime is missing (`apt-get install faketime`)");
    }
    assert_counted_at_true_times(0, -THREE_HOURS_S);
}
